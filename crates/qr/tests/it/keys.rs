//! A key set is trusted only under the pinned root.

use money::Digest;
use qr::{KeySet, KeySetBody, KeySetError, PublishedKey, TrustedKeys};

use crate::fixture::{Key, body, key_set, later, now, pinned, signer};

#[track_caller]
fn check(set: &KeySet, last: Option<u64>, expected: Result<u64, KeySetError>) {
    assert_eq!(TrustedKeys::check(set, &pinned(), last, now()).map(|keys| keys.sequence()), expected);
}

#[test]
fn each_refusal_has_its_name() {
    let good = key_set(body());
    check(&good, None, Ok(7));
    check(&good, Some(7), Ok(7));
    check(&good, Some(8), Err(KeySetError::RolledBack));

    let evil = Key::seeded(8);
    let other = qr::sign_key_set(body(), evil.public(), |bytes| evil.sign(bytes));
    check(&other, None, Err(KeySetError::OtherRoot));
    let borrowed = KeySet { root_x: good.root_x.clone(), ..other.clone() };
    check(&borrowed, None, Err(KeySetError::OtherRoot));
    let borrowed = KeySet { set: body(), ..borrowed };
    check(&borrowed, None, Err(KeySetError::Signature));
    check(&KeySet { signature: String::new(), ..good.clone() }, None, Err(KeySetError::Signature));
    let longer = KeySet { set: KeySetBody { expires_at: later(9_999), ..body() }, ..good };
    check(&longer, None, Err(KeySetError::Signature));

    check(&key_set(KeySetBody { expires_at: now(), ..body() }), None, Err(KeySetError::Expired));
    check(&key_set(KeySetBody { sequence: u64::MAX, ..body() }), None, Err(KeySetError::Malformed));
    let with = |keys: Vec<PublishedKey>| key_set(KeySetBody { keys, ..body() });
    check(&with(vec![signer().published("key-1"); 2]), None, Err(KeySetError::Malformed));
    check(&with(vec![signer().published("KEY")]), None, Err(KeySetError::Malformed));
    check(
        &with(vec![PublishedKey { x: "AAAA".to_owned(), ..signer().published("k") }]),
        None,
        Err(KeySetError::Malformed),
    );
    let many = (0..17).map(|index| signer().published(&format!("k{index}"))).collect();
    check(&with(many), None, Err(KeySetError::Malformed));
    check(&with(Vec::new()), None, Ok(7));
}

#[test]
fn another_pin_refuses_the_set() {
    let pin = Digest::from_bytes([0; 32]);
    let refused = TrustedKeys::check(&key_set(body()), &pin, None, now()).map(drop);
    assert_eq!(refused, Err(KeySetError::OtherRoot));
}

#[test]
fn a_set_survives_its_json() {
    let set = key_set(body());
    let text = serde_json::to_string(&set).unwrap();
    check(&serde_json::from_str(&text).unwrap(), None, Ok(7));
}

#[test]
fn a_set_without_withdrawals_reads_and_signs_as_it_always_did() {
    let set = key_set(body());
    let text = serde_json::to_string(&set).unwrap();
    assert!(!text.contains("revoked"), "{text}");
    let with = |keys: &[&str], serials: &[&str]| {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        key_set(KeySetBody { revoked_keys: owned(keys), revoked_serials: owned(serials), ..body() })
    };
    check(&with(&["key-0"], &["S-1"]), None, Ok(7));
    check(&with(&["KEY"], &[]), None, Err(KeySetError::Malformed));
    check(&with(&[], &["s-1"]), None, Err(KeySetError::Malformed));
    check(&with(&["k"; qr::limits::REVOKED_KEYS_MAX + 1], &[]), None, Err(KeySetError::Malformed));
    check(&with(&[], &["S"; qr::limits::REVOKED_SERIALS_MAX + 1]), None, Err(KeySetError::Malformed));
    // A withdrawal taken out on the way breaks the root's signature.
    let signed = with(&[], &["S-1"]);
    let removed = KeySet { set: body(), ..signed };
    check(&removed, None, Err(KeySetError::Signature));
}
