//! What every request and every answer passes: time, words, nonce, headers, counts, one line of log.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use money::ReasonCode;

use crate::app::App;
use crate::http::error::{Failure, language};
use crate::limits;
use crate::metrics::Stopwatch;

const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing from elsewhere, no inline script, no frame around us.
pub(crate) const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; \
    style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; media-src 'self' blob:; \
    font-src 'self'; manifest-src 'self'; worker-src 'self' blob:; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'none'";

const SECURITY: [(&str, &str); 7] = [
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
];

/// The outermost layer.
pub(crate) async fn outermost(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let method = method_name(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let spoken = language(request.headers());
    let time = Duration::from_secs(limits::REQUEST_SECONDS_MAX);
    let answer = match tokio::time::timeout(time, next.run(request)).await {
        Ok(answer) => answer,
        Err(_) => Failure::from(ReasonCode::RequestTimedOut).into_response(),
    };
    let (mut answer, reason) = worded(answer, spoken);
    let id = request_id();
    finish(&app, answer.headers_mut(), id.as_deref());
    let status = answer.status().as_u16();
    app.metrics.request(&route, status);
    let millis = u64::try_from(watch.elapsed().as_millis()).unwrap_or(u64::MAX);
    let reason = reason.map(ReasonCode::code);
    tracing::info!(target: "farthing::request", method, route, status, millis, reason, request_id = id);
    answer
}

/// Turns a failure into its problem document.
fn worded(mut answer: Response, spoken: money::Language) -> (Response, Option<ReasonCode>) {
    let failure = answer.extensions_mut().remove::<Failure>().or_else(|| of_library(&answer));
    match failure {
        Some(failure) => (failure.render(spoken), Some(failure.reason())),
        None => (answer, None),
    }
}

/// What a library refused by itself, before any handler.
fn of_library(answer: &Response) -> Option<Failure> {
    let reason = match answer.status() {
        StatusCode::METHOD_NOT_ALLOWED => ReasonCode::MethodNotAllowed,
        StatusCode::NOT_FOUND => ReasonCode::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => ReasonCode::RequestTooLarge,
        status if status.is_client_error() => ReasonCode::RequestMalformed,
        status if status.is_server_error() => ReasonCode::ServiceFault,
        _ => return None,
    };
    Some(Failure::from(reason).with_allow(answer.headers().get(header::ALLOW).cloned()))
}

fn finish(app: &App, headers: &mut HeaderMap, id: Option<&str>) {
    for (name, value) in SECURITY {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(nonce) = HeaderValue::from_str(&app.verifier.issue_nonce(app.now())) {
        headers.insert(DPOP_NONCE, nonce);
    }
    if let Some(id) = id.and_then(|id| HeaderValue::from_str(id).ok()) {
        headers.insert(REQUEST_ID, id);
    }
}

fn request_id() -> Option<String> {
    let bytes = store::entropy::random::<8>().ok()?;
    Some(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// A bounded set of words, whatever a client makes up.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// A handler's bug stops that request alone. What it said is for the log, not for the caller.
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    tracing::error!(panic = words, "a handler panicked");
    Failure::from(ReasonCode::ServiceFault).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_fault_that_says_nothing_of_its_words() {
        let answer = panicked(Box::new("the secret is 42"));
        let (answer, reason) = worded(answer, money::Language::En);
        assert_eq!((answer.status(), reason), (StatusCode::INTERNAL_SERVER_ERROR, Some(ReasonCode::ServiceFault)));
    }

    #[test]
    fn what_a_library_refuses_becomes_a_problem() {
        let refused = |status: StatusCode| worded(status.into_response(), money::Language::Ko).1;
        assert_eq!(refused(StatusCode::METHOD_NOT_ALLOWED), Some(ReasonCode::MethodNotAllowed));
        assert_eq!(refused(StatusCode::URI_TOO_LONG), Some(ReasonCode::RequestMalformed));
        assert_eq!(refused(StatusCode::BAD_GATEWAY), Some(ReasonCode::ServiceFault));
        assert_eq!(refused(StatusCode::NOT_MODIFIED), None);
    }
}
