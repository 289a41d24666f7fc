//! The audit chain: what is hashed, in which order. The same functions write it and verify it.
//!
//! epoch start → leaf 1 → leaf 2 → … for each start of a writer, an epoch carrying on from the head of the one
//! before; and seals over the heads of all epochs that moved, each carrying on from the seal before.

use aws_lc_rs::digest::{Context, SHA256};
use ledger::Transfer;

use crate::rows::kind;
use crate::words::Word;

/// 32 bytes of SHA-256.
pub(crate) type Hash = [u8; 32];

/// What stands before the first epoch and the first seal.
pub(crate) const NOTHING: Hash = [0; 32];

const EPOCH_LABEL: &[u8] = b"farthing audit epoch 1";
/// What a leaf says of its decisions. Those of the second form also say until when law keeps a record, so that nobody
/// dates one anew to have it destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafForm {
    /// As leaves were made at first.
    Undated,
    /// As they are made now.
    Dated,
}

impl LeafForm {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Undated => b"farthing audit leaf 1",
            Self::Dated => b"farthing audit leaf 2",
        }
    }
}
const TRANSFERS_LABEL: &[u8] = b"farthing audit transfers 1";
const SEAL_LABEL: &[u8] = b"farthing audit seal 1";

/// What the chain says of one decision.
pub(crate) struct Entry<'a> {
    pub(crate) id: &'a [u8; 16],
    pub(crate) at: i64,
    pub(crate) command: &'a str,
    pub(crate) payer: Option<&'a [u8; 16]>,
    pub(crate) digest: &'a Hash,
    pub(crate) keep_until: Option<i64>,
}

/// What the chain says of one commit, but for its decisions.
pub(crate) struct Leaf<'a> {
    pub(crate) epoch: i64,
    pub(crate) seq: i64,
    pub(crate) at: i64,
    pub(crate) prev: &'a Hash,
    pub(crate) transfers: &'a Hash,
}

/// Where an epoch's chain starts.
pub(crate) fn epoch_start(epoch: i64, started_at: i64, prev: &Hash) -> Hash {
    let mut hash = Hasher::new(EPOCH_LABEL);
    hash.number(epoch);
    hash.number(started_at);
    hash.bytes(prev);
    hash.finish()
}

/// The leaf of a commit with these decisions, in their order.
pub(crate) fn leaf<'a>(form: LeafForm, leaf: &Leaf<'_>, decisions: impl ExactSizeIterator<Item = Entry<'a>>) -> Hash {
    let mut hash = Hasher::new(form.label());
    hash.number(leaf.epoch);
    hash.number(leaf.seq);
    hash.number(leaf.at);
    hash.bytes(leaf.prev);
    hash.count(decisions.len());
    for decision in decisions {
        hash.bytes(decision.id);
        hash.number(decision.at);
        hash.count(decision.command.len());
        hash.bytes(decision.command.as_bytes());
        hash.count(decision.payer.map_or(0, |payer| payer.len()));
        hash.bytes(decision.payer.map_or(&[], <[u8; 16]>::as_slice));
        hash.bytes(decision.digest);
        if form == LeafForm::Dated {
            hash.count(usize::from(decision.keep_until.is_some()));
            hash.number(decision.keep_until.unwrap_or(0));
        }
    }
    hash.bytes(leaf.transfers);
    hash.finish()
}

/// The digest of a commit's new transfers with all their legs. Sorted by id, because tables have no order of their own.
pub(crate) fn transfers(mut transfers: Vec<&Transfer>) -> Hash {
    transfers.sort_unstable_by_key(|transfer| transfer.id);
    let mut hash = Hasher::new(TRANSFERS_LABEL);
    hash.count(transfers.len());
    for transfer in transfers {
        let (word, origin) = kind(&transfer.kind);
        hash.bytes(transfer.id.as_bytes());
        hash.count(word.len());
        hash.bytes(word.as_bytes());
        hash.bytes(origin.map_or(&[], <[u8; 16]>::as_slice));
        hash.number(transfer.at.unix_millis());
        hash.count(transfer.legs.len());
        for leg in &transfer.legs {
            hash.bytes(leg.account.as_bytes());
            hash.count(leg.side.word().len());
            hash.bytes(leg.side.word().as_bytes());
            hash.number(leg.amount.minor());
            hash.bytes(leg.amount.currency().code().as_bytes());
        }
    }
    hash.finish()
}

/// The seal over `heads`, each the bytes of [`head`].
pub(crate) fn seal(seq: i64, at: i64, prev: &Hash, heads: &[u8]) -> Hash {
    let mut hash = Hasher::new(SEAL_LABEL);
    hash.number(seq);
    hash.number(at);
    hash.bytes(prev);
    hash.count(heads.len());
    hash.bytes(heads);
    hash.finish()
}

/// Bytes of one head in a seal.
pub(crate) const HEAD_LEN: usize = 48;

/// One head in a seal: epoch, leaf number, leaf.
pub(crate) fn head(epoch: i64, seq: i64, leaf: &Hash) -> Vec<u8> {
    [&epoch.to_be_bytes()[..], &seq.to_be_bytes()[..], &leaf[..]].concat()
}

/// Reads what [`head`] wrote.
pub(crate) fn read_head(bytes: &[u8]) -> Option<(i64, i64, Hash)> {
    let (epoch, rest) = bytes.split_first_chunk::<8>()?;
    let (seq, leaf) = rest.split_first_chunk::<8>()?;
    Some((i64::from_be_bytes(*epoch), i64::from_be_bytes(*seq), leaf.try_into().ok()?))
}

struct Hasher(Context);

impl Hasher {
    fn new(label: &[u8]) -> Self {
        let mut context = Context::new(&SHA256);
        context.update(label);
        Self(context)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn number(&mut self, number: i64) {
        self.0.update(&number.to_be_bytes());
    }

    fn count(&mut self, count: usize) {
        self.number(i64::try_from(count).unwrap_or(i64::MAX));
    }

    fn finish(self) -> Hash {
        let mut hash = NOTHING;
        hash.copy_from_slice(self.0.finish().as_ref());
        hash
    }
}
