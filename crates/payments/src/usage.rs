//! [`Usage`]: what a payer used of every limit. Counted in the payment's own commit, so that no two payments can use the
//! same headroom: set aside with a hold, counted with the money, given back when the hold is released.

use money::{Amount, Instant, PayerId};
use policy::{Counters, Event, Fact, Facts, Value};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::decide::Context;
use crate::kept::Kept;
use crate::model::Payment;

/// What a payer used of every limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Whose.
    pub payer: PayerId,
    /// By limit; bounded, however much they pay.
    pub counters: Counters,
    /// When they last paid.
    pub last_used_at: Option<Instant>,
}

/// What becomes of a payment that was set aside.
pub(crate) enum Fate {
    /// All of it happened.
    Captured,
    /// Of it only so much happened.
    CapturedPart(Amount),
    /// It did not happen.
    Released,
}

impl Usage {
    /// Of a payer who never paid.
    #[must_use]
    pub fn none(payer: PayerId) -> Self {
        Self { payer, counters: Counters::default(), last_used_at: None }
    }

    /// What `payer` used, as it is kept, or nothing.
    pub(crate) fn of(context: &Context<'_>, payer: PayerId) -> Self {
        context.state.usage(payer).cloned().unwrap_or_else(|| Self::none(payer))
    }
}

/// A held payment's fate. One that was held before anything was counted has nothing to settle.
pub(crate) fn settle(context: &mut Context<'_>, payment: &Payment, fate: &Fate) {
    let Some(usage) = context.state.usage(payment.payer) else { return };
    let mut usage = usage.clone();
    let key = payment.id.to_string();
    match fate {
        Fate::Captured => usage.counters.commit(&key),
        Fate::CapturedPart(amount) => usage.counters.commit_part(&key, *amount),
        Fate::Released => usage.counters.release(&key),
    }
    context.push(Change::Kept(Kept::Usage(usage)));
}

/// Money came back: what that gives back of a limit is for its pack to say.
pub(crate) fn refunded(context: &mut Context<'_>, payment: &Payment, category: &str, amount: Amount, key: &str) {
    let (Some(usage), Some(book)) = (context.state.usage(payment.payer), context.settings.packs.book()) else { return };
    let mut usage = usage.clone();
    let mut facts = Facts::default();
    let text = |word: &str| Value::Text(word.to_owned());
    facts.set(const { Fact::of("operation.kind") }, text("refund"));
    facts.set(const { Fact::of("operation.amount") }, Value::Money(amount));
    facts.set(const { Fact::of("operation.category") }, text(book.library().category(category)));
    facts.set(const { Fact::of("operation.payee") }, Value::Text(payment.payee.to_string()));
    facts.set(const { Fact::of("operation.device") }, Value::Text(payment.device.to_string()));
    facts.set(const { Fact::of("operation.funding") }, text(crate::policy_stage::FUNDING));
    facts.set(const { Fact::of("operation.refund_of_at") }, Value::Moment(payment.created_at));
    let event = Event { at: context.at, facts };
    let request = book.request(context.at);
    usage.counters.adopt(book.library(), &request);
    usage.counters.record(book.library(), &request, key, &event);
    context.push(Change::Kept(Kept::Usage(usage)));
}
