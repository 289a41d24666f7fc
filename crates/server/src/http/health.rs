//! For the operator's machinery: on the admin socket, and on loopback where no proxy may stand in between.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{HeaderMap, header};
use money::ReasonCode;

use crate::app::App;
use crate::extract::Peer;
use crate::http::error::{Failure, language};

/// A caller on this machine; for others these addresses do not exist.
pub(crate) struct Local;

/// What a proxy on this machine adds for a caller that is not.
const FORWARDED: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

impl FromRequestParts<Arc<App>> for Local {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let is_local = Peer::of(parts).socket.is_some_and(|address| address.to_canonical().is_loopback());
        let is_forwarded = FORWARDED.iter().any(|name| parts.headers.contains_key(*name));
        if is_local && !is_forwarded && !app.behind_proxy { Ok(Self) } else { Err(ReasonCode::NotFound.into()) }
    }
}

/// The process answers.
pub(crate) async fn alive(_: Local) -> &'static str {
    ALIVE
}

const ALIVE: &str = "ok\n";

/// Commands can be committed.
pub(crate) async fn ready(State(app): State<Arc<App>>, _: Local) -> Result<&'static str, Failure> {
    readiness(&app)
}

fn readiness(app: &App) -> Result<&'static str, Failure> {
    match app.store.unready() {
        None => Ok("ready\n"),
        // Only the operator's own machinery is told which part it is.
        Some(part) => Err(Failure::from(ReasonCode::ServiceUnavailable).with_detail(part.to_string())),
    }
}

/// Prometheus text.
pub(crate) async fn metrics(State(app): State<Arc<App>>, _: Local) -> Response {
    counted(&app)
}

fn counted(app: &App) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text()).into_response()
}

/// [`alive`], on the admin socket.
pub(crate) async fn staff_alive() -> &'static str {
    ALIVE
}

/// [`ready`], on the admin socket.
pub(crate) async fn staff_ready(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match readiness(&app) {
        Ok(ready) => ready.into_response(),
        Err(failure) => failure.render(language(&headers)),
    }
}

/// [`metrics`], on the admin socket.
pub(crate) async fn staff_metrics(State(app): State<Arc<App>>) -> Response {
    counted(&app)
}
