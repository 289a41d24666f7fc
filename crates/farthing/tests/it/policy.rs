//! Packs over a real server: payments that a rule holds, what a wallet may hold, and a candidate tried on what was paid.

use serde_json::Value;

use crate::program::{Running, json, run, text};

/// Above 5,000 won a payment waits a day, or for a word.
const HOLDS: &str = r#"id = "kr-hold"
title = "Holds"
version = "1"
jurisdiction = "KR"
layer = "provider"
provider = "wallet"
status = "in_force"
effective = { from = 2026-01-01 }
time_zone = "Asia/Seoul"
currency = "KRW"
evidence = "V1"
[citations]
a = { law = "Terms", article = "12", source = "here" }
[[rules]]
id = "big"
kind = "hold"
citation = "a"
say = "above 5,000 won: a day, or a word"
when = { "operation.kind" = "payment", "operation.amount" = { gt = "5000 KRW" } }
for = "24h"
confirm = true
[in.ko]
title = "보류"
[in.ko.rules]
big = "5천원을 넘으면 하루, 또는 확인이 있을 때까지"
"#;

/// The JSON lines of a command that ended well.
#[track_caller]
fn lines(args: &[&str]) -> Vec<Value> {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_held_payment_waits_for_a_word_and_a_candidate_is_tried_on_what_was_paid() {
    let place = tempfile::tempdir().unwrap();
    let (data, packs) = (place.path().join("data"), place.path().join("packs"));
    std::fs::create_dir_all(&packs).unwrap();
    let shipped = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    for name in ["kr-wallet.toml", "kr-efta.toml", "factors.toml", "categories.toml"] {
        std::fs::copy(shipped.join(name), packs.join(name)).unwrap();
    }
    std::fs::write(packs.join("kr-hold.toml"), HOLDS).unwrap();
    let (data, folder, state) = (text(&data), text(&packs), text(&place.path().join("phone")));
    let args = ["--json", "serve", "--data", &data, "--listen", "127.0.0.1:0", "--no-web", "--log", "off"];
    let server = Running::start(&[&args[..], &["--test-mode", "--no-risk", "--packs", &folder]].concat());
    let url = server.text("url");
    let add = ["--json", "admin", "payee", "add", "--data", &data, "--name", "카페", "--name-latin", "Cafe"];
    let payee = json(&[&add[..], &["--category", "5814", "--place", "Seoul", "--city", "Seoul"]].concat());
    let key = payee["api_key"].as_str().unwrap();
    let phone = |args: &[&str]| json(&[&["--json", "phone", "--state", &state], args].concat());
    phone(&["enrol", "--url", &url, "--name", "민아"]);

    // As much as law lets a wallet hold whose owner's name was not checked, and not a won more.
    phone(&["fund", "500000KRW"]);
    let more = run(&["phone", "--state", &state, "fund", "1KRW"]);
    assert!(String::from_utf8_lossy(&more.stderr).contains("policy.limit"), "{more:?}");

    let pay = |amount: &str| {
        let ask = ["--json", "qr", "make", "intent", "--url", &url, "--api-key", key, "--purpose", "tea"];
        let code = json(&[&ask[..], &["--amount", amount]].concat());
        phone(&["pay", code["payload"].as_str().unwrap(), "--yes"])
    };
    let status = |view: &Value| view["status"].as_str().unwrap().to_owned();
    assert_eq!((status(&pay("1000KRW")), status(&pay("3000KRW"))), ("captured".to_owned(), "captured".to_owned()));
    let held = pay("6000KRW");
    assert_eq!((status(&held).as_str(), &held["wait"]["goes_on"]), ("held", &true.into()));
    assert_eq!((&held["reasons"][0]["code"], &held["rules"][0]["rule"]), (&"policy.held".into(), &"big".into()));
    let texts = &held["rules"][0]["texts"];
    assert_eq!(texts["ko"]["say"], "5천원을 넘으면 하루, 또는 확인이 있을 때까지");
    assert_eq!((&texts["ko"]["title"], &texts["en"]["law"]), (&"보류".into(), &"Terms".into()));
    let off = pay("8000KRW");

    let admin = |args: &[&str]| json(&[&["--json", "admin", "payment"], args, &["--data", &data]].concat());
    let waiting = lines(&["--json", "admin", "payment", "held", "--data", &data]);
    assert_eq!(waiting.len(), 2);
    assert_eq!(waiting[0]["payment"], held["payment"]);
    let released = admin(&["release", "--payment", held["payment"].as_str().unwrap()]);
    assert_eq!(released["status"], "captured");
    assert_eq!(status(&phone(&["cancel", off["payment"].as_str().unwrap()])), "voided");
    assert_eq!(phone(&["balance"])["balance"]["available"]["minor"], 490_000);

    // A candidate with a lower day's limit, on a served folder and on the same one unserved.
    let good = std::fs::read_to_string(packs.join("kr-wallet.toml")).unwrap();
    let tighter = good.replace("cap = \"1000000 KRW\"", "cap = \"3500 KRW\"").replace("\"2026.1\"", "\"2026.2\"");
    let candidate = text(&place.path().join("candidate.toml"));
    std::fs::write(&candidate, tighter).unwrap();
    let tried = || json(&["--json", "policy", "backtest", &candidate, "--data", &data]);
    let served = tried();
    assert_eq!((&served["payments"], &served["changed"], &served["skipped"]), (&4.into(), &3.into(), &0.into()));
    let outcomes = serde_json::json!([
        {"group": "", "before": "Permit", "after": "Deny", "count": 1, "worth": {"KRW": 3_000}},
        {"group": "", "before": "Hold", "after": "Deny", "count": 2, "worth": {"KRW": 14_000}},
    ]);
    assert_eq!(served["outcomes"], outcomes);
    assert_eq!(served["categories"][0]["group"], "5814");
    assert_eq!(served["rules"][0]["group"], "kr-wallet/day");
    let unchanged = text(&packs.join("kr-wallet.toml"));
    assert_eq!(json(&["--json", "policy", "backtest", &unchanged, "--data", &data])["changed"], 0);
    assert!(server.terminate().0);
    assert_eq!(tried(), served);
    let shown = String::from_utf8(run(&["policy", "backtest", &candidate, "--data", &data]).stdout).unwrap();
    assert!(shown.starts_with("3 of 4 payments would come out otherwise"), "{shown}");

    // What is broken, or would never be asked, is said.
    std::fs::write(&candidate, good.replace("citation = \"limit\"", "citation = \"limits\"")).unwrap();
    let refused = run(&["policy", "backtest", &candidate, "--data", &data]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("candidate.toml:") && said.contains("citation"), "{said}");
    assert_eq!(json(&["--json", "audit", "verify", "--data", &data])["ok"], true);
}
