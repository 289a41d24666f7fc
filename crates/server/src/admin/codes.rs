//! Registered codes, as staff see and change them.

use std::collections::BTreeSet;

use money::{Instant, PayeeId, ReasonCode};
use payments::{Accepted, CodeVerdict, Command, Noted, NotedKind, Suspect, Watch, Watched};
use protocol::{Cell, CodeBody, CodeView, Serial};
use serde::{Deserialize, Serialize};
use store::Store;

use super::calls::{permit, submit};
use super::wire::AdminError;
use crate::{limits, render};

/// `POST /admin/codes`: a sticker or terminal to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// Whose.
    pub payee: PayeeId,
    /// What, and where.
    pub code: CodeBody,
}

/// Registers a sticker or terminal.
///
/// # Errors
/// [`AdminError`].
pub async fn register_code(store: &dyn Store, new: NewCode) -> Result<CodeView, AdminError> {
    let command = Command::RegisterCode { permit: permit(), payee: new.payee, body: new.code };
    answered(submit(store, command).await?)
}

/// Withdraws a sticker or terminal.
///
/// # Errors
/// [`AdminError`].
pub async fn withdraw_code(store: &dyn Store, serial: Serial) -> Result<CodeView, AdminError> {
    answered(submit(store, Command::WithdrawCode { permit: permit(), serial }).await?)
}

/// All stickers and terminals, by serial.
///
/// # Errors
/// [`AdminError`].
pub async fn codes(store: &dyn Store) -> Result<Vec<CodeView>, AdminError> {
    let rows = store.all_noted(NotedKind::Code, None, limits::CODES_LISTED_MAX).await?;
    Ok(rows.iter().filter_map(Noted::code).map(|row| render::code(row, None)).collect())
}

/// Stops a code until it has been looked at, or lets it take payments again.
///
/// # Errors
/// [`AdminError`].
pub async fn judge_code(store: &dyn Store, serial: Serial, verdict: CodeVerdict) -> Result<CodeView, AdminError> {
    answered(submit(store, Command::JudgeCode { permit: permit(), serial, verdict }).await?)
}

/// Forgets what was said against a payee's unregistered codes, or of strangers in a cell.
///
/// # Errors
/// [`AdminError`].
pub async fn clear_suspicion(store: &dyn Store, of: Suspect) -> Result<Cleared, AdminError> {
    submit(store, Command::ClearSuspicion { permit: permit(), of }).await?;
    Ok(Cleared { of })
}

/// What was looked at, with nothing said against it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// Of what.
    #[serde(flatten)]
    pub of: Suspect,
}

/// What staff should look at: an alert that stands, or reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapView {
    /// The registered code; absent where a payee's unregistered codes, or codes of others, are meant.
    pub serial: Option<Serial>,
    /// Whose; absent for codes of others.
    pub payee: Option<PayeeId>,
    /// Since when the alert stands.
    pub alerted_at: Option<Instant>,
    /// Why.
    pub reasons: Vec<ReasonCode>,
    /// What the scans that led to the alert paid, in minor units.
    pub amount_minor: i64,
    /// People who reported it within a week.
    pub reports: usize,
    /// The cells it was scanned in.
    pub cells: Vec<Cell>,
}

/// Every code that is alerted or reported, those with the newest alerts first.
///
/// # Errors
/// [`AdminError`].
pub async fn swaps(store: &dyn Store) -> Result<Vec<SwapView>, AdminError> {
    let mut rows = store.all_noted(NotedKind::CodeWatch, None, limits::WATCHES_READ_MAX).await?;
    rows.extend(store.all_noted(NotedKind::PayeeWatch, None, limits::WATCHES_READ_MAX).await?);
    let now = store.now();
    let view = |watch: &Watch| SwapView {
        serial: match watch.watched {
            Watched::Code(serial) => Some(serial),
            Watched::Payee(_) => None,
        },
        payee: Some(watch.payee),
        alerted_at: watch.alert.as_ref().map(|alert| alert.at),
        reasons: watch.alert.iter().flat_map(|alert| alert.reasons.iter().copied()).collect(),
        amount_minor: watch.alert.as_ref().map_or(0, |alert| alert.amount_minor),
        reports: watch.reports_lately(now),
        cells: watch.seen.iter().map(|seen| seen.cell).collect(),
    };
    let places = store.all_noted(NotedKind::Place, None, limits::WATCHES_READ_MAX).await?;
    let views = rows.iter().filter_map(Noted::watch).map(view);
    let views = views.chain(places.iter().filter_map(|row| strangers(row, now)));
    let mut views: Vec<SwapView> = views.filter(|view| view.alerted_at.is_some() || view.reports > 0).collect();
    views.sort_by_key(|view| std::cmp::Reverse(view.alerted_at));
    Ok(views)
}

/// What was reported in a cell that is none of ours.
fn strangers(row: &Noted, now: Instant) -> Option<SwapView> {
    let Noted::Place(place) = row else { return None };
    let people: BTreeSet<u64> = place.strangers.iter().map(|stranger| stranger.by).collect();
    let most = place.strangers.iter().map(|stranger| place.reporters(stranger.mark, now)).max()?;
    Some(SwapView {
        serial: None,
        payee: None,
        alerted_at: place.strangers.iter().filter(|stranger| stranger.told).map(|stranger| stranger.at).max(),
        reasons: if most > 0 { vec![ReasonCode::CodeUnregisteredHere] } else { Vec::new() },
        amount_minor: 0,
        reports: if most > 0 { people.len() } else { 0 },
        cells: vec![place.cell],
    })
}

fn answered(accepted: Accepted) -> Result<CodeView, AdminError> {
    match accepted {
        Accepted::Code(row) => Ok(render::code(&row, None)),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}
