//! The binary from outside: real processes, real folders, real sockets.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests"
)]

mod bench;
mod demo;
mod document;
mod kill;
mod program;
mod qr;
mod sticker;
mod vectors;
