//! [`Packs`]: the policy packs a decision is made under. A record names them by their digest; whoever makes a decision
//! again brings their content.

use std::sync::{Arc, LazyLock};

use money::Digest;
use policy::Rulebook;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Policy packs by their digest, with their content unless they were read from a record.
#[derive(Clone, Debug)]
pub struct Packs {
    digest: Digest,
    book: Option<Arc<Rulebook>>,
}

impl Packs {
    /// No packs: only the operator's own threshold and the payer's limits hold.
    #[must_use]
    pub fn none() -> Self {
        static NONE: LazyLock<Arc<Rulebook>> = LazyLock::new(|| Arc::new(Rulebook::empty()));
        Self { digest: NONE.digest(), book: Some(Arc::clone(&NONE)) }
    }

    /// Their digest.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Their content, where it is there.
    #[must_use]
    pub fn book(&self) -> Option<&Rulebook> {
        self.book.as_deref()
    }
}

impl From<Rulebook> for Packs {
    fn from(book: Rulebook) -> Self {
        Self { digest: book.digest(), book: Some(Arc::new(book)) }
    }
}

impl PartialEq for Packs {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Packs {}

impl Serialize for Packs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digest.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Packs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digest = Digest::deserialize(deserializer)?;
        let none = Self::none();
        Ok(if digest == none.digest { none } else { Self { digest, book: None } })
    }
}
