//! Both stores, held against the suite every store must pass, and against crashes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    reason = "tests stop at the first surprise"
)]

mod at_rest;
mod by_key;
mod cluster;
mod conformance;
mod copy;
mod failover;
mod folder;
mod full_disk;
mod history;
mod kill;
mod lost_commit;
mod migration;
mod nodes;
mod poison;
mod postgres;
mod postgres_rest;
mod power_cut;
mod refused;
mod sequential;
mod smoke;
mod sqlite;
mod tamper;
mod tls;
mod town;
