//! The embedded store, held against the suite every store must pass, and against crashes.

mod at_rest;
mod conformance;
mod folder;
mod history;
mod kill;
mod poison;
mod power_cut;
mod smoke;
mod sqlite;
mod tamper;
mod town;
