//! The breaker: counts what rules and the score stop, and has those that stop too much of a window demoted to step-ups.
//!
//! What is demoted is a row until its window is over, so it holds on every node and over a restart; each node takes the
//! rows into its settings, and so into every record. What is demoted is no longer recorded as stopped, so a rule comes back
//! a window later and is demoted again if it goes on. When the rows cannot be read, what was demoted last stays so.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use money::{Instant, PaymentId, ReasonCode};
use payments::{Command, Demotion, EventKind, Noted, NotedKind, RiskCommand, SystemPermit, assessed};
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
    if !reasons.iter().any(|reason| is_of_risk(*reason)) {
        return Vec::new();
    }
    let recorded = app.store.recorded(payment).await.ok().flatten();
    let found = recorded.and_then(|recorded| assessed(&recorded.record, None).ok().flatten());
    found.map(|found| found.stops).unwrap_or_default()
}

/// A rule refuses with its own reason, whatever the payer is shown.
fn is_of_risk(reason: ReasonCode) -> bool {
    reason.code().starts_with("risk.")
}

/// Demotes and restores as the counts and the time say, and judges by the same judges with what is demoted on any node.
async fn look(app: &App, breaker: &mut Breaker) {
    let settings = app.store.settings();
    let judging = &settings.judging;
    let Some(judges) = judging.judges().filter(|_| judging.marks().on) else { return };
    let Ok(rows) = app.store.all_noted(NotedKind::Demotion, None, limits::DEMOTIONS_MAX).await else { return };
    let kept: Vec<Demotion> = rows
        .into_iter()
        .filter_map(|row| match row {
            Noted::Demotion(row) => Some(row),
            _ => None,
        })
        .collect();
    let now = app.now();
    for rule in breaker.demoted(&settings.risk, judges.rules.as_ref(), now.unix_millis()).clone() {
        let until = now.checked_add_seconds(i64::from(settings.risk.breaker_window_seconds));
        if let Some(until) = until.filter(|until| is_due(&kept, &rule, now, *until)) {
            demote(app, &rule, Some(until), breaker.stopped(&rule)).await;
        }
    }
    for over in kept.iter().filter(|row| row.until <= now) {
        demote(app, &over.rule, None, over.stopped).await;
    }
    let demoted = kept.into_iter().filter(|row| now < row.until).map(|row| row.rule);
    judge_by(app, demoted.collect()).await;
}

/// Whether a demotion is new, or half of its time is over.
fn is_due(kept: &[Demotion], rule: &str, now: Instant, until: Instant) -> bool {
    let known = kept.iter().find(|row| row.rule == rule);
    known.is_none_or(|row| row.until.millis_since(now) < until.millis_since(now).saturating_div(2))
}

async fn demote(app: &App, rule: &str, until: Option<Instant>, stopped: [u64; 2]) {
    let permit = SystemPermit::dangerous_for_sweeper();
    let command = RiskCommand::Demote { permit, rule: rule.to_owned(), until, stopped };
    let [stops, payments] = stopped;
    match app.submit(Command::Risk(command)).await {
        Ok(Ok(_)) if until.is_some() => {
            tracing::error!(rule, stops, payments, "stops more than its share: its refusals are step-ups for a window");
        }
        Ok(Ok(_)) => tracing::warn!(rule, "stops payments again"),
        Ok(Err(refusal)) => tracing::error!(rule, reason = refusal.first().code(), "could not be demoted"),
        Err(error) => tracing::error!(rule, %error, "could not be demoted"),
    }
}

/// Judges by the same judges, with other demotions, where they changed.
async fn judge_by(app: &App, demoted: BTreeSet<String>) {
    let settings = app.store.settings();
    let judging = &settings.judging;
    let late = app.rolled_up_before(settings.risk.payee_late_seconds);
    let marks = judging.marks();
    if marks.demoted == demoted && marks.payees_late == late {
        return;
    }
    if late != marks.payees_late {
        tracing::warn!(late, "payees' files");
    }
    if let Err(error) = app.store.use_judging(judging.under(demoted, late)).await {
        tracing::error!(%error, "what the breaker found could not be used");
    }
}
