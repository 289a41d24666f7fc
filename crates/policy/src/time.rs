//! Civil time: [`Zone`], [`Span`] and when something is due. No clock is read; the zone data are compiled in.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan};
use money::Instant;

use crate::calendar::Calendar;

/// A time zone by its IANA name, from the data compiled into the program, so that every machine agrees.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

/// A name that is no time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a time zone of the IANA database")]
pub struct ZoneError;

/// A length of time as laws write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Exact: `24h`, `90min`, `10s`. A day with a change of clocks changes nothing.
    Seconds(i64),
    /// Calendar days, the first not counted: `14d`, `2w`.
    Days(i32),
    /// Calendar months, the last day of a short month when the day does not exist: `1mo`, `5y`.
    Months(i32),
    /// Days that are no weekend and no holiday: `5bd`.
    BusinessDays(u16),
}

/// Text that is no length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a length of time such as `24h`, `14d`, `2w`, `1mo`, `5y` or `5bd`")]
pub struct SpanError;

impl Zone {
    /// The zone called `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn named(name: &str) -> Result<Self, ZoneError> {
        TimeZoneDatabase::bundled().get(name).map(Self).map_err(|_| ZoneError)
    }

    /// Coordinated universal time.
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The wall clock here at `at`.
    #[must_use]
    pub fn civil(&self, at: Instant) -> DateTime {
        self.0.to_datetime(timestamp(at))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The date here at `at`.
    #[must_use]
    pub fn date(&self, at: Instant) -> Date {
        self.civil(at).date()
    }

    /// The first moment at which the wall clock shows `civil` or, where clocks pass it over, more.
    #[must_use]
    pub fn moment(&self, civil: DateTime) -> Instant {
        let found = self.0.to_ambiguous_timestamp(civil);
        let is_passed_over = matches!(found.offset(), AmbiguousOffset::Gap { .. });
        let stamp = found.compatible().unwrap_or(Timestamp::MAX);
        // Within a gap that is as long after it as `civil` is after its beginning: the change itself comes before.
        let change = || self.0.preceding(stamp.checked_add(1.second()).ok()?).next();
        let first = if is_passed_over { change().map(|change| change.timestamp()) } else { None };
        Instant::from_unix_millis(first.unwrap_or(stamp).as_millisecond())
    }

    /// The first moment of `date`.
    #[must_use]
    pub fn start_of(&self, date: Date) -> Instant {
        self.moment(date.to_datetime(Time::midnight()))
    }

    /// `text` as a moment: RFC 3339, or a day, which is its beginning here.
    #[must_use]
    pub fn read(&self, text: &str) -> Option<Instant> {
        if text.len() > "2026-07-01".len() {
            return text.parse().ok();
        }
        text.parse::<Date>().ok().map(|date| self.start_of(date))
    }

    /// The last millisecond of `date`.
    #[must_use]
    pub fn end_of(&self, date: Date) -> Instant {
        let next = date.checked_add(1.day()).unwrap_or(Date::MAX);
        Instant::from_unix_millis(self.start_of(next).unix_millis().saturating_sub(1))
    }

    /// `at` in RFC 3339 with this zone's offset.
    #[must_use]
    pub fn show(&self, at: Instant) -> String {
        let stamp = timestamp(at);
        stamp.display_with_offset(self.0.to_offset(stamp)).to_string()
    }

    /// The last moment within `span` of `from`: exactly so much later for hours, the end of the last day for days,
    /// months and business days, whose first day is not counted.
    #[must_use]
    pub fn due(&self, from: Instant, span: Span, calendar: &Calendar) -> Instant {
        match span {
            Span::Seconds(seconds) => from.checked_add_seconds(seconds).unwrap_or(Instant::LAST),
            _ => self.end_of(span.after(self.date(from), calendar)),
        }
    }
}

impl Span {
    /// The date `self` after `date`; for hours, whole days rounded down.
    #[must_use]
    pub fn after(self, date: Date, calendar: &Calendar) -> Date {
        match self {
            Self::Seconds(seconds) => add(date, i64::div_euclid(seconds, 86_400).days()),
            Self::Days(days) => add(date, days.days()),
            Self::Months(months) => add(date, months.months()),
            Self::BusinessDays(days) => calendar.add(date, days),
        }
    }

    /// Whether it counts calendar units, so that it ends with a day.
    #[must_use]
    pub const fn is_civil(self) -> bool {
        !matches!(self, Self::Seconds(_))
    }
}

fn add(date: Date, span: jiff::Span) -> Date {
    date.checked_add(span).unwrap_or(Date::MAX)
}

fn timestamp(at: Instant) -> Timestamp {
    Timestamp::from_millisecond(at.unix_millis()).unwrap_or(Timestamp::MAX)
}

impl std::str::FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let split = text.find(|c: char| !c.is_ascii_digit()).ok_or(SpanError)?;
        let (digits, unit) = text.split_at(split);
        let count: i32 = digits.parse().map_err(|_| SpanError)?;
        let times = |factor: i32| count.checked_mul(factor).ok_or(SpanError);
        match unit.trim() {
            "s" => Ok(Self::Seconds(count.into())),
            "min" => Ok(Self::Seconds(times(60)?.into())),
            "h" => Ok(Self::Seconds(times(3600)?.into())),
            "d" => Ok(Self::Days(count)),
            "w" => Ok(Self::Days(times(7)?)),
            "mo" => Ok(Self::Months(count)),
            "y" => Ok(Self::Months(times(12)?)),
            "bd" => u16::try_from(count).map(Self::BusinessDays).map_err(|_| SpanError),
            _ => Err(SpanError),
        }
    }
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Seconds(seconds) if seconds % 3600 == 0 => write!(f, "{}h", seconds / 3600),
            Self::Seconds(seconds) if seconds % 60 == 0 => write!(f, "{}min", seconds / 60),
            Self::Seconds(seconds) => write!(f, "{seconds}s"),
            Self::Days(days) if days % 7 == 0 => write!(f, "{}w", days / 7),
            Self::Days(days) => write!(f, "{days}d"),
            Self::Months(months) if months % 12 == 0 => write!(f, "{}y", months / 12),
            Self::Months(months) => write!(f, "{months}mo"),
            Self::BusinessDays(days) => write!(f, "{days}bd"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn due(zone: &str, from: &str, span: &str, expected: &str) {
        let zone = Zone::named(zone).unwrap();
        let at = zone.due(from.parse().unwrap(), span.parse().unwrap(), &Calendar::weekends());
        assert_eq!(zone.show(at), expected, "{from} + {span}");
    }

    #[test]
    fn spans_end_where_a_law_says() {
        due("Asia/Seoul", "2026-04-01T09:00:00+09:00", "2w", "2026-04-15T23:59:59.999+09:00");
        due("Asia/Seoul", "2026-01-31T09:00:00+09:00", "1mo", "2026-02-28T23:59:59.999+09:00");
        due("Asia/Seoul", "2024-02-29T09:00:00+09:00", "1y", "2025-02-28T23:59:59.999+09:00");
        due("Asia/Seoul", "2024-02-28T09:00:00+09:00", "1d", "2024-02-29T23:59:59.999+09:00");
        due("Europe/London", "2026-11-25T10:00:00Z", "5bd", "2026-12-02T23:59:59.999+00:00");
        due("Europe/Berlin", "2026-03-28T12:00:00+01:00", "24h", "2026-03-29T13:00:00+02:00");
        due("Europe/Berlin", "2026-10-24T12:00:00+02:00", "24h", "2026-10-25T11:00:00+01:00");
    }

    #[test]
    fn a_day_without_midnight_starts_where_it_starts() {
        // Brazil changed its clocks at midnight until 2019.
        let zone = Zone::named("America/Sao_Paulo").unwrap();
        let start = zone.start_of(jiff::civil::date(2018, 11, 4));
        assert_eq!(zone.show(start), "2018-11-04T01:00:00-02:00");
    }

    #[test]
    fn spans_are_read_and_shown() {
        for text in ["24h", "90min", "10s", "3d", "2w", "1mo", "5y", "15bd"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        for text in ["", "h", "5", "5x", "-1d", "99999999999d", "200000bd", "999999999w"] {
            assert_eq!(text.parse::<Span>(), Err(SpanError), "{text}");
        }
    }
}
