//! What became known of a payment afterwards, and how it is learnt: a payer's profiles in the decision itself, a payee's
//! file a moment later, from a row that is removed when it is folded; each once, whoever says it how often.
//!
//! What an earlier decision had read stays in its record as it was read: nothing is learnt backwards.

use money::{Amount, Instant, PayeeId, PayerId, PaymentId, ReasonCode};
use protocol::{AttackBody, PaymentStatus, ReportKind, ReportPaymentBody};
use risk::dossier::{Dossier, Lesson};
use risk::event::{Key as PartyKey, Outcome, Pair as Parties, Party};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::dossiers::{DossierRow, PayeeFileRow, dossier, payee_file, payee_key, units};
use crate::facts::CallerFacts;
use crate::kept::Kept;
use crate::limits;
use crate::lockdown;
use crate::model::Payment;
use crate::noted::{Noted, NotedKey};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline;
use crate::state::{Key, Row, State};

/// Who says what a payment was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    /// Its payer, of this payment.
    Payer(ReportKind),
    /// Its payer, of everything since a moment.
    Attack,
    /// Its payee, giving the money back.
    Payee,
    /// Staff, who have the last word.
    Staff,
}

/// What is said of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The payment.
    pub payment: PaymentId,
    /// Whom it paid.
    pub payee: PayeeId,
    /// When it was made.
    pub paid_at: Instant,
    /// Whether it was fraud.
    pub fraud: bool,
    /// Who says so.
    pub by: Voice,
    /// Since when.
    pub at: Instant,
    /// Whether its amount alone would have told.
    pub explained_by_amount: bool,
    /// Whether its payee's file learns it.
    pub taught: bool,
}

/// What waits to be folded into a payee's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeRow {
    /// The payment.
    pub payment: PaymentId,
    /// Whose file.
    pub payee: PayeeId,
    /// When it was paid.
    pub paid_at: Instant,
    /// What became known.
    pub said: Said,
    /// What the file had learnt before and is not so.
    pub earlier: Option<Said>,
}

/// What was said when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: Instant,
    /// Whether it was fraud.
    pub fraud: bool,
    /// Whether its amount alone would have told.
    pub explained_by_amount: bool,
}

/// A payer's word that what was paid since a moment was fraud, until the payments are looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Whose.
    pub payer: PayerId,
    /// Since when.
    pub since: Instant,
    /// Until when: the moment it was said.
    pub at: Instant,
}

impl State {
    pub(crate) fn label(&self, payment: PaymentId) -> Option<&Label> {
        match self.row(&Key::Noted(NotedKey::Label(payment))) {
            Some(Row::Noted(Noted::Label(row))) => Some(row),
            _ => None,
        }
    }

    fn outcome(&self, payment: PaymentId) -> Option<&OutcomeRow> {
        match self.row(&Key::Noted(NotedKey::Outcome(payment))) {
            Some(Row::Noted(Noted::Outcome(row))) => Some(row),
            _ => None,
        }
    }

    fn alarm(&self, payer: PayerId) -> Option<&Alarm> {
        match self.row(&Key::Noted(NotedKey::Alarm(payer))) {
            Some(Row::Noted(Noted::Alarm(row))) => Some(row),
            _ => None,
        }
    }
}

/// A payer says that a payment of theirs was fraud. Saying it again changes nothing.
///
/// WHY with the device's signature alone: whoever says so makes further payments harder, never easier; and nothing moves.
pub(crate) fn report(
    context: &mut Context<'_>,
    caller: &CallerFacts,
    body: &ReportPaymentBody,
) -> Result<Accepted, Refusal> {
    let (payer, _) = pipeline::identify(context, caller)?;
    let payment = context.state.payment(body.payment).filter(|payment| payment.payer == payer.id);
    let payment = payment.ok_or(ReasonCode::PaymentUnknown)?.clone();
    if payment.status == PaymentStatus::Refused {
        return Err(ReasonCode::PaymentRefused.into());
    }
    let label = learn(context, &payment, true, Voice::Payer(body.kind));
    Ok(Accepted::Labelled(label))
}

/// A payer is under attack: nothing leaves the wallet, and what was paid since then was fraud. The payments are looked up
/// a moment later by the worker that learns.
pub(crate) fn attack(context: &mut Context<'_>, caller: &CallerFacts, body: &AttackBody) -> Result<Accepted, Refusal> {
    let frozen = lockdown::freeze(context, caller, &protocol::FreezeBody { payer: body.payer })?;
    let week = limits::ALARM_SECONDS_MAX.saturating_neg();
    let earliest = context.at.checked_add_seconds(week).unwrap_or(context.at);
    let since = body.since.clamp(earliest, context.at);
    // Said twice before it was looked up: the earlier moment holds.
    let since = context.state.alarm(body.payer).map_or(since, |waiting| waiting.since.min(since));
    context.push(Change::Noted(Noted::Alarm(Alarm { payer: body.payer, since, at: context.at })));
    Ok(frozen)
}

/// Takes in the payments of an attack; those of others, refused ones and those of another time are passed over.
pub(crate) fn take_alarm(
    context: &mut Context<'_>,
    payer: PayerId,
    payments: &[PaymentId],
) -> Result<Accepted, Refusal> {
    let Some(alarm) = context.state.alarm(payer).cloned() else { return Ok(Accepted::Learnt { payments: 0 }) };
    let is_meant = |payment: &&Payment| {
        let during = alarm.since <= payment.created_at && payment.created_at <= alarm.at;
        payment.payer == payer && during && payment.status != PaymentStatus::Refused
    };
    let meant = payments.iter().filter_map(|id| context.state.payment(*id)).filter(is_meant).cloned();
    let meant: Vec<Payment> = meant.collect();
    let count = meant.len();
    let mut pupil = Pupil::of(context, payer);
    for payment in &meant {
        let _ = pupil.learn(context, payment, true, Voice::Attack);
    }
    pupil.keep(context);
    context.push(Change::Forgotten(Noted::Alarm(alarm)));
    Ok(Accepted::Learnt { payments: count })
}

/// Staff say what a payment was; nobody else says otherwise afterwards.
pub(crate) fn judge(context: &mut Context<'_>, payment: PaymentId, fraud: bool) -> Result<Accepted, Refusal> {
    let payment = context.state.payment(payment).ok_or(ReasonCode::PaymentUnknown)?.clone();
    if payment.status == PaymentStatus::Refused {
        return Err(ReasonCode::PaymentRefused.into());
    }
    Ok(Accepted::Labelled(learn(context, &payment, fraud, Voice::Staff)))
}

/// Takes in what one payment was.
pub(crate) fn learn(context: &mut Context<'_>, payment: &Payment, fraud: bool, by: Voice) -> Label {
    let mut pupil = Pupil::of(context, payment.payer);
    let label = pupil.learn(context, payment, fraud, by);
    pupil.keep(context);
    label
}

/// A payer's dossier, learning.
struct Pupil {
    payer: PayerId,
    /// `None` where nothing is kept of them, or it cannot be read.
    dossier: Option<Dossier>,
    has_learnt: bool,
}

impl Pupil {
    fn of(context: &Context<'_>, payer: PayerId) -> Self {
        let kept = context.settings.judging.marks().on && context.state.dossier(payer).is_some();
        Self { payer, dossier: if kept { dossier(context, payer).ok() } else { None }, has_learnt: false }
    }

    fn learn(&mut self, context: &mut Context<'_>, payment: &Payment, fraud: bool, by: Voice) -> Label {
        let earlier = context.state.label(payment.id).cloned();
        if let Some(earlier) = &earlier
            && (earlier.fraud == fraud || earlier.by == Voice::Staff && by != Voice::Staff)
        {
            let confirmed = if by == Voice::Staff { by } else { earlier.by };
            let label = Label { by: confirmed, ..earlier.clone() };
            if label != *earlier {
                context.push(Change::Noted(Noted::Label(label.clone())));
            }
            return label;
        }
        let amount = units(payment.amount);
        let said = Said {
            at: context.at,
            fraud,
            explained_by_amount: self.dossier.as_ref().is_some_and(|dossier| dossier.explains(amount)),
        };
        let before = earlier.as_ref().map(Label::said);
        let taught = earlier.as_ref().map_or_else(|| self.is_heard(payment), |earlier| earlier.taught);
        self.take_in(context, payment, said, before);
        if taught {
            self.has_learnt = true;
            let waiting = context.state.outcome(payment.id);
            let earlier = waiting.map_or(before, |waiting| waiting.earlier);
            let (paid_at, payee) = (payment.created_at, payment.payee);
            let row = OutcomeRow { payment: payment.id, payee, paid_at, said, earlier };
            context.push(Change::Noted(Noted::Outcome(row)));
        }
        let label = Label {
            payment: payment.id,
            payee: payment.payee,
            paid_at: payment.created_at,
            fraud,
            by,
            at: context.at,
            explained_by_amount: said.explained_by_amount,
            taught,
        };
        context.push(Change::Noted(Noted::Label(label.clone())));
        if fraud {
            tell(context, payment);
        }
        label
    }

    fn take_in(&mut self, context: &Context<'_>, payment: &Payment, said: Said, earlier: Option<Said>) {
        let Some(dossier) = &mut self.dossier else { return };
        let parties = parties(payment);
        let outcome = |said: Said| outcome_of(payment.created_at, said, parties);
        let (outcome, earlier) = (outcome(said), earlier.map(outcome));
        let delay_millis = context.settings.risk.label_delay_millis();
        dossier.learn(Lesson { outcome: &outcome, earlier: earlier.as_ref(), delay_millis });
        self.has_learnt = true;
    }

    /// Whether the payee's file learns what this payer says: money must have moved, and one payer counts against one payee
    /// once in months, so that a quarrel does not ruin a shop.
    fn is_heard(&self, payment: &Payment) -> bool {
        let Some(dossier) = &self.dossier else { return false };
        let pair = dossier.pair(Parties::PayerPayee, payee_key(payment.payee));
        payment.transfer.is_some() && pair.is_none_or(|pair| pair.frauds < limits::REPORTS_HEARD_MAX)
    }

    fn keep(self, context: &mut Context<'_>) {
        if let (Some(dossier), true) = (&self.dossier, self.has_learnt) {
            context.push(Change::Kept(Kept::Dossier(DossierRow::of(self.payer, dossier))));
        }
    }
}

impl Label {
    const fn said(&self) -> Said {
        Said { at: self.at, fraud: self.fraud, explained_by_amount: self.explained_by_amount }
    }
}

/// Folds what became known into payees' files. Those that are gone were folded by somebody else.
pub(crate) fn fold(context: &mut Context<'_>, payments: &[PaymentId]) -> Result<Accepted, Refusal> {
    let rows = payments.iter().filter_map(|payment| context.state.outcome(*payment)).cloned();
    let mut rows: Vec<OutcomeRow> = rows.collect();
    let count = rows.len();
    rows.sort_by_key(|row| (row.payee, row.paid_at, row.payment));
    let delay_millis = context.settings.risk.label_delay_millis();
    for of_payee in rows.chunk_by(|a, b| a.payee == b.payee) {
        let Some(payee) = of_payee.first().map(|row| row.payee) else { continue };
        // A file that cannot be read is left to whoever folds payments, who begins it anew.
        let mut file = payee_file(context, payee).ok();
        for row in of_payee {
            let mut parties = [None; 6];
            if let Some(slot) = parties.get_mut(Party::Payee.index()) {
                *slot = Some(payee_key(payee));
            }
            let outcome = outcome_of(row.paid_at, row.said, parties);
            let earlier = row.earlier.map(|said| outcome_of(row.paid_at, said, parties));
            if let Some(file) = &mut file {
                file.learn(Lesson { outcome: &outcome, earlier: earlier.as_ref(), delay_millis });
            }
            context.push(Change::Forgotten(Noted::Outcome(row.clone())));
        }
        if let Some(file) = file {
            context.push(Change::Noted(Noted::PayeeFile(PayeeFileRow::of(payee, &file))));
        }
    }
    Ok(Accepted::Learnt { payments: count })
}

fn outcome_of(paid_at: Instant, said: Said, parties: [Option<PartyKey>; 6]) -> Outcome {
    Outcome {
        paid_at_millis: paid_at.unix_millis(),
        known_at_millis: said.at.unix_millis(),
        parties,
        fraud: said.fraud,
        explained_by_amount: said.explained_by_amount,
    }
}

fn parties(payment: &Payment) -> [Option<PartyKey>; 6] {
    let mut parties = [None; 6];
    let keys = [
        (Party::Payer, PartyKey::of(payment.payer.to_string().as_bytes())),
        (Party::Payee, payee_key(payment.payee)),
        (Party::Device, PartyKey::of(payment.device.to_string().as_bytes())),
    ];
    for (party, key) in keys {
        if let Some(slot) = parties.get_mut(party.index()) {
            *slot = Some(key);
        }
    }
    parties
}

/// The payer is told; the payee is not: whoever is thought a fraud does not learn it from here.
fn tell(context: &mut Context<'_>, payment: &Payment) {
    let amount: Amount = payment.amount;
    context.tell(EventKind::PaymentReported, |event| {
        event.payer = Some(payment.payer);
        event.payment = Some(payment.id);
        event.amount = Some(amount);
    });
}
