//! The server over real HTTP, on the real store, with real device proofs.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail by panicking, as tests do"
)]

mod attempt;
mod bad_input;
mod client;
mod crowds;
mod documents;
mod emv;
mod identity;
mod journeys;
mod limits;
mod merchant_keys;
mod merchants;
mod operations;
mod pages;
mod passkeys;
mod recovery;
mod reports;
mod server_keys;
mod sessions;
mod staff;
mod step_up;
mod stickers;
mod unauthenticated;
mod world;
