//! The phone's half through its public API; that the server accepts what it signs is tested in `credentials`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod join;
mod phone;
mod shown;
mod vectors;
