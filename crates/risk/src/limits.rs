//! Every bound of this crate, in one place.

/// Payments a profile remembers one by one.
pub const RECENT_PAYMENTS: usize = 16;
/// The weight a payment's amount keeps in the mean and spread: an average over about so many payments.
pub const SPREAD_WEIGHT_MAX: f32 = 400.0;
/// A run of known frauds is counted no further.
pub const FRAUD_RUN_MAX: u16 = 1000;
/// The largest encoded profile, in bytes.
pub const PROFILE_BYTES_MAX: usize = 512;
/// Extra raw columns a schema may name.
pub const EXTRA_COLUMNS_MAX: usize = 32;
/// Values of one raw column that a model knows by name.
pub const CATEGORY_VALUES_MAX: usize = 512;
/// Rows a value needs in training before a model knows it by name.
pub const CATEGORY_ROWS_MIN: u32 = 10;
/// Rows kept for training; above it, genuine rows are thinned evenly and weighted up.
pub const TRAINING_ROWS_MAX: usize = 200_000;
/// Genuine rows kept for each fraud in training, where there are more than enough of both.
pub const GENUINE_PER_FRAUD_MIN: usize = 30;
/// Bins of one feature while trees are grown.
pub const BINS_MAX: usize = 1023;
/// Trees of one ensemble.
pub const TREES_MAX: usize = 400;
/// Leaves of one tree.
pub const LEAVES_MAX: usize = 64;
/// Profiles of one kind kept in memory by a run over a file; the longest unseen go first.
pub const PROFILES_IN_MEMORY: usize = 2_000_000;
/// Pairs kept in memory by a run over a file.
pub const PAIRS_IN_MEMORY: usize = 8_000_000;
/// Scored rows kept for the metrics.
pub const SCORED_ROWS_MAX: usize = 50_000_000;
/// A schema file, in bytes.
pub const SCHEMA_BYTES_MAX: usize = 256 * 1024;
/// A model file, in bytes.
pub const MODEL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Broken rows that are named one by one; the rest is counted.
pub const BROKEN_ROWS_NAMED: usize = 20;
