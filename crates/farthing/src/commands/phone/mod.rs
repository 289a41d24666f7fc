//! `farthing phone`: a simulated handset on the `device` crate, with its state in a folder.
//!
//! It stands in for what a browser cannot be, and says plainly what a terminal cannot see.

mod account;
mod back;
mod check;
mod page;
mod saved;
mod scan;
mod sticker;
mod vault;
mod words;

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use device::{Phone as Device, ShowError, Shown, SoftwareKey};
use money::{Amount, Currency, PayerId, PaymentId, ReasonCode, Secret};
use protocol::{
    CancelPaymentBody, DeviceView, FreezeBody, Page, PayerView, PaymentView, SessionKind, SignUpBody, TestFundsBody,
    Text, UnfreezeBody, limits,
};
use simulator::http::Connection;
use simulator::{Handset, HandsetError};

use self::account::{Devices, Sessions};
use self::back::{Recover, Recovery};
use self::check::{PinCommand, PinSource};
use self::page::{Posture, Screen, StatusView};
use self::saved::{Folder, Pending, Renewal, Saved};
use self::scan::{Code, Scanned, scan};
use self::vault::{KeyFile, Passphrase};
use self::words::{Spoken, Word};
use crate::failure::{Failure, failed};
use crate::output::Output;
use crate::source::Machine;
use crate::staff::refused;

type Line = Handset<SoftwareKey, Machine>;
type Name = Text<{ limits::NAME_CHARS_MAX }>;

/// How often an approval is sent until an answer is heard; always the same payment, so at most one of them moves money.
const TRIES_MAX: usize = 3;

/// A simulated handset: opens or joins a wallet, scans, shows, pays and freezes from a terminal.
#[derive(Debug, clap::Args)]
pub(crate) struct Phone {
    /// The folder of the phone's key and state, for its owner only.
    #[arg(long, value_name = "DIR", default_value = ".farthing-phone", env = "FARTHING_PHONE", global = true)]
    state: PathBuf,
    #[command(flatten)]
    passphrase: Passphrase,
    #[command(flatten)]
    pin: PinSource,
    /// The language people are spoken to in.
    #[arg(long, value_enum, default_value = "en", env = "FARTHING_LANG", global = true)]
    lang: Spoken,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Open a wallet at a server, or ask to join one, and pin the root of its keys.
    Enrol(Enrol),
    /// Ask again to be let into the wallet that `enrol --join` named.
    Join {},
    /// Look at a code: who made it, what it asks for, where the money would go, and what would be left.
    Scan {
        #[command(flatten)]
        code: Code,
        /// What to pay by a sticker, e.g. 4500KRW: shows the terms of that.
        #[arg(long, value_name = "AMOUNT")]
        amount: Option<Amount>,
    },
    /// Scan a code, show its terms, and approve them in one request.
    Pay {
        #[command(flatten)]
        code: Code,
        /// What to pay by a sticker, e.g. 4500KRW: its code names no amount.
        #[arg(long, value_name = "AMOUNT")]
        amount: Option<Amount>,
        /// Approve without being asked.
        #[arg(long)]
        yes: bool,
    },
    /// Do the one more check that a payment waits for, by the payment PIN, and send that very payment again.
    StepUp {},
    /// The payment PIN: show, set, remove.
    #[command(subcommand)]
    Pin(PinCommand),
    /// Give this device another key.
    Rotate {},
    /// For the day this phone is lost: printed codes, trusted contacts; and to speak for somebody else.
    #[command(subcommand)]
    Recovery(Recovery),
    /// Lose this phone: its key and state are gone from the folder, and nobody is told.
    Lose {
        /// Without being asked.
        #[arg(long)]
        yes: bool,
    },
    /// Come back to a wallet on this new phone: two factors of different kinds bind it.
    Recover(Recover),
    /// Tell the provider that a code does not belong where it is.
    Report(Code),
    /// Where this phone stands: wallet, device, key, session.
    Status {},
    /// What the wallet holds.
    Balance {},
    /// The latest payments.
    Activity {
        /// How many.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=200))]
        limit: u16,
    },
    /// Call off a payment that waits because a rule holds it.
    Cancel {
        /// Which payment (pay_…).
        payment: PaymentId,
    },
    /// Take test money; where the server allows it.
    Fund {
        /// How much, e.g. 50000KRW.
        amount: Amount,
    },
    /// The wallet's devices: list, let in, revoke.
    #[command(subcommand)]
    Devices(Devices),
    /// The wallet's sessions: list, end.
    #[command(subcommand)]
    Sessions(Sessions),
    /// Fetch the next access token now.
    Refresh {},
    /// Let nothing leave the wallet from now on.
    Freeze {},
    /// Let money leave again, after the operator's delay.
    Unfreeze {},
}

#[derive(Debug, clap::Args)]
struct Enrol {
    /// The server.
    #[arg(long)]
    url: String,
    /// How you want to be called.
    #[arg(long, required_unless_present = "join", conflicts_with = "join")]
    name: Option<Name>,
    /// Join this wallet (pyr_…) instead of opening one; a phone of that wallet lets this one in.
    #[arg(long, value_name = "PAYER")]
    join: Option<PayerId>,
    /// This machine is used by others too: no refresh token, two minutes without a request end it, and nothing follows.
    #[arg(long, requires = "join")]
    shared: bool,
    /// What to call this phone.
    #[arg(long, value_name = "NAME", default_value = "Terminal phone")]
    device_name: Name,
    /// The wallet's currency.
    #[arg(long, default_value = "KRW")]
    currency: Currency,
}

impl Phone {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let passphrase = self.passphrase.read()?;
        let mut screen = Screen { output, language: self.lang.into(), sealed: passphrase.is_some() };
        let enrols = matches!(self.command, Command::Enrol(_) | Command::Recover(_));
        let folder = Folder::open(&self.state, enrols, screen.output)?;
        match self.command {
            Command::Enrol(enrolment) => return enrol(&folder, enrolment, passphrase.as_ref(), &mut screen).await,
            Command::Recover(asked) => return back::recover(&folder, asked, passphrase.as_ref(), &mut screen).await,
            Command::Lose { yes } => {
                let saved = folder.read()?;
                if !yes && !approved(Word::Lose, &mut screen)? {
                    return Err(Failure::negative(screen.say(Word::NotLost)));
                }
                return back::lose(&folder, &saved, &mut screen);
            }
            _ => {}
        }
        let mut saved = folder.read()?;
        if matches!(self.command, Command::Rotate {})
            && back::found_good(&folder, &mut saved, passphrase.as_ref()).await?
        {
            screen.good(Word::Rotated);
        }
        let key = folder.key()?;
        screen.sealed = key.is_sealed();
        let mut line = saved.handset(&key, passphrase.as_ref())?.with_language(self.lang.tag());
        let (pin, passphrase) = (&self.pin, passphrase.as_ref());
        let run = Run { folder: &folder, saved: &mut saved, line: &mut line, pin, passphrase };
        let done = run.operate(self.command, &mut screen).await;
        if saved.is_over {
            folder.forget()?;
            return done;
        }
        saved.keep(&line);
        folder.write_state(&saved)?;
        done
    }
}

/// One command of an enrolled phone.
struct Run<'a> {
    folder: &'a Folder,
    saved: &'a mut Saved,
    line: &'a mut Line,
    pin: &'a PinSource,
    passphrase: Option<&'a Secret<String>>,
}

impl Run<'_> {
    async fn operate(mut self, command: Command, screen: &mut Screen<'_>) -> Result<(), Failure> {
        if let Command::Join {} = command {
            return account::join(self.saved, self.line, screen).await;
        }
        self.renew(matches!(command, Command::Refresh {})).await?;
        let payer = self.saved.payer;
        match command {
            Command::Enrol(_) | Command::Join {} | Command::Recover(_) | Command::Lose { .. } => Ok(()),
            Command::StepUp {} => check::step_up(self.saved, self.line, self.pin, screen).await,
            Command::Pin(command) => check::pin_command(command, self.saved, self.line, self.pin, screen).await,
            Command::Rotate {} => {
                back::rotate(self.folder, self.saved, self.line, self.pin, self.passphrase, screen).await
            }
            Command::Recovery(command) => back::recovery(command, self.saved, self.line, self.pin, screen).await,
            Command::Scan { code, amount } => {
                let scan = scan(&code.read(amount)?, self.saved, self.line).await?;
                scan.write(screen)?;
                let fine = scan.may_be_paid() || scan.wants_amount().is_some();
                if fine { Ok(()) } else { Err(Failure::negative("this code must not be paid")) }
            }
            Command::Pay { code, amount, yes } => self.pay(code.read(amount)?, yes, screen).await,
            Command::Report(code) => {
                code.read(None)?.report(self.line).await?;
                screen.done(Word::Reported)
            }
            Command::Status {} => self.status(screen).await,
            Command::Balance {} => screen.balance(&self.line.get("/v1/me").await.map_err(told)?),
            Command::Activity { limit } => {
                let path = format!("/v1/payments?limit={limit}");
                let page: Page<PaymentView> = self.line.get(&path).await.map_err(told)?;
                screen.activity(&page.items)
            }
            Command::Cancel { payment } => {
                let body = CancelPaymentBody { payment };
                let view: PaymentView = self.line.post("/v1/payments/cancel", &body).await.map_err(told)?;
                screen.payment(&view)
            }
            Command::Fund { amount } => {
                let body = TestFundsBody { amount };
                screen.balance(&self.line.post("/v1/test/funds", &body).await.map_err(told)?)
            }
            Command::Devices(command) => account::devices(command, self.saved, self.line, screen).await,
            Command::Sessions(command) => account::sessions(command, self.saved, self.line, screen).await,
            Command::Refresh {} => {
                screen.good(Word::Renewed);
                self.status(screen).await
            }
            Command::Freeze {} => {
                screen.balance(&self.line.post("/v1/freeze", &FreezeBody { payer }).await.map_err(told)?)
            }
            Command::Unfreeze {} => {
                screen.balance(&self.line.post("/v1/unfreeze", &UnfreezeBody { payer }).await.map_err(told)?)
            }
        }
    }

    async fn renew(&mut self, always: bool) -> Result<(), Failure> {
        match self.saved.renew(self.line, always, self.folder).await {
            Ok(()) => Ok(()),
            Err(Renewal::Folder(failure)) => Err(failure),
            Err(Renewal::Line(HandsetError::Refused(problem)))
                if !self.saved.bound && problem.code == ReasonCode::AuthRefused =>
            {
                let failure = Failure::negative("this phone has not been let into the wallet yet");
                Err(failure.hint("farthing phone join shows what to run on a phone of the wallet"))
            }
            Err(Renewal::Line(error)) => Err(told(error)),
        }
    }

    async fn status(&mut self, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let payer: PayerView = self.line.get("/v1/me").await.map_err(told)?;
        let devices: Page<DeviceView> = self.line.get("/v1/devices").await.map_err(told)?;
        let own = devices.items.iter().find(|device| device.device == self.saved.device);
        let device = own.ok_or_else(|| Failure::new("the server does not list this device"))?;
        let token = self.saved.token.as_ref();
        screen.status(&StatusView {
            server: &self.saved.url,
            payer: &payer,
            device,
            session: token.map(|token| token.session),
            token_expires_at: token.map(|token| token.expires_at),
            posture: Posture::new(screen.sealed),
        })
    }

    async fn pay(&mut self, mut scanned: Scanned, yes: bool, screen: &mut Screen<'_>) -> Result<(), Failure> {
        let mut scan = self::scan(&scanned, self.saved, self.line).await?;
        if let Some(sticker) = scan.wants_amount() {
            if !screen.output.is_json() {
                scan.write(screen)?;
            }
            let hint = "--amount 4500KRW says what to pay by this sticker";
            let entered = answered(Word::EnterAmount, hint, screen)?;
            scanned.amount = Some(sticker.entered(&entered)?);
            scan = self::scan(&scanned, self.saved, self.line).await?;
        }
        if !screen.output.is_json() {
            scan.write(screen)?;
        }
        let shown: Shown = scan.into_shown().map_err(|error| {
            let unsigned = || screen.say(Word::NotSigned).to_owned();
            let reason = error.map_or_else(unsigned, |error: ShowError| error.to_string());
            Failure::negative(format!("this code must not be paid: {reason}"))
        })?;
        if !yes && !approved(Word::Approve, screen)? {
            return Err(Failure::negative(screen.say(Word::NotApproved)));
        }
        // Whoever thought about it for long needs another token first.
        self.renew(false).await?;
        let payment = self.line.payment_id().map_err(told)?;
        match self.send(&shown, payment).await? {
            Sent::Paid(paid) => screen.payment(&paid),
            Sent::Unchecked(problem) => {
                let body = self.line.phone().pay_body(&shown, payment);
                self.saved.pending = Some(Pending { body });
                if check::is_by_pin(&problem) && self.pin.is_there() {
                    return check::step_up(self.saved, self.line, self.pin, screen).await;
                }
                let failure = told(HandsetError::Refused(problem));
                Err(failure.hint("farthing phone step-up does it and sends this very payment"))
            }
        }
    }

    /// Sends one approval until an answer is heard. WHY again: the same payment id moves money at most once.
    async fn send(&mut self, shown: &Shown, payment: money::PaymentId) -> Result<Sent, Failure> {
        let mut unheard = None;
        for _ in 0..TRIES_MAX {
            match self.line.pay(shown, payment).await {
                Ok(paid) => return Ok(Sent::Paid(Box::new(paid))),
                Err(HandsetError::Refused(problem)) if problem.step_up.is_some() => {
                    return Ok(Sent::Unchecked(problem));
                }
                Err(HandsetError::Http(error)) => unheard = Some(error),
                Err(error) => return Err(told(error)),
            }
        }
        let failure = match &unheard {
            Some(error) => Failure::because(format!("it is not known whether `{payment}` was paid"), error),
            None => Failure::new("nothing was sent"),
        };
        Err(failure.hint("farthing phone activity shows it, if it was; do not pay again before you looked"))
    }
}

/// What became of an approval.
enum Sent {
    Paid(Box<PaymentView>),
    /// One more check is missing.
    Unchecked(Box<protocol::Problem>),
}

async fn enrol(
    folder: &Folder,
    enrolment: Enrol,
    passphrase: Option<&Secret<String>>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    if folder.holds_a_phone() {
        return Err(Failure::new("the folder holds a phone already").hint("another folder: --state DIR"));
    }
    let Enrol { url, name, join, shared, device_name, currency } = enrolment;
    let kind = if shared { SessionKind::Shared } else { SessionKind::Own };
    let url = url.trim_end_matches('/').to_owned();
    let mut saved = Saved::new(url.clone(), device_name.clone(), join, kind)?;
    let key = KeyFile::new((saved.payer, saved.device), passphrase)?;
    let connection = Connection::to(&url).map_err(failed("cannot call the server"))?;
    let signing = key.open((saved.payer, saved.device), passphrase)?;
    let mut phone = Device::new(signing, url, saved.payer, saved.device);
    if shared {
        phone = phone.shared();
    }
    let mut line = Handset::new(phone, connection, Machine);
    saved.pin(line.read("/.well-known/farthing-keys").await.map_err(told)?)?;
    // Before the server knows the key, it must be where it is found again.
    folder.write_key(&key)?;
    let Some(name) = name else {
        let done = account::join(&mut saved, &mut line, screen).await;
        folder.write_state(&saved)?;
        return done;
    };
    let body = SignUpBody { currency, device: saved.device, device_name, name, payer: saved.payer };
    let view = line.sign_up(&body).await.map_err(told)?;
    (saved.token, saved.bound) = (Some(view.token), true);
    saved.keep(&line);
    folder.write_state(&saved)?;
    screen.good(Word::Opened);
    screen.balance(&view.payer)
}

/// Asks the person in front of the terminal. Without one, silence is no approval.
fn approved(question: Word, screen: &mut Screen<'_>) -> Result<bool, Failure> {
    let answer = answered(question, "--yes approves what is shown", screen)?;
    Ok(matches!(answer.as_str(), "y" | "Y" | "yes" | "네" | "예"))
}

/// What the person in front of the terminal types.
fn answered(question: Word, hint: &'static str, screen: &mut Screen<'_>) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new("nobody is here to approve").hint(hint));
    }
    let question = screen.say(question);
    screen.output.note(question);
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(failed("cannot read the answer"))?;
    Ok(answer.trim().to_owned())
}

/// What went wrong on the line, in one sentence.
fn told(error: HandsetError) -> Failure {
    match error {
        HandsetError::Refused(problem) => refused(&problem.message, problem.code.code(), problem.detail.as_deref()),
        other => Failure::because("the server could not be asked", &other),
    }
}
