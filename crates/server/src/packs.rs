//! The packs that hold now, and reading them anew: what is broken never replaces what is good.

use std::sync::Arc;

use money::Digest;
use payments::Packs;
use serde::{Deserialize, Serialize};
use store::{Store, StoreError};

/// Reads the operator's packs anew; `Err` says what is wrong with them, with the place.
pub type PackReader = Arc<dyn Fn() -> Result<Packs, String> + Send + Sync>;

/// The packs that hold now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacksInForce {
    /// Whether they are other ones than before.
    pub changed: bool,
    /// The digest that decision records name them by.
    pub digest: Digest,
    /// Each pack as `ID@VERSION`.
    pub packs: Vec<String>,
}

/// Why the old packs still hold.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// The new ones are broken.
    #[error("the packs are broken, the old ones still hold: {0}")]
    Broken(String),
    /// They could not be kept.
    #[error("the packs could not be kept, the old ones still hold")]
    Store(#[from] StoreError),
    /// This server was started without a way to read them.
    #[error("this server was started with fixed packs")]
    Fixed,
}

/// What holds now.
pub(crate) fn in_force(store: &dyn Store, changed: bool) -> PacksInForce {
    let settings = store.settings();
    let packs = settings.packs.book().map(|book| book.library().packs().to_vec()).unwrap_or_default();
    let names = packs.iter().map(|pack| format!("{}@{}", pack.id, pack.version)).collect();
    PacksInForce { changed, digest: settings.packs.digest(), packs: names }
}

/// Reads the packs anew and decides under them from now on, on this node.
pub(crate) async fn reload(store: &dyn Store, reader: Option<&PackReader>) -> Result<PacksInForce, ReloadError> {
    let reader = Arc::clone(reader.ok_or(ReloadError::Fixed)?);
    let read = tokio::task::spawn_blocking(move || reader()).await;
    let outcome = match read.unwrap_or_else(|_| Err("reading them failed".to_owned())) {
        Err(what) => Err(ReloadError::Broken(what)),
        Ok(packs) if packs.digest() == store.settings().packs.digest() => Ok(false),
        Ok(packs) => store.use_packs(packs).await.map(|()| true).map_err(ReloadError::from),
    };
    match outcome {
        Ok(changed) => {
            let now = in_force(store, changed);
            tracing::info!(digest = %now.digest, changed, packs = ?now.packs, "policy packs were read");
            Ok(now)
        }
        Err(error) => {
            tracing::error!(%error, "policy packs were not exchanged");
            Err(error)
        }
    }
}
