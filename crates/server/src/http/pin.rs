//! The payment PIN. Every try is committed before it is hashed, and hashed where it hinders nobody.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use credentials::{HashError, PinProof};
use money::{PayerId, ReasonCode};
use payments::{Accepted, Command, Kept, KeptKey, PaymentPin, PinPurpose};
use protocol::{ApprovalView, Pin, PinStepUpBody, PinView, RemovePinBody, SetPinBody};
use store::entropy;

use crate::app::{App, unexpected};
use crate::extract::{Approved, Reader};
use crate::http::error::Failure;
use crate::render;

/// The caller's payment PIN: whether there is one, and what is left of its tries. Never the PIN.
#[utoipa::path(
    get, path = "/v1/pin", operation_id = "show_pin", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = PinView))
)]
pub(crate) async fn show(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<PinView>, Failure> {
    let row = kept(&app, reader.payer()).await?;
    Ok(Json(render::pin(row.as_ref(), app.now())))
}

/// Set the payment PIN: the first one, or with `old` another one. A first one waits as a new device does, unless the
/// wallet was opened a moment ago or a passkey approved this body.
#[utoipa::path(
    post, path = "/v1/pin", operation_id = "set_pin", tag = "wallet", security(("device" = [])),
    request_body = SetPinBody, responses((status = 200, body = PinView))
)]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<SetPinBody>,
) -> Result<Json<PinView>, Failure> {
    let payer = signed.payer();
    let (signed, SetPinBody { blind: _, new, old }) = signed.take_body();
    if credentials::pin::is_too_simple(&new) {
        return Err(ReasonCode::PinTooSimple.into());
    }
    let command = match old {
        None => Command::SetPin { signed, hash: hashed(&app, new, payer).await? },
        Some(old) if old.dangerous_reveal() == new.dangerous_reveal() => return Err(ReasonCode::PinUnchanged.into()),
        Some(old) => {
            let proof = tried(&app, Command::TryPin { signed, purpose: PinPurpose::Change }, old).await?;
            Command::ChangePin { proof, hash: hashed(&app, new, payer).await? }
        }
    };
    shown(&app, command).await
}

/// Have no payment PIN: one that still waits goes at once; else this body needs a step-up.
#[utoipa::path(
    post, path = "/v1/pin/remove", operation_id = "remove_pin", tag = "wallet", security(("device" = [])),
    request_body = RemovePinBody, responses((status = 200, body = PinView))
)]
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<RemovePinBody>,
) -> Result<Json<PinView>, Failure> {
    shown(&app, Command::RemovePin { signed }).await
}

/// Approve one body by PIN. Send that body within two minutes, from this device.
#[utoipa::path(
    post, path = "/v1/step-up/pin", operation_id = "step_up_by_pin", tag = "payments", security(("device" = [])),
    request_body = PinStepUpBody, responses((status = 200, body = ApprovalView))
)]
pub(crate) async fn step_up(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<PinStepUpBody>,
) -> Result<Json<ApprovalView>, Failure> {
    let (signed, PinStepUpBody { blind: _, body, pin }) = signed.take_body();
    let proof = tried(&app, Command::TryPin { signed, purpose: PinPurpose::Approve(body) }, pin).await?;
    match app.accept(Command::ApproveByPin { proof }).await? {
        Accepted::Approved(approval) => Ok(Json(render::approval(&approval))),
        _ => Err(unexpected()),
    }
}

async fn shown(app: &App, command: Command) -> Result<Json<PinView>, Failure> {
    match app.accept(command).await? {
        Accepted::Pin(row) => Ok(Json(render::pin(Some(&row), app.now()))),
        _ => Err(unexpected()),
    }
}

/// Counts the try that `command` is, and only then looks at the PIN.
async fn tried(app: &App, command: Command, pin: Pin) -> Result<PinProof, Failure> {
    let Accepted::Tried(counted) = app.accept(command).await? else { return Err(unexpected()) };
    let (pepper, payer) = (Arc::clone(&app.pepper), counted.payer);
    match hashing(app, move || pepper.verify(&pin, counted)).await? {
        Some(proof) => Ok(proof),
        None => {
            let left = kept(app, payer).await?.map_or(0, |row| row.tries_left(app.now()));
            Err(Failure::from(ReasonCode::PinWrong).with_detail(format!("{left} tries are left")))
        }
    }
}

async fn hashed(app: &App, pin: Pin, payer: PayerId) -> Result<credentials::PinHash, Failure> {
    let (pepper, salt) = (Arc::clone(&app.pepper), entropy::random()?);
    hashing(app, move || pepper.hash(&pin, payer, salt)).await
}

/// Hashes on a thread that may wait; so many at once, so that a flood of tries takes neither all memory nor all cores.
async fn hashing<T: Send + 'static>(
    app: &App,
    work: impl FnOnce() -> Result<T, HashError> + Send + 'static,
) -> Result<T, Failure> {
    let fault = |_| {
        tracing::error!("a PIN could not be hashed");
        Failure::from(ReasonCode::ServiceFault)
    };
    let Ok(turn) = app.hashes.acquire().await else { return Err(ReasonCode::ServiceUnavailable.into()) };
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| HashError);
    drop(turn);
    done.and_then(|done| done).map_err(fault)
}

async fn kept(app: &App, payer: PayerId) -> Result<Option<PaymentPin>, Failure> {
    match app.store.kept(KeptKey::Pin(payer)).await? {
        Some(Kept::Pin(row)) => Ok(Some(row)),
        _ => Ok(None),
    }
}
