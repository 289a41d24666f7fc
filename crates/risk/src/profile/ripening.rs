//! [`Ripening`]: payments nobody has said anything of yet. What is fraud is said within minutes or days; what is genuine
//! nobody ever says, so whatever has not been reported when the delay is over counts as genuine from then on.

use super::Unreadable;
use super::bytes::{Bytes, Writer};
use crate::limits::{RIPENING_PARTS, RIPENING_SPANS_MAX};

const MINUTE_MILLIS: i64 = 60_000;

/// Payments that wait, counted by spans of an eighth of the delay: so a profile needs a few bytes for any number of them,
/// and each is known after its delay and before nine eighths of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ripening(Vec<Span>);

/// Payments of one span.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Span {
    /// When it began, in minutes of Unix time.
    from: i64,
    payments: u32,
}

/// Payments that count as genuine from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ripe {
    /// When the first of them was made.
    pub paid_at_millis: i64,
    /// Since when they count.
    pub known_at_millis: i64,
    /// How many.
    pub payments: u32,
}

impl Ripening {
    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One more payment that nobody has said anything of.
    pub(crate) fn add(&mut self, at_millis: i64, delay_millis: i64) {
        let minute = at_millis.div_euclid(MINUTE_MILLIS);
        let full = self.0.len() >= RIPENING_SPANS_MAX;
        match self.0.last_mut() {
            // A clock that went back counts in the latest span; so does what does not fit.
            Some(span) if full || minute < span.from.saturating_add(length(delay_millis)) => {
                span.payments = span.payments.saturating_add(1);
            }
            _ => self.0.push(Span { from: minute, payments: 1 }),
        }
    }

    /// Somebody said something of a payment: it waits no more. Whether it did.
    pub(crate) fn take_back(&mut self, paid_at_millis: i64) -> bool {
        let minute = paid_at_millis.div_euclid(MINUTE_MILLIS);
        let Some(place) = self.0.iter().rposition(|span| span.from <= minute) else { return false };
        let Some(span) = self.0.get_mut(place) else { return false };
        span.payments = span.payments.saturating_sub(1);
        if span.payments == 0 {
            self.0.remove(place);
        }
        true
    }

    /// Takes out what has waited long enough.
    pub(crate) fn ripe(&mut self, now_millis: i64, delay_millis: i64) -> Vec<Ripe> {
        let end = |span: &Span| {
            let end = span.from.saturating_add(length(delay_millis)).saturating_mul(MINUTE_MILLIS);
            end.saturating_add(delay_millis.max(0))
        };
        let ripe = self.0.iter().take_while(|span| end(span) <= now_millis).map(|span| Ripe {
            paid_at_millis: span.from.saturating_mul(MINUTE_MILLIS),
            known_at_millis: end(span),
            payments: span.payments,
        });
        let ripe: Vec<Ripe> = ripe.collect();
        self.0.drain(..ripe.len());
        ripe
    }

    /// Appends it; the moments by their distance from `near_millis`, when its profile last saw a payment.
    pub(crate) fn write(&self, near_millis: i64, to: &mut Writer) {
        to.byte(self.0.len() as u8);
        let mut before = near_millis.div_euclid(MINUTE_MILLIS);
        for span in &self.0 {
            to.signed(span.from.wrapping_sub(before));
            to.whole(u64::from(span.payments));
            before = span.from;
        }
    }

    pub(crate) fn take(near_millis: i64, from: &mut Bytes<'_>) -> Result<Self, Unreadable> {
        let count = usize::from(from.byte()?);
        if count > RIPENING_SPANS_MAX {
            return Err(Unreadable("too many spans"));
        }
        let mut spans: Vec<Span> = Vec::with_capacity(count);
        for _ in 0..count {
            let before = spans.last().map(|span| span.from);
            let near = before.unwrap_or(near_millis.div_euclid(MINUTE_MILLIS));
            let span = Span { from: near.wrapping_add(from.signed()?), payments: from.u32()? };
            if span.payments == 0 || before.is_some_and(|before| before >= span.from) {
                return Err(Unreadable("spans without order"));
            }
            spans.push(span);
        }
        Ok(Self(spans))
    }
}

/// How long one span is, in minutes.
fn length(delay_millis: i64) -> i64 {
    (delay_millis / MINUTE_MILLIS / RIPENING_PARTS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const DELAY: i64 = 24 * HOUR;

    #[test]
    fn nothing_is_known_before_its_delay_and_everything_soon_after() {
        for paid in [0, 1, HOUR, 2 * HOUR + 59_999, 3 * HOUR] {
            let mut ripening = Ripening::default();
            ripening.add(0, DELAY);
            ripening.add(paid, DELAY);
            let mut known = 0;
            for now in (0..40).map(|hour| hour * HOUR) {
                let ripe: u32 = ripening.ripe(now, DELAY).iter().map(|ripe| ripe.payments).sum();
                known += ripe;
                assert!(known < 2 || now >= paid + DELAY, "paid {paid}, known {now}");
                assert!(known == 2 || now < paid + DELAY * 9 / 8 + HOUR, "paid {paid}, not known {now}");
            }
            assert!(ripening.is_empty());
        }
    }

    #[test]
    fn what_was_reported_does_not_ripen() {
        let mut ripening = Ripening::default();
        [0, HOUR, 5 * HOUR].into_iter().for_each(|at| ripening.add(at, DELAY));
        assert!(ripening.take_back(HOUR));
        assert!(ripening.take_back(5 * HOUR));
        assert_eq!(ripening.ripe(100 * HOUR, DELAY).iter().map(|ripe| ripe.payments).sum::<u32>(), 1);
        assert!(!ripening.take_back(HOUR), "it has ripened already");
    }

    #[test]
    fn it_stays_small_however_much_is_paid() {
        let mut ripening = Ripening::default();
        for minute in 0..100_000 {
            let _ = ripening.ripe(minute * 60_000, DELAY);
            ripening.add(minute * 60_000, DELAY);
        }
        assert!(ripening.0.len() <= RIPENING_SPANS_MAX);
        let mut to = Writer::default();
        ripening.write(6_000_000_000, &mut to);
        assert!(to.0.len() < 60, "{} bytes", to.0.len());
        assert_eq!(Ripening::take(6_000_000_000, &mut Bytes(&to.0)), Ok(ripening));
    }
}
