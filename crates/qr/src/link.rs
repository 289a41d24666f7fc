//! Links, judged by what they say alone (RFC 3986, WHATWG URL): no call is ever made to look at one.

mod host;
pub(crate) mod letters;
mod redirect;
mod sites;
mod texts;

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::finding::{Finding, FindingKind, Findings, Weight};
use crate::names::{self, KnownNames};
use crate::{limits, upi};

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
/// What stands before a bare address when it is judged.
const UNWRITTEN: &str = "https://";

/// How many links inside links are still judged.
pub(crate) struct Depth {
    deep: u32,
    left: u32,
}

impl Depth {
    const fn new() -> Self {
        Self { deep: 0, left: limits::NESTED_LINKS_MAX }
    }

    const fn enter(&mut self) -> bool {
        if self.deep >= limits::NESTED_DEPTH_MAX || self.left == 0 {
            return false;
        }
        self.deep = self.deep.saturating_add(1);
        self.left = self.left.saturating_sub(1);
        true
    }

    const fn leave(&mut self) {
        self.deep = self.deep.saturating_sub(1);
    }
}

/// Adds what is wrong with a link: a scheme before its first colon, or a bare address.
pub(crate) fn check(text: &str, known: &KnownNames, found: &mut Findings) {
    let trimmed = text.trim_start_matches(is_trimmed);
    let lead = text.chars().count().saturating_sub(trimmed.chars().count());
    let trimmed = trimmed.trim_end_matches(is_trimmed);
    let mut inner = Findings::default();
    let bare = is_bare(trimmed);
    if bare {
        page(&format!("{UNWRITTEN}{trimmed}"), &mut Depth::new(), known, &mut inner);
    } else {
        page(trimmed, &mut Depth::new(), known, &mut inner);
    }
    found.add(bare, FindingKind::LinkSchemeMissing, lead);
    let shift = if bare { UNWRITTEN.len() } else { 0 };
    for mut finding in inner.0 {
        finding.at = finding.at.saturating_sub(shift).saturating_add(lead);
        found.0.push(finding);
    }
}

/// What the WHATWG parser takes away at both ends.
const fn is_trimmed(c: char) -> bool {
    matches!(c, '\0'..=' ')
}

/// A URI scheme before a colon (RFC 3986 §3.1), or a bare address.
pub(crate) fn is_link(text: &str) -> bool {
    let text = text.trim_matches(is_trimmed);
    let schemed = text.split_once(':').is_some_and(|(scheme, rest)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
            && !rest.is_empty()
    });
    schemed || is_bare(text)
}

/// `name.ending/…` without a scheme: a host under an ending that exists, perhaps with a port.
pub(crate) fn is_bare(text: &str) -> bool {
    let head = text.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = head.split_once(':').unwrap_or((head, "443"));
    if name.len() > limits::HOST_CHARS_MAX || text.contains(char::is_whitespace) || name.contains(['@', '\\', '%']) {
        return false;
    }
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = digits && name.contains('.') && !name.starts_with('.');
    shaped
        && idna::domain_to_ascii(name).is_ok_and(|ascii| {
            let suffix = psl::suffix(ascii.as_bytes()).filter(|suffix| suffix.is_known());
            // A suffix of a company's own, such as `pages.dev`, has a front page; one of a registry has none.
            let front = suffix.is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private));
            front || suffix.is_some() && psl::domain_str(&ascii).is_some() || ascii.parse::<Ipv4Addr>().is_ok()
        })
}

/// Judges one link; answers the registrable domain (or address) of the page that it opens.
pub(crate) fn page(text: &str, depth: &mut Depth, known: &KnownNames, found: &mut Findings) -> Option<String> {
    let scheme = text.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    let end = scheme.len().saturating_add(1);
    if FORBIDDEN.contains(&scheme.as_str()) {
        found.add(true, FindingKind::LinkSchemeForbidden, 0);
        return None;
    }
    if texts::check(&scheme, text, end, found) {
        return None;
    }
    names::hidden(text, found);
    let head = text.split(['?', '#']).next().unwrap_or_default();
    found.add(head.contains('\\'), FindingKind::LinkBackslash, end);
    if !matches!(scheme.as_str(), "http" | "https") {
        found.add(true, FindingKind::LinkSchemeUnknown, 0);
        return None;
    }
    found.add(scheme == "http", FindingKind::LinkNotHttps, 0);
    found.add(text.chars().count() > READABLE_CHARS_MAX, FindingKind::LinkTooLong, READABLE_CHARS_MAX);
    let written = Authority::of(text, end);
    // WHY: no host is longer; looking up such names in tables would cost more than a scan may.
    if written.host.chars().count() > limits::HOST_CHARS_MAX && !written.host.contains('%') {
        found.add(true, FindingKind::HostInvalid, written.at);
        return None;
    }
    let Ok(url) = Url::parse(text) else {
        found.add(true, FindingKind::LinkUnreadable, written.at);
        return None;
    };
    open(&url, &written, text, depth, known, found)
}

/// The part of a link that names its host, as it is written.
struct Authority<'a> {
    whole: &'a str,
    host: &'a str,
    /// The character of the link where the host starts.
    at: usize,
    /// Characters of what stands before an `@`, with it.
    user: usize,
}

impl<'a> Authority<'a> {
    fn of(text: &'a str, end: usize) -> Self {
        let rest = text.get(end..).unwrap_or_default();
        let whole = rest.trim_start_matches(['/', '\\', '\t', '\n', '\r']);
        let whole = whole.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let host = whole.rsplit('@').next().unwrap_or_default();
        let start = host.as_ptr().addr().saturating_sub(text.as_ptr().addr());
        let user = whole.chars().count().saturating_sub(host.chars().count());
        let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
        let host = host.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(host, |(host, _)| host);
        Self { whole, host, at: text.get(..start).map_or(end, |before| before.chars().count()), user }
    }
}

fn open(
    url: &Url,
    written: &Authority<'_>,
    text: &str,
    depth: &mut Depth,
    known: &KnownNames,
    found: &mut Findings,
) -> Option<String> {
    let at = written.at;
    let before = written.at.saturating_sub(written.user);
    found.add(!url.username().is_empty() || url.password().is_some(), FindingKind::LinkUserinfo, before);
    found.add(written.whole.contains('%'), FindingKind::LinkHostEscaped, at);
    found.add(url.port().is_some_and(|port| !matches!(port, 80 | 443)), FindingKind::LinkPort, at);
    let registrable = match url.host()? {
        Host::Ipv4(address) => {
            let plain = written.host == address.to_string();
            let kind = if plain { FindingKind::LinkHostIp } else { FindingKind::LinkHostDisguisedIp };
            found.add(true, kind, at);
            found.add(is_private_v4(address), FindingKind::LinkHostLocal, at);
            address.to_string()
        }
        Host::Ipv6(address) => {
            found.add(true, FindingKind::LinkHostIp, at);
            found.add(is_private_v6(address), FindingKind::LinkHostLocal, at);
            address.to_string()
        }
        Host::Domain(ascii) => {
            let (name, valid) = idna::domain_to_unicode(ascii);
            let long = ascii.len() > limits::HOST_CHARS_MAX || ascii.split('.').any(|label| label.len() > 63);
            // A label that decodes to an encoded one is valid nowhere (UTS 46, validity criterion 4).
            let twice = name.split('.').any(|label| label.starts_with("xn--"));
            let empty = ascii.trim_end_matches('.').split('.').any(str::is_empty);
            found.add(valid.is_err() || long || twice || empty, FindingKind::HostInvalid, at);
            if long {
                return None;
            }
            let local = ["localhost", "local", "internal", "lan", "home.arpa"];
            let is_local =
                |of: &&str| ascii.strip_suffix(*of).is_some_and(|head| head.is_empty() || head.ends_with('.'));
            found.add(local.iter().any(is_local), FindingKind::LinkHostLocal, at);
            found.add(ascii.split('.').any(|label| label.starts_with("xn--")), FindingKind::HostPunycode, at);
            host::check(written.host, &name, at, found);
            let parts = sites::Parts::of(ascii, &name);
            sites::check(&parts, at, known, found);
            found.add(parts.is_shortener() && url.path().len() > 1, FindingKind::LinkShortener, at);
            path(url, parts.registrable, at, found);
            parts.registrable.to_owned()
        }
    };
    download(url, at, found);
    let query = text.chars().position(|c| matches!(c, '?' | '#')).unwrap_or(at);
    redirect::check(url, &registrable, query, depth, known, found);
    Some(registrable)
}

/// A file that installs something: in the path a danger, in a parameter a doubt, since a page may only speak of it.
fn download(url: &Url, at: usize, found: &mut Findings) {
    let installs = |text: &str| {
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        DOWNLOADS.iter().any(|ending| lower.ends_with(ending))
    };
    let path = upi::decode(url.path()).unwrap_or_else(|| url.path().to_owned());
    let named = || url.query_pairs().take(limits::PARAMETERS_MAX).any(|(_, value)| installs(&value));
    if installs(&path) {
        found.add(true, FindingKind::LinkDownload, at);
    } else if named() {
        found.0.push(Finding { kind: FindingKind::LinkDownload, at, weight: Weight::Warns });
    }
}

/// The address of a well-known site as a folder of another's.
fn path(url: &Url, registrable: &str, at: usize, found: &mut Findings) {
    let mut segments = url.path().split('/').take(limits::PARAMETERS_MAX);
    let borrowed = segments.any(|segment| segment.contains('.') && segment != registrable && sites::is_known(segment));
    found.add(borrowed && !sites::is_known(registrable), FindingKind::LinkBrandInPath, at);
}

const fn is_private_v4(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_loopback() || address.is_link_local() || address.is_unspecified()
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let mapped = address.to_ipv4_mapped().is_some_and(is_private_v4);
    address.is_loopback() || address.is_unspecified() || address.is_unique_local() || mapped
}
