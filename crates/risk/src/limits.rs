//! Every bound of this crate, in one place.

/// Payments a profile remembers one by one.
pub const RECENT_PAYMENTS: usize = 16;
/// The weight a payment's amount keeps in the mean and spread: an average over about so many payments.
pub const SPREAD_WEIGHT_MAX: f32 = 400.0;
/// A run of known frauds is counted no further.
pub const FRAUD_RUN_MAX: u16 = 1000;
/// Extra raw columns a schema may name.
pub const EXTRA_COLUMNS_MAX: usize = 32;
/// Rows kept for training; above it, genuine rows are thinned evenly and weighted up.
pub const TRAINING_ROWS_MAX: usize = 200_000;
/// Scored rows of one test range that are kept one by one.
pub const SCORED_ROWS_MAX: usize = 1_000_000;
/// Test rows kept with all their columns until a model is trained on rows that come after them.
pub const WAITING_ROWS_MAX: usize = 200_000;
/// Rows of each half that a column's drift is measured on.
pub const DRIFT_ROWS_MAX: usize = 20_000;
/// Bins of one feature while trees are grown.
pub const BINS_MAX: usize = 1023;
/// Profiles of one kind kept in memory by a run over a file; the longest unseen go first.
pub const PROFILES_IN_MEMORY: usize = 2_000_000;
/// Pairs kept in memory by a run over a file.
pub const PAIRS_IN_MEMORY: usize = 8_000_000;
/// A schema file, in bytes.
pub const SCHEMA_BYTES_MAX: usize = 256 * 1024;
/// A model file, in bytes.
pub const MODEL_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Broken rows that are named one by one; the rest is counted.
pub const BROKEN_ROWS_NAMED: usize = 20;
/// Sentences of one explanation.
pub const SENTENCES_MAX: usize = 3;
/// Points of a drawn curve.
pub const CURVE_POINTS_MAX: usize = 400;
/// Names of further columns kept for one column; names beyond count as one.
pub const NAMES_IN_MEMORY: usize = 200_000;
/// Ids of rows that are remembered, so that a row given twice is noticed.
pub const IDS_IN_MEMORY: usize = 4_000_000;
/// Rules of one set.
pub const RULES_MAX: usize = 500;
/// Files of one set.
pub const RULE_FILES_MAX: usize = 64;
/// One file of rules, in bytes.
pub const RULE_FILE_BYTES_MAX: usize = 1024 * 1024;
/// Lists of one set.
pub const LISTS_MAX: usize = 64;
/// Parties on one list.
pub const LIST_ENTRIES_MAX: usize = 20_000;
/// A condition, in bytes.
pub const CONDITION_BYTES_MAX: usize = 1024;
/// How deep a condition may be nested.
pub const CONDITION_DEPTH_MAX: usize = 8;
/// Numbers a condition may hold at a time: each level of nesting keeps at most six (one side of `or`, of `and`, of a
/// comparison, of a sum, of a product, of `min`) while it works on the other.
pub const CONDITION_STACK: usize = 6 * (CONDITION_DEPTH_MAX + 1);
/// The most a rule's weight may move the log odds.
pub const WEIGHT_MAX: f64 = 6.0;
/// Rules snoozed for one payer.
pub const SNOOZES_MAX: usize = 8;
/// A rule's id, in bytes.
pub const RULE_ID_BYTES_MAX: usize = 48;
/// Parts of the breaker's window.
pub const BREAKER_SLOTS: i64 = 12;
/// Parts of the delay by which payments are counted whose outcome nobody has said yet.
pub const RIPENING_PARTS: i64 = 8;
/// Such parts one profile keeps; two more than are ever needed at once.
pub const RIPENING_SPANS_MAX: usize = 12;
/// Devices a payer's dossier remembers.
pub const DEVICES_IN_DOSSIER: usize = 5;
/// Payees a payer's dossier remembers one by one; of the others it knows sums.
pub const PAYEES_IN_DOSSIER: usize = 6;
/// A dossier, in bytes: full rings, all devices and payees with known outcomes, all snoozes.
pub const DOSSIER_BYTES_MAX: usize = 2048;
/// Bins of one fact of the peers.
pub const PEER_BINS: usize = 48;
/// Payments the peers are made of before they say anything.
pub const PEER_PAYMENTS_MIN: f32 = 500.0;
/// Payments after which the peers' oldest begin to fade.
pub const PEER_PAYMENTS_MAX: f32 = 100_000.0;
/// Rows the linear part is fitted to, besides the frauds.
pub const LINEAR_ROWS_MAX: usize = 30_000;
/// Steps of that fit.
pub const LINEAR_ROUNDS: usize = 120;
/// Payments after which the peers' surprises are worked out anew.
pub const PEER_TABLE_PAYMENTS: u32 = 64;
