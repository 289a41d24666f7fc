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
mod held;
mod history;
mod identity;
mod judged;
mod limits;
mod merchant_keys;
mod merchants;
mod misuse;
mod outcomes;
mod passkeys;
mod recovery;
mod refusals;
mod replay;
mod roll_up;
mod rules;
mod scenario;
mod sessions;
mod step_up;
mod swap;
mod world;
