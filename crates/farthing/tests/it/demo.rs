//! A newcomer's way: the demo starts, a phone opens a wallet, takes test money, pays, and is frozen; the books agree.

use serde_json::Value;

use crate::document::assert_documented;
use crate::program::{Running, json, run, text};

/// A shop's signed code, as a phone would scan it.
fn shop_code(demo: &Running) -> Value {
    let (url, key) = (demo.text("url"), demo.text("shop_key"));
    json(&[
        "--json",
        "qr",
        "make",
        "intent",
        "--url",
        &url,
        "--api-key",
        &key,
        "--amount",
        "4500KRW",
        "--purpose",
        "아메리카노",
    ])
}

#[test]
fn a_demo_starts_a_phone_pays_the_books_agree_and_it_ends_cleanly() {
    let place = tempfile::tempdir().unwrap();
    let (data, state) = (text(&place.path().join("data")), text(&place.path().join("phone")));
    let demo = Running::start(&["--json", "demo", "--port", "0", "--days", "1", "--rate", "2", "--data", &data]);
    let url = demo.text("url");
    assert!(demo.text("shop_url").ends_with(&demo.text("shop_key")));
    assert!(demo.text("payee").starts_with("pye_"));
    assert_documented("demo", &demo.first);

    let phone = |args: &[&str]| json(&[&["--json", "phone", "--state", &state], args].concat());
    let wallet = phone(&["enrol", "--url", &url, "--name", "새내기"]);
    assert_eq!(wallet["balance"]["available"]["minor"], 0);
    assert_eq!(phone(&["fund", "50000KRW"])["balance"]["available"]["minor"], 50_000);

    let made = shop_code(&demo);
    assert_documented("qr make", &made);
    let code = made["payload"].as_str().unwrap().to_owned();
    let scan = phone(&["scan", &code]);
    assert_eq!((scan["verdict"].as_str(), scan["payable"].as_bool()), (Some("trusted"), Some(true)));
    assert_documented("phone scan", &scan);
    assert_eq!(scan["posture"]["rooted"], "not visible here");
    assert_eq!(phone(&["pay", &code, "--yes"])["status"], "captured");
    assert_eq!(phone(&["balance"])["balance"]["available"]["minor"], 45_500);
    assert_eq!(phone(&["activity"])["purpose"], "아메리카노");

    let again = run(&["phone", "--state", &state, "pay", &code, "--yes"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("intent.taken"), "{again:?}");

    assert_eq!(phone(&["freeze"])["frozen"], true);
    let code = shop_code(&demo)["payload"].as_str().unwrap().to_owned();
    let frozen = run(&["phone", "--state", &state, "pay", &code, "--yes"]);
    assert!(String::from_utf8_lossy(&frozen.stderr).contains("payer.frozen"), "{frozen:?}");

    let status = json(&["--json", "admin", "status", "--data", &data]);
    assert_documented("admin status", &status);
    assert_eq!((status["served"].as_bool(), status["ready"].as_bool()), (Some(true), Some(true)));
    let books = json(&["--json", "ledger", "check", "--data", &data]);
    assert_documented("ledger check", &books);
    assert_eq!(books["ok"], true, "{books}");
    assert!(books["transfers"].as_u64().unwrap() > 100, "{books}");

    let (ended_well, rest) = demo.terminate();
    assert!(ended_well);
    assert_eq!(rest, "", "stdout carries one line only");
    let audit = json(&["--json", "audit", "verify", "--data", &data]);
    assert_documented("audit verify", &audit);
    assert_eq!(audit["ok"], true, "{audit}");
}

#[test]
fn the_phone_keeps_its_key_to_itself_and_refuses_an_altered_code() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let (data, state) = (text(&place.path().join("data")), text(&place.path().join("phone")));
    let demo = Running::start(&["--json", "demo", "--port", "0", "--days", "0", "--rate", "0", "--data", &data]);
    json(&["--json", "phone", "--state", &state, "enrol", "--url", &demo.text("url"), "--name", "Ada"]);
    let mode = |path: &str| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&format!("{state}/phone.json"))), (0o700, 0o600));

    let code = shop_code(&demo)["payload"].as_str().unwrap().replace("54044500", "54040500");
    let altered = run(&["--json", "phone", "--state", &state, "scan", &code]);
    assert_eq!(altered.status.code(), Some(2));
    let scan: Value = serde_json::from_slice(&altered.stdout).unwrap();
    assert_eq!((scan["verdict"].as_str(), scan["payable"].as_bool()), (Some("dangerous"), Some(false)));
}

#[test]
fn a_demo_goes_on_in_its_folder_and_refuses_another_seeds_folder() {
    let place = tempfile::tempdir().unwrap();
    let data = text(&place.path().join("data"));
    let args = ["--json", "demo", "--port", "0", "--days", "0", "--rate", "0", "--data", &data];
    assert!(Running::start(&args).terminate().0);
    let again = Running::start(&args);
    let payees = run(&["--json", "admin", "payee", "list", "--data", &data]);
    assert_eq!(String::from_utf8(payees.stdout).unwrap().lines().count(), 24);
    assert!(again.terminate().0);
    let other = run(&[&args[..], &["--seed", "2"]].concat());
    assert_eq!(other.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&other.stderr).contains("another folder"), "{other:?}");
}
