//! Loads what decisions read, commits what they change, once.
//!
//! This crate decides nothing about money: it brings rows to [`payments::decide`] and writes what comes back in one
//! durable transaction, with the decision record, the audit leaf and the outbox events. Read [`Store`] first, then
//! `sqlite/committer.rs`, which is where all commands meet, then docs/store.md.

mod api;
mod audit;
mod books;
mod chain;
pub mod clock;
mod decided;
pub mod entropy;
mod error;
mod fault;
mod findings;
mod folder;
mod keys;
pub mod limits;
mod options;
mod packed;
mod postgres;
mod recorded;
mod retention;
mod rows;
mod rules;
mod sealed_kept;
mod sqlite;
mod waiting;
mod words;

pub use api::{
    Answer, AuditSummary, Committed, Due, LedgerSummary, PageRequest, PageRows, PayeeBalance, PaymentFilter,
    PaymentRow, Store, Unready,
};
pub use clock::{Clock, ManualClock, SystemClock};
pub use error::StoreError;
#[cfg(feature = "testing")]
pub use options::{DecideHook, StepHook};
pub use options::{KeySource, Options};
pub use postgres::{CopiedTable, CopyStep, PostgresOptions, PostgresStore, client_environment, copy, server_process};
pub use recorded::Recorded;
pub use retention::{Destroyed, Erased, Erasure, RetentionReport};
pub use sqlite::SqliteStore;
