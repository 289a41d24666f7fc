//! Digests, moments and secrets.

use money::{Digest, DigestError, Instant, InstantError, Secret};
use proptest::prelude::*;

#[test]
fn a_digest_is_43_characters_of_base64url() {
    let zero = "A".repeat(43);
    assert_eq!(Digest::from_bytes([0; 32]).to_string(), zero);
    assert_eq!(zero.parse(), Ok(Digest::from_bytes([0; 32])));
    let bad = [
        String::new(),
        "A".repeat(42),
        "A".repeat(44),
        format!("{}=", "A".repeat(43)),
        format!("{}+", "A".repeat(42)),
        format!("{}/", "A".repeat(42)),
        // The last character carries four bits only; another one with the same four would be a second name.
        format!("{}B", "A".repeat(42)),
        format!(" {}", "A".repeat(42)),
    ];
    for text in bad {
        assert_eq!(text.parse::<Digest>(), Err(DigestError), "`{text}`");
    }
}

#[test]
fn a_moment_is_rfc_3339_in_utc() {
    for (millis, text) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_790_000_000_123, "2026-09-21T14:13:20.123Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(Instant::from_unix_millis(millis).to_string(), text);
        assert_eq!(text.parse(), Ok(Instant::from_unix_millis(millis)));
    }
    assert_eq!("2026-09-21T23:13:20.123+09:00".parse(), Ok(Instant::from_unix_millis(1_790_000_000_123)));
    for text in ["", "2026-09-21", "2026-09-21T14:13:20", "2026-13-01T00:00:00Z", "1790000000123", "now"] {
        assert_eq!(text.parse::<Instant>(), Err(InstantError), "`{text}`");
    }
}

#[test]
fn the_first_and_last_moment_can_be_written() {
    assert_eq!(Instant::LAST.to_string(), "9999-12-30T22:00:00.000Z");
    assert_eq!("9999-12-30T22:00:00.999Z".parse::<Instant>(), Err(InstantError));
    assert_eq!(Instant::from_unix_millis(i64::MAX), Instant::LAST);
    assert_eq!(Instant::from_unix_seconds(i64::MAX), Instant::LAST);
    assert_eq!(Instant::from_unix_millis(i64::MIN), Instant::FIRST);
    assert_eq!(Instant::FIRST.to_string().parse(), Ok(Instant::FIRST));
    assert_eq!(format!("{:?}", Instant::EPOCH), "1970-01-01T00:00:00.000Z");
}

#[test]
fn time_does_not_wrap() {
    assert_eq!(Instant::EPOCH.checked_add_seconds(i64::MAX), None);
    assert_eq!(Instant::EPOCH.checked_add_seconds(i64::MIN), None);
    assert_eq!(Instant::LAST.checked_add_seconds(1), None);
    assert_eq!(Instant::EPOCH.checked_add_seconds(-1), Some(Instant::from_unix_seconds(-1)));
    assert_eq!(Instant::from_unix_millis(-1).unix_seconds(), -1);
    assert!(Instant::LAST.millis_since(Instant::FIRST) > 0);
}

#[test]
fn a_secret_is_three_stars() {
    let secret = Secret::new("correct horse");
    assert_eq!(format!("{secret:?} {secret:#?} {:?}", Some(&secret)), "*** *** Some(***)");
    assert_eq!(*secret.dangerous_reveal(), "correct horse");
}

proptest! {
    #[test]
    fn a_digest_is_read_back(bytes: [u8; 32]) {
        let digest = Digest::from_bytes(bytes);
        let text = digest.to_string();
        prop_assert_eq!(text.len(), 43);
        prop_assert_eq!(text.parse(), Ok(digest));
        prop_assert_eq!(serde_json::from_str::<Digest>(&format!("\"{text}\"")).unwrap(), digest);
        prop_assert_eq!(digest.as_bytes(), &bytes);
    }

    #[test]
    fn a_moment_is_read_back(millis in Instant::FIRST.unix_millis()..=Instant::LAST.unix_millis()) {
        let at = Instant::from_unix_millis(millis);
        prop_assert_eq!(at.unix_millis(), millis);
        prop_assert_eq!(at.to_string().parse(), Ok(at));
        prop_assert_eq!(serde_json::from_str::<Instant>(&serde_json::to_string(&at).unwrap()).unwrap(), at);
    }

    #[test]
    fn seconds_are_added_and_measured(millis in 0_i64..4_000_000_000_000, seconds in -1_000_000_i64..1_000_000) {
        let at = Instant::from_unix_millis(millis);
        let later = at.checked_add_seconds(seconds).unwrap();
        prop_assert_eq!(later.millis_since(at), seconds * 1000);
        prop_assert_eq!(at < later, seconds > 0);
    }
}
