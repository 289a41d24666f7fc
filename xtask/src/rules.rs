//! The rules behind `cargo xtask tidy`: pure functions from the repository's files to what is wrong with them.

mod layout;
mod length;
mod marks;
mod names;
mod registries;

use std::fmt;

/// One file, by its path from the root with `/` between folders.
pub(crate) struct Source {
    pub(crate) path: String,
    /// Its text; `None` when it is not UTF-8 (a picture, a font).
    pub(crate) text: Option<String>,
}

/// All files.
pub(crate) struct Repository {
    pub(crate) files: Vec<Source>,
}

/// One broken rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    /// Counted from 1; `None` when it is about the file as a whole.
    line: Option<usize>,
    what: String,
}

/// Every finding, file by file.
pub(crate) fn check(repository: &Repository) -> Vec<Finding> {
    let mut findings = layout::check(repository);
    for source in &repository.files {
        findings.extend(names::check_path(&source.path));
        if let Some(text) = &source.text {
            findings.extend(length::check(&source.path, text));
            findings.extend(marks::check(&source.path, text));
            findings.extend(names::check_modules(&source.path, text));
            findings.extend(registries::check(&source.path, text));
        }
    }
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    findings
}

impl Finding {
    fn about(path: &str, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: None, what: what.into() }
    }

    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

/// The part after the last dot of the file's name, in lower case.
fn extension(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn is_rust(path: &str) -> bool {
    extension(path) == "rs"
}

fn is_script(path: &str) -> bool {
    matches!(extension(path), "ts" | "tsx" | "mts" | "js" | "jsx" | "mjs" | "cjs")
}

/// Made by a tool from something else that is checked.
fn is_generated(path: &str) -> bool {
    path.contains("/generated/") || path.contains(".gen.")
}

/// Written by people, in a language a machine runs.
fn is_code(path: &str) -> bool {
    !is_generated(path)
        && (is_rust(path) || is_script(path) || matches!(extension(path), "css" | "html" | "sql" | "sh"))
}

/// The rules themselves, which must spell what they forbid.
fn is_rule(path: &str) -> bool {
    path.starts_with("xtask/src/rules/")
}

/// Lines with their numbers, counted from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_can_be_clicked_in_a_terminal() {
        assert_eq!(Finding::at("a/b.rs", 7, "is wrong").to_string(), "a/b.rs:7: is wrong");
        assert_eq!(Finding::about("a/b.rs", "is wrong").to_string(), "a/b.rs: is wrong");
    }

    #[test]
    fn the_kind_of_a_file_is_read_from_its_name() {
        assert!(is_rust("crates/money/src/lib.rs") && !is_rust("docs/rs") && !is_rust("a.rs/readme.md"));
        assert!(is_script("web/src/app.tsx") && is_script("web/vite.config.mjs") && !is_script("package.json"));
        assert!(is_generated("web/src/api/generated/types.ts") && is_generated("web/src/routeTree.gen.ts"));
        assert!(is_code("web/src/ui/a.css") && !is_code("web/src/api/generated/types.ts") && !is_code("README.md"));
    }
}
