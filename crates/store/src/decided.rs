//! What every engine does with a command between loading and writing: decide it, make its record, and gather the rows
//! to write. No SQL stands here.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::sync::Arc;

use ledger::Transfer;
use money::{Instant, PayerId};
use payments::{Admitted, Change, Decision, DecisionRecord, Event, Key, Settings, Stamp, State, decide};

use crate::chain::{self, Hash, LeafForm};
use crate::fault::Fault;
use crate::keys::{Keyring, SealKey};
use crate::packed::{self, SALT_LEN};
use crate::rules::Rules;
use crate::{Committed, entropy};

/// Where a writer's audit chain stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epoch {
    pub(crate) number: i64,
    pub(crate) seq: i64,
    pub(crate) head: Hash,
}

/// Where an engine keeps payers' data keys while a batch is decided.
pub(crate) trait PayerKeys {
    /// The key of a payer's decision records; never made, or erased, means `None`.
    fn decision_key(&mut self, payer: PayerId) -> Result<Option<Arc<SealKey>>, Fault>;
    /// Makes the keys a payer does not have yet.
    fn make(&mut self, payer: PayerId) -> Result<(), Fault>;
}

/// A command, decided.
pub(crate) struct Decided {
    pub(crate) stamp: Stamp,
    pub(crate) decision: Decision,
    /// For each change, whether its row was there before.
    known: Vec<bool>,
    pub(crate) record: Option<Record>,
}

/// A decision record as it is stored.
pub(crate) struct Record {
    pub(crate) command: &'static str,
    pub(crate) payer: Option<PayerId>,
    pub(crate) digest: Hash,
    pub(crate) blob: Vec<u8>,
    /// Until when law keeps it, Unix milliseconds.
    pub(crate) keep_until: Option<i64>,
}

/// What a node decides with, the same for all its commands.
pub(crate) struct Decider {
    pub(crate) rules: Arc<Rules>,
    pub(crate) ring: Arc<Keyring>,
    #[cfg(feature = "testing")]
    pub(crate) hook: Option<crate::options::DecideHook>,
}

impl Decider {
    /// Decides `command` over rows that are all loaded. The caller applies the changes.
    pub(crate) fn decide(
        &self,
        command: &Admitted,
        state: &State,
        at: Instant,
        epoch: i64,
        keys: &mut impl PayerKeys,
    ) -> Result<Decided, Fault> {
        #[cfg(feature = "testing")]
        if let Some(hook) = &self.hook {
            hook(command);
        }
        let stamp = Stamp { at, entropy: entropy::random()? };
        let settings = self.rules.now();
        let decision = decide(command, state, &settings, &stamp);
        let leaves_record = decision.leaves_record();
        let record = if leaves_record {
            Some(self.record(command, state, &decision, (&settings, &stamp), epoch, keys)?)
        } else {
            None
        };
        let known = decision.changes().iter().map(|change| knows(state, change)).collect();
        Ok(Decided { stamp, decision, known, record })
    }

    fn record(
        &self,
        command: &Admitted,
        state: &State,
        decision: &Decision,
        (settings, stamp): (&Settings, &Stamp),
        epoch: i64,
        keys: &mut impl PayerKeys,
    ) -> Result<Record, Fault> {
        let facts = command.facts();
        let record = DecisionRecord::of(decision, facts, state, settings, stamp);
        // WHY only when it was opened: whoever names somebody else's id must make no keys for it.
        if let ("open_payer", Some(payer), Ok(_)) = (facts.name(), facts.payer(), decision.outcome()) {
            keys.make(payer)?;
        }
        let (payer, key) = match concerned(&record) {
            Some(payer) => (Some(payer), keys.decision_key(payer)?),
            None => (None, None),
        };
        let (payer, key) = match key {
            Some(key) => (payer, key),
            None => (None, self.ring.system(epoch)?),
        };
        let mut plain = entropy::random::<SALT_LEN>()?.to_vec();
        serde_json::to_writer(&mut plain, &record).map_err(|_| Fault::Unwritable("decision record"))?;
        let digest = *protocol::sha256(&plain).as_bytes();
        let blob = packed::seal(&key, stamp.decision().as_bytes(), &plain)?;
        let keep_until = decision.keep_until().map(Instant::unix_millis);
        Ok(Record { command: facts.name(), payer, digest, blob, keep_until })
    }
}

/// Whether the row of `change` was there before.
fn knows(state: &State, change: &Change) -> bool {
    mutable_key(change).is_some_and(|key| state.has(&key) && state.row(&key).is_some())
}

/// Whose record it is: who is named in the command or, for a merchant's or the sweeper's, whose row was read.
fn concerned(record: &DecisionRecord<'_>) -> Option<PayerId> {
    let read = record.inputs.iter().find_map(|(key, _)| match key {
        Key::Payer(payer) => Some(*payer),
        _ => None,
    });
    record.facts.payer().or(read)
}

/// The events of a batch, in order.
pub(crate) fn events(decided: &[Decided]) -> impl Iterator<Item = &Event> {
    decided.iter().flat_map(|decided| decided.decision.changes()).filter_map(|change| match change {
        Change::Event(event) => Some(event),
        _ => None,
    })
}

/// What the callers of a durable batch are answered.
pub(crate) fn into_committed(decided: Vec<Decided>, at: Instant) -> Vec<Committed> {
    let committed = |decided: Decided| Committed {
        decision: decided.stamp.decision(),
        at,
        outcome: decided.decision.into_outcome(),
    };
    decided.into_iter().map(committed).collect()
}

/// The decisions of a batch that are on record, in order.
pub(crate) fn recorded(decided: &[Decided]) -> Vec<(money::DecisionId, &Record)> {
    decided.iter().filter_map(|one| Some((one.stamp.decision(), one.record.as_ref()?))).collect()
}

/// The next leaf after `epoch`'s head: the commit of these decisions and transfers.
pub(crate) fn leaf(epoch: &Epoch, at: i64, recorded: &[(money::DecisionId, &Record)], transfers: &Hash) -> Hash {
    let parts = chain::Leaf { epoch: epoch.number, seq: epoch.seq.saturating_add(1), at, prev: &epoch.head, transfers };
    let entries = recorded.iter().map(|(id, record)| chain::Entry {
        id: id.as_bytes(),
        at,
        command: record.command,
        payer: record.payer.as_ref().map(PayerId::as_bytes),
        digest: &record.digest,
        keep_until: record.keep_until,
    });
    chain::leaf(LeafForm::Dated, &parts, entries)
}

/// The rows to write, each once, as the last decision left it.
#[derive(Default)]
pub(crate) struct Plan<'a> {
    /// Each with whether its row is new.
    pub(crate) writes: Vec<(&'a Change, bool)>,
    index: HashMap<Key, usize>,
}

impl<'a> Plan<'a> {
    pub(crate) fn of(decided: &'a [Decided]) -> Self {
        let mut plan = Self::default();
        decided.iter().for_each(|one| plan.take(one.decision.changes(), &one.known));
        plan
    }

    /// Takes in the changes of a decision; `known` says of which the row was there before.
    fn take(&mut self, changes: &'a [Change], known: &[bool]) {
        for (change, &known) in changes.iter().zip(known) {
            let Some(key) = mutable_key(change) else {
                self.writes.push((change, true));
                continue;
            };
            let next = self.writes.len();
            match self.index.entry(key) {
                Slot::Occupied(earlier) => {
                    if let Some(slot) = self.writes.get_mut(*earlier.get()) {
                        slot.0 = change;
                    }
                }
                Slot::Vacant(slot) => {
                    slot.insert(next);
                    self.writes.push((change, !known || matches!(change, Change::Transfer(_))));
                }
            }
        }
    }

    pub(crate) fn new_transfers(&self) -> Vec<&'a Transfer> {
        let fresh = self.writes.iter().filter(|(_, fresh)| *fresh);
        fresh
            .filter_map(|(change, _)| match change {
                Change::Transfer(transfer) | Change::Refunded(transfer) => Some(transfer),
                _ => None,
            })
            .collect()
    }
}

/// The key of a row that may be written more than once; `None` for one that is only ever added.
pub(crate) fn mutable_key(change: &Change) -> Option<Key> {
    Some(match change {
        Change::Payer(row) => Key::Payer(row.id),
        Change::Device(row) => Key::Device(row.id),
        Change::Payee(row) => Key::Payee(row.card.id),
        Change::Intent(row) => Key::Intent(row.id),
        Change::Payment(row) => Key::Payment(row.id),
        Change::Pair(row) => Key::Pair(row.payer, row.payee),
        Change::Kept(row) => Key::Kept(row.key()),
        Change::Noted(row) | Change::Forgotten(row) => Key::Noted(row.key()),
        Change::Account(row) => Key::Account(row.id),
        Change::Hold(row) => Key::Hold(row.id),
        Change::Transfer(row) | Change::Refunded(row) => Key::Transfer(row.id),
        Change::Appended(row) | Change::RolledUp(row) => {
            Key::Appended(row.payer, row.credit.transfer, row.credit.account)
        }
        Change::Idempotent(_) | Change::Refund(_) | Change::Proof(_) | Change::Event(_) => return None,
    })
}

/// What a panic said.
pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "panicked".to_owned())
}
