//! The simulated handset against a real server: two phones of one wallet, a sealed key, pictures, and both languages.

use serde_json::Value;

use crate::document::assert_documented;
use crate::program::{Running, farthing, json, run, text};

/// A server without traffic, and a folder for phones.
struct Town {
    place: tempfile::TempDir,
    demo: Running,
}

impl Town {
    fn start() -> Self {
        let place = tempfile::tempdir().unwrap();
        let data = text(&place.path().join("data"));
        let demo = Running::start(&["--json", "demo", "--port", "0", "--days", "0", "--rate", "0", "--data", &data]);
        Self { place, demo }
    }

    fn state(&self, phone: &str) -> String {
        text(&self.place.path().join(phone))
    }

    /// Runs to a good end.
    #[track_caller]
    fn phone(&self, phone: &str, args: &[&str]) -> Value {
        json(&[&["--json", "phone", "--state", &self.state(phone)], args].concat())
    }

    /// Runs to a bad end: its exit code and what it said.
    #[track_caller]
    fn refused(&self, phone: &str, args: &[&str]) -> (Option<i32>, String) {
        let output = run(&[&["phone", "--state", &self.state(phone)], args].concat());
        assert!(!output.status.success(), "{args:?}");
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    fn enrol(&self, phone: &str) -> Value {
        self.phone(phone, &["enrol", "--url", &self.demo.text("url"), "--name", "새내기"])
    }

    /// A code for this much.
    fn code_for(&self, amount: &str) -> String {
        let (url, key) = (self.demo.text("url"), self.demo.text("shop_key"));
        let ask = ["--json", "qr", "make", "intent", "--url", &url, "--api-key", &key, "--amount", amount];
        json(&[&ask[..], &["--purpose", "숙박"]].concat())["payload"].as_str().unwrap().to_owned()
    }

    fn code(&self, more: &[&str]) -> Value {
        let (url, key) = (self.demo.text("url"), self.demo.text("shop_key"));
        let ask = ["--json", "qr", "make", "intent", "--url", &url, "--api-key", &key];
        json(&[&ask[..], &["--amount", "4500KRW", "--purpose", "아메리카노"], more].concat())
    }
}

/// The JSON lines of a command that ended well.
#[track_caller]
fn lines(args: &[&str]) -> Vec<Value> {
    let output = run(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_second_phone_is_let_in_waits_and_is_revoked() {
    let town = Town::start();
    let wallet = town.enrol("first");
    let payer = wallet["payer"].as_str().unwrap().to_owned();
    let url = town.demo.text("url");
    let asked = town.phone("second", &["enrol", "--url", &url, "--join", &payer, "--device-name", "새 전화"]);
    assert_documented("phone enrol --join", &asked);
    let (code, said) = town.refused("second", &["balance"]);
    assert!(code == Some(2) && said.contains("has not been let into the wallet"), "{said}");

    let again = town.phone("second", &["join"]);
    assert_eq!((&again["digits"], &again["device"]), (&asked["digits"], &asked["device"]));
    let request = again["request"].as_str().unwrap();
    let (_, said) = town.refused("first", &["devices", "bind", request]);
    assert!(said.contains("nobody is here to approve"), "{said}");
    let bound = town.phone("first", &["devices", "bind", request, "--yes"]);
    assert_eq!((&bound["device"], bound["name"].as_str()), (&asked["device"], Some("새 전화")));
    let (_, said) = town.refused("first", &["devices", "bind", request, "--yes"]);
    assert!(said.contains("device.exists") || said.contains("proof.replayed"), "{said}");

    let status = town.phone("second", &["status"]);
    assert_documented("phone status", &status);
    assert_eq!((&status["device"]["device"], &status["payer"]["payer"]), (&asked["device"], &wallet["payer"]));
    let payload = town.code(&[])["payload"].as_str().unwrap().to_owned();
    assert!(town.refused("second", &["pay", &payload, "--yes"]).1.contains("device.cooling_off"));

    let state = town.state("first");
    let devices = lines(&["--json", "phone", "--state", &state, "devices", "list"]);
    assert_eq!(devices.len(), 2);
    let sessions = lines(&["--json", "phone", "--state", &state, "sessions", "list"]);
    assert_eq!(sessions.iter().filter(|session| session["current"] == true).count(), 1);
    let theirs = sessions.iter().find(|session| session["device"] == asked["device"]).unwrap();
    town.phone("first", &["sessions", "end", theirs["session"].as_str().unwrap()]);
    assert!(town.refused("second", &["balance"]).1.contains("auth.session_ended"));

    let revoked = town.phone("first", &["devices", "revoke", asked["device"].as_str().unwrap()]);
    assert_eq!(revoked["revoked"], true);
    let (code, said) = town.refused("second", &["refresh"]);
    assert!(code == Some(2) && said.contains("auth.refused"), "{said}");
    let (_, said) = town.refused("first", &["devices", "revoke", wallet_device(&town).as_str()]);
    assert!(said.contains("device.last_one"), "{said}");
}

fn wallet_device(town: &Town) -> String {
    town.phone("first", &["status"])["device"]["device"].as_str().unwrap().to_owned()
}

#[test]
fn a_session_is_carried_on_and_logged_out_of() {
    let town = Town::start();
    town.enrol("phone");
    let session = |status: &Value| status["session"].as_str().unwrap().to_owned();
    let first = town.phone("phone", &["status"]);
    let carried = town.phone("phone", &["refresh"]);
    assert_eq!(session(&first), session(&carried), "one session, its next token");
    assert_ne!(first["token_expires_at"], Value::Null);
    town.phone("phone", &["sessions", "end"]);
    let next = town.phone("phone", &["status"]);
    assert_ne!(session(&carried), session(&next), "the device key opens another");

    // A process that died between sending a refresh token and hearing the answer has left no token behind.
    let path = format!("{}/phone.json", town.state("phone"));
    let mut state: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    state["token"] = Value::Null;
    std::fs::write(&path, state.to_string()).unwrap();
    town.phone("phone", &["balance"]);
    let alerts = lines(&["--json", "phone", "--state", &town.state("phone"), "sessions", "list"]);
    assert_eq!(alerts.len(), 2, "the lost one is still there, and nothing was reused");
}

#[test]
fn a_sealed_key_needs_its_passphrase_and_its_own_folder() {
    let town = Town::start();
    let (right, wrong) = (town.place.path().join("right"), town.place.path().join("wrong"));
    std::fs::write(&right, "correct horse battery\nsecond line\n").unwrap();
    std::fs::write(&wrong, "incorrect horse\n").unwrap();
    let url = town.demo.text("url");
    let with = |file: &std::path::Path, args: &[&str]| {
        let mut command = farthing();
        command.env("FARTHING_PHONE_PASSPHRASE_FILE", file).args(["phone", "--state", &town.state("sealed")]);
        command.args(args).output().unwrap()
    };
    assert!(with(&right, &["enrol", "--url", &url, "--name", "Ada"]).status.success());
    let key = std::fs::read_to_string(format!("{}/key.json", town.state("sealed"))).unwrap();
    assert!(key.contains("sealed_software") && !key.contains("seed"), "{key}");
    let (code, said) = town.refused("sealed", &["balance"]);
    assert!(code == Some(1) && said.contains("sealed by a passphrase"), "{said}");
    let refused = with(&wrong, &["balance"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("wrong passphrase"));
    assert!(with(&right, &["balance"]).status.success());
    std::fs::write(&wrong, "short\n").unwrap();
    assert!(String::from_utf8_lossy(&with(&wrong, &["balance"]).stderr).contains("shorter than 8"));

    town.enrol("other");
    std::fs::copy(format!("{}/key.json", town.state("sealed")), format!("{}/key.json", town.state("other"))).unwrap();
    let mut moved = farthing();
    moved.args(["phone", "--state", &town.state("other"), "--passphrase-file", right.to_str().unwrap(), "balance"]);
    assert_eq!(moved.output().unwrap().status.code(), Some(2));
}

#[test]
fn a_picture_is_scanned_and_previewed_in_both_languages() {
    let town = Town::start();
    town.enrol("phone");
    town.phone("phone", &["fund", "50000KRW"]);
    let png = town.place.path().join("code.png");
    let picture = png.to_str().unwrap();
    town.code(&["--png", picture]);
    let scan = town.phone("phone", &["scan", "--png", picture]);
    assert_documented("phone scan", &scan);
    assert_eq!((scan["verdict"].as_str(), scan["payable"].as_bool()), (Some("trusted"), Some(true)));
    assert_eq!(scan["preview"]["available_after"]["minor"], 45_500);
    assert_eq!(scan["preview"]["quote"], scan["quote"]);
    let human = |lang: &str| {
        let output = run(&["phone", "--state", &town.state("phone"), "--lang", lang, "scan", "--png", picture]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let (ko, en) = (human("ko"), human("en"));
    assert!(ko.contains("판정") && ko.contains("결제 뒤 잔액") && ko.contains("돈이 가는 길"), "{ko}");
    assert!(en.contains("verdict") && en.contains("left after") && en.contains("money's way"), "{en}");
    let (_, said) = town.refused("phone", &["--lang", "ko", "pay", "int_01k9zj3d8nf2m0000000000000", "--yes"]);
    assert!(said.contains("intent.unknown"), "{said}");
    let paid = town.phone("phone", &["pay", "--png", picture, "--yes"]);
    assert_eq!(paid["status"], "captured");
    let (_, said) = town.refused("phone", &["--lang", "ko", "pay", "--png", picture, "--yes"]);
    assert!(said.contains("intent.taken") && said.contains("이미 결제된 요청입니다."), "{said}");
}

#[test]
fn a_shared_phone_keeps_no_refresh_token_and_leaves_nothing_when_it_is_logged_out() {
    let town = Town::start();
    let payer = town.enrol("own")["payer"].as_str().unwrap().to_owned();
    let asked = town.phone("cafe", &["enrol", "--url", &town.demo.text("url"), "--join", &payer, "--shared"]);
    let bound = town.phone("own", &["devices", "bind", asked["request"].as_str().unwrap(), "--yes"]);
    assert_eq!(bound["kind"], "shared");
    town.phone("cafe", &["balance"]);
    let state = std::fs::read_to_string(format!("{}/phone.json", town.state("cafe"))).unwrap();
    assert!(state.contains("access_token") && !state.contains("refresh_token"), "{state}");
    let before = town.phone("cafe", &["status"])["session"].clone();
    assert_eq!(town.phone("cafe", &["refresh"])["session"], before, "the same session, by the key alone");
    let ended = town.phone("cafe", &["sessions", "end"]);
    assert_eq!(ended["revoked"], true);
    let left: Vec<String> = std::fs::read_dir(town.state("cafe"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(left, ["lock"]);
    assert!(town.refused("cafe", &["balance"]).1.contains("holds no phone"));
}

/// A file with one line, as PINs and printed codes are handed over.
fn line(town: &Town, name: &str, text: &str) -> String {
    let path = town.place.path().join(name);
    std::fs::write(&path, format!("{text}\n")).unwrap();
    self::text(&path)
}

#[test]
fn a_payment_that_wants_one_more_check_waits_for_it_and_is_sent_again_as_it_is() {
    let town = Town::start();
    town.enrol("phone");
    town.phone("phone", &["fund", "400000KRW"]);
    let (pin, wrong) = (line(&town, "pin", "493817"), line(&town, "wrong", "805264"));
    assert_eq!(town.phone("phone", &["pin", "show"])["set"], false);
    let set = town.phone("phone", &["pin", "set", "--pin-file", &pin]);
    assert_documented("phone pin", &set);
    assert_eq!((&set["set"], &set["tries_left"]), (&Value::from(true), &Value::from(5)));

    let (_, said) = town.refused("phone", &["step-up", "--pin-file", &pin]);
    assert!(said.contains("nothing waits for a check"), "{said}");
    let big = town.code_for("150000KRW");
    let (code, said) = town.refused("phone", &["pay", &big, "--yes"]);
    assert!(code == Some(2) && said.contains("risk.step_up_needed") && said.contains("step-up"), "{said}");
    let (_, said) = town.refused("phone", &["step-up", "--pin-file", &wrong]);
    assert!(said.contains("pin.wrong"), "{said}");
    assert_eq!(town.phone("phone", &["pin", "show"])["tries_left"], 4);
    let done = town.phone("phone", &["step-up", "--pin-file", &pin]);
    assert_documented("phone step-up", &done);
    assert_eq!((&done["approval"]["strength"], &done["payment"]["status"]), (&"pin".into(), &"captured".into()));
    assert_eq!(town.phone("phone", &["balance"])["balance"]["available"]["minor"], 250_000);
    let (_, said) = town.refused("phone", &["step-up", "--pin-file", &pin]);
    assert!(said.contains("nothing waits"), "{said}");

    // With the PIN at hand, `pay` does it in one go.
    let other = town.code_for("150001KRW");
    let paid = town.phone("phone", &["pay", &other, "--yes", "--pin-file", &pin]);
    assert_eq!(paid["payment"]["status"], "captured");
    let short = line(&town, "short", "12345");
    let (_, said) = town.refused("phone", &["pin", "set", "--pin-file", &short]);
    assert!(said.contains("no payment PIN"), "{said}");
    assert_eq!(town.phone("phone", &["pin", "remove", "--pin-file", &pin])["set"], false);
}

#[test]
fn another_key_takes_over_also_when_the_rotation_was_cut_short() {
    let town = Town::start();
    let wallet = town.enrol("phone");
    let pin = line(&town, "pin", "493817");
    town.phone("phone", &["pin", "set", "--pin-file", &pin]);
    let state = town.place.path().join("phone");
    let key = || std::fs::read_to_string(state.join("key.json")).unwrap();
    let old = key();
    let (_, said) = town.refused("phone", &["rotate"]);
    assert!(said.contains("risk.step_up_needed"), "{said}");
    assert_eq!(key(), old, "nothing has changed");
    let rotated = town.phone("phone", &["rotate", "--pin-file", &pin]);
    assert_eq!(rotated["revoked"], false);
    let new = key();
    assert_ne!(new, old);
    assert_eq!(town.phone("phone", &["status"])["payer"]["payer"], wallet["payer"]);
    // The old key is nobody's.
    std::fs::write(state.join("key.json"), &old).unwrap();
    assert!(town.refused("phone", &["refresh"]).1.contains("auth.refused"));
    // As if the process had died after the server heard of the new key, and before it took the old one's place.
    std::fs::write(state.join("key.next.json"), &new).unwrap();
    town.phone("phone", &["rotate", "--pin-file", &pin]);
    town.phone("phone", &["balance"]);
}

#[test]
fn a_lost_phone_is_come_back_from_with_a_printed_code_and_papers() {
    let town = Town::start();
    let wallet = town.enrol("lost");
    let payer = wallet["payer"].as_str().unwrap().to_owned();
    let url = town.demo.text("url");
    let sheet = town.phone("lost", &["recovery", "print"]);
    assert_documented("phone recovery print", &sheet);
    let code = line(&town, "code", sheet["codes"][0].as_str().unwrap());
    assert_eq!(town.phone("lost", &["recovery", "show"])["codes_left"], 5);
    let (_, said) = town.refused("lost", &["lose"]);
    assert!(said.contains("nobody is here to approve"), "{said}");
    let lost = town.phone("lost", &["lose", "--yes"]);
    assert_documented("phone lose", &lost);
    assert_eq!(lost["payer"], wallet["payer"]);
    assert!(town.refused("lost", &["balance"]).1.contains("holds no phone"));
    assert!(!town.place.path().join("lost/key.json").exists());

    let (_, said) = town.refused("new", &["recover"]);
    assert!(said.contains("--url URL --payer PAYER"), "{said}");
    let nothing = line(&town, "nothing", "0000-0000-0000-0000");
    let (_, said) = town.refused("new", &["recover", "--url", &url, "--payer", &payer, "--code-file", &nothing]);
    assert!(said.contains("recovery.refused"), "{said}");
    let half = town.phone("new", &["recover", "--code-file", &code]);
    assert_documented("phone recover", &half);
    assert_eq!((&half["bound"], &half["reason"]), (&Value::from(false), &"recovery.factor_missing".into()));
    let data = text(&town.place.path().join("data"));
    let device = half["device"].as_str().unwrap();
    json(&["--json", "admin", "payer", "vouch", "--data", &data, "--payer", &payer, "--device", device]);
    let back = town.phone("new", &["recover"]);
    assert_eq!((&back["bound"], &back["wallet"]["payer"]), (&Value::from(true), &wallet["payer"]));
    assert_eq!(town.phone("new", &["balance"])["payer"], wallet["payer"]);
    let payload = town.code(&[])["payload"].as_str().unwrap().to_owned();
    assert!(town.refused("new", &["pay", &payload, "--yes"]).1.contains("device.cooling_off"));
    // Staff take the lost one away, so that it acts no more.
    let gone = lost["device"].as_str().unwrap();
    json(&["--json", "admin", "payer", "revoke-device", "--data", &data, "--payer", &payer, "--device", gone]);
    let state = town.state("new");
    let devices = lines(&["--json", "phone", "--state", &state, "devices", "list"]);
    assert!(devices.iter().any(|device| device["device"] == gone && device["revoked"] == true));
}
