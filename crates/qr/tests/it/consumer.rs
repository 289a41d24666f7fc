//! Consumer-presented codes.

use proptest::prelude::*;
use qr::{BerObject, decode_consumer, encode_consumer, inspect};
use serde_json::Value;

fn codes(text: &str) -> Vec<(&'static str, usize)> {
    decode_consumer(text).findings.iter().map(|found| (found.kind.code(), found.at)).collect()
}

#[test]
fn faults_are_named_with_their_byte() {
    assert_eq!(codes("hQVDUFYwMWEHTwWgAAAAAQ=="), []);
    assert_eq!(codes("hQVDUFYwMQ=="), [("cpm_application_missing", 7)]);
    assert_eq!(codes("hSBDUFYwMQ=="), [("ber_truncated", 0)]);
    assert_eq!(codes("hQVDUFYwMYUFQ1BWMDE="), [("cpm_application_missing", 14), ("ber_tag_repeated", 7)]);
    assert_eq!(codes("T4P///+gAAAAVVU="), [("ber_truncated", 0)]);
    assert_eq!(codes("n///////"), [("ber_tag_broken", 0)]);
    assert_eq!(codes("T4A="), [("ber_length_broken", 1)]);
    assert_eq!(codes("%%%"), [("base64_invalid", 0)]);
}

#[test]
fn deep_nesting_is_refused_and_never_exhausts_the_stack() {
    let mut object = BerObject { tag: 0x4F, value: vec![1; 5], children: vec![], at: 0 };
    for _ in 0..60 {
        object = BerObject { tag: 0x61, value: vec![], children: vec![object], at: 0 };
    }
    let found = decode_consumer(&encode_consumer(&[object])).findings;
    assert!(found.iter().any(|found| found.kind.code() == "ber_too_deep"), "{found:?}");
}

#[test]
fn published_codes_are_read_as_published() {
    let Some(cases) = crate::vectors::cases("cpm.json") else { return };
    for case in &cases {
        let seen = inspect(case["base64"].as_str().unwrap(), None, money::Instant::EPOCH);
        let expect = case["expect"].as_str().unwrap();
        assert_eq!(seen.valid, expect != "invalid", "{}: {:?}", case["id"], seen.findings);
        assert!(seen.valid || !seen.findings.is_empty());
        let tree = serde_json::to_value(&seen.tree).unwrap();
        assert!(case["tree"] == tree || case["tree"] == Value::Null, "{}: {tree}", case["id"]);
    }
}

fn object() -> impl Strategy<Value = BerObject> {
    let tag = prop_oneof![Just(0x4F_u32), Just(0x57), Just(0x9F26), Just(0x5F34), Just(0x50)];
    let leaf = (tag, proptest::collection::vec(any::<u8>(), 0..300));
    leaf.prop_map(|(tag, value)| BerObject { tag, value, children: vec![], at: 0 }).prop_recursive(3, 12, 4, |inner| {
        let tag = prop_oneof![Just(0x61_u32), Just(0x62), Just(0x63), Just(0x64)];
        (tag, proptest::collection::vec(inner, 1..4)).prop_map(|(tag, children)| BerObject {
            tag,
            value: vec![],
            children,
            at: 0,
        })
    })
}

fn plain(object: &BerObject) -> (u32, Vec<u8>, Vec<Value>) {
    let value = if object.children.is_empty() { object.value.clone() } else { vec![] };
    (object.tag, value, object.children.iter().map(|child| serde_json::to_value(plain(child)).unwrap()).collect())
}

proptest! {
    #[test]
    fn what_is_written_is_read(objects in proptest::collection::vec(object(), 1..4)) {
        let read = decode_consumer(&encode_consumer(&objects)).objects;
        prop_assert_eq!(read.iter().map(plain).collect::<Vec<_>>(), objects.iter().map(plain).collect::<Vec<_>>());
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), base in "[A-Za-z0-9+/]{0,80}={0,2}") {
        let _ = decode_consumer(&text);
        let _ = inspect(&base, None, money::Instant::EPOCH);
        let _ = decode_consumer(&base);
    }
}
