//! [`Amount`]: integer minor units of one currency, checked arithmetic, splits without a lost unit.

use serde::{Deserialize, Serialize};

use crate::Currency;

/// A sum of money: minor units (won, cents, fils) of one ISO 4217 currency.
///
/// Signed, because a ledger subtracts; whatever a person pays is checked to be positive where it enters
/// ([`Amount::positive`]). On the wire it is `{"currency":"KRW","minor":4500}`, an integer within
/// ±(2⁵³−1), so that every JSON reader agrees on it; anything beyond is refused, never rounded.
///
/// ```
/// use money::{Amount, Currency};
/// let coffee: Amount = "₩4,500".parse().unwrap();
/// assert_eq!(coffee, Amount::new(4500, Currency::KRW));
/// assert_eq!(coffee.to_string(), "4500 KRW");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "WireAmount")]
pub struct Amount {
    minor: i64,
    currency: Currency,
}

/// The largest integer every JSON reader keeps exactly (RFC 8259 §6): 2⁵³ − 1.
pub(crate) const WIRE_MINOR_MAX: i64 = 9_007_199_254_740_991;

/// Why two amounts could not be combined, or one could not be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Arithmetic between two currencies; there is no implicit exchange.
    #[error("currencies differ: `{0}` and `{1}`")]
    CurrencyMismatch(Currency, Currency),
    /// The result does not fit 64 bits of minor units.
    #[error("amount is too large")]
    Overflow,
    /// A payable amount must be above zero.
    #[error("amount is zero")]
    Zero,
    /// A payable amount must be above zero.
    #[error("amount is negative")]
    Negative,
}

impl Amount {
    /// `minor` minor units of `currency`.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Minor units: 4500 for ₩4,500, 1234 for 12.34 EUR.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether this is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether this is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// This amount, if somebody may be asked to pay it.
    ///
    /// # Errors
    /// [`AmountError::Zero`] or [`AmountError::Negative`].
    pub const fn positive(self) -> Result<Self, AmountError> {
        match self.minor {
            0 => Err(AmountError::Zero),
            ..0 => Err(AmountError::Negative),
            _ => Ok(self),
        }
    }

    /// `self + other`.
    ///
    /// # Errors
    /// When the currencies differ or the sum overflows.
    pub fn checked_add(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_add)
    }

    /// `self − other`, which may be negative.
    ///
    /// # Errors
    /// When the currencies differ or the difference overflows.
    pub fn checked_sub(self, other: Self) -> Result<Self, AmountError> {
        self.combine(other, i64::checked_sub)
    }

    /// The sum of `amounts`, zero of `currency` when there are none.
    ///
    /// # Errors
    /// When a currency differs or the sum overflows.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, AmountError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }

    /// Which of two amounts of one currency is larger; `None` across currencies.
    #[must_use]
    pub fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }

    /// Whether `self` is above `other`.
    ///
    /// # Errors
    /// [`AmountError::CurrencyMismatch`] across currencies.
    pub fn exceeds(self, other: Self) -> Result<bool, AmountError> {
        self.compare(other)
            .map(std::cmp::Ordering::is_gt)
            .ok_or(AmountError::CurrencyMismatch(self.currency, other.currency))
    }

    fn combine(self, other: Self, op: fn(i64, i64) -> Option<i64>) -> Result<Self, AmountError> {
        if self.currency != other.currency {
            return Err(AmountError::CurrencyMismatch(self.currency, other.currency));
        }
        op(self.minor, other.minor).map(|minor| Self::new(minor, self.currency)).ok_or(AmountError::Overflow)
    }
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct WireAmount {
    currency: Currency,
    minor: i64,
}

impl WireAmount {
    const fn fits(&self) -> bool {
        self.minor.unsigned_abs() <= WIRE_MINOR_MAX.unsigned_abs()
    }
}

/// WHY: written by hand, because an amount beyond the wire's limit must be refused on its way out as well;
/// a reader with floating-point numbers would otherwise see another amount.
impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let wire = WireAmount { currency: self.currency, minor: self.minor };
        if wire.fits() { wire.serialize(serializer) } else { Err(serde::ser::Error::custom(AmountError::Overflow)) }
    }
}

impl TryFrom<WireAmount> for Amount {
    type Error = AmountError;

    fn try_from(wire: WireAmount) -> Result<Self, AmountError> {
        if wire.fits() { Ok(Self::new(wire.minor, wire.currency)) } else { Err(AmountError::Overflow) }
    }
}

/// How to cut an amount: positive whole weights, in the order the parts are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares(Vec<u64>);

/// Why weights cannot cut an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SharesError {
    /// No weights, or all of them zero.
    #[error("shares are empty")]
    Empty,
    /// Weights taken from amounts of which one is below zero.
    #[error("shares are negative")]
    Negative,
    /// Percentages that do not come to 100.
    #[error("shares come to {0} percent, not 100")]
    NotWhole(u64),
}

impl Shares {
    /// Weights of any total above zero, e.g. `[1, 1, 1]` for thirds.
    ///
    /// # Errors
    /// [`SharesError::Empty`] when nothing would be given to anybody.
    pub fn weights(weights: impl Into<Vec<u32>>) -> Result<Self, SharesError> {
        Self::checked(weights.into().into_iter().map(u64::from).collect())
    }

    /// Weights in proportion to `amounts`, which are of one currency: the parts of a hold, the legs of a transfer.
    ///
    /// # Errors
    /// [`SharesError::Negative`] when one is below zero, [`SharesError::Empty`] when they come to nothing.
    pub fn in_proportion_to(amounts: impl IntoIterator<Item = Amount>) -> Result<Self, SharesError> {
        let weights = amounts.into_iter().map(|amount| u64::try_from(amount.minor));
        Self::checked(weights.collect::<Result<_, _>>().map_err(|_| SharesError::Negative)?)
    }

    /// Percentages, which must come to exactly 100.
    ///
    /// # Errors
    /// [`SharesError::NotWhole`] with the total otherwise.
    pub fn percent(percent: impl Into<Vec<u32>>) -> Result<Self, SharesError> {
        let percent = percent.into();
        let total = percent.iter().map(|&weight| u64::from(weight)).fold(0, u64::saturating_add);
        if total == 100 { Self::weights(percent) } else { Err(SharesError::NotWhole(total)) }
    }

    fn checked(weights: Vec<u64>) -> Result<Self, SharesError> {
        if weights.iter().all(|&weight| weight == 0) { Err(SharesError::Empty) } else { Ok(Self(weights)) }
    }

    /// Their sum, which is above zero by construction.
    fn total(&self) -> u128 {
        self.0.iter().map(|&weight| u128::from(weight)).fold(0, u128::saturating_add)
    }
}

impl Amount {
    /// Cuts this amount by `shares` so that the parts add up to it exactly.
    ///
    /// Largest remainder (Hamilton): each part gets its rounded-down share, then the units left over go to
    /// the parts with the largest fractions, ties to the earlier part. A negative amount is the mirror image.
    #[must_use]
    pub fn split(self, shares: &Shares) -> Vec<Self> {
        let total = shares.total().max(1);
        let size = u128::from(self.minor.unsigned_abs());
        // WHY: 2⁶³ × 2⁶⁴ < 2¹²⁸, so no product saturates.
        let scaled: Vec<u128> = shares.0.iter().map(|&weight| size.saturating_mul(u128::from(weight))).collect();
        let mut parts: Vec<u128> = scaled.iter().map(|part| part.checked_div(total).unwrap_or(0)).collect();
        let left = size.saturating_sub(parts.iter().sum());
        let mut order: Vec<(usize, u128)> =
            scaled.iter().map(|part| part.checked_rem(total).unwrap_or(0)).enumerate().collect();
        order.sort_by_key(|&(index, remainder)| (std::cmp::Reverse(remainder), index));
        let takers = usize::try_from(left).unwrap_or(0);
        for (index, _) in order.into_iter().take(takers) {
            if let Some(part) = parts.get_mut(index) {
                *part = part.saturating_add(1);
            }
        }
        parts.into_iter().map(|part| self.with_magnitude(part)).collect()
    }

    /// `magnitude` minor units with this amount's sign and currency.
    fn with_magnitude(self, magnitude: u128) -> Self {
        // WHY: a part is never larger than the whole, so it fits whenever the whole did.
        let signed = i128::try_from(magnitude).unwrap_or(0).saturating_mul(i128::from(self.minor.signum()));
        Self::new(i64::try_from(signed).unwrap_or(self.minor), self.currency)
    }
}
