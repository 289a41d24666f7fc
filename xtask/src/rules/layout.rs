//! The repository has the shape its documents say it has.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Repository};
use crate::workspace::{CRATES, Right};

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const DECISIONS: &str = "docs/decisions/";

pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let paths: Vec<&str> = repository.files.iter().map(|source| source.path.as_str()).collect();
    let architecture = repository.files.iter().find(|source| source.path == ARCHITECTURE);
    let architecture = architecture.and_then(|source| source.text.as_deref()).unwrap_or_default();
    let mut findings = crates(&paths, architecture);
    findings.extend(decisions(&paths));
    findings.extend(integration_tests(&paths));
    findings
}

/// The folders, the table in ARCHITECTURE.md and [`CRATES`] (which the purity step uses) name the same crates.
fn crates(paths: &[&str], architecture: &str) -> Vec<Finding> {
    let folders: BTreeSet<&str> = paths.iter().filter_map(|path| crate_of(path)).collect();
    let known: Vec<(&str, &str)> = CRATES.iter().map(|(name, right)| (*name, right.word())).collect();
    let mut findings = Vec::new();
    if crate_table(architecture) != known {
        let expected: Vec<String> = known.iter().map(|(name, right)| format!("{name} {right}")).collect();
        let what = format!("its crate table must list, in this order: {}", expected.join(", "));
        findings.push(Finding::about(ARCHITECTURE, what));
    }
    for (name, _) in known.iter().filter(|(name, _)| !folders.contains(name)) {
        findings.push(Finding::about(ARCHITECTURE, format!("names crate `{name}`, which has no folder")));
    }
    for folder in folders.iter().filter(|folder| !known.iter().any(|(name, _)| name == *folder)) {
        let what = "is missing in ARCHITECTURE.md and in xtask/src/workspace.rs";
        findings.push(Finding::about(&format!("crates/{folder}"), what));
    }
    findings
}

/// `crates/money/…` is of `money`.
fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split_once('/').map(|(name, _)| name)
}

/// The rows `| `name` | right | … |` of ARCHITECTURE.md whose second cell is one of the rights.
fn crate_table(architecture: &str) -> Vec<(&str, &str)> {
    architecture.lines().filter_map(crate_row).collect()
}

fn crate_row(line: &str) -> Option<(&str, &str)> {
    let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
    let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
    let right = cells.next()?;
    [Right::Pure, Right::Io, Right::Dev].iter().any(|known| known.word() == right).then_some((name, right))
}

/// Decisions are numbered `0001-…` upwards: no gap, no number twice.
fn decisions(paths: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_number: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for path in paths.iter().filter(|path| path.starts_with(DECISIONS)) {
        match decision_number(path) {
            Some(number) => by_number.entry(number).or_default().push(path),
            None => findings.push(Finding::about(path, "must be named `NNNN-title-in-lower-case.md`")),
        }
    }
    for (expected, (number, paths)) in (1..).zip(&by_number) {
        let what = match paths.as_slice() {
            [_, second, ..] => Finding::about(second, format!("number {number:04} is taken already")),
            [path] if *number != expected => Finding::about(path, format!("should be number {expected:04}")),
            _ => continue,
        };
        findings.push(what);
    }
    findings
}

fn decision_number(path: &str) -> Option<usize> {
    let (number, title) = path.strip_prefix(DECISIONS)?.strip_suffix(".md")?.split_once('-')?;
    let titled = !title.is_empty() && title.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let numbered = number.len() == 4 && number.chars().all(|c| c.is_ascii_digit());
    if titled && numbered { number.parse().ok() } else { None }
}

/// One integration test binary a crate: each costs a link, and two cannot share their set-up.
fn integration_tests(paths: &[&str]) -> Vec<Finding> {
    let mut by_crate: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths {
        if let Some((owner, rest)) = path.split_once("/tests/")
            && is_test_binary(rest)
        {
            by_crate.entry(owner).or_default().push(path);
        }
    }
    let what = "is a second integration test binary; make it a module of the first";
    by_crate.values().flat_map(|binaries| binaries.iter().skip(1)).map(|path| Finding::about(path, what)).collect()
}

/// `it.rs` and `it/main.rs` are binaries; `it/refunds.rs` is a module, `ui/` holds programs that must not compile.
fn is_test_binary(path_in_tests: &str) -> bool {
    match path_in_tests.split_once('/') {
        None => path_in_tests.ends_with(".rs"),
        Some((folder, rest)) => folder != "ui" && rest == "main.rs",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(ToString::to_string).collect()
    }

    #[track_caller]
    fn check_decisions(names: &[&str], expected: &[&str]) {
        let paths: Vec<String> = names.iter().map(|name| format!("{DECISIONS}{name}")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        let expected: Vec<String> = expected.iter().map(|finding| format!("{DECISIONS}{finding}")).collect();
        assert_eq!(shown(&decisions(&paths)), expected);
    }

    #[test]
    fn decisions_are_numbered_without_gaps() {
        check_decisions(&["0001-one.md", "0002-two.md"], &[]);
        check_decisions(&["0001-one.md", "0003-three.md"], &["0003-three.md: should be number 0002"]);
        check_decisions(&["0002-two.md"], &["0002-two.md: should be number 0001"]);
        check_decisions(&["0001-one.md", "0001-uno.md"], &["0001-uno.md: number 0001 is taken already"]);
        check_decisions(&["1-one.md"], &["1-one.md: must be named `NNNN-title-in-lower-case.md`"]);
        check_decisions(&["0001-One.md"], &["0001-One.md: must be named `NNNN-title-in-lower-case.md`"]);
    }

    #[track_caller]
    fn check_tests(paths: &[&str], expected: &[&str]) {
        let what = "is a second integration test binary; make it a module of the first";
        let expected: Vec<String> = expected.iter().map(|path| format!("{path}: {what}")).collect();
        assert_eq!(shown(&integration_tests(paths)), expected);
    }

    #[test]
    fn a_crate_has_one_integration_test_binary() {
        check_tests(&["crates/qr/tests/it/main.rs", "crates/qr/tests/it/vectors.rs"], &[]);
        check_tests(&["crates/qr/tests/it.rs", "crates/ledger/tests/it.rs"], &[]);
        check_tests(&["crates/qr/tests/it.rs", "crates/qr/tests/ui/forge.rs", "crates/qr/tests/ui/forge.stderr"], &[]);
        check_tests(&["crates/qr/tests/it.rs", "crates/qr/tests/more.rs"], &["crates/qr/tests/more.rs"]);
        check_tests(&["crates/qr/tests/it/main.rs", "crates/qr/tests/more.rs"], &["crates/qr/tests/more.rs"]);
    }

    fn table() -> String {
        CRATES.iter().map(|(name, right)| format!("| `{name}` | {} | what it decides |\n", right.word())).collect()
    }

    fn folders() -> Vec<String> {
        CRATES.iter().map(|(name, _)| format!("crates/{name}/src/lib.rs")).collect()
    }

    #[track_caller]
    fn check_crates(folders: &[String], table: &str, expected: &[&str]) {
        let paths: Vec<&str> = folders.iter().map(String::as_str).collect();
        let found = shown(&crates(&paths, table));
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{found} does not hold {expected}");
        }
    }

    #[test]
    fn the_crate_table_and_the_folders_agree() {
        check_crates(&folders(), &table(), &[]);
        check_crates(&folders(), "no table", &["its crate table must list"]);
        check_crates(&folders(), &table().replacen("| pure |", "| IO |", 1), &["its crate table must list"]);
        let more = [folders(), vec!["crates/extra/src/lib.rs".to_owned()]].concat();
        check_crates(&more, &table(), &["crates/extra: is missing in ARCHITECTURE.md"]);
        let fewer: Vec<String> = folders().into_iter().filter(|path| !path.starts_with("crates/qr/")).collect();
        check_crates(&fewer, &table(), &["names crate `qr`, which has no folder"]);
    }
}
