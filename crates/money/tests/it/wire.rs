//! Amounts in JSON: integers that every reader keeps, or nothing.

use money::{Amount, Currency};
use proptest::prelude::*;

const LARGEST: i64 = 9_007_199_254_740_991;

fn read(minor: &str) -> Result<Amount, String> {
    serde_json::from_str(&format!(r#"{{"currency":"KRW","minor":{minor}}}"#)).map_err(|error| error.to_string())
}

#[test]
fn an_amount_is_its_currency_and_its_minor_units() {
    let amount = Amount::new(4500, Currency::KRW);
    assert_eq!(serde_json::to_string(&amount).unwrap(), r#"{"currency":"KRW","minor":4500}"#);
    assert_eq!(read("4500"), Ok(amount));
    assert_eq!(read("-1"), Ok(Amount::new(-1, Currency::KRW)), "whether it may be negative is for the field to say");
}

#[test]
fn l27_what_is_not_an_integer_is_refused() {
    for minor in ["1.5", "4500.0", "1e2", "1E2", "+1", "\"4500\"", "\"\"", "null", "true", "[1]", "{}", "NaN", "01"] {
        assert!(read(minor).is_err(), "{minor}");
    }
}

#[test]
fn l28_beyond_what_every_reader_keeps_is_refused() {
    for minor in [LARGEST, -LARGEST] {
        assert_eq!(read(&minor.to_string()), Ok(Amount::new(minor, Currency::KRW)));
    }
    for minor in [
        "9007199254740992",
        "-9007199254740992",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "170141183460469231731687303715884105727",
    ] {
        assert!(read(minor).is_err(), "{minor}");
    }
    assert!(read("9007199254740992").unwrap_err().contains("amount is too large"));
}

/// The published row wants 9007199254740993 to survive; ours is refused both ways, so it is never another number.
#[test]
fn l46_an_amount_is_never_rounded() {
    assert!(read("9007199254740993").is_err());
    assert!(serde_json::to_string(&Amount::new(9_007_199_254_740_993, Currency::KRW)).is_err());
    assert!(serde_json::to_string(&Amount::new(i64::MIN, Currency::KRW)).is_err());
}

#[test]
fn unknown_missing_and_repeated_members_are_refused() {
    for json in [
        r#"{"currency":"KRW"}"#,
        r#"{"minor":1}"#,
        r#"{"currency":"KRW","minor":1,"scale":2}"#,
        r#"{"currency":"KRW","minor":1,"minor":2}"#,
        r#"{"currency":"krw","minor":1}"#,
        r#"{"currency":"XXX","minor":1}"#,
        r#"{"currency":410,"minor":1}"#,
        r#""4500 KRW""#,
        "4500",
        "null",
    ] {
        assert!(serde_json::from_str::<Amount>(json).is_err(), "{json}");
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(minor in -LARGEST..=LARGEST, currency in prop::sample::select(
        Currency::all().collect::<Vec<_>>(),
    )) {
        let amount = Amount::new(minor, currency);
        let json = serde_json::to_string(&amount).unwrap();
        prop_assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), amount);
    }
}
