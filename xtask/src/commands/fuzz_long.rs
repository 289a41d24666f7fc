//! `cargo xtask fuzz-long`: ten million changed tokens and proofs against the verifier, optimised.

use crate::{
    console::say,
    failure::{Failure, Outcome},
    process::Run,
};

/// How many, where nobody says otherwise.
const COUNT: u64 = 10_000_000;

/// Makes so many changed requests; none may be accepted.
///
/// # Errors
/// When the count is no number, or a changed request was accepted.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let count = match arguments {
        [] => COUNT,
        [count] => count.parse().map_err(|_| Failure::new(format!("`{count}` is not a number")))?,
        [_, argument, ..] => return Err(Failure::new(format!("`fuzz-long` takes one number, not `{argument}`"))),
    };
    say(&format!("{count} changed tokens, proofs, bodies and refresh tokens"));
    Run::cargo("test")
        .args(["--release", "--package", "credentials", "--test", "it", "--"])
        .args(["--exact", "mutated::so_many_changed_requests_are_refused", "--nocapture"])
        .env("FARTHING_MUTATIONS", count.to_string())
        .go()
}
