//! docs/cli.md says what the binary does, and errors are one sentence and a hint.

use std::path::Path;

use crate::program::run;

/// Set to write docs/cli.md anew.
const UPDATE: &str = "FARTHING_UPDATE_DOCS";

#[test]
fn docs_cli_md_is_what_the_binary_says() {
    let said = String::from_utf8(run(&["cli-doc"]).stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    if is_update() {
        std::fs::write(&path, &said).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(
        written == said,
        "docs/cli.md differs from the binary: run `{UPDATE}=1 cargo test -p farthing docs_cli_md`"
    );
}

#[expect(clippy::disallowed_methods, reason = "a test's own setting: whether to write the page anew")]
fn is_update() -> bool {
    std::env::var_os(UPDATE).is_some()
}

#[test]
fn every_command_explains_itself() {
    let page = String::from_utf8(run(&["cli-doc"]).stdout).unwrap();
    for heading in page.lines().filter_map(|line| line.strip_prefix("## farthing ")) {
        let mut args: Vec<&str> = heading.split(' ').collect();
        args.push("--help");
        let help = run(&args);
        assert!(help.status.success(), "{heading}");
        assert!(String::from_utf8_lossy(&help.stdout).contains("--json"), "{heading}");
    }
    for row in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split(" | ").collect();
        assert!(cells[1].len() > 5, "a flag without a meaning: {row}");
    }
}

#[test]
fn errors_are_one_sentence_and_a_hint_without_colours_and_fail() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().to_str().unwrap();
    let output = run(&["ledger", "check", "--data", path]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    insta::assert_snapshot!(said.replace(path, "DIR"), @r"
    error: `DIR` is not a data folder
     hint: name the folder that `farthing serve --data` uses; a node with --database-url must be running
    ");
    let output = run(&["phone", "--state", path, "balance"]);
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap().replace(path, "DIR"), @r"
    error: `DIR` holds no phone
     hint: farthing phone enrol --url URL --name NAME
    ");
}

#[test]
fn the_openapi_document_is_json_and_names_the_main_path() {
    let output = run(&["openapi"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(document["paths"]["/v1/payments"]["post"].is_object());
}

/// Every key of a JSON answer of `command` stands in docs/cli.md.
#[track_caller]
pub(crate) fn assert_documented(command: &str, answer: &serde_json::Value) {
    let page = include_str!("../../../../docs/cli.md");
    let row = page.lines().find(|line| line.starts_with(&format!("| {command}"))).unwrap();
    for key in answer.as_object().unwrap().keys() {
        assert!(row.contains(&format!("`{key}`")), "`{key}` of `{command}` is not in docs/cli.md");
    }
}
