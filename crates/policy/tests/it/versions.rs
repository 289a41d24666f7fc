//! What a new version changes, and what it would have changed.

use policy::{Backtest, Pack, Request, Way};

use crate::cases::{library, shipped};

fn pack(name: &str) -> (String, String) {
    shipped().into_iter().find(|(file, _)| file.ends_with(name)).unwrap()
}

#[track_caller]
fn check(name: &str, from: &str, to: &str, expected: &[(&str, Way, &str)]) {
    let (file, text) = pack(name);
    assert!(text.contains(from), "{from}");
    let (old, new) = (Pack::read(&file, &text).unwrap(), Pack::read(&file, &text.replacen(from, to, 1)).unwrap());
    let seen: Vec<(String, Way, String)> =
        policy::diff(&old, &new).into_iter().map(|change| (change.rule, change.way, change.what)).collect();
    let expected: Vec<(String, Way, String)> =
        expected.iter().map(|(rule, way, what)| ((*rule).to_owned(), *way, (*what).to_owned())).collect();
    assert_eq!(seen, expected);
    let back: Vec<Way> = policy::diff(&new, &old).into_iter().map(|change| change.way).collect();
    let turned = |way: &Way| match way {
        Way::Tightens => Way::Loosens,
        Way::Loosens => Way::Tightens,
        Way::Unclear => Way::Unclear,
    };
    assert_eq!(back, expected.iter().map(|(_, way, _)| turned(way)).collect::<Vec<_>>(), "and back");
}

#[test]
fn a_change_says_which_way_it_goes() {
    let kt = "kr-carrier-kt.toml";
    check(kt, "cap = \"300000 KRW\"", "cap = \"200000 KRW\"", &[("monthly-300k", Way::Tightens, "cap")]);
    check(kt, "\"sms_otp\", \"sms\"]", "\"sms_otp\"]", &[("gift-pass", Way::Loosens, "forbid")]);
    check(kt, "from = 2025-09-12", "from = 2025-10-12", &[("gift-pass", Way::Loosens, "from")]);
    let telecom = "kr-telecom-billing.toml";
    check(telecom, "unused_for = \"1y\"", "unused_for = \"6mo\"", &[("dormant", Way::Tightens, "unused for")]);
    check(kt, "", "", &[]);
}

#[test]
fn a_backtest_counts_what_would_come_out_otherwise() {
    let current = library(&shipped());
    let (file, text) = pack("kr-carrier-kt.toml");
    let lower = text.replace("cap = \"100000 KRW\"", "cap = \"50000 KRW\"");
    assert_ne!(lower, text);
    let candidate = current.trying(Pack::read(&file, &lower).unwrap());
    let mut report = Backtest::default();
    for (won, age) in [(40_000, 30), (60_000, 30), (70_000, 17), (110_000, 30)] {
        let json = format!(
            r#"{{"at":"2025-10-07T12:00:00+09:00","packs":["kr-carrier-kt"],"auth":["pass_app"],"payer":{{"age":{age}}},
            "operation":{{"amount":"{won} KRW","channel":"carrier_bill_pg","category":"gift_certificate"}}}}"#
        );
        report.add(&current, &candidate, &Request::from_json(&json).unwrap()).unwrap();
    }
    // A payer of 17 is refused by KT's age rule either way, 110,000 by the old cap.
    assert_eq!((report.payments, report.changed), (4, 1));
    let [moved] = report.outcomes.as_slice() else { panic!("{report:?}") };
    assert_eq!(moved.worth.values().copied().collect::<Vec<_>>(), [60_000]);
    assert_eq!(report.ages[0].group, "19 to 39");
    assert_eq!(report.categories[0].group, "gift_certificate");
    assert_eq!(report.amounts[0].group, "up to 100000 KRW");
}
