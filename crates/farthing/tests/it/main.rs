//! The binary from outside: real processes, real folders, real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests"
)]

mod bench;
// The same cluster as the store is tested on.
#[path = "../../../store/tests/it/cluster.rs"]
#[expect(dead_code, reason = "shared with the store's tests, which use all of it")]
mod cluster;
mod counter;
mod database;
mod demo;
mod document;
mod inspect;
mod kill;
mod nodes;
mod packs;
mod phone;
mod policy;
mod program;
mod qr;
mod replay;
mod risk;
mod sticker;
mod vectors;
