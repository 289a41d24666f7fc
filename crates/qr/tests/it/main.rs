//! Tests of the crate as its users see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::print_stdout,
    reason = "tests"
)]

mod bytes;
mod consumer;
mod document;
mod dynamic;
mod fixture;
mod homographs;
mod inspection;
mod keys;
mod links;
mod sticker;
mod tried;
mod upi;
mod urls;
mod vectors;
