//! Published codes of fourteen national networks (`vectors/01-emv-qr` of the shared folder).

use std::path::{Path, PathBuf};

use qr::{DecodeErrorKind, FindingKind, decode};
use serde_json::{Map, Value, json};

#[expect(clippy::disallowed_methods, reason = "where the published vectors are is told by the environment")]
pub(crate) fn shared() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    std::env::var_os("FARTHING_SHARED").map_or_else(default, PathBuf::from)
}

pub(crate) fn cases(name: &str) -> Option<Vec<Value>> {
    let path = shared().join("vectors/01-emv-qr").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("published vectors are not at {}: nothing compared", path.display());
        return None;
    };
    let mut file: Value = serde_json::from_str(&text).unwrap();
    Some(serde_json::from_value(file["cases"].take()).unwrap())
}

/// Only what the vectors say about an object.
fn object(element: &qr::Element<'_>) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), json!(element.id_text()));
    object.insert("len".to_owned(), json!(element.value.chars().count()));
    object.insert("value".to_owned(), json!(element.value));
    if !element.children.is_empty() {
        object.insert("sub".to_owned(), element.children.iter().map(self::object).collect());
    }
    Value::Object(object)
}

fn finding(strict: &str) -> FindingKind {
    use FindingKind as K;
    match strict {
        "mandatory ID 52 missing" => K::CategoryMissing,
        "mandatory ID 53 missing" => K::CurrencyMissing,
        "mandatory ID 58 missing" => K::CountryMissing,
        "mandatory ID 59 missing" => K::NameMissing,
        "mandatory ID 60 missing" => K::CityMissing,
        "ID 59 has length 0" | "ID 62 has length 0" => K::ValueEmpty,
        "ID 59 longer than 25" => K::NameTooLong,
        "ID 60 longer than 15" => K::CityTooLong,
        "ID 00 is not first with value 01" => K::FormatNotFirst,
        "no merchant account information (02-51)" => K::AccountMissing,
        "MCC is not 4 digits" => K::CategoryFormat,
        template if template.ends_with("is not TLV") => K::TemplateNotObjects,
        other => panic!("a strict finding without a name here: {other}"),
    }
}

#[test]
fn every_valid_code_is_read_as_published() {
    let Some(cases) = cases("mpm-valid.json") else { return };
    for case in &cases {
        let id = &case["id"];
        let text = case["payload"].as_str().unwrap();
        let payload = decode(text).unwrap_or_else(|error| panic!("{id}: {error}"));
        let tree: Value = payload.elements().iter().map(object).collect();
        assert_eq!(tree, case["tree"], "{id}");
        let seen = qr::inspect(text, None, money::Instant::EPOCH);
        assert_eq!(serde_json::to_value(&seen.fields).unwrap(), case["fields"], "{id}");
        // The Brazilian manual forbids `https://` in a location; the vectors refuse it in `x009` and keep it in `v028`.
        assert!(seen.valid == (id != "v028") && seen.verdict != qr::Verdict::Trusted, "{id}");
        for strict in case["strict_findings"].as_array().unwrap() {
            let kind = finding(strict.as_str().unwrap());
            assert!(payload.findings().iter().any(|found| found.kind == kind), "{id}: {strict}");
        }
    }
    println!("{} published codes read", cases.len());
}

/// Whether the answer names the fault that the vector names. A structure fault, also one inside a template that
/// the vectors' own walk does not enter, is said before a checksum fault.
fn is_named(case: &Value, kind: DecodeErrorKind) -> bool {
    use DecodeErrorKind as K;
    let structure = matches!(kind, K::TooLong | K::IdNotDigits | K::LengthNotDigits | K::Truncated);
    match case["crc"].as_str().unwrap() {
        _ if structure => true,
        "mismatch" => kind == K::CrcMismatch,
        "absent" => kind == K::CrcMissing,
        "not-hex" => kind == K::CrcNotHex,
        _ => false,
    }
}

#[test]
fn every_broken_code_is_refused() {
    let Some(cases) = cases("mpm-invalid.json") else { return };
    let (mut refused, mut accepted) = (0, Vec::new());
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let answer = decode(case["payload"].as_str().unwrap()).map(drop);
        match (case["expect"].as_str().unwrap(), answer) {
            ("invalid (semantic)", Ok(())) => {
                let seen = qr::inspect(case["payload"].as_str().unwrap(), None, money::Instant::EPOCH);
                accepted.extend(seen.valid.then_some(id));
                refused += 1;
            }
            (_, Err(error)) => {
                assert!(is_named(case, error.kind), "{id}: {error}");
                refused += 1;
            }
            // WHY: EMVCo counts characters. A code that adds up in bytes only is refused like any broken one;
            // guessing the unit would let two readers see two different codes.
            (expect, Ok(())) => panic!("{id} ({expect}) was accepted"),
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    println!("{refused} broken codes refused");
}

/// The vectors' own label, where it follows from what the code says: `v084` names nothing but baht.
#[test]
fn every_network_is_recognised_by_its_identifier() {
    let Some(cases) = cases("mpm-valid.json") else { return };
    let mut other = Vec::new();
    for case in &cases {
        let seen = qr::inspect(case["payload"].as_str().unwrap(), None, money::Instant::EPOCH);
        let network = serde_json::to_value(seen.network).unwrap();
        if network != case["profile"] {
            other.push(format!("{} {} {network}", case["id"], case["profile"]));
        }
    }
    assert!(other.iter().all(|row| row.contains("v084")), "{other:?}");
}

#[test]
fn strict_refuses_exactly_what_the_vectors_object_to() {
    let Some(cases) = cases("mpm-valid.json") else { return };
    let mut other = Vec::new();
    for case in &cases {
        let seen = qr::inspect(case["payload"].as_str().unwrap(), None, money::Instant::EPOCH);
        let clean = case["strict_findings"].as_array().unwrap().is_empty();
        if seen.is_strict() != clean && case["id"] != "v028" {
            other.push((case["id"].to_string(), seen.findings));
        }
    }
    assert!(other.is_empty(), "{other:#?}");
}

#[test]
fn the_verification_table_of_khqr_is_answered_with_its_numbers() {
    let Some(cases) = cases("khqr-verify-table.json") else { return };
    let mut other = Vec::new();
    for case in &cases {
        let now = money::Instant::from_unix_millis(case["valid_at_ms"].as_i64().unwrap_or(1_640_000_000_000));
        let seen = qr::inspect(case["payload"].as_str().unwrap(), None, now);
        // Two broken rows name no account of Bakong: they are refused, without a number of its kit.
        let khqr = seen.network == Some(qr::Network::Khqr);
        let number = case["bakong_error_code"].as_u64().filter(|_| khqr);
        let given: Vec<u64> = seen.findings.iter().filter_map(|found| found.bakong_error_code.map(u64::from)).collect();
        if seen.valid != (case["expect"] == "valid") || number.is_some_and(|number| !given.contains(&number)) {
            other.push(format!("{} {number:?} {given:?} {}", case["statement"], case["payload"]));
        }
    }
    assert!(other.is_empty(), "{other:#?}");
}

#[test]
fn any_one_changed_character_of_a_published_code_is_refused() {
    let Some(cases) = cases("mpm-valid.json") else { return };
    for case in &cases {
        let good: Vec<char> = case["payload"].as_str().unwrap().chars().collect();
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] = match good[at] {
                '9' => '0',
                'z' | 'Z' => 'a',
                c => char::from_u32(u32::from(c) + 1).unwrap(),
            };
            let changed: String = changed.into_iter().collect();
            assert!(decode(&changed).is_err(), "{}: character {at}: {changed}", case["id"]);
        }
    }
}

#[test]
fn a_forged_amount_with_a_right_checksum_is_readable_but_never_trusted() {
    let Some(cases) = cases("mpm-valid.json") else { return };
    let keys = crate::fixture::keys();
    for case in &cases {
        let text = case["payload"].as_str().unwrap();
        let forged = crate::fixture::with_right_crc(&text.replace("5802", "5402995802"));
        let seen = qr::inspect(&forged, Some(&keys), crate::fixture::now());
        assert_ne!(seen.verdict, qr::Verdict::Trusted, "{}", case["id"]);
    }
}
