//! What a payer says was fraud: one payment, or everything since a moment.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use money::{PaymentId, ReasonCode};
use payments::{Accepted, Command, RiskCommand};
use protocol::{AttackBody, PayerView, ReportPaymentBody, ReportView};

use crate::app::{App, unexpected};
use crate::extract::{Approved, id};
use crate::http::error::Failure;
use crate::http::lockdown;

/// Say that one of one's own payments was fraud. Saying it again changes nothing; only staff take it back.
#[utoipa::path(
    post, path = "/v1/payments/{payment}/report", operation_id = "report_payment", tag = "payments",
    security(("device" = [])), params(("payment" = PaymentId, Path)),
    request_body = ReportPaymentBody, responses((status = 202, body = ReportView))
)]
pub(crate) async fn payment(
    State(app): State<Arc<App>>,
    Path(payment): Path<String>,
    Approved(signed): Approved<ReportPaymentBody>,
) -> Result<(StatusCode, Json<ReportView>), Failure> {
    let named: PaymentId = id(&payment, ReasonCode::PaymentUnknown)?;
    let signed = Some(signed).filter(|signed| signed.body().payment == named).ok_or_else(|| {
        Failure::from(ReasonCode::RequestMalformed)
            .with_detail("`payment` is not the payment of the address".to_owned())
    })?;
    match app.accept(Command::Risk(RiskCommand::Report { signed })).await? {
        Accepted::Labelled(said) => {
            Ok((StatusCode::ACCEPTED, Json(ReportView { payment: said.payment, reported_at: said.at })))
        }
        _ => Err(unexpected()),
    }
}

/// Nothing leaves the wallet from now on, and what was paid since a moment was paid by somebody else.
#[utoipa::path(
    post, path = "/v1/attack", operation_id = "report_attack", tag = "wallet", security(("device" = [])),
    request_body = AttackBody, responses((status = 200, body = PayerView))
)]
pub(crate) async fn attack(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<AttackBody>,
) -> Result<Json<PayerView>, Failure> {
    lockdown::wallet(&app, Command::Risk(RiskCommand::Attack { signed })).await
}
