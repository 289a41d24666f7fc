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

/// The same, where the rule is another one.
#[track_caller]
fn check_rule(rule: &str, expected: &str) {
    check("kind = \"limit\"\ncitation = \"a\"\nsay = \"s\"\ncap = \"30 EUR\"\nwindow = \"day\"\n", rule, expected);
}

/// What is wrong with these files together, one line each.
fn errors(files: &[(&str, &str)]) -> Vec<String> {
    Library::read(files.iter().copied()).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn the_pack_these_mistakes_are_made_in_is_good() {
    assert!(Library::read([("t.toml", GOOD)]).is_ok());
}

#[test]
fn an_unknown_key_is_refused() {
    check("cap = ", "cup = ", "t.toml:18: rules.r.cup: is not a key here");
    check("title = ", "titel = ", "t.toml:2: titel: is not a key here");
    check("article = ", "artikel = ", "t.toml:12: citations.a.artikel: is not a key here");
    check(
        "window",
        "when = { \"payer.agee\" = 5 }\nwindow",
        "t.toml:19: rules.r.when.payer.agee: `payer.agee` is no fact",
    );
    check("kind = \"limit\"", "kind = \"limitt\"", "t.toml:15: rules.r.kind: is no kind of rule");
    check("window = \"day\"", "window = \"fortnight\"", "t.toml:19: rules.r.window: is no window");
    check("Europe/Berlin", "Europe/Atlantis", "t.toml:8: time_zone: not a time zone");
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    check("title = \"T\"", "title = \"T", "t.toml:2: file:");
}

#[test]
fn overlapping_versions_are_refused() {
    let again = GOOD.replace("version = \"1\"", "version = \"2\"");
    assert_eq!(errors(&[("a.toml", GOOD), ("b.toml", &again)])[0], "b.toml:1: effective: overlaps version 1 in a.toml");
    let by_a_second = again.replace("from = 2026-01-01, to = 2027-01-01", "from = 2026-12-31T23:59:59");
    assert_eq!(
        errors(&[("a.toml", GOOD), ("b.toml", &by_a_second)])[0],
        "b.toml:1: effective: overlaps version 1 in a.toml"
    );
    let later = again.replace("from = 2026-01-01, to = 2027-01-01", "from = 2027-01-01");
    assert!(Library::read([("a.toml", GOOD), ("b.toml", later.as_str())]).is_ok());
}

#[test]
fn a_cap_in_another_currency_is_refused() {
    check("30 EUR", "30 USD", "t.toml:18: rules.r.cap: is in USD, but the pack counts in EUR");
    check(
        "window",
        "when = { \"operation.amount\" = { gt = \"5 USD\" } }\nwindow",
        "t.toml:19: rules.r.when.operation.amount.gt: is in USD, but the pack counts in EUR",
    );
}

#[test]
fn a_loosening_lower_layer_is_refused() {
    let lower = GOOD.replace("id = \"t\"", "id = \"u\"").replace("regulator", "provider");
    let loose = lower.replace("30 EUR", "31 EUR");
    let said = errors(&[("a.toml", GOOD), ("u.toml", &loose)]);
    assert_eq!(said[0], "u.toml:13: rules.r.cap: loosens `r` of the Regulator layer (t)");
    for tighter in [lower.clone(), lower.replace("30 EUR", "29 EUR")] {
        assert!(Library::read([("a.toml", GOOD), ("u.toml", tighter.as_str())]).is_ok());
    }
    // Another place's regulator says nothing here.
    let elsewhere = loose.replace("jurisdiction = \"EU\"", "jurisdiction = \"UK\"");
    assert!(Library::read([("a.toml", GOOD), ("u.toml", elsewhere.as_str())]).is_ok());
}

#[test]
fn a_missing_citation_is_refused() {
    check("citation = \"a\"\n", "", "t.toml:13: rules.r.citation: is missing");
    check("citation = \"a\"", "citation = \"b\"", "t.toml:16: rules.r.citation: `b` is not among");
    check("article = \"1\", ", "", "t.toml:12: citations.a.article: is missing");
}

#[test]
fn a_period_without_a_day_can_never_apply() {
    check("to = 2027-01-01", "to = 2025-01-01", "effective.to: is not after `from`: this can never apply");
    check("to = 2027-01-01", "to = 2026-01-01", "effective.to: is not after `from`: this can never apply");
    let day = "window = \"day\"";
    check(day, "window = \"day\"\nto = 2025-06-01", "t.toml:20: rules.r.to: is before the pack starts: this can never");
    check(
        day,
        "window = \"day\"\nfrom = 2027-01-01",
        "t.toml:20: rules.r.from: is after the pack ends: this can never",
    );
    check(day, "window = \"day\"\nstarts_after = \"12mo\"", "t.toml:20: rules.r.starts_after: is after it ends");
}

#[test]
fn bounds_between_which_nothing_lies_can_never_apply() {
    let and = |when: &str| format!("when = {{ {when} }}\nwindow");
    check(
        "window",
        &and("\"payer.age\" = { lt = 5, gt = 9 }"),
        "t.toml:19: rules.r.when.payer.age: nothing lies between",
    );
    check("window", &and("\"payer.age\" = { lt = 5, ge = 5 }"), "nothing lies between");
    check("window", &and("\"operation.amount\" = { gt = \"2 EUR\", lt = \"1 EUR\" }"), "nothing lies between");
    check("window", &and("\"operation.channel\" = []"), "is empty: this can never apply");
    check(
        "window",
        &and("\"operation.channel\" = \"fax\""),
        "t.toml:19: rules.r.when.operation.channel: `fax` is none of",
    );
}

#[test]
fn a_condition_that_contradicts_itself_can_never_apply() {
    let and = |when: &str| format!("when = {{ {when} }}\nwindow");
    let said = "t.toml:19: rules.r.when: its parts contradict each other: this can never apply";
    check("window", &and("\"operation.kind\" = \"payment\", any = [{ \"operation.kind\" = \"claim\" }]"), said);
    check(
        "window",
        &and("\"payer.age\" = { lt = 12 }, any = [{ \"payer.age\" = { ge = 12 } }, { \"payer.age\" = 13 }]"),
        said,
    );
    check(
        "window",
        &and("\"operation.kind\" = \"payment\", not = { \"operation.kind\" = [\"payment\", \"refund\"] }"),
        said,
    );
    // One branch that can hold is enough.
    let good = and("\"payer.age\" = { lt = 12 }, any = [{ \"payer.age\" = { ge = 12 } }, { \"payer.age\" = 11 }]");
    assert!(Library::read([("t.toml", GOOD.replacen("window", &good, 1).as_str())]).is_ok());
}

#[test]
fn a_rule_that_does_nothing_can_never_apply() {
    let rule = |more: &str| format!("citation = \"a\"\nsay = \"s\"\n{more}\n");
    check_rule(&rule("kind = \"age\"\nat_least = 20\nbelow = 20"), "rules.r.below: is not above `at_least`");
    check_rule(
        &rule("kind = \"authentication\"\nrequire = {}"),
        "rules.r.require: demands nothing: this can never apply",
    );
    check_rule(&rule("kind = \"exemption\"\nexempts = []"), "rules.r.exempts: names no rule: this can never apply");
    check_rule(
        &rule("kind = \"exemption\"\nexempts = [\"x\"]"),
        "`x` demands no authentication in this pack: this can",
    );
    check("window = \"day\"", "window = { band = [\"20:00\", \"20:00\"] }", "is empty: this can never apply");
    check(
        "window = \"day\"",
        "window = \"day\"\nvariant = { x = \"y\" }",
        "is no variant of this pack: this can never",
    );
}

#[test]
fn a_demand_that_nobody_could_meet_is_refused() {
    let rule = "kind = \"authentication\"\ncitation = \"a\"\nsay = \"s\"\nrequire = { any_of = [\"sms\"], forbid = [\"sms\"] }\n";
    check_rule(rule, "rules.r.require.any_of: names only factors that `forbid` names too");
}

#[test]
fn every_shipped_file_cut_anywhere_is_an_error_or_a_pack_never_a_panic() {
    for (file, text) in shipped() {
        for cut in (0..text.len()).step_by(97).filter(|&cut| text.is_char_boundary(cut)) {
            let _ = Library::read([(file.as_str(), &text[..cut])]);
        }
    }
}
