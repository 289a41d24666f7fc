//! The core, through its public door: real proofs, real decisions, no store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "tests stop at the first surprise"
)]

mod codes;
mod history;
mod misuse;
mod refusals;
mod replay;
mod roll_up;
mod scenario;
mod step_up;
mod world;
