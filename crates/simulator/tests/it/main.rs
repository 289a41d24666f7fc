//! The town from outside: repeatable, plausible, and paying with real proofs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod settle;
mod swaps;
mod town;
