//! The reason catalogue: as data, as a page, as `docs/reasons.md`. One table makes all three.

use axum::Json;
use axum::response::Html;
use money::{Language, ReasonCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::extract::Anyone;
use crate::http::docs::{escaped, page_of};
use crate::http::error::status;

/// One reason.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReasonEntry {
    /// The stable dotted code.
    code: ReasonCode,
    /// The code that is said instead, where this one would tip off an attacker.
    parent: Option<ReasonCode>,
    /// Korean.
    ko: &'static str,
    /// English.
    en: &'static str,
    /// The HTTP status it comes with.
    status: u16,
}

impl ReasonEntry {
    fn of(reason: ReasonCode) -> Self {
        Self {
            code: reason,
            parent: reason.parent(),
            ko: reason.text(Language::Ko),
            en: reason.text(Language::En),
            status: status(reason).as_u16(),
        }
    }
}

fn entries() -> impl Iterator<Item = ReasonEntry> {
    ReasonCode::ALL.iter().copied().map(ReasonEntry::of)
}

/// Every reason this server may give, in order of precedence.
#[utoipa::path(
    get, path = "/v1/reasons", operation_id = "reasons", tag = "codes", security(()),
    responses((status = 200, body = Vec<ReasonEntry>))
)]
pub(crate) async fn catalogue(_: Anyone) -> Json<Vec<ReasonEntry>> {
    Json(entries().collect())
}

/// The catalogue as a page.
pub(crate) async fn page() -> Html<String> {
    let mut body = String::from(
        "<h1>Reasons</h1><p>Every reason Farthing may give, in order of precedence: when several things are wrong, \
         the first listed is said. A code is stable for ever. <a href=\"/docs\">The API</a></p><dl class=\"reasons\">",
    );
    for entry in entries() {
        let code = entry.code.code();
        let said = entry.parent.map(|parent| format!(" · said as <a href=\"#{parent}\"><code>{parent}</code></a>"));
        body.push_str(&format!(
            "<dt id=\"{code}\"><a href=\"#{code}\"><code>{code}</code></a> <span class=\"status\">{}</span>{}</dt>\
             <dd lang=\"ko\">{}</dd><dd lang=\"en\">{}</dd>",
            entry.status,
            said.unwrap_or_default(),
            escaped(entry.ko),
            escaped(entry.en),
        ));
    }
    body.push_str("</dl>");
    Html(page_of("Reasons · Farthing", &body))
}

/// `docs/reasons.md`, written from the same table.
#[must_use]
pub fn reasons_markdown() -> String {
    let mut text = String::from(
        "# Reasons\n\n\
         Every reason Farthing may give, in order of precedence: when several things are wrong, the first listed is said.\n\
         A code is stable for ever. Where another code is \"said as\", the first would tip off an attacker: the records keep it,\n\
         the caller reads the other. This page is made from the code: `UPDATE_SNAPSHOTS=1 cargo test -p server`.\n\n\
         | code | status | said as | 한국어 | English |\n|---|---|---|---|---|\n",
    );
    for entry in entries() {
        let said = entry.parent.map(|parent| format!("`{parent}`")).unwrap_or_default();
        text.push_str(&format!("| `{}` | {} | {said} | {} | {} |\n", entry.code, entry.status, entry.ko, entry.en));
    }
    text
}
