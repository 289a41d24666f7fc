//! What staff enter about who people and merchants are, and what they look up of sign-ups and payouts.

use aws_lc_rs::hmac;
use money::{Instant, MarkId, PayeeId, PayerId, PayoutId, ReasonCode};
use payments::{
    Accepted, Command, IdentityCommand, MerchantCommand, NewFact, NewGuardian, Noted, NotedKey, NotedKind,
    PayoutSettling, SignUpBy, VerificationStep,
};
use protocol::{
    Assurance, FactKind, FactSource, FactValue, FactsView, PayoutStatus, PayoutView, Text, VerificationState,
    VerificationView, limits as wire,
};
use serde::{Deserialize, Serialize};
use store::Store;

use super::calls::{permit, read, submit, value};
use super::wire::AdminError;
use crate::http::facts::facts_of;
use crate::{limits, render};

type Name = Text<{ wire::NAME_CHARS_MAX }>;
type Line = Text<{ wire::LINE_CHARS_MAX }>;

/// Who can say something that staff enter. What a payer says of themselves, and what a guardian allows, they say with
/// their own devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckedSource {
    /// The carrier of their line.
    Carrier,
    /// A document that somebody looked at.
    Document,
}

/// `POST /admin/payers/{payer}/facts`: a fact that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactEntry {
    /// What.
    pub fact: FactValue,
    /// Who says so.
    pub source: CheckedSource,
    /// How sure it is.
    pub assurance: Assurance,
    /// Who enters it: a member of staff, or a carrier's adapter.
    pub staff: Name,
    /// Where what was looked at is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Line>,
    /// From when on it is not relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// The line it was checked by, e.g. a telephone number: only a mark made of it under a key is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

/// `POST /admin/payers/{payer}/withdraw-fact`: which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactWithdrawal {
    /// What it is about.
    pub kind: FactKind,
    /// Who said it.
    pub source: FactSource,
    /// Who takes it away.
    pub staff: Name,
}

/// `POST /admin/payers/{payer}/guardian`: who answers for them; nobody any more, where no guardian is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianEntry {
    /// The guardian's wallet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<PayerId>,
    /// Who enters it.
    pub staff: Name,
    /// Where what was looked at is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Line>,
    /// From when on it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
}

/// `POST /admin/payees/{payee}/verification`: what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationEntry {
    /// How it stands from now on.
    pub state: VerificationState,
    /// Who says so.
    pub staff: Name,
    /// Where what was looked at is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Line>,
    /// Why; the merchant is shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line>,
}

/// `POST /admin/payouts/{payout}`: what became of it at the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutEntry {
    /// `sent` or `returned`.
    pub status: PayoutStatus,
    /// Who says so.
    pub staff: Name,
    /// The bank's reference, or why it came back.
    pub reference: Line,
}

/// A payout with whose it is, for staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StaffPayoutView {
    /// To whom.
    pub payee: PayeeId,
    /// The payout.
    #[serde(flatten)]
    pub payout: PayoutView,
    /// Who settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
}

/// The sign-ups of a network, or the wallets a line vouched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpsView {
    /// What they are counted by.
    pub by: SignUpBy,
    /// The network; of a line its mark, which says nothing.
    pub of: String,
    /// How many there were.
    pub count: u32,
    /// How many there may be.
    pub limit: u32,
    /// How many more were refused.
    pub refused: u32,
    /// Since when they are counted.
    pub from: Instant,
    /// When the count is over.
    pub until: Instant,
}

/// Answers the calls about who people and merchants are.
pub(super) async fn dispatch(
    store: &dyn Store,
    method: &str,
    parts: &[&str],
    body: &[u8],
) -> Result<serde_json::Value, AdminError> {
    let payer = |text: &str| text.parse::<PayerId>().map_err(|_| ReasonCode::PayerUnknown);
    let payee = |text: &str| text.parse::<PayeeId>().map_err(|_| ReasonCode::PayeeUnknown);
    match (method, parts) {
        ("GET", ["admin", "payers", id, "facts"]) => value(&facts(store, payer(id)?).await?),
        ("POST", ["admin", "payers", id, "facts"]) => value(&enter_fact(store, payer(id)?, read(body)?).await?),
        ("POST", ["admin", "payers", id, "withdraw-fact"]) => {
            value(&withdraw_fact(store, payer(id)?, read(body)?).await?)
        }
        ("POST", ["admin", "payers", id, "guardian"]) => value(&guardian(store, payer(id)?, read(body)?).await?),
        ("GET", ["admin", "payees", id, "verification"]) => value(&verification(store, payee(id)?).await?),
        ("POST", ["admin", "payees", id, "verification"]) => value(&verify(store, payee(id)?, read(body)?).await?),
        ("GET", ["admin", "payouts"]) => value(&payouts(store).await?),
        ("POST", ["admin", "payouts", id]) => {
            let payout = id.parse().map_err(|_| ReasonCode::PayoutUnknown)?;
            value(&settle_payout(store, payout, read(body)?).await?)
        }
        ("GET", ["admin", "sign-ups"]) => value(&sign_ups(store).await?),
        _ => Err(ReasonCode::NotFound.into()),
    }
}

/// Everything that is known about who a payer is.
///
/// # Errors
/// [`AdminError`].
pub async fn facts(store: &dyn Store, payer: PayerId) -> Result<FactsView, AdminError> {
    store.payer(payer).await?.ok_or(ReasonCode::PayerUnknown)?;
    Ok(facts_of(store, payer).await?)
}

/// Enters a fact that was checked. The payer is told.
///
/// # Errors
/// [`AdminError`].
pub async fn enter_fact(store: &dyn Store, payer: PayerId, entry: FactEntry) -> Result<FactsView, AdminError> {
    let line = entry.line.as_deref().map(|line| line_mark(store, line)).transpose()?;
    let source = match entry.source {
        CheckedSource::Carrier => FactSource::Carrier,
        CheckedSource::Document => FactSource::Document,
    };
    let fact = NewFact {
        value: entry.fact,
        source,
        assurance: entry.assurance,
        by: entry.staff,
        evidence: entry.evidence,
        expires_at: entry.expires_at,
    };
    identity(store, payer, IdentityCommand::Enter { permit: permit(), payer, fact, line }).await
}

/// Takes a fact away. The payer is told.
///
/// # Errors
/// [`AdminError`].
pub async fn withdraw_fact(store: &dyn Store, payer: PayerId, which: FactWithdrawal) -> Result<FactsView, AdminError> {
    let FactWithdrawal { kind, source, staff: by } = which;
    identity(store, payer, IdentityCommand::Withdraw { permit: permit(), payer, kind, source, by }).await
}

/// Says who answers for a payer, or that nobody does any more. Both are told.
///
/// # Errors
/// [`AdminError`].
pub async fn guardian(store: &dyn Store, payer: PayerId, entry: GuardianEntry) -> Result<FactsView, AdminError> {
    let command = match entry.guardian {
        None => IdentityCommand::Unlink { permit: permit(), payer, by: entry.staff },
        Some(guardian) => {
            let GuardianEntry { staff: by, evidence, expires_at, .. } = entry;
            let link = NewGuardian { guardian, by, evidence, expires_at };
            IdentityCommand::Link { permit: permit(), payer, link }
        }
    };
    identity(store, payer, command).await
}

async fn identity(store: &dyn Store, payer: PayerId, command: IdentityCommand) -> Result<FactsView, AdminError> {
    submit(store, Command::Identity(command)).await?;
    facts(store, payer).await
}

/// The mark of a line under a key of this provider: who has the database learns no number from it. How it is written does
/// not matter, its digits do.
fn line_mark(store: &dyn Store, line: &str) -> Result<MarkId, AdminError> {
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    if !(7..=15).contains(&digits.len()) {
        return Err(AdminError::malformed("`line` has not 7 to 15 digits"));
    }
    let key = store.purpose_key("sign-ups of a line")?;
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.dangerous_reveal()), digits.as_bytes());
    let mark = tag.as_ref().first_chunk().copied().ok_or(ReasonCode::ServiceFault)?;
    Ok(MarkId::from_bytes(mark))
}

/// How far it is known who a merchant is.
///
/// # Errors
/// [`AdminError`].
pub async fn verification(store: &dyn Store, payee: PayeeId) -> Result<VerificationView, AdminError> {
    store.payee(payee).await?.ok_or(ReasonCode::PayeeUnknown)?;
    let row = match store.noted(NotedKey::Verification(payee)).await? {
        Some(Noted::Verification(row)) => Some(row),
        _ => None,
    };
    Ok(render::verification(payee, row.as_ref()))
}

/// Says what was found about a merchant.
///
/// # Errors
/// [`AdminError`].
pub async fn verify(
    store: &dyn Store,
    payee: PayeeId,
    entry: VerificationEntry,
) -> Result<VerificationView, AdminError> {
    let VerificationEntry { state, staff: by, evidence, note } = entry;
    let step = VerificationStep { state, by, evidence, note };
    match submit(store, Command::Merchant(MerchantCommand::Judge { permit: permit(), payee, step })).await? {
        Accepted::Verification(row) => Ok(render::verification(payee, Some(&row))),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

/// The payouts that wait for the bank, and those that are settled, by id.
///
/// # Errors
/// [`AdminError`].
pub async fn payouts(store: &dyn Store) -> Result<Vec<StaffPayoutView>, AdminError> {
    let rows = store.all_noted(NotedKind::Payout, None, limits::PAYOUTS_LISTED_MAX).await?;
    Ok(rows.iter().filter_map(Noted::payout).map(staff_payout).collect())
}

fn staff_payout(row: &payments::Payout) -> StaffPayoutView {
    let settled_by = row.settled_by.as_ref().map(ToString::to_string);
    StaffPayoutView { payee: row.payee, payout: render::payout(row), settled_by }
}

/// Says what became of a payout at the bank. What came back is the merchant's again.
///
/// # Errors
/// [`AdminError`].
pub async fn settle_payout(
    store: &dyn Store,
    payout: PayoutId,
    entry: PayoutEntry,
) -> Result<StaffPayoutView, AdminError> {
    let PayoutEntry { status, staff: by, reference } = entry;
    let settling = PayoutSettling { status, by, reference };
    let command = MerchantCommand::SettlePayout { permit: permit(), payout, settling };
    match submit(store, Command::Merchant(command)).await? {
        Accepted::Payout(row) => Ok(staff_payout(&row)),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

/// The counts of sign-ups that run, the fullest first.
///
/// # Errors
/// [`AdminError`].
pub async fn sign_ups(store: &dyn Store) -> Result<Vec<SignUpsView>, AdminError> {
    let (now, allowed) = (store.now(), store.settings().sign_ups);
    let rows = store.all_noted(NotedKind::SignUps, None, limits::SIGN_UPS_READ_MAX).await?;
    let running = rows.iter().filter_map(Noted::sign_ups).filter(|row| !row.is_over(now));
    let mut views: Vec<SignUpsView> = running
        .map(|row| SignUpsView {
            by: row.by,
            of: if row.of.is_empty() { row.mark.to_string() } else { row.of.clone() },
            count: row.count,
            limit: if row.by == SignUpBy::Line { allowed.line.count } else { allowed.network.count },
            refused: row.refused,
            from: row.from,
            until: row.until,
        })
        .collect();
    views.sort_by_key(|view| std::cmp::Reverse((view.refused, view.count)));
    views.truncate(limits::SIGN_UPS_LISTED_MAX);
    Ok(views)
}
