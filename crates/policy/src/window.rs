//! Where a limit's window begins: everything from that moment on counts.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use money::Instant;

use crate::condition::View;
use crate::fact::{Fact, Value};
use crate::pack::Window;
use crate::time::Span;

/// From when events count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// From this moment on, itself included.
    From(Instant),
    /// After this moment.
    After(Instant),
    /// No event counts.
    Nothing,
    /// After the last event that was strongly authenticated.
    AfterFullAuth,
    /// Every event counts.
    Ever,
    /// The limit does not apply now.
    Outside,
    /// Depends on a fact nobody gave: every event counts.
    Unknown(Fact),
}

/// Where `window` begins at the moment of `view`.
pub(crate) fn start(window: &Window, view: &View<'_>) -> Start {
    let today = || view.zone.date(view.at);
    match window {
        Window::Payment | Window::AnyTime => Start::Nothing,
        Window::Day => Start::From(view.zone.start_of(today())),
        Window::Month => Start::From(view.zone.start_of(today().first_of_month())),
        Window::Year => Start::From(view.zone.start_of(today().first_of_year())),
        Window::Lifetime => Start::Ever,
        Window::SinceFullAuth => Start::AfterFullAuth,
        Window::Cycle(anchor) => match view.number(*anchor) {
            Some(day) => Start::From(view.zone.start_of(cycle_start(today(), day))),
            None => Start::Unknown(*anchor),
        },
        Window::Rolling(span) => rolling(*span, view),
        Window::Band { from, to, from_fact, choices } => {
            let chosen = from_fact.and_then(|fact| view.value(fact)).and_then(|value| match &*value {
                Value::Text(text) => time(text),
                _ => None,
            });
            // A night that may begin at two hours begins at no third one.
            let chosen = chosen.filter(|chosen| choices.is_empty() || choices.contains(chosen));
            band(chosen.unwrap_or(*from), *to, view)
        }
        Window::SinceFact(fact, span) => match view.value(*fact).as_deref() {
            Some(Value::Moment(since)) if view.at < view.zone.due(*since, *span, view.calendar) => Start::From(*since),
            Some(Value::Moment(_) | Value::Never) => Start::Outside,
            _ => Start::Unknown(*fact),
        },
    }
}

/// `22:00`, or `22h` as it is written in Brazil.
fn time(text: &str) -> Option<Time> {
    match text.strip_suffix('h') {
        Some(hour) => Time::new(hour.parse().ok()?, 0, 0, 0).ok(),
        None => text.parse().ok(),
    }
}

/// The day after the last closing day before `today`; a closing day a month has not is its last day.
fn cycle_start(today: Date, closing_day: i64) -> Date {
    let closing = |month: Date| {
        let day = i8::try_from(closing_day.clamp(1, 31)).unwrap_or(31).min(month.days_in_month());
        Date::new(month.year(), month.month(), day).unwrap_or(month)
    };
    let this = closing(today);
    let last = if today > this { this } else { closing(today.first_of_month().yesterday().unwrap_or(today)) };
    last.tomorrow().unwrap_or(last)
}

fn rolling(span: Span, view: &View<'_>) -> Start {
    let date = view.zone.date(view.at);
    let back = |span: jiff::Span| date.checked_sub(span).and_then(|date| date.tomorrow()).unwrap_or(Date::MIN);
    match span {
        Span::Seconds(seconds) => {
            Start::After(view.at.checked_add_seconds(seconds.saturating_neg()).unwrap_or(Instant::FIRST))
        }
        Span::Days(days) => Start::From(view.zone.start_of(back(days.days()))),
        Span::Months(months) => Start::From(view.zone.start_of(back(months.months()))),
        Span::BusinessDays(days) => Start::From(view.zone.start_of(view.calendar.back(date, days))),
    }
}

/// The band's own beginning, which may lie on the evening before.
fn band(from: Time, to: Time, view: &View<'_>) -> Start {
    let now = view.zone.civil(view.at);
    let wraps = to <= from;
    let inside = if wraps { now.time() >= from || now.time() < to } else { now.time() >= from && now.time() < to };
    if !inside {
        return Start::Outside;
    }
    let day = if wraps && now.time() < to { now.date().yesterday().unwrap_or(now.date()) } else { now.date() };
    Start::From(view.zone.moment(day.to_datetime(from)))
}
