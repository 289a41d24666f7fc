//! [`decide`]: the one pure decision, and the switch over all commands.

use ledger::{Applied, Ledger, Operation};
use money::{AccountId, Currency, HoldId, Instant, PayerId, ReasonCode, TransferId};

use crate::change::{Change, Event, EventKind};
use crate::command::{CodeVerdict, Command, Suspect};
use crate::facts::Facts;
use crate::model::{Appended, Payee};
use crate::outcome::{Accepted, Refusal};
use crate::settings::Settings;
use crate::stamp::{Ids, Stamp};
use crate::state::State;
use crate::{
    codes, enrol, fund, identity, intent, lockdown, merchant, merchant_key, own_limits, passkey, pay, pin, pipeline,
    quote, recovery, refund, roll_up, server_keys, session, settle, shown_limits, sighting, sign_up, stranger, wait,
};
use credentials::ProofUse;

/// A command whose authority was consumed: it may be decided, again after a failed commit too, but neither copied nor
/// read from text.
#[derive(Debug)]
pub struct Admitted(Facts);

impl From<Command> for Admitted {
    fn from(command: Command) -> Self {
        Self(command.into())
    }
}

impl Admitted {
    /// What is asked.
    #[must_use]
    pub const fn facts(&self) -> &Facts {
        &self.0
    }
}

/// What was decided and what is to be written, in one transaction. Made only by [`decide`].
#[derive(Debug)]
pub struct Decision {
    outcome: Result<Accepted, Refusal>,
    changes: Vec<Change>,
    leaves_record: bool,
    keep_until: Option<Instant>,
}

impl Decision {
    /// What to answer.
    pub const fn outcome(&self) -> &Result<Accepted, Refusal> {
        &self.outcome
    }

    /// What to write.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Whether it belongs on record. A preview writes nothing, nor does a roll-up or a fold that finds nothing; and where the proof itself could not be used nothing was
    /// decided, so that a repeated or stale proof costs no disk.
    #[must_use]
    pub const fn leaves_record(&self) -> bool {
        self.leaves_record
    }

    /// Until when law keeps its record; `None`: nobody says, so until its payer's erasure.
    #[must_use]
    pub const fn keep_until(&self) -> Option<Instant> {
        self.keep_until
    }

    /// What to answer, once it is written.
    #[expect(clippy::missing_errors_doc, reason = "the refusal is the answer, not a failure of this call")]
    pub fn into_outcome(self) -> Result<Accepted, Refusal> {
        self.outcome
    }
}

/// Decides one command. Deterministic: the same facts, rows, settings and stamp give the same bytes.
///
/// # Panics
/// When a row was not loaded that [`crate::needs`] did not name, or the ledger's second check fails: bugs, which stop
/// this command alone.
#[must_use]
pub fn decide(command: &Admitted, state: &State, settings: &Settings, stamp: &Stamp) -> Decision {
    decide_facts(command.facts(), state, settings, stamp)
}

pub(crate) fn decide_facts(facts: &Facts, state: &State, settings: &Settings, stamp: &Stamp) -> Decision {
    let mut context = Context::over(state, settings, stamp);
    let proofs = proofs(facts);
    if let Some(reason) = context.unusable(&proofs) {
        return Decision { outcome: Err(reason.into()), changes: Vec::new(), leaves_record: false, keep_until: None };
    }
    let outcome = carry_out(facts, &mut context);
    let keep_until = context.keep_until;
    let mut changes = context.changes;
    let leaves_record = match facts {
        Facts::Quote { .. } | Facts::ShowLimits { .. } => false,
        Facts::RollUp { .. } | Facts::FoldSightings { .. } | Facts::ForgetSignUps { .. } => !changes.is_empty(),
        Facts::Risk { asked } if asked.is_upkeep() => !changes.is_empty(),
        _ => true,
    };
    if leaves_record {
        changes.extend(proofs.into_iter().flatten().map(Change::Proof));
    }
    Decision { outcome, changes, leaves_record, keep_until }
}

#[expect(clippy::too_many_lines, reason = "one arm for each command")]
fn carry_out(facts: &Facts, context: &mut Context<'_>) -> Result<Accepted, Refusal> {
    match facts {
        Facts::OpenPayer { body, key, place, counted, .. } => enrol::open_payer(context, body, *key, (place, *counted)),
        Facts::ForgetSignUps { marks } => sign_up::forget(context, marks),
        Facts::Identity(facts) => identity::carry_out(context, facts),
        Facts::Merchant(facts) => merchant::carry_out(context, facts),
        Facts::OpenSession { body, key, place, .. } => {
            let asking = session::Asking { payer: body.payer, device: body.device, key: *key, place };
            session::open(context, &asking, body.kind)
        }
        Facts::RefreshSession { body, key, session, generation, place, .. } => {
            let asking = session::Asking { payer: body.payer, device: body.device, key: *key, place };
            session::refresh(context, &asking, *session, *generation)
        }
        Facts::EndSessions { caller, body } => session::end(context, caller, body),
        Facts::RevokeDevice { caller, body } => session::revoke_device(context, caller, body),
        Facts::BindDevice { caller, body, key, .. } => enrol::bind_device(context, caller, body, *key),
        Facts::SetPin { caller, hash } => pin::set(context, caller, hash),
        Facts::TryPin { caller, purpose } => pin::attempt(context, caller, *purpose),
        Facts::ApproveByPin { payer, attempt, matched } => {
            pin::approve(context, &pin::Right { payer: *payer, attempt: *attempt, matched })
        }
        Facts::ChangePin { payer, attempt, matched, hash } => {
            pin::change(context, &pin::Right { payer: *payer, attempt: *attempt, matched }, hash)
        }
        Facts::RemovePin { caller, body } => pin::remove(context, caller, body),
        Facts::PrintCodes { caller, body, codes } => recovery::print(context, caller, body, codes),
        Facts::AddContact { caller, body } => recovery::add_contact(context, caller, body),
        Facts::RemoveContact { caller, body } => recovery::remove_contact(context, caller, body),
        Facts::Vouch { caller, body } => recovery::vouch(context, caller, body),
        Facts::VouchIdentity { payer, device } => recovery::vouch_identity(context, *payer, *device),
        Facts::Recover { payer, device, code, passkey, place, .. } => {
            let passkey = passkey.as_ref();
            recovery::recover(context, &recovery::Shown { payer: *payer, device, code: *code, passkey, place })
        }
        Facts::FreezeByCode { payer, code } => recovery::freeze_by_code(context, *payer, *code),
        Facts::FreezeFor { caller, body } => recovery::freeze_for(context, caller, body),
        Facts::RotateKey { caller, key, .. } => enrol::rotate_key(context, caller, *key),
        Facts::StaffThaw { payer } => lockdown::staff_thaw(context, *payer),
        Facts::StaffRevokeDevice { payer, device } => session::staff_revoke(context, *payer, *device),
        Facts::StaffRemovePin { payer } => pin::staff_remove(context, *payer),
        Facts::BeginPasskey { caller, body } => passkey::begin(context, caller, body),
        Facts::AddPasskey { caller, made, name, vouched, .. } => {
            passkey::add(context, caller, &passkey::Adding { made, name, vouched: *vouched })
        }
        Facts::RenamePasskey { caller, body } => passkey::rename(context, caller, body),
        Facts::RevokePasskey { caller, body } => passkey::revoke(context, caller, body),
        Facts::ApproveByPasskey { caller, body, used } => passkey::approve(context, caller, *body, used),
        Facts::SignIn { payer, device, used, place, .. } => passkey::sign_in(context, *payer, device, used, place),
        Facts::RegisterPayee { payee } => enrol::register_payee(context, payee),
        Facts::RotateServerKeys { overlap_seconds } => server_keys::rotate(context, *overlap_seconds),
        Facts::AddMerchantKey { key } => merchant_key::add(context, key),
        Facts::EndMerchantKey { key, in_seconds } => merchant_key::end(context, *key, *in_seconds),
        Facts::RekeyPayee { payee, api_key, signing_key } => {
            enrol::rekey_payee(context, *payee, *api_key, *signing_key)
        }
        Facts::Fund { payer, amount } => fund::fund(context, *payer, *amount),
        Facts::TestFund { caller, body } => fund::test_fund(context, caller, body),
        Facts::CreateIntent { payee, body, idempotency } => intent::create(context, *payee, body, *idempotency),
        Facts::RegisterCode { payee, body, .. } => codes::register(context, *payee, body),
        Facts::WithdrawCode { payee, serial, .. } => codes::withdraw(context, *payee, *serial),
        Facts::ReportCode { caller, serial, .. } => {
            pipeline::identify(context, caller)?;
            sighting::report(context, caller.payer, *serial)
        }
        Facts::ReportStranger { caller, body } => {
            pipeline::identify(context, caller)?;
            stranger::report(context, caller.payer, body)
        }
        Facts::ClearSuspicion { of: Suspect::Payee(payee) } => sighting::clear_payee(context, *payee),
        Facts::ClearSuspicion { of: Suspect::Place(cell) } => stranger::clear(context, *cell),
        Facts::JudgeCode { serial, verdict: CodeVerdict::Cleared } => sighting::clear(context, *serial),
        Facts::JudgeCode { serial, verdict: CodeVerdict::Suspended } => sighting::suspend(context, *serial),
        Facts::FoldSightings { sightings } => sighting::fold(context, sightings),
        Facts::TakeSticker { caller, body, sticker } => codes::take(context, caller, body, sticker),
        Facts::Risk { asked } => asked.carry_out(context),
        Facts::Quote { caller, body, arrival } => quote::quote(context, caller, body, arrival),
        Facts::Pay { caller, body, arrival } => pay::pay(context, caller, body, arrival),
        Facts::Capture { payee, payment, body, .. } => settle::capture(context, *payee, *payment, body),
        Facts::Void { payee, payment, body, .. } => settle::void(context, *payee, *payment, body),
        Facts::Refund { payee, body, digest, .. } => refund::refund(context, *payee, body, *digest),
        Facts::Freeze { caller, body } => lockdown::freeze(context, caller, body),
        Facts::Unfreeze { caller, body } => lockdown::unfreeze(context, caller, body),
        Facts::CancelPayment { caller, body } => wait::cancel(context, caller, body),
        Facts::JudgeHeld { payment, verdict } => wait::judge(context, *payment, *verdict),
        Facts::SetLimit { caller, body } => own_limits::set(context, caller, body),
        Facts::CancelRaise { caller, body } => own_limits::cancel(context, caller, body),
        Facts::ShowLimits { payer, device } => shown_limits::show(context, *payer, *device),
        Facts::ExpireHold { payment } => settle::expire(context, *payment),
        Facts::ExpireIntent { intent } => intent::expire(context, *intent),
        Facts::RollUp { account } => roll_up::roll_up(context, *account),
    }
}

/// The proofs a command uses up: at most two.
fn proofs(facts: &Facts) -> [Option<ProofUse>; 2] {
    match facts {
        Facts::OpenPayer { proof, .. }
        | Facts::OpenSession { proof, .. }
        | Facts::RefreshSession { proof, .. }
        | Facts::Capture { proof, .. }
        | Facts::Void { proof, .. }
        | Facts::Refund { proof, .. } => [Some(*proof), None],
        Facts::Identity(facts) => [facts.proof(), None],
        Facts::Merchant(facts) => [facts.proof(), None],
        Facts::AddPasskey { caller, ceremony, .. } => [Some(caller.proof), Some(*ceremony)],
        Facts::ApproveByPasskey { caller, used, .. } => [Some(caller.proof), Some(used.ceremony)],
        Facts::SignIn { proof, used, .. } => [Some(*proof), Some(used.ceremony)],
        Facts::Recover { proof, passkey, .. } => [Some(*proof), passkey.map(|used| used.ceremony)],
        // WHY not the new key's own proof, too: it stands in a body that one more check may send twice, and it works only
        // until its key is a device's.
        Facts::RotateKey { caller, .. } => [Some(caller.proof), None],
        Facts::BindDevice { caller, possession, .. } => [Some(caller.proof), Some(*possession)],
        Facts::TestFund { caller, .. }
        | Facts::ReportCode { caller, .. }
        | Facts::ReportStranger { caller, .. }
        | Facts::EndSessions { caller, .. }
        | Facts::RevokeDevice { caller, .. }
        | Facts::SetPin { caller, .. }
        | Facts::TryPin { caller, .. }
        | Facts::RemovePin { caller, .. }
        | Facts::BeginPasskey { caller, .. }
        | Facts::PrintCodes { caller, .. }
        | Facts::AddContact { caller, .. }
        | Facts::RemoveContact { caller, .. }
        | Facts::Vouch { caller, .. }
        | Facts::FreezeFor { caller, .. }
        | Facts::RenamePasskey { caller, .. }
        | Facts::RevokePasskey { caller, .. }
        | Facts::TakeSticker { caller, .. }
        | Facts::Quote { caller, .. }
        | Facts::Pay { caller, .. }
        | Facts::Freeze { caller, .. }
        | Facts::CancelPayment { caller, .. }
        | Facts::SetLimit { caller, .. }
        | Facts::CancelRaise { caller, .. }
        | Facts::Unfreeze { caller, .. } => [Some(caller.proof), None],
        Facts::Risk { asked } => [asked.proof(), None],
        Facts::RegisterCode { proof, .. } | Facts::WithdrawCode { proof, .. } => [*proof, None],
        _ => [None, None],
    }
}

/// What a command's handler works with. INVARIANT: a handler pushes changes only after its last step that can fail,
/// except for the record of a refused payment, the end of a session whose token was copied, the flag of a passkey that was cloned, what spoke for a recovery so far, a sign-up's being counted as refused and the scan of a doubtful code; so a refusal never leaves half of an effect behind.
pub(crate) struct Context<'a> {
    pub(crate) state: &'a State,
    pub(crate) settings: &'a Settings,
    pub(crate) stamp: &'a Stamp,
    pub(crate) at: Instant,
    pub(crate) ids: Ids<'a>,
    changes: Vec<Change>,
    keep_until: Option<Instant>,
}

impl<'a> Context<'a> {
    pub(crate) fn over(state: &'a State, settings: &'a Settings, stamp: &'a Stamp) -> Self {
        Self {
            state,
            settings,
            stamp,
            at: stamp.at,
            ids: stamp.ids(),
            changes: Vec::with_capacity(10),
            keep_until: None,
        }
    }
}

impl Context<'_> {
    pub(crate) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Law keeps the record of this decision at least until then.
    pub(crate) fn keep(&mut self, until: Option<Instant>) {
        self.keep_until = self.keep_until.max(until);
    }

    /// Tells the outbox. `fill` names what the event concerns.
    pub(crate) fn tell(&mut self, kind: EventKind, fill: impl FnOnce(&mut Event)) {
        let mut event = Event {
            id: self.ids.make(money::EventId::new),
            at: self.at,
            kind,
            payer: None,
            payee: None,
            intent: None,
            payment: None,
            amount: None,
            reasons: Vec::new(),
        };
        fill(&mut event);
        self.push(Change::Event(event));
    }

    /// Applies ledger operations to the loaded rows, all or none, and pushes the changed rows.
    pub(crate) fn post(
        &mut self,
        touched: &Touched,
        operations: &[Operation],
    ) -> Result<Vec<Applied>, ledger::Refusal> {
        let mut ledger = Ledger::new();
        for account in touched.accounts.iter().filter_map(|&id| self.state.account(id)) {
            ledger.load_account(account.clone());
        }
        if let Some(credited) = &touched.credited {
            ledger.name_account(credited.account, credited.currency);
        }
        touched.appended.iter().for_each(|row| ledger.load_appended(row.credit));
        if let Some(hold) = touched.hold.and_then(|id| self.state.hold(id)) {
            ledger.load_hold(hold.clone());
        }
        if let Some(transfer) = touched.transfer.and_then(|id| self.state.transfer(id)) {
            ledger.load_transfer(transfer.clone());
        }
        let applied = ledger.apply_all(operations).map_err(|linked| linked.refusal)?;
        // A credit that is appended and counted in the same decision never waits, and has no row.
        let at_once = |credit: &ledger::Appended| {
            let has =
                |rows: fn(&Applied) -> &Vec<ledger::Appended>| applied.iter().any(|step| rows(step).contains(credit));
            has(|step| &step.appended) && has(|step| &step.rolled_up)
        };
        for step in &applied {
            self.changes.extend(step.accounts.iter().cloned().map(Change::Account));
            self.changes.extend(step.hold.iter().cloned().map(Change::Hold));
            self.changes.extend(step.original.iter().cloned().map(Change::Refunded));
            self.changes.extend(step.posted.iter().cloned().map(Change::Transfer));
            let appended = step.appended.iter().filter(|credit| !at_once(credit));
            self.changes.extend(appended.map(|credit| Change::Appended(touched.newly(*credit))));
            let rolled_up = step.rolled_up.iter().filter(|credit| !at_once(credit));
            self.changes.extend(rolled_up.map(|credit| Change::RolledUp(touched.waiting(credit))));
        }
        Ok(applied)
    }

    fn unusable(&self, proofs: &[Option<ProofUse>; 2]) -> Option<ReasonCode> {
        let [first, second] = proofs;
        if let (Some(first), Some(second)) = (first, second)
            && first.id == second.id
        {
            return Some(ReasonCode::ProofReplayed);
        }
        proofs.iter().flatten().find_map(|proof| {
            if self.state.is_proof_used(proof.id) {
                Some(ReasonCode::ProofReplayed)
            } else {
                // The proof may have gone stale while it waited for its turn.
                (proof.expires_at <= self.at).then_some(ReasonCode::ProofStale)
            }
        })
    }
}

/// The ledger rows a handler hands to [`Context::post`].
#[derive(Default)]
pub(crate) struct Touched {
    pub(crate) accounts: Vec<AccountId>,
    pub(crate) hold: Option<HoldId>,
    pub(crate) transfer: Option<TransferId>,
    /// Who is credited without their account being read.
    pub(crate) credited: Option<Credited>,
    /// The waiting credits that are rolled up.
    pub(crate) appended: Vec<Appended>,
}

/// An account whose credits are appended under a payer.
pub(crate) struct Credited {
    payer: PayerId,
    account: AccountId,
    currency: Currency,
}

impl Credited {
    /// A payee's account, paid by `payer`.
    pub(crate) const fn by(payer: PayerId, payee: &Payee) -> Self {
        Self { payer, account: payee.account, currency: payee.currency }
    }
}

impl Touched {
    /// A credit the ledger appended, under the payer it came from.
    fn newly(&self, credit: ledger::Appended) -> Appended {
        let Some(credited) = &self.credited else { unreachable!("{} was not to be credited", credit.account) };
        Appended { payer: credited.payer, credit }
    }

    /// The waiting row of a credit that the ledger rolled up.
    fn waiting(&self, credit: &ledger::Appended) -> Appended {
        let row = self.appended.iter().find(|row| row.credit == *credit);
        let Some(row) = row else { unreachable!("{} was not waiting", credit.transfer) };
        *row
    }
}

/// The reason a payer or merchant is told when the ledger refuses.
pub(crate) const fn ledger_reason(refusal: &ledger::Refusal) -> ReasonCode {
    match refusal {
        ledger::Refusal::InsufficientFunds { .. } => ReasonCode::FundsInsufficient,
        ledger::Refusal::Overflow => ReasonCode::AmountOverflow,
        ledger::Refusal::CurrencyMismatch => ReasonCode::AmountWrongCurrency,
        ledger::Refusal::AmountNotPositive => ReasonCode::AmountZero,
        ledger::Refusal::HoldCaptured => ReasonCode::PaymentCaptured,
        ledger::Refusal::HoldVoided => ReasonCode::PaymentVoided,
        ledger::Refusal::HoldExpired => ReasonCode::PaymentExpired,
        ledger::Refusal::CaptureExceedsHold => ReasonCode::CaptureExceedsHold,
        ledger::Refusal::VoidDifferentAmount => ReasonCode::VoidDifferentAmount,
        ledger::Refusal::NotYetExpired => ReasonCode::NotYetExpired,
        ledger::Refusal::RefundExceedsRemaining => ReasonCode::RefundExceedsRemaining,
        ledger::Refusal::AccountClosed => ReasonCode::PayeeClosed,
        _ => ReasonCode::ServiceFault,
    }
}
