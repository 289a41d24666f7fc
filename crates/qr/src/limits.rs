//! Every bound on a code, by name.

/// Characters of a code (EMVCo QRCPS-MPM v1.1: the payload never exceeds 512).
pub const CODE_CHARS_MAX: usize = 512;
/// Characters of one value: its length has two digits.
pub const VALUE_CHARS_MAX: usize = 99;
/// Characters of a merchant name, ID 59 and ID 64-01 (QRCPS-MPM v1.1).
pub const NAME_CHARS_MAX: usize = 25;
/// Characters of a merchant city, ID 60 and ID 64-02.
pub const CITY_CHARS_MAX: usize = 15;
/// Characters of a postal code, ID 61.
pub const POSTAL_CHARS_MAX: usize = 10;
/// Characters of a transaction amount, ID 54.
pub const AMOUNT_CHARS_MAX: usize = 13;
/// Characters of a key's short name.
pub const KID_CHARS_MAX: usize = 16;
/// Keys in one published set.
pub const KEYS_MAX: usize = 16;
/// How far a code's creation may lie in the future of the reader's clock.
pub const CLOCK_SKEW_SECONDS: i64 = 60;
/// The longest life of a dynamic code.
pub const LIFE_SECONDS_MAX: i64 = 3_600;
/// The longest life of a static code, the sticker on a counter: thirteen months.
pub const STICKER_LIFE_SECONDS_MAX: i64 = 396 * 86_400;
/// How old the list of withdrawn stickers may be when a sticker is checked offline: one week.
pub const REVOCATION_AGE_SECONDS_MAX: i64 = 7 * 86_400;
/// Characters of a sticker's serial.
pub const SERIAL_CHARS_MAX: usize = 16;
/// Withdrawn keys in one published set.
pub const REVOKED_KEYS_MAX: usize = 256;
/// Withdrawn stickers in one published set.
pub const REVOKED_SERIALS_MAX: usize = 4_096;
/// Characters of the page of a checkout link.
pub const CHECKOUT_PAGE_CHARS_MAX: usize = 128;
/// Characters of a checkout link: page, names and separators, eight terms, signature.
pub const CHECKOUT_CHARS_MAX: usize = 512;
/// The highest sequence number of a key set: JCS writes numbers as doubles, so above 2⁵³−1 two sets could share bytes.
pub const SEQUENCE_MAX: u64 = 9_007_199_254_740_991;
/// Bytes of a consumer-presented code (QRCPS-CPM v1.1).
pub const CONSUMER_BYTES_MAX: usize = 512;
/// Templates inside templates of a consumer-presented code.
pub const CONSUMER_DEPTH_MAX: usize = 8;
/// Fields of a payment link that are looked at.
pub const LINK_FIELDS_MAX: usize = 64;
/// Bytes of any scanned text: the most that one QR code can hold is 2,953.
pub const SCANNED_BYTES_MAX: usize = 8_192;
/// Characters of a name or memo that are shown.
pub const SHOWN_CHARS_MAX: usize = 80;
/// Characters of a host name (RFC 1035 §2.3.4).
pub const HOST_CHARS_MAX: usize = 253;
/// Links inside a link that are judged too, counted over all depths.
pub const NESTED_LINKS_MAX: u32 = 8;
/// Links inside links inside links.
pub const NESTED_DEPTH_MAX: u32 = 3;
/// Parameters of a link that are looked at.
pub const PARAMETERS_MAX: usize = 32;
/// Names under one registrable domain that an honest host has.
pub const SUBDOMAINS_MAX: usize = 4;
