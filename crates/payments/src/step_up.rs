//! One more check on one signed body. Stages 5 and 6 demand a strength; an approval kept in the payer's guard meets it:
//! of exactly this body, by this device, not over, and gone with the commit that used it.

use money::{DeviceId, Digest, Instant, PayerId, ReasonCode};
use protocol::{Strength, limits as wire};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::{Guard, Kept};
use crate::limits;
use crate::outcome::Refusal;

/// What a stage wants beyond the device key's signature, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The least that is enough.
    pub strength: Strength,
    /// Why; never empty.
    pub reasons: Vec<ReasonCode>,
}

impl Demand {
    /// Of one reason.
    #[must_use]
    pub fn new(strength: Strength, reason: ReasonCode) -> Self {
        Self { strength, reasons: vec![reason] }
    }

    /// Both: the greater strength, and all the reasons, each once, most important first.
    #[must_use]
    pub fn join(left: Option<Self>, right: Option<Self>) -> Option<Self> {
        match (left, right) {
            (Some(left), Some(right)) => {
                let mut reasons = [left.reasons, right.reasons].concat();
                reasons.sort_unstable();
                reasons.dedup();
                Some(Self { strength: left.strength.max(right.strength), reasons })
            }
            (one, other) => one.or(other),
        }
    }
}

/// That a body was approved more strongly than by the device key alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// SHA-256 of the body's canonical bytes: one payment, and no other.
    pub body: Digest,
    /// The device that may send it.
    pub device: DeviceId,
    /// How strongly.
    pub strength: Strength,
    /// When.
    pub at: Instant,
    /// From when it is worth nothing.
    pub expires_at: Instant,
}

/// The check that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepUp {
    /// What is wanted.
    pub demand: Demand,
    /// The body to approve; `None` in a quote.
    pub body: Option<Digest>,
    /// What is set up, may be used now and is strong enough, the weakest first.
    pub methods: Vec<Strength>,
    /// When something that is set up and strong enough may be used, where nothing may be yet.
    pub ready_at: Option<Instant>,
}

impl StepUp {
    /// What the payer is told: to do it, to wait, or what to set up. Never a way round.
    #[must_use]
    pub const fn reason(&self) -> ReasonCode {
        match (self.methods.is_empty(), self.ready_at) {
            (false, _) => ReasonCode::StepUpNeeded,
            (true, Some(_)) => ReasonCode::StepUpWaiting,
            (true, None) => ReasonCode::StepUpNotSetUp,
        }
    }

    /// What is missing for this payer now.
    pub(crate) fn of(context: &Context<'_>, payer: PayerId, demand: Demand, body: Option<Digest>) -> Self {
        let factors = factors(context, payer);
        let enough = || factors.iter().filter(|(strength, _)| *strength >= demand.strength);
        let mut methods: Vec<Strength> =
            enough().filter(|(_, from)| *from <= context.at).map(|(strength, _)| *strength).collect();
        // Whoever may use any passkey is not told twice.
        if methods.contains(&Strength::Passkey) {
            methods.retain(|strength| *strength != Strength::Attested);
        }
        let ready_at = if methods.is_empty() { enough().map(|(_, from)| *from).min() } else { None };
        Self { demand, body, methods, ready_at }
    }
}

impl From<StepUp> for Refusal {
    fn from(step_up: StepUp) -> Self {
        Self { step_up: Some(Box::new(step_up.clone())), ..Self::from(step_up.reason()) }
    }
}

/// What a payer has set up, the weakest first, each with the moment from which it may be used.
pub(crate) fn factors(context: &Context<'_>, payer: PayerId) -> Vec<(Strength, Instant)> {
    let guard = context.state.guard(payer);
    let pin = guard.and_then(|guard| guard.pin_from).map(|from| (Strength::Pin, from));
    let passkey = guard.and_then(|guard| guard.passkey_from).map(|from| (Strength::Passkey, from));
    let attested = guard.and_then(|guard| guard.attested_from).map(|from| (Strength::Attested, from));
    pin.into_iter().chain(passkey).chain(attested).collect()
}

/// The strongest that this payer may use now: what a change to the factors themselves demands. Any passkey is enough for
/// that: who loses the one that is vouched for must still be able to take it away.
pub(crate) fn strongest(context: &Context<'_>, payer: PayerId) -> Option<Strength> {
    let usable = factors(context, payer).into_iter().filter(|(_, from)| *from <= context.at);
    usable.map(|(strength, _)| strength.min(Strength::Passkey)).max()
}

/// That a demand is met. To be spent in the commit that relies on it.
#[must_use]
pub(crate) struct Met(Option<Guard>);

/// Whether `demand` is met for the body that `caller` signed.
pub(crate) fn met(context: &Context<'_>, caller: &CallerFacts, demand: Option<&Demand>) -> Result<Met, StepUp> {
    let Some(demand) = demand.filter(|demand| demand.strength > Strength::DeviceKey) else { return Ok(Met(None)) };
    let holds = |approval: &Approval| {
        let is_this = approval.body == caller.body && approval.device == caller.device;
        is_this && approval.strength >= demand.strength && context.at < approval.expires_at
    };
    match context.state.guard(caller.payer) {
        Some(guard) if guard.approvals.iter().any(holds) => {
            let mut guard = guard.clone();
            guard.approvals.retain(|approval| approval.body != caller.body);
            Ok(Met(Some(guard)))
        }
        _ => Err(StepUp::of(context, caller.payer, demand.clone(), Some(caller.body))),
    }
}

impl Met {
    /// Nothing was asked for.
    pub(crate) const fn unasked() -> Self {
        Self(None)
    }

    /// Uses the approval up.
    pub(crate) fn spend(self, context: &mut Context<'_>) {
        if let Some(guard) = self.0 {
            context.push(Change::Kept(Kept::Guard(guard)));
        }
    }

    /// The same, where the guard changes anyway: the row to go on from.
    pub(crate) fn into_guard(self, context: &Context<'_>, payer: PayerId) -> Guard {
        self.0.unwrap_or_else(|| guard(context, payer))
    }

    /// Whether anything was asked for.
    pub(crate) const fn is_vouched(&self) -> bool {
        self.0.is_some()
    }
}

/// A payer's guard as it is, or one that guards nothing.
pub(crate) fn guard(context: &Context<'_>, payer: PayerId) -> Guard {
    context.state.guard(payer).cloned().unwrap_or_else(|| Guard::none(payer))
}

/// The guard with one more approval. Those that are over go, and then the oldest.
pub(crate) fn approve(context: &Context<'_>, mut guard: Guard, approval: Approval) -> Guard {
    guard.approvals.retain(|known| context.at < known.expires_at && known.body != approval.body);
    while guard.approvals.len() >= limits::APPROVALS_MAX {
        guard.approvals.remove(0);
    }
    guard.approvals.push(approval);
    guard
}

/// An approval from now on, for its life.
pub(crate) fn approval(
    context: &Context<'_>,
    device: DeviceId,
    body: Digest,
    strength: Strength,
) -> Result<Approval, ReasonCode> {
    let expires_at = context.at.checked_add_seconds(wire::APPROVAL_LIFE_SECONDS).ok_or(ReasonCode::ServiceFault)?;
    Ok(Approval { body, device, strength, at: context.at, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_demands_want_the_greater_strength_for_all_the_reasons() {
        let demand = |strength, reason| Some(Demand::new(strength, reason));
        let (pin, passkey) = (
            demand(Strength::Pin, ReasonCode::RiskNewPayee),
            demand(Strength::Passkey, ReasonCode::PolicyPaymentLimit),
        );
        assert_eq!(Demand::join(None, None), None);
        assert_eq!(Demand::join(pin.clone(), None), pin);
        assert_eq!(Demand::join(None, passkey.clone()), passkey);
        let joined = Demand::join(pin.clone(), passkey.clone()).unwrap();
        assert_eq!(joined.strength, Strength::Passkey);
        assert_eq!(joined.reasons, [ReasonCode::PolicyPaymentLimit, ReasonCode::RiskNewPayee]);
        assert_eq!(Demand::join(passkey, pin.clone()), Some(joined));
        assert_eq!(Demand::join(pin.clone(), pin.clone()), pin);
    }
}
