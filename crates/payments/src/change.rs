//! [`Change`]: what a decision writes, all of it in one transaction.

use credentials::ProofUse;
use ledger::{Account, Hold, Transfer};
use money::{Amount, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId, ReasonCode};
use serde::{Deserialize, Serialize};

use crate::kept::Kept;
use crate::model::{Appended, Device, IdempotentIntent, Intent, Pair, Payee, Payer, Payment, Refund};
use crate::noted::Noted;

/// One row to write: the whole row as it is from now on. Transfers are only ever added, but for their refund count;
/// only a credit that is rolled up is removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// A payer, new or changed.
    Payer(Payer),
    /// A device, new or changed.
    Device(Device),
    /// A payee, new or changed.
    Payee(Payee),
    /// An intent, new or changed.
    Intent(Intent),
    /// A new idempotency key.
    Idempotent(IdempotentIntent),
    /// A payment, new or changed.
    Payment(Payment),
    /// A new refund.
    Refund(Refund),
    /// Something kept about a payer's security, new or changed.
    Kept(Kept),
    /// Something noted about a code or a place, new or changed.
    Noted(Noted),
    /// Something noted that is folded into something else from now on: its row is removed, and must have been there.
    Forgotten(Noted),
    /// A pair, new or changed.
    Pair(Pair),
    /// A ledger account, new or with new counters.
    Account(Account),
    /// A hold, new or ended.
    Hold(Hold),
    /// A new transfer with its postings.
    Transfer(Transfer),
    /// An older transfer whose refund count rose; its postings are untouched.
    Refunded(Transfer),
    /// A new credit that waits to be rolled up.
    Appended(Appended),
    /// A waiting credit that is counted from now on: its row is removed, and must have been there.
    RolledUp(Appended),
    /// A proof that may never be used again; an insert that must find nothing.
    Proof(ProofUse),
    /// Something to tell.
    Event(Event),
}

/// Something that happened, for the outbox: alerts, webhooks, live updates, labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The event.
    pub id: EventId,
    /// When.
    pub at: Instant,
    /// What.
    pub kind: EventKind,
    /// The payer concerned.
    pub payer: Option<PayerId>,
    /// The payee concerned.
    pub payee: Option<PayeeId>,
    /// The intent concerned.
    pub intent: Option<IntentId>,
    /// The payment concerned.
    pub payment: Option<PaymentId>,
    /// The money concerned.
    pub amount: Option<Amount>,
    /// Why, for refusals.
    pub reasons: Vec<ReasonCode>,
}

/// What can happen. The dotted strings are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A wallet was opened.
    #[serde(rename = "payer.opened")]
    PayerOpened,
    /// A wallet was filled.
    #[serde(rename = "payer.funded")]
    PayerFunded,
    /// A wallet was frozen.
    #[serde(rename = "payer.frozen")]
    PayerFrozen,
    /// Unfreezing was asked for and takes effect after the delay.
    #[serde(rename = "payer.unfreeze_requested")]
    PayerUnfreezeRequested,
    /// A device was bound.
    #[serde(rename = "device.bound")]
    DeviceBound,
    /// A device may no longer act.
    #[serde(rename = "device.revoked")]
    DeviceRevoked,
    /// A session was opened from a network its device was not seen in.
    #[serde(rename = "session.opened")]
    SessionOpened,
    /// Sessions were ended by the payer.
    #[serde(rename = "session.ended")]
    SessionEnded,
    /// A refresh token was used a second time: somebody has copied it. The session was ended.
    #[serde(rename = "session.refresh_reused")]
    SessionReused,
    /// A passkey was added.
    #[serde(rename = "passkey.added")]
    PasskeyAdded,
    /// A passkey was taken away.
    #[serde(rename = "passkey.revoked")]
    PasskeyRevoked,
    /// A passkey's counter went back: there may be two of its authenticator. It approves nothing any more.
    #[serde(rename = "passkey.cloned")]
    PasskeyCloned,
    /// A payer's own limit was lowered.
    #[serde(rename = "limit.lowered")]
    LimitLowered,
    /// A payer's own limit will rise after its delay.
    #[serde(rename = "limit.raise_requested")]
    LimitRaiseRequested,
    /// A rise that waited was called off.
    #[serde(rename = "limit.raise_cancelled")]
    LimitRaiseCancelled,
    /// A new sheet of printed codes was made.
    #[serde(rename = "recovery.printed")]
    RecoveryPrinted,
    /// Somebody is trusted to vouch and to freeze.
    #[serde(rename = "contact.added")]
    ContactAdded,
    /// Somebody is trusted no longer.
    #[serde(rename = "contact.removed")]
    ContactRemoved,
    /// Somebody without a device showed a factor.
    #[serde(rename = "recovery.begun")]
    RecoveryBegun,
    /// A contact or the provider spoke for a new device.
    #[serde(rename = "recovery.vouched")]
    RecoveryVouched,
    /// Two factors bound a new device.
    #[serde(rename = "recovery.granted")]
    RecoveryGranted,
    /// A device called a recovery off: from now on only papers carry one on, and then this device stops nothing.
    #[serde(rename = "recovery.cancelled")]
    RecoveryCancelled,
    /// A device asked to revoke another, and waits.
    #[serde(rename = "device.revoke_requested")]
    DeviceRevokeRequested,
    /// A device has another key.
    #[serde(rename = "device.rotated")]
    DeviceRotated,
    /// A payment PIN was set.
    #[serde(rename = "pin.set")]
    PinSet,
    /// The payment PIN is another one.
    #[serde(rename = "pin.changed")]
    PinChanged,
    /// There is no payment PIN any more.
    #[serde(rename = "pin.removed")]
    PinRemoved,
    /// The payment PIN was tried so often that it is locked, unless the last try was right.
    #[serde(rename = "pin.guessed")]
    PinGuessed,
    /// An intent was made.
    #[serde(rename = "intent.created")]
    IntentCreated,
    /// Nobody paid in time.
    #[serde(rename = "intent.expired")]
    IntentExpired,
    /// A sticker or terminal was registered.
    #[serde(rename = "code.registered")]
    CodeRegistered,
    /// A sticker or terminal was withdrawn.
    #[serde(rename = "code.withdrawn")]
    CodeWithdrawn,
    /// A payer says that a code is not where it belongs; told of the code's payee.
    #[serde(rename = "code.reported")]
    CodeReported,
    /// A code, or what a payee shows, is thought to stand where another's belongs; told of that payee, to staff.
    #[serde(rename = "code.swap_suspected")]
    CodeSwapSuspected,
    /// The same, told to those whose counter it may be.
    #[serde(rename = "code.swap_nearby")]
    CodeSwapNearby,
    /// A code takes no payment until staff have looked at it.
    #[serde(rename = "code.suspended")]
    CodeSuspended,
    /// A payment is held for the payee.
    #[serde(rename = "payment.authorized")]
    PaymentAuthorized,
    /// A payment waits, because a rule holds it.
    #[serde(rename = "payment.held")]
    PaymentHeld,
    /// A payment has moved money.
    #[serde(rename = "payment.captured")]
    PaymentCaptured,
    /// A held payment was released by the payee.
    #[serde(rename = "payment.voided")]
    PaymentVoided,
    /// A held payment was released because the payee waited too long.
    #[serde(rename = "payment.expired")]
    PaymentExpired,
    /// A payment was refused.
    #[serde(rename = "payment.refused")]
    PaymentRefused,
    /// Money came back.
    #[serde(rename = "payment.refunded")]
    PaymentRefunded,
    /// A payment was said to be fraud.
    #[serde(rename = "payment.reported")]
    PaymentReported,
    /// A rule, or the score, stops more than its share: its refusals are step-ups; told to staff.
    #[serde(rename = "risk.demoted")]
    RiskDemoted,
    /// It stops payments again; told to staff.
    #[serde(rename = "risk.restored")]
    RiskRestored,
    /// A rule is passed over for a payer, or no longer; told to staff.
    #[serde(rename = "risk.snoozed")]
    RiskSnoozed,
    /// A payer said something about themselves.
    #[serde(rename = "fact.declared")]
    FactDeclared,
    /// The provider or a carrier entered a fact about a payer.
    #[serde(rename = "fact.entered")]
    FactEntered,
    /// A fact about a payer was taken away.
    #[serde(rename = "fact.withdrawn")]
    FactWithdrawn,
    /// A payer says that a fact is wrong; told to staff, too.
    #[serde(rename = "fact.contested")]
    FactContested,
    /// Somebody answers for a payer from now on; told to both.
    #[serde(rename = "guardian.linked")]
    GuardianLinked,
    /// Somebody answers for a payer no longer; told to both.
    #[serde(rename = "guardian.unlinked")]
    GuardianUnlinked,
    /// A guardian lets their ward pay; told to both.
    #[serde(rename = "guardian.consented")]
    GuardianConsented,
    /// A guardian lets their ward pay no longer; told to both.
    #[serde(rename = "guardian.consent_ended")]
    GuardianConsentEnded,
    /// A merchant handed in what shows who it is.
    #[serde(rename = "payee.verification_submitted")]
    VerificationSubmitted,
    /// A merchant was verified.
    #[serde(rename = "payee.verified")]
    VerificationGranted,
    /// What a merchant handed in did not do.
    #[serde(rename = "payee.verification_refused")]
    VerificationRefused,
    /// A merchant is verified no longer.
    #[serde(rename = "payee.verification_withdrawn")]
    VerificationWithdrawn,
    /// Money is on its way to a merchant's bank.
    #[serde(rename = "payout.requested")]
    PayoutRequested,
    /// A merchant's bank has it.
    #[serde(rename = "payout.sent")]
    PayoutSent,
    /// It came back and is the merchant's again.
    #[serde(rename = "payout.returned")]
    PayoutReturned,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 62] = [
        Self::PayerOpened,
        Self::PayerFunded,
        Self::PayerFrozen,
        Self::PayerUnfreezeRequested,
        Self::DeviceBound,
        Self::DeviceRevoked,
        Self::SessionOpened,
        Self::SessionEnded,
        Self::SessionReused,
        Self::PasskeyAdded,
        Self::PasskeyRevoked,
        Self::PasskeyCloned,
        Self::LimitLowered,
        Self::LimitRaiseRequested,
        Self::LimitRaiseCancelled,
        Self::RecoveryPrinted,
        Self::ContactAdded,
        Self::ContactRemoved,
        Self::RecoveryBegun,
        Self::RecoveryVouched,
        Self::RecoveryGranted,
        Self::RecoveryCancelled,
        Self::DeviceRevokeRequested,
        Self::DeviceRotated,
        Self::PinSet,
        Self::PinChanged,
        Self::PinRemoved,
        Self::PinGuessed,
        Self::IntentCreated,
        Self::IntentExpired,
        Self::CodeRegistered,
        Self::CodeWithdrawn,
        Self::CodeReported,
        Self::CodeSwapSuspected,
        Self::CodeSwapNearby,
        Self::CodeSuspended,
        Self::PaymentAuthorized,
        Self::PaymentHeld,
        Self::PaymentCaptured,
        Self::PaymentVoided,
        Self::PaymentExpired,
        Self::PaymentRefused,
        Self::PaymentRefunded,
        Self::PaymentReported,
        Self::RiskDemoted,
        Self::RiskRestored,
        Self::RiskSnoozed,
        Self::FactDeclared,
        Self::FactEntered,
        Self::FactWithdrawn,
        Self::FactContested,
        Self::GuardianLinked,
        Self::GuardianUnlinked,
        Self::GuardianConsented,
        Self::GuardianConsentEnded,
        Self::VerificationSubmitted,
        Self::VerificationGranted,
        Self::VerificationRefused,
        Self::VerificationWithdrawn,
        Self::PayoutRequested,
        Self::PayoutSent,
        Self::PayoutReturned,
    ];

    /// The stable dotted string.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PayerOpened => "payer.opened",
            Self::PayerFunded => "payer.funded",
            Self::PayerFrozen => "payer.frozen",
            Self::PayerUnfreezeRequested => "payer.unfreeze_requested",
            Self::DeviceBound => "device.bound",
            Self::DeviceRevoked => "device.revoked",
            Self::SessionOpened => "session.opened",
            Self::SessionEnded => "session.ended",
            Self::SessionReused => "session.refresh_reused",
            Self::PasskeyAdded => "passkey.added",
            Self::PasskeyRevoked => "passkey.revoked",
            Self::PasskeyCloned => "passkey.cloned",
            Self::LimitLowered => "limit.lowered",
            Self::LimitRaiseRequested => "limit.raise_requested",
            Self::LimitRaiseCancelled => "limit.raise_cancelled",
            Self::RecoveryPrinted => "recovery.printed",
            Self::ContactAdded => "contact.added",
            Self::ContactRemoved => "contact.removed",
            Self::RecoveryBegun => "recovery.begun",
            Self::RecoveryVouched => "recovery.vouched",
            Self::RecoveryGranted => "recovery.granted",
            Self::RecoveryCancelled => "recovery.cancelled",
            Self::DeviceRevokeRequested => "device.revoke_requested",
            Self::DeviceRotated => "device.rotated",
            Self::PinSet => "pin.set",
            Self::PinChanged => "pin.changed",
            Self::PinRemoved => "pin.removed",
            Self::PinGuessed => "pin.guessed",
            Self::IntentCreated => "intent.created",
            Self::IntentExpired => "intent.expired",
            Self::CodeRegistered => "code.registered",
            Self::CodeWithdrawn => "code.withdrawn",
            Self::CodeReported => "code.reported",
            Self::CodeSwapSuspected => "code.swap_suspected",
            Self::CodeSwapNearby => "code.swap_nearby",
            Self::CodeSuspended => "code.suspended",
            Self::PaymentAuthorized => "payment.authorized",
            Self::PaymentHeld => "payment.held",
            Self::PaymentCaptured => "payment.captured",
            Self::PaymentVoided => "payment.voided",
            Self::PaymentExpired => "payment.expired",
            Self::PaymentRefused => "payment.refused",
            Self::PaymentRefunded => "payment.refunded",
            Self::PaymentReported => "payment.reported",
            Self::RiskDemoted => "risk.demoted",
            Self::RiskRestored => "risk.restored",
            Self::RiskSnoozed => "risk.snoozed",
            Self::FactDeclared => "fact.declared",
            Self::FactEntered => "fact.entered",
            Self::FactWithdrawn => "fact.withdrawn",
            Self::FactContested => "fact.contested",
            Self::GuardianLinked => "guardian.linked",
            Self::GuardianUnlinked => "guardian.unlinked",
            Self::GuardianConsented => "guardian.consented",
            Self::GuardianConsentEnded => "guardian.consent_ended",
            Self::VerificationSubmitted => "payee.verification_submitted",
            Self::VerificationGranted => "payee.verified",
            Self::VerificationRefused => "payee.verification_refused",
            Self::VerificationWithdrawn => "payee.verification_withdrawn",
            Self::PayoutRequested => "payout.requested",
            Self::PayoutSent => "payout.sent",
            Self::PayoutReturned => "payout.returned",
        }
    }
}
