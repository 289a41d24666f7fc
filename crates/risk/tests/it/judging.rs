//! What is asked for: the strictest voice decides, failing data asks for a factor the device holds, and nothing that
//! fails, floods or is passed over turns into an approval.

use std::collections::BTreeSet;

use money::{Currency, ReasonCode};
use proptest::prelude::*;
use risk::assess::{Assessment, Case, Cause, Judges, SCORE, Snooze, Verdict, assess, priced};
use risk::event::{Event, Key};
use risk::feature::{Family, Feature, SignalFact, Signals};
use risk::memory::{Kinds, Memory};
use risk::rule::{RuleSet, Strength};
use risk::settings::RiskSettings;
use risk::tell::{Reader, sentences};

const NOW: i64 = 1_780_000_000_000;
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn key(name: &str) -> Option<Key> {
    Some(Key::of(name.as_bytes()))
}

fn payment(at_millis: i64, payee: &str, amount: f32, signals: Signals) -> Event {
    Event {
        at_millis,
        offset_seconds: 0,
        parties: [key("payer"), key(payee), None, None, None, None],
        amount,
        balance: Some(300_000.0),
        refused: false,
        home: None,
        spot: None,
        signals,
    }
}

/// A payer with a month of coffees behind them, one a day.
fn habit() -> Memory {
    let mut memory = Memory::new(Kinds::default());
    for day in (1..=30).rev() {
        memory.observe(&payment(NOW - day * DAY, "cafe", 4_000.0 + 100.0 * (day % 5) as f32, Signals::default()));
    }
    memory
}

fn rules(extra: &str) -> RuleSet {
    let text = format!("[set]\nname = \"t\"\nversion = 1\nauthor = \"t\"\n{extra}");
    RuleSet::read(&[("t.toml", &text)]).unwrap_or_else(|errors| unreachable!("{errors:?}"))
}

fn rule(id: &str, stage: &str, when: &str, action: &str, reason: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\nstage = \"{stage}\"\nwhen = \"{when}\"\naction = {action}\nreason = \"risk.{reason}\"\nko = \"가\"\nen = \"a\"\n"
    )
}

struct Setting {
    judges: Judges,
    settings: RiskSettings,
    causes: Vec<Cause>,
    snoozes: Vec<Snooze>,
    demoted: BTreeSet<String>,
    strongest: Strength,
}

impl Setting {
    fn of(rules: RuleSet) -> Self {
        let judges = Judges { rules: Some(rules), champion: None, challenger: None };
        let settings = RiskSettings::default();
        let (causes, snoozes, demoted) = (Vec::new(), Vec::new(), BTreeSet::new());
        Self { judges, settings, causes, snoozes, demoted, strongest: Strength::Passkey }
    }

    fn judge(&self, memory: &mut Memory, event: &Event) -> Assessment {
        memory.prepare(event);
        let case = Case {
            event,
            amount_minor: event.amount as i64,
            reading: &memory.reading(event),
            causes: &self.causes,
            snoozes: &self.snoozes,
            strongest: self.strongest,
            demoted: &self.demoted,
        };
        assess(&self.judges, &self.settings, &case)
    }
}

/// What becomes of one payment of 5,000 at the usual café under these rules.
#[track_caller]
fn check(rules_text: &str, verdict: Verdict, reasons: &[ReasonCode]) {
    let setting = Setting::of(rules(rules_text));
    let found = setting.judge(&mut habit(), &payment(NOW, "cafe", 5_000.0, Signals::default()));
    assert_eq!((found.verdict, found.reasons.as_slice()), (verdict, reasons), "{rules_text}");
}

#[test]
fn the_strictest_rule_decides_and_all_reasons_are_given() {
    use ReasonCode as R;
    use Verdict::{Allow, Hold, Refuse, StepUp};
    let always = "payment.amount > 0";
    let live = |id, action, reason| rule(id, "live", always, action, reason);
    let pin = live("a", "{ step_up = \"pin\" }", "pace_unusual");
    let passkey = live("b", "{ step_up = \"passkey\" }", "device_new");
    let hold = live("c", "\"hold\"", "known_fraud");
    let refuse = live("d", "\"refuse\"", "listed");
    let allow = live("e", "\"allow\"", "listed");
    check("", Allow, &[]);
    check(&live("t", "\"tag\"", "listed"), Allow, &[]);
    check(&pin, StepUp(Strength::Pin), &[R::RiskPace]);
    check(&format!("{pin}{passkey}"), StepUp(Strength::Passkey), &[R::RiskDevice, R::RiskPace]);
    check(&format!("{hold}{pin}"), Hold, &[R::RiskHeld, R::RiskKnownFraud, R::RiskPace]);
    check(&format!("{pin}{hold}{refuse}"), Refuse, &[R::RiskRefused, R::RiskListed, R::RiskKnownFraud, R::RiskPace]);
    check(&format!("{pin}{passkey}{allow}"), Allow, &[]);
    check(&format!("{hold}{pin}{allow}"), Hold, &[R::RiskHeld, R::RiskKnownFraud]);
    check(&format!("{refuse}{allow}"), Refuse, &[R::RiskRefused, R::RiskListed]);
    check(&rule("s", "shadow", always, "\"refuse\"", "listed"), Allow, &[]);
    check(&rule("x", "draft", always, "\"refuse\"", "listed"), Allow, &[]);
    check(&rule("m", "live", "signal.sim_age < 2d", "\"refuse\"", "line_changed"), Allow, &[]);
}

#[test]
fn a_rule_over_something_unknown_is_not_hit_and_is_reported() {
    let text = rule("m", "live", "signal.sim_age < 2d", "\"refuse\"", "line_changed");
    let shadow = rule("s", "shadow", "payment.amount > 0", "\"hold\"", "listed");
    let setting = Setting::of(rules(&format!("{text}{shadow}")));
    let found = setting.judge(&mut habit(), &payment(NOW, "cafe", 5_000.0, Signals::default()));
    assert_eq!((found.unread, found.shadow, found.hit), (vec!["m".to_owned()], vec!["s".to_owned()], Vec::new()));
}

/// Every cause by itself: a factor the device holds, however usual the payment and whatever a list allows.
#[test]
fn failing_data_asks_for_a_factor_the_device_holds() {
    let allow = rule("e", "live", "payment.amount > 0", "\"allow\"", "listed");
    let expected = |cause| match cause {
        Cause::PayeeLate | Cause::RulesMissing => Strength::Pin,
        _ => Strength::Passkey,
    };
    for cause in Cause::ALL {
        for extra in ["", &allow] {
            let mut setting = Setting::of(rules(extra));
            setting.causes = vec![cause];
            setting.snoozes = vec![Snooze { rule: SCORE.to_owned(), until_millis: i64::MAX }];
            setting.demoted = [SCORE.to_owned()].into();
            let found = setting.judge(&mut habit(), &payment(NOW, "cafe", 5_000.0, Signals::default()));
            assert_eq!(found.verdict, Verdict::StepUp(expected(cause)), "{cause:?}");
            assert_eq!(found.reasons, [ReasonCode::RiskDataMissing], "{cause:?}");
            assert!(found.verdict > Verdict::StepUp(Strength::DeviceKey), "{cause:?}");
        }
    }
    let mut strict = Setting::of(rules(""));
    strict.settings.pin_for_late = false;
    strict.causes = vec![Cause::PayeeLate];
    let found = strict.judge(&mut habit(), &payment(NOW, "cafe", 5_000.0, Signals::default()));
    assert_eq!(found.verdict, Verdict::StepUp(Strength::Passkey));
}

/// The causes that can be seen from the payment itself are found without anybody naming them.
#[test]
fn wrong_values_a_clock_gone_back_and_absent_rules_are_noticed() {
    let setting = Setting::of(rules(""));
    let causes = |setting: &Setting, event: &Event| setting.judge(&mut habit(), event).causes;
    let usual = payment(NOW, "cafe", 5_000.0, Signals::default());
    assert_eq!(causes(&setting, &usual), []);
    for amount in [f32::NAN, f32::INFINITY, -1.0] {
        assert_eq!(causes(&setting, &Event { amount, ..usual.clone() }), [Cause::ValueWrong], "{amount}");
    }
    assert_eq!(causes(&setting, &Event { balance: Some(f32::NAN), ..usual.clone() }), [Cause::ValueWrong]);
    assert_eq!(causes(&setting, &Event { at_millis: NOW - 10 * DAY, ..usual.clone() }), [Cause::ProfileAhead]);
    let none = Setting { judges: Judges::default(), ..Setting::of(rules("")) };
    assert_eq!(causes(&none, &usual), [Cause::RulesMissing]);
}

#[test]
fn the_breaker_demotes_to_a_step_up_and_a_snooze_ends() {
    let hold = rule("c", "live", "payment.amount > 0", "\"hold\"", "known_fraud");
    let refuse = rule("d", "live", "payment.amount > 0", "\"refuse\"", "listed");
    let usual = payment(NOW, "cafe", 5_000.0, Signals::default());
    let mut setting = Setting::of(rules(&format!("{hold}{refuse}")));
    setting.demoted = ["c", "d"].map(str::to_owned).into();
    let found = setting.judge(&mut habit(), &usual);
    assert_eq!(found.verdict, Verdict::StepUp(Strength::Passkey));
    assert_eq!(found.stops, ["c", "d"], "what is demoted is counted all the same");
    let mut setting = Setting::of(rules(&hold));
    setting.snoozes = vec![Snooze { rule: "c".to_owned(), until_millis: NOW + 1 }];
    assert_eq!(setting.judge(&mut habit(), &usual).verdict, Verdict::Allow);
    setting.snoozes = vec![Snooze { rule: "c".to_owned(), until_millis: NOW }];
    assert_eq!(setting.judge(&mut habit(), &usual).verdict, Verdict::Hold, "it has ended");
    let mut setting = Setting::of(rules(&refuse));
    setting.snoozes = vec![Snooze { rule: "d".to_owned(), until_millis: i64::MAX }];
    assert_eq!(setting.judge(&mut habit(), &usual).verdict, Verdict::Refuse, "a refusal is never snoozed");
}

#[test]
fn who_has_only_a_pin_is_asked_for_the_pin() {
    let settings = RiskSettings::default();
    for percent in 1..59 {
        let asked = |strongest| priced(&settings, 100_000, f64::from(percent) / 100.0, strongest);
        assert_eq!(asked(Strength::Passkey), Verdict::StepUp(Strength::Passkey));
        assert_eq!(asked(Strength::Pin), Verdict::StepUp(Strength::Pin));
    }
}

#[test]
fn a_payer_of_one_payment_has_no_habit_to_be_unlike() {
    let mut young = Memory::new(Kinds::default());
    young.observe(&payment(NOW - 60_000, "cafe", 3_000.0, Signals::default()));
    let odd = payment(NOW, "other", 40_000.0, Signals::default());
    let setting = Setting::of(rules(""));
    let (one, many) = (setting.judge(&mut young, &odd), setting.judge(&mut habit(), &odd));
    assert!(one.probability < many.probability, "{} {}", one.probability, many.probability);
}

/// What a probability of so many percent leads to, for a payment of so much.
#[track_caller]
fn costs(percent: f64, amount_minor: i64, expected: Verdict) {
    let found = priced(&RiskSettings::default(), amount_minor, percent / 100.0, Strength::Passkey);
    assert_eq!(found, expected, "{percent} % of {amount_minor}");
}

#[test]
fn friction_is_asked_for_where_it_costs_less_than_the_loss() {
    use Verdict::{Allow, Hold, Refuse, StepUp};
    costs(0.0, 300_000, Allow);
    // 0.1 % of 4,500 is 4.5: less than the 60 a PIN's trouble is worth.
    costs(0.1, 4_500, Allow);
    costs(0.1, 50_000, Allow);
    // 0.1 % of 100,000 is 100: a PIN stops 70 of it for 60, a passkey 95 of it for 90.
    costs(0.1, 100_000, StepUp(Strength::Pin));
    costs(0.1, 300_000, StepUp(Strength::Passkey));
    costs(2.0, 4_500, StepUp(Strength::Pin));
    costs(10.0, 4_500, StepUp(Strength::Passkey));
    costs(70.0, 4_500, StepUp(Strength::Passkey));
    costs(70.0, 300_000, Hold);
    costs(95.0, 300_000, Refuse);
    costs(100.0, 1, Refuse);
    costs(f64::INFINITY, 300_000, Refuse);
}

#[test]
fn settings_that_contradict_themselves_are_refused() {
    let wrong = |change: fn(&mut RiskSettings), expected: &str| {
        let mut settings = RiskSettings::default();
        change(&mut settings);
        let error = settings.check().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "{error}");
    };
    assert_eq!(RiskSettings::default().check(), Ok(()));
    wrong(|s| s.loss_bp = 10_001, "ten-thousandths");
    wrong(|s| s.pin_minor = -1, "below zero");
    wrong(|s| s.hold_from_bp = 9_500, "not even be held");
    wrong(|s| s.unlike_pin_millinats = 99_000, "before a passkey");
    wrong(|s| s.breaker_share_bp = 0, "breaker");
}

#[test]
fn sentences_have_the_payers_own_numbers_in_both_languages() {
    let mut memory = habit();
    for minute in 0..8 {
        memory.observe(&payment(NOW - (9 - minute) * MINUTE, "kiosk", 4_000.0, Signals::default()));
    }
    let signals = Signals::default().with(SignalFact::SimAge, 3600.0).with(SignalFact::DeviceAge, 7200.0);
    let event = payment(NOW, "stranger", 45_000.0, signals);
    let features = memory.features(&event);
    let families = [Family::Telco, Family::Velocity, Family::Amount, Family::Novelty, Family::Device];
    let told = sentences(&families, &features, Some(Currency::KRW), Reader::Payer);
    let en: Vec<&str> = told.iter().map(|sentence| sentence.en.as_str()).collect();
    assert_eq!(
        en,
        [
            "Payment number 9 in 10 minutes; your usual is 1 a day.",
            "This is ₩45,000; your average is ₩4,158.",
            "You have never paid here; in the last month you paid 2 payees.",
        ]
    );
    let ko: Vec<&str> = told.iter().map(|sentence| sentence.ko.as_str()).collect();
    assert_eq!(
        ko,
        [
            "10분 동안 9번째 결제입니다. 평소에는 하루 1번입니다.",
            "이번 금액은 45,000원이고, 평소에는 평균 4,158원입니다.",
            "처음 결제하는 곳입니다. 최근 한 달 동안 결제한 곳은 2곳입니다.",
        ]
    );
    let analyst = sentences(&families, &features, Some(Currency::KRW), Reader::Analyst);
    assert_eq!(analyst.first().map(|sentence| sentence.en.as_str()), Some("The SIM or number changed 1 hour ago."));
}

/// What nobody may be judged by is not in the catalogue.
#[test]
fn no_feature_is_a_protected_attribute() {
    let protected =
        ["gender", "sex", "race", "ethnic", "religion", "nationality", "marital", "disab", "birth", "age_band"];
    for feature in Feature::all() {
        let (name, en) = (feature.name(), feature.entry().en);
        for word in protected {
            assert!(!name.contains(word) && !en.contains(word), "{name}");
        }
        let last = name.rsplit('.').next().unwrap_or_default();
        // The ages there are, are those of devices, lines, codes, runs and payees, never of people.
        assert!(last != "age" && !en.contains("age of the payer"), "{name}");
    }
}

proptest! {
    /// Whatever fails, the answer is at least a step-up; and a payment with more rules against it is not judged milder.
    #[test]
    fn nothing_that_fails_approves(
        amount in prop::num::f32::ANY,
        balance in prop::option::of(prop::num::f32::ANY),
        at in any::<i64>(),
        cause in 0_usize..7,
        demote in any::<bool>(),
    ) {
        let mut setting = Setting::of(rules(&rule("c", "live", "payment.amount > 100", "\"hold\"", "known_fraud")));
        setting.causes = Cause::ALL.get(cause).copied().into_iter().collect();
        if demote {
            setting.demoted = [SCORE, "c"].map(str::to_owned).into();
        }
        let event = Event { amount, balance, at_millis: at / 4, ..payment(NOW, "cafe", 1.0, Signals::default()) };
        let found = setting.judge(&mut habit(), &event);
        prop_assert!(found.verdict >= Verdict::StepUp(Strength::Pin));
        prop_assert!(!found.reasons.is_empty() && (0.0..=1.0).contains(&found.probability));
    }

    /// The dearer the loss, the stricter the verdict; and the likelier, alike.
    #[test]
    fn prices_are_monotone(a in 0.0_f64..0.59, b in 0.0_f64..0.59, amount in 0_i64..1_000_000, other in 0_i64..1_000_000, has_passkey: bool) {
        let settings = RiskSettings::default();
        let strongest = if has_passkey { Strength::Passkey } else { Strength::Pin };
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(priced(&settings, amount, low, strongest) <= priced(&settings, amount, high, strongest));
        prop_assert!(priced(&settings, amount.min(other), a, strongest) <= priced(&settings, amount.max(other), a, strongest));
    }
}
