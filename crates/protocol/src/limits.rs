//! Every bound on what may cross the wire, by name.

/// Bytes of a request body.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// Bytes of a compact proof (the `DPoP` header).
pub const PROOF_BYTES_MAX: usize = 4 * 1024;
/// Bytes of an access token.
pub const TOKEN_BYTES_MAX: usize = 1024;
/// Characters of a proof's `jti`.
pub const JTI_CHARS_MAX: usize = 64;
/// How far a proof's `iat` may lie from the server's clock, either way.
pub const PROOF_SKEW_SECONDS: i64 = 60;
/// How long an access token lives.
pub const TOKEN_LIFE_SECONDS: i64 = 600;
/// How long the access token of a shared device lives: as long as it may idle.
pub const SHARED_TOKEN_LIFE_SECONDS: i64 = 120;
/// How long a server nonce is accepted after it was given out.
pub const NONCE_LIFE_SECONDS: i64 = 300;
/// Characters of a person's or payee's name.
pub const NAME_CHARS_MAX: usize = 40;
/// Characters of a purpose or a place.
pub const LINE_CHARS_MAX: usize = 60;
/// Characters of a category's word.
pub const CATEGORY_CHARS_MAX: usize = 40;
/// Characters of a merchant's own reference.
pub const REFERENCE_CHARS_MAX: usize = 64;
/// Characters of a scanned code.
pub const CODE_CHARS_MAX: usize = 512;
/// Marks of what can be seen around a code.
pub const SURROUNDINGS_MAX: usize = 8;
/// The longest an intent may wait for its payer.
pub const INTENT_LIFE_SECONDS_MAX: i64 = 3_600;
/// The shortest an intent may wait for its payer.
pub const INTENT_LIFE_SECONDS_MIN: i64 = 5;
/// Rows in one page of a list.
pub const PAGE_ROWS_MAX: usize = 200;
/// Rows in one page when the caller names no number.
pub const PAGE_ROWS_DEFAULT: usize = 50;
/// Devices one payer may bind.
pub const DEVICES_PER_PAYER_MAX: usize = 10;
/// The most a test-mode funding may add, in minor units.
pub const TEST_FUNDS_MINOR_MAX: i64 = 1_000_000;
/// Digits of a payment PIN.
pub const PIN_DIGITS: usize = 6;
/// How long an approval of a body is good for, in seconds.
pub const APPROVAL_LIFE_SECONDS: i64 = 120;
/// How long a passkey ceremony may take, in seconds.
pub const CEREMONY_LIFE_SECONDS: i64 = 120;
/// Characters of a sealed ceremony.
pub const CEREMONY_CHARS_MAX: usize = 12 * 1024;
/// Characters of a printed code as it may be typed.
pub const RECOVERY_CODE_CHARS_MAX: usize = 64;
