//! Every bound of the store, by name.

/// Commands that may wait for the committer; more are refused as busy.
pub const QUEUE_MAX: usize = 4_096;
/// Commands decided in one transaction.
pub const BATCH_MAX: usize = 256;
/// Connections that serve reads.
pub const READERS: usize = 4;
/// Live events a slow reader may lag behind.
pub const LIVE_EVENTS_MAX: usize = 4_096;
/// How many commands may be quarantined before the store reports itself unready.
pub const QUARANTINE_MAX: usize = 1_024;
