//! What the server answers.

use std::collections::BTreeMap;

use money::{
    AccountId, Amount, Currency, DecisionId, DeviceId, Digest, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId,
    ReasonCode, RefundId, SessionId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    CaptureMode, FactsView, FundingKind, FundingPath, OwnLimitView, PayeeCard, QuoteCore, RuleReasonView, RuleTextView,
    SessionKind, StepUpView,
};

/// Posted, held and available money of one account: available = posted − held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BalanceView {
    /// What can be spent now.
    pub available: Amount,
    /// What is set aside.
    pub held: Amount,
    /// What is booked.
    pub posted: Amount,
}

/// A payee's money: available, held and posted as far as payments are counted, and what is on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayeeBalanceView {
    /// Up to when everything is counted: the moment of the oldest payment that is not, or now.
    pub as_of: Instant,
    /// What can be spent now.
    pub available: Amount,
    /// What is set aside.
    pub held: Amount,
    /// What was paid and is not counted yet; it is the payee's, and counted within a second.
    pub pending: Amount,
    /// What is booked and counted.
    pub posted: Amount,
}

/// A wallet, as its payer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayerView {
    /// Its ledger account.
    pub account: AccountId,
    /// Its money.
    pub balance: BalanceView,
    /// Its currency.
    pub currency: Currency,
    /// Whether nothing may leave it now.
    pub frozen: bool,
    /// How the payer is called.
    pub name: String,
    /// The payer.
    pub payer: PayerId,
    /// The most one payment may take.
    pub payment_limit: Amount,
    /// Whether play money can be had here.
    pub test_mode: bool,
    /// When a requested unfreezing takes effect.
    pub unfreezes_at: Option<Instant>,
}

/// An access token bound to the device key that asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// The token, for `Authorization: DPoP …`.
    pub access_token: String,
    /// When it ends.
    pub expires_at: Instant,
    /// For `POST /v1/tokens/refresh`, once; used a second time, it ends the session. A shared device gets none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// The session both belong to.
    pub session: SessionId,
    /// Always `DPoP`.
    pub token_type: String,
}

/// The answer to a sign-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignUpView {
    /// The new wallet.
    pub payer: PayerView,
    /// The first access token.
    pub token: TokenView,
}

/// One live session of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionView {
    /// Whether the caller asks with it.
    pub current: bool,
    /// Of which device.
    pub device: DeviceId,
    /// What the payer calls that device.
    pub device_name: String,
    /// On whose machine.
    #[serde(default)]
    pub kind: SessionKind,
    /// When it last fetched a token.
    pub last_at: Instant,
    /// When it began.
    pub opened_at: Instant,
    /// The network it last fetched a token from: an IPv4 /24 or IPv6 /48, or nothing.
    pub place: String,
    /// The session.
    pub session: SessionId,
}

/// A bound device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceView {
    /// When it was bound.
    pub bound_at: Instant,
    /// The device.
    pub device: DeviceId,
    /// Thumbprint of its key (RFC 7638).
    pub key: Digest,
    /// Whose machine it is.
    #[serde(default)]
    pub kind: SessionKind,
    /// What the payer calls it.
    pub name: String,
    /// Whether it may no longer act.
    pub revoked: bool,
    /// From when another device that asked for it may revoke this one without a further check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocable_from: Option<Instant>,
    /// Security tier; a browser's key never exceeds 1.
    pub tier: u8,
    /// From when it may pay and change things: a new device waits.
    pub usable_from: Instant,
}

/// A payee, as it sees itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PayeeView {
    /// Its money.
    pub balance: PayeeBalanceView,
    /// Its category code.
    pub category: String,
    /// Its registered name.
    pub name: String,
    /// Its registered name in Latin letters.
    pub name_latin: String,
    /// The payee.
    pub payee: PayeeId,
    /// Its registered place.
    pub place: String,
}

/// What became of an intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    /// Waiting for its payer.
    Open,
    /// Paid, or held for the payee to capture.
    Taken,
    /// Too late.
    Expired,
}

/// An intent, as its payee sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntentView {
    /// When the money moves.
    pub capture: CaptureMode,
    /// The signed dynamic code (EMVCo payload).
    pub code: String,
    /// The terms.
    pub core: QuoteCore,
    /// The intent.
    pub intent: IntentId,
    /// Who paid, by the name this payee knows the payer by: always the same here, another at every other payee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer: Option<String>,
    /// The payment that took it.
    pub payment: Option<PaymentId>,
    /// What became of that payment.
    pub payment_status: Option<PaymentStatus>,
    /// Digest of the terms.
    pub quote: Digest,
    /// The payee's own order number.
    pub reference: Option<String>,
    /// What became of the intent.
    pub status: IntentStatus,
}

/// Something worth saying before the payer approves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Warning {
    /// This payer has never paid this payee.
    FirstTimePayee,
    /// Under 20 seconds are left.
    ExpiresSoon,
    /// Less than a tenth of the wallet would be left.
    LeavesLittle,
    /// What was scanned may stand where another's code belongs.
    CodeDoubtful,
}

/// What paying would mean: the real decision, run dry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QuoteView {
    /// The wallet's available money afterwards.
    pub available_after: Option<Amount>,
    /// The wallet's available money now.
    pub available_before: Amount,
    /// The terms.
    pub core: QuoteCore,
    /// The chosen way of paying.
    pub funding: FundingPath,
    /// How much more than this one payment could be: the least that is left under any limit.
    pub limit_left: Amount,
    /// What would be left of each limit.
    pub limits: Vec<LimitLeftView>,
    /// Digest of the terms: what the device signs.
    pub quote: Digest,
    /// Why it would be refused; empty when it would be accepted.
    pub refusals: Vec<ReasonView>,
    /// The rules behind a refusal, a wait, or a check that will be asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleReasonView>,
    /// One more check that will be asked for when it is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUpView>,
    /// Amount and fee.
    pub total: Amount,
    /// How long it would wait before it is paid, because a rule holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitView>,
    /// What to look at.
    pub warnings: Vec<Warning>,
}

/// One limit and what a payment would leave of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitLeftView {
    /// The cap, in words: a sum, a number, a share.
    pub cap: String,
    /// Whether the payment fits.
    pub fits: bool,
    /// What would be left, where it is a sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Amount>,
    /// The pack; `payer` for the payer's own limits.
    pub pack: String,
    /// The rule of the pack.
    pub rule: String,
    /// One sentence, in the pack's own language; empty for the payer's own limits.
    pub say: String,
    /// What it says by language (`ko`, `en`); empty for the payer's own limits.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, RuleTextView>,
    /// What would be used, in the cap's words.
    pub used: String,
}

/// One reason with its sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonView {
    /// The stable code.
    pub code: ReasonCode,
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Held for the payee.
    Authorized,
    /// Set aside, because a rule has it wait; see `wait`. Nothing is paid yet.
    Held,
    /// Paid.
    Captured,
    /// Released by the payee.
    Voided,
    /// Released because the payee waited too long.
    Expired,
    /// Not accepted; nothing moved.
    Refused,
}

/// A payment, as its payer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PaymentView {
    /// What the payee receives (received).
    pub amount: Amount,
    /// What was captured so far.
    pub captured: Amount,
    /// When it was decided.
    pub created_at: Instant,
    /// The record of the decision.
    pub decision: DecisionId,
    /// What the payer paid on top.
    pub fee: Amount,
    /// Out of what.
    pub funding: FundingKind,
    /// The intent.
    pub intent: IntentId,
    /// Who was paid.
    pub payee: PayeeCard,
    /// The payment.
    pub payment: PaymentId,
    /// Where.
    pub place: String,
    /// What for.
    pub purpose: String,
    /// Why it was refused or waits; empty otherwise.
    pub reasons: Vec<ReasonView>,
    /// What came back so far.
    pub refunded: Amount,
    /// The rules of law, terms or the payer behind a refusal or a wait.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleReasonView>,
    /// What became of it.
    pub status: PaymentStatus,
    /// How long it waits, while it is `held`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitView>,
}

/// How long a payment waits because a rule holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WaitView {
    /// Whether the provider's staff may let it go on earlier, after a check.
    pub confirmable: bool,
    /// What happens at `until`: it is paid, or the money is the payer's again.
    pub goes_on: bool,
    /// When the wait ends by itself.
    pub until: Instant,
}

/// Proof of payment to keep: the payment with its terms and where it stands in the books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// The terms that were signed.
    pub core: QuoteCore,
    /// The device that approved.
    pub device: DeviceId,
    /// The payment.
    pub payment: PaymentView,
    /// Digest of the terms.
    pub quote: Digest,
    /// Its refunds.
    pub refunds: Vec<RefundView>,
}

/// A refund.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RefundView {
    /// How much.
    pub amount: Amount,
    /// When.
    pub created_at: Instant,
    /// Of which payment.
    pub payment: PaymentId,
    /// Why.
    pub reason: Option<String>,
    /// The refund.
    pub refund: RefundId,
    /// What can still be refunded.
    pub remaining: Amount,
}

/// Something that happened to a wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertView {
    /// The money concerned.
    pub amount: Option<Amount>,
    /// When.
    pub at: Instant,
    /// The event.
    pub event: EventId,
    /// What happened, e.g. `payment.captured`, `payment.refused`, `payer.frozen`.
    pub kind: String,
    /// The payee concerned.
    pub payee_name: Option<String>,
    /// The payment concerned.
    pub payment: Option<PaymentId>,
    /// Why, for a refusal.
    pub reasons: Vec<ReasonView>,
}

/// Everything about one payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportView {
    /// What happened, newest first.
    pub alerts: Vec<AlertView>,
    /// The devices that were ever bound.
    pub devices: Vec<DeviceView>,
    /// When this was gathered.
    pub exported_at: Instant,
    /// What is known about who the payer is.
    pub facts: FactsView,
    /// The limits the payer set.
    pub limits: Vec<OwnLimitView>,
    /// The wallet.
    pub payer: PayerView,
    /// Every payment, refused ones too, newest first.
    pub payments: Vec<PaymentView>,
    /// Every refund.
    pub refunds: Vec<RefundView>,
}

/// A page of a list, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Pass it as `cursor` for the next page; absent at the end.
    pub next: Option<String>,
}

/// RFC 9457 problem details, with the reason code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The stable code.
    pub code: ReasonCode,
    /// What exactly, when there is more to say: a position, a field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The sentence in the caller's language (`Accept-Language`).
    pub message: String,
    /// The payment this is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentId>,
    /// The rules of law, terms or the payer behind this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleReasonView>,
    /// Whether the same request may succeed later.
    pub retry: bool,
    /// The check that is missing: do it, and send the same body again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<StepUpView>,
    /// The HTTP status.
    pub status: u16,
    /// The English sentence, always.
    pub title: String,
    /// `/docs/reasons#<code>`.
    #[serde(rename = "type")]
    pub kind: String,
}
