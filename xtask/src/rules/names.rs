//! A name says what is inside. These words say only that somebody did not know where else to put it.

use super::{Finding, is_generated, is_rule, is_rust, numbered};

const EMPTY_WORDS: &[&str] = &["utils", "helpers", "common", "manager"];

/// The names of the file and of every folder above it.
pub(super) fn check_path(path: &str) -> Option<Finding> {
    if is_generated(path) {
        return None;
    }
    let word = path.split('/').find_map(empty_word)?;
    Some(Finding::about(path, format!("`{word}` in a name says nothing about what is inside")))
}

/// Modules written inside a Rust file.
pub(super) fn check_modules(path: &str, text: &str) -> Vec<Finding> {
    if !is_rust(path) || is_rule(path) {
        return Vec::new();
    }
    numbered(text)
        .filter_map(|(number, line)| Some((number, empty_word(module(line)?)?)))
        .map(|(number, word)| Finding::at(path, number, format!("`{word}` as a module's name says nothing about it")))
        .collect()
}

/// The name that `line` declares as a module, if it does.
fn module(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub") {
        Some(rest) => rest.split_once("mod ").map(|_| rest)?.trim_start_matches(|c| c != 'm'),
        None => line,
    };
    let name = line.strip_prefix("mod ")?;
    name.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

fn empty_word(name: &str) -> Option<&'static str> {
    let words = split_words(name);
    EMPTY_WORDS.iter().copied().find(|empty| words.iter().any(|word| word == empty))
}

/// `retry_manager.rs`, `retry-manager` and `RetryManager` are all `retry`, `manager`.
fn split_words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_name(path: &str, expected: Option<&str>) {
        let found = check_path(path).map(|finding| finding.what);
        let expected = expected.map(|word| format!("`{word}` in a name says nothing about what is inside"));
        assert_eq!(found, expected, "{path}");
    }

    #[track_caller]
    fn check_line(line: &str, expected: Option<&str>) {
        let found: Vec<String> = check_modules("src/lib.rs", line).into_iter().map(|finding| finding.what).collect();
        let expected: Vec<String> =
            expected.map(|word| format!("`{word}` as a module's name says nothing about it")).into_iter().collect();
        assert_eq!(found, expected, "{line}");
    }

    #[test]
    fn empty_names_of_files_and_folders_are_found() {
        check_name("crates/qr/src/utils.rs", Some("utils"));
        check_name("web/src/common/button.tsx", Some("common"));
        check_name("web/src/app/SessionManager.tsx", Some("manager"));
        check_name("crates/qr/tests/test_helpers.rs", Some("helpers"));
        check_name("crates/qr/src/commons.rs", None);
        check_name("web/src/management.ts", None);
    }

    #[test]
    fn empty_names_of_modules_are_found() {
        check_line("mod utils;", Some("utils"));
        check_line("    pub(crate) mod helpers {", Some("helpers"));
        check_line("pub mod key_manager;", Some("manager"));
        check_line("mod commonwealth;", None);
        check_line("pub struct common;", None);
        check_line("//! no mod utils here", None);
    }
}
