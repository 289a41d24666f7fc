//! Queries of lists: read strictly, and cursors that say where the next page starts.

use axum::extract::Query;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::Uri;
use money::{Instant, ReasonCode};
use protocol::{PaymentStatus, limits as wire};
use serde::de::DeserializeOwned;
use store::{PageRequest, PaymentFilter};
use utoipa::IntoParams;

use crate::http::error::Failure;
use crate::limits;

/// Which page.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the query in the OpenAPI document")]
pub(crate) struct PageQuery {
    /// `next` of the page before.
    cursor: Option<String>,
    /// Rows at the most, 1 to 200; 50 when absent.
    limit: Option<u16>,
}

/// Which payments, and which page of them.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only describes the query in the OpenAPI document")]
pub(crate) struct PaymentQuery {
    /// Only these.
    status: Option<PaymentStatus>,
    /// Words in payee name, purpose or place.
    q: Option<String>,
    /// Made at or after this moment (RFC 3339).
    from: Option<Instant>,
    /// Made before this moment (RFC 3339).
    to: Option<Instant>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Rows at the most, 1 to 200; 50 when absent.
    limit: Option<u16>,
}

type Pairs = Vec<(String, String)>;

/// The query as pairs; a name that stands twice is refused.
fn pairs(uri: &Uri) -> Result<Pairs, Failure> {
    let Query(pairs) = Query::<Pairs>::try_from_uri(uri).map_err(|_| bad("the query cannot be read"))?;
    let twice = pairs.iter().enumerate().any(|(index, (name, _))| pairs.iter().take(index).any(|(n, _)| n == name));
    if twice { Err(bad("a filter stands twice")) } else { Ok(pairs) }
}

fn bad(detail: impl Into<String>) -> Failure {
    Failure::from(ReasonCode::FilterInvalid).with_detail(detail)
}

/// The query of `GET /v1/payments`.
pub(crate) fn payments<Id: std::str::FromStr>(uri: &Uri) -> Result<(PaymentFilter, PageRequest<Id>), Failure> {
    let mut filter = PaymentFilter::default();
    let mut page = first_page();
    for (name, value) in pairs(uri)? {
        match name.as_str() {
            "status" => filter.status = Some(word(&value).ok_or_else(|| bad("status"))?),
            "q" => filter.text = Some(words(value)?),
            "from" => filter.from = Some(value.parse().map_err(|_| bad("from"))?),
            "to" => filter.until = Some(value.parse().map_err(|_| bad("to"))?),
            _ => turn(&mut page, &name, &value)?,
        }
    }
    Ok((filter, page))
}

/// A query of nothing but a page.
pub(crate) fn page<Id: std::str::FromStr>(uri: &Uri) -> Result<PageRequest<Id>, Failure> {
    let mut page = first_page();
    for (name, value) in pairs(uri)? {
        turn(&mut page, &name, &value)?;
    }
    Ok(page)
}

const fn first_page<Id>() -> PageRequest<Id> {
    PageRequest { before: None, limit: wire::PAGE_ROWS_DEFAULT }
}

fn turn<Id: std::str::FromStr>(page: &mut PageRequest<Id>, name: &str, value: &str) -> Result<(), Failure> {
    match name {
        "cursor" => page.before = Some(read_cursor(value).ok_or(ReasonCode::CursorInvalid)?),
        "limit" => {
            let limit: usize = value.parse().map_err(|_| bad("limit"))?;
            let in_bounds = (1..=wire::PAGE_ROWS_MAX).contains(&limit);
            page.limit = in_bounds.then_some(limit).ok_or_else(|| bad("limit"))?;
        }
        _ => return Err(bad("unknown filter")),
    }
    Ok(())
}

/// A closed word, as serde spells it.
fn word<T: DeserializeOwned>(value: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(value.to_owned())).ok()
}

fn words(value: String) -> Result<String, Failure> {
    let fits = (1..=limits::SEARCH_CHARS_MAX).contains(&value.chars().count());
    if fits && !value.chars().any(char::is_control) { Ok(value) } else { Err(bad("q")) }
}

/// Where the next page starts, opaque.
pub(crate) fn cursor<Id: std::fmt::Display>(before: (Instant, Id)) -> String {
    let (at, id) = before;
    URL_SAFE_NO_PAD.encode(format!("{}.{id}", at.unix_millis()))
}

fn read_cursor<Id: std::str::FromStr>(text: &str) -> Option<(Instant, Id)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let (millis, id) = text.split_once('.')?;
    Some((Instant::from_unix_millis(millis.parse().ok()?), id.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use money::{EventId, PaymentId};

    use super::*;

    #[track_caller]
    fn refused(query: &str, reason: ReasonCode) {
        let uri: Uri = format!("/v1/payments{query}").parse().unwrap();
        assert_eq!(payments::<PaymentId>(&uri).unwrap_err().reason(), reason, "{query}");
    }

    #[test]
    fn what_is_not_known_is_refused_never_ignored() {
        for query in ["?stat=captured", "?status=paid", "?status=captured&status=captured", "?limit=0", "?limit=201"] {
            refused(query, ReasonCode::FilterInvalid);
        }
        for query in ["?from=yesterday", "?q=", "?to=1", "?limit=ten", "?q=%00"] {
            refused(query, ReasonCode::FilterInvalid);
        }
        refused("?cursor=abc", ReasonCode::CursorInvalid);
    }

    #[test]
    fn a_cursor_comes_back_as_it_was_and_for_its_own_list_only() {
        let at = Instant::from_unix_millis(1_790_000_000_123);
        let text = cursor((at, PaymentId::new(at, [7; 10])));
        assert_eq!(read_cursor(&text), Some((at, PaymentId::new(at, [7; 10]))));
        assert_eq!(read_cursor::<EventId>(&text), None);
    }
}
