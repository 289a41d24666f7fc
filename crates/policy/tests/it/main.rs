//! Packs as shipped, against cases written as data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod bad_packs;
mod cases;
mod counters;
mod edges;
mod monotone;
mod overlay;
mod reference;
mod schema;
mod two_evaluators;
mod versions;
mod wider;
