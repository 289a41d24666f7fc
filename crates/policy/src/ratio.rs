//! [`Ratio`]: an exact share, such as 0.13 % or 85 %; compared and applied without a float.

use std::cmp::Ordering;

use money::Amount;

/// A share as a fraction of whole numbers, not below zero.
///
/// ```
/// let gate: policy::Ratio = "0.06%".parse().unwrap();
/// assert!("0.061%".parse::<policy::Ratio>().unwrap() > gate);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ratio {
    part: i64,
    whole: i64,
}

/// Text that is no share: `0.13%`, `85%`, `1/2` and `0.5` are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a share such as `0.13%` or `1/2`")]
pub struct RatioError;

/// Which way a share of an amount is brought to whole minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// To the nearest, halves up.
    HalfUp,
}

impl Ratio {
    /// `part` of `whole`; `None` when the whole is not above zero or the part is below it.
    #[must_use]
    pub const fn new(part: i64, whole: i64) -> Option<Self> {
        if whole > 0 && part >= 0 { Some(Self { part, whole }) } else { None }
    }

    /// This share of `amount`, in whole minor units; `None` when it does not fit.
    #[must_use]
    pub fn of(self, amount: Amount, rounding: Rounding) -> Option<Amount> {
        let product = i128::from(amount.minor()).checked_mul(i128::from(self.part))?;
        let whole = i128::from(self.whole);
        let (down, rest) = (product.div_euclid(whole), product.rem_euclid(whole));
        let up = match rounding {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => rest.checked_mul(2)? >= whole,
        };
        let minor = i64::try_from(down.checked_add(i128::from(up))?).ok()?;
        Some(Amount::new(minor, amount.currency()))
    }

    fn cross(self, other: Self) -> (i128, i128) {
        let mine = i128::from(self.part).saturating_mul(i128::from(other.whole));
        (mine, i128::from(other.part).saturating_mul(i128::from(self.whole)))
    }
}

impl PartialEq for Ratio {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ratio {}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        let (mine, theirs) = self.cross(*other);
        mine.cmp(&theirs)
    }
}

impl std::str::FromStr for Ratio {
    type Err = RatioError;

    fn from_str(text: &str) -> Result<Self, RatioError> {
        let text = text.trim();
        if let Some((part, whole)) = text.split_once('/') {
            let number = |digits: &str| digits.trim().parse().map_err(|_| RatioError);
            return Self::new(number(part)?, number(whole)?).ok_or(RatioError);
        }
        let (digits, hundred) = match text.strip_suffix('%') {
            Some(digits) => (digits.trim_end(), 100_i64),
            None => (text, 1),
        };
        let (units, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if units.is_empty() || !plain(units) || !plain(decimals) {
            return Err(RatioError);
        }
        let places = u32::try_from(decimals.len()).map_err(|_| RatioError)?;
        let scale = 10_i64.checked_pow(places).ok_or(RatioError)?;
        let part = format!("{units}{decimals}").parse().map_err(|_| RatioError)?;
        Self::new(part, scale.checked_mul(hundred).ok_or(RatioError)?).ok_or(RatioError)
    }
}

impl std::fmt::Display for Ratio {
    /// As a percentage with as many places as are needed, four at most.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = i128::from(self.whole);
        let hundredths = i128::from(self.part).saturating_mul(1_000_000).checked_div(whole).unwrap_or(0);
        let (units, places) = (hundredths / 10_000, hundredths % 10_000);
        let places = format!("{places:04}");
        match places.trim_end_matches('0') {
            "" => write!(f, "{units}%"),
            places => write!(f, "{units}.{places}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(i64, i64)>, shown: &str) {
        let ratio = text.parse::<Ratio>().ok();
        assert_eq!(ratio, expected.and_then(|(part, whole)| Ratio::new(part, whole)), "{text}");
        assert_eq!(ratio.map(|ratio| ratio.to_string()).unwrap_or_default(), shown, "{text}");
    }

    #[test]
    fn shares_are_read_exactly() {
        check("0.13%", Some((13, 10_000)), "0.13%");
        check("85 %", Some((85, 100)), "85%");
        check("0.061%", Some((61, 100_000)), "0.061%");
        check("1/2", Some((1, 2)), "50%");
        check("0.0006", Some((6, 10_000)), "0.06%");
        for bad in ["", "-1%", "1/0", "1e3", ".5", "5.x", "9999999999999999999%"] {
            check(bad, None, "");
        }
    }

    #[test]
    fn a_share_of_an_amount_is_whole_minor_units() {
        let share: Ratio = "85%".parse().unwrap();
        let check = |minor, rounding, expected| {
            let amount = Amount::new(minor, money::Currency::EUR);
            assert_eq!(share.of(amount, rounding).unwrap().minor(), expected, "{minor} {rounding:?}");
        };
        check(2_941_100, Rounding::Down, 2_499_935);
        check(1, Rounding::Down, 0);
        check(1, Rounding::Up, 1);
        check(1, Rounding::HalfUp, 1);
        check(10, Rounding::HalfUp, 9);
        check(i64::MAX, Rounding::Down, 7_839_866_231_326_559_435);
    }
}
