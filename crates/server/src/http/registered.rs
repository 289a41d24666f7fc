//! A merchant's stickers and terminals, and the terms a payer gets for a scanned sticker.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::{StatusCode, Uri};
use money::ReasonCode;
use payments::{Accepted, Command, Noted, NotedKind, RegisteredCode};
use protocol::{
    AlertView, CodeBody, CodeKind, CodeView, IntentView, Page, ReportCodeBody, Serial, StickerBody, WithdrawCodeBody,
};

use crate::app::{App, unexpected};
use crate::extract::{Approved, Merchant, MerchantApproved, id};
use crate::http::error::Failure;
use crate::http::lists;
use crate::http::surroundings::{self, Reported};
use crate::{limits, render};

/// Register a sticker or terminal to a counter. The answer holds a sticker's text, to print. The same again is answered
/// as the first time.
#[utoipa::path(
    post, path = "/v1/codes", operation_id = "register_code", tag = "merchant",
    security(("merchant_signature" = [])), request_body = CodeBody, responses((status = 201, body = CodeView))
)]
pub(crate) async fn register(
    State(app): State<Arc<App>>,
    MerchantApproved(signed): MerchantApproved<CodeBody>,
) -> Result<(StatusCode, Json<CodeView>), Failure> {
    let row = accepted(&app, Command::RegisterOwnCode { signed }).await?;
    let payload = match row.kind {
        CodeKind::Terminal => None,
        CodeKind::Sticker => Some(printed(&app, &row).await?),
    };
    Ok((StatusCode::CREATED, Json(render::code(&row, payload))))
}

/// The merchant's stickers and terminals, by serial.
#[utoipa::path(
    get, path = "/v1/codes", operation_id = "list_codes", tag = "merchant", security(("merchant_key" = [])),
    responses((status = 200, body = Page<CodeView>))
)]
pub(crate) async fn list(State(app): State<Arc<App>>, merchant: Merchant) -> Result<Json<Page<CodeView>>, Failure> {
    let payee = Some(merchant.permit.payee());
    let rows = app.store.all_noted(NotedKind::Code, payee, limits::CODES_LISTED_MAX).await?;
    let items = rows.iter().filter_map(Noted::code).map(|code| render::code(code, None));
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// From now on it takes no payment.
#[utoipa::path(
    post, path = "/v1/codes/{serial}/withdraw", operation_id = "withdraw_code", tag = "merchant",
    security(("merchant_signature" = [])), params(("serial" = Serial, Path)), request_body = WithdrawCodeBody,
    responses((status = 200, body = CodeView))
)]
pub(crate) async fn withdraw(
    State(app): State<Arc<App>>,
    Path(serial): Path<String>,
    MerchantApproved(signed): MerchantApproved<WithdrawCodeBody>,
) -> Result<Json<CodeView>, Failure> {
    let serial = id(&serial, ReasonCode::CodeUnknown)?;
    let row = accepted(&app, Command::WithdrawOwnCode { signed, serial }).await?;
    Ok(Json(render::code(&row, None)))
}

/// The terms of paying this much by this sticker: for this payer only, and for some minutes.
#[utoipa::path(
    post, path = "/v1/stickers/intents", operation_id = "take_sticker", tag = "payments", security(("device" = [])),
    request_body = StickerBody, responses((status = 201, body = IntentView))
)]
pub(crate) async fn take(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<StickerBody>,
) -> Result<(StatusCode, Json<IntentView>), Failure> {
    let verified = qr::verify_static(&signed.body().payload, app.signer().trusted(), app.now());
    let sticker = verified.map_err(|error| Failure::from(error.reason()))?;
    let intent = match app.accept(Command::TakeSticker { signed, sticker }).await? {
        Accepted::Intent(intent) => intent,
        _ => return Err(unexpected()),
    };
    let payee = app.store.payee(intent.payee).await?.ok_or(ReasonCode::PayeeUnknown)?;
    Ok((StatusCode::CREATED, Json(render::intent(&app, &intent, None, &payee))))
}

/// A payer says that this code is not where it belongs. Each payer counts once.
#[utoipa::path(
    post, path = "/v1/codes/reports", operation_id = "report_code", tag = "codes", security(("device" = [])),
    request_body = ReportCodeBody, responses((status = 202, description = "Noted."))
)]
pub(crate) async fn report(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<ReportCodeBody>,
) -> Result<StatusCode, Failure> {
    match surroundings::reported(&app, &signed.body().payload).await? {
        Reported::Registered(serial) => app.accept(Command::ReportCode { signed, serial }).await?,
        Reported::Stranger => app.accept(Command::ReportStranger { signed }).await?,
    };
    Ok(StatusCode::ACCEPTED)
}

/// What the merchant should know about codes, newest first: its own, and that its counter may carry another's.
#[utoipa::path(
    get, path = "/v1/payee/alerts", operation_id = "list_code_alerts", tag = "merchant",
    security(("merchant_key" = [])), params(lists::PageQuery), responses((status = 200, body = Page<AlertView>))
)]
pub(crate) async fn alerts(
    State(app): State<Arc<App>>,
    uri: Uri,
    merchant: Merchant,
) -> Result<Json<Page<AlertView>>, Failure> {
    let rows = app.store.code_alerts(merchant.permit.payee(), lists::page(&uri)?).await?;
    let items = rows.rows.iter().map(|event| render::alert(event, None)).collect();
    Ok(Json(Page { items, next: rows.next.map(lists::cursor) }))
}

async fn accepted(app: &App, command: Command) -> Result<RegisteredCode, Failure> {
    match app.accept(command).await? {
        Accepted::Code(row) => Ok(row),
        _ => Err(unexpected()),
    }
}

/// The text of a registered sticker.
async fn printed(app: &App, row: &RegisteredCode) -> Result<String, Failure> {
    let payee = app.store.payee(row.payee).await?.ok_or(ReasonCode::PayeeUnknown)?;
    app.signer().printed(row, &payee).map_err(|error| {
        Failure::from(ReasonCode::RequestMalformed).with_detail(format!("the sticker cannot be made: {error}"))
    })
}
