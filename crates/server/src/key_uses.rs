//! [`KeyUses`]: when each merchant's key was last used, as far as this process has seen.
//!
//! WHY in memory: a row written at every use would be the hottest of all, and a use is no fact that money depends on. It
//! answers "is this key still in use?" before somebody ends it; for that the last days of a running server are enough.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use money::{Instant, KeyId};

/// The last use of each key: at most one entry for each key that is stored, since only genuine ones are noted.
#[derive(Debug, Default)]
pub(crate) struct KeyUses(Mutex<HashMap<KeyId, Instant>>);

impl KeyUses {
    pub(crate) fn note(&self, key: KeyId, at: Instant) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, at);
    }

    pub(crate) fn all(&self) -> HashMap<KeyId, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
