//! The sweeper: once a second, whatever time has made due.

use std::sync::Arc;
use std::time::Duration;

use payments::{Command, SystemPermit};

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Expires holds and intents, and forgets clients that have been silent, until the server stops.
pub(crate) async fn sweeper(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_secs(limits::SWEEP_SECONDS));
    let mut since_tidy = 0_u64;
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        sweep(&app).await;
        since_tidy = since_tidy.saturating_add(limits::SWEEP_SECONDS);
        if since_tidy >= limits::RATE_TIDY_SECONDS {
            since_tidy = 0;
            app.rates.tidy();
        }
    }
}

async fn sweep(app: &App) {
    let due = match app.store.due(limits::SWEEP_MAX).await {
        Ok(due) => due,
        Err(error) => {
            tracing::warn!(error = %error, "what is due could not be read");
            return;
        }
    };
    let permit = SystemPermit::dangerous_for_sweeper;
    let holds = due.holds.into_iter().map(|payment| Command::ExpireHold { permit: permit(), payment });
    let intents = due.intents.into_iter().map(|intent| Command::ExpireIntent { permit: permit(), intent });
    for command in holds.chain(intents) {
        // A refusal means that somebody else was quicker.
        if let Err(error) = app.submit(command).await {
            tracing::warn!(error = %error, "what is due could not be expired");
        }
    }
}
