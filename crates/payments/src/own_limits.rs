//! [`OwnLimits`]: the limits a payer sets for themselves. Lowering works at once; raising takes a check and waits as the
//! packs say; a rise that waits can be called off. They stand below law and terms and loosen neither.

use money::{Amount, Instant, PayerId, ReasonCode};
use policy::{Fact, Outcome, Reason, Request, Rulebook, Value};
use protocol::{CancelRaiseBody, LimitName, SetLimitBody, Strength};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::kept::Kept;
use crate::limits;
use crate::model::Payer;
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::policy_stage;
use crate::shown_limits;
use crate::step_up::{self, Demand};

/// The limits a payer set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLimits {
    /// Whose.
    pub payer: PayerId,
    /// One of each name, at most [`limits::OWN_LIMITS_MAX`].
    pub limits: Vec<OwnLimit>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLimit {
    /// Which.
    pub name: LimitName,
    /// How much.
    pub amount: Amount,
    /// A rise that waits, or has come and was not written down yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingRaise>,
}

/// A rise that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRaise {
    /// The limit from then on; `None`: none any more.
    pub to: Option<Amount>,
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it comes.
    pub starts_at: Instant,
}

impl OwnLimit {
    /// What holds at `at`; `None`: no limit any more.
    #[must_use]
    pub fn amount_at(&self, at: Instant) -> Option<Amount> {
        match &self.pending {
            Some(pending) if pending.starts_at <= at => pending.to,
            _ => Some(self.amount),
        }
    }

    /// The rise that still waits at `at`.
    #[must_use]
    pub fn waiting_at(&self, at: Instant) -> Option<&PendingRaise> {
        self.pending.as_ref().filter(|pending| at < pending.starts_at)
    }

    /// As policy counts it, with what holds at `at`.
    pub(crate) fn as_policy(&self, at: Instant) -> Option<policy::OwnLimit> {
        let LimitName { category, channel, window } = &self.name;
        let parts = [Some(window.word()), category.as_deref(), channel.map(protocol::Channel::word)];
        Some(policy::OwnLimit {
            name: parts.into_iter().flatten().collect::<Vec<_>>().join("/"),
            amount: self.amount_at(at)?,
            window: window.word().to_owned(),
            category: category.clone(),
            channel: channel.map(|channel| channel.word().to_owned()),
        })
    }
}

impl OwnLimits {
    pub(crate) fn of(context: &Context<'_>, payer: PayerId) -> Self {
        context.state.own_limits(payer).cloned().unwrap_or(Self { payer, limits: Vec::new() })
    }

    /// What holds now, as policy counts it.
    pub(crate) fn holding(context: &Context<'_>, payer: PayerId) -> Vec<policy::OwnLimit> {
        let own = context.state.own_limits(payer);
        own.into_iter().flat_map(|own| &own.limits).filter_map(|limit| limit.as_policy(context.at)).collect()
    }

    /// With the rises that have come.
    fn settled(mut self, at: Instant) -> Self {
        let settle = |limit: OwnLimit| {
            let amount = limit.amount_at(at)?;
            Some(OwnLimit { amount, pending: limit.waiting_at(at).cloned(), ..limit })
        };
        self.limits = self.limits.into_iter().filter_map(settle).collect();
        self
    }

    fn find(&self, name: &LimitName) -> Option<&OwnLimit> {
        self.limits.iter().find(|limit| limit.name == *name)
    }

    /// With `limit` in the place of the one of its name, if there is one.
    fn with(mut self, limit: OwnLimit) -> Result<Self, ReasonCode> {
        self.limits.retain(|known| known.name != limit.name);
        if self.limits.len() >= limits::OWN_LIMITS_MAX {
            return Err(ReasonCode::LimitsFull);
        }
        self.limits.push(limit);
        self.limits.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(self)
    }
}

/// Sets one limit.
pub(crate) fn set(context: &mut Context<'_>, caller: &CallerFacts, body: &SetLimitBody) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    if payer.id != body.payer {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    if body.amount.is_some_and(|amount| amount.currency() != payer.currency) {
        return Err(ReasonCode::AmountWrongCurrency.into());
    }
    if body.amount.is_some_and(Amount::is_negative) {
        return Err(ReasonCode::AmountNegative.into());
    }
    let own = OwnLimits::of(context, payer.id).settled(context.at);
    let known = own.find(&body.name()).cloned();
    if body.from != known.as_ref().map(|limit| limit.amount) {
        return Err(ReasonCode::LimitChanged.into());
    }
    match (known, body.amount) {
        (None, None) => Ok(shown_limits::accepted(context, payer, device, &own)),
        (Some(known), to) if is_above(to, known.amount) => raise(context, caller, own, known, to),
        (_, Some(amount)) => {
            let own = own.with(OwnLimit { name: body.name(), amount, pending: None })?;
            change(context, caller, EventKind::LimitLowered, Some(amount), own)
        }
        // To have none any more is above every limit.
        (Some(_), None) => Err(ReasonCode::ServiceFault.into()),
    }
}

/// Calls off a rise that waits.
pub(crate) fn cancel(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &CancelRaiseBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    if payer.id != body.payer {
        return Err(ReasonCode::DeviceNotThisPayer.into());
    }
    let own = OwnLimits::of(context, payer.id).settled(context.at);
    let waits = own.find(&body.name()).filter(|limit| limit.pending.is_some()).cloned();
    let limit = OwnLimit { pending: None, ..waits.ok_or(ReasonCode::LimitUnknown)? };
    let amount = limit.amount;
    let own = own.with(limit)?;
    change(context, caller, EventKind::LimitRaiseCancelled, Some(amount), own)
}

fn is_above(to: Option<Amount>, now: Amount) -> bool {
    to.is_none_or(|to| to.compare(now).is_none_or(std::cmp::Ordering::is_gt))
}

/// Writes the limits down and tells the payer: whoever has a device of theirs may have done it.
fn change(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    kind: EventKind,
    amount: Option<Amount>,
    own: OwnLimits,
) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    let accepted = shown_limits::accepted(context, payer, device, &own);
    let payer = payer.id;
    context.push(Change::Kept(Kept::OwnLimits(own)));
    context.tell(kind, |event| {
        event.payer = Some(payer);
        event.amount = amount;
    });
    Ok(accepted)
}

/// Lets a limit rise after the packs' delay, or the operator's where no pack names one. Asking for the same again does
/// not restart it.
fn raise(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    own: OwnLimits,
    known: OwnLimit,
    to: Option<Amount>,
) -> Result<Accepted, Refusal> {
    let (payer, device) = pipeline::identify(context, caller)?;
    if known.pending.as_ref().is_some_and(|pending| pending.to == to) {
        return Ok(shown_limits::accepted(context, payer, device, &own));
    }
    pipeline::usable(context, device.id)?;
    let asked = Demand::join(Some(strong(context, payer)), permitted(context, payer, known.amount, to)?);
    let met = step_up::met(context, caller, asked.as_ref())?;
    let starts_at = raise_at(context).ok_or(ReasonCode::ServiceFault)?;
    let pending = Some(PendingRaise { to, asked_at: context.at, starts_at });
    let own = own.with(OwnLimit { pending, ..known })?;
    met.spend(context);
    change(context, caller, EventKind::LimitRaiseRequested, to, own)
}

/// The strongest check this payer can do, and a PIN at the least.
fn strong(context: &Context<'_>, payer: &Payer) -> Demand {
    let strength =
        step_up::strongest(context, payer.id).map_or(Strength::Pin, |strongest| strongest.max(Strength::Pin));
    Demand::new(strength, ReasonCode::LimitRaise)
}

/// When a rise that is asked for now comes.
pub(crate) fn raise_at(context: &Context<'_>) -> Option<Instant> {
    let book = context.settings.packs.book()?;
    let by_packs = policy::raise_starts(book.library(), &book.request(context.at), context.at);
    by_packs.or_else(|| context.at.checked_add_seconds(context.settings.raise_delay_seconds))
}

/// Whether the packs let a limit rise, and what they demand for it.
fn permitted(
    context: &Context<'_>,
    payer: &Payer,
    from: Amount,
    to: Option<Amount>,
) -> Result<Option<Demand>, Refusal> {
    let book = context.settings.packs.book().ok_or(ReasonCode::ServiceFault)?;
    let request = question(book, context.at, payer, from, to.unwrap_or(Amount::new(i64::MAX, from.currency())));
    let decision = policy::decide(book.library(), &request).map_err(|_| ReasonCode::ServiceFault)?;
    let rules: Vec<Reason> = decision.reasons.iter().filter(|rule| rule.outcome > Outcome::Permit).cloned().collect();
    policy_stage::verdict(&decision, book.library()).map_err(|reason| Refusal { rules, ..Refusal::from(reason) })
}

/// The rise as the packs are asked about it. WHY consent is given: the body that was signed names both limits, and the
/// page that made it says how to lower them.
fn question(book: &Rulebook, at: Instant, payer: &Payer, from: Amount, to: Amount) -> Request {
    let mut request = book.request(at);
    let texts = |words: &[&str]| Value::Texts(words.iter().map(|word| (*word).to_owned()).collect());
    let known = [
        (const { Fact::of("operation.kind") }, Value::Text("limit_change".to_owned())),
        (const { Fact::of("operation.funding") }, Value::Text(policy_stage::FUNDING.to_owned())),
        (const { Fact::of("limit.from") }, Value::Money(from)),
        (const { Fact::of("limit.to") }, Value::Money(to)),
        (const { Fact::of("limit.asked_at") }, Value::Moment(at)),
        (const { Fact::of("consent.given") }, Value::Flag(true)),
        (const { Fact::of("consent.shown") }, texts(&["old_limit", "new_limit", "way_to_lower"])),
        (const { Fact::of("consent.method") }, Value::Text("app".to_owned())),
        (const { Fact::of("payer.enrolled_at") }, Value::Moment(payer.opened_at)),
        (const { Fact::of("auth.linked") }, Value::Flag(true)),
        (const { Fact::of("auth.factors") }, texts(&["device_key"])),
    ];
    known.into_iter().for_each(|(fact, value)| request.facts.set(fact, value));
    request
}
