//! A pack that is wrong is refused with file, line and key.

use policy::Library;

use crate::cases::shipped;

const GOOD: &str = r#"id = "t"
title = "T"
version = "1"
jurisdiction = "EU"
layer = "regulator"
status = "in_force"
effective = { from = 2026-01-01, to = 2027-01-01 }
time_zone = "Europe/Berlin"
currency = "EUR"
evidence = "V1"
[citations]
a = { law = "L", article = "1", source = "S" }
[[rules]]
id = "r"
kind = "limit"
citation = "a"
say = "s"
cap = "30 EUR"
window = "day"
"#;

#[track_caller]
fn check(from: &str, to: &str, expected: &str) {
    assert!(GOOD.contains(from), "{from}");
    let bad = GOOD.replacen(from, to, 1);
    let errors = Library::read([("t.toml", bad.as_str())]).unwrap_err();
    let said = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(said.contains(expected), "{said}");
}

#[test]
fn every_mistake_has_its_place() {
    assert!(Library::read([("t.toml", GOOD)]).is_ok());
    check("cap = ", "cup = ", "t.toml:18: rules.r.cup: is not a key here");
    check("30 EUR", "30 USD", "t.toml:18: rules.r.cap: is in USD, but the pack counts in EUR");
    check("citation = \"a\"\n", "", "t.toml:13: rules.r.citation: is missing");
    check("citation = \"a\"", "citation = \"b\"", "t.toml:16: rules.r.citation: `b` is not among");
    check("to = 2027-01-01", "to = 2025-01-01", "effective.to: is not after `from`: this can never apply");
    check(
        "window = \"day\"",
        "window = \"day\"\nto = 2025-06-01",
        "rules.r.to: is before the pack starts: this can never apply",
    );
    check("window = \"day\"", "window = \"fortnight\"", "t.toml:19: rules.r.window: is no window");
    check("window", "when = { \"payer.age\" = { lt = 5, gt = 9 } }\nwindow", "nothing lies between these bounds");
    check("window", "when = { \"payer.agee\" = 5 }\nwindow", "`payer.agee` is no fact");
    check("window", "when = { \"operation.channel\" = \"fax\" }\nwindow", "this can never apply");
    check("kind = \"limit\"", "kind = \"limitt\"", "is no kind of rule");
    check("Europe/Berlin", "Europe/Atlantis", "t.toml:8: time_zone: not a time zone");
    check("title = \"T\"", "title = \"T", "t.toml:2: file:");
}

#[test]
fn overlapping_versions_and_loosening_layers_are_refused() {
    let again = GOOD.replace("version = \"1\"", "version = \"2\"");
    let errors = Library::read([("a.toml", GOOD), ("b.toml", again.as_str())]).unwrap_err();
    assert_eq!(errors[0].to_string(), "b.toml:1: effective: overlaps version 1 in a.toml");
    let later = again.replace("from = 2026-01-01, to = 2027-01-01", "from = 2027-01-01");
    assert!(Library::read([("a.toml", GOOD), ("b.toml", later.as_str())]).is_ok());
    let lower = GOOD.replace("id = \"t\"", "id = \"u\"").replace("regulator", "provider").replace("30 EUR", "31 EUR");
    let errors = Library::read([("a.toml", GOOD), ("u.toml", lower.as_str())]).unwrap_err();
    assert!(errors[0].to_string().contains("u.toml:13: rules.r.cap: loosens `r`"), "{}", errors[0]);
}

#[test]
fn every_shipped_file_cut_anywhere_is_an_error_or_a_pack_never_a_panic() {
    for (file, text) in shipped() {
        for cut in (0..text.len()).step_by(97).filter(|&cut| text.is_char_boundary(cut)) {
            let _ = Library::read([(file.as_str(), &text[..cut])]);
        }
    }
}
