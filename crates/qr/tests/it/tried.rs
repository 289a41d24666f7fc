//! Texts of every kind a camera meets, judged by hand from the standards (`tried.txt`): honest ones must not be doubted,
//! tricks must be named.

use base64::{Engine, engine::general_purpose::STANDARD};
use qr::{Inspection, inspect};

/// The moment they are judged at: 25 November 2026.
const NOW: money::Instant = money::Instant::from_unix_seconds(1_795_600_000);

/// `\u{…}` as the character it names.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (hex, rest) = part.split_once('}').unwrap();
        out.push(char::from_u32(u32::from_str_radix(hex, 16).unwrap()).unwrap());
        out.push_str(rest);
    }
    out
}

/// `01:11 26[00:com.example 01:x]` as objects; what is read is taken off the front, up to a closing bracket.
fn objects(spec: &mut &str) -> String {
    let mut out = String::new();
    while !spec.is_empty() && !spec.starts_with(']') {
        let (id, rest) = spec.split_at(2);
        let value = if let Some(inner) = rest.strip_prefix('[') {
            *spec = inner;
            let value = objects(spec);
            *spec = &spec[1..];
            value
        } else {
            let rest = rest.strip_prefix(':').unwrap();
            let end = rest.find([' ', ']']).unwrap_or(rest.len());
            *spec = &rest[end..];
            unescaped(&rest[..end])
        };
        out.push_str(&format!("{id}{:02}{value}", value.chars().count()));
        *spec = spec.strip_prefix(' ').unwrap_or(spec);
    }
    out
}

fn closed(body: &str) -> String {
    let open = format!("{body}6304");
    let step = |crc: u16, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
    let crc = open.bytes().fold(0xFFFF_u16, |crc, byte| (0..8).fold(crc ^ (u16::from(byte) << 8), step));
    format!("{open}{crc:04X}")
}

fn text_of(spec: &str) -> String {
    if let Some(mut rest) = spec.strip_prefix("emv ") {
        return closed(&objects(&mut rest));
    }
    let Some(hex) = spec.strip_prefix("cpm ") else { return unescaped(spec) };
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    STANDARD.encode((0..hex.len()).step_by(2).map(byte).collect::<Vec<u8>>())
}

fn heavy(seen: &Inspection) -> bool {
    seen.findings.iter().any(|finding| matches!(finding.weight, "breaks" | "warns" | "refuses" | "alarms"))
}

#[test]
fn every_tried_text_is_judged_as_the_standards_say() {
    let (mut rows, mut wrong) = (0, Vec::new());
    for line in include_str!("tried.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let [verdict, finding, spec] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("three columns: {line}")
        };
        let seen = inspect(&text_of(spec), None, NOW);
        let said = serde_json::to_value(seen.verdict).unwrap();
        let found: Vec<&str> = seen.findings.iter().map(|finding| finding.code).collect();
        // National codes leave out what the standard wants of all; that is no finding of theirs.
        let national = ["category_missing", "name_missing", "city_missing"];
        let honest = !heavy(&seen)
            || seen.findings.iter().all(|one| one.weight != "warns") && found.iter().all(|one| national.contains(one));
        let as_found = if finding == "-" { honest } else { found.contains(&finding) };
        rows += 1;
        if said != *verdict || !as_found {
            wrong.push(format!("{spec}\n    wanted {verdict} {finding}, got {said} {found:?}"));
        }
    }
    assert!(rows > 250, "{rows}");
    assert!(wrong.is_empty(), "{} of {rows} wrong\n{}", wrong.len(), wrong.join("\n"));
}
