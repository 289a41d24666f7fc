//! [`Names`]: what the registered payees are called, so that a scanned text that imitates one of them is noticed.

use std::sync::{Arc, Mutex, PoisonError};

use money::Instant;
use qr::KnownNames;
use store::{Store, StoreError};

use crate::limits;

/// The names, read anew when they are older than [`limits::NAMES_SECONDS`].
#[derive(Debug, Default)]
pub(crate) struct Names(Mutex<Option<(Instant, Arc<KnownNames>)>>);

impl Names {
    /// The names as they are, or were some seconds ago.
    pub(crate) async fn known(&self, store: &dyn Store) -> Result<Arc<KnownNames>, StoreError> {
        let now = store.now();
        if let Some(fresh) = self.fresh(now) {
            return Ok(fresh);
        }
        let payees = store.payees(limits::NAMES_MAX).await?;
        let names = payees.iter().flat_map(|payee| [payee.card.name.as_str(), payee.card.name_latin.as_str()]);
        let known = Arc::new(KnownNames::new(names));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&known)));
        Ok(known)
    }

    fn fresh(&self, now: Instant) -> Option<Arc<KnownNames>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, known) = kept.as_ref()?;
        (now.millis_since(*read_at) < limits::NAMES_SECONDS.saturating_mul(1000)).then(|| Arc::clone(known))
    }
}
