//! The ledger's tests: scenario text, the published invariants, a random comparison with a naive auditor, the audit.
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod appended;
mod audit;
mod invariants;
mod model;
mod refunds;
mod refusals;
mod stage;
