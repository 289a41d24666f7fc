//! The limits of a wallet: what law and terms set, and what the payer sets.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use payments::{Accepted, Command};
use protocol::{CancelRaiseBody, LimitsView, SetLimitBody};

use crate::app::{App, unexpected};
use crate::extract::{Approved, Reader};
use crate::http::error::Failure;

/// Every limit of the caller's wallet, and how far each is used.
#[utoipa::path(
    get, path = "/v1/limits", operation_id = "show_limits", tag = "limits", security(("device" = [])),
    responses((status = 200, body = LimitsView))
)]
pub(crate) async fn show(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<LimitsView>, Failure> {
    limits(&app, Command::ShowLimits { permit: reader.permit() }).await
}

/// Set one of the caller's own limits. Lowering works at once; raising needs one more check and waits.
#[utoipa::path(
    post, path = "/v1/limits", operation_id = "set_limit", tag = "limits", security(("device" = [])),
    request_body = SetLimitBody, responses((status = 200, body = LimitsView))
)]
pub(crate) async fn set(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<SetLimitBody>,
) -> Result<Json<LimitsView>, Failure> {
    limits(&app, Command::SetLimit { signed }).await
}

/// Call off a rise that waits.
#[utoipa::path(
    post, path = "/v1/limits/cancel", operation_id = "cancel_raise", tag = "limits", security(("device" = [])),
    request_body = CancelRaiseBody, responses((status = 200, body = LimitsView))
)]
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<CancelRaiseBody>,
) -> Result<Json<LimitsView>, Failure> {
    limits(&app, Command::CancelRaise { signed }).await
}

/// Submits a command that leads to the limits.
async fn limits(app: &App, command: Command) -> Result<Json<LimitsView>, Failure> {
    match app.accept(command).await? {
        Accepted::Limits(view) => Ok(Json(*view)),
        _ => Err(unexpected()),
    }
}
