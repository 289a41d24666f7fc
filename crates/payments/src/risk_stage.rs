//! Stage 6: what the risk engine wants before a payment goes on.
//!
//! It reads the payer's dossier and the payee's file, judges, and answers with a demand, a hold or a refusal. What it
//! learns from the payment goes into the dossier in the payment's own commit.

use money::{Amount, ReasonCode};
use protocol::Strength;
use risk::assess::{Assessment, Case as RiskCase, Cause, Verdict, assess};
use risk::dossier::{Dossier, Met, PartyFile};
use risk::event::{Event, Key as PartyKey, Pair as Parties, Party};
use risk::feature::{Reading, SignalFact, Signals, is_cash_like};
use risk::memory::companies;
use risk::model::Baseline;
use risk::number::{part, seconds};
use risk::profile::{Company, PairProfile};

use crate::change::Change;
use crate::decide::Context;
use crate::dossiers::{DossierRow, SeenRow, dossier, payee_file, payee_key, units};
use crate::facts::ArrivalFacts;
use crate::kept::Kept;
use crate::limits;
use crate::model::Payment;
use crate::noted::Noted;
use crate::pipeline::Case;
use crate::sighting;
use crate::step_up::{self, Demand};

/// What stage 6 found, to be kept when the payment goes on.
pub(crate) struct Seen {
    /// What it wants beyond the device key's signature.
    pub(crate) demand: Option<Demand>,
    known: Option<Known>,
}

/// What was read about both sides.
struct Known {
    event: Event,
    dossier: Dossier,
    /// What the payer has with the payee, where their dossier had forgotten it.
    met: Option<PairProfile>,
    payer: Company,
    payee: Company,
}

/// Judges a payment of `total`.
///
/// # Errors
/// The reason it is held or refused for.
pub(crate) fn judge(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Result<Seen, ReasonCode> {
    let first = first_payment(context, case, total);
    if !context.settings.judging.marks().on {
        return Ok(Seen { demand: first, known: None });
    }
    let (found, known) = found(context, case, total)?;
    let demand = match found.verdict {
        _ if context.settings.risk.shadow => None,
        Verdict::Allow => None,
        Verdict::StepUp(strength) => Some(Demand { strength: wire(strength), reasons: found.reasons }),
        // The first says what became of it; the others can be had again from the record.
        Verdict::Hold | Verdict::Refuse => {
            return Err(found.reasons.first().copied().unwrap_or(ReasonCode::RiskRefused));
        }
    };
    Ok(Seen { demand: Demand::join(first, demand), known: Some(known) })
}

/// What the engine says about a payment, and what it read for it.
fn found(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Result<(Assessment, Known), ReasonCode> {
    // Without its judges nothing is decided: a record is made again only with them.
    let judges = context.settings.judging.judges().ok_or(ReasonCode::ServiceFault)?;
    let mut causes = Vec::new();
    let mut or_cause = |cause: Cause| causes.push(cause);
    let mut dossier = dossier(context, case.payer.id).unwrap_or_else(|cause| {
        or_cause(cause);
        Dossier::default()
    });
    let mut file = payee_file(context, case.payee.card.id).unwrap_or_else(|cause| {
        or_cause(cause);
        PartyFile::default()
    });
    if context.settings.judging.marks().payees_late {
        causes.push(Cause::PayeeLate);
    }
    let event = event(context, case, total);
    let delay_millis = context.settings.risk.label_delay_millis();
    dossier.ripen(event.at_millis, delay_millis);
    file.ripen(event.at_millis, delay_millis);
    let met = if known_pair(&dossier, Parties::PayerPayee, &event).is_some() { None } else { sums(context, case) };
    let nothing = Baseline::default();
    let baseline = judges.champion.as_ref().map_or(&nothing, |model| &model.baseline);
    let reading = reading(&dossier, &file, met.as_ref(), &event, baseline);
    let found = assess(
        judges,
        &context.settings.risk,
        &RiskCase {
            event: &event,
            amount_minor: total.minor(),
            reading: &reading,
            strongest: strongest(context, case),
            causes: &causes,
            snoozes: dossier.snoozes(),
            demoted: &context.settings.judging.marks().demoted,
        },
    );
    let [payer, payee, ..] = companies(&event, &reading);
    Ok((found, Known { event, dossier, met, payer, payee }))
}

/// The strongest check the payer can do now; a PIN where there is none yet, which is what they are told to set up.
fn strongest(context: &Context<'_>, case: &Case<'_>) -> risk::rule::Strength {
    match step_up::strongest(context, case.payer.id) {
        Some(Strength::Passkey | Strength::Attested) => risk::rule::Strength::Passkey,
        Some(Strength::Pin | Strength::DeviceKey) | None => risk::rule::Strength::Pin,
    }
}

/// Says again what was found about a payment, for an explanation; `None` where nobody judged it.
pub(crate) fn explained(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Option<Assessment> {
    if !context.settings.judging.marks().on {
        return None;
    }
    found(context, case, total).ok().map(|(found, _)| found)
}

const fn wire(strength: risk::rule::Strength) -> Strength {
    match strength {
        risk::rule::Strength::DeviceKey => Strength::DeviceKey,
        risk::rule::Strength::Pin => Strength::Pin,
        risk::rule::Strength::Passkey => Strength::Passkey,
        risk::rule::Strength::Attested => Strength::Attested,
    }
}

/// More than a little to a payee never paid before yesterday needs a PIN, whatever the engine says.
fn first_payment(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Option<Demand> {
    let pair = context.state.pair(case.payer.id, case.payee.card.id);
    let known_from = pair.and_then(|pair| pair.captured_at?.checked_add_seconds(limits::NEW_PAYEE_SECONDS));
    if known_from.is_some_and(|from| from <= context.at) {
        return None;
    }
    // All the payments to a new payee count together.
    let earlier = Amount::new(pair.map_or(0, |pair| pair.total_minor), total.currency());
    let limit = context.settings.first_payee_limit();
    let above = earlier.checked_add(total).and_then(|sum| sum.exceeds(limit)).unwrap_or(true);
    above.then(|| Demand::new(Strength::Pin, ReasonCode::RiskNewPayee))
}

/// The payment as the engine sees it.
fn event(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Event {
    let mut parties = [None; 6];
    let keys = [
        (Party::Payer, PartyKey::of(case.payer.id.to_string().as_bytes())),
        (Party::Payee, payee_key(case.payee.card.id)),
        (Party::Device, PartyKey::of(case.device.id.to_string().as_bytes())),
    ];
    for (party, key) in keys {
        if let Some(slot) = parties.get_mut(party.index()) {
            *slot = Some(key);
        }
    }
    let available = context.state.account(case.payer.wallet).map(ledger::Account::available);
    Event {
        at_millis: context.at.unix_millis(),
        offset_seconds: context.settings.risk.utc_offset_seconds,
        parties,
        amount: units(total),
        balance: available.map(units),
        refused: false,
        home: None,
        spot: None,
        signals: signals(context, case, total),
    }
}

/// What is known besides the profiles. What nobody reports yet stays unknown, and rules over it say so.
fn signals(context: &Context<'_>, case: &Case<'_>, total: Amount) -> Signals {
    let since = |at: money::Instant| seconds(at.unix_millis(), context.at.unix_millis());
    let flag = |is: bool| f32::from(u8::from(is));
    let sticker = matches!(case.arrival, ArrivalFacts::Sticker(_));
    let code = matches!(case.arrival, ArrivalFacts::Code { .. });
    let doubt = (sticker || code).then(|| i64::from(sighting::weigh(context, case).points.min(100)));
    Signals::default()
        .with(SignalFact::DeviceTier, f32::from(case.device.tier))
        .with(SignalFact::DeviceAge, since(case.device.bound_at))
        .with(SignalFact::PayeeAge, since(case.payee.registered_at))
        .with(SignalFact::Scanned, flag(sticker || code))
        .with(SignalFact::CodeStatic, flag(sticker))
        .with(SignalFact::CashLike, flag(is_cash_like(&case.payee.card.category)))
        .with_known(SignalFact::CodeDoubt, doubt.and_then(|points| part(points, 100)))
        .with_known(SignalFact::LimitShare, part(total.minor(), context.settings.payment_limit_minor))
}

fn known_pair<'a>(dossier: &'a Dossier, parties: Parties, event: &Event) -> Option<&'a PairProfile> {
    let (_, other) = parties.parties();
    dossier.pair(parties, event.party(other)?)
}

/// What the two have in common by the sums that are kept of every pair: of payees the dossier has forgotten.
fn sums(context: &Context<'_>, case: &Case<'_>) -> Option<PairProfile> {
    let pair = context.state.pair(case.payer.id, case.payee.card.id)?;
    let total = units(Amount::new(pair.total_minor, case.payer.currency));
    let (last, now) = (pair.last_at.unix_millis(), context.at.unix_millis());
    let first = pair.captured_at.map_or(last, money::Instant::unix_millis);
    Some(PairProfile::of_sums(pair.payments, total, first, last, now))
}

fn reading<'a>(
    dossier: &'a Dossier,
    file: &'a PartyFile,
    met: Option<&'a PairProfile>,
    event: &Event,
    baseline: &'a Baseline,
) -> Reading<'a> {
    let mut parties = [None; 6];
    let sides = [(Party::Payer, &dossier.profile), (Party::Payee, &file.profile)];
    for (party, profile) in sides {
        if let Some(slot) = parties.get_mut(party.index()) {
            *slot = Some(profile);
        }
    }
    let mut pairs = [None; 7];
    let between = [
        (Parties::PayerPayee, known_pair(dossier, Parties::PayerPayee, event).or(met)),
        (Parties::PayerDevice, known_pair(dossier, Parties::PayerDevice, event)),
    ];
    for (pair, profile) in between {
        if let Some(slot) = pairs.get_mut(pair.index()) {
            *slot = profile;
        }
    }
    Reading {
        parties,
        pairs,
        everyone: &baseline.everyone,
        payer_income: None,
        payee_spending: None,
        peers: &baseline.peers,
        served: true,
    }
}

impl Seen {
    /// Keeps what the payment teaches: the payer's dossier at once, the payee's file when the credit is counted.
    pub(crate) fn keep(self, context: &mut Context<'_>, payment: &Payment) {
        let Some(known) = self.known else { return };
        let Known { event, mut dossier, met, payer, payee } = known;
        dossier.observe(&event, payer, met, context.settings.risk.label_delay_millis());
        context.push(Change::Kept(Kept::Dossier(DossierRow::of(payment.payer, &dossier))));
        if let Some(transfer) = payment.transfer {
            context.push(Change::Noted(Noted::Seen(SeenRow {
                transfer,
                payee: payment.payee,
                amount: payment.amount,
                at: context.at,
                met: Met::from(payee),
            })));
        }
    }
}

/// Keeps that a payment of this payer was refused. A dossier that cannot be read is left as it is.
pub(crate) fn refused(context: &mut Context<'_>, case: &Case<'_>) {
    if !context.settings.judging.marks().on {
        return;
    }
    if let Ok(mut dossier) = dossier(context, case.payer.id) {
        dossier.refused(context.at.unix_millis());
        context.push(Change::Kept(Kept::Dossier(DossierRow::of(case.payer.id, &dossier))));
    }
}
