//! Counters answer what the history answers, over every kind of window; no interleaving passes a cap.

use std::sync::LazyLock;

use policy::{Counters, CountersError, Decision, Library, Outcome, Request};
use proptest::prelude::*;

const WINDOWS: &[&str] = &[
    "\"day\"",
    "\"month\"",
    "\"year\"",
    "\"lifetime\"",
    "\"since_full_auth\"",
    "\"payment\"",
    "{ rolling = \"24h\" }",
    "{ rolling = \"90min\" }",
    "{ rolling = \"3d\" }",
    "{ rolling = \"2mo\" }",
    "{ cycle = \"payer.closing_day\" }",
    "{ band = [\"20:00\", \"06:00\"] }",
    "{ band = [\"20:00\", \"06:00\"], band_from = \"settings.night_start\" }",
    "{ since = \"device.bound_at\", for = \"12d\" }",
    "{ since = \"payer.enrolled_at\", for = \"100h\" }",
];

/// The packs of one way of refunding, read once.
fn library(refunds: &str) -> &'static Library {
    static ALL: LazyLock<[Library; 3]> = LazyLock::new(|| ["none", "same_window", "original_window"].map(read));
    match refunds {
        "none" => &ALL[0],
        "same_window" => &ALL[1],
        _ => &ALL[2],
    }
}

/// Every window, by amount and by count, over all and by line, so that one decision shows all counters.
fn read(refunds: &str) -> Library {
    read_as(refunds, "1")
}

fn read_as(refunds: &str, version: &str) -> Library {
    let mut text = "id = \"t\"\ntitle = \"T\"\nversion = \"VERSION\"\njurisdiction = \"EU\"\nlayer = \"regulator\"\n\
         status = \"in_force\"\neffective = { from = 2020-01-01 }\ntime_zone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n\
         evidence = \"V1\"\n[citations]\na = { law = \"L\", article = \"1\", source = \"S\" }\n"
        .replace("VERSION", version);
    for (place, window) in WINDOWS.iter().enumerate() {
        for (measure, cap) in [("amount", "\"50.00 EUR\""), ("count", "4")] {
            for (name, subject) in [("all", ""), ("line", "subject = \"operation.line\"\n")] {
                text.push_str(&format!(
                    "[[rules]]\nid = \"r{place}-{measure}-{name}\"\nkind = \"limit\"\ncitation = \"a\"\nsay = \"s\"\n\
                     measure = \"{measure}\"\ncap = {cap}\nwindow = {window}\nrefunds = \"{refunds}\"\n{subject}\
                     when = {{ \"operation.channel\" = [\"remote\", \"qr_static\"] }}\n"
                ));
            }
        }
    }
    Library::read([
        ("t.toml", text.as_str()),
        ("factors.toml", "[passkey]\ncategories = [\"possession\", \"inherence\"]\n"),
    ])
    .unwrap()
}

#[derive(Clone, Debug)]
struct Past {
    minute: u32,
    cents: i64,
    refund: bool,
    full: bool,
    channel: &'static str,
    line: &'static str,
    /// 0 commits at once, 1 later, 2 is released, 3 stays open.
    fate: u8,
}

fn past(refunds: bool) -> impl Strategy<Value = Past> {
    let channel = prop::sample::select(vec!["", "remote", "qr_static", "transfer"]);
    let line = prop::sample::select(vec!["", "a", "b"]);
    (0_u32..120_000, 1_i64..3_000, any::<bool>(), 0_u8..5, channel, line, 0_u8..4).prop_map(
        move |(minute, cents, refund, full, channel, line, fate)| Past {
            minute,
            cents,
            refund: refund && refunds,
            full: full == 0,
            channel,
            line,
            fate,
        },
    )
}

fn at(minute: u32) -> String {
    // Over the change of clocks of 2026-03-29 and several ends of months.
    let (day, rest) = (minute / 1_440, minute % 1_440);
    let date = "2026-01-20".parse::<jiff_date::Date>().unwrap().plus(day);
    format!("{date}T{:02}:{:02}:00Z", rest / 60, rest % 60)
}

/// A date that counts on; the test needs no more of a calendar.
mod jiff_date {
    #[derive(Clone, Copy)]
    pub(super) struct Date(u32);

    impl std::str::FromStr for Date {
        type Err = std::num::ParseIntError;

        fn from_str(text: &str) -> Result<Self, Self::Err> {
            text[8..].parse().map(|day: u32| Self(day - 1))
        }
    }

    impl Date {
        pub(super) fn plus(self, days: u32) -> Self {
            Self(self.0 + days)
        }
    }

    impl std::fmt::Display for Date {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let mut left = self.0;
            for (month, days) in (1..).zip([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]) {
                if left < days {
                    return write!(f, "2026-{month:02}-{:02}", left + 1);
                }
                left -= days;
            }
            Err(std::fmt::Error)
        }
    }
}

fn event(past: &Past, status: &str) -> serde_json::Value {
    let mut event = serde_json::json!({
        "at": at(past.minute), "amount": {"currency": "EUR", "minor": past.cents}, "status": status,
    });
    let map = event.as_object_mut().unwrap();
    if past.refund {
        map.insert("kind".into(), "refund".into());
        map.insert("refund_of_at".into(), at(past.minute.saturating_sub(3_000)).into());
    }
    if past.full {
        map.insert("auth".into(), serde_json::json!(["passkey"]));
    }
    for (key, word) in [("channel", past.channel), ("line", past.line)] {
        if !word.is_empty() {
            map.insert(key.into(), word.into());
        }
    }
    event
}

fn request(now: &Past, closing: bool, history: Vec<serde_json::Value>) -> Request {
    let mut json = serde_json::json!({
        "at": at(120_000), "packs": ["t"], "history": history,
        "payer": {"enrolled_at": at(115_000)}, "device": {"bound_at": at(110_000)},
        "operation": {"amount": {"currency": "EUR", "minor": now.cents}, "channel": "remote"},
        "settings": {"night_start": "22:00", "limits": [
            {"window": "day", "amount": "20.00 EUR"},
            {"window": "month", "amount": "90.00 EUR", "channel": "remote"},
            {"window": "night", "amount": "10.00 EUR"}]},
    });
    if closing {
        json["payer"]["closing_day"] = 10.into();
    }
    if !now.line.is_empty() {
        json["operation"]["line"] = now.line.into();
    }
    Request::from_value(&json).unwrap()
}

fn shown(decision: &Decision) -> String {
    serde_json::to_string_pretty(decision).unwrap()
}

/// The same decision, whether the events come as history or went through the counters one by one.
fn agree(refunds: &str, mut events: Vec<Past>, now: &Past, closing: bool, fates: bool) {
    let library = library(refunds);
    events.sort_by_key(|event| event.minute);
    // Two events of one moment have no order of their own.
    events.dedup_by_key(|event| event.minute);
    let status = |past: &Past| match past.fate {
        2 if fates => "released",
        3 if fates => "reserved",
        _ => "committed",
    };
    let history = events.iter().map(|past| event(past, status(past))).collect();
    let told = request(now, closing, history);
    let asked = request(now, closing, Vec::new());
    let all = request(now, closing, events.iter().map(|past| event(past, "committed")).collect());
    let mut counters = Counters::default();
    for (place, (past, event)) in events.iter().zip(&all.history).enumerate() {
        let key = place.to_string();
        counters.reserve(library, &asked, &key, event);
        counters.reserve(library, &asked, &key, event);
        match past.fate {
            2 if fates => counters.release(&key),
            1 | 3 if fates => {}
            _ => counters.commit(&key),
        }
    }
    for (place, _) in events.iter().enumerate().rev().filter(|(_, past)| fates && past.fate == 1) {
        counters.commit(&place.to_string());
    }
    // What is stored and read again is the same.
    let stored = serde_json::to_string(&counters).unwrap();
    let counters: Counters = serde_json::from_str(&stored).unwrap();
    let (history, counted) = (policy::decide(library, &told).unwrap(), counters.decide(library, &asked).unwrap());
    assert_eq!(shown(&history), shown(&counted));
}

proptest! {
    // Each case decides over sixty limits.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn counters_say_what_the_history_says(
        mut events in prop::collection::vec(past(true), 0..40), near in prop::collection::vec(116_000_u32..120_000, 0..40),
        now in past(false), closing in any::<bool>(), refunds in prop::sample::select(vec!["none", "same_window", "original_window"]),
    ) {
        events.iter_mut().zip(near).for_each(|(event, minute)| event.minute = minute);
        agree(refunds, events, &now, closing, false);
    }

    #[test]
    fn reserved_released_and_late_ones_too(
        mut events in prop::collection::vec(past(false), 0..40), near in prop::collection::vec(116_000_u32..120_000, 0..20),
        now in past(false), closing in any::<bool>(),
    ) {
        events.iter_mut().zip(near).for_each(|(event, minute)| event.minute = minute);
        agree("none", events, &now, closing, true);
    }

    /// Decide and reserve are one step, as in a payment's own commit; settling comes in any order, retries at any time.
    #[test]
    fn no_interleaving_passes_a_cap(steps in prop::collection::vec((0_usize..12, 0_u8..4, 1_i64..3_000), 1..80)) {
        let library = library("none");
        let mut counters = Counters::default();
        let mut live: std::collections::BTreeMap<usize, i64> = std::collections::BTreeMap::new();
        let mut seen = std::collections::BTreeSet::new();
        for (key, act, cents) in steps {
            let past = Past { minute: 119_990, cents, refund: false, full: false, channel: "remote", line: "a", fate: 0 };
            let mut asked = request(&past, true, vec![event(&past, "reserved")]);
            let event = asked.history.pop().unwrap();
            match act {
                0 | 1 if counters.decide(library, &asked).unwrap().outcome == Outcome::Permit => {
                    counters.reserve(library, &asked, &key.to_string(), &event);
                    if seen.insert(key) {
                        live.insert(key, cents);
                    }
                }
                2 => counters.commit(&key.to_string()),
                3 if live.contains_key(&key) => {
                    let before = serde_json::to_string(&counters).unwrap();
                    counters.release(&key.to_string());
                    // A committed one is not taken back by a late release.
                    if serde_json::to_string(&counters).unwrap() != before {
                        live.remove(&key);
                    }
                }
                _ => {}
            }
            prop_assert!(live.values().sum::<i64>() <= 2_000, "the payer's own day limit");
            prop_assert!(live.len() <= 4, "the count of every window");
        }
    }
}

fn paid(minute: u32) -> Past {
    Past { minute, cents: 100, refund: false, full: false, channel: "remote", line: "a", fate: 0 }
}

#[test]
fn a_limit_that_counts_something_else_makes_counters_stale() {
    let past = paid(119_000);
    let asked = request(&past, true, vec![event(&past, "committed")]);
    let counters = Counters::of(library("none"), &asked);
    assert!(counters.decide(library("none"), &asked).is_ok());
    let stale = CountersError::Stale("t/r0-amount-all#0".to_owned());
    assert_eq!(counters.decide(library("same_window"), &asked).unwrap_err(), stale);
}

#[test]
fn a_new_version_that_counts_the_same_goes_on_counting() {
    let past = paid(119_000);
    let asked = request(&past, true, vec![event(&past, "committed")]);
    let newer = read_as("none", "2");
    let counters = Counters::of(library("none"), &asked);
    let shown = |library: &Library| serde_json::to_value(counters.decide(library, &asked).unwrap().counters).unwrap();
    assert_eq!(shown(library("none")), shown(&newer));
}

#[test]
fn counting_on_does_not_hide_that_a_limit_came_later() {
    let past = paid(119_000);
    let asked = request(&past, true, vec![event(&past, "committed")]);
    let mut counters = Counters::of(library("none"), &asked);
    let newer = library("same_window");
    counters.record(newer, &asked, "later", &asked.history[0]);
    assert!(counters.decide(newer, &asked).is_err());
    assert!(counters.adopt(newer, &asked));
    assert!(!counters.adopt(newer, &asked), "taken up once");
    assert!(counters.decide(newer, &asked).is_ok());
    assert!(Counters::default().decide(newer, &asked).is_ok(), "nothing was ever counted for a new payer");
}

/// A pack with nothing to count, in the same zone.
fn before() -> &'static Library {
    static BEFORE: LazyLock<Library> = LazyLock::new(|| {
        let text = "id = \"t\"\ntitle = \"T\"\nversion = \"0\"\njurisdiction = \"EU\"\nlayer = \"regulator\"\n\
             status = \"in_force\"\neffective = { from = 2020-01-01 }\ntime_zone = \"Europe/Berlin\"\ncurrency = \"EUR\"\n\
             evidence = \"V1\"\n[citations]\na = { law = \"L\", article = \"1\", source = \"S\" }\n\
             [[rules]]\nid = \"r\"\nkind = \"limit\"\ncitation = \"a\"\nsay = \"s\"\ncap = \"50.00 EUR\"\nwindow = \"payment\"\n";
        Library::read([("t.toml", text)]).unwrap()
    });
    &BEFORE
}

/// `1.23 EUR` or `7`, as one number.
fn number(shown: &str) -> i64 {
    shown.parse::<money::Amount>().map(money::Amount::minor).or_else(|_| shown.parse()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// What is taken up later says at least what the history says, and where day, month or single payments tell, exactly that.
    #[test]
    fn a_limit_that_came_later_counts_what_was_paid_before_it(
        mut events in prop::collection::vec(past(false), 0..40), near in prop::collection::vec(116_000_u32..120_000, 0..40),
        now in past(false), closing in any::<bool>(), fates in any::<bool>(),
    ) {
        events.iter_mut().zip(near).for_each(|(event, minute)| event.minute = minute);
        events.sort_by_key(|event| event.minute);
        events.dedup_by_key(|event| event.minute);
        let status = |past: &Past| if fates && past.fate == 3 { "reserved" } else { "committed" };
        let now = Past { line: "", ..now };
        let told = request(&now, closing, events.iter().map(|past| event(past, status(past))).collect());
        let asked = request(&now, closing, Vec::new());
        let mut counters = Counters::default();
        for (place, (past, event)) in events.iter().zip(&told.history).enumerate() {
            counters.reserve(before(), &asked, &place.to_string(), event);
            if status(past) == "committed" {
                counters.commit(&place.to_string());
            }
        }
        counters.adopt(library("none"), &asked);
        let (history, adopted) = (policy::decide(library("none"), &told).unwrap(), counters.decide(library("none"), &asked).unwrap());
        for (then, now) in history.counters.iter().zip(&adopted.counters) {
            prop_assert_eq!(&then.rule, &now.rule);
            prop_assert!(number(&now.before) >= number(&then.before), "{}: {} < {}", now.rule, now.before, then.before);
            let exact = ["r0-", "r1-", "r2-", "r6-", "r7-", "r11-", "r12-"].iter().any(|rule| now.rule.contains(rule));
            if exact && !fates && now.rule.ends_with("all") {
                prop_assert_eq!(&then.before, &now.before, "{}", now.rule);
            }
        }
    }
}
