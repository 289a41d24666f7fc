//! What a scanned text is, and what may be found in one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use money::{Language, ReasonCode};
use payments::{Noted, NotedKey};
use protocol::Scan;
use qr::{FindingKind, Inspection, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::extract::{Anyone, Body};
use crate::http::error::Failure;
use crate::http::surroundings;

/// `POST /v1/qr/inspect`: what was scanned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InspectBody {
    /// Every character of it, at most 4096.
    payload: String,
    /// Where it was scanned, when the payer has agreed to say so; used for this answer and forgotten.
    #[serde(default)]
    scan: Option<Scan>,
}

/// More than any code or link worth reading.
const SCANNED_CHARS_MAX: usize = 4_096;

/// What a scanned text is, field by field, with a verdict.
#[utoipa::path(
    post, path = "/v1/qr/inspect", operation_id = "inspect_code", tag = "codes", security(()),
    request_body = InspectBody, responses((status = 200, body = Inspection))
)]
pub(crate) async fn inspect(
    State(app): State<Arc<App>>,
    _: Anyone,
    body: Body<InspectBody>,
) -> Result<Json<Inspection>, Failure> {
    let InspectBody { payload, scan } = body.value;
    if payload.chars().count() > SCANNED_CHARS_MAX {
        return Err(ReasonCode::RequestTooLarge.into());
    }
    let names = app.names.known(&*app.store).await?;
    let inspection = qr::inspect_among(&payload, Some(app.signer().trusted()), app.now(), &names);
    let inspection = registered(&app, inspection, &payload).await?;
    Ok(Json(surroundings::judge(&app, inspection, &payload, scan.as_ref()).await?))
}

/// What the register says of a genuine sticker: one that is not in it, or not to be paid by any more, was printed by
/// us and is worth nothing.
async fn registered(app: &App, inspection: Inspection, payload: &str) -> Result<Inspection, Failure> {
    let Ok(sticker) = qr::verify_static(payload, app.signer().trusted(), app.now()) else { return Ok(inspection) };
    let serial = sticker.code().serial.parse().map_err(|_| Failure::from(ReasonCode::CodeMalformed))?;
    let known = match app.store.noted(NotedKey::Code(serial)).await? {
        Some(Noted::Code(code)) if code.payee == sticker.code().payee => Some(code),
        _ => None,
    };
    let reason = match known {
        None => ReasonCode::CodeUnregistered,
        Some(code) if code.withdrawn_at.is_some() => ReasonCode::CodeRevoked,
        Some(code) if code.suspended_at.is_some() => ReasonCode::CodeSuspended,
        Some(_) => return Ok(inspection),
    };
    Ok(inspection.lowered(Verdict::Dangerous, &[reason]))
}

/// Something that may be found in a scanned text.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingEntry {
    /// Its stable name.
    code: &'static str,
    /// What it means where no network insists: `notes`, `strays`, `breaks`, `warns`, `refuses` or `alarms`.
    weight: &'static str,
    /// Korean.
    ko: &'static str,
    /// English.
    en: &'static str,
}

/// Everything that may be found in a scanned text, in plain words.
#[utoipa::path(
    get, path = "/v1/qr/findings", operation_id = "findings", tag = "codes", security(()),
    responses((status = 200, body = Vec<FindingEntry>))
)]
pub(crate) async fn findings(_: Anyone) -> Json<Vec<FindingEntry>> {
    let entry = |kind: &FindingKind| FindingEntry {
        code: kind.code(),
        weight: kind.weight().name(),
        ko: kind.text(Language::Ko),
        en: kind.text(Language::En),
    };
    Json(FindingKind::ALL.iter().map(entry).collect())
}
