//! Forgets the counts of sign-ups whose time is over, so that their rows are bounded by how many networks and lines sign
//! up within one such time.

use std::sync::Arc;
use std::time::Duration;

use payments::{Accepted, Command, Noted, NotedKind, SystemPermit};

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Forgets what is over, soon after the start and then every few minutes, until the server stops.
pub(crate) async fn sign_ups(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_secs(limits::FORGET_SECONDS));
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = round(&app).await {
            tracing::warn!(error = %error, "counts of sign-ups that are over could not be forgotten");
        }
    }
}

async fn round(app: &App) -> Result<(), store::StoreError> {
    let now = app.now();
    let rows = app.store.all_noted(NotedKind::SignUps, None, limits::SIGN_UPS_READ_MAX).await?;
    let over = rows.iter().filter_map(Noted::sign_ups).filter(|row| row.is_over(now)).map(|row| row.mark);
    let over: Vec<money::MarkId> = over.collect();
    for marks in over.chunks(payments::limits::FORGET_MAX) {
        let command = Command::ForgetSignUps { permit: SystemPermit::dangerous_for_sweeper(), marks: marks.to_vec() };
        match app.submit(command).await? {
            Ok(Accepted::Forgotten { .. }) => {}
            Ok(_) => tracing::error!("forgetting was accepted with another command's answer"),
            Err(refusal) => tracing::warn!(reason = refusal.first().code(), "counts could not be forgotten"),
        }
    }
    Ok(())
}
