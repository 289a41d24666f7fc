//! A merchant's own account, and what it may sign: capture, void, refund.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use money::{PaymentId, ReasonCode};
use payments::{Accepted, Command};
use protocol::{CaptureBody, PayeeView, PaymentView, RefundBody, RefundView, VoidBody};

use crate::app::{App, unexpected};
use crate::extract::{Merchant, MerchantApproved, id};
use crate::http::error::Failure;
use crate::render;

/// The merchant itself, with its balance: what is counted, and what was paid and is counted within a second.
#[utoipa::path(
    get, path = "/v1/payee", operation_id = "payee", tag = "merchant", security(("merchant_key" = [])),
    responses((status = 200, body = PayeeView))
)]
pub(crate) async fn payee(State(app): State<Arc<App>>, merchant: Merchant) -> Result<Json<PayeeView>, Failure> {
    let balance = app.store.payee_balance(merchant.permit.payee()).await?.ok_or(ReasonCode::AuthRefused)?;
    Ok(Json(render::payee(&balance)))
}

/// Take held money, or a part of it; the rest is released.
#[utoipa::path(
    post, path = "/v1/payments/{payment}/capture", operation_id = "capture", tag = "merchant",
    security(("merchant_signature" = [])), params(("payment" = PaymentId, Path)),
    request_body = CaptureBody, responses((status = 200, body = PaymentView))
)]
pub(crate) async fn capture(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    MerchantApproved(signed): MerchantApproved<CaptureBody>,
) -> Result<Json<PaymentView>, Failure> {
    let payment = id(&payment, ReasonCode::PaymentUnknown)?;
    settled(&app, Command::Capture { signed, payment }).await
}

/// Release held money, all of it.
#[utoipa::path(
    post, path = "/v1/payments/{payment}/void", operation_id = "void", tag = "merchant",
    security(("merchant_signature" = [])), params(("payment" = PaymentId, Path)),
    request_body = VoidBody, responses((status = 200, body = PaymentView))
)]
pub(crate) async fn void(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    MerchantApproved(signed): MerchantApproved<VoidBody>,
) -> Result<Json<PaymentView>, Failure> {
    let payment = id(&payment, ReasonCode::PaymentUnknown)?;
    settled(&app, Command::Void { signed, payment }).await
}

async fn settled(app: &App, command: Command) -> Result<Json<PaymentView>, Failure> {
    match app.accept(command).await? {
        Accepted::Payment { payment, core } => Ok(Json(render::payment(&payment, &core))),
        _ => Err(unexpected()),
    }
}

/// Give some or all of a captured payment back. The same id with the same body is answered as the first time.
#[utoipa::path(
    post, path = "/v1/refunds", operation_id = "refund", tag = "merchant", security(("merchant_signature" = [])),
    request_body = RefundBody, responses((status = 201, body = RefundView))
)]
pub(crate) async fn refund(
    State(app): State<Arc<App>>,
    MerchantApproved(signed): MerchantApproved<RefundBody>,
) -> Result<(StatusCode, Json<RefundView>), Failure> {
    match app.accept(Command::Refund { signed }).await? {
        Accepted::Refund(refund) => Ok((StatusCode::CREATED, Json(render::refund(&refund)))),
        _ => Err(unexpected()),
    }
}
