//! A payer's sessions: seen, and ended at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue};
use payments::{Accepted, Command};
use protocol::{DeviceView, EndSessionsBody, Page, SessionKind, SessionView};

use crate::app::{App, unexpected};
use crate::extract::{Approved, Reader};
use crate::http::devices::shown;
use crate::http::error::Failure;
use crate::render;

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// The live sessions of the caller's wallet, oldest device first.
#[utoipa::path(
    get, path = "/v1/sessions", operation_id = "list_sessions", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = Page<SessionView>))
)]
pub(crate) async fn list(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<Page<SessionView>>, Failure> {
    let devices = app.store.devices(reader.payer()).await?;
    let items = devices.iter().flat_map(|(device, standing)| {
        let sessions = standing.iter().flat_map(|standing| &standing.sessions);
        let live = sessions.filter(|session| session.is_live(app.now()) && !device.revoked);
        live.map(|session| render::session(device, session, reader.session()))
    });
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// End one session of one of the caller's devices, or all of that device's: from the next request on its tokens are
/// refused. Ending one's own also tells a browser to forget what it cached, and a shared device to forget everything.
#[utoipa::path(
    post, path = "/v1/sessions/end", operation_id = "end_sessions", tag = "wallet", security(("device" = [])),
    request_body = EndSessionsBody, responses((status = 200, body = DeviceView))
)]
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<EndSessionsBody>,
) -> Result<Response, Failure> {
    let (body, own) = (signed.body(), (signed.device(), signed.session()));
    let is_own = body.device == own.0 && body.session.is_none_or(|session| session == own.1);
    match app.accept(Command::EndSessions { signed }).await? {
        Accepted::Device(device) => {
            let device = shown(&app, device).await?;
            let forgotten = match device.kind {
                // WHY not "storage": the device key lives there, and a wallet without its key is lost.
                SessionKind::Own => "\"cache\", \"cookies\"",
                SessionKind::Shared => "\"cache\", \"cookies\", \"storage\"",
            };
            let mut answer = Json(device).into_response();
            if is_own {
                answer.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static(forgotten));
            }
            Ok(answer)
        }
        _ => Err(unexpected()),
    }
}
