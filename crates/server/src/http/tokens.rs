//! Access tokens: for a bound device, and nobody else. Each belongs to a session, which a refresh token carries on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use credentials::TokenGrant;
use money::{Digest, ReasonCode};
use payments::{Accepted, Command};
use protocol::{RefreshBody, SessionKind, TokenBody, TokenView};

use crate::app::{App, unexpected};
use crate::extract::Returning;
use crate::http::error::Failure;

/// Open a session of this device: an access token, good for ten minutes and with this key only, and a refresh token.
/// `shared` makes this a shared device for good: tokens of two minutes and no refresh token; the call carries its one
/// session on while it lasts, and opens no other. A wallet's last device cannot become one.
#[utoipa::path(
    post, path = "/v1/tokens", operation_id = "issue_token", tag = "wallet", security(("device_key" = [])),
    request_body = TokenBody, responses((status = 200, body = TokenView))
)]
pub(crate) async fn issue(
    State(app): State<Arc<App>>,
    Returning { enrolling, place }: Returning<TokenBody>,
) -> Result<Json<TokenView>, Failure> {
    let (body, key) = (enrolling.body().clone(), enrolling.key());
    granted(&app, Command::OpenSession { enrolling, place }, &body, key).await
}

/// Carry a session on: the next access token and the next refresh token. The one that is sent works once; used a second
/// time, it ends the session and is told to the payer.
#[utoipa::path(
    post, path = "/v1/tokens/refresh", operation_id = "refresh_token", tag = "wallet", security(("device_key" = [])),
    request_body = RefreshBody, responses((status = 200, body = TokenView))
)]
pub(crate) async fn refresh(
    State(app): State<Arc<App>>,
    Returning { enrolling, place }: Returning<RefreshBody>,
) -> Result<Json<TokenView>, Failure> {
    let sent = enrolling.body();
    let body = TokenBody { device: sent.device, kind: SessionKind::Own, payer: sent.payer };
    let refresh = app.verifier.refresh(&sent.refresh_token, sent.payer, sent.device).ok_or(ReasonCode::AuthRefused)?;
    let key = enrolling.key();
    granted(&app, Command::RefreshSession { enrolling, refresh, place }, &body, key).await
}

async fn granted(app: &App, command: Command, body: &TokenBody, key: Digest) -> Result<Json<TokenView>, Failure> {
    // Whoever is not let in learns nothing about which devices there are, nor what became of them.
    let refused = |failure: Failure| match failure.reason() {
        ReasonCode::DeviceRevoked => ReasonCode::AuthRefused.into(),
        _ => failure,
    };
    match app.accept(command).await.map_err(refused)? {
        Accepted::Session(session) => {
            let grant = TokenGrant { payer: body.payer, device: body.device, key, session: session.id };
            Ok(Json(match session.kind {
                SessionKind::Own => app.verifier.issue_token(&grant, session.generation, app.now()),
                SessionKind::Shared => app.verifier.issue_shared_token(&grant, app.now()),
            }))
        }
        _ => Err(unexpected()),
    }
}
