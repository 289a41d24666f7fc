//! Wallets: opening one, looking at one's own.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use credentials::TokenGrant;
use http::StatusCode;
use money::ReasonCode;
use payments::{Accepted, Command};
use protocol::{ExportView, PayerView, SignUpBody, SignUpView};

use crate::app::{App, unexpected};
use crate::export;
use crate::extract::{Newcomer, Reader};
use crate::http::error::Failure;
use crate::render;

/// Open a wallet and bind this device to it.
#[utoipa::path(
    post, path = "/v1/payers", operation_id = "sign_up", tag = "wallet", security(("device_key" = [])),
    request_body = SignUpBody, responses((status = 201, body = SignUpView))
)]
pub(crate) async fn sign_up(
    State(app): State<Arc<App>>,
    Newcomer { enrolling, place, counted }: Newcomer<SignUpBody>,
) -> Result<(StatusCode, Json<SignUpView>), Failure> {
    let grant = TokenGrant {
        payer: enrolling.body().payer,
        device: enrolling.body().device,
        key: enrolling.key(),
        session: enrolling.body().device.into(),
    };
    match app.accept(Command::OpenPayer { enrolling, place, counted }).await? {
        Accepted::Payer { payer, account } => {
            let token = app.verifier.issue_token(&grant, 0, app.now());
            let payer = render::payer(&app, &payer, &account);
            Ok((StatusCode::CREATED, Json(SignUpView { payer, token })))
        }
        _ => Err(unexpected()),
    }
}

/// Everything about the caller, to take along.
#[utoipa::path(
    get, path = "/v1/export", operation_id = "export", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = ExportView))
)]
pub(crate) async fn take_along(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<ExportView>, Failure> {
    Ok(Json(export::export(app.store.as_ref(), app.test_mode, reader.payer()).await?))
}

/// The caller's wallet.
#[utoipa::path(
    get, path = "/v1/me", operation_id = "me", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = PayerView))
)]
pub(crate) async fn me(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<PayerView>, Failure> {
    let (payer, account) = app.store.payer(reader.payer()).await?.ok_or(ReasonCode::PayerUnknown)?;
    Ok(Json(render::payer(&app, &payer, &account)))
}
