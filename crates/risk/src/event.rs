//! [`Event`]: a payment as the engine sees it, and [`Outcome`]: what became known about one later.

use crate::feature::Signals;
use crate::number::{hashed, mixed};

/// The parties a profile is kept of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// Who pays.
    Payer,
    /// Who is paid.
    Payee,
    /// The phone or browser.
    Device,
    /// The network address block.
    Network,
    /// Terminal, shop, cell or country: where it happens.
    Place,
    /// Kind of goods or of movement.
    Category,
}

impl Party {
    /// Every kind of party, in the order of [`Event::parties`].
    pub const ALL: [Self; 6] = [Self::Payer, Self::Payee, Self::Device, Self::Network, Self::Place, Self::Category];

    /// The name used in features and schemas.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Payee => "payee",
            Self::Device => "device",
            Self::Network => "network",
            Self::Place => "place",
            Self::Category => "category",
        }
    }

    /// The place in [`Event::parties`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Two parties whose history together is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pair {
    /// Payer and payee.
    PayerPayee,
    /// Payer and device.
    PayerDevice,
    /// Payer and place.
    PayerPlace,
    /// Payer and category.
    PayerCategory,
    /// Payee and place.
    PayeePlace,
    /// Payee and category.
    PayeeCategory,
    /// Place and category.
    PlaceCategory,
}

impl Pair {
    /// Every pair, in order.
    pub const ALL: [Self; 7] = [
        Self::PayerPayee,
        Self::PayerDevice,
        Self::PayerPlace,
        Self::PayerCategory,
        Self::PayeePlace,
        Self::PayeeCategory,
        Self::PlaceCategory,
    ];

    /// The two parties.
    #[must_use]
    pub const fn parties(self) -> (Party, Party) {
        match self {
            Self::PayerPayee => (Party::Payer, Party::Payee),
            Self::PayerDevice => (Party::Payer, Party::Device),
            Self::PayerPlace => (Party::Payer, Party::Place),
            Self::PayerCategory => (Party::Payer, Party::Category),
            Self::PayeePlace => (Party::Payee, Party::Place),
            Self::PayeeCategory => (Party::Payee, Party::Category),
            Self::PlaceCategory => (Party::Place, Party::Category),
        }
    }

    /// The name used in features.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PayerPayee => "payer_payee",
            Self::PayerDevice => "payer_device",
            Self::PayerPlace => "payer_place",
            Self::PayerCategory => "payer_category",
            Self::PayeePlace => "payee_place",
            Self::PayeeCategory => "payee_category",
            Self::PlaceCategory => "place_category",
        }
    }

    /// The place in [`Pair::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// A party, as a well-mixed 64-bit word: what it is called never enters a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(u64);

impl Key {
    /// The key of a party called `name`.
    #[must_use]
    pub fn of(name: &[u8]) -> Self {
        Self(hashed(name))
    }

    /// The key of two parties together, in this order.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(mixed(self.0 ^ other.0.rotate_left(32)))
    }

    /// The word.
    #[must_use]
    pub const fn word(self) -> u64 {
        self.0
    }
}

/// A point on the earth, in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coordinates {
    /// Degrees north.
    pub latitude: f32,
    /// Degrees east.
    pub longitude: f32,
}

impl Coordinates {
    /// The point, when both numbers are possible ones.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let possible = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        possible.then_some(Self { latitude: latitude as f32, longitude: longitude as f32 })
    }

    /// Kilometres to another point, along the great circle.
    #[must_use]
    pub fn kilometres_to(self, other: Self) -> f32 {
        const RADIUS: f32 = 6371.0;
        let radians = |degrees: f32| degrees * (core::f32::consts::PI / 180.0);
        let (a, b) = (radians(self.latitude), radians(other.latitude));
        let (half_lat, half_lon) = ((b - a) / 2.0, radians(other.longitude - self.longitude) / 2.0);
        let (sin_lat, sin_lon) = (libm::sinf(half_lat), libm::sinf(half_lon));
        let chord = sin_lat * sin_lat + libm::cosf(a) * libm::cosf(b) * sin_lon * sin_lon;
        2.0 * RADIUS * libm::asinf(libm::sqrtf(chord.clamp(0.0, 1.0)))
    }
}

/// One payment, as it stands before it is decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When, in milliseconds of Unix time.
    pub at_millis: i64,
    /// The payer's wall clock against UTC, in seconds.
    pub offset_seconds: i32,
    /// The parties, by [`Party::index`]; `None` where unknown.
    pub parties: [Option<Key>; 6],
    /// How much, in whole units of the currency; not negative.
    pub amount: f32,
    /// What the payer had before; `None` where unknown.
    pub balance: Option<f32>,
    /// Whether it was refused before it reached the engine, e.g. for want of funds.
    pub refused: bool,
    /// Where the payer lives or usually is.
    pub home: Option<Coordinates>,
    /// Where it happens.
    pub spot: Option<Coordinates>,
    /// What device, carrier, code and limits say.
    pub signals: Signals,
}

impl Event {
    /// The key of a party.
    #[must_use]
    pub fn party(&self, party: Party) -> Option<Key> {
        self.parties.get(party.index()).copied().flatten()
    }

    /// The key of a pair, where both are known.
    #[must_use]
    pub fn pair(&self, pair: Pair) -> Option<Key> {
        let (first, second) = pair.parties();
        Some(self.party(first)?.and(self.party(second)?))
    }

    /// Hours since midnight on the payer's clock, in [0, 24).
    #[must_use]
    pub fn local_hour(&self) -> f32 {
        let seconds = self.at_millis.div_euclid(1000) + i64::from(self.offset_seconds);
        seconds.rem_euclid(86_400) as f32 / 3600.0
    }

    /// Days since Monday on the payer's clock, 0 to 6.
    #[must_use]
    pub const fn local_weekday(&self) -> i64 {
        let seconds = self.at_millis.div_euclid(1000) + self.offset_seconds as i64;
        // 1970-01-01 was a Thursday.
        (seconds.div_euclid(86_400) + 3).rem_euclid(7)
    }
}

/// What became known about an earlier payment: fraud or genuine.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// When the payment was made.
    pub paid_at_millis: i64,
    /// When this became known.
    pub known_at_millis: i64,
    /// The parties of the payment.
    pub parties: [Option<Key>; 6],
    /// Whether it was fraud.
    pub fraud: bool,
    /// Whether the amount alone would have told: far outside what its payer spends.
    pub explained_by_amount: bool,
}
