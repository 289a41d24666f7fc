//! Every bound of the store, by name.

/// Commands that may wait for the committer; more are refused as busy.
pub const QUEUE_MAX: usize = 4_096;
/// After a batch of this many commands the next one gathers for [`GATHER`] before it is decided.
pub const GATHER_FROM: usize = 16;
/// How long a batch gathers under load.
pub const GATHER: std::time::Duration = std::time::Duration::from_millis(1);
/// Commands decided in one transaction.
pub const BATCH_MAX: usize = 256;
/// Connections that serve reads.
pub const READERS: usize = 4;
/// Reads that may wait for a connection; more are refused as busy.
pub const READ_QUEUE_MAX: usize = 4_096;
/// Live events a slow reader may lag behind.
pub const LIVE_EVENTS_MAX: usize = 4_096;
/// How many commands may be quarantined before the store reports itself unready.
pub const QUARANTINE_MAX: usize = 1_024;
/// Rows the writer remembers between commits; when there are more it forgets them all and loads anew.
pub const CACHED_ROWS_MAX: usize = 32_768;
/// Unwrapped payer keys remembered; when there are more they are all forgotten and unwrapped anew.
pub const CACHED_KEYS_MAX: usize = 50_000;
/// Prepared statements a connection remembers.
pub const STATEMENTS_MAX: usize = 128;
/// Used proofs forgotten in one commit.
pub const PRUNED_PROOFS_MAX: usize = 1_024;
/// How long a used proof is remembered after it has gone stale, in seconds.
pub const PROOF_GRACE_SECONDS: i64 = 300;
/// Pages of the write-ahead log after which it is copied into the database (4 KiB each).
pub const CHECKPOINT_PAGES: i64 = 16_384;
/// How long a connection waits for another, in milliseconds.
pub const BUSY_TIMEOUT_MILLIS: u64 = 10_000;
/// Memory for pages of one connection, in KiB.
pub const PAGE_CACHE_KIB: i64 = 8 * 1024;
/// Bytes of the database that are mapped into memory at the most.
pub const MMAP_BYTES: i64 = 1 << 30;
/// Bytes of the output of a key command.
pub const KEY_OUTPUT_BYTES_MAX: usize = 4_096;
/// Bytes of a decision record before it is compressed.
pub const RECORD_BYTES_MAX: usize = 1 << 24;
/// Findings a check reports; more are counted, not listed.
pub const FINDINGS_MAX: usize = 1_000;
/// Seconds until a database host that does not answer is given up, and the next one tried.
pub const CONNECT_SECONDS: u64 = 5;
/// How often a batch is decided again after others' commits came in between, and a start tried again.
pub const ATTEMPTS_MAX: usize = 8;
/// How long to wait before something that failed is tried again.
pub const RETRY: std::time::Duration = std::time::Duration::from_millis(100);
/// How long commands wait for a database that is away; then they are refused, and readiness has gone.
pub const AWAY: std::time::Duration = std::time::Duration::from_secs(10);
/// How long the true outcome of a broken commit is looked for.
pub const RESOLVE: std::time::Duration = std::time::Duration::from_secs(30);
/// How long one batch may take until it is to be committed; then its connection is cut.
pub const BATCH: std::time::Duration = std::time::Duration::from_secs(30);
/// How long a commit may take, with its wait for a standby; then how it ended is found out.
pub const COMMIT: std::time::Duration = std::time::Duration::from_secs(30);
/// A jump of the database's clock against the node's by more than this makes the node unready.
pub const CLOCK_JUMP_MILLIS: i64 = 5_000;
/// Connections of a node that commit, one batch each at a time.
pub const WRITERS: usize = 2;
/// How often a node looks for what others have committed.
pub const LISTEN: std::time::Duration = std::time::Duration::from_millis(200);
/// Rows of the audit chain that a check has in memory at once.
pub const WALK_ROWS: i64 = 1_000;
