//! Every bound of the core, by name. Bounds of the wire stand in `protocol::limits`.

/// How long a manual capture may wait: the hold's life, in seconds (seven days).
pub const HOLD_LIFE_SECONDS: i64 = 7 * 24 * 3_600;
/// The longest a rule may have a payment wait here, in seconds (60 days); what waits longer is refused.
pub const WAIT_SECONDS_MAX: i64 = 60 * 24 * 3_600;
/// How long a payment waits for a word that no rule dates, in seconds (three days); then the money is the payer's again.
pub const UNCONFIRMED_SECONDS: i64 = 3 * 24 * 3_600;
/// Under this many seconds left, a quote warns that it expires soon.
pub const EXPIRES_SOON_SECONDS: i64 = 20;
/// A quote warns when less than one part in this many of the wallet would be left.
pub const LITTLE_LEFT_PARTS: i64 = 10;
/// How long after the first captured payment a payee still counts as new, in seconds (a day): otherwise one won would
/// buy the right to a large payment a second later.
pub const NEW_PAYEE_SECONDS: i64 = 24 * 3_600;
/// How long the terms of a scanned sticker can be paid, in seconds.
pub const STICKER_TERMS_SECONDS: i64 = 300;
/// The longest a sticker is valid, in days: as long as its signature may say.
pub const STICKER_DAYS_MAX: i64 = 396;
/// A day, in seconds.
pub const DAY_SECONDS: i64 = 86_400;
/// Payees at home in one cell of the map; further ones are not noted there.
pub const RESIDENTS_MAX: usize = 64;
/// Cells in which one payee is at home.
pub const HOMES_MAX: usize = 64;
/// Cells in which one code is remembered to have been scanned.
pub const SEEN_MAX: usize = 8;
/// Suspicious scans remembered of one code.
pub const STRIKES_MAX: usize = 16;
/// Reports remembered of one code.
pub const REPORTS_MAX: usize = 16;
/// Suspicious scans within a day without which there is no alert: one phone may err.
pub const ALERT_STRIKES_MIN: usize = 2;
/// Of the day's scans one in so many must be suspicious, and three at least, or two in the same cell: positions are wrong
/// now and then.
pub const STRIKE_SHARE: usize = 8;
/// And without which no code is suspended.
pub const SUSPEND_STRIKES_MIN: usize = 4;
/// Scans of a neighbour's codes from which on their absence says something.
pub const USUAL_SCANS: u32 = 5;
/// Scans of late from which on it says something that most are by people who never paid before.
pub const NEW_SCANS_MIN: u32 = 4;
/// Scans that a neighbour must have missed for its silence to be no chance: one quiet spell in 150 is as long.
pub const MISSED_SCANS_MIN: u64 = 5;
/// Sure signs of one code that raise an alert by themselves.
pub const SURE_STRIKES_MIN: usize = 2;
/// Within how many days.
pub const SURE_DAYS: i64 = 3;
/// Since how many days a payee must be registered for a crowd of first-time payers to be no opening.
pub const OPENING_DAYS: i64 = 7;
/// Reports of strangers remembered of one cell of the map.
pub const STRANGERS_MAX: usize = 16;
/// Of these, by one payer.
pub const STRANGERS_EACH_MAX: usize = 3;
/// Neighbours told of one alert.
pub const NEIGHBOURS_TOLD_MAX: usize = 3;
/// Sightings one decision folds in.
pub const FOLD_MAX: usize = 64;
/// Payments of one attack that are taken in; of more, the latest.
pub const ALARM_PAYMENTS_MAX: usize = 32;
/// How far back an attack may be said to reach, in seconds (a week).
pub const ALARM_SECONDS_MAX: i64 = 7 * 24 * 3_600;
/// Frauds of one payer against one payee, fading over half a year, from which on the payee's file hears no more of them:
/// one in some four months.
pub const REPORTS_HEARD_MAX: f32 = 0.5;
/// The longest a rule is passed over for a payer, in seconds (thirty days); it may be said again.
pub const SNOOZE_SECONDS_MAX: i64 = 30 * 24 * 3_600;
/// Rounds of loading one command may need: payment → payee → account → what waits for it → each of these is the
/// longest way.
pub const LOAD_ROUNDS_MAX: usize = 5;
/// Appended credits that one decision counts.
pub const ROLL_UP_MAX: usize = 256;
/// Sessions one device keeps; one more ends the one longest unused.
pub const SESSIONS_PER_DEVICE_MAX: usize = 5;
/// How long a session lives that is refreshed all the time, in seconds (90 days).
pub const SESSION_LIFE_SECONDS: i64 = 90 * 24 * 3_600;
/// How long a session lives that is not refreshed, in seconds (30 days).
pub const SESSION_IDLE_SECONDS: i64 = 30 * 24 * 3_600;
/// Limits one payer may set.
pub const OWN_LIMITS_MAX: usize = 20;
/// Rules that a refusal or a quote tells of.
pub const RULES_TOLD_MAX: usize = 8;
/// How long the session of a shared device lives, in seconds (half an hour).
pub const SHARED_LIFE_SECONDS: i64 = 30 * 60;
/// How long the session of a shared device lives that fetches no token, in seconds (two minutes).
pub const SHARED_IDLE_SECONDS: i64 = 120;
/// Approvals one payer has open; one more ends the oldest.
pub const APPROVALS_MAX: usize = 8;
/// Codes on one printed sheet.
pub const RECOVERY_CODES: usize = 5;
/// Contacts one payer trusts.
pub const CONTACTS_MAX: usize = 3;
/// Devices that want to be bound by recovery at the same time; one more ends the oldest claim.
pub const CLAIMS_MAX: usize = 3;
/// For how long what spoke for a device is remembered, in seconds (a week).
pub const CLAIM_LIFE_SECONDS: i64 = 7 * 24 * 3_600;
/// For how long a recovery that a device called off goes on only with papers, in seconds (ninety days).
pub const CANCELLED_SECONDS: i64 = 90 * 24 * 3_600;
/// Factors of different kinds that bind a device.
pub const RECOVERY_FACTORS_MIN: usize = 2;
/// How long a freeze by a printed code or a contact lasts that no device confirms, in seconds (a day).
pub const FREEZE_UNCONFIRMED_SECONDS: i64 = 24 * 3_600;
/// Payers one guardian answers for.
pub const WARDS_MAX: usize = 8;
/// How long a guardian's consent lasts at the most, in seconds (366 days).
pub const GUARDIAN_CONSENT_SECONDS_MAX: i64 = 366 * 24 * 3_600;
/// Counts of sign-ups one decision forgets.
pub const FORGET_MAX: usize = 64;
/// Passkeys one payer has.
pub const PASSKEYS_MAX: usize = 6;
/// Wrong tries of a PIN, over all devices, before it is locked.
pub const PIN_TRIES_MAX: usize = 5;
/// For how long a wrong try counts, in seconds (a week).
pub const PIN_TRY_MEMORY_SECONDS: i64 = 7 * 24 * 3_600;
/// Within how many seconds a counted try must be verified.
pub const PIN_TRY_SECONDS: i64 = 60;
/// The first lock of a PIN, in seconds; each further one is twice as long.
pub const PIN_LOCK_SECONDS: i64 = 300;
/// The longest lock of a PIN, in seconds (a day).
pub const PIN_LOCK_SECONDS_MAX: i64 = 24 * 3_600;
/// Wrong tries after which a PIN is never heard again (NIST SP 800-63B-4 §3.2.2).
pub const PIN_FAILED_MAX: u16 = 100;
/// For how long after it was opened a wallet takes its first factor without waiting, in seconds: there is nothing in it
/// yet that somebody else could be after.
pub const FRESH_WALLET_SECONDS: i64 = 600;
/// Networks one merchant key may be bound to.
pub const NETWORKS_PER_KEY_MAX: usize = 32;
/// For how long what the server's keys before the present ones signed may stay good, in seconds (thirty days: as long as a session
/// lives that is not refreshed).
pub const SERVER_KEYS_OVERLAP_SECONDS_MAX: i64 = SESSION_IDLE_SECONDS;
/// Keys one merchant has at a time beside those of its registration.
pub const KEYS_PER_MERCHANT_MAX: usize = 16;
/// For how many days after a wallet payment a refund can be asked for.
pub const REFUNDABLE_DAYS: u16 = 180;
/// After how many days a payee has the money of a wallet payment.
pub const SETTLEMENT_DAYS: u16 = 0;
