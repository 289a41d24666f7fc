//! Stickers through the command line: signed, drawn, read from a picture, withdrawn.

use std::path::Path;

use serde_json::Value;

use crate::program::{Running, json, run, run_with_input, text};

/// A data folder with keys, as a first start makes it, and a payee.
fn with_keys(folder: &Path) -> (String, String) {
    let data = text(&folder.join("data"));
    Running::start(&["serve", "--data", &data, "--listen", "127.0.0.1:0", "--json"]).terminate();
    let names = ["--name", "솔잎국수", "--name-latin", "SOLIP & SONS", "--place", "종로점", "--city", "SAEBYEOK"];
    let add = ["admin", "payee", "add", "--data", &data, "--category", "5812", "--json"];
    let payee = json(&[&add[..], &names].concat())["payee"].as_str().unwrap().to_owned();
    (data, payee)
}

fn make<'a>((data, payee): &'a (String, String), more: &[&'a str]) -> Vec<&'a str> {
    let words = ["--name", "SOLIP & SONS", "--name-ko", "솔잎국수", "--city", "SAEBYEOK", "--category", "5812"];
    let terms = ["--data", data, "--payee", payee, "--place", "jongno-3", "--cell", "wydm9qw", "--cap", "50000KRW"];
    [&["qr", "make", "sticker"], &terms[..], &words[..], more].concat()
}

#[test]
fn a_drawn_sticker_is_read_from_its_picture_and_trusted_until_it_is_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_keys(folder.path());
    let data = place.0.clone();
    let picture = text(&folder.path().join("sticker.png"));
    let keys = text(&folder.path().join("keys.json"));
    std::fs::write(&keys, json(&["admin", "keys", "show", "--data", &data, "--json"]).to_string()).unwrap();
    let made = run(&make(&place, &["--serial", "SB-0001", "--png", &picture, "--for", "sticker"]));
    let payload = String::from_utf8(made.stdout).unwrap();

    let seen = json(&["qr", "inspect", "--keys", &keys, "--png", &picture]);
    assert_eq!((&seen["verdict"], &seen["fields"]["merchant_name"]), (&"trusted".into(), &"SOLIP & SONS".into()));
    assert!(seen["revocation_age_seconds"].as_i64().unwrap() < 3_600, "{seen}");
    let said = run_with_input(&["qr", "inspect", "--keys", &keys], &payload);
    assert_eq!(serde_json::from_slice::<Value>(&said.stdout).unwrap()["tree"], seen["tree"]);

    let root = text(&Path::new(&data).join("keys/offline-root.key"));
    let revoke = ["admin", "keys", "revoke", "--data", &data, "--root", &root, "--json"];
    let set = json(&[&revoke[..], &["--serial", "SB-0001"]].concat());
    assert_eq!((&set["set"]["sequence"], &set["set"]["revoked_serials"][0]), (&2.into(), &"SB-0001".into()));
    std::fs::write(&keys, set.to_string()).unwrap();
    let seen = json(&["qr", "inspect", "--keys", &keys, "--png", &picture]);
    assert_eq!((&seen["verdict"], &seen["reasons"][0]), (&"dangerous".into(), &"code.revoked".into()));

    // The key that signs now cannot be withdrawn; a rotation keeps what was.
    let refused = run(&[&revoke[..], &["--kid", "k1"]].concat());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("rotate it first"));
    let rotated = json(&["admin", "keys", "rotate", "--data", &data, "--root", &root, "--json"]);
    assert_eq!(rotated["set"]["revoked_serials"][0], "SB-0001");
    let set = json(&[&revoke[..], &["--kid", "k1"]].concat());
    assert_eq!(set["set"]["revoked_keys"][0], "k1");
}

#[test]
fn a_sheet_names_each_sticker_in_both_languages() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_keys(folder.path());
    let serials = ["--serial", "A-1", "--serial", "A-2", "--sheet"];
    let sheet = String::from_utf8(run(&make(&place, &serials)).stdout).unwrap();
    assert!(sheet.starts_with("<svg ") && sheet.trim_end().ends_with("</svg>"));
    for (part, count) in [("솔잎국수", 2), ("SOLIP &amp; SONS", 2), ("No. A-1", 1), ("No. A-2", 1), ("<path ", 2)] {
        assert_eq!(sheet.matches(part).count(), count, "{part}");
    }
    let many = ["--serial", "1"].repeat(7);
    let refused = run(&make(&place, &[&many[..], &["--sheet"]].concat()));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("hint: at most 6 serials a sheet"));
    let made = run(&make(&place, &["--serial", "A-1", "--json", "--reprint"]));
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    crate::document::assert_documented("qr make sticker", &made);
}

#[test]
fn a_sticker_is_registered_before_it_is_printed_and_not_printed_again_once_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let place = with_keys(folder.path());
    let data = place.0.as_str();
    let unknown = run(&make(&place, &["--serial", "A-1", "--reprint"]));
    let said = String::from_utf8(unknown.stderr).unwrap();
    assert!(said.contains("`A-1` is not registered to this payee"), "{said}");
    let first = run(&make(&place, &["--serial", "A-1"])).stdout;
    assert_eq!(run(&make(&place, &["--serial", "A-1", "--reprint"])).stdout, first);
    let term = ["admin", "code", "add-terminal", "--data", data, "--payee", &place.1, "--serial", "T-1"];
    let term = json(&[&term[..], &["--counter", "jongno-3", "--cell", "wydm9qw", "--mark", "7", "--json"]].concat());
    assert_eq!((&term["kind"], &term["cell"]), (&"terminal".into(), &"wydm9qw".into()));
    crate::document::assert_documented("admin code add-terminal, list, suspend, clear, withdraw", &term);
    let gone = json(&["admin", "code", "withdraw", "--data", data, "A-1", "--json"]);
    assert!(gone["withdrawn_at"].is_string(), "{gone}");
    let listed = run(&["admin", "code", "list", "--data", data]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains("A-1") && listed.contains("withdrawn 20") && listed.contains("in use"), "{listed}");
    assert_eq!(run(&make(&place, &["--serial", "A-1", "--reprint"])).status.code(), Some(1));
    let taken = run(&make(&place, &["--serial", "T-1"]));
    assert!(String::from_utf8(taken.stderr).unwrap().contains("already registered"));
}

#[test]
fn a_picture_that_holds_no_code_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let path = text(&folder.path().join("not.png"));
    std::fs::write(&path, "text").unwrap();
    let said = run(&["qr", "inspect", "--png", &path]);
    assert_eq!(said.status.code(), Some(1));
    assert!(String::from_utf8(said.stderr).unwrap().contains("as a PNG"));
}
