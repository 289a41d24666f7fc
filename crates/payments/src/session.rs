//! Sessions: opened by a device's key, carried on by a refresh token that works once, ended at once.

use money::{DeviceId, Digest, Instant, ReasonCode, SessionId};
use protocol::{EndSessionsBody, RevokeDeviceBody, SessionKind};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::{Kept, Session, Standing};
use crate::model::{Device, Payer};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::recovery;
use crate::step_up::{self, Demand, Met};

/// Whose session is opened or carried on.
pub(crate) struct Asking<'a> {
    pub(crate) payer: money::PayerId,
    pub(crate) device: DeviceId,
    pub(crate) key: Digest,
    pub(crate) place: &'a str,
}

/// Opens a session of a bound device. A network this device was not seen in before is told to the payer.
pub(crate) fn open(context: &mut Context<'_>, asking: &Asking<'_>, kind: SessionKind) -> Result<Accepted, Refusal> {
    let (payer, device) = known(context, asking)?;
    let standing = pipeline::standing(context, device);
    if !kind.is_own() || !standing.kind.is_own() {
        return open_shared(context, asking, payer, standing);
    }
    let is_new_place = standing.sessions.iter().all(|session| session.place != asking.place);
    let session = Session::new(context.ids.make(SessionId::new), kind, context.at, asking.place.to_owned());
    let (payer, first) = (payer.id, session.clone());
    context.push(Change::Kept(Kept::Standing(standing.with(session))));
    if is_new_place {
        context.tell(EventKind::SessionOpened, |event| event.payer = Some(payer));
    }
    Ok(Accepted::Session(first))
}

/// The one session of a shared device: opened once, carried on by the device's key while it lasts, followed by none.
///
/// WHY none: whoever sits down at the machine next may find the key there. The payer's own device lets it in anew.
fn open_shared(
    context: &mut Context<'_>,
    asking: &Asking<'_>,
    payer: &Payer,
    standing: Standing,
) -> Result<Accepted, Refusal> {
    let place = asking.place.to_owned();
    let was_own = standing.kind.is_own();
    // A wallet nobody can come back to is lost; a shared device is none to come back with.
    if was_own && payer.devices <= 1 {
        return Err(ReasonCode::DeviceLast.into());
    }
    // The session of a shared device stays in its row when it is over: so none follows.
    let is_first = was_own || standing.sessions.is_empty();
    let session = match standing.sessions.first() {
        _ if is_first => Session::new(context.ids.make(SessionId::new), SessionKind::Shared, context.at, place),
        Some(session) if session.is_live(context.at) => Session { last_at: context.at, place, ..session.clone() },
        _ => return Err(ReasonCode::SessionEnded.into()),
    };
    let (id, sessions) = (payer.id, vec![session.clone()]);
    if was_own {
        context.push(Change::Payer(Payer { devices: payer.devices.saturating_sub(1), ..payer.clone() }));
    }
    context.push(Change::Kept(Kept::Standing(Standing { kind: SessionKind::Shared, sessions, ..standing })));
    if is_first {
        context.tell(EventKind::SessionOpened, |event| event.payer = Some(id));
    }
    Ok(Accepted::Session(session))
}

/// Carries a session on. A refresh token that was used before was copied: its session ends, and the payer is told.
pub(crate) fn refresh(
    context: &mut Context<'_>,
    asking: &Asking<'_>,
    session: SessionId,
    generation: u32,
) -> Result<Accepted, Refusal> {
    let (payer, device) = known(context, asking)?;
    let (payer, standing) = (payer.id, pipeline::standing(context, device));
    let known = standing.live(session, context.at).ok_or(ReasonCode::SessionEnded)?.clone();
    let rest = standing.without(session);
    if known.generation != generation {
        context.push(Change::Kept(Kept::Standing(rest)));
        context.tell(EventKind::SessionReused, |event| event.payer = Some(payer));
        return Err(ReasonCode::RefreshReused.into());
    }
    let next = Session {
        generation: generation.saturating_add(1),
        last_at: context.at,
        place: asking.place.to_owned(),
        ..known
    };
    let mut standing = rest;
    standing.sessions.push(next.clone());
    context.push(Change::Kept(Kept::Standing(standing)));
    Ok(Accepted::Session(next))
}

/// Ends one session of one of the caller's own devices, or all of that device's. Ending what has ended is no error. With
/// its session, a shared device goes.
pub(crate) fn end(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &EndSessionsBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let device = own(context, payer, body.device)?.clone();
    if body.device != caller.device {
        pipeline::usable(context, caller.device)?;
    }
    let mut standing = pipeline::standing(context, &device);
    let device = Device { revoked: device.revoked || !standing.kind.is_own(), ..device };
    match body.session {
        Some(session) => standing = standing.without(session),
        None => standing.sessions.clear(),
    }
    let payer = payer.id;
    if !standing.kind.is_own() {
        context.push(Change::Device(device.clone()));
    }
    context.push(Change::Kept(Kept::Standing(standing)));
    context.tell(EventKind::SessionEnded, |event| event.payer = Some(payer));
    Ok(Accepted::Device(device))
}

/// A device may no longer act, from the next decision on. A device that is still waiting revokes only itself.
pub(crate) fn revoke_device(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &RevokeDeviceBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let device = own(context, payer, body.device)?;
    if body.device != caller.device {
        pipeline::usable(context, caller.device)?;
    }
    if device.revoked {
        return Ok(Accepted::Device(device.clone()));
    }
    if body.device != caller.device {
        if recovery::overrules(context, payer.id, body.device) {
            return Err(ReasonCode::RecoveryContested.into());
        }
        if holds_brake(context, payer, device) && !recovery::overrules(context, payer.id, caller.device) {
            return Err(ReasonCode::FrozenByOther.into());
        }
    }
    // WHY: nobody could ever come back to the money. `devices` counts those that are neither revoked nor shared.
    let standing = Standing { sessions: Vec::new(), ..pipeline::standing(context, device) };
    let counted = u8::from(standing.kind.is_own());
    if payer.devices <= counted {
        return Err(ReasonCode::DeviceLast.into());
    }
    let met = match may_revoke(context, caller, payer, device)? {
        Revoking::Now(met) => met,
        Revoking::From(at) => return Ok(wait_to_revoke(context, payer.id, device.clone(), at)),
    };
    let is_cancelled =
        standing.recovered && body.device != caller.device && pipeline::usable(context, body.device).is_err();
    met.spend(context);
    if is_cancelled {
        recovery::cancel(context, payer.id, caller.device);
    }
    Ok(take_away(context, payer, device, standing))
}

/// Staff let a lost or stolen device act no longer, for a payer whose papers they saw; also the last one: whoever lost it comes
/// back by recovery.
pub(crate) fn staff_revoke(
    context: &mut Context<'_>,
    payer: money::PayerId,
    device: DeviceId,
) -> Result<Accepted, Refusal> {
    let payer = context.state.payer(payer).ok_or(ReasonCode::PayerUnknown)?;
    let device = own(context, payer, device)?;
    if device.revoked {
        return Ok(Accepted::Device(device.clone()));
    }
    let standing = Standing { sessions: Vec::new(), ..pipeline::standing(context, device) };
    Ok(take_away(context, payer, device, standing))
}

/// The device acts no longer, its sessions are over, and the payer is told.
fn take_away(context: &mut Context<'_>, payer: &Payer, device: &Device, standing: Standing) -> Accepted {
    let counted = u8::from(standing.kind.is_own());
    let device = Device { revoked: true, ..device.clone() };
    let payer = Payer { devices: payer.devices.saturating_sub(counted), ..payer.clone() };
    let id = payer.id;
    context.push(Change::Payer(payer));
    context.push(Change::Device(device.clone()));
    context.push(Change::Kept(Kept::Standing(standing)));
    context.tell(EventKind::DeviceRevoked, |event| event.payer = Some(id));
    Accepted::Device(device)
}

/// When a device may be revoked.
enum Revoking {
    Now(Met),
    From(Instant),
}

/// Itself, a shared one, and one that still waits: at once. Another: with the strongest that is set up; where nothing is, after a delay,
/// in which that other is told and can freeze.
///
/// WHY: whoever holds the unlocked phone would else take the owner's other devices away before they can stop it.
fn may_revoke(
    context: &Context<'_>,
    caller: &CallerFacts,
    payer: &Payer,
    device: &Device,
) -> Result<Revoking, Refusal> {
    let standing = pipeline::standing(context, device);
    if device.id == caller.device || !standing.kind.is_own() || pipeline::usable(context, device.id).is_err() {
        return Ok(Revoking::Now(Met::unasked()));
    }
    if recovery::overrules(context, payer.id, caller.device) {
        return Ok(Revoking::Now(Met::unasked()));
    }
    if let Some(strength) = step_up::strongest(context, payer.id) {
        let demand = Demand::new(strength, ReasonCode::FactorChange);
        return Ok(Revoking::Now(step_up::met(context, caller, Some(&demand))?));
    }
    match standing.revocable_from {
        Some(from) if from <= context.at => Ok(Revoking::Now(Met::unasked())),
        Some(from) => Ok(Revoking::From(from)),
        None => {
            let from = context.at.checked_add_seconds(context.settings.device_delay_seconds);
            Ok(Revoking::From(from.ok_or(ReasonCode::ServiceFault)?))
        }
    }
}

/// Takes note from when a device may be revoked; asking again changes nothing.
fn wait_to_revoke(context: &mut Context<'_>, payer: money::PayerId, device: Device, from: Instant) -> Accepted {
    let standing = pipeline::standing(context, &device);
    if standing.revocable_from.is_none() {
        context.push(Change::Kept(Kept::Standing(Standing { revocable_from: Some(from), ..standing })));
        context.tell(EventKind::DeviceRevokeRequested, |event| event.payer = Some(payer));
    }
    Accepted::Device(device)
}

/// The payer and device behind a proof by the device's key alone.
fn known<'a>(context: &Context<'a>, asking: &Asking<'_>) -> Result<(&'a Payer, &'a Device), ReasonCode> {
    let device = context.state.device(asking.device).ok_or(ReasonCode::DeviceUnknown)?;
    let payer = context.state.payer(asking.payer).filter(|payer| !payer.erased).ok_or(ReasonCode::PayerUnknown)?;
    if device.payer != payer.id || device.key != asking.key {
        return Err(ReasonCode::DeviceNotThisPayer);
    }
    if device.revoked { Err(ReasonCode::DeviceRevoked) } else { Ok((payer, device)) }
}

/// Whether this device froze the wallet that is frozen now. WHY: otherwise a thief would revoke it, and then unfreeze.
/// One that is still waiting holds no brake that an older device could not take off.
fn holds_brake(context: &Context<'_>, payer: &Payer, device: &Device) -> bool {
    let froze = context.state.guard(payer.id).is_some_and(|guard| guard.frozen_by == Some(device.id));
    froze && payer.lock.is_frozen(context.at) && pipeline::usable(context, device.id).is_ok()
}

/// One of the payer's own devices. Somebody else's does not exist.
fn own<'a>(context: &Context<'a>, payer: &Payer, device: DeviceId) -> Result<&'a Device, ReasonCode> {
    context.state.device(device).filter(|device| device.payer == payer.id).ok_or(ReasonCode::DeviceUnknown)
}
