//! [`Store`]: the one door to what is durable, written for two implementations.

use std::pin::Pin;
use std::sync::Arc;

use ledger::Account;
use money::{
    AccountId, Amount, DecisionId, DeviceId, Digest, EventId, Instant, IntentId, PayeeId, PayerId, PaymentId, Secret,
};
use payments::{
    Accepted, Command, Device, Event, Intent, Judging, Kept, KeptKey, Noted, NotedKey, NotedKind, Packs, Payee, Payer,
    Payment, Refund, Refusal, Settings, Standing,
};
use protocol::{PaymentStatus, QuoteCore};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::retention::{Destroyed, Erasure, RetentionReport};
use crate::{Recorded, StoreError};

/// What every call of the store returns.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// A decision that is durable: whoever sees it may rely on it after a crash.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The decision's id.
    pub decision: DecisionId,
    /// When it was made.
    pub at: Instant,
    /// What was decided.
    pub outcome: Result<Accepted, Refusal>,
}

/// A payee's money, as it was when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeBalance {
    /// The payee.
    pub payee: Payee,
    /// Its account: what is rolled up.
    pub account: Account,
    /// What was credited and is not rolled up yet.
    pub pending: Amount,
    /// Up to when everything is rolled up: the moment of the oldest credit that is not, or of the reading.
    pub as_of: Instant,
}

/// A payment with the terms it was made under.
#[derive(Clone, Debug)]
pub struct PaymentRow {
    /// The payment.
    pub payment: Payment,
    /// Its terms.
    pub core: QuoteCore,
}

/// Which payments of a payer are wanted. Everything unset means "any".
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// Only these.
    pub status: Option<PaymentStatus>,
    /// Words that payee name, purpose or place contains, case-insensitively.
    pub text: Option<String>,
    /// Made at or after.
    pub from: Option<Instant>,
    /// Made before.
    pub until: Option<Instant>,
}

/// Which page of a list, newest first.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<Id> {
    /// Rows before (older than) this one; the newest when `None`.
    pub before: Option<(Instant, Id)>,
    /// How many rows at the most.
    pub limit: usize,
}

/// One page, and where the next one starts.
#[derive(Clone, Debug)]
pub struct PageRows<Row, Id> {
    /// The rows, newest first.
    pub rows: Vec<Row>,
    /// Pass it as `before` for the next page; `None` at the end.
    pub next: Option<(Instant, Id)>,
}

/// What time has made due.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// Payments whose hold has expired, or whose wait is over.
    pub holds: Vec<PaymentId>,
    /// Open intents past their end.
    pub intents: Vec<IntentId>,
}

/// The books were checked from their postings.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LedgerSummary {
    /// Whether everything agrees.
    pub ok: bool,
    /// Accounts looked at.
    pub accounts: u64,
    /// Transfers looked at.
    pub transfers: u64,
    /// Postings looked at.
    pub postings: u64,
    /// Holds looked at.
    pub holds: u64,
    /// Appended credits looked at: those that are not rolled up yet.
    pub appended: u64,
    /// What does not agree; empty when `ok`.
    pub findings: Vec<String>,
}

/// The audit chain was recomputed, and the decisions made again where they could be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AuditSummary {
    /// Whether everything agrees.
    pub ok: bool,
    /// Leaves recomputed.
    pub leaves: u64,
    /// Seals recomputed.
    pub seals: u64,
    /// Decisions whose digest was compared.
    pub decisions: u64,
    /// Of these, made again byte for byte.
    pub replayed: u64,
    /// What does not agree; empty when `ok`.
    pub findings: Vec<String>,
}

/// Why no command can be committed now, the gravest reason first. For the operator: it names no person and no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Unready {
    /// It is closing or closed.
    #[error("the store is closing")]
    Closing,
    /// A writer has ended without having been asked to.
    #[error("a writer of the store has ended; restart this server and report what its log says")]
    WriterEnded,
    /// The database does not know commits that were acknowledged.
    #[error("the database lacks commits of this node; {}", crate::fault::BEHIND)]
    Behind,
    /// The nodes of the database have agreed on other settings.
    #[error("the nodes of this database have agreed on other settings; restart this one with them")]
    OtherSettings,
    /// One of the clocks has jumped.
    #[error("the clocks of the database and of this node have moved apart; set them right")]
    ClocksApart,
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    DatabaseAway,
    /// A commit has been waiting for long.
    #[error("the database does not finish a commit: its synchronous standby may be away, or its disk may hang")]
    CommitStalled,
    /// The database cannot write.
    #[error("the database's disk is full or fails: make room")]
    StorageFull,
    /// Too many commands could not be decided.
    #[error("too many commands were quarantined; see the table `quarantine` and the log")]
    Quarantine,
}

/// Where everything durable lives. Reads see everything committed before they began.
pub trait Store: Send + Sync + 'static {
    /// Decides `command` and makes its outcome durable before answering. Commands that write nothing (a quote) are
    /// answered without a commit.
    fn submit(&self, command: Command) -> Answer<'_, Committed>;

    /// A payer and its wallet's account.
    fn payer(&self, payer: PayerId) -> Answer<'_, Option<(Payer, Account)>>;
    /// The devices of a payer, oldest first, each with what it may do now.
    fn devices(&self, payer: PayerId) -> Answer<'_, Vec<(Device, Option<Standing>)>>;
    /// One device, and what it may do now.
    fn device(&self, device: DeviceId) -> Answer<'_, Option<(Device, Option<Standing>)>>;
    /// Something kept about a payer's security.
    fn kept(&self, key: KeptKey) -> Answer<'_, Option<Kept>>;
    /// A payee.
    fn payee(&self, payee: PayeeId) -> Answer<'_, Option<Payee>>;
    /// A payee with its balance, and with what is on the way to it.
    fn payee_balance(&self, payee: PayeeId) -> Answer<'_, Option<PayeeBalance>>;
    /// The payee that holds an API key, by the key's digest.
    fn payee_of_api_key(&self, key: Digest) -> Answer<'_, Option<Payee>>;
    /// All payees, by name, at most `limit`.
    fn payees(&self, limit: usize) -> Answer<'_, Vec<Payee>>;
    /// An intent, and the payment that took it.
    fn intent(&self, intent: IntentId) -> Answer<'_, Option<(Intent, Option<Payment>)>>;
    /// A payment with its terms.
    fn payment(&self, payment: PaymentId) -> Answer<'_, Option<PaymentRow>>;
    /// A payer's payments, newest first.
    fn payments(
        &self,
        payer: PayerId,
        filter: PaymentFilter,
        page: PageRequest<PaymentId>,
    ) -> Answer<'_, PageRows<PaymentRow, PaymentId>>;
    /// The refunds of a payment, oldest first.
    fn refunds(&self, payment: PaymentId) -> Answer<'_, Vec<Refund>>;
    /// What happened to a payer, newest first; with the payee's registered name where one is concerned.
    fn alerts(
        &self,
        payer: PayerId,
        page: PageRequest<EventId>,
    ) -> Answer<'_, PageRows<(Event, Option<String>), EventId>>;
    /// What a payee is told about codes, newest first.
    fn code_alerts(&self, payee: PayeeId, page: PageRequest<EventId>) -> Answer<'_, PageRows<Event, EventId>>;
    /// Payments that a rule holds, the one that waits shortest first, at most `limit`.
    fn waiting(&self, limit: usize) -> Answer<'_, Vec<PaymentRow>>;
    /// What is due at the store's present moment, at most `limit` of each.
    fn due(&self, limit: usize) -> Answer<'_, Due>;

    /// Something noted about a code or a place.
    fn noted(&self, key: NotedKey) -> Answer<'_, Option<Noted>>;
    /// What is noted of one kind, for one payee or for all, in the order of ids, at most `limit`.
    fn all_noted(&self, kind: NotedKind, payee: Option<PayeeId>, limit: usize) -> Answer<'_, Vec<Noted>>;

    /// The accounts for which credits wait to be rolled up, the one with the oldest first, at most `limit`.
    fn to_roll_up(&self, limit: usize) -> Answer<'_, Vec<AccountId>>;

    /// Every event from now on, after its commit; a slow reader loses the oldest and is told so.
    fn events(&self) -> broadcast::Receiver<Arc<Event>>;
    /// The settings decisions are made with now.
    fn settings(&self) -> Arc<Settings>;
    /// Keeps `packs` for as long as there are decisions made under them, and decides under them from now on; on this
    /// node alone.
    fn use_packs(&self, packs: Packs) -> Answer<'_, ()>;
    /// Keeps what these judges are made of for as long as there are decisions made under them, and judges by them from
    /// now on; on this node alone.
    fn use_judging(&self, judging: Judging) -> Answer<'_, ()>;
    /// The record of the decision that made a payment; `None` where there is none, or its payer was erased.
    fn recorded(&self, payment: PaymentId) -> Answer<'_, Option<Recorded>>;
    /// Records of payments in the order in which they were decided, after this one; at most `limit` are looked at.
    fn recorded_payments(&self, after: Option<(Instant, DecisionId)>, limit: usize) -> Answer<'_, Vec<Recorded>>;
    /// Destroys what no law keeps any more, one round; nothing left when it answers nothing.
    fn destroy_due(&self) -> Answer<'_, Destroyed>;
    /// Makes a payer's names, devices and everything else that only they need unreadable for ever, when their wallet is
    /// empty; what law keeps stays readable until its date.
    fn erase(&self, payer: PayerId) -> Answer<'_, Erasure>;
    /// How records stand.
    fn retention(&self) -> Answer<'_, RetentionReport>;
    /// Chains the heads of all writer epochs into the global chain, if anything is new.
    fn seal(&self) -> Answer<'_, bool>;
    /// Proves the books from their postings.
    fn check_ledger(&self) -> Answer<'_, LedgerSummary>;
    /// Recomputes the audit chain, and makes every decision again that can be.
    fn verify_audit(&self) -> Answer<'_, AuditSummary>;
    /// A key for one purpose of the server, e.g. `token-mac`; the same at every start and for every node with the same
    /// key-encryption key.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when it cannot be derived.
    fn purpose_key(&self, label: &str) -> Result<Secret<[u8; 32]>, StoreError>;
    /// The store's present moment.
    fn now(&self) -> Instant;
    /// Why no command can be committed now; `None` when they can.
    fn unready(&self) -> Option<Unready>;
    /// Whether commands can be committed now.
    fn is_ready(&self) -> bool {
        self.unready().is_none()
    }
    /// Finishes the commit in flight, refuses what comes after, and closes.
    fn close(&self) -> Answer<'_, ()>;
}
