//! The breaker: counts what rules and the score stop, and has those that stop too much of a window demoted to step-ups.
//!
//! Decisions do not count for themselves: what is demoted goes into the settings of this node, and so into every record.
//! What is demoted is no longer recorded as stopped, so a rule comes back a window later and is demoted again if it goes on.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use money::{PaymentId, ReasonCode};
use payments::{EventKind, assessed};
use risk::breaker::Breaker;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::MissedTickBehavior;

use super::Stopping;
use crate::app::App;
use crate::limits;

/// Counts until the server stops.
pub(crate) async fn breaker(app: Arc<App>, mut stopping: Stopping) {
    let mut events = app.store.events();
    let mut breaker = Breaker::default();
    let mut ticks = tokio::time::interval(Duration::from_millis(limits::BREAKER_MILLIS));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopping.wait() => return,
            event = events.recv() => match event {
                Ok(event) => {
                    let stops = match (event.kind, event.payment) {
                        (EventKind::PaymentCaptured | EventKind::PaymentAuthorized, _) => Some(Vec::new()),
                        (EventKind::PaymentRefused, Some(payment)) => Some(stops(&app, payment, &event.reasons).await),
                        _ => None,
                    };
                    if let Some(stops) = stops {
                        breaker.observe(&app.store.settings().risk, event.at.unix_millis(), &stops);
                    }
                }
                // A slow reader loses the oldest: the window has fewer payments.
                Err(RecvError::Lagged(lost)) => tracing::warn!(lost, "the breaker missed payments"),
                Err(RecvError::Closed) => return,
            },
            _ = ticks.tick() => look(&app, &mut breaker).await,
        }
    }
}

/// What held or refused a payment, by its record.
async fn stops(app: &App, payment: PaymentId, reasons: &[ReasonCode]) -> Vec<String> {
    if !reasons.iter().any(|reason| matches!(reason, ReasonCode::RiskRefused | ReasonCode::RiskHeld)) {
        return Vec::new();
    }
    let recorded = app.store.recorded(payment).await.ok().flatten();
    let found = recorded.and_then(|recorded| assessed(&recorded.record, None).ok().flatten());
    found.map(|found| found.stops).unwrap_or_default()
}

/// Judges by the same judges, with other demotions, where they changed; and says so.
async fn look(app: &App, breaker: &mut Breaker) {
    let settings = app.store.settings();
    let judging = &settings.judging;
    let Some(judges) = judging.judges().filter(|_| judging.marks().on) else { return };
    let now = app.now().unix_millis();
    let demoted: BTreeSet<String> = breaker.demoted(&settings.risk, judges.rules.as_ref(), now).clone();
    let late = app.rolled_up_before(settings.risk.payee_late_seconds);
    let marks = judging.marks();
    if marks.demoted == demoted && marks.payees_late == late {
        return;
    }
    for id in demoted.difference(&marks.demoted) {
        tracing::error!(rule = %id, "stops more than its share of payments: its refusals are step-ups from now on");
    }
    for id in marks.demoted.difference(&demoted) {
        tracing::warn!(rule = %id, "stops payments again");
    }
    if late != marks.payees_late {
        tracing::warn!(late, "payees' files");
    }
    if let Err(error) = app.store.use_judging(judging.under(demoted, late)).await {
        tracing::error!(%error, "what the breaker found could not be used");
    }
}
