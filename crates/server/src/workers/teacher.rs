//! The teacher: twice a second, what became known of payments is folded into their payees' files, and the payments of
//! attacks are looked up. What waits is a row, so nothing is lost with a server and nothing is learnt twice.

use std::sync::Arc;
use std::time::Duration;

use money::PaymentId;
use payments::{Accepted, Alarm, Command, Noted, NotedKind, RiskCommand, SystemPermit};
use store::{PageRequest, PaymentFilter, StoreError};
use tokio::time::MissedTickBehavior;

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Teaches until the server stops. What still waits then is taken in after the next start.
pub(crate) async fn teacher(app: Arc<App>, mut stopping: Stopping) {
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::TEACH_MILLIS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            _ = ticks.tick() => {}
        }
        while round(&app).await && !stopping.is_set() {}
    }
}

/// One page of each; whether more may wait.
async fn round(app: &App) -> bool {
    match one_page(app).await {
        Ok(more) => more,
        Err(error) => {
            tracing::warn!(error = %error, "what became known of payments could not be learnt");
            false
        }
    }
}

async fn one_page(app: &App) -> Result<bool, StoreError> {
    let alarms = app.store.all_noted(NotedKind::Alarm, None, limits::ALARMS_AT_ONCE).await?;
    let mut learnt = false;
    for alarm in &alarms {
        if let Noted::Alarm(alarm) = alarm {
            learnt |= look_up(app, alarm).await?;
        }
    }
    let waiting = app.store.all_noted(NotedKind::Outcome, None, payments::limits::FOLD_MAX).await?;
    let payments: Vec<PaymentId> = waiting
        .iter()
        .filter_map(|row| match row {
            Noted::Outcome(row) => Some(row.payment),
            _ => None,
        })
        .collect();
    if payments.is_empty() {
        return Ok(learnt);
    }
    let whole_page = payments.len() >= payments::limits::FOLD_MAX;
    let permit = SystemPermit::dangerous_for_sweeper();
    Ok(submit(app, RiskCommand::FoldOutcomes { permit, payments }).await? && whole_page)
}

/// The payer's payments since the attack began, the latest ones.
async fn look_up(app: &App, alarm: &Alarm) -> Result<bool, StoreError> {
    let until = alarm.at.checked_add_seconds(1);
    let filter = PaymentFilter { from: Some(alarm.since), until, ..PaymentFilter::default() };
    let page = PageRequest { before: None, limit: payments::limits::ALARM_PAYMENTS_MAX };
    let rows = app.store.payments(alarm.payer, filter, page).await?.rows;
    let payments = rows.into_iter().map(|row| row.payment.id).collect();
    let permit = SystemPermit::dangerous_for_sweeper();
    submit(app, RiskCommand::TakeAlarm { permit, payer: alarm.payer, payments }).await
}

/// Whether anything was learnt.
async fn submit(app: &App, command: RiskCommand) -> Result<bool, StoreError> {
    match app.submit(Command::Risk(command)).await? {
        Ok(Accepted::Learnt { payments }) => Ok(payments > 0),
        Ok(_) => Ok(false),
        Err(refusal) => {
            tracing::warn!(reason = refusal.first().code(), "what became known of payments was not learnt");
            Ok(false)
        }
    }
}
