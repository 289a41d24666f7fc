//! Lowering a cap, adding an event or a factor's removal never turns a refusal into a permit; one cap is never passed.

use policy::{Library, Outcome, Request};
use proptest::prelude::*;

fn pack(cap: i64, window: &str) -> String {
    format!(
        "id = \"t\"\ntitle = \"T\"\nversion = \"1\"\njurisdiction = \"EU\"\nlayer = \"regulator\"\nstatus = \"in_force\"\n\
         effective = {{ from = 2026-01-01 }}\ntime_zone = \"Europe/Berlin\"\ncurrency = \"EUR\"\nevidence = \"V1\"\n\
         [citations]\na = {{ law = \"L\", article = \"1\", source = \"S\" }}\n\
         [[rules]]\nid = \"r\"\nkind = \"limit\"\ncitation = \"a\"\nsay = \"s\"\ncap = \"{cap}.00 EUR\"\nwindow = {window}\n"
    )
}

fn outcome(cap: i64, window: &str, history: &[(u32, i64)], amount: i64) -> Outcome {
    let text = pack(cap, window);
    let library = Library::read([("t.toml", text.as_str())]).unwrap();
    let events: Vec<String> = history
        .iter()
        .map(|(hour, euros)| {
            format!(
                "{{\"at\":\"2026-03-{:02}T{:02}:30:00+01:00\",\"amount\":\"{euros}.00 EUR\"}}",
                1 + hour / 24,
                hour % 24
            )
        })
        .collect();
    let json = format!(
        "{{\"at\":\"2026-03-20T12:00:00+01:00\",\"packs\":[\"t\"],\"operation\":{{\"amount\":\"{amount}.00 EUR\"}},\"history\":[{}]}}",
        events.join(",")
    );
    policy::decide(&library, &Request::from_json(&json).unwrap()).unwrap().outcome
}

const WINDOWS: &[&str] = &[
    "\"day\"",
    "\"month\"",
    "{ rolling = \"24h\" }",
    "{ rolling = \"7d\" }",
    "\"lifetime\"",
    "{ band = [\"20:00\", \"13:00\"] }",
];

proptest! {
    #[test]
    fn tightening_never_permits(
        cap in 1_i64..200, less in 0_i64..100, place in 0..WINDOWS.len(), amount in 1_i64..100,
        history in prop::collection::vec((0_u32..460, 1_i64..60), 0..20),
    ) {
        let window = WINDOWS[place];
        let before = outcome(cap, window, &history, amount);
        prop_assert!(outcome((cap - less).max(0), window, &history, amount) >= before);
        let more: Vec<_> = history.iter().copied().chain([(459, 5)]).collect();
        prop_assert!(outcome(cap, window, &more, amount) >= before);
        prop_assert!(outcome(cap, window, &history, amount + 1) >= before);
    }

    #[test]
    fn a_day_is_counted_as_a_person_would(
        cap in 1_i64..200, amount in 1_i64..100, history in prop::collection::vec((0_u32..460, 1_i64..60), 0..20),
    ) {
        // The naive count: the wall clock's date, nothing else.
        let today: i64 = history.iter().filter(|(hour, _)| 1 + hour / 24 == 20).map(|(_, euros)| euros).sum();
        let expected = if today + amount <= cap { Outcome::Permit } else { Outcome::Deny };
        prop_assert_eq!(outcome(cap, "\"day\"", &history, amount), expected);
    }
}
