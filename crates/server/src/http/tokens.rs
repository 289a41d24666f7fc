//! Access tokens: for a bound device, and nobody else.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use credentials::TokenGrant;
use money::ReasonCode;
use protocol::{TokenBody, TokenView};

use crate::app::App;
use crate::extract::{Returning, bound, first_use};
use crate::http::error::Failure;

/// An access token for this device, good for ten minutes and with this key only.
#[utoipa::path(
    post, path = "/v1/tokens", operation_id = "issue_token", tag = "wallet", security(("device_key" = [])),
    request_body = TokenBody, responses((status = 200, body = TokenView))
)]
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    Returning(enrolling): Returning<TokenBody>,
) -> Result<Json<TokenView>, Failure> {
    first_use(&app, enrolling.proof_use())?;
    let grant = TokenGrant { payer: enrolling.body().payer, device: enrolling.body().device, key: enrolling.key() };
    // Whoever is not let in learns nothing about which devices there are, nor what became of them.
    let refused = |failure: Failure| match failure.reason() {
        ReasonCode::DeviceRevoked => ReasonCode::AuthRefused.into(),
        _ => failure,
    };
    bound(&app, grant.payer, grant.device, grant.key).await.map_err(refused)?;
    Ok(Json(app.verifier.issue_token(&grant, app.now())))
}
