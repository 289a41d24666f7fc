//! Another key, the phone lost, and the way back: `rotate`, `lose`, `recover`, and what is kept for that day.

use std::path::{Path, PathBuf};

use device::Phone as Device;
use money::{DeviceId, PayerId, ReasonCode, Secret};
use protocol::{
    AddContactBody, CodesView, DeviceView, FreezeForBody, HeardView, PayerView, PrintCodesBody, RecoverBody,
    RecoveredView, RecoveryCode, RecoveryView, RemoveContactBody, RotateKeyBody, VouchBody,
};
use serde::Serialize;
use simulator::http::Connection;
use simulator::{Handset, HandsetError};

use super::check::{self, PinSource};
use super::page::Screen;
use super::saved::{Folder, Saved};
use super::vault::KeyFile;
use super::words::Word;
use super::{Line, Name, told};
use crate::failure::{Failure, failed};
use crate::output::STRONG;
use crate::source::Machine;

/// What is kept, and done, for the day the phone is lost.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Recovery {
    /// How this wallet could come back: printed codes that are left, trusted contacts.
    Show {},
    /// A new sheet of printed codes, shown once; the old one is void.
    Print {},
    /// Trust another wallet to vouch and to freeze, after the waiting time.
    Trust {
        /// Theirs (pyr_…).
        contact: PayerId,
        /// What to call them.
        #[arg(long)]
        name: Name,
    },
    /// Trust them no longer.
    Distrust {
        /// Theirs (pyr_…).
        contact: PayerId,
    },
    /// As a contact: say that this new device is its owner's.
    Vouch {
        /// Whose wallet (pyr_…).
        #[arg(long)]
        payer: PayerId,
        /// The new device, as its owner reads it out (dev_…).
        #[arg(long)]
        device: DeviceId,
    },
    /// As a contact: let nothing leave that wallet for a day.
    FreezeFor {
        /// Whose wallet (pyr_…).
        payer: PayerId,
    },
}

/// Come back to a wallet on a new phone.
#[derive(Debug, clap::Args)]
pub(super) struct Recover {
    /// The server; only the first time.
    #[arg(long)]
    url: Option<String>,
    /// The wallet (pyr_…); only the first time.
    #[arg(long)]
    payer: Option<PayerId>,
    /// What to call this phone.
    #[arg(long, value_name = "NAME", default_value = "Terminal phone")]
    device_name: Name,
    /// A file whose first line is a printed code; it is used up.
    #[arg(long, value_name = "FILE")]
    code_file: Option<PathBuf>,
}

/// With `--json`: where a recovery stands.
#[derive(Serialize)]
struct ComingBackView<'a> {
    /// The wallet.
    payer: PayerId,
    /// This phone, as contact and provider must know it.
    device: DeviceId,
    /// Whether two factors have bound it.
    bound: bool,
    /// What is missing.
    reason: Option<ReasonCode>,
    /// The wallet, once it is bound.
    wallet: Option<&'a PayerView>,
}

/// With `--json`: what is gone, and what is needed to come back.
#[derive(Serialize)]
struct LostView {
    /// The wallet: keep its id with the printed codes.
    payer: PayerId,
    /// The device that is lost.
    device: DeviceId,
    /// Its server.
    server: String,
}

pub(super) async fn recovery(
    command: Recovery,
    saved: &Saved,
    line: &mut Line,
    source: &PinSource,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    match command {
        Recovery::Show {} => screen.recovery(&line.get("/v1/recovery").await.map_err(told)?),
        Recovery::Print {} => {
            let body = PrintCodesBody { payer: saved.payer };
            let sheet: CodesView = check::send(line, ("/v1/recovery/codes", &body), source, screen).await?;
            screen.sheet(&sheet, saved.payer)
        }
        Recovery::Trust { contact, name } => {
            let body = AddContactBody { contact, name };
            let view: RecoveryView = check::send(line, ("/v1/recovery/contacts", &body), source, screen).await?;
            screen.recovery(&view)
        }
        Recovery::Distrust { contact } => {
            let (path, body) = ("/v1/recovery/contacts/remove", RemoveContactBody { contact });
            let view: RecoveryView = check::send(line, (path, &body), source, screen).await?;
            screen.recovery(&view)
        }
        Recovery::Vouch { payer, device } => {
            let body = VouchBody { device, payer };
            screen.heard(&line.post::<_, HeardView>("/v1/recovery/vouch", &body).await.map_err(told)?)
        }
        Recovery::FreezeFor { payer } => {
            let body = FreezeForBody { payer };
            screen.heard(&line.post::<_, HeardView>("/v1/recovery/freeze-for", &body).await.map_err(told)?)
        }
    }
}

/// Whether the key of a rotation that was cut short is the good one; it is this phone's then.
pub(super) async fn found_good(
    folder: &Folder,
    saved: &mut Saved,
    passphrase: Option<&Secret<String>>,
) -> Result<bool, Failure> {
    let Some(next) = folder.next_key()? else { return Ok(false) };
    let mut line = saved.handset(&next, passphrase)?;
    line.phone_mut().reset_token();
    let Ok(token) = line.renew_token().await else { return Ok(false) };
    adopt(folder, saved)?;
    saved.token = Some(token);
    saved.keep(&line);
    folder.write_state(saved)?;
    Ok(true)
}

/// Gives this device another key. The new one is on disk before the server knows it, and takes the old one's place after: a
/// process that dies in between finds out by the next `rotate` which of the two is good.
pub(super) async fn rotate(
    folder: &Folder,
    saved: &mut Saved,
    line: &mut Line,
    source: &PinSource,
    passphrase: Option<&Secret<String>>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let owner = (saved.payer, saved.device);
    let key = match folder.next_key()? {
        Some(key) => key,
        None => KeyFile::new(owner, passphrase)?,
    };
    folder.write_next_key(&key)?;
    let next = Device::new(key.open(owner, passphrase)?, saved.url.as_str(), saved.payer, saved.device);
    let connection = Connection::to(&saved.url).map_err(failed("cannot call the server"))?;
    let mut next = Handset::new(next, connection, Machine);
    let possession = next.possession_at("/v1/devices/rotate").await.map_err(told)?;
    let body = RotateKeyBody { possession };
    let device: DeviceView = check::send(line, ("/v1/devices/rotate", &body), source, screen).await?;
    adopt(folder, saved)?;
    screen.good(Word::Rotated);
    screen.devices(&[device], saved)
}

/// The new key is this phone's from now on; tokens of the old one are worth nothing.
fn adopt(folder: &Folder, saved: &mut Saved) -> Result<(), Failure> {
    saved.token = None;
    folder.adopt_next_key()
}

/// Loses this phone: its key and state are gone from this folder, and nobody is told, as when it is lost.
pub(super) fn lose(folder: &Folder, saved: &Saved, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let view = LostView { payer: saved.payer, device: saved.device, server: saved.url.clone() };
    folder.forget()?;
    if screen.output.is_json() {
        return screen.output.object(&view);
    }
    screen.good(Word::Lost);
    screen.rows(vec![
        (Word::Wallet, format!("{STRONG}{}{STRONG:#}", view.payer)),
        (Word::Device, view.device.to_string()),
        (Word::Server, view.server),
    ]);
    Ok(())
}

/// Shows what speaks for this new phone; as often as is needed until two factors do.
pub(super) async fn recover(
    folder: &Folder,
    asked: Recover,
    passphrase: Option<&Secret<String>>,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let code = asked.code_file.as_deref().map(code).transpose()?;
    let (mut saved, key) = if folder.holds_a_phone() {
        (folder.read()?, folder.key()?)
    } else {
        let (Some(url), Some(payer)) = (asked.url, asked.payer) else {
            return Err(Failure::new("which wallet, at which server?").hint("--url URL --payer PAYER"));
        };
        let url = url.trim_end_matches('/').to_owned();
        let saved = Saved::new(url, asked.device_name, Some(payer), protocol::SessionKind::Own)?;
        let key = KeyFile::new((saved.payer, saved.device), passphrase)?;
        folder.write_key(&key)?;
        folder.write_state(&saved)?;
        (saved, key)
    };
    if saved.bound {
        return Err(Failure::negative("this phone is one of the wallet's already"));
    }
    let mut line = saved.handset(&key, passphrase)?.with_language(screen.language_tag());
    if saved.is_unpinned() {
        saved.pin(line.read("/.well-known/farthing-keys").await.map_err(told)?)?;
    }
    let (device, payer) = (saved.device, saved.payer);
    let body = RecoverBody { code, device, device_name: saved.device_name.clone(), passkey: None, payer };
    let answer = line.enrol::<_, RecoveredView>("/v1/recovery", &body).await;
    saved.keep(&line);
    let (view, reason) = match answer {
        Ok(view) => (Some(view), None),
        Err(HandsetError::Refused(problem)) if MISSING.contains(&problem.code) => (None, Some(problem.code)),
        Err(error) => {
            folder.write_state(&saved)?;
            return Err(told(error));
        }
    };
    if let Some(view) = &view {
        (saved.token, saved.bound) = (Some(view.token.clone()), true);
    }
    folder.write_state(&saved)?;
    let (bound, wallet) = (view.is_some(), view.as_ref().map(|view| &view.payer));
    if screen.output.is_json() {
        return screen.output.object(&ComingBackView { payer, device, bound, reason, wallet });
    }
    match wallet {
        Some(wallet) => {
            screen.good(Word::Recovered);
            screen.balance(wallet)
        }
        None => {
            let why = reason.map_or("", |reason| reason.text(screen.language));
            screen.output.line(why);
            screen.rows(vec![(Word::Device, format!("{STRONG}{device}{STRONG:#}"))]);
            Ok(())
        }
    }
}

/// Answers that say how it goes on.
const MISSING: [ReasonCode; 2] = [ReasonCode::RecoveryFactorMissing, ReasonCode::RecoveryPapersNeeded];

fn code(path: &Path) -> Result<RecoveryCode, Failure> {
    let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let value = serde_json::Value::from(line);
    serde_json::from_value(value).map_err(failed(format!("there is no printed code in `{}`", path.display())))
}
