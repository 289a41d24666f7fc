//! The payer's own limits: what is sent to change them, and what is answered.

use std::collections::BTreeMap;

use money::{Amount, Instant, PayerId};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use utoipa::ToSchema;

use crate::limits;

/// Over what a payer's own limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitWindow {
    /// Each payment by itself.
    Payment,
    /// A calendar day.
    Day,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// From eight in the evening to six in the morning.
    Night,
}

impl LimitWindow {
    /// Every window, as they are shown.
    pub const ALL: [Self; 5] = [Self::Payment, Self::Day, Self::Month, Self::Year, Self::Night];

    /// Its word, as policy packs write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Payment => "payment",
            Self::Day => "day",
            Self::Month => "month",
            Self::Year => "year",
            Self::Night => "night",
        }
    }
}

/// The way a payment comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By a code that was made for one payment.
    QrDynamic,
    /// By a code that stays the same.
    QrStatic,
    /// By a link, or within an app.
    Remote,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::QrDynamic, Self::QrStatic, Self::Remote];

    /// Its word, as policy packs write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::QrDynamic => "qr_dynamic",
            Self::QrStatic => "qr_static",
            Self::Remote => "remote",
        }
    }
}

/// Which limit: there is at most one of each.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitName {
    /// Only payments for this: a word of `categories` in `GET /v1/limits`, or a merchant category code.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "category")]
    #[schema(pattern = "^[a-z0-9_]{1,40}$")]
    pub category: Option<String>,
    /// Only payments that come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Over what it counts.
    pub window: LimitWindow,
}

/// `POST /v1/limits`: set one limit. Lowering works at once; raising, and removing, needs a check and waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetLimitBody {
    /// The new limit; absent: none any more, which is the highest. Nought lets nothing through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// Only payments for this: a word of `categories` in `GET /v1/limits`, or a merchant category code.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "category")]
    #[schema(pattern = "^[a-z0-9_]{1,40}$")]
    pub category: Option<String>,
    /// Only payments that come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// The limit the payer was shown; absent: there is none. If it is another one by now, nothing is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Amount>,
    /// Whose.
    pub payer: PayerId,
    /// Over what it counts.
    pub window: LimitWindow,
}

/// `POST /v1/limits/cancel`: a rise that waits does not come. Works at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelRaiseBody {
    /// Only payments for this.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "category")]
    #[schema(pattern = "^[a-z0-9_]{1,40}$")]
    pub category: Option<String>,
    /// Only payments that come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Whose.
    pub payer: PayerId,
    /// Over what it counts.
    pub window: LimitWindow,
}

impl SetLimitBody {
    /// Which limit.
    #[must_use]
    pub fn name(&self) -> LimitName {
        LimitName { category: self.category.clone(), channel: self.channel, window: self.window }
    }
}

impl CancelRaiseBody {
    /// Which limit.
    #[must_use]
    pub fn name(&self) -> LimitName {
        LimitName { category: self.category.clone(), channel: self.channel, window: self.window }
    }
}

/// A word of a category: lower case, digits and `_`.
fn category<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let Some(word) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if (1..=limits::CATEGORY_CHARS_MAX).contains(&word.len()) && word.bytes().all(is_plain) {
        Ok(Some(word))
    } else {
        Err(D::Error::custom("a category is 1 to 40 of a–z, 0–9 and _"))
    }
}

/// A rise that was asked for and waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PendingRaiseView {
    /// When it was asked for.
    pub asked_at: Instant,
    /// When it comes.
    pub starts_at: Instant,
    /// The limit from then on; absent: none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Amount>,
}

/// A limit the payer set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnLimitView {
    /// The limit now.
    pub amount: Amount,
    /// Only payments for this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Only payments that come this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What is left of it now; for a night, of the night that is or comes.
    pub left: Amount,
    /// A rise that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingRaiseView>,
    /// What was used of it.
    pub used: Amount,
    /// Over what it counts.
    pub window: LimitWindow,
}

/// Where a rule is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CitationView {
    /// Article and paragraph.
    pub article: String,
    /// The law, terms or notice.
    pub law: String,
    /// Where it was read.
    pub source: String,
}

/// What a rule says, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleTextView {
    /// Article and paragraph.
    pub article: String,
    /// The law, terms or notice.
    pub law: String,
    /// One sentence.
    pub say: String,
    /// What the pack is, in a line.
    pub title: String,
}

/// A limit that a law or somebody's terms set, and how far it is used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleLimitView {
    /// The cap, in words: a sum, a number, a share.
    pub cap: String,
    /// Only payments for this, where the rule speaks of one category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Where it is written.
    pub citation: CitationView,
    /// What is left, where it is a sum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Amount>,
    /// `statute`, `regulator`, `scheme`, `provider` or `payer`.
    pub layer: String,
    /// The pack.
    pub pack: String,
    /// The rule of the pack.
    pub rule: String,
    /// One sentence, in the pack's own language.
    pub say: String,
    /// What it says by language (`ko`, `en`); a language that is not here has no translation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, RuleTextView>,
    /// What is used, in the cap's words.
    pub used: String,
    /// The pack's version.
    pub version: String,
}

/// `GET /v1/limits`: every limit of a wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitsView {
    /// Words a limit may be set for.
    pub categories: Vec<String>,
    /// What the payer set.
    pub own: Vec<OwnLimitView>,
    /// The most one payment may take, whoever sets what.
    pub payment_limit: Amount,
    /// How long a rise that is asked for now waits, in seconds.
    pub raise_delay_seconds: i64,
    /// What law and terms set.
    pub rules: Vec<RuleLimitView>,
}

/// One rule that mattered to a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleReasonView {
    /// The counter after this payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The counter before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<String>,
    /// Where it is written.
    pub citation: CitationView,
    /// What the rule says, e.g. `LimitExceeded`.
    pub code: String,
    /// What else there is to say: fields not shown, until when it is held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// How sure the rule is: `V1`, `V2` or `K`.
    pub grade: String,
    /// A fact nobody gave, so that the strictest branch was taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// What the rule does: `deny`, `route`, `hold`, `step_up` or `permit`.
    pub outcome: String,
    /// The pack; `payer` for the payer's own limits.
    pub pack: String,
    /// Where it may go instead, where it may not go on here: in the pack's words, e.g. `licensed_provider`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// The rule of the pack.
    pub rule: String,
    /// One sentence, in the pack's own language.
    pub say: String,
    /// What it says by language (`ko`, `en`); a language that is not here has no translation.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub texts: BTreeMap<String, RuleTextView>,
    /// The pack's version.
    pub version: String,
}
