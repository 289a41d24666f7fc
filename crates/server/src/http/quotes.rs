//! What paying would mean, before it is approved.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use payments::{Accepted, Command};
use protocol::{QuoteBody, QuoteView};

use crate::app::{App, unexpected};
use crate::extract::Asked;
use crate::http::error::Failure;
use crate::http::payments::arrival;
use crate::render;

/// The real decision, run dry: nothing is written.
#[utoipa::path(
    post, path = "/v1/quotes", operation_id = "quote", tag = "payments", security(("device" = [])),
    request_body = QuoteBody, responses((status = 200, body = QuoteView))
)]
pub(crate) async fn quote(
    State(app): State<Arc<App>>,
    Asked(signed): Asked<QuoteBody>,
) -> Result<Json<QuoteView>, Failure> {
    let arrival = arrival(&app, &signed.body().via);
    match app.accept(Command::Quote { signed, arrival }).await? {
        Accepted::Quoted(quoted) => Ok(Json(render::quote(*quoted))),
        _ => Err(unexpected()),
    }
}
