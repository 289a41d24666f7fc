//! The embedded store, held against the suite every store must pass, and against crashes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

mod at_rest;
mod conformance;
mod folder;
mod history;
mod kill;
mod migration;
mod poison;
mod power_cut;
mod smoke;
mod sqlite;
mod tamper;
mod town;
