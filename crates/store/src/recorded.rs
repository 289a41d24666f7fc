//! Records of payments, opened for whoever explains them or judges them again: with the packs and judges they were
//! decided under.

use std::sync::Arc;

use money::{DecisionId, Instant};
use payments::DecisionRecord;

use crate::fault::Fault;
use crate::keys::SealKey;
use crate::packed::{self, SALT_LEN};
use crate::rules::Kept;

/// A recorded decision about a payment, and where it stands in the order of all.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// When it was made.
    pub at: Instant,
    /// Its id.
    pub decision: DecisionId,
    /// What it was made from. Packs or judges that are no longer kept are named by digest only.
    pub record: DecisionRecord<'static>,
}

/// A row of `decisions`, and the key to its record unless its payer was erased.
pub(crate) struct Sealed {
    pub(crate) at: i64,
    pub(crate) id: [u8; 16],
    pub(crate) blob: Vec<u8>,
    pub(crate) key: Option<Arc<SealKey>>,
}

impl Sealed {
    /// The record; `None` of an erased payer's, of one destroyed at its date, and of one that another engine wrote in another form.
    pub(crate) fn open(self, kept: &Kept) -> Result<Option<Recorded>, Fault> {
        let Some(key) = self.key else { return Ok(None) };
        if self.blob.is_empty() {
            return Ok(None);
        }
        let plain = packed::open(&key, &self.id, &self.blob).ok_or(Fault::Unreadable("decision record"))?;
        let (_, json) = plain.split_at_checked(SALT_LEN).unwrap_or_default();
        let Ok(mut record) = serde_json::from_slice::<DecisionRecord<'static>>(json) else { return Ok(None) };
        // What is missing is said by whoever makes the decision again.
        let _ = record.bring_packs(|digest| kept.find(digest));
        let _ = record.bring_judges(|wanted| kept.judging(wanted));
        let (at, decision) = (Instant::from_unix_millis(self.at), DecisionId::from_bytes(self.id));
        Ok(Some(Recorded { at, decision, record }))
    }
}
