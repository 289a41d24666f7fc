//! What is noted of codes as they are scanned: who is at home in a cell of the map, where a code has been seen, and
//! the scans that wait to be folded into both. Every row is bounded; none of them says who paid.

use money::{Instant, IntentId, PayeeId, ReasonCode};
use protocol::{Cell, Scan, Serial, Surroundings};
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

/// Who is at home in a cell of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The cell.
    pub cell: Cell,
    /// The payees with a registered code in it, in the order they came; at most [`limits::RESIDENTS_MAX`].
    pub residents: Vec<Resident>,
}

/// A payee with a registered code in a cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resident {
    /// Who.
    pub payee: PayeeId,
    /// Since when.
    pub since: Instant,
    /// How many codes it has here.
    pub codes: u16,
    /// What can be seen around them, as far as that was said.
    pub surroundings: Surroundings,
    /// How often its codes were scanned here, by phones that said where they were.
    pub scans: u32,
    /// When last.
    pub last_at: Option<Instant>,
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
    /// Suspicious scans of the last day; at most [`limits::STRIKES_MAX`].
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

/// A scan that was paid and waits to be folded in. It stands under its intent, so that paying writes no row that other
/// payers write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    /// The intent that was paid.
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
}

impl Place {
    /// A cell in which nobody is at home.
    #[must_use]
    pub const fn new(cell: Cell) -> Self {
        Self { cell, residents: Vec::new() }
    }

    /// The payee, if it is at home here.
    #[must_use]
    pub fn resident(&self, payee: PayeeId) -> Option<&Resident> {
        self.residents.iter().find(|resident| resident.payee == payee)
    }

    /// With one more code of `payee`.
    pub(crate) fn admit(&mut self, payee: PayeeId, at: Instant, surroundings: &Surroundings) {
        if let Some(resident) = self.residents.iter_mut().find(|resident| resident.payee == payee) {
            resident.codes = resident.codes.saturating_add(1);
            let marks = [resident.surroundings.marks(), surroundings.marks()].concat();
            let newest = marks.into_iter().rev().take(protocol::limits::SURROUNDINGS_MAX).collect::<Vec<_>>();
            resident.surroundings = Surroundings::try_from(newest).unwrap_or_default();
        } else if self.residents.len() < limits::RESIDENTS_MAX {
            let surroundings = surroundings.clone();
            self.residents.push(Resident { payee, since: at, codes: 1, surroundings, scans: 0, last_at: None });
        }
    }

    /// With one code of `payee` less; whether it is still at home here.
    pub(crate) fn release(&mut self, payee: PayeeId) -> bool {
        let Some(resident) = self.residents.iter_mut().find(|resident| resident.payee == payee) else { return false };
        resident.codes = resident.codes.saturating_sub(1);
        let stays = resident.codes > 0;
        self.residents.retain(|resident| resident.codes > 0);
        stays
    }

    pub(crate) fn scanned(&mut self, payee: PayeeId, at: Instant) {
        if let Some(resident) = self.residents.iter_mut().find(|resident| resident.payee == payee) {
            resident.scans = resident.scans.saturating_add(1);
            resident.last_at = Some(at);
        }
    }
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

    /// Takes a suspicious scan in; the points, the money and the number of those of the last day.
    pub(crate) fn strike(&mut self, strike: Strike) -> (u32, i64, usize) {
        let lately = |at: Instant| strike.at.millis_since(at) < limits::DAY_SECONDS.saturating_mul(1000);
        self.strikes.retain(|known| lately(known.at));
        if self.strikes.len() >= limits::STRIKES_MAX {
            self.strikes.remove(0);
        }
        self.strikes.push(strike);
        let points = self.strikes.iter().fold(0_u32, |sum, strike| sum.saturating_add(strike.points));
        let money = self.strikes.iter().fold(0_i64, |sum, strike| sum.saturating_add(strike.amount_minor));
        (points, money, self.strikes.len())
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
