//! [`Day`]: a date of the calendar without a time, such as a date of birth.

use jiff::civil::Date;

/// A date in the form `2007-03-01`, in the years 0 to 9999.
///
/// ```
/// let day: money::Day = "2007-03-01".parse().unwrap();
/// assert_eq!(day.to_string(), "2007-03-01");
/// assert!("2007-02-29".parse::<money::Day>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(Date);

/// Text that is no date of this form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date like 2007-03-01")]
pub struct DayError;

impl Day {
    /// As the calendar's own type.
    #[must_use]
    pub const fn civil(self) -> Date {
        self.0
    }

    /// The date of `at` in UTC.
    #[must_use]
    pub fn of(at: crate::Instant) -> Self {
        let (days, last) = (at.unix_seconds().div_euclid(86_400), Date::constant(9_999, 12, 31));
        Self(
            Date::constant(1970, 1, 1)
                .checked_add(jiff::SignedDuration::from_hours(days.saturating_mul(24)))
                .unwrap_or(last),
        )
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// WHY hidden: most days that are kept are dates of birth, and whatever is printed ends in a log.
impl std::fmt::Debug for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::str::FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, DayError> {
        let date: Date = text.parse().map_err(|_| DayError)?;
        // One form only: the bytes are signed and compared.
        if date.year() >= 0 && date.to_string() == text { Ok(Self(date)) } else { Err(DayError) }
    }
}

crate::id::text_serde!(Day, "a date like 2007-03-01");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_one_form_and_is_never_printed_by_accident() {
        for good in ["2007-03-01", "2024-02-29", "1900-01-01", "9999-12-31"] {
            let day: Day = good.parse().unwrap();
            assert_eq!((day.to_string().as_str(), format!("{day:?}").as_str()), (good, "***"));
        }
        for bad in [
            "",
            "2007-3-1",
            "20070301",
            "2007-02-29",
            "2007-03-01T00:00",
            "-000001-01-01",
            "2007-03-01 ",
            "+002007-03-01",
        ] {
            assert_eq!(bad.parse::<Day>(), Err(DayError), "{bad}");
        }
    }

    #[test]
    fn the_day_of_a_moment_is_the_one_in_utc() {
        let day = |millis| Day::of(crate::Instant::from_unix_millis(millis)).to_string();
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(-1), "1969-12-31");
        assert_eq!(day(1_790_000_000_000), "2026-09-21");
    }
}
