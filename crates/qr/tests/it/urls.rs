//! The published host and address vectors (UTS 46, the WHATWG tests, punycode, the Public Suffix List), through the public
//! function. What a host is read as is seen by a link in its own parameter: the same owner is no redirect, another is.

use qr::{Inspection, Verdict, inspect};
use serde_json::Value;

use crate::homographs::read;

fn see(text: &str) -> Inspection {
    inspect(text, None, money::Instant::EPOCH)
}

fn has(seen: &Inspection, code: &str) -> bool {
    seen.findings.iter().any(|finding| finding.code == code)
}

/// Whether a host was read at all.
fn is_read(host: &str) -> bool {
    let seen = see(&format!("https://{host}/"));
    !has(&seen, "link_unreadable") && !has(&seen, "host_invalid")
}

/// Whether two hosts are read as one; a host that is dangerous by its letters tells no more than that.
fn are_one(host: &str, other: &str) -> bool {
    let seen = see(&format!("https://{host}/?next=https://{other}/"));
    !has(&seen, "link_redirect")
}

/// `\u0300` and `\x{10FFFF}` as the file writes them; `None` for what no text can hold.
fn unescaped(text: &str) -> Option<String> {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (hex, after) = match rest.strip_prefix("x{") {
            Some(braced) => braced.split_once('}')?,
            None => rest.strip_prefix('u')?.split_at_checked(4)?,
        };
        out.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
        rest = after;
    }
    out.push_str(rest);
    Some(if out == "\"\"" { String::new() } else { out })
}

#[test]
fn hosts_are_read_as_uts_46_says() {
    let Some(text) = read("rust-url/IdnaTestV2.txt") else { return };
    let (mut refused, mut same, mut skipped, mut wrong) = (0, 0, 0, Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#') && line.contains(';')) {
        let fields: Vec<&str> = line.split('#').next().unwrap().split(';').map(str::trim).collect();
        let [source, unicode, status, ascii, ascii_status, ..] = fields[..] else { continue };
        let source = unescaped(source);
        let or = |field: &str, other: Option<String>| if field.is_empty() { other } else { unescaped(field) };
        let unicode = or(unicode, source.clone());
        let ascii = or(ascii, unicode);
        let errors = if ascii_status.is_empty() { status } else { ascii_status };
        let (Some(source), Some(ascii)) = (source, ascii) else {
            skipped += 1;
            continue;
        };
        // Characters that end or open another part of an address are no part of a host; a number is an address.
        let other = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !matches!(c, '-' | '.' | '_');
        let last = ascii.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
        if source.is_empty() || source.contains(other) || ascii.is_empty() || ascii.contains(other) || is_number {
            skipped += 1;
            continue;
        }
        // The checks that the address standard leaves out: lengths, hyphens, the old ASCII rules.
        let left_out = ["A4_1", "A4_2", "V2", "V3", "U1"];
        let mut errors = errors.trim_matches(['[', ']']).split(", ").filter(|error| !error.is_empty());
        if errors.any(|error| !left_out.contains(&error)) {
            refused += 1;
            // Characters assigned since the tables of the library are no host to us either: they are warned of.
            if is_read(&source) && see(&format!("https://{source}/")).verdict == Verdict::Unverified {
                wrong.push(format!("read: {line}"));
            }
        } else if ascii.len() <= 253 && ascii.split('.').all(|label| (1..=63).contains(&label.len())) {
            same += 1;
            if !is_read(&source) || !are_one(&source, &ascii) {
                wrong.push(format!("not read as {ascii}: {line}"));
            }
        } else {
            skipped += 1;
        }
    }
    println!("UTS 46: {refused} hosts refused, {same} read as they should be, {skipped} not for an address");
    assert!(refused > 1_000 && same > 500, "{refused} {same}");
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn addresses_that_browsers_write_are_read() {
    let Some(text) = read("rust-url/setters_tests.json") else { return };
    let file: Value = serde_json::from_str(&text).unwrap();
    let (mut all, mut wrong) = (0, Vec::new());
    for (attribute, cases) in file.as_object().unwrap() {
        for case in cases.as_array().unwrap().iter().filter(|case| case.is_object()) {
            for href in [&case["href"], &case["expected"]["href"]].into_iter().filter_map(Value::as_str) {
                if !(href.starts_with("http:") || href.starts_with("https:")) {
                    continue;
                }
                all += 1;
                let seen = see(href);
                let (port, user) = (case["expected"]["port"].as_str(), case["expected"]["username"].as_str());
                let is_result = case["expected"]["href"].as_str() == Some(href);
                let odd_port = is_result && port.is_some_and(|port| !matches!(port, "" | "80" | "443"));
                let named = is_result && user.is_some_and(|user| !user.is_empty());
                if has(&seen, "link_unreadable")
                    || odd_port && !has(&seen, "link_port")
                    || named && !has(&seen, "link_userinfo")
                {
                    wrong.push(format!("{attribute}: {href} {:?}", seen.findings));
                }
            }
        }
    }
    println!("addresses of the setter tests: {all} read");
    assert!(all > 200 && wrong.is_empty(), "{}", wrong.join("\n"));
    // The one row that sets a whole address: a number in disguise.
    assert_eq!(see("http://0300.168.0xF0").verdict, Verdict::Dangerous);
}

#[test]
fn punycode_is_seen_through() {
    let Some(text) = read("rust-url/punycode_tests.json") else { return };
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut read_as_one = 0;
    for row in &rows {
        let (decoded, encoded) = (row["decoded"].as_str().unwrap(), row["encoded"].as_str().unwrap());
        let lower: String = decoded.chars().flat_map(char::to_lowercase).collect();
        let plain = |c: char| c.is_alphanumeric() || c == '-' || ('\u{0900}'..='\u{097F}').contains(&c);
        let host = !decoded.is_ascii() && decoded.chars().all(plain) && lower == decoded;
        if host && encoded.len() <= 59 {
            read_as_one += 1;
            let written = format!("xn--{}.example", encoded);
            assert!(are_one(&written, &format!("{decoded}.example")), "{decoded} {encoded}");
            assert!(has(&see(&format!("https://{written}/")), "host_punycode"), "{decoded}");
        }
    }
    println!("punycode: {read_as_one} of {} rows are host names, and read", rows.len());
    assert!(read_as_one >= 8, "{read_as_one}");
    let Some(text) = read("rust-url/bad_punycode_tests.json") else { return };
    for row in serde_json::from_str::<Vec<Value>>(&text).unwrap() {
        let decoded = row["decoded"].as_str().unwrap();
        let seen = see(&format!("https://xn--{decoded}.com/"));
        assert_ne!(seen.verdict, Verdict::Unverified, "{:?}", seen.findings);
    }
}

#[test]
fn owners_are_told_apart_as_the_public_suffix_list_tests_say() {
    let Some(text) = read("publicsuffix/test_psl.txt") else { return };
    let (mut owned, mut nobodys, mut wrong) = (0, 0, Vec::new());
    for line in text.lines().filter_map(|line| line.strip_prefix("checkPublicSuffix(")) {
        let (host, expected) = line.trim_end_matches(");").split_once(", ").unwrap();
        let bare = |text: &str| text.trim_matches('\'').to_lowercase();
        let (host, expected) = (bare(host), bare(expected));
        if host == "null" || host.starts_with('.') {
            continue;
        }
        if expected == "null" {
            // A suffix owns nothing: whoever is below it is somebody else.
            nobodys += 1;
            if are_one(&format!("a.{host}"), &format!("b.{host}")) && host.contains('.') {
                wrong.push(format!("{host} is nobody's"));
            }
            continue;
        }
        owned += 1;
        if !are_one(&host, &expected)
            || !are_one(&host, &format!("sub.{expected}"))
            || are_one(&host, "farthing.example.org")
        {
            wrong.push(format!("{host} is of {expected}"));
        }
    }
    println!("Public Suffix List, older tests: {owned} owners, {nobodys} suffixes");
    assert!(owned > 40 && nobodys > 15 && wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn own_rows_of_hosts() {
    for (host, other, one) in [
        ("shop.co.kr", "www.shop.co.kr", true),
        ("shop.co.kr", "other.co.kr", false),
        ("a.github.io", "b.github.io", false),
        ("xn--3e0b707e.kr", "한국.kr", true),
        ("한국.kr", "WWW.한국.KR", true),
        ("faß.de", "fass.de", false),
        ("bücher.example", "xn--bcher-kva.example", true),
        ("example.com.", "example.com", true),
        ("a.kawasaki.jp", "city.kawasaki.jp", false),
    ] {
        assert_eq!(are_one(host, other), one, "{host} {other}");
    }
    for bad in
        ["xn--a", "xn--.com", "a..b", "xn--0ca24w.com", "xn--xn---epa.com", "a\u{AD}\u{200D}b\u{378}.com", "--.xn--zz"]
    {
        assert!(see(&format!("https://{bad}/")).verdict != Verdict::Unverified, "{bad}");
    }
}
