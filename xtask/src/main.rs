//! The project's own commands: `cargo xtask demo | test | ci | codegen | tidy | fuzz-long`.
//!
//! `commands/` holds one file a command; [`rules`] are the checks behind `tidy`; the rest is what they stand on.
//! Nothing here knows about money. Read `commands/test.rs` first: it is what must pass before a change goes in.

mod browser;
mod commands;
mod console;
mod environment;
mod failure;
mod preflight;
mod process;
mod purity;
mod rules;
mod web;
mod workspace;

use std::process::ExitCode;

use crate::{
    console::complain,
    failure::{Failure, Outcome},
};

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [args…]   build the web UI and the release binary, then run `farthing demo args…`
  test           install what the tests need, then run every check and test; CI runs this
  ci             the same as `test`
  codegen        write docs/openapi.json from the code, and the web client's types from it
  tidy           the project's own rules about files, names and words
  fuzz-long [n]  ten million (or n) changed tokens and proofs against the verifier, optimised";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&format!("xtask: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Outcome {
    let Some((command, rest)) = args.split_first() else {
        return Err(Failure::new(format!("no command given\n\n{USAGE}")));
    };
    match (command.as_str(), rest) {
        ("demo", args) => commands::demo::run(args),
        ("test" | "ci", []) => commands::test::run(),
        ("codegen", []) => commands::codegen::run(),
        ("tidy", []) => commands::tidy::run(),
        ("fuzz-long", arguments) => commands::fuzz_long::run(arguments),
        ("help" | "--help" | "-h", _) => {
            console::say(USAGE);
            Ok(())
        }
        ("test" | "ci" | "codegen" | "tidy", [argument, ..]) => {
            Err(Failure::new(format!("`{command}` takes no argument, but was given `{argument}`")))
        }
        _ => Err(Failure::new(format!("there is no command `{command}`\n\n{USAGE}"))),
    }
}
