//! Every bound of this crate.

/// The most days a walk over a calendar takes: ten years.
pub(crate) const CALENDAR_STEPS_MAX: u32 = 3_660;
/// The largest pack file, in bytes.
pub(crate) const PACK_BYTES_MAX: usize = 512 * 1024;
/// The most rules a pack has.
pub(crate) const RULES_MAX: usize = 500;
/// How deep conditions may be nested.
pub(crate) const CONDITION_DEPTH_MAX: usize = 16;
/// The most earlier events one request may tell.
pub(crate) const HISTORY_MAX: usize = 100_000;
/// The most limits, blocks and factors one request may name.
pub(crate) const LIST_MAX: usize = 1_000;
/// The most buckets one tally keeps.
pub(crate) const BUCKETS_MAX: usize = 300;
/// Into how many parts the time that buckets matter is cut, when there are too many of them.
pub(crate) const BUCKET_PARTS: i64 = 128;
/// The most subjects of one limit that are told apart for one payer.
pub(crate) const SUBJECTS_MAX: usize = 64;
/// The most pairs of category and channel that are told apart for the payer's own limits.
pub(crate) const OWN_SUBJECTS_MAX: usize = 32;
/// The most operations that are set aside at once.
pub(crate) const OPEN_MAX: usize = 64;
/// How many settled idempotency keys are remembered.
pub(crate) const SETTLED_MAX: usize = 16;
