//! Well-known sites, and hosts that use their names without being theirs.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::finding::{Finding, FindingKind, Findings, Weight};
use crate::limits;
use crate::link::letters;
use crate::names::KnownNames;

/// A name that is imitated.
struct Brand {
    name: &'static str,
    fold: String,
    /// An ordinary word too.
    common: bool,
    /// Owned under country endings.
    countries: bool,
}

/// The list, by what it is asked for.
struct Sites {
    brands: Vec<Brand>,
    by_fold: HashMap<String, usize>,
    domains: HashSet<&'static str>,
}

static SITES: LazyLock<Sites> = LazyLock::new(|| read(include_str!("sites.txt")));

fn read(list: &'static str) -> Sites {
    let mut sites = Sites { brands: Vec::new(), by_fold: HashMap::new(), domains: HashSet::new() };
    for line in list.lines().filter(|line| !line.starts_with('#')) {
        let Some((head, domains)) = line.split_once(':') else { continue };
        let name = head.trim_end_matches(['~', '*']);
        let brand =
            Brand { name, fold: letters::folded(name), common: head.contains('~'), countries: head.contains('*') };
        sites.by_fold.insert(brand.fold.clone(), sites.brands.len());
        sites.brands.push(brand);
        sites.domains.extend(domains.split_whitespace());
    }
    sites
}

/// Words that stand beside a borrowed name to make it look like a page of its owner.
const LURES: &[&str] = &[
    "login",
    "signin",
    "logon",
    "secure",
    "security",
    "verify",
    "verification",
    "account",
    "accounts",
    "update",
    "support",
    "help",
    "event",
    "gift",
    "coupon",
    "pay",
    "payment",
    "payments",
    "bank",
    "card",
    "auth",
    "confirm",
    "service",
    "services",
    "center",
    "customer",
    "notice",
    "refund",
    "reward",
    "bonus",
    "wallet",
    "app",
    "online",
    "web",
    "official",
    "kr",
    "korea",
    "id",
    "mobile",
    "alert",
    "info",
    "unlock",
    "member",
    "mypage",
    "co",
    "com",
    "www",
    "shop",
    "mall",
    "delivery",
    "parcel",
    "point",
    "points",
    "cert",
    "user",
    "check",
    "safe",
    "loan",
];
/// Links that say nothing of where they lead.
const SHORTENERS: &[&str] = &[
    "bit.ly",
    "t.co",
    "tinyurl.com",
    "goo.gl",
    "is.gd",
    "v.gd",
    "ow.ly",
    "buff.ly",
    "rebrand.ly",
    "cutt.ly",
    "t.ly",
    "rb.gy",
    "lnkd.in",
    "amzn.to",
    "youtu.be",
    "naver.me",
    "me2.do",
    "me2.kr",
    "kko.to",
    "vo.la",
    "han.gl",
    "url.kr",
    "zrr.kr",
    "buly.kr",
    "bitly.com",
    "shorturl.at",
    "s.id",
    "tiny.cc",
    "lin.ee",
    "qrco.de",
    "adf.ly",
    "forms.gle",
];
/// Endings where names cost next to nothing and most are thrown away.
const RISKY: &[&str] = &[
    "xyz", "top", "icu", "cyou", "cfd", "sbs", "click", "buzz", "rest", "monster", "quest", "tk", "ml", "ga", "cf",
    "gq", "bond", "lol", "vip", "shop", "online", "site", "live", "work", "cc", "pw", "cn", "ru", "link", "zip", "mov",
];

/// A host taken apart at its registrable domain (publicsuffix.org).
pub(super) struct Parts<'a> {
    /// As a resolver reads it.
    host: &'a str,
    /// What its owner registered; the whole host where the list knows none.
    pub(super) registrable: &'a str,
    /// The labels in Unicode before the public suffix: the last is the owner's name.
    labels: Vec<&'a str>,
    ending: &'a str,
    /// Anybody may open a name here.
    rented: bool,
}

impl<'a> Parts<'a> {
    pub(super) fn of(host: &'a str, name: &'a str) -> Self {
        let (host, name) = (host.trim_end_matches('.'), name.trim_end_matches('.'));
        let registrable = psl::domain_str(host).unwrap_or(host);
        let suffix = psl::suffix(host.as_bytes());
        let depth = psl::suffix_str(host).filter(|suffix| *suffix != host).map_or(0, |of| of.split('.').count());
        let mut labels: Vec<&str> = name.split('.').collect();
        labels.truncate(labels.len().saturating_sub(depth).max(1));
        Self {
            host,
            registrable,
            labels,
            ending: host.rsplit('.').next().unwrap_or_default(),
            rented: suffix.is_some_and(|of| of.typ() == Some(psl::Type::Private)) && depth > 0,
        }
    }

    fn is_genuine(&self) -> bool {
        SITES.domains.contains(self.registrable)
    }

    /// Whether only a short link stands there.
    pub(super) fn is_shortener(&self) -> bool {
        SHORTENERS.contains(&self.registrable) || SHORTENERS.contains(&self.host)
    }
}

/// Whether a host's whole name is that of a well-known site.
pub(super) fn is_known(domain: &str) -> bool {
    SITES.domains.contains(domain.strip_prefix("www.").unwrap_or(domain))
}

/// Adds what a host that is not a well-known site's own borrows from one, or from a payee.
pub(super) fn check(parts: &Parts<'_>, at: usize, known: &KnownNames, found: &mut Findings) {
    found.add(parts.rented, FindingKind::LinkFreeHosting, at);
    if parts.is_genuine() {
        return;
    }
    let Some((main, subdomains)) = parts.labels.split_last() else { return };
    found.add(subdomains.len() > limits::SUBDOMAINS_MAX, FindingKind::LinkManySubdomains, at);
    let risky = RISKY.contains(&parts.ending) && is_machine_made(main);
    found.add(risky, FindingKind::LinkRiskyEnding, at);
    found.add(known.imitates(main), FindingKind::LinkLookAlike, at);
    let answer = front(parts).or_else(|| owner(parts, main)).or_else(|| label_in_front(parts, subdomains));
    if let Some((kind, weight)) = answer {
        found.0.push(Finding { kind, at, weight });
    }
}

type Answer = Option<(FindingKind, Weight)>;

/// The address of a well-known site in front of another's, with dots or with hyphens for them.
fn front(parts: &Parts<'_>) -> Answer {
    let tokens: Vec<&str> = parts.labels.iter().flat_map(|label| label.split('-')).collect();
    let spelled = |window: &[&str]| SITES.domains.contains(window.join(".").as_str());
    let borrowed = tokens.windows(2).any(spelled) || tokens.windows(3).any(spelled);
    borrowed.then_some((FindingKind::LinkBrandInSubdomain, Weight::Alarms))
}

/// The owner's own name beside the names of the list.
fn owner(parts: &Parts<'_>, main: &str) -> Answer {
    let fold = letters::folded(main);
    if let Some(brand) = SITES.by_fold.get(&fold).and_then(|&at| SITES.brands.get(at)) {
        let country = brand.countries && parts.ending.len() == 2;
        return match (main == brand.name, brand.common) {
            (true, true) => None,
            (true, false) if country => None,
            (true, false) => Some((FindingKind::LinkBrandInDomain, Weight::Warns)),
            (false, true) if main.is_ascii() => Some((FindingKind::LinkLookAlike, Weight::Warns)),
            (false, _) => Some((FindingKind::LinkLookAlike, Weight::Alarms)),
        };
    }
    let lured = main.split('-').any(|token| LURES.contains(&token));
    let token = main.split('-').map(letters::folded).find_map(|token| SITES.by_fold.get(&token));
    if let Some(brand) = token.and_then(|&at| SITES.brands.get(at)).filter(|_| main.contains('-')) {
        match (lured, brand.common) {
            (true, false) => return Some((FindingKind::LinkBrandInDomain, Weight::Alarms)),
            (true, true) | (false, false) => return Some((FindingKind::LinkBrandInDomain, Weight::Warns)),
            (false, true) => {}
        }
    }
    SITES.brands.iter().find_map(|brand| joined(brand, main).or_else(|| misspelled(brand, &fold)))
}

/// A name and a lure written as one word: `kakaobanklogin`, `secure-paypal123`.
fn joined(brand: &Brand, main: &str) -> Answer {
    if brand.name.len() < 4 {
        return None;
    }
    let rest = main.strip_prefix(brand.name).or_else(|| main.strip_suffix(brand.name))?.trim_matches('-');
    let lure = LURES.contains(&rest) || rest.split('-').any(|word| word.len() > 2 && LURES.contains(&word));
    let number = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    let weight = if lure && !brand.common && rest.len() > 2 { Weight::Alarms } else { Weight::Warns };
    (lure || number && !brand.common).then_some((FindingKind::LinkBrandInDomain, weight))
}

/// Letters of the shortest name whose misspellings are looked for: below it too many honest names are one letter away.
const MISSPELLED_CHARS_MIN: usize = 6;

/// One letter more, less, other or out of place.
fn misspelled(brand: &Brand, fold: &str) -> Answer {
    let long = brand.fold.len() >= MISSPELLED_CHARS_MIN && !brand.common && fold.is_ascii();
    (long && one_apart(brand.fold.as_bytes(), fold.as_bytes())).then_some((FindingKind::LinkLookAlike, Weight::Warns))
}

/// Whether two words are one edit or one swap of neighbours apart, in one pass from both ends.
fn one_apart(a: &[u8], b: &[u8]) -> bool {
    if a.len().abs_diff(b.len()) > 1 || a == b {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(head..).unwrap_or_default(), b.get(head..).unwrap_or_default());
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (a.get(..a.len().saturating_sub(tail)), b.get(..b.len().saturating_sub(tail)));
    match (a.unwrap_or_default(), b.unwrap_or_default()) {
        ([a, b], [c, d]) => a == d && b == c,
        (a, b) => a.len() <= 1 && b.len() <= 1,
    }
}

/// A well-known name alone in front of somebody else's domain.
fn label_in_front(parts: &Parts<'_>, subdomains: &[&str]) -> Answer {
    let tokens = || subdomains.iter().flat_map(|label| label.split('-'));
    let brand = tokens()
        .map(letters::folded)
        .find_map(|token| SITES.by_fold.get(&token).and_then(|&at| SITES.brands.get(at)))
        .filter(|brand| !brand.common && brand.name.len() >= 5)?;
    let rest = parts.labels.iter().flat_map(|label| label.split('-'));
    let lured = rest.filter(|token| *token != brand.name).any(|token| LURES.contains(&token));
    let (kind, weight) = if lured {
        (FindingKind::LinkBrandInSubdomain, Weight::Alarms)
    } else {
        (FindingKind::LinkBrandInDomain, Weight::Warns)
    };
    Some((kind, weight))
}

/// A name that nobody chose: digits amid letters, or consonants without end.
fn is_machine_made(label: &str) -> bool {
    let digits = label.bytes().filter(u8::is_ascii_digit).count();
    let mut run = 0_u32;
    let consonants = label.bytes().any(|byte| {
        let consonant = byte.is_ascii_alphabetic() && !b"aeiouy".contains(&byte);
        run = if consonant { run.saturating_add(1) } else { 0 };
        run >= 5
    });
    label.len() >= 6 && (digits >= 3 || consonants)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert!(SITES.brands.len() > 120);
        for domain in &SITES.domains {
            let registrable = psl::domain_str(domain);
            assert!(registrable == Some(*domain) || psl::suffix_str(domain) == Some(*domain), "{domain}");
        }
        for brand in &SITES.brands {
            assert!(brand.name.is_ascii() && brand.name.len() >= 3, "{}", brand.name);
        }
    }

    #[test]
    fn one_edit_is_told_from_two() {
        for (a, b, near) in [
            ("paypal", "paypall", true),
            ("paypal", "papyal", true),
            ("paypal", "paypl", true),
            ("paypal", "payqal", true),
            ("paypal", "paypal", false),
            ("paypal", "pyapla", false),
            ("paypal", "pabcal", false),
        ] {
            assert_eq!(one_apart(a.as_bytes(), b.as_bytes()), near, "{a} {b}");
        }
    }
}
