//! The renewer: once a second, whether staff have let other keys of the server sign.

use std::sync::Arc;
use std::time::Duration;

use super::Stopping;
use crate::app::App;
use crate::{generations, limits};

/// Takes up the server's keys until the server stops.
pub(crate) async fn renewer(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_secs(limits::SERVER_KEYS_SECONDS));
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = generations::look(&app).await {
            tracing::warn!(error = %error, "the server's keys could not be looked up");
        }
    }
}
