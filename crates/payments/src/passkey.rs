//! Passkeys: added, renamed, revoked, used. Their signatures are verified at the edge; here is decided what they are worth.

use credentials::{ProofUse, attestation::Attested};
use money::{Digest, Instant, PayerId, ReasonCode};
use protocol::{BeginPasskeyBody, Biometric, RenamePasskeyBody, RevokePasskeyBody, SessionKind, Strength};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::enrol::{self, NewDevice};
use crate::facts::CallerFacts;
use crate::kept::{Guard, Kept, Session};
use crate::limits;
use crate::model::{Name, Payer};
use crate::outcome::{Accepted, Refusal};
use crate::pin::first_use;
use crate::pipeline;
use crate::step_up::{self, Demand, Met};

/// A payer's passkeys; at most [`limits::PASSKEYS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkeys {
    /// Whose.
    pub payer: PayerId,
    /// Oldest first.
    pub passkeys: Vec<Passkey>,
}

/// One passkey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// What the authenticator made.
    pub made: NewPasskey,
    /// What the payer calls it.
    pub name: Name,
    /// Since when.
    pub created_at: Instant,
    /// From when it approves.
    pub usable_from: Instant,
    /// When it last approved something.
    pub last_used_at: Option<Instant>,
    /// Its counter went back: it may have been cloned.
    pub flagged: bool,
}

/// A passkey that was verified to have been made for this server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPasskey {
    /// SHA-256 of its credential id.
    pub id: Digest,
    /// Its public key and all the verification needs, in the words of the library at the edge.
    pub credential: String,
    /// The model of its authenticator, as a UUID.
    pub aaguid: String,
    /// Its last counter; 0 where it has none.
    pub counter: u32,
    /// Whether it can be copied to elsewhere (BE).
    pub backup_eligible: bool,
    /// Whether it is copied to elsewhere (BS).
    pub backed_up: bool,
    /// What somebody the operator trusts vouched for when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested: Option<Attested>,
    /// How it verifies its user, as far as that is known.
    #[serde(default, skip_serializing_if = "Biometric::is_unknown")]
    pub biometric: Biometric,
}

/// One assertion that was verified: user verified, this server, this ceremony.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyUse {
    /// Which passkey.
    pub id: Digest,
    /// Its counter.
    pub counter: u32,
    /// What it says of BE.
    pub backup_eligible: bool,
    /// What it says of BS.
    pub backed_up: bool,
    /// How its user was verified this time, as app and authenticator say: only ever held against it.
    #[serde(default, skip_serializing_if = "Biometric::is_unknown")]
    pub biometric: Biometric,
    /// The ceremony, which works once.
    pub ceremony: ProofUse,
}

impl Passkey {
    /// Whether it approves at `at`.
    #[must_use]
    pub fn is_usable(&self, at: Instant) -> bool {
        !self.flagged && self.usable_from <= at
    }
}

impl NewPasskey {
    /// What an assertion by it is worth on its own, its user verified in this way; `None` where that is no check by itself.
    #[must_use]
    pub fn strength(&self, told: Biometric) -> Option<Strength> {
        let vouched = self.attested.map_or(Biometric::Unknown, |attested| attested.biometric);
        let is_alone = Biometric::weighed(vouched, &[self.biometric, told]).may_stand_alone();
        // WHY not one that can be copied: what was vouched for stays where it was made, its copies go anywhere.
        let is_hardware = self.attested.is_some_and(|attested| attested.place.is_hardware()) && !self.backup_eligible;
        is_alone.then_some(if is_hardware { Strength::Attested } else { Strength::Passkey })
    }
}

impl Passkeys {
    /// The one of this id.
    #[must_use]
    pub fn find(&self, id: Digest) -> Option<&Passkey> {
        self.passkeys.iter().find(|passkey| passkey.made.id == id)
    }

    /// From when any of them approves so strongly on its own.
    fn usable_from(&self, least: Strength) -> Option<Instant> {
        let strength = |passkey: &Passkey| passkey.made.strength(Biometric::Unknown);
        let usable = self.passkeys.iter().filter(|passkey| !passkey.flagged && strength(passkey) >= Some(least));
        usable.map(|passkey| passkey.usable_from).min()
    }
}

/// Whether a passkey may be added now; what vouches for it is spent here.
pub(crate) fn begin(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    _: &BeginPasskeyBody,
) -> Result<Accepted, Refusal> {
    let payer = may_add(context, caller)?;
    let demand = step_up::strongest(context, payer.id).map(|strength| Demand::new(strength, ReasonCode::FactorChange));
    let met = step_up::met(context, caller, demand.as_ref())?;
    let vouched = met.is_vouched();
    met.spend(context);
    Ok(Accepted::PasskeyBegun { vouched })
}

/// A verified passkey to add.
pub(crate) struct Adding<'a> {
    pub(crate) made: &'a NewPasskey,
    pub(crate) name: &'a Name,
    pub(crate) vouched: bool,
}

/// Adds a passkey. Vouched for when it was begun, it approves at once; else it waits as a new device does.
pub(crate) fn add(context: &mut Context<'_>, caller: &CallerFacts, adding: &Adding<'_>) -> Result<Accepted, Refusal> {
    let payer = may_add(context, caller)?;
    let mut row = row(context, payer.id);
    if row.find(adding.made.id).is_some() {
        return Err(ReasonCode::PasskeyExists.into());
    }
    if adding.made.backed_up && !adding.made.backup_eligible {
        return Err(ReasonCode::PasskeyBackupInvalid.into());
    }
    let usable_from = if adding.vouched { context.at } else { first_use(context, payer, &Met::unasked())? };
    let passkey = Passkey {
        made: adding.made.clone(),
        name: adding.name.clone(),
        created_at: context.at,
        usable_from,
        last_used_at: None,
        flagged: false,
    };
    row.passkeys.push(passkey.clone());
    keep(context, row, EventKind::PasskeyAdded);
    Ok(Accepted::Passkey(Box::new(passkey)))
}

fn may_add<'a>(context: &Context<'a>, caller: &CallerFacts) -> Result<&'a Payer, ReasonCode> {
    let (payer, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    if payer.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen);
    }
    let count = context.state.passkeys(payer.id).map_or(0, |row| row.passkeys.len());
    if count >= limits::PASSKEYS_MAX { Err(ReasonCode::PasskeyLimitReached) } else { Ok(payer) }
}

/// Calls a passkey something else.
pub(crate) fn rename(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &RenamePasskeyBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    let mut row = row(context, payer.id);
    let passkey = find(&mut row, body.passkey)?;
    passkey.name.clone_from(&body.name);
    let passkey = passkey.clone();
    context.push(Change::Kept(Kept::Passkeys(row)));
    Ok(Accepted::Passkey(Box::new(passkey)))
}

/// Takes a passkey away: one that still waits or is flagged, by any device; else with the strongest that is set up.
pub(crate) fn revoke(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &RevokePasskeyBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let mut row = row(context, payer.id);
    let passkey = find(&mut row, body.passkey)?.clone();
    let demand = passkey
        .is_usable(context.at)
        .then(|| Demand::new(step_up::strongest(context, payer.id).unwrap_or(Strength::Pin), ReasonCode::FactorChange));
    if demand.is_some() {
        pipeline::usable(context, caller.device)?;
    }
    let met = step_up::met(context, caller, demand.as_ref())?;
    row.passkeys.retain(|known| known.made.id != body.passkey);
    let guard = Guard { approvals: Vec::new(), ..met.into_guard(context, payer.id) };
    keep_with(context, row, guard, EventKind::PasskeyRevoked);
    Ok(Accepted::Passkey(Box::new(passkey)))
}

/// An assertion approves the body its ceremony was begun for.
pub(crate) fn approve(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: Digest,
    used: &PasskeyUse,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    let payer = payer.id;
    let row = after_use(context, payer, used)?;
    let strength = alone(context, &row, used)?;
    let approval = step_up::approval(context, caller.device, body, strength)?;
    context.push(Change::Kept(Kept::Passkeys(row)));
    let guard = step_up::approve(context, step_up::guard(context, payer), approval.clone());
    context.push(Change::Kept(Kept::Guard(guard)));
    Ok(Accepted::Approved(approval))
}

/// A passkey's owner binds a new device. It waits like any other: a passkey may have been synced to whoever asks.
pub(crate) fn sign_in(
    context: &mut Context<'_>,
    payer: PayerId,
    device: &NewDevice,
    used: &PasskeyUse,
    place: &str,
) -> Result<Accepted, Refusal> {
    let payer = context.state.payer(payer).ok_or(ReasonCode::PayerUnknown)?.clone();
    if payer.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen.into());
    }
    enrol::may_bind(context, &payer, device)?;
    let row = after_use(context, payer.id, used)?;
    alone(context, &row, used)?;
    let session = Session::new(context.ids.make(money::SessionId::new), SessionKind::Own, context.at, place.to_owned());
    enrol::bind(context, &payer, device, vec![session.clone()])?;
    context.push(Change::Kept(Kept::Passkeys(row)));
    Ok(Accepted::Session(session))
}

/// What this use is worth on its own. One that is no check by itself still counts as a use.
fn alone(context: &mut Context<'_>, row: &Passkeys, used: &PasskeyUse) -> Result<Strength, ReasonCode> {
    let passkey = row.find(used.id).ok_or(ReasonCode::PasskeyUnknown)?;
    let strength = passkey.made.strength(used.biometric);
    if strength.is_none() {
        context.push(Change::Kept(Kept::Passkeys(row.clone())));
    }
    strength.ok_or(ReasonCode::PasskeyWeakCheck)
}

/// The row after one use. A counter that did not rise means that there are two of this authenticator: the passkey is
/// flagged, the payer told, and nothing approved, now or later.
pub(crate) fn after_use(context: &mut Context<'_>, payer: PayerId, used: &PasskeyUse) -> Result<Passkeys, ReasonCode> {
    let mut row = row(context, payer);
    let at = context.at;
    let passkey = row.passkeys.iter_mut().find(|known| known.made.id == used.id).ok_or(ReasonCode::PasskeyUnknown)?;
    if !passkey.is_usable(at) {
        return Err(if passkey.flagged { ReasonCode::PasskeyCloned } else { ReasonCode::PasskeyWaiting });
    }
    // WebAuthn L3 §6.1.3: BE never changes; and what cannot be backed up is not.
    if used.backup_eligible != passkey.made.backup_eligible || (used.backed_up && !used.backup_eligible) {
        return Err(ReasonCode::PasskeyBackupInvalid);
    }
    // WebAuthn L3 §7.2 step 22.
    let counts = used.counter > 0 || passkey.made.counter > 0;
    if counts && used.counter <= passkey.made.counter {
        passkey.flagged = true;
        keep(context, row, EventKind::PasskeyCloned);
        return Err(ReasonCode::PasskeyCloned);
    }
    passkey.made.counter = used.counter;
    passkey.made.backed_up = used.backed_up;
    passkey.last_used_at = Some(at);
    Ok(row)
}

fn row(context: &Context<'_>, payer: PayerId) -> Passkeys {
    context.state.passkeys(payer).cloned().unwrap_or_else(|| Passkeys { payer, passkeys: Vec::new() })
}

fn find(row: &mut Passkeys, id: Digest) -> Result<&mut Passkey, ReasonCode> {
    row.passkeys.iter_mut().find(|passkey| passkey.made.id == id).ok_or(ReasonCode::PasskeyNone)
}

fn keep(context: &mut Context<'_>, row: Passkeys, kind: EventKind) {
    let guard = step_up::guard(context, row.payer);
    keep_with(context, row, guard, kind);
}

fn keep_with(context: &mut Context<'_>, row: Passkeys, guard: Guard, kind: EventKind) {
    let payer = row.payer;
    let (passkey_from, attested_from) = (row.usable_from(Strength::Passkey), row.usable_from(Strength::Attested));
    let guard = Guard { passkey_from, attested_from, ..guard };
    context.push(Change::Kept(Kept::Passkeys(row)));
    context.push(Change::Kept(Kept::Guard(guard)));
    context.tell(kind, |event| event.payer = Some(payer));
}
