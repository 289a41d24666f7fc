//! `cargo xtask test`: every check and every test, the quick ones first. CI runs exactly this.

use crate::{
    browser, commands,
    console::{Stopwatch, say},
    environment::{find_program, is_ci},
    failure::{Failure, Outcome},
    preflight,
    process::Run,
    purity, web,
};

/// One named part of the run.
struct Step {
    name: &'static str,
    run: fn() -> Outcome,
}

/// The whole run, in order. The published documents (docs/openapi.json, docs/cli.md, docs/reasons.md) are
/// compared with the code by Rust tests of `server`, `farthing` and `money`, so they are part of `rust tests`.
const STEPS: &[Step] = &[
    Step { name: "preflight", run: preflight::run },
    Step { name: "format", run: || Run::cargo("fmt").args(["--all", "--check"]).go() },
    Step { name: "tidy", run: commands::tidy::run },
    Step { name: "purity", run: purity::run },
    Step { name: "clippy", run: clippy },
    Step { name: "web", run: web::check },
    Step { name: "rust tests", run: rust_tests },
    Step { name: "doc tests", run: || Run::cargo("test").args(["--workspace", "--doc"]).go() },
    Step { name: "browser", run: browser::run },
    Step { name: "dependencies", run: dependencies },
    Step { name: "spelling", run: spelling },
];

/// Runs every step and stops at the first that fails.
///
/// # Errors
/// That step's failure, with its name.
pub(crate) fn run() -> Outcome {
    let whole = Stopwatch::start();
    for (number, step) in (1..).zip(STEPS) {
        say(&format!("\n== {number}/{} {}", STEPS.len(), step.name));
        let watch = Stopwatch::start();
        (step.run)().map_err(|failure| Failure::new(format!("step `{}` failed: {failure}", step.name)))?;
        say(&format!("== {} passed in {}", step.name, watch.elapsed()));
    }
    say(&format!("\nall steps passed in {}", whole.elapsed()));
    Ok(())
}

fn clippy() -> Outcome {
    Run::cargo("clippy").args(["--workspace", "--all-targets", "--", "-D", "warnings"]).go()
}

fn rust_tests() -> Outcome {
    if find_program("cargo-nextest").is_some() {
        let profile = if is_ci() { "ci" } else { "default" };
        return Run::cargo("nextest").args(["run", "--workspace", "--profile", profile]).go();
    }
    say("cargo-nextest is not here; `cargo test` runs the same tests");
    // WHY: `--all-targets` would also run the benchmarks, and a test never measures speed.
    Run::cargo("test").args(["--workspace", "--lib", "--bins", "--tests", "--examples"]).go()
}

fn dependencies() -> Outcome {
    if find_program("cargo-deny").is_none() {
        say("cargo-deny is not here; licences and advisories were NOT checked");
        return Ok(());
    }
    Run::cargo("deny").args(["check"]).go()
}

fn spelling() -> Outcome {
    if find_program("typos").is_none() {
        say("typos is not here; spelling was NOT checked");
        return Ok(());
    }
    Run::new("typos").go()
}
