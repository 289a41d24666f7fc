//! The one place that reads the environment, and what is derived from it.

use std::{ffi::OsString, path::PathBuf};

#[expect(clippy::disallowed_methods, reason = "the one place where xtask reads its environment")]
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether this run says it is a CI run (`CI=true`), as every common CI service does.
pub(crate) fn is_ci() -> bool {
    variable("CI").is_some_and(|value| value == "true" || value == "1")
}

/// Whether the person who runs this chose a value for `name`.
pub(crate) fn is_set(name: &str) -> bool {
    variable(name).is_some()
}

/// Where on the search path `program` lies, if anywhere.
pub(crate) fn find_program(program: &str) -> Option<PathBuf> {
    let path = variable("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}
