//! Opening wallets, binding devices, registering payees.

use ledger::{Intake, Normal, Operation, Overdraft};
use money::{AccountId, Currency, DeviceId, Digest, PayeeId, ReasonCode};
use protocol::{BindDeviceBody, SessionKind, SignUpBody};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::command::NewPayee;
use crate::decide::{Context, Touched, ledger_reason};
use crate::facts::CallerFacts;
use crate::kept::{Kept, Session, Standing};
use crate::model::{Device, Lock, Name, Payee, Payer};
use crate::outcome::{Accepted, Refusal};
use crate::pin::first_use;
use crate::pipeline;
use crate::sign_up;
use crate::step_up::{self, Demand};

/// The tier of a key that nobody vouches for: a browser's, or an app's without attestation.
const UNATTESTED_TIER: u8 = 1;

/// Opens a wallet and binds the device that asks.
pub(crate) fn open_payer(
    context: &mut Context<'_>,
    body: &SignUpBody,
    key: Digest,
    (place, counted): (&str, bool),
) -> Result<Accepted, Refusal> {
    if context.state.payer(body.payer).is_some() {
        return Err(ReasonCode::PayerExists.into());
    }
    if context.state.device(body.device).is_some() || context.state.device_of_key(key).is_some() {
        return Err(ReasonCode::DeviceExists.into());
    }
    if body.currency != context.settings.currency {
        return Err(ReasonCode::AmountWrongCurrency.into());
    }
    let count = if counted { Some(sign_up::count_network(context, place)?) } else { None };
    let (wallet, account) = open_account(context, body.currency, Intake::AtOnce)?;
    let payer = Payer {
        id: body.payer,
        name: body.name.clone(),
        currency: body.currency,
        wallet,
        lock: Lock::Open,
        devices: 1,
        erased: false,
        opened_at: context.at,
    };
    let device = Device {
        id: body.device,
        payer: body.payer,
        key,
        name: body.device_name.clone(),
        tier: UNATTESTED_TIER,
        bound_at: context.at,
        revoked: false,
    };
    let first = Session::new(device.id.into(), SessionKind::Own, context.at, place.to_owned());
    let mut standing = first_standing(context, &device, 0, SessionKind::Own)?;
    standing.sessions.push(first);
    count.into_iter().for_each(|change| context.push(change));
    context.push(Change::Payer(payer.clone()));
    context.push(Change::Device(device));
    context.push(Change::Kept(Kept::Standing(standing)));
    context.tell(EventKind::PayerOpened, |event| event.payer = Some(payer.id));
    Ok(Accepted::Payer { payer, account })
}

/// Binds another device to the caller's wallet: the bound device says yes, the new key shows that it is there.
pub(crate) fn bind_device(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &BindDeviceBody,
    key: Digest,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    // Adding a device loosens; a frozen wallet only tightens.
    if payer.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen.into());
    }
    let new = NewDevice { id: body.device, name: body.device_name.clone(), key, kind: body.kind };
    may_bind(context, payer, &new)?;
    Ok(Accepted::Device(bind(context, payer, &new, Vec::new())?))
}

/// A device to bind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewDevice {
    /// Its id, chosen by the device.
    pub id: DeviceId,
    /// What the payer calls it.
    pub name: Name,
    /// Thumbprint of its key.
    pub key: Digest,
    /// Whose machine it is.
    pub kind: SessionKind,
}

/// Whether there is room for this device, and none like it.
pub(crate) fn may_bind(context: &Context<'_>, payer: &Payer, new: &NewDevice) -> Result<(), ReasonCode> {
    if context.state.device(new.id).is_some() || context.state.device_of_key(new.key).is_some() {
        return Err(ReasonCode::DeviceExists);
    }
    let is_full = usize::from(payer.devices) >= protocol::limits::DEVICES_PER_PAYER_MAX;
    if is_full { Err(ReasonCode::DeviceLimitReached) } else { Ok(()) }
}

/// Binds a device that may be bound. It waits.
pub(crate) fn bind(
    context: &mut Context<'_>,
    payer: &Payer,
    new: &NewDevice,
    sessions: Vec<Session>,
) -> Result<Device, ReasonCode> {
    bind_as(context, payer, new, |standing| Standing { sessions, ..standing })
}

/// The same, by two recovery factors: it may thaw what a lost device froze, once it no longer waits.
pub(crate) fn bind_recovered(
    context: &mut Context<'_>,
    payer: &Payer,
    new: &NewDevice,
    session: Session,
) -> Result<Device, ReasonCode> {
    bind_as(context, payer, new, |standing| Standing { sessions: vec![session], recovered: true, ..standing })
}

fn bind_as(
    context: &mut Context<'_>,
    payer: &Payer,
    new: &NewDevice,
    stand: impl FnOnce(Standing) -> Standing,
) -> Result<Device, ReasonCode> {
    let device = Device {
        id: new.id,
        payer: payer.id,
        key: new.key,
        name: new.name.clone(),
        tier: UNATTESTED_TIER,
        bound_at: context.at,
        revoked: false,
    };
    let standing = stand(first_standing(context, &device, context.settings.device_delay_seconds, new.kind)?);
    // A shared device does not count: nobody comes back to the money with it.
    let counted = u8::from(new.kind.is_own());
    let payer = Payer { devices: payer.devices.saturating_add(counted), ..payer.clone() };
    let id = payer.id;
    context.push(Change::Payer(payer));
    context.push(Change::Device(device.clone()));
    context.push(Change::Kept(Kept::Standing(standing)));
    context.tell(EventKind::DeviceBound, |event| event.payer = Some(id));
    Ok(device)
}

/// The standing of a device just bound: nothing but looking and freezing for so long. Whoever signs up is given a token
/// in the same answer, and so has a session; a device let in by another opens its own.
fn first_standing(
    context: &Context<'_>,
    device: &Device,
    delay_seconds: i64,
    kind: SessionKind,
) -> Result<Standing, ReasonCode> {
    let usable_from = context.at.checked_add_seconds(delay_seconds).ok_or(ReasonCode::ServiceFault)?;
    Ok(Standing {
        device: device.id,
        payer: device.payer,
        kind,
        usable_from,
        recovered: false,
        revocable_from: None,
        sessions: Vec::new(),
    })
}

/// Gives a device another key; tokens of the old one are worth nothing from now on. Vouched for by a factor the device goes
/// on as it was; else it waits like a new one: whoever holds the unlocked phone could move it to a key of their own.
pub(crate) fn rotate_key(context: &mut Context<'_>, caller: &CallerFacts, key: Digest) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    pipeline::usable(context, caller.device)?;
    if payer.lock.is_frozen(context.at) {
        return Err(ReasonCode::PayerFrozen.into());
    }
    if context.state.device_of_key(key).is_some() {
        return Err(ReasonCode::DeviceExists.into());
    }
    let demand = step_up::strongest(context, payer.id).map(|strength| Demand::new(strength, ReasonCode::FactorChange));
    let met = step_up::met(context, caller, demand.as_ref())?;
    let standing = pipeline::standing(context, device);
    let usable_from = first_use(context, payer, &met)?.max(standing.usable_from);
    let (payer, device) = (payer.id, Device { key, ..device.clone() });
    met.spend(context);
    context.push(Change::Device(device.clone()));
    context.push(Change::Kept(Kept::Standing(Standing { usable_from, ..standing })));
    context.tell(EventKind::DeviceRotated, |event| event.payer = Some(payer));
    Ok(Accepted::Device(device))
}

/// Registers a payee.
pub(crate) fn register_payee(context: &mut Context<'_>, new: &NewPayee) -> Result<Accepted, Refusal> {
    if context.state.payee(new.card.id).is_some() {
        return Err(ReasonCode::PayeeExists.into());
    }
    if new.currency != context.settings.currency {
        return Err(ReasonCode::AmountWrongCurrency.into());
    }
    // A payee may be paid by many at once: none of them waits for its row.
    let (account, _) = open_account(context, new.currency, Intake::Appended)?;
    let payee = Payee {
        card: new.card.clone(),
        place: new.place.clone(),
        city: new.city.clone(),
        account,
        currency: new.currency,
        api_key: new.api_key,
        signing_key: new.signing_key,
        closed: false,
        registered_at: context.at,
    };
    context.push(Change::Payee(payee.clone()));
    Ok(Accepted::Payee(payee))
}

/// Replaces a payee's keys; the old ones stop working with the commit.
pub(crate) fn rekey_payee(
    context: &mut Context<'_>,
    payee: PayeeId,
    api_key: Option<Digest>,
    signing_key: Option<[u8; 32]>,
) -> Result<Accepted, Refusal> {
    let payee = context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?;
    let payee =
        Payee { api_key: api_key.or(payee.api_key), signing_key: signing_key.or(payee.signing_key), ..payee.clone() };
    context.push(Change::Payee(payee.clone()));
    Ok(Accepted::Payee(payee))
}

/// A new account that holds somebody's money: credit-normal, never below zero.
fn open_account(
    context: &mut Context<'_>,
    currency: Currency,
    intake: Intake,
) -> Result<(AccountId, ledger::Account), ReasonCode> {
    let account = context.ids.make(AccountId::new);
    let (normal, overdraft) = (Normal::Credit, Overdraft::None);
    let operation = Operation::Open { account, currency, normal, overdraft, intake };
    let applied = context.post(&Touched::default(), &[operation]).map_err(|refusal| ledger_reason(&refusal))?;
    let opened = applied.into_iter().flat_map(|step| step.accounts).next().ok_or(ReasonCode::ServiceFault)?;
    Ok((account, opened))
}
