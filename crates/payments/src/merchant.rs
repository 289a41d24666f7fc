//! Merchants: who they are, verified before anything is paid out to them, and what is on its way to their bank.

use credentials::{MerchantSigned, ProofUse};
use ledger::{Intake, Leg, Normal, Operation, Overdraft, Side};
use money::{AccountId, Amount, Currency, Digest, Instant, PayeeId, PayoutId, ReasonCode, TransferId};
use protocol::{PayoutBody, PayoutStatus, SubmitVerificationBody, VerificationState};
use serde::{Deserialize, Serialize};

use crate::change::{Change, EventKind};
use crate::decide::{Context, Touched, ledger_reason};
use crate::model::{Line, Name, Payee};
use crate::noted::{Noted, NotedKey};
use crate::outcome::{Accepted, Refusal};
use crate::permit::StaffPermit;
use crate::state::{Key, Row, State};
use crate::{dossiers, roll_up};

/// How far it is known who a merchant is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Which merchant.
    pub payee: PayeeId,
    /// How far.
    pub state: VerificationState,
    /// Who took the last step: a member of staff, or the merchant.
    pub by: Name,
    /// Where what was looked at is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Line>,
    /// Why, where staff said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line>,
    /// When.
    pub at: Instant,
}

/// What staff found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerificationStep {
    /// How it stands from now on.
    pub state: VerificationState,
    /// Who says so.
    pub by: Name,
    /// Where what was looked at is kept.
    pub evidence: Option<Line>,
    /// Why.
    pub note: Option<Line>,
}

/// Money on its way to a merchant's bank. The id is the merchant's, and the idempotency key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payout {
    /// The payout.
    pub id: PayoutId,
    /// To whom.
    pub payee: PayeeId,
    /// How much.
    pub amount: Amount,
    /// How it stands.
    pub status: PayoutStatus,
    /// Digest of the signed body.
    pub body: Digest,
    /// The transfer that set it aside.
    pub transfer: TransferId,
    /// When it was asked for.
    pub requested_at: Instant,
    /// Who settled it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<Name>,
    /// The bank's reference, or why it came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Line>,
    /// When it was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Instant>,
    /// The transfer that took it to the bank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<TransferId>,
    /// The transfer that gave it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<TransferId>,
}

/// What became of a payout at the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutSettling {
    /// `sent` or `returned`.
    pub status: PayoutStatus,
    /// Who says so.
    pub by: Name,
    /// The bank's reference, or why it came back.
    pub reference: Line,
}

/// Everything that can be asked about merchants' verification and payouts.
#[derive(Debug)]
pub enum MerchantCommand {
    /// Hand in what shows who one is.
    Submit {
        /// The merchant's signature.
        signed: MerchantSigned<SubmitVerificationBody>,
    },
    /// Say what was found.
    Judge {
        /// Staff.
        permit: StaffPermit,
        /// Of whom.
        payee: PayeeId,
        /// What.
        step: VerificationStep,
    },
    /// Have money sent to one's bank.
    RequestPayout {
        /// The merchant's signature.
        signed: MerchantSigned<PayoutBody>,
    },
    /// Say what became of it.
    SettlePayout {
        /// Staff, who speak to the bank.
        permit: StaffPermit,
        /// Which.
        payout: PayoutId,
        /// What.
        settling: PayoutSettling,
    },
}

/// The same, its authority consumed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
#[expect(missing_docs, reason = "each mirrors the command of the same name, whose parts are documented there")]
pub enum MerchantFacts {
    Submit { payee: PayeeId, proof: ProofUse, body: SubmitVerificationBody },
    Judge { payee: PayeeId, found: VerificationStep },
    RequestPayout { payee: PayeeId, proof: ProofUse, body: PayoutBody, digest: Digest },
    SettlePayout { payout: PayoutId, settling: PayoutSettling },
}

impl From<MerchantCommand> for MerchantFacts {
    fn from(command: MerchantCommand) -> Self {
        use MerchantCommand as C;
        match command {
            C::Submit { signed } => {
                let (payee, proof) = (signed.payee(), *signed.proof_use());
                Self::Submit { payee, proof, body: signed.into_body() }
            }
            C::Judge { permit: _, payee, step } => Self::Judge { payee, found: step },
            C::RequestPayout { signed } => {
                let (payee, proof, digest) = (signed.payee(), *signed.proof_use(), signed.body_digest());
                Self::RequestPayout { payee, proof, body: signed.into_body(), digest }
            }
            C::SettlePayout { permit: _, payout, settling } => Self::SettlePayout { payout, settling },
        }
    }
}

impl MerchantCommand {
    /// The command's name in metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit_verification",
            Self::Judge { .. } => "judge_payee",
            Self::RequestPayout { .. } => "request_payout",
            Self::SettlePayout { .. } => "settle_payout",
        }
    }
}

const fn verification_key(payee: PayeeId) -> Key {
    Key::Noted(NotedKey::Verification(payee))
}

const fn payout_key(payout: PayoutId) -> Key {
    Key::Noted(NotedKey::Payout(payout))
}

impl MerchantFacts {
    /// The command's name in records.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Submit { .. } => "submit_verification",
            Self::Judge { .. } => "judge_payee",
            Self::RequestPayout { .. } => "request_payout",
            Self::SettlePayout { .. } => "settle_payout",
        }
    }

    pub(crate) const fn proof(&self) -> Option<ProofUse> {
        match self {
            Self::Submit { proof, .. } | Self::RequestPayout { proof, .. } => Some(*proof),
            Self::Judge { .. } | Self::SettlePayout { .. } => None,
        }
    }

    /// The rows it names itself.
    pub(crate) fn keys(&self, wanted: &mut Vec<Key>) {
        wanted.extend(self.proof().map(|proof| Key::Proof(proof.id)));
        match self {
            Self::Submit { payee, .. } | Self::Judge { payee, .. } => {
                wanted.extend([Key::Payee(*payee), verification_key(*payee)]);
            }
            Self::RequestPayout { payee, body, .. } => {
                wanted.extend([Key::Payee(*payee), verification_key(*payee), payout_key(body.payout)]);
                wanted.push(Key::Account(clearing(body.amount.currency())));
            }
            Self::SettlePayout { payout, .. } => wanted.push(payout_key(*payout)),
        }
    }
}

/// The account money stands in between a merchant's account here and its bank, one for each currency; its id is fixed.
/// Its balance is what was paid out and has not been settled.
#[must_use]
pub fn clearing(currency: Currency) -> AccountId {
    fixed(2, currency)
}

/// The account of what the provider's bank has been told to send, one for each currency; its id is fixed.
#[must_use]
pub fn bank(currency: Currency) -> AccountId {
    fixed(3, currency)
}

fn fixed(number: u8, currency: Currency) -> AccountId {
    let [high, low] = currency.numeric().to_be_bytes();
    AccountId::from_bytes([0, 0, 0, 0, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, number, high, low])
}

/// Carries one of these commands out.
pub(crate) fn carry_out(context: &mut Context<'_>, facts: &MerchantFacts) -> Result<Accepted, Refusal> {
    match facts {
        MerchantFacts::Submit { payee, body, .. } => submit(context, *payee, body),
        MerchantFacts::Judge { payee, found } => judge(context, *payee, found),
        MerchantFacts::RequestPayout { payee, body, digest, .. } => request(context, *payee, body, *digest),
        MerchantFacts::SettlePayout { payout, settling } => settle(context, *payout, settling),
    }
}

/// A merchant hands in what shows who it is. What was verified before stays so until staff say otherwise.
fn submit(context: &mut Context<'_>, payee: PayeeId, body: &SubmitVerificationBody) -> Result<Accepted, Refusal> {
    let row = context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?;
    if state(context, payee) == VerificationState::Verified {
        return Err(ReasonCode::VerificationStep.into());
    }
    let (by, evidence) = (row.card.name.clone(), Some(body.evidence.clone()));
    let state = VerificationState::Submitted;
    Ok(write(context, Verification { payee, state, by, evidence, note: None, at: context.at }))
}

/// Staff say what they found. Only what was handed in is verified or refused, and only what was verified is withdrawn.
fn judge(context: &mut Context<'_>, payee: PayeeId, found: &VerificationStep) -> Result<Accepted, Refusal> {
    use VerificationState as S;
    context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?;
    let may = match (state(context, payee), found.state) {
        // Staff may take in papers for a merchant.
        (from, S::Submitted) => from != S::Verified,
        (S::Submitted, S::Verified | S::Refused) | (S::Verified, S::Withdrawn) => true,
        _ => false,
    };
    if !may {
        return Err(ReasonCode::VerificationStep.into());
    }
    let before = context.state.verification(payee).and_then(|known| known.evidence.clone());
    Ok(write(
        context,
        Verification {
            payee,
            state: found.state,
            by: found.by.clone(),
            evidence: found.evidence.clone().or(before),
            note: found.note.clone(),
            at: context.at,
        },
    ))
}

fn state(context: &Context<'_>, payee: PayeeId) -> VerificationState {
    context.state.verification(payee).map_or(VerificationState::Unverified, |known| known.state)
}

fn write(context: &mut Context<'_>, row: Verification) -> Accepted {
    let kind = match row.state {
        VerificationState::Unverified | VerificationState::Submitted => EventKind::VerificationSubmitted,
        VerificationState::Verified => EventKind::VerificationGranted,
        VerificationState::Refused => EventKind::VerificationRefused,
        VerificationState::Withdrawn => EventKind::VerificationWithdrawn,
    };
    let payee = row.payee;
    context.push(Change::Noted(Noted::Verification(row.clone())));
    context.tell(kind, |event| event.payee = Some(payee));
    Accepted::Verification(Box::new(row))
}

/// A merchant has money sent to its bank: it leaves its account here and stands in the clearing account until the bank has
/// it. A merchant nobody has verified gets nothing out; refunds it may always give.
fn request(context: &mut Context<'_>, payee: PayeeId, body: &PayoutBody, digest: Digest) -> Result<Accepted, Refusal> {
    if let Some(earlier) = context.state.payout(body.payout) {
        let is_same = earlier.payee == payee && earlier.body == digest;
        return if is_same { Ok(accepted(earlier.clone())) } else { Err(ReasonCode::PayoutIdReused.into()) };
    }
    let row = context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?.clone();
    if state(context, payee) != VerificationState::Verified {
        return Err(ReasonCode::PayeeUnverified.into());
    }
    body.amount.positive().map_err(|error| match error {
        money::AmountError::Negative => ReasonCode::AmountNegative,
        _ => ReasonCode::AmountZero,
    })?;
    if body.amount.currency() != row.currency {
        return Err(ReasonCode::AmountWrongCurrency.into());
    }
    let transfer = move_out(context, &row, body.amount)?;
    let payout = Payout {
        id: body.payout,
        payee,
        amount: body.amount,
        status: PayoutStatus::Requested,
        body: digest,
        transfer,
        requested_at: context.at,
        settled_by: None,
        reference: None,
        settled_at: None,
        sent: None,
        returned: None,
    };
    Ok(told(context, payout, EventKind::PayoutRequested))
}

/// Counts what waits for the account, and moves the money to the clearing account.
fn move_out(context: &mut Context<'_>, payee: &Payee, amount: Amount) -> Result<TransferId, ReasonCode> {
    let (account, to) = (payee.account, clearing(amount.currency()));
    let transfer = context.ids.make(TransferId::new);
    let appended = roll_up::waiting(context.state, account);
    let mut operations = Vec::with_capacity(3);
    if !appended.is_empty() {
        operations.push(Operation::RollUp { account });
    }
    if context.state.account(to).is_none() {
        let (currency, normal, overdraft) = (amount.currency(), Normal::Credit, Overdraft::None);
        operations.push(Operation::Open { account: to, currency, normal, overdraft, intake: Intake::AtOnce });
    }
    operations.push(post(transfer, (account, to), amount, context.at));
    let touched = Touched { accounts: vec![account, to], appended: appended.clone(), ..Touched::default() };
    context.post(&touched, &operations).map_err(|refusal| match refusal {
        ledger::Refusal::InsufficientFunds { .. } => ReasonCode::PayeeFundsInsufficient,
        other => ledger_reason(&other),
    })?;
    dossiers::fold(context, &appended);
    Ok(transfer)
}

fn post(transfer: TransferId, (from, to): (AccountId, AccountId), amount: Amount, at: Instant) -> Operation {
    let legs = vec![Leg { account: from, side: Side::Debit, amount }, Leg { account: to, side: Side::Credit, amount }];
    Operation::Post { transfer, legs, at }
}

/// The bank has it, or has sent it back: then it is the merchant's again.
fn settle(context: &mut Context<'_>, id: PayoutId, settling: &PayoutSettling) -> Result<Accepted, Refusal> {
    let payout = context.state.payout(id).ok_or(ReasonCode::PayoutUnknown)?.clone();
    let kind = match (payout.status, settling.status) {
        (PayoutStatus::Requested, PayoutStatus::Sent) => EventKind::PayoutSent,
        // A transfer may come back after it was sent.
        (PayoutStatus::Requested | PayoutStatus::Sent, PayoutStatus::Returned) => EventKind::PayoutReturned,
        _ => return Err(ReasonCode::PayoutSettled.into()),
    };
    let (sent, returned) = match kind {
        EventKind::PayoutReturned => (payout.sent, Some(give_back(context, &payout)?)),
        _ => (Some(send(context, payout.amount)?), None),
    };
    let payout = Payout {
        status: settling.status,
        sent,
        returned,
        settled_by: Some(settling.by.clone()),
        reference: Some(settling.reference.clone()),
        settled_at: Some(context.at),
        ..payout
    };
    Ok(told(context, payout, kind))
}

/// From the clearing account to the bank.
fn send(context: &mut Context<'_>, amount: Amount) -> Result<TransferId, ReasonCode> {
    let (from, to) = (clearing(amount.currency()), bank(amount.currency()));
    let transfer = context.ids.make(TransferId::new);
    let mut operations = Vec::with_capacity(2);
    if context.state.account(to).is_none() {
        let (currency, normal, overdraft) = (amount.currency(), Normal::Debit, Overdraft::Unlimited);
        operations.push(Operation::Open { account: to, currency, normal, overdraft, intake: Intake::AtOnce });
    }
    operations.push(post(transfer, (from, to), amount, context.at));
    let touched = Touched { accounts: vec![from, to], ..Touched::default() };
    context.post(&touched, &operations).map_err(|refusal| ledger_reason(&refusal))?;
    Ok(transfer)
}

/// From wherever it stands to the merchant.
fn give_back(context: &mut Context<'_>, payout: &Payout) -> Result<TransferId, ReasonCode> {
    let payee = context.state.payee(payout.payee).ok_or(ReasonCode::PayeeUnknown)?;
    let currency = payout.amount.currency();
    let (from, to) = (if payout.sent.is_some() { bank(currency) } else { clearing(currency) }, payee.account);
    let transfer = context.ids.make(TransferId::new);
    // Counted at once: a credit that waits stands under the payer it came from, and this one came from none.
    let operations = [post(transfer, (from, to), payout.amount, context.at), Operation::RollUp { account: to }];
    let touched = Touched { accounts: vec![from, to], ..Touched::default() };
    context.post(&touched, &operations).map_err(|refusal| ledger_reason(&refusal))?;
    Ok(transfer)
}

fn told(context: &mut Context<'_>, payout: Payout, kind: EventKind) -> Accepted {
    let (payee, amount) = (payout.payee, payout.amount);
    context.push(Change::Noted(Noted::Payout(payout.clone())));
    context.tell(kind, |event| {
        event.payee = Some(payee);
        event.amount = Some(amount);
    });
    accepted(payout)
}

fn accepted(payout: Payout) -> Accepted {
    Accepted::Payout(Box::new(payout))
}

impl State {
    pub(crate) fn verification(&self, payee: PayeeId) -> Option<&Verification> {
        match self.row(&verification_key(payee)) {
            Some(Row::Noted(Noted::Verification(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn payout(&self, payout: PayoutId) -> Option<&Payout> {
        match self.row(&payout_key(payout)) {
            Some(Row::Noted(Noted::Payout(row))) => Some(row),
            _ => None,
        }
    }
}
