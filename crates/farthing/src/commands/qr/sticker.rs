//! `farthing qr make sticker`: signed static codes for counters, alone or as a sheet to print.

use money::{Amount, Instant, PayeeId};
use protocol::{CodeBody, CodeKind, CodeView, CounterName, Serial};
use qr::{CodeText, LocalText, StaticCode};
use serde::Serialize;
use server::admin::NewCode;

use super::drawing::{Drawing, Drawn, Use};
use super::sheet;
use crate::commands::code::Place;
use crate::failure::{Failure, failed};
use crate::node::keys_folder;
use crate::output::Output;
use crate::staff::{DataFolder, Staff};

#[derive(Debug, clap::Args)]
pub(crate) struct Sticker {
    #[command(flatten)]
    folder: DataFolder,
    /// Who is paid.
    #[arg(long)]
    payee: PayeeId,
    /// Where the sticker is registered to stand: at most 16 characters of a–z, 0–9 and `-`.
    #[arg(long)]
    place: CounterName,
    #[command(flatten)]
    stands: Place,
    /// The sticker's serial, printed on it: at most 16 characters of A–Z, 0–9 and `-`; may be repeated.
    #[arg(long = "serial", value_name = "SERIAL", required = true)]
    serials: Vec<Serial>,
    /// The most that one payment may be, e.g. 50000KRW; the payer enters the amount.
    #[arg(long, value_name = "AMOUNT")]
    cap: Amount,
    /// The payee's name in Latin letters, at most 25 characters.
    #[arg(long)]
    name: String,
    /// The payee's name in Korean, at most 25 characters.
    #[arg(long, value_name = "NAME")]
    name_ko: Option<String>,
    /// The payee's city in Latin letters, at most 15 characters.
    #[arg(long)]
    city: String,
    /// ISO 18245 merchant category code, four digits.
    #[arg(long, value_name = "CODE", default_value = "0000")]
    category: String,
    /// ISO 3166-1 country, two capital letters.
    #[arg(long, value_name = "CODE", default_value = "KR")]
    country: String,
    /// How long the sticker is valid, in days; it also ends with the published life of its key.
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u16).range(1..=396))]
    days: u16,
    /// Print stickers that are registered already; otherwise they are registered first.
    #[arg(long)]
    reprint: bool,
    /// Draw all stickers on one A4 sheet as SVG, six at most.
    #[arg(long, conflicts_with_all = ["svg", "draw", "png"])]
    sheet: bool,
    #[command(flatten)]
    drawing: Drawing,
}

/// A sticker that was made.
struct Printed {
    payload: String,
    serial: String,
    expires_at: Instant,
}

/// With `--json`: one sticker.
#[derive(Serialize)]
struct Made<'a> {
    payload: &'a str,
    serial: &'a str,
    expires_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
}

impl Sticker {
    pub(crate) async fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let registered = self.registered().await?;
        let signer = server::keys::load(&keys_folder(&self.folder.data)).map_err(failed("cannot read the keys"))?;
        let text = CodeText {
            name: self.name.clone(),
            city: self.city.clone(),
            category: self.category.clone(),
            country: self.country.clone(),
            local: self.name_ko.clone().map(|name| LocalText { language: "ko".to_owned(), name, city: None }),
        };
        let make = |view: &CodeView| {
            let serial = view.serial;
            let (Some(cap), Some(expires_at)) = (view.cap, view.expires_at) else {
                return Err(Failure::new(format!("`{serial}` is registered as a terminal")));
            };
            let code = StaticCode {
                payee: view.payee,
                cap,
                place: view.counter.to_string(),
                serial: serial.to_string(),
                created_at: view.registered_at,
                expires_at,
                kid: String::new(),
            };
            let payload =
                signer.sticker(&code, &text).map_err(failed(format!("cannot make the sticker `{serial}`")))?;
            Ok(Printed { payload, serial: serial.to_string(), expires_at })
        };
        let stickers = registered.iter().map(make).collect::<Result<Vec<_>, _>>()?;
        if self.sheet {
            return self.sheet(&stickers, output);
        }
        if stickers.len() > 1 && !output.is_json() && self.drawing.is_picture() {
            return Err(Failure::new("several stickers do not fit one drawing").hint("ask for a --sheet"));
        }
        for Printed { payload, serial, expires_at } in &stickers {
            let expires_at = *expires_at;
            if output.is_json() {
                let svg = self.drawing.svg.then(|| Drawn::new(payload, Use::Sticker)).transpose()?;
                let svg = svg.map(|drawn| drawn.svg());
                output.object(&Made { payload, serial, expires_at, svg })?;
            } else {
                super::make::write(payload, None, &self.drawing, output)?;
            }
        }
        Ok(())
    }

    /// The serials' rows in the register, made now unless they are only printed again.
    async fn registered(&self) -> Result<Vec<CodeView>, Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let mut views = Vec::with_capacity(self.serials.len());
        if self.reprint {
            let all: Vec<CodeView> = staff.get("/admin/codes").await?;
            for serial in &self.serials {
                let known = all.iter().find(|view| view.serial == *serial && view.payee == self.payee);
                let known = known.filter(|view| view.withdrawn_at.is_none()).ok_or_else(|| {
                    Failure::new(format!("`{serial}` is not registered to this payee, or withdrawn"))
                        .hint("without --reprint it is registered first")
                })?;
                views.push(known.clone());
            }
        } else {
            let surroundings = self.stands.surroundings()?;
            for serial in &self.serials {
                let code = CodeBody {
                    cap: Some(self.cap),
                    cell: self.stands.cell,
                    counter: self.place.clone(),
                    days: self.days,
                    kind: CodeKind::Sticker,
                    serial: *serial,
                    surroundings: surroundings.clone(),
                };
                views.push(staff.post("/admin/codes", &NewCode { payee: self.payee, code }).await?);
            }
        }
        staff.close().await?;
        Ok(views)
    }

    fn sheet(&self, stickers: &[Printed], output: &mut Output) -> Result<(), Failure> {
        if stickers.len() > sheet::STICKERS_MAX {
            let count = stickers.len();
            return Err(Failure::new(format!("{count} stickers do not fit one sheet"))
                .hint(format!("at most {} serials a sheet", sheet::STICKERS_MAX)));
        }
        let printed = stickers.iter().map(|sticker| {
            let drawn = Drawn::new(&sticker.payload, Use::Sticker)?;
            let (serial, place) = (sticker.serial.as_str(), self.place.as_str());
            Ok(sheet::Printed { drawn, name_ko: self.name_ko.as_deref(), name: &self.name, serial, place })
        });
        let svg = sheet::svg(&printed.collect::<Result<Vec<_>, Failure>>()?);
        output.line(&svg);
        Ok(())
    }
}
