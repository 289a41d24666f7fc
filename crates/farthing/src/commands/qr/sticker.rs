//! `farthing qr make sticker`: signed static codes for counters, alone or as a sheet to print.

use std::path::PathBuf;

use money::{Amount, Instant, PayeeId};
use qr::{CodeText, LocalText, StaticCode};
use serde::Serialize;
use store::{Clock, SystemClock};

use super::drawing::{Drawing, Drawn, Use};
use super::sheet;
use crate::failure::{Failure, failed};
use crate::node::keys_folder;
use crate::output::Output;

const DAY_SECONDS: i64 = 86_400;

#[derive(Debug, clap::Args)]
pub(crate) struct Sticker {
    /// The data folder whose keys sign; it may be served meanwhile.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Who is paid.
    #[arg(long)]
    payee: PayeeId,
    /// Where the sticker is registered to stand: at most 16 characters of a–z, 0–9 and `-`.
    #[arg(long)]
    place: String,
    /// The sticker's serial, printed on it: at most 16 characters of A–Z, 0–9 and `-`; may be repeated.
    #[arg(long = "serial", value_name = "SERIAL", required = true)]
    serials: Vec<String>,
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
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(i64).range(1..=396))]
    days: i64,
    /// Draw all stickers on one A4 sheet as SVG, six at most.
    #[arg(long, conflicts_with_all = ["svg", "draw", "png"])]
    sheet: bool,
    #[command(flatten)]
    drawing: Drawing,
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
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let signer = server::keys::load(&keys_folder(&self.data)).map_err(failed("cannot read the keys"))?;
        let now = SystemClock.now();
        let expires_at = self
            .days
            .checked_mul(DAY_SECONDS)
            .and_then(|life| now.checked_add_seconds(life))
            .ok_or_else(|| Failure::new("the sticker would outlive the calendar"))?;
        let text = CodeText {
            name: self.name.clone(),
            city: self.city.clone(),
            category: self.category.clone(),
            country: self.country.clone(),
            local: self.name_ko.clone().map(|name| LocalText { language: "ko".to_owned(), name, city: None }),
        };
        let make = |serial: &String| {
            let code = StaticCode {
                payee: self.payee,
                cap: self.cap,
                place: self.place.clone(),
                serial: serial.clone(),
                created_at: now,
                expires_at,
                kid: String::new(),
            };
            signer.sticker(&code, &text).map_err(failed(format!("cannot make the sticker `{serial}`")))
        };
        let payloads = self.serials.iter().map(make).collect::<Result<Vec<_>, _>>()?;
        if self.sheet {
            return self.sheet(&payloads, output);
        }
        if payloads.len() > 1 && !output.is_json() && self.drawing.is_picture() {
            return Err(Failure::new("several stickers do not fit one drawing").hint("ask for a --sheet"));
        }
        for (payload, serial) in payloads.iter().zip(&self.serials) {
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

    fn sheet(&self, payloads: &[String], output: &mut Output) -> Result<(), Failure> {
        if payloads.len() > sheet::STICKERS_MAX {
            let count = payloads.len();
            return Err(Failure::new(format!("{count} stickers do not fit one sheet"))
                .hint(format!("at most {} serials a sheet", sheet::STICKERS_MAX)));
        }
        let printed = payloads.iter().zip(&self.serials).map(|(payload, serial)| {
            let drawn = Drawn::new(payload, Use::Sticker)?;
            Ok(sheet::Printed { drawn, name_ko: self.name_ko.as_deref(), name: &self.name, serial, place: &self.place })
        });
        let svg = sheet::svg(&printed.collect::<Result<Vec<_>, Failure>>()?);
        output.line(&svg);
        Ok(())
    }
}
