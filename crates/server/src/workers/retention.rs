//! The retention worker: destroys what no law keeps any more.

use std::sync::Arc;
use std::time::Duration;

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Destroys what is due, soon after the start and then every hour, until the server stops.
pub(crate) async fn retention(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_secs(limits::RETENTION_SECONDS));
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        let (mut records, mut keys) = (0_u64, 0_u64);
        for _ in 0..limits::RETENTION_ROUNDS_MAX {
            match app.store.destroy_due().await {
                Ok(done) if done.records == 0 => {
                    keys = keys.saturating_add(done.keys);
                    break;
                }
                Ok(done) => {
                    records = records.saturating_add(done.records);
                    keys = keys.saturating_add(done.keys);
                }
                Err(error) => {
                    tracing::warn!(error = %error, "records that are due could not be destroyed");
                    break;
                }
            }
            if stopping.is_set() {
                return;
            }
        }
        if records > 0 || keys > 0 {
            tracing::info!(records, keys, "records were destroyed as the packs say");
        }
    }
}
