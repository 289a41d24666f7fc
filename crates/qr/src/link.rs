//! Links, judged by what they say alone (RFC 3986, WHATWG URL): no call is ever made to look at one.

use url::{Host, Url};

use crate::finding::{FindingKind, Findings};

/// Schemes that start something on the phone instead of opening a page.
const FORBIDDEN: &[&str] = &[
    "javascript",
    "data",
    "intent",
    "market",
    "file",
    "content",
    "vbscript",
    "blob",
    "itms-services",
    "itms-apps",
    "android-app",
    "ms-appinstaller",
    "view-source",
    "about",
];
/// What installs an app or a settings profile.
const DOWNLOADS: &[&str] = &[".apk", ".xapk", ".apks", ".aab", ".ipa", ".mobileconfig", ".exe", ".msi", ".dmg", ".jar"];
/// More than a person reads before tapping.
const READABLE_CHARS_MAX: usize = 512;

/// Adds what is wrong with a link whose scheme stands before its first colon.
pub(crate) fn check(text: &str, found: &mut Findings) {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let end = scheme.len().saturating_add(1);
    if FORBIDDEN.contains(&scheme.as_str()) {
        return found.add(true, FindingKind::LinkSchemeForbidden, 0);
    }
    disguises(text, end, found);
    if !matches!(scheme.as_str(), "http" | "https") {
        return found.add(true, FindingKind::LinkSchemeUnknown, 0);
    }
    found.add(scheme == "http", FindingKind::LinkNotHttps, 0);
    found.add(text.chars().count() > READABLE_CHARS_MAX, FindingKind::LinkTooLong, READABLE_CHARS_MAX);
    let Ok(url) = Url::parse(text) else {
        return found.add(true, FindingKind::LinkUnreadable, end);
    };
    let authority = text.get(end..).unwrap_or_default().trim_start_matches(['/', '\\']);
    let authority = authority.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    found.add(!url.username().is_empty() || url.password().is_some(), FindingKind::LinkUserinfo, end);
    found.add(authority.contains('%'), FindingKind::LinkHostEscaped, end);
    found.add(url.port().is_some_and(|port| !matches!(port, 80 | 443)), FindingKind::LinkPort, end);
    host(&url, authority, end, found);
    let path = url.path().to_ascii_lowercase();
    found.add(DOWNLOADS.iter().any(|ending| path.ends_with(ending)), FindingKind::LinkDownload, end);
}

/// Characters that no honest link shows to a person.
fn disguises(text: &str, end: usize, found: &mut Findings) {
    let at = |of: fn(char) -> bool| text.chars().position(of);
    for (position, kind) in [
        (
            at(|c| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}')),
            FindingKind::TextBidi,
        ),
        (
            at(|c| matches!(c, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')),
            FindingKind::TextInvisible,
        ),
        (at(char::is_control), FindingKind::TextControl),
    ] {
        found.add(position.is_some(), kind, position.unwrap_or_default());
    }
    let head = text.split(['?', '#']).next().unwrap_or_default();
    found.add(head.contains('\\'), FindingKind::LinkBackslash, end);
}

/// A number instead of a name, in any of the forms browsers accept, and letters of another alphabet.
fn host(url: &Url, authority: &str, end: usize, found: &mut Findings) {
    match url.host() {
        Some(Host::Ipv4(address)) => {
            let plain = authority.rsplit('@').next().unwrap_or_default();
            let plain = plain.split(':').next().unwrap_or_default() == address.to_string();
            let kind = if plain { FindingKind::LinkHostIp } else { FindingKind::LinkHostDisguisedIp };
            found.add(true, kind, end);
        }
        Some(Host::Ipv6(_)) => found.add(true, FindingKind::LinkHostIp, end),
        Some(Host::Domain(name)) => {
            found.add(name.split('.').any(|label| label.starts_with("xn--")), FindingKind::HostPunycode, end);
        }
        None => found.add(true, FindingKind::LinkUnreadable, end),
    }
}
