//! `cargo xtask tidy`: the project's own rules, which no other tool knows.

use std::fs;

use crate::{
    console::complain,
    failure::{Failure, Outcome},
    process::Run,
    rules::{self, Repository, Source},
    workspace,
};

/// Checks every file that is, or is about to be, tracked.
///
/// # Errors
/// When a rule is broken; every finding is shown first.
pub(crate) fn run() -> Outcome {
    let findings = rules::check(&read_repository()?);
    findings.iter().for_each(|finding| complain(&finding.to_string()));
    match findings.len() {
        0 => Ok(()),
        1 => Err(Failure::new("tidy found 1 thing to put right (it stands above)")),
        count => Err(Failure::new(format!("tidy found {count} things to put right (they stand above)"))),
    }
}

fn read_repository() -> Result<Repository, Failure> {
    // WHY: a clone made by another user is still this repository, and nothing is run from it here.
    let listing = Run::new("git")
        .args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .read()?;
    let mut files = Vec::new();
    for path in listing.split('\0').filter(|path| !path.is_empty()) {
        let file = workspace::root().join(path);
        // A deleted file is listed until the deletion is committed.
        if file.is_file() {
            let bytes = fs::read(&file).map_err(Failure::while_doing(format!("read {path}")))?;
            files.push(Source { path: path.to_owned(), text: String::from_utf8(bytes).ok() });
        }
    }
    Ok(Repository { files })
}
