//! [`Merchant`]: who is paid in the town, as registered.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use credentials::ApiKey;
use money::{Amount, Currency, PayeeId};
use payments::NewPayee;
use protocol::{CaptureMode, PayeeCard, Text, TextError, limits};

/// A name of at most 40 characters.
pub(crate) type Name = Text<{ limits::NAME_CHARS_MAX }>;
/// A line of at most 60 characters.
pub(crate) type Line = Text<{ limits::LINE_CHARS_MAX }>;

/// What people come to a merchant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words say it")]
pub enum Kind {
    Coffee,
    Bakery,
    Meal,
    Snack,
    Convenience,
    Grocery,
    Transit,
    Ride,
    Parking,
    Pharmacy,
    Books,
    Online,
    Laundry,
    Leisure,
    NightOut,
    Care,
}

/// Something that is sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the payer reads.
    pub purpose: Line,
    /// Its usual price in minor units.
    pub price_minor: i64,
}

/// When a merchant sells, in minutes since midnight; a `closes` past 24:00 means after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// From this minute.
    pub opens: i64,
    /// Until before this minute.
    pub closes: i64,
    /// Not on this day of the week (0 is Monday).
    pub rest_day: Option<i64>,
}

impl Opening {
    /// Whether something can be bought on `weekday` (0 is Monday) at `minute` of that day.
    #[must_use]
    pub fn is_open(self, weekday: i64, minute: i64) -> bool {
        let same_day = self.rest_day != Some(weekday) && (self.opens..self.closes).contains(&minute);
        let day_before = (weekday + 6) % 7;
        let after_midnight = self.rest_day != Some(day_before) && minute + 1_440 < self.closes;
        same_day || after_midnight
    }
}

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// As registered and as payers are shown it.
    pub card: PayeeCard,
    /// Its registered place.
    pub place: Line,
    /// In which part of the town, by number.
    pub district: usize,
    /// What people come for.
    pub kind: Kind,
    /// What it sells; never empty.
    pub items: Vec<Item>,
    /// When.
    pub opening: Opening,
    /// Whether it takes the money at once or later.
    pub capture: CaptureMode,
    api_secret: [u8; 32],
    signing_seed: [u8; 32],
}

/// What the catalogue says about a merchant.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) latin: &'static str,
    pub(crate) category: &'static str,
    pub(crate) place: &'static str,
    pub(crate) district: usize,
    pub(crate) kind: Kind,
    pub(crate) hours: (i64, i64),
    pub(crate) rest_day: Option<i64>,
    pub(crate) capture: CaptureMode,
    pub(crate) items: &'static [(&'static str, i64)],
}

/// What a merchant gets from the seed.
pub(crate) struct Secrets {
    pub(crate) payee: PayeeId,
    pub(crate) api_secret: [u8; 32],
    pub(crate) signing_seed: [u8; 32],
}

impl Merchant {
    /// Whether what it sells is as good as cash.
    #[must_use]
    pub fn is_cash_like(&self) -> bool {
        risk::feature::is_cash_like(&self.card.category)
    }

    /// From the catalogue; `branch` above 1 is a further shop of the same name.
    pub(crate) fn new(entry: &Entry, branch: usize, secrets: Secrets) -> Result<Self, TextError> {
        let (name, latin) = if branch > 1 {
            (format!("{} {branch}호점", entry.name), format!("{} No. {branch}", entry.latin))
        } else {
            (entry.name.to_owned(), entry.latin.to_owned())
        };
        let item = |&(purpose, price_minor): &(&str, i64)| Ok(Item { purpose: Line::new(purpose)?, price_minor });
        Ok(Self {
            card: PayeeCard {
                category: entry.category.to_owned(),
                id: secrets.payee,
                name: Name::new(name)?,
                name_latin: Name::new(latin)?,
            },
            place: Line::new(entry.place)?,
            district: entry.district,
            kind: entry.kind,
            items: entry.items.iter().map(item).collect::<Result<_, TextError>>()?,
            opening: Opening { opens: entry.hours.0, closes: entry.hours.1, rest_day: entry.rest_day },
            capture: entry.capture,
            api_secret: secrets.api_secret,
            signing_seed: secrets.signing_seed,
        })
    }

    /// Its API key, out of the seed: anybody who knows the seed has it.
    #[must_use]
    pub fn api_key(&self) -> ApiKey {
        ApiKey::from_random(self.api_secret)
    }

    /// Its Ed25519 key for captures, voids and refunds, out of the seed; `None` never happens for 32 bytes.
    #[must_use]
    pub fn signing_key(&self) -> Option<Ed25519KeyPair> {
        Ed25519KeyPair::from_seed_unchecked(&self.signing_seed).ok()
    }

    /// As staff register it.
    #[must_use]
    pub fn registration(&self) -> NewPayee {
        let public = self.signing_key().and_then(|pair| pair.public_key().as_ref().try_into().ok());
        NewPayee {
            card: self.card.clone(),
            place: self.place.clone(),
            city: crate::town::CITY.to_owned(),
            currency: Currency::KRW,
            api_key: Some(self.api_key().stored()),
            signing_key: public,
        }
    }

    /// The price of an item as an amount; `None` when there is no such item.
    #[must_use]
    pub fn price(&self, item: usize) -> Option<Amount> {
        self.items.get(item).map(|item| Amount::new(item.price_minor, Currency::KRW))
    }
}
