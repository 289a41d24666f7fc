//! What payees ask for.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::sse::{Event as Sent, Sse};
use http::{HeaderMap, StatusCode, header};
use money::{IntentId, PayeeId, ReasonCode};
use payments::{Accepted, Command, Event, Payee};
use protocol::{IntentBody, IntentView, QuoteCore, sha256, to_canonical};
use tokio_stream::Stream;

use crate::app::{App, unexpected};
use crate::extract::{Anyone, Body, Merchant, id, idempotency_key};
use crate::http::error::Failure;
use crate::http::streams;
use crate::live::{Listener, Topic};
use crate::render;

/// Ask for money.
#[utoipa::path(
    post, path = "/v1/intents", operation_id = "create_intent", tag = "intents", security(("merchant_key" = [])),
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 64 visible characters")),
    request_body = IntentBody, responses((status = 201, body = IntentView))
)]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    merchant: Merchant,
    body: Body<IntentBody>,
) -> Result<(StatusCode, Json<IntentView>), Failure> {
    let idempotency = idempotency_key(&headers)?.map(|key| (sha256(key.as_bytes()), body.digest));
    let Merchant { permit, payee } = merchant;
    let command = Command::CreateIntent { permit, body: body.value, idempotency };
    let Accepted::Intent(intent) = app.accept(command).await? else { return Err(unexpected()) };
    let view = match intent.payment {
        None => render::intent(&app, &intent, None, &payee),
        // An older answer: what has become of it since belongs to it.
        Some(_) => view(&app, intent.id, &payee).await?,
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// One of the merchant's own intents.
#[utoipa::path(
    get, path = "/v1/intents/{intent}", operation_id = "show_intent", tag = "intents",
    security(("merchant_key" = [])), params(("intent" = IntentId, Path)),
    responses((status = 200, body = IntentView))
)]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(intent): Path<String>,
    merchant: Merchant,
) -> Result<Json<IntentView>, Failure> {
    let intent = id(&intent, ReasonCode::IntentUnknown)?;
    Ok(Json(view(&app, intent, &merchant.payee).await?))
}

/// What becomes of it, live: `event: intent`, `data: IntentView`, first as it is now.
#[utoipa::path(
    get, path = "/v1/intents/{intent}/events", operation_id = "stream_intent", tag = "intents",
    security(("merchant_key" = [])), params(("intent" = IntentId, Path)),
    responses((status = 200, body = IntentView, content_type = "text/event-stream"))
)]
pub(crate) async fn events(
    State(app): State<Arc<App>>,
    Path(intent): Path<String>,
    merchant: Merchant,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Failure> {
    let intent: IntentId = id(&intent, ReasonCode::IntentUnknown)?;
    // Listening starts before the first look, so that nothing falls between.
    let live = streams::listen(&app, Topic::Intent(intent), Listener::Merchant(merchant.payee.card.id))?;
    let first = view(&app, intent, &merchant.payee).await?;
    let payee = Arc::new(merchant.payee);
    let render = move |_: Arc<Event>| {
        let (app, payee) = (Arc::clone(&app), Arc::clone(&payee));
        async move { view(&app, intent, &payee).await.ok() }
    };
    Ok(streams::stream(live, "intent", Some(first), render))
}

/// The terms, in canonical form: their SHA-256 is the digest in the code.
#[utoipa::path(
    get, path = "/v1/intents/{intent}/core", operation_id = "show_terms", tag = "intents", security(()),
    params(("intent" = IntentId, Path)), responses((status = 200, body = QuoteCore))
)]
pub(crate) async fn core(
    State(app): State<Arc<App>>,
    Path(intent): Path<String>,
    _: Anyone,
) -> Result<([(header::HeaderName, &'static str); 1], Vec<u8>), Failure> {
    let intent = id(&intent, ReasonCode::IntentUnknown)?;
    let (intent, _) = app.store.intent(intent).await?.ok_or(ReasonCode::IntentUnknown)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], to_canonical(&intent.core)))
}

/// An intent as its payee sees it. Somebody else's does not exist.
async fn view(app: &App, intent: IntentId, payee: &Payee) -> Result<IntentView, Failure> {
    let own = |owner: PayeeId| owner == payee.card.id;
    let row = app.store.intent(intent).await?.filter(|(intent, _)| own(intent.payee));
    let (intent, payment) = row.ok_or(ReasonCode::IntentUnknown)?;
    Ok(render::intent(app, &intent, payment.as_ref(), payee))
}
