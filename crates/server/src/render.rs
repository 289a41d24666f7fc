//! From the core's rows to what callers see. Nothing here decides.

mod identity;

use std::collections::BTreeMap;

use ledger::Account;
use money::{Instant, Language, ReasonCode, SessionId};
use payments::{
    Approval, Contact, Device, Event, Intent, Lock, Passkey, Payee, Payer, Payment, PaymentPin, Quoted, Recovery,
    Refund, RegisteredCode, Session, Settings, ShownLimit, Standing, StepUp, Wait,
};
use protocol::{
    AlertView, ApprovalView, AttestationView, BalanceView, CitationView, CodeView, ContactView, DeviceView, IntentView,
    LimitLeftView, PasskeyView, PayeeBalanceView, PayeeView, PayerView, PaymentView, PinView, QuoteCore, QuoteView,
    ReasonView, ReceiptView, RecoveryView, RefundView, RuleReasonView, RuleTextView, SessionView, StepUpMethod,
    StepUpView, Strength, WaitView,
};
use store::{PayeeBalance, PaymentRow};

use crate::app::App;

pub(crate) use identity::{facts, guardian, payout, verification};

/// A reason with its sentences; never one that would tip off an attacker.
pub(crate) fn reason(reason: ReasonCode) -> ReasonView {
    let said = reason.disclosed();
    ReasonView { code: said, en: said.text(Language::En).to_owned(), ko: said.text(Language::Ko).to_owned() }
}

fn reasons(codes: &[ReasonCode]) -> Vec<ReasonView> {
    codes.iter().copied().map(reason).collect()
}

pub(crate) fn balance(account: &Account) -> BalanceView {
    BalanceView { available: account.available(), held: account.held(), posted: account.posted() }
}

pub(crate) fn payer(app: &App, payer: &Payer, account: &Account) -> PayerView {
    wallet(payer, account, &app.store.settings(), app.test_mode, app.now())
}

pub(crate) fn wallet(
    payer: &Payer,
    account: &Account,
    settings: &Settings,
    test_mode: bool,
    now: Instant,
) -> PayerView {
    PayerView {
        account: payer.wallet,
        balance: balance(account),
        currency: payer.currency,
        frozen: payer.lock.is_frozen(now),
        name: words(payer.name.as_str()),
        payer: payer.id,
        payment_limit: settings.payment_limit(),
        test_mode,
        unfreezes_at: thaws_at(payer.lock, now),
    }
}

fn thaws_at(lock: Lock, now: Instant) -> Option<Instant> {
    match lock {
        Lock::Thawing(until) if now < until => Some(until),
        Lock::Open | Lock::Frozen | Lock::Thawing(_) => None,
    }
}

/// Words that people wrote, through the one sanitiser: receipts, lists and exports are all made here. What was signed is
/// shown as it was signed; its type refuses what hides.
fn words(text: &str) -> String {
    qr::shown(text).text.into_owned()
}

pub(crate) fn session(device: &Device, session: &Session, current: SessionId) -> SessionView {
    SessionView {
        current: session.id == current,
        device: device.id,
        device_name: words(device.name.as_str()),
        kind: session.kind,
        last_at: session.last_at,
        opened_at: session.opened_at,
        place: session.place.clone(),
        session: session.id,
    }
}

pub(crate) fn device(device: &Device, standing: Option<&Standing>) -> DeviceView {
    DeviceView {
        bound_at: device.bound_at,
        device: device.id,
        key: device.key,
        kind: standing.map(|standing| standing.kind).unwrap_or_default(),
        name: words(device.name.as_str()),
        revoked: device.revoked,
        tier: device.tier,
        revocable_from: standing.and_then(|standing| standing.revocable_from),
        usable_from: standing.map_or(device.bound_at, |standing| standing.usable_from),
    }
}

pub(crate) fn payee(row: &PayeeBalance) -> PayeeView {
    let PayeeBalance { payee, account, pending, as_of } = row;
    let BalanceView { available, held, posted } = balance(account);
    PayeeView {
        balance: PayeeBalanceView { as_of: *as_of, available, held, pending: *pending, posted },
        category: payee.card.category.clone(),
        name: words(payee.card.name.as_str()),
        name_latin: words(payee.card.name_latin.as_str()),
        payee: payee.card.id,
        place: words(payee.place.as_str()),
    }
}

pub(crate) fn code(row: &RegisteredCode, payload: Option<String>) -> CodeView {
    CodeView {
        cap: row.cap,
        cell: row.cell,
        counter: row.counter.clone(),
        expires_at: row.expires_at,
        kind: row.kind,
        payee: row.payee,
        payload,
        registered_at: row.registered_at,
        serial: row.serial,
        suspended_at: row.suspended_at,
        withdrawn_at: row.withdrawn_at,
    }
}

pub(crate) fn intent(app: &App, intent: &Intent, payment: Option<&Payment>, payee: &Payee) -> IntentView {
    // Terms that do not fit an EMVCo code (a sum of more than 13 characters) can still be paid by link.
    let code = app.signer().code(intent, payee).unwrap_or_else(|error| {
        tracing::warn!(error = %error, "an intent cannot be shown as a code");
        String::new()
    });
    IntentView {
        capture: intent.capture,
        code,
        core: intent.core.clone(),
        intent: intent.id,
        payer: payment.map(|payment| app.pairwise.name(intent.payee, payment.payer)),
        payment: intent.payment,
        payment_status: payment.map(|payment| payment.status),
        quote: intent.quote,
        reference: intent.reference.clone(),
        status: intent.status,
    }
}

/// The rules behind a refusal, with their citations.
pub(crate) fn rules(rules: &[policy::Reason]) -> Vec<RuleReasonView> {
    rules.iter().map(rule).collect()
}

fn rule(reason: &policy::Reason) -> RuleReasonView {
    let outcome = match reason.outcome {
        policy::Outcome::Permit => "permit",
        policy::Outcome::StepUp => "step_up",
        policy::Outcome::Hold => "hold",
        policy::Outcome::Route => "route",
        policy::Outcome::Deny => "deny",
    };
    RuleReasonView {
        after: reason.after.clone(),
        before: reason.before.clone(),
        cap: reason.cap.clone(),
        citation: CitationView {
            article: reason.citation.article.clone(),
            law: reason.citation.law.clone(),
            source: reason.citation.source.clone(),
        },
        code: reason.code.clone(),
        details: reason.details.clone(),
        grade: format!("{:?}", reason.grade),
        missing: reason.missing.clone(),
        outcome: outcome.to_owned(),
        pack: reason.pack.clone(),
        route: reason.route.clone(),
        rule: reason.rule.clone(),
        say: reason.say.clone(),
        texts: texts(reason.texts.clone()),
        version: reason.version.clone(),
    }
}

/// What a rule says, by language.
fn texts(texts: BTreeMap<String, policy::Wording>) -> BTreeMap<String, RuleTextView> {
    let text = |policy::Wording { title, say, law, article }| RuleTextView { article, law, say, title };
    texts.into_iter().map(|(language, wording)| (language, text(wording))).collect()
}

fn limit_left(ShownLimit { counter, say, texts: all }: ShownLimit) -> LimitLeftView {
    let (pack, rule) = counter.rule.split_once('/').unwrap_or(("", &counter.rule));
    LimitLeftView {
        cap: counter.cap,
        fits: counter.fits,
        left: counter.left,
        pack: pack.to_owned(),
        rule: rule.to_owned(),
        say,
        texts: texts(all),
        used: counter.after,
    }
}

pub(crate) fn quote(quoted: Quoted) -> QuoteView {
    QuoteView {
        available_after: quoted.available_after,
        available_before: quoted.available_before,
        core: quoted.core,
        funding: quoted.funding,
        limit_left: quoted.limit_left,
        limits: quoted.limits.into_iter().map(limit_left).collect(),
        quote: quoted.quote,
        refusals: reasons(&quoted.refusals),
        rules: rules(&quoted.rules),
        step_up: quoted.step_up.as_deref().map(step_up),
        total: quoted.total,
        wait: quoted.wait.map(wait),
        warnings: quoted.warnings,
    }
}

/// How long a payment waits. Staff may let it go on where they may before its wait is over.
fn wait(wait: Wait) -> WaitView {
    let confirmable = wait.confirmable_from.is_some_and(|from| from < wait.until);
    WaitView { confirmable, goes_on: wait.goes_on, until: wait.until }
}

/// A missing check, and where to do it.
pub(crate) fn step_up(step_up: &StepUp) -> StepUpView {
    let methods =
        step_up.methods.iter().filter_map(|&strength| Some(StepUpMethod { path: path_of(strength)?, strength }));
    StepUpView {
        body: step_up.body,
        methods: methods.collect(),
        ready_at: step_up.ready_at,
        reasons: reasons(&step_up.demand.reasons),
        strength: step_up.demand.strength,
    }
}

fn path_of(strength: Strength) -> Option<String> {
    match strength {
        Strength::Pin => Some("/v1/step-up/pin".to_owned()),
        Strength::Passkey | Strength::Attested => Some("/v1/step-up/passkey".to_owned()),
        Strength::DeviceKey => None,
    }
}

pub(crate) fn approval(approval: &Approval) -> ApprovalView {
    ApprovalView { body: approval.body, expires_at: approval.expires_at, strength: approval.strength }
}

pub(crate) fn recovery(row: Option<&Recovery>) -> RecoveryView {
    let contacts = row.iter().flat_map(|row| &row.contacts);
    let contact = |known: &Contact| ContactView {
        contact: known.payer,
        name: words(known.name.as_str()),
        usable_from: known.usable_from,
    };
    RecoveryView {
        codes_left: row.map_or(0, |row| u8::try_from(row.codes.len()).unwrap_or(u8::MAX)),
        codes_printed_at: row.and_then(|row| row.printed_at),
        contacts: contacts.map(contact).collect(),
    }
}

pub(crate) fn passkey(passkey: &Passkey) -> PasskeyView {
    PasskeyView {
        aaguid: passkey.made.aaguid.clone(),
        attestation: passkey.made.attested.map(|attested| AttestationView {
            format: attested.format,
            key: attested.place,
            root: attested.root,
        }),
        backed_up: passkey.made.backed_up,
        backup_eligible: passkey.made.backup_eligible,
        biometric: passkey.made.biometric,
        created_at: passkey.created_at,
        flagged: passkey.flagged,
        last_used_at: passkey.last_used_at,
        name: words(passkey.name.as_str()),
        passkey: passkey.made.id,
        usable_from: passkey.usable_from,
    }
}

pub(crate) fn pin(row: Option<&PaymentPin>, now: Instant) -> PinView {
    let set = row.filter(|row| row.hash.is_some());
    PinView {
        locked_until: row.and_then(|row| row.locked(now)),
        set: set.is_some(),
        set_at: set.map(|row| row.set_at),
        tries_left: set.map_or(0, |row| row.tries_left(now)),
        usable_from: set.map(|row| row.usable_from),
    }
}

pub(crate) fn payment(payment: &Payment, core: &QuoteCore) -> PaymentView {
    PaymentView {
        amount: payment.amount,
        captured: payment.captured,
        created_at: payment.created_at,
        decision: payment.decision,
        fee: payment.fee,
        funding: payment.funding,
        intent: payment.intent,
        payee: core.payee.clone(),
        payment: payment.id,
        place: words(core.place.as_str()),
        purpose: words(core.purpose.as_str()),
        reasons: reasons(&payment.reasons),
        refunded: payment.refunded,
        rules: rules(&payment.rules),
        status: payment.status,
        wait: payment.wait.map(wait),
    }
}

pub(crate) fn receipt(row: &PaymentRow, refunds: &[Refund]) -> ReceiptView {
    ReceiptView {
        core: row.core.clone(),
        device: row.payment.device,
        payment: payment(&row.payment, &row.core),
        quote: row.payment.quote,
        refunds: refunds.iter().map(refund).collect(),
    }
}

pub(crate) fn refund(refund: &Refund) -> RefundView {
    RefundView {
        amount: refund.amount,
        created_at: refund.created_at,
        payment: refund.payment,
        reason: refund.reason.as_ref().map(|reason| words(reason.as_str())),
        refund: refund.id,
        remaining: refund.remaining,
    }
}

pub(crate) fn alert(event: &Event, payee_name: Option<String>) -> AlertView {
    AlertView {
        amount: event.amount,
        at: event.at,
        event: event.id,
        kind: event.kind.name().to_owned(),
        payee_name: payee_name.as_deref().map(words),
        payment: event.payment,
        reasons: reasons(&event.reasons),
    }
}
