//! One more check: the payment PIN, where the server asks for it, and then the same bytes again.

use std::io::IsTerminal;
use std::path::PathBuf;

use protocol::{
    ApprovalView, Blind, PaymentView, Pin, PinStepUpBody, PinView, RemovePinBody, SetPinBody, Strength, sha256,
    to_canonical,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use simulator::HandsetError;
use store::entropy;

use super::page::Screen;
use super::saved::{Pending, Saved};
use super::words::Word;
use super::{Line, told};
use crate::failure::{Failure, failed};

/// Where the payment PIN comes from: a file, or the person in front of the terminal; never an argument.
#[derive(Debug, clap::Args)]
pub(super) struct PinSource {
    /// A file whose first line is the payment PIN, six digits; asked for on the terminal otherwise.
    #[arg(long, value_name = "FILE", env = "FARTHING_PHONE_PIN_FILE", global = true)]
    pin_file: Option<PathBuf>,
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum PinCommand {
    /// Whether there is one, from when it may be used, and how many tries are left.
    Show {},
    /// Set one, or another in the place of the present one.
    Set {
        /// A file whose first line is the present PIN, where there is one.
        #[arg(long, value_name = "FILE")]
        old_pin_file: Option<PathBuf>,
    },
    /// Have none any more; the present one approves it.
    Remove {},
}

impl PinSource {
    /// Whether it can be had: from the file, or from somebody who is there.
    pub(super) fn is_there(&self) -> bool {
        self.pin_file.is_some() || std::io::stdin().is_terminal()
    }

    fn read(&self, screen: &mut Screen<'_>) -> Result<Pin, Failure> {
        match &self.pin_file {
            Some(path) => first_line(path),
            None => asked(screen),
        }
    }
}

fn first_line(path: &std::path::Path) -> Result<Pin, Failure> {
    let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
    pin(text.lines().next().unwrap_or_default())
}

/// WHY it is seen while it is typed: nothing here turns a terminal's echo off; a real phone has its own keypad.
fn asked(screen: &mut Screen<'_>) -> Result<Pin, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("nobody is here to enter the payment PIN").hint("--pin-file FILE"));
    }
    let question = screen.say(Word::EnterPin);
    screen.output.note(question);
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(failed("cannot read the answer"))?;
    pin(&answer)
}

fn pin(text: &str) -> Result<Pin, Failure> {
    Pin::new(text.trim().to_owned()).map_err(failed("this is no payment PIN"))
}

fn blind() -> Result<Blind, Failure> {
    Ok(Blind::from_random(entropy::random().map_err(failed("no random bytes can be had"))?))
}

/// Sends a body; where one more check is missing that the PIN is enough for, does it and sends the same body again.
pub(super) async fn send<B: Serialize + Sync, T: DeserializeOwned>(
    line: &mut Line,
    (path, body): (&str, &B),
    source: &PinSource,
    screen: &mut Screen<'_>,
) -> Result<T, Failure> {
    match line.post(path, body).await {
        Err(HandsetError::Refused(problem)) if source.is_there() && is_by_pin(&problem) => {
            let _: ApprovalView = approve(line, sha256(&to_canonical(body)), source, screen).await?;
            line.post(path, body).await.map_err(told)
        }
        answer => answer.map_err(told),
    }
}

/// Whether what is missing can be done here: a terminal has a PIN, and no passkey.
pub(super) fn is_by_pin(problem: &protocol::Problem) -> bool {
    let asked = problem.step_up.as_ref();
    asked.is_some_and(|asked| asked.methods.iter().any(|method| method.strength == Strength::Pin))
}

async fn approve(
    line: &mut Line,
    body: money::Digest,
    source: &PinSource,
    screen: &mut Screen<'_>,
) -> Result<ApprovalView, Failure> {
    let sent = PinStepUpBody { blind: blind()?, body, pin: source.read(screen)? };
    line.post("/v1/step-up/pin", &sent).await.map_err(told)
}

/// With `--json`: what became of the approval that waited for a check.
#[derive(Serialize)]
struct CheckedView<'a> {
    /// The check.
    approval: &'a ApprovalView,
    /// The payment it was for.
    payment: &'a PaymentView,
}

/// Approves the payment that waits for one more check, and sends it.
pub(super) async fn step_up(
    saved: &mut Saved,
    line: &mut Line,
    source: &PinSource,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let Some(Pending { body }) = saved.pending.clone() else {
        return Err(
            Failure::negative("nothing waits for a check").hint("farthing phone pay leaves what it was asked for")
        );
    };
    let approval = approve(line, sha256(&to_canonical(&body)), source, screen).await?;
    let payment: PaymentView = match line.post("/v1/payments", &body).await {
        // No answer: it may have been paid, and the same id is sent again.
        Err(HandsetError::Http(error)) => return Err(told(HandsetError::Http(error))),
        answer => {
            // Whatever the server said to these very bytes is their end: another attempt is another payment.
            saved.pending = None;
            answer.map_err(told)?
        }
    };
    if screen.output.is_json() {
        return screen.output.object(&CheckedView { approval: &approval, payment: &payment });
    }
    screen.payment(&payment)
}

/// The payment PIN itself.
pub(super) async fn pin_command(
    command: PinCommand,
    saved: &Saved,
    line: &mut Line,
    source: &PinSource,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let view: PinView = match command {
        PinCommand::Show {} => line.get("/v1/pin").await.map_err(told)?,
        PinCommand::Set { old_pin_file } => {
            let old = old_pin_file.as_deref().map(first_line).transpose()?;
            let body = SetPinBody { blind: blind()?, new: source.read(screen)?, old };
            line.post("/v1/pin", &body).await.map_err(told)?
        }
        PinCommand::Remove {} => {
            send(line, ("/v1/pin/remove", &RemovePinBody { payer: saved.payer }), source, screen).await?
        }
    };
    screen.pin(&view)
}
