//! The folder: twice a second, the scans that were paid are folded into what is noted of codes and places.

use std::sync::Arc;
use std::time::Duration;

use money::IntentId;
use payments::{Accepted, Command, Noted, NotedKind, SystemPermit};
use tokio::time::MissedTickBehavior;

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Folds until the server stops. What still waits then is folded after the next start.
pub(crate) async fn folder(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::FOLD_MILLIS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        while round(&app).await && !stopping.is_set() {}
    }
}

/// Folds the oldest that wait; whether more may.
async fn round(app: &App) -> bool {
    let waiting = match app.store.all_noted(NotedKind::Sighting, None, payments::limits::FOLD_MAX).await {
        Ok(waiting) => waiting,
        Err(error) => {
            tracing::warn!(error = %error, "the scans that are to be folded could not be read");
            return false;
        }
    };
    let sightings: Vec<IntentId> = waiting.iter().filter_map(Noted::sighting).map(|row| row.intent).collect();
    if sightings.is_empty() {
        return false;
    }
    let whole_page = sightings.len() >= payments::limits::FOLD_MAX;
    let permit = SystemPermit::dangerous_for_sweeper();
    match app.submit(Command::FoldSightings { permit, sightings }).await {
        Ok(Ok(Accepted::Folded { sightings })) => whole_page && sightings > 0,
        Ok(Ok(_)) => false,
        Ok(Err(refusal)) => {
            tracing::warn!(reason = refusal.first().code(), "scans could not be folded");
            false
        }
        Err(error) => {
            tracing::warn!(error = %error, "scans could not be folded");
            false
        }
    }
}
