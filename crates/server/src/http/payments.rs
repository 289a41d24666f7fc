//! The main path: extract, permit, submit, render. No `if` about money.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{StatusCode, Uri};
use money::{PaymentId, ReasonCode};
use payments::{Accepted, Arrival, Command, PayerAuthority};
use protocol::{CancelPaymentBody, Page, PayBody, PaymentStatus, PaymentView, ReceiptView, Via};
use qr::CodeError;
use store::PaymentRow;

use crate::app::{App, unexpected};
use crate::extract::{Approved, Reader, id};
use crate::http::error::Failure;
use crate::http::lists;
use crate::render;

/// Pay. The same id with the same body is answered as the first time.
#[utoipa::path(
    post, path = "/v1/payments", operation_id = "pay", tag = "payments", security(("device" = [])),
    request_body = PayBody,
    responses(
        (status = 201, description = "Paid, or on hold for its payee", body = PaymentView),
        (status = 202, description = "Set aside: a rule has it wait", body = PaymentView)
    )
)]
pub(crate) async fn pay(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<PayBody>,
) -> Result<(StatusCode, Json<PaymentView>), Failure> {
    let arrival = arrival(&app, &signed.body().via);
    let authority = PayerAuthority::SignedPayment { signed, arrival };
    match app.accept(Command::Pay { authority }).await? {
        Accepted::Payment { payment, core } => Ok((made(payment.status), Json(render::payment(&payment, &core)))),
        _ => Err(unexpected()),
    }
}

/// A payment that waits is accepted, not made.
const fn made(status: PaymentStatus) -> StatusCode {
    match status {
        PaymentStatus::Held => StatusCode::ACCEPTED,
        _ => StatusCode::CREATED,
    }
}

/// Call off a payment that a rule holds: nothing leaves, at once.
#[utoipa::path(
    post, path = "/v1/payments/cancel", operation_id = "cancel_payment", tag = "payments", security(("device" = [])),
    request_body = CancelPaymentBody, responses((status = 200, body = PaymentView))
)]
pub(crate) async fn cancel(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<CancelPaymentBody>,
) -> Result<Json<PaymentView>, Failure> {
    match app.accept(Command::CancelPayment { signed }).await? {
        Accepted::Payment { payment, core } => Ok(Json(render::payment(&payment, &core))),
        _ => Err(unexpected()),
    }
}

/// How the payer came to the intent, as far as it can be verified. A bad code is for the decision to record.
pub(crate) fn arrival(app: &App, via: &Via) -> Arrival {
    match via {
        Via::Link {} => Arrival::Link,
        Via::Code { payload, .. } => match qr::verify(payload, app.signer().trusted(), app.now()) {
            Ok(code) => Arrival::Code(code),
            Err(CodeError::OtherKind) => sticker(app, payload),
            Err(error) => Arrival::BadCode(error.reason()),
        },
    }
}

fn sticker(app: &App, payload: &str) -> Arrival {
    match qr::verify_static(payload, app.signer().trusted(), app.now()) {
        Ok(sticker) => Arrival::Sticker(sticker),
        Err(error) => Arrival::BadCode(error.reason()),
    }
}

/// The caller's payments, newest first.
#[utoipa::path(
    get, path = "/v1/payments", operation_id = "list_payments", tag = "payments", security(("device" = [])),
    params(lists::PaymentQuery), responses((status = 200, body = Page<PaymentView>))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    uri: Uri,
    reader: Reader,
) -> Result<Json<Page<PaymentView>>, Failure> {
    let (filter, page) = lists::payments(&uri)?;
    let rows = app.store.payments(reader.payer(), filter, page).await?;
    let items = rows.rows.iter().map(|row| render::payment(&row.payment, &row.core)).collect();
    Ok(Json(Page { items, next: rows.next.map(lists::cursor) }))
}

/// One of the caller's payments.
#[utoipa::path(
    get, path = "/v1/payments/{payment}", operation_id = "show_payment", tag = "payments",
    security(("device" = [])), params(("payment" = PaymentId, Path)), responses((status = 200, body = PaymentView))
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    reader: Reader,
) -> Result<Json<PaymentView>, Failure> {
    let row = own(&app, &reader, &payment).await?;
    Ok(Json(render::payment(&row.payment, &row.core)))
}

/// Proof of payment to keep: the payment, the terms that were signed, its refunds.
#[utoipa::path(
    get, path = "/v1/payments/{payment}/receipt", operation_id = "show_receipt", tag = "payments",
    security(("device" = [])), params(("payment" = PaymentId, Path)), responses((status = 200, body = ReceiptView))
)]
pub(crate) async fn receipt(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    reader: Reader,
) -> Result<Json<ReceiptView>, Failure> {
    let row = own(&app, &reader, &payment).await?;
    let refunds = app.store.refunds(row.payment.id).await?;
    Ok(Json(render::receipt(&row, &refunds)))
}

/// The caller's own payment. Somebody else's does not exist.
async fn own(app: &App, reader: &Reader, payment: &str) -> Result<PaymentRow, Failure> {
    let payment: PaymentId = id(payment, ReasonCode::PaymentUnknown)?;
    let row = app.store.payment(payment).await?.filter(|row| row.payment.payer == reader.payer());
    row.ok_or_else(|| ReasonCode::PaymentUnknown.into())
}
