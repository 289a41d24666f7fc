//! `farthing phone`: a simulated handset on the `device` crate, with its state in a folder.
//!
//! It stands in for what a browser cannot be, and says plainly what a terminal cannot see.

mod page;
mod saved;

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use device::{Phone as Device, ShowError, Shown, SoftwareKey};
use money::{Amount, Currency, IntentId, ReasonCode};
use protocol::{
    FreezeBody, Page, PayerView, PaymentView, QuoteCore, SignUpBody, TestFundsBody, Text, UnfreezeBody, limits,
};
use simulator::http::Connection;
use simulator::{Handset, HandsetError};

use self::page::Scan;
use self::saved::Saved;
use crate::failure::{Failure, failed};
use crate::output::{GOOD, Output};
use crate::source::Machine;
use crate::staff::refused;

type Line = Handset<SoftwareKey, Machine>;
type Name = Text<{ limits::NAME_CHARS_MAX }>;

/// A simulated handset: opens a wallet, scans, shows, pays and freezes from a terminal.
#[derive(Debug, clap::Args)]
pub(crate) struct Phone {
    /// The folder of the phone's key and state, for its owner only.
    #[arg(long, value_name = "DIR", default_value = ".farthing-phone", env = "FARTHING_PHONE", global = true)]
    state: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Open a wallet at a server and pin the root of its keys.
    Enrol {
        /// The server.
        #[arg(long)]
        url: String,
        /// How you want to be called.
        #[arg(long)]
        name: Name,
        /// What to call this phone.
        #[arg(long, value_name = "NAME", default_value = "Terminal phone")]
        device_name: Name,
        /// The wallet's currency.
        #[arg(long, default_value = "KRW")]
        currency: Currency,
    },
    /// Look at a code: who made it, what it asks for, and where the money would go.
    Scan {
        /// The scanned text, an intent's id (int_…), or - to read a line from stdin.
        code: String,
    },
    /// Scan a code, show its terms, and approve them in one request.
    Pay {
        /// The scanned text, an intent's id (int_…), or - to read a line from stdin.
        code: String,
        /// Approve without being asked.
        #[arg(long)]
        yes: bool,
    },
    /// What the wallet holds.
    Balance {},
    /// The latest payments.
    Activity {
        /// How many.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=200))]
        limit: u16,
    },
    /// Take test money; where the server allows it.
    Fund {
        /// How much, e.g. 50000KRW.
        amount: Amount,
    },
    /// Let nothing leave the wallet from now on.
    Freeze {},
    /// Let money leave again, after the operator's delay.
    Unfreeze {},
}

impl Phone {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        if let Command::Enrol { url, name, device_name, currency } = self.command {
            return enrol(&self.state, url, (name, device_name), currency, output).await;
        }
        let mut saved = Saved::read(&self.state)?;
        let mut line = saved.handset()?;
        let done = operate(self.command, &mut saved, &mut line, output).await;
        saved.keep(&line);
        saved.write(&self.state)?;
        done
    }
}

async fn operate(command: Command, saved: &mut Saved, line: &mut Line, output: &mut Output) -> Result<(), Failure> {
    saved.token(line).await.map_err(told)?;
    match command {
        Command::Enrol { .. } => Ok(()),
        Command::Scan { code } => {
            let scan = scan(&read_code(code)?, saved, line).await?;
            scan.write(output)?;
            if scan.may_be_paid() { Ok(()) } else { Err(Failure::negative("this code must not be paid")) }
        }
        Command::Pay { code, yes } => pay(&read_code(code)?, yes, saved, line, output).await,
        Command::Balance {} => {
            let view: PayerView = line.get("/v1/me").await.map_err(told)?;
            page::balance(&view, output)
        }
        Command::Activity { limit } => {
            let page: Page<PaymentView> = line.get(&format!("/v1/payments?limit={limit}")).await.map_err(told)?;
            page::activity(&page.items, output)
        }
        Command::Fund { amount } => {
            let view: PayerView = line.post("/v1/test/funds", &TestFundsBody { amount }).await.map_err(told)?;
            page::balance(&view, output)
        }
        Command::Freeze {} => {
            let body = FreezeBody { payer: saved.payer };
            let view: PayerView = line.post("/v1/freeze", &body).await.map_err(told)?;
            page::balance(&view, output)
        }
        Command::Unfreeze {} => {
            let body = UnfreezeBody { payer: saved.payer };
            let view: PayerView = line.post("/v1/unfreeze", &body).await.map_err(told)?;
            page::balance(&view, output)
        }
    }
}

async fn enrol(
    state: &std::path::Path,
    url: String,
    (name, device_name): (Name, Name),
    currency: Currency,
    output: &mut Output,
) -> Result<(), Failure> {
    if Saved::exists(state) {
        let failure = Failure::new(format!("`{}` holds a phone already", state.display()));
        return Err(failure.hint("another folder: --state DIR"));
    }
    let url = url.trim_end_matches('/').to_owned();
    let mut saved = Saved::new(url.clone())?;
    let key = saved.key()?;
    let connection = Connection::to(&url).map_err(failed("cannot call the server"))?;
    let mut line = Handset::new(Device::new(key, url, saved.payer, saved.device), connection, Machine);
    saved.pin(line.read("/.well-known/farthing-keys").await.map_err(told)?)?;
    let body = SignUpBody { currency, device: saved.device, device_name, name, payer: saved.payer };
    let view = line.sign_up(&body).await.map_err(told)?;
    saved.token = Some(view.token);
    saved.keep(&line);
    saved.write(state)?;
    if !output.is_json() {
        output.line(&format!("{GOOD}The wallet is open.{GOOD:#}"));
    }
    page::balance(&view.payer, output)
}

/// Fetches the terms of a code and checks one against the other, without signing anything.
async fn scan(code: &str, saved: &mut Saved, line: &mut Line) -> Result<Scan, Failure> {
    let now = line.now().map_err(told)?;
    if let Ok(intent) = code.parse::<IntentId>() {
        let core = terms(intent, line).await?;
        return Ok(Scan::of_link(core, now));
    }
    let mut keys = saved.trusted(now).ok();
    let mut inspection = qr::inspect(code, keys.as_ref(), now);
    if inspection.reasons.contains(&ReasonCode::CodeUnknownKey) {
        // The keys may have been rotated: the pinned root says whether the new set counts.
        saved.renew_keys(line.read("/.well-known/farthing-keys").await.map_err(told)?, now)?;
        keys = saved.trusted(now).ok();
        inspection = qr::inspect(code, keys.as_ref(), now);
    }
    let intent = intent_of(code);
    let Some((keys, intent)) = keys.zip(intent) else { return Ok(Scan::unpayable(inspection, now)) };
    let core = terms(intent, line).await?;
    Ok(Scan::of_code(inspection, core.clone(), device::check_shown(code, core, &keys, now), now))
}

/// The intent a code names; nothing about it is proven yet.
fn intent_of(code: &str) -> Option<IntentId> {
    const TERMS: u8 = 80;
    qr::decode(code).ok()?.element(TERMS)?.child(1)?.parse().ok()
}

async fn terms(intent: IntentId, line: &mut Line) -> Result<QuoteCore, Failure> {
    line.read(&format!("/v1/intents/{intent}/core")).await.map_err(told)
}

async fn pay(code: &str, yes: bool, saved: &mut Saved, line: &mut Line, output: &mut Output) -> Result<(), Failure> {
    let scan = scan(code, saved, line).await?;
    if !output.is_json() {
        scan.write(output)?;
    }
    let shown: Shown = scan.into_shown().map_err(|error| {
        let reason =
            error.map_or_else(|| "it is not signed by this server".to_owned(), |error: ShowError| error.to_string());
        Failure::negative(format!("this code must not be paid: {reason}"))
    })?;
    if !yes && !approved(output)? {
        return Err(Failure::negative("not approved; nothing was signed"));
    }
    let payment = line.payment_id().map_err(told)?;
    let paid = line.pay(&shown, payment).await.map_err(told)?;
    page::payment(&paid, output)
}

/// Asks the person in front of the terminal. Without one, silence is no approval.
fn approved(output: &mut Output) -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("nobody is here to approve").hint("--yes approves what is shown"));
    }
    output.note("Approve? 승인할까요? [y/N]");
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(failed("cannot read the answer"))?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "네" | "예"))
}

fn read_code(code: String) -> Result<String, Failure> {
    if code != "-" {
        return Ok(code);
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(failed("cannot read the code"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// What went wrong on the line, in one sentence.
fn told(error: HandsetError) -> Failure {
    match error {
        HandsetError::Refused(problem) => refused(&problem.title, problem.code.code(), problem.detail.as_deref()),
        other => Failure::because("the server could not be asked", &other),
    }
}
