//! `cargo xtask demo`: from a fresh clone to a running Farthing with a synthetic town.

use crate::{
    failure::{Failure, Outcome},
    process::Run,
    web, workspace,
};

/// Builds the web UI and the release binary, then becomes `farthing demo` with the given arguments.
///
/// # Errors
/// When a build fails, Node.js is missing, or the demo cannot be started.
pub(crate) fn run(args: &[String]) -> Outcome {
    web::build_if_stale()?;
    Run::cargo("build").args(["--release", "--package", "farthing"]).go()?;
    in_foreground(Run::new(workspace::target()?.join("release/farthing")).arg("demo").args(args))
}

/// WHY: by becoming the demo there is one process, so Ctrl-C, the terminal and the exit code are the demo's own.
#[cfg(unix)]
fn in_foreground(demo: Run) -> Result<(), Failure> {
    Err(demo.become_it())
}

#[cfg(not(unix))]
fn in_foreground(demo: Run) -> Result<(), Failure> {
    demo.go()
}
