//! Coming back without a device: two independent factors bind a new one, which waits. And the brakes of those who have no
//! device at hand: a printed code, a trusted contact.

use money::{DeviceId, Digest, Instant, PayerId, ReasonCode};
use protocol::{
    AddContactBody, FreezeForBody, PrintCodesBody, RecoveryFactor, RemoveContactBody, SessionKind, Strength, VouchBody,
};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::enrol::{self, NewDevice};
use crate::facts::CallerFacts;
use crate::kept::{Kept, Session};
use crate::limits;
use crate::model::{Lock, Name, Payer};
use crate::outcome::{Accepted, Refusal};
use crate::passkey::{self, PasskeyUse};
use crate::pin::first_use;
use crate::pipeline;
use crate::step_up::{self, Demand};

/// How a payer could come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovery {
    /// Whose.
    pub payer: PayerId,
    /// SHA-256 of each printed code that was not used; at most [`limits::RECOVERY_CODES`].
    pub codes: Vec<Digest>,
    /// Since when there is this sheet.
    pub printed_at: Option<Instant>,
    /// From when its codes are good.
    pub codes_from: Instant,
    /// Who is trusted; at most [`limits::CONTACTS_MAX`].
    pub contacts: Vec<Contact>,
    /// What speaks for devices that want to be bound, oldest first; at most [`limits::CLAIMS_MAX`].
    pub claims: Vec<Claim>,
    /// The device that called the last recovery off, while that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancelled>,
}

/// That a device called a recovery off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// Which device.
    pub by: DeviceId,
    /// When.
    pub at: Instant,
    /// The device that papers bound nevertheless: no other stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overruled_for: Option<DeviceId>,
}

/// Somebody trusted to vouch and to freeze.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Their wallet.
    pub payer: PayerId,
    /// What the payer calls them.
    pub name: Name,
    /// From when.
    pub usable_from: Instant,
}

/// What speaks for one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The device that wants to be bound.
    pub device: DeviceId,
    /// Its key, once it has spoken itself.
    pub key: Option<Digest>,
    /// Each kind once.
    pub factors: Vec<RecoveryFactor>,
    /// From when all of it is forgotten.
    pub expires_at: Instant,
}

impl Recovery {
    fn none(payer: PayerId, at: Instant) -> Self {
        let (codes, contacts, claims) = (Vec::new(), Vec::new(), Vec::new());
        Self { payer, codes, printed_at: None, codes_from: at, contacts, claims, cancelled: None }
    }

    /// Who called a recovery off, as long as that counts.
    fn cancelled(&self, at: Instant) -> Option<Cancelled> {
        let counts = |cancelled: &Cancelled| {
            cancelled.at.checked_add_seconds(limits::CANCELLED_SECONDS).is_some_and(|end| at < end)
        };
        self.cancelled.filter(counts)
    }

    fn has_contact(&self, contact: PayerId, at: Instant) -> bool {
        self.contacts.iter().any(|known| known.payer == contact && known.usable_from <= at)
    }

    /// Uses a code up, if it is one that is good.
    fn take_code(&mut self, code: Digest, at: Instant) -> bool {
        let before = self.codes.len();
        if self.codes_from <= at {
            self.codes.retain(|known| *known != code);
        }
        self.codes.len() < before
    }

    /// One more factor for a device; the claim as it is then.
    fn add(&mut self, device: DeviceId, factor: RecoveryFactor, at: Instant) -> Result<&mut Claim, ReasonCode> {
        let expires_at = at.checked_add_seconds(limits::CLAIM_LIFE_SECONDS).ok_or(ReasonCode::ServiceFault)?;
        self.claims.retain(|claim| at < claim.expires_at);
        if !self.claims.iter().any(|claim| claim.device == device) {
            while self.claims.len() >= limits::CLAIMS_MAX {
                self.claims.remove(0);
            }
            self.claims.push(Claim { device, key: None, factors: Vec::new(), expires_at });
        }
        let claim = self.claims.iter_mut().find(|claim| claim.device == device).ok_or(ReasonCode::ServiceFault)?;
        if !claim.factors.contains(&factor) {
            claim.factors.push(factor);
        }
        Ok(claim)
    }
}

/// A new sheet of codes. With another factor's approval it is good at once; a first one waits as a first factor does. While
/// there is a sheet, nobody replaces it without a factor.
pub(crate) fn print(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &PrintCodesBody,
    codes: &[Digest],
) -> Result<Accepted, Refusal> {
    let payer = loosening(context, caller)?;
    if body.payer != payer.id {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    let row = row(context, payer.id);
    let stands = !row.codes.is_empty() && row.codes_from <= context.at;
    let strength = step_up::strongest(context, payer.id).or(stands.then_some(Strength::Pin));
    let met =
        step_up::met(context, caller, strength.map(|least| Demand::new(least, ReasonCode::FactorChange)).as_ref())?;
    let codes_from = first_use(context, payer, &met)?;
    met.spend(context);
    let codes = codes.iter().copied().take(limits::RECOVERY_CODES).collect();
    let row = Recovery { codes, printed_at: Some(context.at), codes_from, ..row };
    Ok(keep(context, row, EventKind::RecoveryPrinted))
}

/// Trusts a contact. It loosens: the strongest proof and a wait, always both.
pub(crate) fn add_contact(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &AddContactBody,
) -> Result<Accepted, Refusal> {
    let payer = loosening(context, caller)?;
    if body.contact == payer.id || context.state.payer(body.contact).is_none() {
        return Err(ReasonCode::ContactUnknown.into());
    }
    let mut row = row(context, payer.id);
    if row.contacts.iter().any(|known| known.payer == body.contact) {
        return Err(ReasonCode::ContactExists.into());
    }
    if row.contacts.len() >= limits::CONTACTS_MAX {
        return Err(ReasonCode::ContactLimitReached.into());
    }
    let strength = step_up::strongest(context, payer.id).unwrap_or(Strength::Pin);
    let met = step_up::met(context, caller, Some(&Demand::new(strength, ReasonCode::FactorChange)))?;
    let delay = context.settings.device_delay_seconds;
    let usable_from = context.at.checked_add_seconds(delay).ok_or(ReasonCode::ServiceFault)?;
    met.spend(context);
    row.contacts.push(Contact { payer: body.contact, name: body.name.clone(), usable_from });
    Ok(keep(context, row, EventKind::ContactAdded))
}

/// Trusts a contact no longer: at once while they wait, else with the strongest that is set up, so that a thief does not
/// take away who could help.
pub(crate) fn remove_contact(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &RemoveContactBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let payer = payer.id;
    let mut row = row(context, payer);
    let known = row.contacts.iter().find(|known| known.payer == body.contact).ok_or(ReasonCode::ContactUnknown)?;
    let strength = step_up::strongest(context, payer).unwrap_or(Strength::Pin);
    let demand = (known.usable_from <= context.at).then(|| Demand::new(strength, ReasonCode::FactorChange));
    let met = step_up::met(context, caller, demand.as_ref())?;
    met.spend(context);
    row.contacts.retain(|known| known.payer != body.contact);
    Ok(keep(context, row, EventKind::ContactRemoved))
}

/// A contact says whose device it is. Who is no contact is told the same.
pub(crate) fn vouch(context: &mut Context<'_>, caller: &CallerFacts, body: &VouchBody) -> Result<Accepted, Refusal> {
    let (contact, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    let contact = contact.id;
    if let Some(known) = context.state.recovery(body.payer)
        && known.has_contact(contact, context.at)
    {
        let mut row = known.clone();
        row.add(body.device, RecoveryFactor::Contact, context.at)?;
        keep(context, row, EventKind::RecoveryVouched);
    }
    Ok(Accepted::Heard)
}

/// The provider has seen the payer's papers.
pub(crate) fn vouch_identity(context: &mut Context<'_>, payer: PayerId, device: DeviceId) -> Result<Accepted, Refusal> {
    context.state.payer(payer).ok_or(ReasonCode::PayerUnknown)?;
    let mut row = row(context, payer);
    row.add(device, RecoveryFactor::Identity, context.at)?;
    keep(context, row, EventKind::RecoveryVouched);
    Ok(Accepted::Heard)
}

/// What a device that wants to be bound shows of itself.
pub(crate) struct Shown<'a> {
    pub(crate) payer: PayerId,
    pub(crate) device: &'a NewDevice,
    pub(crate) code: Option<Digest>,
    pub(crate) passkey: Option<&'a PasskeyUse>,
    pub(crate) place: &'a str,
}

/// Binds a device for which two factors of different kinds speak. It waits like every other, starts with nothing it may
/// do but look and freeze, is told to every device, and each of them can revoke it while it waits.
pub(crate) fn recover(context: &mut Context<'_>, shown: &Shown<'_>) -> Result<Accepted, Refusal> {
    let payer = context.state.payer(shown.payer).ok_or(ReasonCode::RecoveryRefused)?.clone();
    let mut row = row(context, payer.id);
    let at = context.at;
    let spoken = row.claims.iter().any(|claim| claim.device == shown.device.id && at < claim.expires_at);
    let by_code = shown.code.is_some_and(|code| row.take_code(code, at));
    if shown.code.is_some() && !by_code {
        return Err(ReasonCode::RecoveryRefused.into());
    }
    let passkeys = shown.passkey.map(|used| passkey::after_use(context, payer.id, used)).transpose()?;
    if !by_code && passkeys.is_none() && !spoken {
        return Err(ReasonCode::RecoveryRefused.into());
    }
    let mut claim = row.add_all(shown, by_code, passkeys.is_some(), at)?.clone();
    if claim.key.is_some_and(|key| key != shown.device.key) {
        return Err(ReasonCode::RecoveryRefused.into());
    }
    enrol::may_bind(context, &payer, shown.device)?;
    let is_news = by_code || passkeys.is_some() || claim.key.is_none();
    claim.key = Some(shown.device.key);
    row.claims.retain(|known| known.device != claim.device);
    if let Some(passkeys) = passkeys {
        context.push(Change::Kept(Kept::Passkeys(passkeys)));
    }
    if claim.factors.len() < limits::RECOVERY_FACTORS_MIN {
        // A code is used up and what spoke is remembered, though the answer is no.
        if is_news {
            row.claims.push(claim);
            keep(context, row, EventKind::RecoveryBegun);
        }
        return Err(ReasonCode::RecoveryFactorMissing.into());
    }
    if let Some(cancelled) = row.cancelled(at) {
        // WHY: whoever holds the phone and its owner's factors would cancel again and again. Papers are what they do not have.
        if !claim.factors.contains(&RecoveryFactor::Identity) {
            row.claims.push(claim);
            keep(context, row, EventKind::RecoveryBegun);
            return Err(ReasonCode::RecoveryPapersNeeded.into());
        }
        row.cancelled = Some(Cancelled { overruled_for: Some(shown.device.id), ..cancelled });
    }
    keep(context, row, EventKind::RecoveryGranted);
    let session = Session::new(context.ids.make(money::SessionId::new), SessionKind::Own, at, shown.place.to_owned());
    enrol::bind_recovered(context, &payer, shown.device, session.clone())?;
    Ok(Accepted::Session(session))
}

/// Whether the provider's papers bound this device after another one had called the recovery off. Then no device of the wallet
/// takes it away, and it takes away any of them without a further check, once it no longer waits.
///
/// WHY any, not only the one that called off: whoever holds that one has let in others of their own by then.
pub(crate) fn overrules(context: &Context<'_>, payer: PayerId, device: DeviceId) -> bool {
    let cancelled = context.state.recovery(payer).and_then(|row| row.cancelled(context.at));
    cancelled.is_some_and(|cancelled| cancelled.overruled_for == Some(device))
}

/// Takes note that a device called a recovery off, when it revoked one that two factors had bound and that still waited.
pub(crate) fn cancel(context: &mut Context<'_>, payer: PayerId, by: DeviceId) {
    let row = row(context, payer);
    let row = Recovery { cancelled: Some(Cancelled { by, at: context.at, overruled_for: None }), ..row };
    let _ = keep(context, row, EventKind::RecoveryCancelled);
}

impl Recovery {
    fn add_all(&mut self, shown: &Shown<'_>, code: bool, passkey: bool, at: Instant) -> Result<&Claim, ReasonCode> {
        let device = shown.device.id;
        if code {
            self.add(device, RecoveryFactor::PrintedCode, at)?;
        }
        if passkey {
            self.add(device, RecoveryFactor::Passkey, at)?;
        }
        self.claims.iter().find(|claim| claim.device == device).ok_or(ReasonCode::RecoveryRefused)
    }
}

/// Whoever holds a printed code stops the wallet for a day. The answer is the same whatever the code.
pub(crate) fn freeze_by_code(context: &mut Context<'_>, payer: PayerId, code: Digest) -> Result<Accepted, Refusal> {
    if let (Some(payer), Some(known)) = (context.state.payer(payer), context.state.recovery(payer)) {
        let (payer, mut row) = (payer.clone(), known.clone());
        if row.take_code(code, context.at) {
            context.push(Change::Kept(Kept::Recovery(row)));
            for_a_day(context, payer)?;
        }
    }
    Ok(Accepted::Heard)
}

/// A trusted contact stops the wallet for a day. Who is no contact is told the same.
pub(crate) fn freeze_for(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &FreezeForBody,
) -> Result<Accepted, Refusal> {
    let (contact, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    let contact = contact.id;
    let is_trusted = context.state.recovery(body.payer).is_some_and(|row| row.has_contact(contact, context.at));
    if is_trusted && let Some(payer) = context.state.payer(body.payer).cloned() {
        for_a_day(context, payer)?;
    }
    Ok(Accepted::Heard)
}

/// Frozen until a day from now, and for good once a device of the payer freezes it, too. It never shortens a freeze.
fn for_a_day(context: &mut Context<'_>, payer: Payer) -> Result<(), ReasonCode> {
    let until = context.at.checked_add_seconds(limits::FREEZE_UNCONFIRMED_SECONDS).ok_or(ReasonCode::ServiceFault)?;
    let lock = match payer.lock {
        Lock::Frozen => Lock::Frozen,
        Lock::Thawing(already) => Lock::Thawing(already.max(until)),
        Lock::Open => Lock::Thawing(until),
    };
    if lock != payer.lock {
        let id = payer.id;
        context.push(Change::Payer(Payer { lock, ..payer }));
        context.tell(EventKind::PayerFrozen, |event| event.payer = Some(id));
    }
    Ok(())
}

/// The payer, where one of their devices may loosen something.
fn loosening<'a>(context: &Context<'a>, caller: &CallerFacts) -> Result<&'a Payer, ReasonCode> {
    let (payer, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    if payer.lock.is_frozen(context.at) { Err(ReasonCode::PayerFrozen) } else { Ok(payer) }
}

fn row(context: &Context<'_>, payer: PayerId) -> Recovery {
    context.state.recovery(payer).cloned().unwrap_or_else(|| Recovery::none(payer, context.at))
}

fn keep(context: &mut Context<'_>, row: Recovery, kind: EventKind) -> Accepted {
    let payer = row.payer;
    context.push(Change::Kept(Kept::Recovery(row.clone())));
    context.tell(kind, |event| event.payer = Some(payer));
    Accepted::Recovery(Box::new(row))
}
