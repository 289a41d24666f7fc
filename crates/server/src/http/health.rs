//! For the operator's machinery, on loopback only.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use http::request::Parts;
use http::{HeaderName, header};
use money::ReasonCode;

use crate::app::App;
use crate::extract::Peer;
use crate::http::error::Failure;

/// A caller on this machine; for others these addresses do not exist.
pub(crate) struct Local;

/// What a proxy on this machine adds for a caller that is not.
const FORWARDED: [&str; 3] = ["forwarded", "x-forwarded-for", "via"];

impl FromRequestParts<Arc<App>> for Local {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Failure> {
        let is_local = Peer::of(parts).0.is_some_and(|address| address.to_canonical().is_loopback());
        let is_forwarded = FORWARDED.iter().any(|name| parts.headers.contains_key(*name));
        if is_local && !is_forwarded { Ok(Self) } else { Err(ReasonCode::NotFound.into()) }
    }
}

/// The process answers.
pub(crate) async fn alive(_: Local) -> &'static str {
    "ok\n"
}

/// Commands can be committed.
pub(crate) async fn ready(State(app): State<Arc<App>>, _: Local) -> Result<&'static str, Failure> {
    if app.store.is_ready() { Ok("ready\n") } else { Err(ReasonCode::ServiceUnavailable.into()) }
}

/// Prometheus text.
pub(crate) async fn metrics(State(app): State<Arc<App>>, _: Local) -> ([(HeaderName, &'static str); 1], String) {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], app.metrics.text())
}
