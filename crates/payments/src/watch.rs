//! What is noted of codes as they are scanned: where a code has been seen, what looked wrong, and the scans that wait to
//! be folded in. Every row is bounded; none of them says who paid.

use money::{Instant, IntentId, PayeeId, ReasonCode};
use protocol::{Cell, Scan, Serial};
use serde::{Deserialize, Serialize};

use crate::limits;

/// What a [`Watch`] watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    /// One registered code.
    Code(Serial),
    /// All that a payee shows.
    Payee(PayeeId),
}

/// What has been seen of a code, or of a payee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// What is watched.
    pub watched: Watched,
    /// Whose it is.
    pub payee: PayeeId,
    /// Of a payee: the cells in which it has registered codes; at most [`limits::HOMES_MAX`].
    pub homes: Vec<Cell>,
    /// Of a code: the cells in which it was scanned lately; at most [`limits::SEEN_MAX`].
    pub seen: Vec<Seen>,
    /// The day (UTC, since the epoch) that the next two count.
    pub day: i64,
    /// Payments.
    pub scans: u32,
    /// Of these, by payers who had never paid the payee.
    pub firsts: u32,
    /// Suspicious scans of the last three days; at most [`limits::STRIKES_MAX`].
    pub strikes: Vec<Strike>,
    /// Who said that something is wrong with it, in 64 bits of a digest, and when; at most [`limits::REPORTS_MAX`].
    pub reports: Vec<(u64, Instant)>,
    /// The alert that stands, if one does.
    pub alert: Option<Alert>,
}

/// A cell in which a code was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Where.
    pub cell: Cell,
    /// When last.
    pub last_at: Instant,
    /// How often.
    pub scans: u32,
}

/// A scan that looked wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strike {
    /// When.
    pub at: Instant,
    /// How wrong.
    pub points: u32,
    /// What was paid, in minor units.
    pub amount_minor: i64,
    /// Where, as far as the phone said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
    /// By whom, in 64 bits of a digest over what is watched: one person counts once.
    #[serde(default)]
    pub by: u64,
    /// Whether what spoke against it is no error of one position: another's counter, or another's silence.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sure: bool,
}

/// What the suspicious scans of a code come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Struck {
    /// Points of a day.
    pub(crate) points: u32,
    /// Money of a day, in minor units.
    pub(crate) amount_minor: i64,
    /// Scans of a day.
    pub(crate) scans: usize,
    /// Sure ones of three days.
    pub(crate) sure: usize,
}

/// That a code, or what a payee shows, is thought to have been put where another's belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Since when.
    pub at: Instant,
    /// Why.
    pub reasons: Vec<ReasonCode>,
    /// What the scans that led to it paid, in minor units.
    pub amount_minor: i64,
}

/// A scan that waits to be folded in: it was paid, or was to be paid and looked wrong. It stands under its intent, so that
/// paying writes no row that other payers write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The intent that was, or was to be, paid.
    pub intent: IntentId,
    /// Who was paid.
    pub payee: PayeeId,
    /// The registered code, if it was one.
    pub serial: Option<Serial>,
    /// Where, as far as the phone said so.
    pub scan: Scan,
    /// Whether the payer had never paid this payee.
    pub first: bool,
    /// When.
    pub at: Instant,
    /// What was paid, in minor units.
    pub amount_minor: i64,
    /// How wrong it looked.
    pub points: u32,
    /// Why.
    pub reasons: Vec<ReasonCode>,
    /// By whom, in 64 bits of a digest over what is watched.
    #[serde(default)]
    pub by: u64,
    /// Whether it was paid; a scan that was stopped counts only against its code.
    #[serde(default = "paid")]
    pub paid: bool,
}

/// What a sighting was before there were others.
const fn paid() -> bool {
    true
}

impl Watch {
    /// Of something that was never seen.
    #[must_use]
    pub const fn new(watched: Watched, payee: PayeeId) -> Self {
        Self {
            watched,
            payee,
            homes: Vec::new(),
            seen: Vec::new(),
            day: 0,
            scans: 0,
            firsts: 0,
            strikes: Vec::new(),
            reports: Vec::new(),
            alert: None,
        }
    }

    pub(crate) fn settle_in(&mut self, cell: Cell) {
        if !self.homes.contains(&cell) && self.homes.len() < limits::HOMES_MAX {
            self.homes.push(cell);
        }
    }

    pub(crate) fn move_out(&mut self, cell: Cell) {
        self.homes.retain(|home| *home != cell);
    }

    /// Payments and first payments of the day of `at`.
    #[must_use]
    pub fn today(&self, at: Instant) -> (u32, u32) {
        if self.day == day(at) { (self.scans, self.firsts) } else { (0, 0) }
    }

    /// Counts a payment.
    pub(crate) fn count(&mut self, sighting: &Sighting) {
        let (scans, firsts) = self.today(sighting.at);
        self.day = day(sighting.at);
        self.scans = scans.saturating_add(1);
        self.firsts = firsts.saturating_add(u32::from(sighting.first));
    }

    /// Notes where it was scanned.
    pub(crate) fn see(&mut self, sighting: &Sighting) {
        let Some(cell) = sighting.scan.cell else { return };
        if matches!(self.watched, Watched::Payee(_)) {
            return;
        }
        match self.seen.iter_mut().find(|seen| seen.cell == cell) {
            Some(seen) => {
                seen.scans = seen.scans.saturating_add(1);
                seen.last_at = seen.last_at.max(sighting.at);
            }
            None => {
                if self.seen.len() >= limits::SEEN_MAX {
                    let oldest = self.seen.iter().map(|seen| seen.last_at).min();
                    let oldest = self.seen.iter().position(|seen| Some(seen.last_at) == oldest);
                    oldest.map(|index| self.seen.remove(index));
                }
                self.seen.push(Seen { cell, last_at: sighting.at, scans: 1 });
            }
        }
    }

    /// Takes a suspicious scan in.
    pub(crate) fn strike(&mut self, strike: Strike) -> Struck {
        let within = |days: i64, at: Instant| {
            strike.at.millis_since(at) < limits::DAY_SECONDS.saturating_mul(1_000).saturating_mul(days)
        };
        // WHY one a person: whoever tries again, or is lost for a day, is one voice.
        let again = |known: &Strike| known.by != 0 && known.by == strike.by;
        self.strikes.retain(|known| within(limits::SURE_DAYS, known.at) && !again(known));
        if self.strikes.len() >= limits::STRIKES_MAX {
            self.strikes.remove(0);
        }
        self.strikes.push(strike);
        let sure = self.strikes.iter().filter(|known| known.sure).count();
        let today = self.strikes.iter().filter(|known| within(1, known.at));
        today.fold(Struck { sure, ..Struck::default() }, |sum, known| Struck {
            points: sum.points.saturating_add(known.points),
            amount_minor: sum.amount_minor.saturating_add(known.amount_minor),
            scans: sum.scans.saturating_add(1),
            ..sum
        })
    }

    /// Takes a report in: of one person the newest counts. Whether it is their first.
    pub(crate) fn report(&mut self, by: u64, at: Instant) -> bool {
        let before = self.reports.len();
        self.reports.retain(|(known, _)| *known != by);
        let is_first = self.reports.len() == before;
        if self.reports.len() >= limits::REPORTS_MAX {
            self.reports.remove(0);
        }
        self.reports.push((by, at));
        is_first
    }

    /// How many people have reported it within the last week.
    #[must_use]
    pub fn reports_lately(&self, at: Instant) -> usize {
        let week = limits::DAY_SECONDS.saturating_mul(7_000);
        self.reports.iter().filter(|(_, when)| at.millis_since(*when) < week).count()
    }

    /// Whether an alert of the last week stands.
    #[must_use]
    pub fn is_alerted(&self, at: Instant) -> bool {
        let week = limits::DAY_SECONDS.saturating_mul(7_000);
        self.alert.as_ref().is_some_and(|alert| at.millis_since(alert.at) < week)
    }
}

const fn day(at: Instant) -> i64 {
    at.unix_seconds().div_euclid(limits::DAY_SECONDS)
}
