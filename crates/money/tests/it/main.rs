//! The tests of the words: rows of what is read and written, properties, and what must not compile.
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod amount;
mod currency;
mod id;
mod parse;
mod reason;
mod split;
mod wire;
mod word;

/// What must not compile: printing, serialising and comparing a secret.
#[test]
fn a_secret_cannot_leak_by_accident() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/secret_*.rs");
}
