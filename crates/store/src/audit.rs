//! [`Audit`]: the audit chain, recomputed: epochs, leaves and seals, the digest of every decision, and every decision
//! made again whose key still exists. An engine walks its rows in order, this proves them.

use money::{DecisionId, Instant};
use payments::{DecisionRecord, ReplayError, replay};

use crate::AuditSummary;
use crate::chain::{self, Hash, LeafForm};
use crate::findings::Findings;
use crate::keys::SealKey;
use crate::packed::{self, SALT_LEN};
use crate::rules::Kept;

/// A row of `audit_epochs`.
#[derive(Clone)]
pub(crate) struct StoredEpoch {
    pub(crate) number: i64,
    pub(crate) started_at: i64,
    pub(crate) prev: Hash,
    pub(crate) head_seq: i64,
    pub(crate) head: Hash,
}

/// A row of `audit_leaves`.
pub(crate) struct StoredLeaf {
    pub(crate) epoch: i64,
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) decisions: i64,
    pub(crate) transfers: Hash,
    pub(crate) prev: Hash,
    pub(crate) leaf: Hash,
}

/// A row of `decisions` without its record.
pub(crate) struct StoredDecision {
    /// Its place in the order of decisions.
    pub(crate) seq: i64,
    pub(crate) id: [u8; 16],
    pub(crate) at: i64,
    pub(crate) command: String,
    pub(crate) payer: Option<[u8; 16]>,
    pub(crate) digest: Hash,
    pub(crate) epoch: i64,
    pub(crate) leaf: i64,
    /// Until when law keeps its record.
    pub(crate) keep_until: Option<i64>,
}

/// A row of `audit_seals`.
pub(crate) struct StoredSeal {
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) heads: Vec<u8>,
    pub(crate) prev: Hash,
    pub(crate) seal: Hash,
}

/// How many writers an engine has at once, which says what an epoch carries on from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writers {
    /// From the last head of the epoch before: it had ended.
    One,
    /// From any head of the epoch before: it may still be growing.
    Many,
}

/// Where the walk stands within an epoch.
struct Place {
    epoch: StoredEpoch,
    seq: i64,
    head: Hash,
    at: i64,
    /// What the next epoch says it carries on from, and whether it was met.
    next: Option<(i64, Hash)>,
    met: bool,
}

/// A check under way.
pub(crate) struct Audit {
    pub(crate) findings: Findings,
    packs: Kept,
    now: Instant,
    writers: Writers,
    leaves: u64,
    seals: u64,
    decisions: u64,
    replayed: u64,
    place: Option<Place>,
    epoch_before: i64,
    seal_before: (i64, Hash),
}

impl Audit {
    /// `packs` are all that ever decided.
    pub(crate) fn new(writers: Writers, findings: Findings, packs: Kept, now: Instant) -> Self {
        Self {
            findings,
            packs,
            now,
            writers,
            leaves: 0,
            seals: 0,
            decisions: 0,
            replayed: 0,
            place: None,
            epoch_before: 0,
            seal_before: (0, chain::NOTHING),
        }
    }

    /// The moment of the check.
    pub(crate) const fn now(&self) -> Instant {
        self.now
    }

    /// Starts on an epoch; `next` is the one after it. Epochs come in order.
    pub(crate) fn begin_epoch(&mut self, epoch: &StoredEpoch, next: Option<&StoredEpoch>) {
        if epoch.number != self.epoch_before.saturating_add(1) {
            self.findings.add(format!("epoch {}: the epoch before it is missing", epoch.number));
        }
        if self.epoch_before == 0 && epoch.prev != chain::NOTHING {
            self.findings.add(format!("epoch {}: does not carry on from the epoch before", epoch.number));
        }
        let head = chain::epoch_start(epoch.number, epoch.started_at, &epoch.prev);
        let next = next.map(|next| (next.number, next.prev));
        let met = next.is_some_and(|(_, prev)| prev == head);
        self.place = Some(Place { epoch: epoch.clone(), seq: 0, head, at: epoch.started_at, next, met });
    }

    /// The next leaf of the epoch, with its decisions in order and the digest of its transfers.
    pub(crate) fn leaf(&mut self, leaf: &StoredLeaf, decisions: &[StoredDecision], transfers: &Hash) {
        self.leaves = self.leaves.saturating_add(1);
        let name = format!("leaf {}/{}", leaf.epoch, leaf.seq);
        let Some(place) = &mut self.place else {
            self.findings.add(format!("{name}: its epoch is missing"));
            return;
        };
        if leaf.seq != place.seq.saturating_add(1) {
            self.findings.add(format!("{name}: the leaf before it is missing"));
        }
        if leaf.prev != place.head {
            self.findings.add(format!("{name}: does not carry on from the leaf before"));
        }
        if leaf.at < place.at {
            self.findings.add(format!("{name}: is earlier than the leaf before"));
        }
        if usize::try_from(leaf.decisions) != Ok(decisions.len()) {
            self.findings.add(format!("{name}: has {} decisions, not {}", decisions.len(), leaf.decisions));
        }
        if *transfers != leaf.transfers {
            self.findings.add(format!("{name}: its transfers or their postings are not the ones committed"));
        }
        let entries = || {
            decisions.iter().map(|decision| chain::Entry {
                id: &decision.id,
                at: decision.at,
                command: &decision.command,
                payer: decision.payer.as_ref(),
                digest: &decision.digest,
                keep_until: decision.keep_until,
            })
        };
        let parts =
            chain::Leaf { epoch: leaf.epoch, seq: leaf.seq, at: leaf.at, prev: &leaf.prev, transfers: &leaf.transfers };
        // An older leaf says nothing of dates; one that does cannot pass for it.
        let is_of = |form| chain::leaf(form, &parts, entries()) == leaf.leaf;
        if !is_of(LeafForm::Dated) && !is_of(LeafForm::Undated) {
            self.findings.add(format!("{name}: is not the hash of its commit"));
        }
        (place.seq, place.head, place.at) = (leaf.seq, leaf.leaf, leaf.at);
        place.met |= place.next.is_some_and(|(_, prev)| prev == leaf.leaf);
    }

    /// Opens a decision's record with `key`, compares its digest and makes it again. Without a key it was erased: the
    /// digest stands in the leaf, and that is all that can still be said.
    pub(crate) fn decision(
        &mut self,
        decision: &StoredDecision,
        key: Option<&SealKey>,
        blob: &[u8],
        may_be_gone: bool,
    ) {
        let id = DecisionId::from_bytes(decision.id);
        self.decisions = self.decisions.saturating_add(1);
        let Some(key) = key else { return };
        if blob.is_empty() {
            if !may_be_gone {
                self.findings.add(format!("{id}: its record was destroyed before its date"));
            }
            return;
        }
        let Some(plain) = packed::open(key, &decision.id, blob) else {
            self.findings.add(format!("{id}: its record cannot be decrypted"));
            return;
        };
        if *protocol::sha256(&plain).as_bytes() != decision.digest {
            self.findings.add(format!("{id}: its record does not have the committed digest"));
            return;
        }
        let (_, json) = plain.split_at_checked(SALT_LEN).unwrap_or_default();
        let Ok(mut record) = serde_json::from_slice::<DecisionRecord<'_>>(json) else {
            // Written by another engine, in a form this one does not know.
            return;
        };
        let at = Instant::from_unix_millis(decision.at);
        if record.stamp.decision() != id || record.stamp.at != at || record.facts.name() != decision.command {
            self.findings.add(format!("{id}: its record is of another decision"));
        }
        let brought = record.bring_packs(|digest| self.packs.find(digest));
        let brought = brought.and_then(|()| record.bring_judges(|wanted| self.packs.judging(wanted)));
        match brought.and_then(|()| replay(&record)) {
            Ok(()) => self.replayed = self.replayed.saturating_add(1),
            Err(ReplayError::OtherEngine(_)) => {}
            Err(error) => self.findings.add(format!("{id}: {error}")),
        }
    }

    /// All leaves of the epoch were seen.
    pub(crate) fn end_epoch(&mut self) {
        let Some(place) = self.place.take() else { return };
        let number = place.epoch.number;
        if (place.epoch.head_seq, place.epoch.head) != (place.seq, place.head) {
            self.findings.add(format!("epoch {number}: its head is not its last leaf"));
        }
        if let Some((next, prev)) = place.next {
            let carries_on = match self.writers {
                Writers::One => prev == place.epoch.head,
                Writers::Many => place.met,
            };
            if !carries_on {
                self.findings.add(format!("epoch {next}: does not carry on from the epoch before"));
            }
        }
        self.epoch_before = number;
    }

    /// The next seal; the heads it covers, for [`Audit::sealed_head`].
    pub(crate) fn seal(&mut self, stored: &StoredSeal) -> Vec<(i64, i64, Hash)> {
        let StoredSeal { seq, at, heads, prev, seal } = stored;
        self.seals = self.seals.saturating_add(1);
        if *seq != self.seal_before.0.saturating_add(1) || *prev != self.seal_before.1 {
            self.findings.add(format!("seal {seq}: does not carry on from the seal before"));
        }
        if chain::seal(*seq, *at, prev, heads) != *seal {
            self.findings.add(format!("seal {seq}: is not the hash of its heads"));
        }
        self.seal_before = (*seq, *seal);
        let mut covered = Vec::new();
        for head in heads.chunks(chain::HEAD_LEN) {
            match chain::read_head(head) {
                Some(head) => covered.push(head),
                None => self.findings.add(format!("seal {seq}: its heads cannot be read")),
            }
        }
        covered
    }

    /// Holds a sealed head against the leaf that is there.
    pub(crate) fn sealed_head(&mut self, seal: i64, (epoch, seq, leaf): (i64, i64, Hash), stored: Option<Hash>) {
        if stored != Some(leaf) {
            self.findings.add(format!("leaf {epoch}/{seq}: is not the one that seal {seal} covers"));
        }
    }

    pub(crate) fn finish(self) -> AuditSummary {
        let findings = self.findings.into_list();
        AuditSummary {
            ok: findings.is_empty(),
            leaves: self.leaves,
            seals: self.seals,
            decisions: self.decisions,
            replayed: self.replayed,
            findings,
        }
    }
}
