//! Play money, in test mode only.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use payments::Command;
use protocol::{PayerView, TestFundsBody};

use crate::app::App;
use crate::extract::Approved;
use crate::http::error::Failure;
use crate::http::lockdown::wallet;

/// Put play money into the caller's wallet.
#[utoipa::path(
    post, path = "/v1/test/funds", operation_id = "test_fund", tag = "wallet", security(("device" = [])),
    request_body = TestFundsBody, responses((status = 200, body = PayerView))
)]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<TestFundsBody>,
) -> Result<Json<PayerView>, Failure> {
    wallet(&app, Command::TestFund { signed }).await
}
