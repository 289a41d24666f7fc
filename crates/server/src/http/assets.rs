//! The web UI, out of the binary; and what to say when it was not built.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use money::ReasonCode;
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

use crate::app::App;
use crate::http::docs::page_of;
use crate::http::error::Failure;

/// `web/dist`, when it was there at build time.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Web;

/// Paths that are never a page of the web UI.
const NOT_PAGES: [&str; 6] = ["/v1", "/docs", "/assets", "/healthz", "/readyz", "/metrics"];

/// The addresses of files; pages are the fallback's. Compressed only here: no secret is ever in them.
pub(crate) fn router() -> Router<Arc<App>> {
    Router::new().route("/", get(index)).route("/assets/{*file}", get(asset)).layer(CompressionLayer::new().gzip(true))
}

async fn index(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    page(&app, &headers)
}

async fn asset(State(app): State<Arc<App>>, Path(name): Path<String>, headers: HeaderMap) -> Result<Response, Failure> {
    // Vite puts a digest of the content into these names.
    file(&app, &format!("assets/{name}"), &headers, "public, max-age=31536000, immutable")
        .ok_or_else(|| ReasonCode::NotFound.into())
}

/// Everything else: a file beside `index.html`, a page of the web UI, or nothing.
pub(crate) async fn client_route(
    State(app): State<Arc<App>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let path = uri.path();
    let reads = method == Method::GET || method == Method::HEAD;
    let hidden = NOT_PAGES.iter().any(|start| path == *start || path.starts_with(&format!("{start}/")));
    if !reads || hidden || path.starts_with("/.well-known/") {
        return Err(ReasonCode::NotFound.into());
    }
    if let Some(answer) = file(&app, path.trim_start_matches('/'), &headers, "no-cache") {
        return Ok(answer);
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if last.contains('.') || !accepts.contains("text/html") || !app.web {
        return Err(ReasonCode::NotFound.into());
    }
    Ok(page(&app, &headers))
}

/// The one page of the web UI, or how to build it.
fn page(app: &App, headers: &HeaderMap) -> Response {
    let built = file(app, "index.html", headers, "no-cache");
    built.unwrap_or_else(|| Html(page_of("Farthing", UNBUILT)).into_response())
}

const UNBUILT: &str = "<h1>Farthing</h1><p>The API answers here; the web UI is not part of this build.</p>\
    <p lang=\"ko\">API는 여기에서 응답합니다. 이 빌드에는 웹 화면이 들어 있지 않습니다.</p>\
    <p>Build it and see it with play money: <code>cargo xtask demo</code></p>\
    <p><a href=\"/docs\">The API, call by call</a> · <a href=\"/docs/reasons\">Reasons</a></p>";

fn file(app: &App, name: &str, headers: &HeaderMap, cache: &'static str) -> Option<Response> {
    let file = Web::get(name).filter(|_| app.web)?;
    let tag = etag(&file);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let unchanged = known.is_some_and(|known| known.split(',').any(|known| same_tag(known, &tag)));
    let mut answer = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(file.data)),
    };
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let kind = if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    let fields = [(header::CONTENT_TYPE, kind.as_str()), (header::ETAG, &tag), (header::CACHE_CONTROL, cache)];
    for (name, value) in fields {
        answer.headers_mut().insert(name, HeaderValue::from_str(value).ok()?);
    }
    Some(answer)
}

fn etag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(file.metadata.sha256_hash()))
}

/// Weak comparison (RFC 9110 §8.8.3.2): compression turns a strong tag into a weak one.
fn same_tag(known: &str, tag: &str) -> bool {
    let known = known.trim();
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}
