//! `farthing qr make`: a plain code of the standard, or a signed dynamic one.

use std::path::{Path, PathBuf};

use money::{AccountId, Amount, Currency, Instant};
use payments::{Intent, Payee};
use protocol::{CaptureMode, IntentBody, IntentStatus, IntentView, QuoteCore, Text, limits, to_canonical};
use qr::PayloadBuilder;
use serde::Serialize;
use simulator::http::{Connection, Outgoing};

use super::drawing::Drawing;
use super::sticker::Sticker;
use crate::failure::{Failure, failed};
use crate::node::keys_folder;
use crate::output::Output;
use crate::staff::refused;

/// Make a payment code.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Make {
    /// A plain code of the EMVCo standard; nobody vouches for it.
    Plain(Plain),
    /// Ask a server for money as a merchant, and take its signed dynamic code.
    Intent(NewIntent),
    /// Sign terms that exist with the keys of a data folder.
    Signed(Signed),
    /// Signed static codes to stick on a counter; the payer enters the amount.
    Sticker(Box<Sticker>),
    /// Terms that exist as a signed checkout link, with the keys of a data folder.
    Link(Link),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Plain {
    /// The merchant's name, at most 25 characters.
    #[arg(long)]
    name: String,
    /// The merchant's city, at most 15 characters.
    #[arg(long)]
    city: String,
    /// ISO 18245 merchant category code, four digits.
    #[arg(long, value_name = "CODE", default_value = "0000")]
    category: String,
    /// ISO 3166-1 country, two capital letters.
    #[arg(long, value_name = "CODE", default_value = "KR")]
    country: String,
    /// The currency.
    #[arg(long, default_value = "KRW")]
    currency: Currency,
    /// The amount as it stands in the code, e.g. 4500 or 12.34; the payer enters it when absent.
    #[arg(long)]
    amount: Option<String>,
    /// A way to be paid, ID:GUID:VALUE, e.g. 26:com.example:1234; may be repeated.
    #[arg(long = "account", value_name = "ID:GUID:VALUE", required = true)]
    accounts: Vec<String>,
    #[command(flatten)]
    drawing: Drawing,
}

#[derive(Debug, clap::Args)]
pub(crate) struct NewIntent {
    /// The server.
    #[arg(long)]
    url: String,
    /// The merchant's API key (fk_…).
    #[arg(long, value_name = "KEY", env = "FARTHING_API_KEY", hide_env_values = true)]
    api_key: String,
    /// How much, e.g. 4500KRW.
    #[arg(long)]
    amount: Amount,
    /// What for.
    #[arg(long)]
    purpose: Text<{ limits::LINE_CHARS_MAX }>,
    /// How long the payer has, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    expires: i64,
    /// Hold the money until the merchant captures it.
    #[arg(long)]
    manual_capture: bool,
    #[command(flatten)]
    drawing: Drawing,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Signed {
    /// The data folder whose keys sign; it may be served meanwhile.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The terms, as `GET /v1/intents/{intent}/core` answers.
    #[arg(long, value_name = "FILE")]
    core: PathBuf,
    /// The merchant's city in Latin letters, at most 15 characters.
    #[arg(long)]
    city: String,
    #[command(flatten)]
    drawing: Drawing,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Link {
    /// The data folder whose keys sign; it may be served meanwhile.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The terms, as `GET /v1/intents/{intent}/core` answers.
    #[arg(long, value_name = "FILE")]
    core: PathBuf,
    /// The checkout page: an https address without port, query and fragment.
    #[arg(long, value_name = "URL")]
    page: String,
    #[command(flatten)]
    drawing: Drawing,
}

/// With `--json`: the code.
#[derive(Serialize)]
struct Made<'a> {
    payload: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    intent: Option<money::IntentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    svg: Option<String>,
}

impl Make {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self {
            Self::Plain(plain) => {
                let payload = plain.payload()?;
                write(&payload, None, &plain.drawing, output)
            }
            Self::Intent(new) => {
                let view = new.ask().await?;
                write(&view.code, Some(&view.core), &new.drawing, output)
            }
            Self::Sticker(sticker) => sticker.run(output).await,
            Self::Link(link) => {
                let (payload, core) = link.payload()?;
                write(&payload, Some(&core), &link.drawing, output)
            }
            Self::Signed(signed) => {
                let (payload, core) = signed.payload()?;
                write(&payload, Some(&core), &signed.drawing, output)
            }
        }
    }
}

impl Plain {
    fn payload(&self) -> Result<String, Failure> {
        let numeric = format!("{:03}", self.currency.numeric());
        let initiation = if self.amount.is_some() { "12" } else { "11" };
        let mut builder = PayloadBuilder::new().value(0, "01").value(1, initiation);
        for account in &self.accounts {
            let (id, guid, value) = account_parts(account)?;
            builder = builder.template(id, &[(0, guid), (1, value)]);
        }
        builder = builder.value(52, &self.category).value(53, &numeric);
        if let Some(amount) = &self.amount {
            builder = builder.value(54, amount);
        }
        let builder = builder.value(58, &self.country).value(59, &self.name).value(60, &self.city);
        let payload = builder.encode().map_err(failed("cannot make the code"))?;
        let parsed = qr::decode(&payload).map_err(failed("cannot make the code"))?;
        match parsed.findings().first() {
            None => Ok(payload),
            Some(finding) => Err(Failure::new(format!("the code would break the standard: {}", finding.kind.code()))
                .hint("see the character limits in `farthing qr make plain --help`")),
        }
    }
}

/// `26:com.example:1234`; templates of merchant accounts are 26 to 51.
fn account_parts(text: &str) -> Result<(u8, &str, &str), Failure> {
    let mut parts = text.splitn(3, ':');
    let id = parts.next().and_then(|id| id.parse().ok()).filter(|id| (26..=51).contains(id));
    match (id, parts.next(), parts.next()) {
        (Some(id), Some(guid), Some(value)) => Ok((id, guid, value)),
        _ => Err(Failure::new(format!("`{text}` is not ID:GUID:VALUE")).hint("ID is 26 to 51")),
    }
}

impl NewIntent {
    async fn ask(&self) -> Result<IntentView, Failure> {
        let body = IntentBody {
            terminal: None,
            amount: self.amount,
            capture: if self.manual_capture { CaptureMode::Manual } else { CaptureMode::Automatic },
            expires_in_seconds: self.expires,
            place: None,
            purpose: self.purpose.clone(),
            reference: None,
        };
        let headers =
            [("authorization", format!("Bearer {}", self.api_key)), ("content-type", "application/json".to_owned())];
        let body = to_canonical(&body);
        let mut line = Connection::to(&self.url).map_err(failed("cannot call the server"))?;
        let request = Outgoing { method: "POST", path: "/v1/intents", headers: &headers, body: &body };
        let answer = line.send(request).await.map_err(failed("cannot ask the server"))?;
        if answer.is_success() {
            return answer.json().map_err(failed("the server cannot be understood"));
        }
        let problem: protocol::Problem = answer.json().map_err(failed("the server cannot be understood"))?;
        Err(refused(&problem.title, problem.code.code(), problem.detail.as_deref()))
    }
}

fn terms(file: &Path) -> Result<QuoteCore, Failure> {
    let path = file.display();
    let text = std::fs::read(file).map_err(failed(format!("cannot read `{path}`")))?;
    serde_json::from_slice(&text).map_err(failed(format!("`{path}` holds no terms")))
}

impl Link {
    fn payload(&self) -> Result<(String, QuoteCore), Failure> {
        let core = terms(&self.core)?;
        let signer = server::keys::load(&keys_folder(&self.data)).map_err(failed("cannot read the keys"))?;
        let link = signer.link(&core, &self.page).map_err(failed("cannot make the link"))?;
        Ok((link, core))
    }
}

impl Signed {
    fn payload(&self) -> Result<(String, QuoteCore), Failure> {
        let core = terms(&self.core)?;
        let signer = server::keys::load(&keys_folder(&self.data)).map_err(failed("cannot read the keys"))?;
        let intent = Intent {
            id: core.intent,
            payee: core.payee.id,
            quote: core.digest(),
            core: core.clone(),
            capture: core.capture,
            reference: None,
            status: IntentStatus::Open,
            payment: None,
        };
        let payee = Payee {
            card: core.payee.clone(),
            place: core.place.clone(),
            city: self.city.clone(),
            // The code carries neither the account nor the keys of a payee.
            account: AccountId::from_bytes([0; 16]),
            currency: core.amount.currency(),
            api_key: None,
            signing_key: None,
            closed: false,
            registered_at: core.created_at,
        };
        let payload = signer.code(&intent, &payee).map_err(failed("cannot sign the code"))?;
        Ok((payload, core))
    }
}

/// Writes a code as it was asked for.
pub(super) fn write(
    payload: &str,
    core: Option<&QuoteCore>,
    drawing: &Drawing,
    output: &mut Output,
) -> Result<(), Failure> {
    let drawn = drawing.of(payload)?;
    if output.is_json() {
        let (intent, expires_at) = (core.map(|core| core.intent), core.map(|core| core.expires_at));
        return output.object(&Made { payload, intent, expires_at, svg: drawing.svg.then(|| drawn.svg()) });
    }
    if drawing.svg {
        output.line(&drawn.svg());
        return Ok(());
    }
    if drawing.draw {
        output.line(&drawn.blocks());
    }
    output.line(payload);
    Ok(())
}
