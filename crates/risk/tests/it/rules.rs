//! Rules are data: what is wrong is said with its place, what is not known is not hit, and the rules that ship compile.

use proptest::prelude::*;
use risk::event::{Event, Key, Party};
use risk::feature::{Feature, Features, SignalFact, Signals};
use risk::memory::{Kinds, Memory};
use risk::rule::{Action, Condition, RuleSet, Stage, Truth};

const NOW: i64 = 1_780_000_000_000;

fn payment(amount: f32, signals: Signals) -> Event {
    Event {
        at_millis: NOW,
        offset_seconds: 9 * 3600,
        parties: [Some(Key::of(b"payer")), Some(Key::of(b"shop")), None, None, None, None],
        amount,
        balance: Some(50_000.0),
        refused: false,
        home: None,
        spot: None,
        signals,
    }
}

fn seen(amount: f32, signals: Signals) -> (Event, Features) {
    let event = payment(amount, signals);
    let features = Memory::new(Kinds::default()).features(&event);
    (event, features)
}

fn no_lists(_: &str) -> Option<(usize, Party)> {
    None
}

/// What a condition comes to for a payment of 12,000 out of 50,000 to a new payee with a device of two days.
#[track_caller]
fn check(condition: &str, expected: Truth) {
    let (event, features) = seen(12_000.0, Signals::default().with(SignalFact::DeviceAge, 2.0 * 86_400.0));
    let compiled =
        Condition::compile(condition, &no_lists).unwrap_or_else(|error| unreachable!("{condition}: {error}"));
    let set = RuleSet::starter();
    assert_eq!(compiled.run(&event, &features, &set), expected, "{condition}");
}

#[test]
fn conditions_are_what_they_say() {
    use Truth::{False, True, Unknown};
    check("payment.amount == 12_000", True);
    check("payment.amount > 12000", False);
    check("payment.amount >= 12000 and payment.amount <= 12000", True);
    check("payment.amount != 12000", False);
    check("payment.amount_of_balance < 25%", True);
    check("payment.amount / payment.balance * 100 == 24", True);
    check("10 - 2 - 3 == 5 and 2 + 3 * 4 == 14 and (2 + 3) * 4 == 20", True);
    check("-payment.amount < 0", True);
    check("min(payment.amount, 5) == 5 and max(payment.amount, 5) == 12000", True);
    check("signal.device_age < 3d and signal.device_age > 47h", True);
    check("signal.device_age == 2880min", True);
    check("payer_payee.first == 1", True);
    check("not payer_payee.first == 1", False);
    check("payment.amount < 5 or payment.balance > 5", True);
    // What is not known is neither true nor false.
    check("signal.sim_age < 2d", Unknown);
    check("not signal.sim_age < 2d", Unknown);
    check("signal.sim_age < 2d and payment.amount > 5", Unknown);
    check("payment.amount > 5 and signal.sim_age < 2d", Unknown);
    check("signal.sim_age < 2d and payment.amount < 5", False);
    check("payment.amount < 5 and signal.sim_age < 2d", False);
    check("signal.sim_age < 2d or payment.amount > 5", True);
    check("payment.amount > 5 or signal.sim_age < 2d", True);
    check("signal.sim_age < 2d or payment.amount < 5", Unknown);
    check("signal.sim_age == signal.sim_age", Unknown);
    check("signal.sim_age >= 0 or signal.sim_age < 0", Unknown);
    check("min(signal.sim_age, 1) < 2", Unknown);
    check("known(signal.sim_age)", False);
    check("known(signal.device_age) and not known(signal.sim_age)", True);
    check("payment.amount / 0 > 5", Unknown);
}

#[track_caller]
fn refused(condition: &str, column: usize, expected: &str) {
    let error = Condition::compile(condition, &|name| (name == "shops").then_some((0, Party::Payee)));
    let Err(error) = error else { unreachable!("`{condition}` compiled") };
    assert_eq!((error.column, error.what.contains(expected)), (column, true), "{condition}: {error}");
}

#[test]
fn what_is_wrong_with_a_condition_is_said_with_its_column() {
    refused("", 1, "missing at the end");
    refused("payment.amount", 1, "compares something");
    refused("payment.amount >", 17, "missing at the end");
    refused("payment.amuont > 5", 1, "did you mean `payment.amount`?");
    refused("payment.amount > 5 and now() > 3", 24, "no feature `now`");
    refused("payment.amount > 5 and rand > 3", 24, "no feature `rand`");
    refused("1 < payment.amount < 5", 20, "two things at a time");
    refused("payment.amount > 5 payment.amount", 20, "one too many");
    refused("(payment.amount > 5", 20, "`)` is missing");
    refused("payment.amount > 5 and 3", 24, "a condition is needed");
    refused("payment.amount + (1 < 2) > 5", 18, "a number is needed");
    refused("signal.device_age < 5y", 22, "no unit");
    refused("payment.amount > 1.2.3", 18, "not a number");
    refused("payment.amount > \"a", 18, "no end");
    refused("payment.amount = 5", 16, "means nothing");
    refused("listed(payer, \"shops\")", 8, "is of payees");
    refused("listed(payee, \"none\")", 15, "no list");
    refused("listed(shop, \"shops\")", 8, "a party");
    refused(&format!("{}payment.amount > 5", "not ".repeat(9)), 37, "nested");
    refused(&format!("payment.amount > {}5", "-".repeat(9)), 27, "nested");
    refused(&"a".repeat(2000), 1, "longer than");
}

const FILE: &str = r#"[set]
name = "test"
version = 7
author = "a person"

[[list]]
name = "shops"
party = "payee"
entries = [{ id = "shop", until = "2026-12-01T00:00:00Z" }, { id = "old", until = "2020-01-01T00:00:00Z" }]

[[rule]]
id = "large"
stage = "live"
when = "payment.amount > 10_000"
action = { step_up = "pin" }
reason = "risk.amount_unusual"
ko = "크다"
en = "large"
"#;

#[track_caller]
fn wrong(find: &str, replace: &str, line: usize, expected: &str) {
    assert!(FILE.contains(find), "`{find}` stands in the file");
    let errors = RuleSet::read(&[("mine.toml", &FILE.replacen(find, replace, 1))]);
    let Err(errors) = errors else { unreachable!("`{replace}` was read") };
    let shown = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(shown.contains(&format!("`mine.toml` line {line}")) && shown.contains(expected), "{shown}");
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_file_line_and_key() {
    assert!(RuleSet::read(&[("mine.toml", FILE)]).is_ok());
    wrong("payment.amount > 10_000", "payment.amont > 1", 14, "`rule large.when`: column 1: there is no feature");
    wrong("id = \"large\"", "id = \"Too Large\"", 12, "an id has");
    wrong("stage = \"live\"", "stage = \"alive\"", 13, "unknown variant");
    wrong("risk.amount_unusual", "risk.none", 16, "unknown reason code");
    wrong("risk.amount_unusual", "funds.insufficient", 16, "is no reason of risk");
    wrong("{ step_up = \"pin\" }", "{ weight = 99.0 }", 15, "a weight lies between");
    wrong("{ step_up = \"pin\" }", "\"approve\"", 15, "unknown variant");
    wrong("author = \"a person\"\n", "", 11, "must answer for a rule");
    wrong("en = \"large\"", "en = \"\"", 12, "both languages");
    wrong("2020-01-01T00:00:00Z", "tomorrow", 9, "`tomorrow` is no moment");
    wrong("[set]\nname", "[sets]\nname", 1, "unknown field `sets`");
    wrong("en = \"large\"", "en = \"large\"\nenabled = true", 19, "unknown field `enabled`");
    let twice = RuleSet::read(&[("a.toml", FILE), ("b.toml", FILE)]).err().unwrap_or_default();
    let shown = twice.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(shown.contains("`b.toml` line 1, `set`") && shown.contains("`a.toml` has a rule of that id"), "{shown}");
}

#[test]
fn lists_end_and_digests_tell_sets_apart() {
    let rule = "\n[[rule]]\nid = \"on_list\"\nstage = \"live\"\nwhen = 'listed(payee, \"shops\")'\naction = \"refuse\"\nreason = \"risk.listed\"\nko = \"목록\"\nen = \"list\"\n";
    let text = format!("{FILE}{rule}");
    let set = RuleSet::read(&[("mine.toml", &text)]).unwrap_or_else(|errors| unreachable!("{errors:?}"));
    let (mut event, features) = seen(5.0, Signals::default());
    assert_eq!(set.run(&event, &features).hit, [1]);
    event.parties[1] = Some(Key::of(b"old"));
    assert_eq!(set.run(&event, &features).hit, [] as [usize; 0], "the entry has ended");
    event.parties[1] = None;
    assert_eq!(set.run(&event, &features).unread, [1], "nobody to look up");
    let other = RuleSet::read(&[("other.toml", &text)]).unwrap_or_else(|errors| unreachable!("{errors:?}"));
    assert_ne!(set.digest, other.digest);
}

#[test]
fn the_starter_rules_compile_and_cover_the_catalogues_names_only() {
    let set = RuleSet::starter();
    assert!(set.rules().len() >= 25, "{}", set.rules().len());
    assert!(set.rules().iter().any(|rule| rule.stage == Stage::Shadow));
    for feature in set.features() {
        assert_eq!(Feature::named(&feature.name()), Some(feature));
    }
    let strictest = set.rules().iter().map(|rule| rule.action.rank()).max();
    assert_eq!(strictest, Some(Action::Refuse.rank()));
}

/// A first coffee with a device of today: no live rule that stops anything is hit.
#[test]
fn a_first_coffee_hits_no_starter_rule() {
    let signals = Signals::default()
        .with(SignalFact::DeviceAge, 60.0)
        .with(SignalFact::LimitShare, 0.015)
        .with(SignalFact::PayeeAge, 3600.0)
        .with(SignalFact::Scanned, 1.0)
        .with(SignalFact::CodeStatic, 0.0)
        .with(SignalFact::CashLike, 0.0)
        .with(SignalFact::DeviceTier, 1.0);
    let (event, features) = seen(4_500.0, signals);
    let set = RuleSet::starter();
    let found = set.run(&event, &features);
    let hit: Vec<&str> = found.hit.iter().filter_map(|place| set.rule(*place)).map(|rule| rule.id.as_str()).collect();
    assert_eq!(hit, [] as [&str; 0]);
    let unread: Vec<&str> =
        found.unread.iter().filter_map(|place| set.rule(*place)).map(|rule| rule.id.as_str()).collect();
    assert!(unread.contains(&"sim_just_changed"), "{unread:?}");
    let sim = set.named("sim_just_changed").map(|rule| rule.lacks(&features)).unwrap_or_default();
    assert_eq!(sim, [Feature::Signal(SignalFact::SimAge)]);
}

proptest! {
    /// No text makes the compiler panic or overflow its stack, and what compiles runs to an answer.
    #[test]
    fn any_text_is_a_condition_or_an_error(text in "[a-z_.0-9 <>=!+*/(),\"%-]{0,80}|(not |\\(|-|payment.amount|1|<| and | or ){0,40}") {
        let (event, features) = seen(10.0, Signals::default());
        if let Ok(condition) = Condition::compile(&text, &no_lists) {
            let _ = condition.run(&event, &features, &RuleSet::starter());
        }
    }

    /// Sums on the stack are sums: as many operands as a condition can hold.
    #[test]
    fn arithmetic_is_arithmetic(a in 0_u16..999, b in 0_u16..999, c in 1_u16..99) {
        let (event, features) = seen(10.0, Signals::default());
        let value = f32::from(a) - f32::from(b) / f32::from(c) * 3.0 + f32::from(b);
        let text = format!("({a} - ({b} / {c}) * 3) + {b} >= {value} and {a} - {b} / {c} * 3 + {b} <= {value}");
        let condition = Condition::compile(&text, &no_lists);
        prop_assert!(condition.is_ok(), "{:?}", condition);
        prop_assert_eq!(condition.map(|c| c.run(&event, &features, &RuleSet::starter())), Ok(Truth::True));
    }
}
