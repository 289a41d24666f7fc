//! What happened to a wallet: as a list and live.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::sse::{Event as Sent, Sse};
use http::Uri;
use payments::Event;
use protocol::{AlertView, Page};
use tokio_stream::Stream;

use crate::app::App;
use crate::extract::Reader;
use crate::http::error::Failure;
use crate::http::{lists, streams};
use crate::live::{Listener, Topic};
use crate::render;

/// What happened, newest first.
#[utoipa::path(
    get, path = "/v1/alerts", operation_id = "list_alerts", tag = "wallet", security(("device" = [])),
    params(lists::PageQuery), responses((status = 200, body = Page<AlertView>))
)]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    uri: Uri,
    reader: Reader,
) -> Result<Json<Page<AlertView>>, Failure> {
    let rows = app.store.alerts(reader.payer(), lists::page(&uri)?).await?;
    let items = rows.rows.into_iter().map(|(event, payee)| render::alert(&event, payee)).collect();
    Ok(Json(Page { items, next: rows.next.map(lists::cursor) }))
}

/// What happens from now on: `event: alert`, `data: AlertView`.
#[utoipa::path(
    get, path = "/v1/alerts/stream", operation_id = "stream_alerts", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = AlertView, content_type = "text/event-stream"))
)]
pub(crate) async fn stream(
    State(app): State<Arc<App>>,
    reader: Reader,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Failure> {
    let live = streams::listen(&app, Topic::Payer(reader.payer()), Listener::Device(reader.key()))?;
    let render = move |event: Arc<Event>| {
        let app = Arc::clone(&app);
        async move { Some(render::alert(&event, payee_name(&app, &event).await)) }
    };
    Ok(streams::stream(live, "alert", None, render))
}

async fn payee_name(app: &App, event: &Event) -> Option<String> {
    let payee = app.store.payee(event.payee?).await.ok()??;
    Some(payee.card.name.to_string())
}
