//! The payer's own brakes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use payments::{Accepted, Command};
use protocol::{FreezeBody, PayerView, UnfreezeBody};

use crate::app::{App, unexpected};
use crate::extract::Approved;
use crate::http::error::Failure;
use crate::render;

/// Nothing leaves the wallet from now on.
#[utoipa::path(
    post, path = "/v1/freeze", operation_id = "freeze", tag = "wallet", security(("device" = [])),
    request_body = FreezeBody, responses((status = 200, body = PayerView))
)]
pub(crate) async fn freeze(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<FreezeBody>,
) -> Result<Json<PayerView>, Failure> {
    wallet(&app, Command::Freeze { signed }).await
}

/// Let money leave again, after the operator's delay.
#[utoipa::path(
    post, path = "/v1/unfreeze", operation_id = "unfreeze", tag = "wallet", security(("device" = [])),
    request_body = UnfreezeBody, responses((status = 200, body = PayerView))
)]
pub(crate) async fn unfreeze(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<UnfreezeBody>,
) -> Result<Json<PayerView>, Failure> {
    wallet(&app, Command::Unfreeze { signed }).await
}

/// Submits a command that leads to a wallet.
pub(crate) async fn wallet(app: &App, command: Command) -> Result<Json<PayerView>, Failure> {
    match app.accept(command).await? {
        Accepted::Payer { payer, account } => Ok(Json(render::payer(app, &payer, &account))),
        _ => Err(unexpected()),
    }
}
