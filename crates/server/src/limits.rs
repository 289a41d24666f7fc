//! Every bound of the server, by name. Bounds of the wire stand in `protocol::limits`.

/// Rows of one kind that an export holds.
pub const EXPORT_ROWS_MAX: usize = 100_000;
/// How often the retention worker looks for what is due, in seconds.
pub const RETENTION_SECONDS: u64 = 3_600;
/// Rounds of destroying in one go.
pub const RETENTION_ROUNDS_MAX: usize = 1_000;
/// Connections open at the same time; more wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Connections of one address (IPv6: one /64) open at the same time; trusted proxies are exempt. Each live stream is
/// one, so this bounds them too.
pub const CONNECTIONS_PER_ADDRESS_MAX: usize = 512;
/// Header fields of one request.
pub const HEADERS_MAX: usize = 64;
/// Bytes of a request's head, and of what is read ahead.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// How long a connection may stay without a complete request head; also the keep-alive time.
pub const HEAD_SECONDS_MAX: u64 = 30;
/// How long a request may take, its body included. A stream's events are exempt.
pub const REQUEST_SECONDS_MAX: u64 = 10;
/// How long shutdown waits for requests in flight before it cuts them off.
pub const DRAIN_SECONDS_MAX: u64 = 15;
/// What a caller is told to wait when the service is busy.
pub const RETRY_AFTER_SECONDS: u64 = 1;
/// Proof uses of reads that are remembered at the same time; when full, reads are refused, never forgotten early.
pub const REPLAYS_MAX: usize = 1_048_576;
/// Live streams of one device or merchant.
pub const STREAMS_PER_CALLER_MAX: usize = 8;
/// Live streams in all.
pub const STREAMS_MAX: usize = 2_048;
/// How long a live stream lasts, as long as a token: then its client comes back, and proves itself anew.
pub const STREAM_SECONDS_MAX: u64 = protocol::limits::TOKEN_LIFE_SECONDS.unsigned_abs();
/// Events that wait for one slow stream; then it is closed and the client reads anew.
pub const STREAM_EVENTS_MAX: usize = 64;
/// Seconds between comments that keep a silent stream open.
pub const STREAM_COMMENT_SECONDS: u64 = 15;
/// Holds and intents swept at once.
pub const SWEEP_MAX: usize = 256;
/// Seconds between two sweeps.
pub const SWEEP_SECONDS: u64 = 1;
/// Milliseconds between two roll-ups of credits: with its commit each is counted within a second.
pub const ROLL_UP_MILLIS: u64 = 500;
/// Accounts rolled up at once.
pub const ROLL_UP_ACCOUNTS_MAX: usize = 256;
/// Seconds between two looks whether staff have let other keys of the server sign.
pub const SERVER_KEYS_SECONDS: u64 = 1;
/// Seconds between two seals of the audit chain.
pub const SEAL_SECONDS: u64 = 1;
/// Seconds between two removals of rate limiters nobody uses.
pub const RATE_TIDY_SECONDS: u64 = 10;
/// With more clients counted at the same time than this the server warns; silent ones are forgotten anyway.
pub const RATE_CLIENTS_WARNING: usize = 262_144;
/// Characters of a list's `q`.
pub const SEARCH_CHARS_MAX: usize = 60;
/// Milliseconds between two folds of scans.
pub const FOLD_MILLIS: u64 = 500;
/// Milliseconds between two lessons of what became known of payments.
pub const TEACH_MILLIS: u64 = 500;
/// Attacks whose payments are looked up in one round.
pub const ALARMS_AT_ONCE: usize = 16;
/// Rules that may be demoted at the same time: as many as a set has.
pub const DEMOTIONS_MAX: usize = 512;
/// Watches looked through for those that staff should see.
pub const WATCHES_READ_MAX: usize = 50_000;
/// Stickers and terminals listed at once.
pub const CODES_LISTED_MAX: usize = 1_000;
/// Payees whose names a scanned text is compared with.
pub const NAMES_MAX: usize = 20_000;
/// How old those names may be, in seconds.
pub const NAMES_SECONDS: i64 = 10;
/// Bytes of an administrator's request body: a pack to be tried, as JSON.
pub const ADMIN_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Payees listed to an administrator.
pub const ADMIN_PAYEES_MAX: usize = 1_000;
/// How long a key set vouches for its keys.
pub const KEY_SET_DAYS: i64 = 90;
/// How long before a key set's end the server warns.
pub const KEY_SET_WARNING_DAYS: i64 = 14;
/// PINs that are hashed at the same moment: each takes 19 MiB and a core for some tens of milliseconds.
pub(crate) const HASHES_AT_ONCE: usize = 4;
/// Payouts in one list.
pub const PAYOUTS_LISTED_MAX: usize = 1_000;
/// Counts of sign-ups looked through for those that are over or full.
pub const SIGN_UPS_READ_MAX: usize = 50_000;
/// Counts of sign-ups shown to an administrator.
pub const SIGN_UPS_LISTED_MAX: usize = 200;
/// How often counts of sign-ups that are over are forgotten, in seconds.
pub const FORGET_SECONDS: u64 = 300;
/// Records of payments that a backtest looks at in one read.
pub const BACKTEST_PAGE: usize = 2_000;
/// Records that one call of a backtest of packs looks at: few enough that whoever waits sees it go on.
pub const POLICY_BACKTEST_PAGE: usize = 1_000;
/// Payments that wait, listed to staff at once.
pub const WAITING_LISTED_MAX: usize = 1_000;
/// How often the breaker looks at its counts, in milliseconds.
pub const BREAKER_MILLIS: u64 = 1_000;

/// Keys of one payee in one list, ended ones among them.
pub(crate) const KEYS_LISTED_MAX: usize = 200;
