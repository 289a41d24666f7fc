//! A sticker on a counter, paid from the terminal phone against a real server; and what else may lie on that counter.

use serde_json::Value;

use crate::document::assert_documented;
use crate::program::{Running, json, run, text};

/// A server without traffic, a phone with money, and a registered sticker.
struct Counter {
    place: tempfile::TempDir,
    _demo: Running,
    payload: String,
}

const HERE: &[&str] = &["--cell", "wydm9qw", "--mark", "7", "--mark", "11"];
const FAR: &[&str] = &["--cell", "wydm6d6", "--mark", "90", "--mark", "91", "--mark", "92"];

impl Counter {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let data = text(&place.path().join("data"));
        let demo = Running::start(&["--json", "demo", "--port", "0", "--days", "0", "--rate", "0", "--data", &data]);
        let (url, payee) = (demo.text("url"), demo.text("payee"));
        let stands = ["--cell", "wydm9qw", "--mark", "7", "--mark", "11", "--mark", "13"];
        let words = ["--name", "HANBIT COFFEE", "--name-ko", "한빛커피", "--city", "SEOUL", "--category", "5814"];
        let sticker = ["qr", "make", "sticker", "--data", &data, "--payee", &payee, "--serial", "HAN-1"];
        let terms = ["--place", "counter-1", "--cap", "50000KRW", "--json"];
        let made = json(&[&sticker[..], &terms[..], &stands[..], &words[..]].concat());
        let counter = Self { place, _demo: demo, payload: made["payload"].as_str().unwrap().to_owned() };
        counter.phone(&["enrol", "--url", &url, "--name", "지우"]);
        counter.phone(&["fund", "50000KRW"]);
        counter
    }

    fn data(&self) -> String {
        text(&self.place.path().join("data"))
    }

    fn args<'a>(state: &'a str, args: &[&'a str]) -> Vec<&'a str> {
        [&["--json", "phone", "--state", state], args].concat()
    }

    #[track_caller]
    fn phone(&self, args: &[&str]) -> Value {
        json(&Self::args(&text(&self.place.path().join("phone")), args))
    }

    /// Runs to a bad end: what it said on both sides, and how it ended.
    #[track_caller]
    fn refused(&self, args: &[&str]) -> (String, String, Option<i32>) {
        let output = run(&Self::args(&text(&self.place.path().join("phone")), args));
        assert!(!output.status.success(), "{args:?}: {output:?}");
        let said = |bytes| String::from_utf8(bytes).unwrap();
        (said(output.stdout), said(output.stderr), output.status.code())
    }
}

#[test]
fn a_sticker_is_looked_at_and_paid_with_the_amount_that_is_entered() {
    let counter = Counter::start();
    let payload = counter.payload.as_str();
    let seen = counter.phone(&[&["scan", payload], HERE].concat());
    assert_documented("phone scan", &seen);
    assert_eq!((&seen["verdict"], &seen["payable"]), (&"trusted".into(), &false.into()), "{seen}");
    assert_eq!((&seen["sticker"]["serial"], &seen["sticker"]["cap"]["minor"]), (&"HAN-1".into(), &50_000.into()));
    assert_eq!(seen["core"], Value::Null, "without an amount there are no terms");

    let terms = counter.phone(&[&["scan", payload, "--amount", "4500KRW"], HERE].concat());
    assert_eq!((&terms["payable"], &terms["core"]["counter"]["serial"]), (&true.into(), &"HAN-1".into()), "{terms}");
    assert_eq!(terms["preview"]["available_after"]["minor"], 45_500);
    let paid = counter.phone(&[&["pay", payload, "--amount", "4500KRW", "--yes"], HERE].concat());
    assert_eq!((&paid["status"], &paid["amount"]["minor"]), (&"captured".into(), &4_500.into()));
    assert_eq!(counter.phone(&["balance"])["balance"]["available"]["minor"], 45_500);

    // Nobody is here to be asked how much; more than the cap is not even asked for; another currency neither.
    let (_, said, code) = counter.refused(&["pay", payload, "--yes"]);
    assert!(code == Some(1) && said.contains("--amount 4500KRW"), "{said}");
    assert!(counter.refused(&["pay", payload, "--amount", "50001KRW", "--yes"]).1.contains("code.above_cap"));
    assert!(counter.refused(&["pay", payload, "--amount", "5USD", "--yes"]).1.contains("amount.wrong_currency"));
    // A changed sticker with a right checksum is no sticker.
    let altered = payload.replacen("HANBIT", "HANBAT", 1);
    let (said, _, code) = counter.refused(&["scan", &altered, "--amount", "4500KRW"]);
    assert!(code == Some(2) && said.contains("\"dangerous\""), "{said}");

    let out = run(&["phone", "--state", &text(&counter.place.path().join("phone")), "--lang", "ko", "scan", payload]);
    let words = String::from_utf8(out.stdout).unwrap();
    assert!(words.contains("HAN-1") && words.contains("--amount") && words.contains("HANBIT COFFEE"), "{words}");
}

#[test]
fn a_sticker_far_from_its_counter_is_doubted_and_reported() {
    let counter = Counter::start();
    let payload = counter.payload.as_str();
    let seen = counter.phone(&[&["scan", payload, "--amount", "4500KRW"], FAR].concat());
    assert_eq!(seen["verdict"], "suspicious", "{seen}");
    assert_eq!(seen["reasons"], serde_json::json!(["code.swap_suspected"]));
    assert!(seen["preview"]["warnings"].to_string().contains("code_doubtful"), "{seen}");
    let (_, said, _) = counter.refused(&[&["pay", payload, "--amount", "4500KRW", "--yes"], FAR].concat());
    assert!(said.contains("step_up"), "{said}");
    let reported = counter.phone(&[&["report", payload], FAR].concat());
    assert_documented("phone report", &reported);
    let swaps = json(&["admin", "code", "swaps", "--data", &counter.data(), "--json"]);
    assert_documented("admin code swaps", &swaps);
    assert_eq!((&swaps["serial"], &swaps["reports"]), (&"HAN-1".into(), &1.into()));
    // Withdrawn, it is refused at once, and the phone asks for no terms.
    json(&["admin", "code", "withdraw", "--data", &counter.data(), "HAN-1", "--json"]);
    let (said, _, code) = counter.refused(&[&["scan", payload, "--amount", "4500KRW"], HERE].concat());
    let seen: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&seen["verdict"], &seen["reasons"][0], code), (&"dangerous".into(), &"code.revoked".into(), Some(2)));
}

#[test]
fn a_code_of_another_network_on_a_registered_counter_is_doubted_reported_and_cleared() {
    let counter = Counter::start();
    let plain = ["qr", "make", "plain", "--name", "HANBIT COFFEE", "--city", "SEOUL", "--account"];
    let foreign = String::from_utf8(run(&[&plain[..], &["26:com.example:1234"]].concat()).stdout).unwrap();
    let foreign = foreign.trim();
    // Anywhere else it is what it is; on this counter it is not what the shop registered.
    let verdict = |place: &[&str]| -> Value {
        let (said, _, _) = counter.refused(&[&["scan", foreign], place].concat());
        serde_json::from_str(&said).unwrap()
    };
    assert_eq!(verdict(&[])["verdict"], "unverified");
    assert_eq!(verdict(FAR)["verdict"], "unverified");
    assert_eq!(
        verdict(&["--cell", "wydm9qw"])["verdict"],
        "unverified",
        "somewhere in the cell there are many counters"
    );
    let seen = verdict(HERE);
    assert_eq!(seen["verdict"], "suspicious");
    assert!(seen["reasons"].to_string().contains("code.unregistered_here"), "{seen}");
    let menu = counter.refused(&[&["scan", "https://hanbitcoffee.kr/menu"], HERE].concat()).0;
    assert!(menu.contains("\"unverified\""), "a menu is no code to pay by: {menu}");

    let (_, said, _) = counter.refused(&[&["report", foreign], FAR].concat());
    assert!(said.contains("code.unregistered"), "{said}");
    counter.phone(&[&["report", foreign], HERE].concat());
    let swaps = json(&["admin", "code", "swaps", "--data", &counter.data(), "--json"]);
    assert_eq!((&swaps["payee"], &swaps["cells"][0], &swaps["reports"]), (&Value::Null, &"wydm9qw".into(), &1.into()));
    assert!(swaps["alerted_at"].is_string(), "the phone saw the counter: {swaps}");
    let cleared = json(&["admin", "code", "clear", "--data", &counter.data(), "--cell", "wydm9qw", "--json"]);
    assert_documented("admin code clear --payee, --cell", &cleared);
    let none = run(&["admin", "code", "swaps", "--data", &counter.data(), "--json"]);
    assert!(none.stdout.is_empty(), "{none:?}");
    let both = run(&["admin", "code", "clear", "--data", &counter.data(), "HAN-1", "--cell", "wydm9qw"]);
    assert_eq!(both.status.code(), Some(2));
}
