//! The wallet's devices and sessions: looked at, let in, ended, revoked.

use device::JoinRequest;
use money::{DeviceId, SessionId};
use protocol::{BindDeviceBody, DeviceView, EndSessionsBody, Page, RevokeDeviceBody, SessionView};
use serde::Serialize;

use super::page::Screen;
use super::saved::Saved;
use super::words::Word;
use super::{Line, approved, told};
use crate::failure::{Failure, failed};
use crate::output::{FAINT, LINK, STRONG};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Devices {
    /// The wallet's devices, oldest first.
    List {},
    /// Let another phone in: the text its `enrol --join` shows.
    Bind {
        /// The new phone's request (farthing-join:…).
        request: String,
        /// Bind without being asked to compare the digits.
        #[arg(long)]
        yes: bool,
    },
    /// Let a device act no longer.
    Revoke {
        /// Which (dev_…).
        device: DeviceId,
    },
}

#[derive(Debug, clap::Subcommand)]
pub(super) enum Sessions {
    /// The wallet's live sessions: device, since when, last time and network.
    List {},
    /// End one session, or all of a device's; without any name, this phone's own: log out.
    End {
        /// Which (ses_…).
        session: Option<SessionId>,
        /// All of this device's (dev_…).
        #[arg(long, conflicts_with = "session")]
        device: Option<DeviceId>,
    },
}

/// With `--json`: a request to be let in.
#[derive(Serialize)]
struct JoinView<'a> {
    /// The wallet.
    payer: money::PayerId,
    /// This device.
    device: DeviceId,
    /// For `devices bind` on a bound phone.
    request: &'a str,
    /// What both phones must show.
    digits: &'a str,
}

/// Asks to be let into the wallet.
pub(super) async fn join(saved: &mut Saved, line: &mut Line, screen: &mut Screen<'_>) -> Result<(), Failure> {
    let possession = line.possession().await.map_err(told)?;
    saved.keep(line);
    let device_name = saved.device_name.clone();
    let request = JoinRequest { device: saved.device, device_name, kind: saved.kind, payer: saved.payer, possession };
    let (text, digits) = (request.text(), request.check_digits().unwrap_or_default());
    if screen.output.is_json() {
        let (payer, device) = (saved.payer, saved.device);
        return screen.output.object(&JoinView { payer, device, request: &text, digits: &digits });
    }
    let ask = screen.say(Word::AskToJoin);
    screen.output.line(ask);
    screen.output.line(&format!("{LINK}farthing phone devices bind {text}{LINK:#}"));
    let why = screen.say(Word::DigitsWhy);
    screen.rows(vec![(Word::Digits, format!("{STRONG}{digits}{STRONG:#}  {FAINT}{why}{FAINT:#}"))]);
    Ok(())
}

pub(super) async fn devices(
    command: Devices,
    saved: &Saved,
    line: &mut Line,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    match command {
        Devices::List {} => {
            let page: Page<DeviceView> = line.get("/v1/devices").await.map_err(told)?;
            screen.devices(&page.items, saved)
        }
        Devices::Bind { request, yes } => {
            let request = JoinRequest::parse(&request).map_err(failed("nothing was bound"))?;
            if request.payer != saved.payer {
                return Err(Failure::negative("the request is for another wallet; nothing was bound"));
            }
            let digits = request.check_digits().unwrap_or_default();
            if !yes {
                let name = format!("{}  {FAINT}{}{FAINT:#}", request.device_name, request.device);
                let machine = if request.kind.is_own() { Word::OwnMachine } else { Word::SharedMachine };
                let machine = screen.say(machine).to_owned();
                let digits = format!("{STRONG}{digits}{STRONG:#}");
                screen.rows(vec![(Word::Device, name), (Word::Machine, machine), (Word::Digits, digits)]);
                if !approved(Word::Bind, screen)? {
                    return Err(Failure::negative(screen.say(Word::NotBound)));
                }
            }
            let body: BindDeviceBody = request.body();
            let bound: DeviceView = line.post("/v1/devices", &body).await.map_err(told)?;
            screen.devices(&[bound], saved)
        }
        Devices::Revoke { device } => {
            let body = RevokeDeviceBody { device };
            let revoked: DeviceView = line.post("/v1/devices/revoke", &body).await.map_err(told)?;
            screen.devices(&[revoked], saved)
        }
    }
}

pub(super) async fn sessions(
    command: Sessions,
    saved: &mut Saved,
    line: &mut Line,
    screen: &mut Screen<'_>,
) -> Result<(), Failure> {
    let Sessions::End { session, device } = command else {
        let page: Page<SessionView> = line.get("/v1/sessions").await.map_err(told)?;
        return screen.sessions(&page.items);
    };
    let own = saved.token.as_ref().map(|token| token.session);
    let body = match (session, device) {
        (None, Some(device)) => EndSessionsBody { device, session: None },
        (None, None) => EndSessionsBody { device: saved.device, session: own },
        (Some(session), _) => {
            let page: Page<SessionView> = line.get("/v1/sessions").await.map_err(told)?;
            let found = page.items.iter().find(|known| known.session == session);
            let found = found.ok_or_else(|| Failure::negative(format!("`{session}` is no live session")))?;
            EndSessionsBody { device: found.device, session: Some(session) }
        }
    };
    let is_own = body.device == saved.device && body.session.is_none_or(|session| Some(session) == own);
    let view: DeviceView = line.post("/v1/sessions/end", &body).await.map_err(told)?;
    if !is_own {
        return screen.devices(&[view], saved);
    }
    (saved.token, saved.is_over) = (None, !saved.kind.is_own());
    screen.good(Word::EndedOwn);
    if screen.output.is_json() { screen.output.object(&view) } else { Ok(()) }
}
