//! [`Calendar`]: which days are business days, as versioned data.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use crate::limits;

/// Weekends and holidays of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its name, e.g. `uk`.
    pub id: String,
    /// Its version, shown beside every deadline it helped to find.
    pub version: String,
    weekend: Vec<Weekday>,
    holidays: BTreeSet<Date>,
}

/// What holds where no calendar is named.
pub(crate) fn weekends() -> &'static Calendar {
    static WEEKENDS: LazyLock<Calendar> = LazyLock::new(Calendar::weekends);
    &WEEKENDS
}

impl Calendar {
    /// A calendar of `weekend` days and `holidays`.
    #[must_use]
    pub fn new(id: String, version: String, weekend: Vec<Weekday>, holidays: BTreeSet<Date>) -> Self {
        Self { id, version, weekend, holidays }
    }

    /// Saturdays and Sundays off, no holidays: the earliest deadline, which is the strict one, where nothing is known.
    #[must_use]
    pub fn weekends() -> Self {
        let weekend = vec![Weekday::Saturday, Weekday::Sunday];
        Self::new("weekends".to_owned(), "1".to_owned(), weekend, BTreeSet::new())
    }

    /// Whether people work on `date`.
    #[must_use]
    pub fn is_business_day(&self, date: Date) -> bool {
        !self.weekend.contains(&date.weekday()) && !self.holidays.contains(&date)
    }

    /// The `days`-th business day after `date`, which is itself not counted.
    #[must_use]
    pub fn add(&self, date: Date, days: u16) -> Date {
        let mut date = date;
        let mut left = days;
        for _ in 0..limits::CALENDAR_STEPS_MAX {
            if left == 0 {
                break;
            }
            date = date.checked_add(1.day()).unwrap_or(Date::MAX);
            left = left.saturating_sub(u16::from(self.is_business_day(date)));
        }
        date
    }

    /// `date` when it is a business day, else the next one.
    #[must_use]
    pub fn roll(&self, date: Date) -> Date {
        if self.is_business_day(date) { date } else { self.add(date, 1) }
    }

    /// The first of the last `days` business days up to `date`, which counts when people work on it.
    #[must_use]
    pub fn back(&self, date: Date, days: u16) -> Date {
        let (mut date, mut left) = (date, days);
        for _ in 0..limits::CALENDAR_STEPS_MAX {
            left = left.saturating_sub(u16::from(self.is_business_day(date)));
            if left == 0 {
                break;
            }
            date = date.yesterday().unwrap_or(Date::MIN);
        }
        date
    }

    /// Business days after `from` up to and with `to`.
    #[must_use]
    pub fn between(&self, from: Date, to: Date) -> u16 {
        let mut count = 0_u16;
        let mut date = from;
        for _ in 0..limits::CALENDAR_STEPS_MAX {
            if date >= to {
                break;
            }
            date = date.checked_add(1.day()).unwrap_or(Date::MAX);
            count = count.saturating_add(u16::from(self.is_business_day(date)));
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn business_days_step_over_weekends_and_holidays() {
        let holidays = BTreeSet::from([date(2026, 12, 25), date(2026, 12, 28)]);
        let calendar = Calendar::new("x".into(), "1".into(), vec![Weekday::Saturday, Weekday::Sunday], holidays);
        assert_eq!(calendar.add(date(2026, 12, 24), 1), date(2026, 12, 29));
        assert_eq!(calendar.add(date(2026, 12, 24), 0), date(2026, 12, 24));
        assert_eq!(calendar.roll(date(2026, 12, 26)), date(2026, 12, 29));
        assert_eq!(calendar.roll(date(2026, 12, 24)), date(2026, 12, 24));
        assert_eq!(calendar.between(date(2026, 12, 24), date(2026, 12, 30)), 2);
        assert_eq!(calendar.between(date(2026, 12, 30), date(2026, 12, 24)), 0);
    }

    #[test]
    fn a_calendar_without_business_days_ends() {
        let week = Weekday::Monday.cycle_forward().take(7).collect();
        let calendar = Calendar::new("never".into(), "1".into(), week, BTreeSet::new());
        assert!(calendar.add(date(2026, 1, 1), 5) > date(2026, 1, 1));
    }
}
