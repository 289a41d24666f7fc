//! Risk on a real store, by the program alone: a payment is explained, labelled, judged again under other rules; a rule
//! sleeps; false alarms are counted; served, and once nobody serves the folder.

use serde_json::Value;

use crate::document::assert_documented;
use crate::program::{Running, json, run, text};

const CANDIDATE: &str = r#"
[set]
name = "candidate"
version = 7
author = "test"
[[rule]]
id = "everything"
stage = "live"
when = "payment.amount > 0"
action = { step_up = "passkey" }
reason = "risk.amount_unusual"
ko = "가"
en = "a"
"#;

struct Town {
    place: tempfile::TempDir,
    data: String,
    demo: Running,
}

impl Town {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let data = text(&place.path().join("data"));
        let demo = Running::start(&["--json", "demo", "--port", "0", "--days", "0", "--rate", "0", "--data", &data]);
        Self { place, data, demo }
    }

    fn phone(&self, args: &[&str]) -> Value {
        json(&[&["--json", "phone", "--state", &text(&self.place.path().join("phone"))], args].concat())
    }

    /// Pays so much at the demo's shop.
    fn pay(&self, amount: &str) -> Value {
        let (url, key) = (self.demo.text("url"), self.demo.text("shop_key"));
        let ask = ["--json", "qr", "make", "intent", "--url", &url, "--api-key", &key];
        let code = json(&[&ask[..], &["--amount", amount, "--purpose", "tea"]].concat());
        self.phone(&["pay", code["payload"].as_str().unwrap(), "--yes"])
    }

    fn risk(&self, args: &[&str]) -> Value {
        let (command, rest) = args.split_first().unwrap();
        json(&[&["--json", "risk", command][..], rest, &["--data", &self.data]].concat())
    }
}

#[test]
fn a_stored_payment_is_explained_labelled_and_judged_again() {
    let town = Town::start();
    let wallet = town.phone(&["enrol", "--url", &town.demo.text("url"), "--name", "새내기"]);
    let payer = wallet["payer"].as_str().unwrap().to_owned();
    town.phone(&["fund", "50000KRW"]);
    let paid = [town.pay("1200KRW"), town.pay("1300KRW"), town.pay("1400KRW")];
    let id = |number: usize| paid[number]["payment"].as_str().unwrap().to_owned();

    let told = town.risk(&["explain", &id(0)]);
    assert_eq!((&told["payment"], &told["made_again"]), (&paid[0]["payment"], &Value::Bool(true)));
    assert!(told["found"]["probability"].as_f64().unwrap() < 0.5, "{told}");
    assert!(told["model"].is_string() && told["rules"].is_string());

    let status = town.risk(&["status"]);
    assert_documented("risk status", &status);
    assert_eq!((&status["on"], &status["rules_digest"]), (&Value::Bool(true), &told["rules"]));

    let said = town.risk(&["label", &id(0), "fraud"]);
    assert_documented("risk label", &said);
    assert_eq!((&said["fraud"], &said["by"]), (&Value::Bool(true), &Value::String("staff".to_owned())));
    town.risk(&["label", &id(1), "genuine"]);

    let rules = town.place.path().join("candidate.toml");
    std::fs::write(&rules, CANDIDATE).unwrap();
    let backtest = || json(&["--json", "risk", "backtest", "--rules", &text(&rules), "--folder", &town.data]);
    let found = backtest()["backtest"].clone();
    assert_eq!((&found["frauds"], &found["genuine"]), (&Value::from(1), &Value::from(1)), "{found}");
    let everything = &found["candidate"]["rules"]["everything"];
    assert_eq!((&everything["frauds"], &everything["genuine"]), (&Value::from(1), &Value::from(1)), "{found}");
    assert_eq!((&found["candidate"]["caught"], &found["candidate"]["annoyed"]), (&Value::from(1), &Value::from(1)));
    assert_eq!(found["candidate"]["stepped_up"], found["payments"], "the candidate asks about every payment");
    let printed = run(&["risk", "backtest", "--rules", &text(&rules), "--folder", &town.data]);
    let printed = String::from_utf8(printed.stdout).unwrap();
    for word in ["caught", "annoyed", "friction", "still lost", "everything", "gone; live"] {
        assert!(printed.contains(word), "{printed}");
    }

    let slept = town.risk(&[
        "snooze",
        "--payer",
        &payer,
        "--rule",
        "night_large_unusual_hour",
        "--for",
        "2h",
        "--because",
        "case 7",
    ]);
    assert_documented("risk snooze", &slept);
    assert_eq!(slept["snoozes"][0]["rule"], "night_large_unusual_hour");
    let alarms = town.risk(&["false-alarms"]);
    assert_documented("risk false-alarms", &alarms);
    assert_eq!(alarms["all"]["genuine"], 1, "{alarms}");
    assert_eq!(alarms["by_device_class"]["tier 1"]["genuine"], 1, "{alarms}");

    let data = town.data.clone();
    assert!(town.demo.terminate().0);
    // The same answers where nobody serves the folder.
    let again = json(&["--json", "risk", "explain", &id(0), "--data", &data]);
    assert_eq!(again, told);
    let found = json(&["--json", "risk", "backtest", "--rules", &text(&rules), "--folder", &data])["backtest"].clone();
    assert_eq!(found["frauds"], 1);
}

#[test]
fn a_payment_and_a_rule_that_are_not_there_are_refused_in_words() {
    let town = Town::start();
    town.phone(&["enrol", "--url", &town.demo.text("url"), "--name", "새내기"]);
    let payer = town.phone(&["status"])["payer"]["payer"].as_str().unwrap().to_owned();
    let refused = |args: &[&str]| {
        let output = run(args);
        assert!(!output.status.success(), "{args:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let nobody = "pay_01jz0000000000000000000000";
    assert!(refused(&["risk", "explain", nobody, "--data", &town.data]).contains("payment.unknown"));
    let snooze = ["risk", "snooze", "--data", &town.data, "--payer", &payer];
    let said = refused(&[&snooze[..], &["--rule", "no_such", "--for", "2h", "--because", "x"]].concat());
    assert!(said.contains("risk.rule_unknown"), "{said}");
    let said = refused(&[&snooze[..], &["--rule", "x", "--for", "2 hours", "--because", "x"]].concat());
    assert!(said.contains("is not a time such as"), "{said}");
    let rules = town.place.path().join("broken.toml");
    std::fs::write(&rules, CANDIDATE.replace("payment.amount", "payment.amuont")).unwrap();
    let said = refused(&["risk", "backtest", "--rules", &text(&rules), "--folder", &town.data]);
    assert!(said.contains("broken.toml") && said.contains("did you mean `payment.amount`"), "{said}");
}
