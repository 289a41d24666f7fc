//! Who a merchant is, and what is paid out to it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::{Accepted, Command, MerchantCommand, Noted, NotedKey, NotedKind};
use protocol::{Page, PayoutBody, PayoutView, SubmitVerificationBody, VerificationView};

use crate::app::{App, unexpected};
use crate::extract::{Merchant, MerchantApproved};
use crate::http::error::Failure;
use crate::{limits, render};

/// How far it is known who the merchant is.
#[utoipa::path(
    get, path = "/v1/verification", operation_id = "show_verification", tag = "merchant",
    security(("merchant_key" = [])), responses((status = 200, body = VerificationView))
)]
pub(crate) async fn verification(
    State(app): State<Arc<App>>,
    merchant: Merchant,
) -> Result<Json<VerificationView>, Failure> {
    let payee = merchant.permit.payee();
    let row = match app.store.noted(NotedKey::Verification(payee)).await? {
        Some(Noted::Verification(row)) => Some(row),
        _ => None,
    };
    Ok(Json(render::verification(payee, row.as_ref())))
}

/// Hand in what shows who the merchant is. Staff look at it; until then nothing is paid out.
#[utoipa::path(
    post, path = "/v1/verification", operation_id = "submit_verification", tag = "merchant",
    security(("merchant_signature" = [])), request_body = SubmitVerificationBody,
    responses((status = 200, body = VerificationView))
)]
pub(crate) async fn submit(
    State(app): State<Arc<App>>,
    MerchantApproved(signed): MerchantApproved<SubmitVerificationBody>,
) -> Result<Json<VerificationView>, Failure> {
    let payee = signed.payee();
    match app.accept(Command::Merchant(MerchantCommand::Submit { signed })).await? {
        Accepted::Verification(row) => Ok(Json(render::verification(payee, Some(&row)))),
        _ => Err(unexpected()),
    }
}

/// Have money sent to the merchant's bank. The same id with the same body is answered as the first time.
#[utoipa::path(
    post, path = "/v1/payouts", operation_id = "request_payout", tag = "merchant",
    security(("merchant_signature" = [])), request_body = PayoutBody, responses((status = 201, body = PayoutView))
)]
pub(crate) async fn request(
    State(app): State<Arc<App>>,
    MerchantApproved(signed): MerchantApproved<PayoutBody>,
) -> Result<(StatusCode, Json<PayoutView>), Failure> {
    match app.accept(Command::Merchant(MerchantCommand::RequestPayout { signed })).await? {
        Accepted::Payout(row) => Ok((StatusCode::CREATED, Json(render::payout(&row)))),
        _ => Err(unexpected()),
    }
}

/// The merchant's payouts, by id.
#[utoipa::path(
    get, path = "/v1/payouts", operation_id = "list_payouts", tag = "merchant", security(("merchant_key" = [])),
    responses((status = 200, body = Page<PayoutView>))
)]
pub(crate) async fn list(State(app): State<Arc<App>>, merchant: Merchant) -> Result<Json<Page<PayoutView>>, Failure> {
    let payee = Some(merchant.permit.payee());
    let rows = app.store.all_noted(NotedKind::Payout, payee, limits::PAYOUTS_LISTED_MAX).await?;
    let items = rows.iter().filter_map(Noted::payout).map(render::payout);
    Ok(Json(Page { items: items.collect(), next: None }))
}
