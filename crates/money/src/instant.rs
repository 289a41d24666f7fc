//! [`Instant`]: a moment in milliseconds since the Unix epoch. It is always passed in, never read here.

use jiff::Timestamp;

/// A moment, in whole milliseconds of Unix time; RFC 3339 in UTC with milliseconds as text.
///
/// It lies between [`Instant::FIRST`] and [`Instant::LAST`], so that every one of them can be written.
///
/// ```
/// let at = money::Instant::from_unix_millis(1_790_000_000_123);
/// assert_eq!(at.to_string(), "2026-09-21T14:13:20.123Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Instant(i64);

/// Text that is not an RFC 3339 moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 moment")]
pub struct InstantError;

impl Instant {
    /// The Unix epoch.
    pub const EPOCH: Self = Self(0);

    /// The earliest moment, in the year −9999.
    pub const FIRST: Self = Self(-377_705_023_201_000);
    /// The latest moment, at the end of the year 9999.
    pub const LAST: Self = Self(253_402_207_200_000);

    /// From milliseconds of Unix time, saturating.
    #[must_use]
    pub const fn from_unix_millis(millis: i64) -> Self {
        if millis < Self::FIRST.0 {
            Self::FIRST
        } else if millis > Self::LAST.0 {
            Self::LAST
        } else {
            Self(millis)
        }
    }

    /// From whole seconds of Unix time, saturating.
    #[must_use]
    pub const fn from_unix_seconds(seconds: i64) -> Self {
        Self::from_unix_millis(seconds.saturating_mul(1000))
    }

    /// Milliseconds of Unix time.
    #[must_use]
    pub const fn unix_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds of Unix time, rounded down.
    #[must_use]
    pub const fn unix_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment `seconds` later (earlier when negative); `None` outside [`Instant::FIRST`] to [`Instant::LAST`].
    #[must_use]
    pub const fn checked_add_seconds(self, seconds: i64) -> Option<Self> {
        match seconds.checked_mul(1000) {
            Some(millis) => match self.0.checked_add(millis) {
                Some(sum) if Self::FIRST.0 <= sum && sum <= Self::LAST.0 => Some(Self(sum)),
                _ => None,
            },
            None => None,
        }
    }

    /// Milliseconds from `earlier` to this moment, negative when it is later; saturating.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let timestamp = Timestamp::from_millisecond(self.0).map_err(|_| std::fmt::Error)?;
        write!(f, "{timestamp:.3}")
    }
}

impl std::fmt::Debug for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Instant {
    type Err = InstantError;

    fn from_str(text: &str) -> Result<Self, InstantError> {
        let timestamp: Timestamp = text.parse().map_err(|_| InstantError)?;
        let at = Self(timestamp.as_millisecond());
        if (Self::FIRST..=Self::LAST).contains(&at) { Ok(at) } else { Err(InstantError) }
    }
}

crate::id::text_serde!(Instant, "an RFC 3339 moment");
