//! [`Signing`]: the signer of dynamic codes that holds now, and reading it anew after a rotation, without a restart.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use qr::KeySet;

use crate::CodeSigner;

/// Reads the keys of dynamic codes anew; `Err` says what is wrong with them.
pub type SignerReader = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<CodeSigner, String>> + Send>> + Send + Sync>;

/// The signer that holds now.
pub(crate) struct Signing {
    signer: RwLock<Arc<CodeSigner>>,
    reader: Option<SignerReader>,
}

/// Why the old signer still holds.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The new keys are broken, older, or another root's.
    #[error("the keys of dynamic codes cannot be taken, the old ones still hold: {0}")]
    Broken(String),
    /// This server was started without a way to read them.
    #[error("this server was started with fixed keys of dynamic codes")]
    Fixed,
}

impl Signing {
    pub(crate) fn new(signer: CodeSigner, reader: Option<SignerReader>) -> Self {
        Self { signer: RwLock::new(Arc::new(signer)), reader }
    }

    pub(crate) fn signer(&self) -> Arc<CodeSigner> {
        Arc::clone(&self.signer.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads the keys anew and signs by them from now on. A set of another root, or an older one, is refused: clients would, too.
    ///
    /// # Errors
    /// [`SigningError`]: the old ones still hold.
    pub(crate) async fn reload(&self) -> Result<KeySet, SigningError> {
        let reader = self.reader.as_ref().ok_or(SigningError::Fixed)?;
        let next = reader().await.map_err(SigningError::Broken)?;
        let (set, held) = (next.key_set().clone(), self.signer());
        if set.set.root != held.key_set().set.root {
            return Err(SigningError::Broken("they are another root's".to_owned()));
        }
        if set.set.sequence < held.key_set().set.sequence {
            return Err(SigningError::Broken("they are older than those that hold".to_owned()));
        }
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        tracing::info!(sequence = set.set.sequence, "the keys of dynamic codes were read");
        Ok(set)
    }
}
