//! What a decision says: [`Accepted`] or a [`Refusal`] with its reasons.

use std::collections::BTreeMap;

use credentials::PinTry;
use ledger::Account;
use money::{AccountId, Amount, Digest, ReasonCode};
use policy::{Counter, Reason, Wording};
use protocol::{FundingPath, LimitsView, QuoteCore, Warning};
use risk::assess::Snooze;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;
use crate::kept::Session;
use crate::merchant::{Payout, Verification};
use crate::merchant_key::MerchantKey;
use crate::model::{Device, Intent, Payee, Payer, Payment, Refund};
use crate::noted::RegisteredCode;
use crate::outcomes::Label;
use crate::passkey::Passkey;
use crate::pin::PaymentPin;
use crate::recovery::Recovery;
use crate::server_keys::ServerKeys;
use crate::step_up::{Approval, StepUp};
use crate::wait::Wait;

/// The command was carried out (or, for a quote, answered).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    /// A wallet as it now is.
    Payer {
        /// The payer.
        payer: Payer,
        /// Its account.
        account: Account,
    },
    /// A device as it now is.
    Device(Device),
    /// A session as it now is.
    Session(Session),
    /// A payee as it now is.
    Payee(Payee),
    /// An intent as it now is.
    Intent(Intent),
    /// What paying would mean.
    Quoted(Box<Quoted>),
    /// A payment as it now is, with the terms it was made under.
    Payment {
        /// The payment.
        payment: Payment,
        /// The terms.
        core: Box<QuoteCore>,
    },
    /// A refund.
    Refund(Refund),
    /// Every limit of a wallet.
    Limits(Box<LimitsView>),
    /// A try of the PIN was counted; now it may be verified.
    Tried(PinTry),
    /// A body was approved.
    Approved(Approval),
    /// A passkey may be added, vouched for by another factor or not.
    PasskeyBegun {
        /// Whether it need not wait.
        vouched: bool,
    },
    /// A passkey as it now is, or was.
    Passkey(Box<Passkey>),
    /// How a payer could come back, as it now is.
    Recovery(Box<Recovery>),
    /// What is said of a payment.
    Labelled(Label),
    /// What became known of payments was learnt.
    Learnt {
        /// Of how many.
        payments: usize,
    },
    /// The rules that are passed over for a payer.
    Snoozed {
        /// Each with its end.
        snoozes: Vec<Snooze>,
    },
    /// It was heard; the same whatever came of it.
    Heard,
    /// A payment PIN as it now is.
    Pin(Box<PaymentPin>),
    /// A registered code as it now is.
    Code(RegisteredCode),
    /// A merchant's key as it now is.
    MerchantKey(MerchantKey),
    /// What is known of who a payer is, as it now is.
    Identity(Box<Identity>),
    /// How far it is known who a merchant is.
    Verification(Box<Verification>),
    /// A payout as it now is.
    Payout(Box<Payout>),
    /// Counts of sign-ups are forgotten.
    Forgotten {
        /// How many.
        sign_ups: usize,
    },
    /// The server's own keys as they now are.
    ServerKeys(ServerKeys),
    /// Scans are folded in.
    Folded {
        /// How many.
        sightings: usize,
    },
    /// Appended credits are counted.
    RolledUp {
        /// Which account.
        account: AccountId,
        /// How many; as many as one decision may, and there may be more.
        credits: usize,
    },
}

/// A limit as a payer is shown it before they pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownLimit {
    /// How far it is used.
    pub counter: Counter,
    /// The sentence of its rule; of the payer's own, none.
    pub say: String,
    /// The same by language.
    pub texts: BTreeMap<String, Wording>,
}

/// What paying would mean: the real pipeline, run dry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quoted {
    /// The terms.
    pub core: QuoteCore,
    /// Their digest.
    pub quote: Digest,
    /// The chosen way of paying.
    pub funding: FundingPath,
    /// Amount and fee.
    pub total: Amount,
    /// What the wallet has.
    pub available_before: Amount,
    /// What it would have; `None` when it would be refused.
    pub available_after: Option<Amount>,
    /// The least that would be left under any limit.
    pub limit_left: Amount,
    /// Every limit that was looked at, each with what its rule says.
    pub limits: Vec<ShownLimit>,
    /// The rules behind a refusal, a wait or a check.
    pub rules: Vec<Reason>,
    /// How long it would wait before it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// What to look at.
    pub warnings: Vec<Warning>,
    /// The check that would be asked for.
    pub step_up: Option<Box<StepUp>>,
    /// Why it would be refused.
    pub refusals: Vec<ReasonCode>,
}

/// The command was not carried out and nothing moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why, most important first; never empty.
    pub reasons: Vec<ReasonCode>,
    /// The refused payment, where one was recorded.
    pub payment: Option<Box<Payment>>,
    /// The rules that say so, the strictest first; empty where no rule speaks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Reason>,
    /// The check that is missing. Nothing is recorded under the command's id then: the same may come again with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_up: Option<Box<StepUp>>,
}

impl Refusal {
    /// The reason that decides the answer.
    #[must_use]
    pub fn first(&self) -> ReasonCode {
        self.reasons.first().copied().unwrap_or(ReasonCode::ServiceFault)
    }

    /// Whether the same command may succeed later without anybody changing it.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self.first(), ReasonCode::PayeeFundsInsufficient | ReasonCode::NotYetExpired)
    }
}

impl From<ReasonCode> for Refusal {
    fn from(reason: ReasonCode) -> Self {
        Self { reasons: vec![reason], payment: None, rules: Vec::new(), step_up: None }
    }
}
