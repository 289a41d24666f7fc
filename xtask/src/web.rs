//! The web UI's own tools, called by name: `npm ci`, and the scripts of `web/package.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use crate::{
    console::say,
    environment::find_program,
    failure::{Failure, Outcome},
    process::Run,
    workspace,
};

/// Folders under `web/` that are made, not written.
const MADE: &[&str] = &["node_modules", "dist", "test-results", "playwright-report", "coverage"];

fn folder() -> PathBuf {
    workspace::root().join("web")
}

/// One script of `web/package.json`.
pub(crate) fn script(name: &str) -> Run {
    Run::new("npm").args(["run", "--silent", name]).inside(folder())
}

/// Installs the packages the lock file names, unless exactly those are installed already.
///
/// # Errors
/// When npm is missing or fails, or there is no lock file.
pub(crate) fn install() -> Outcome {
    if find_program("node").is_none() || find_program("npm").is_none() {
        return Err(Failure::new("the web UI needs Node.js 20 or newer with npm; `cargo build` alone works without"));
    }
    let lock = read(&folder().join("package-lock.json"))?;
    // WHY: a copy of the lock file the installed packages came from; its age would lie after a checkout.
    let stamp = folder().join("node_modules/.installed-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    Run::new("npm")
        .args(["ci", "--no-audit", "--no-fund"])
        .inside(folder())
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
        .go()?;
    fs::write(&stamp, lock).map_err(Failure::while_doing(format!("write {}", stamp.display())))
}

/// Lint, type check, unit tests, build: in this order, the quick ones first.
///
/// # Errors
/// At the first that fails.
pub(crate) fn check() -> Outcome {
    install()?;
    ["format:check", "codegen:check", "lint", "typecheck", "test", "build"]
        .into_iter()
        .try_for_each(|name| script(name).go())
}

/// Builds `web/dist` when a source is newer than it.
///
/// # Errors
/// When installing or building fails.
pub(crate) fn build_if_stale() -> Outcome {
    let built = fs::metadata(folder().join("dist/index.html")).and_then(|file| file.modified()).ok();
    let written = newest(&folder(), MADE).map_err(Failure::while_doing("look through web/"))?;
    if built.is_some() && written < built {
        say("the web UI is up to date");
        return Ok(());
    }
    install()?;
    script("build").go()
}

/// When the youngest file below `folder` was written; folders named in `except` are not entered.
fn newest(folder: &Path, except: &[&str]) -> std::io::Result<Option<SystemTime>> {
    let mut newest = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let time = if kind.is_file() {
            Some(entry.metadata()?.modified()?)
        } else if kind.is_dir() && !except.iter().any(|name| entry.file_name() == *name) {
            self::newest(&entry.path(), except)?
        } else {
            None
        };
        newest = newest.max(time);
    }
    Ok(newest)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(file).map_err(Failure::while_doing(format!("read {}", file.display())))
}
