//! Packs that are pending as shipped, started by an overlay: what an operator would do on the day.

use policy::{Decision, Library, Outcome, Request};

use crate::cases::{library, shipped};

/// The shipped files with `from` replaced by `to` in the pack called `name`.
fn overlay(name: &str, from: &str, to: &str) -> Library {
    let mut files = shipped();
    let (_, text) = files.iter_mut().find(|(file, _)| file.ends_with(name)).unwrap();
    assert!(text.contains(from), "{from}");
    *text = text.replacen(from, to, 1);
    library(&files)
}

fn decide(library: &Library, json: &str) -> Decision {
    policy::decide(library, &Request::from_json(json).unwrap()).unwrap()
}

fn scam(at: &str, payer: &str, police: bool) -> String {
    format!(
        r#"{{"at":"{at}","packs":["eu-psr"],"operation":{{"kind":"claim"}},"payer":{{"kind":"{payer}"}},
        "claim":{{"kind":"impersonation","loss":"900.00 EUR","police_report":{police},"provider_told":true,"gross_negligence":false}}}}"#
    )
}

#[test]
fn a_pending_regulation_promises_nothing_until_it_starts() {
    let pending = library(&shipped());
    let before = decide(&pending, &scam("2026-12-01T10:00:00+01:00", "consumer", true));
    assert!(before.packs.is_empty() && before.liability.is_empty() && before.reasons.is_empty());
    let started = overlay(
        "eu-psr.toml",
        "status = \"enacted_pending\"",
        "status = \"in_force\"\neffective = { from = 2028-09-01 }",
    );
    let eve = decide(&started, &scam("2028-08-31T23:59:59+02:00", "consumer", true));
    assert!(eve.liability.is_empty());
    let refund = decide(&started, &scam("2028-09-01T00:00:00+02:00", "consumer", true));
    assert_eq!(refund.liability[0].reimburse.to_string(), "900.00 EUR");
    assert_eq!(refund.outcome, Outcome::Permit);
    for (payer, police) in [("business", true), ("consumer", false)] {
        let none = decide(&started, &scam("2028-10-01T10:00:00+02:00", payer, police));
        assert!(none.liability[0].reimburse.is_zero() && !none.liability[0].failed.is_empty());
    }
}

#[test]
fn verification_of_the_payee_starts_six_months_after_the_rest() {
    let started = overlay(
        "eu-psr.toml",
        "status = \"enacted_pending\"",
        "status = \"in_force\"\neffective = { from = 2028-09-01 }",
    );
    let transfer = |at: &str| {
        let json =
            format!(r#"{{"at":"{at}","packs":["eu-psr"],"operation":{{"channel":"transfer","amount":"10.00 EUR"}}}}"#);
        decide(&started, &json).obligations.len()
    };
    assert_eq!(transfer("2028-09-01T00:00:00+02:00"), 0);
    assert_eq!(transfer("2029-02-28T23:59:59+01:00"), 0);
    assert_eq!(transfer("2029-03-01T00:00:00+01:00"), 1);
}

#[test]
fn the_longest_hold_is_the_latest_moment_not_the_latest_text() {
    let pack = |id: &str, zone: &str, span: &str| {
        format!(
            r#"id = "{id}"
title = "T"
version = "1"
jurisdiction = "EU"
layer = "regulator"
status = "in_force"
effective = {{ from = 2026-01-01 }}
time_zone = "{zone}"
currency = "EUR"
evidence = "V1"
[citations]
a = {{ law = "L", article = "1", source = "S" }}
[[rules]]
id = "r"
kind = "hold"
citation = "a"
say = "s"
for = "{span}"
"#
        )
    };
    // 12 hours end at 07:00+09:00, which is 22:00Z; 13 hours end at 23:00Z, a smaller text and a later moment.
    let (seoul, utc) = (pack("a", "Asia/Seoul", "12h"), pack("b", "Etc/UTC", "13h"));
    for files in [[("a.toml", &seoul), ("b.toml", &utc)], [("b.toml", &utc), ("a.toml", &seoul)]] {
        let library = Library::read(files.map(|(name, text)| (name, text.as_str()))).unwrap();
        let held = decide(&library, r#"{"at":"2026-03-01T10:00:00Z","packs":["a","b"],"operation":{}}"#);
        assert_eq!(held.held_until.as_deref(), Some("2026-03-01T23:00:00+00:00"));
    }
}
