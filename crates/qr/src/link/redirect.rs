//! Links inside a link: where it leads on to, decoded to a bound.

use url::{Url, form_urlencoded};

use crate::finding::{FindingKind, Findings, Weight};
use crate::limits;
use crate::link::{self, Depth};
use crate::names::KnownNames;

/// Parameters that name the next page.
const KEYS: &[&str] = &[
    "url",
    "u",
    "next",
    "redirect",
    "redirect_uri",
    "redirect_url",
    "redirecturl",
    "return",
    "return_to",
    "returnurl",
    "return_url",
    "continue",
    "dest",
    "destination",
    "target",
    "goto",
    "go",
    "to",
    "link",
    "out",
    "q",
    "r",
    "rurl",
    "callback",
    "forward",
    "location",
    "image_url",
    "nurl",
    "page",
    "ref",
    "adurl",
    "uri",
    "site",
];
/// What opens something else than a page.
const STARTS: &[&str] = &["http:", "https:", "javascript:", "data:", "intent:", "market:", "file:", "//", "\\\\"];

/// Adds where a page leads on to; `at` is where its query starts.
pub(super) fn check(
    url: &Url,
    registrable: &str,
    at: usize,
    depth: &mut Depth,
    known: &KnownNames,
    found: &mut Findings,
) {
    let query = url.query().unwrap_or_default();
    let fragment = url.fragment().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes()).chain(form_urlencoded::parse(fragment.as_bytes()));
    let (mut leads, mut harms) = (false, false);
    let inside = url.path().find("/http").and_then(|start| url.path().get(start.saturating_add(1)..));
    let values = pairs.take(limits::PARAMETERS_MAX).filter_map(|(key, value)| target(&key, &value));
    let whole = [query, fragment].into_iter().filter_map(|part| target("", part));
    for next in values.chain(inside.and_then(|rest| target("", rest))).chain(whole) {
        if !depth.enter() {
            // WHY: more links inside a link than anybody needs are a disguise by themselves.
            leads = true;
            break;
        }
        let mut inner = Findings::default();
        let led = link::page(&next, depth, known, &mut inner);
        depth.leave();
        leads |= led.as_deref() != Some(registrable);
        let harm = |kind: FindingKind| kind != FindingKind::LinkTooLong;
        harms |= inner.0.iter().any(|finding| finding.weight == Weight::Alarms && harm(finding.kind));
    }
    found.add(harms, FindingKind::LinkRedirectDangerous, at);
    found.add(leads && !harms, FindingKind::LinkRedirect, at);
}

/// The link in a parameter, if there is one.
fn target(key: &str, value: &str) -> Option<String> {
    let mut value = value.trim().to_owned();
    for _ in 0..limits::NESTED_DEPTH_MAX {
        let head: String = value.chars().take(12).flat_map(char::to_lowercase).collect();
        if STARTS.iter().any(|start| head.starts_with(start)) {
            let relative = value.starts_with(['/', '\\']);
            return Some(if relative { format!("https:{value}") } else { value });
        }
        if !head.contains('%') {
            break;
        }
        let again = format!("v={value}");
        value = form_urlencoded::parse(again.as_bytes()).next()?.1.into_owned();
    }
    let bare = KEYS.contains(&key.to_ascii_lowercase().as_str()) && link::is_bare(&value);
    bare.then(|| format!("https://{value}"))
}
