//! Every check of this crate, through its public API and with real signatures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::as_conversions,
    reason = "tests"
)]

mod attempt;
mod attestation;
mod device_proof;
mod merchant;
mod mutated;
mod round_trip;
mod shared;
mod ui;
mod vectors;
