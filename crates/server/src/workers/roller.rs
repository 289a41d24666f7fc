//! The roller: twice a second, the credits that wait for payees are counted.

use std::sync::Arc;
use std::time::Duration;

use money::AccountId;
use payments::{Accepted, Command, SystemPermit};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Rolls up until the server stops. What still waits then is rolled up after the next start.
pub(crate) async fn roller(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::ROLL_UP_MILLIS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        let mut more = round(&app).await;
        while more == Some(true) && !stopping.is_set() {
            more = round(&app).await;
        }
        if more == Some(false) {
            app.rolled_up();
        }
    }
}

/// One page for each of the accounts that have waited longest; whether more is known to wait, `None` where nobody knows.
async fn round(app: &Arc<App>) -> Option<bool> {
    let accounts = match app.store.to_roll_up(limits::ROLL_UP_ACCOUNTS_MAX).await {
        Ok(accounts) => accounts,
        Err(error) => {
            tracing::warn!(error = %error, "what is to be rolled up could not be read");
            return None;
        }
    };
    let all_accounts = accounts.len() < limits::ROLL_UP_ACCOUNTS_MAX;
    let mut pages = JoinSet::new();
    // WHY at once: they meet in one commit instead of waiting for each other's.
    for account in accounts {
        let app = Arc::clone(app);
        pages.spawn(async move { page(&app, account).await });
    }
    let counted = pages.join_all().await;
    let whole_page = counted.iter().any(|credits| *credits >= payments::limits::ROLL_UP_MAX);
    // Where nothing could be counted, going on at once would not help.
    Some(whole_page || (!all_accounts && counted.iter().any(|credits| *credits > 0)))
}

/// Counts the oldest of what waits for one account; how many credits that was.
async fn page(app: &App, account: AccountId) -> usize {
    let permit = SystemPermit::dangerous_for_sweeper();
    match app.submit(Command::RollUp { permit, account }).await {
        Ok(Ok(Accepted::RolledUp { credits, .. })) => credits,
        Ok(Ok(_)) => 0,
        Ok(Err(refusal)) => {
            tracing::warn!(%account, reason = refusal.first().code(), "credits could not be rolled up");
            0
        }
        Err(error) => {
            tracing::warn!(%account, error = %error, "credits could not be rolled up");
            0
        }
    }
}
