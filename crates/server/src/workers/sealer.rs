//! The sealer: once a second, the audit chain.

use std::sync::Arc;
use std::time::Duration;

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Seals what is new in the audit chain until the server stops.
pub(crate) async fn sealer(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_secs(limits::SEAL_SECONDS));
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = app.store.seal().await {
            tracing::warn!(error = %error, "the audit chain could not be sealed");
        }
    }
}
