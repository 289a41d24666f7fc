//! Who is at home in a cell of the map, how busy each of them is, and which codes of others were reported there. The row
//! is bounded, and nothing in it says who paid.

use money::{Instant, PayeeId};
use protocol::{Cell, Surroundings};
use serde::{Deserialize, Serialize};

use crate::limits;

/// Who is at home in a cell of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The cell.
    pub cell: Cell,
    /// The payees with a registered code in it, in the order they came; at most [`limits::RESIDENTS_MAX`].
    pub residents: Vec<Resident>,
    /// Codes that are nobody's here, as payers reported them; at most [`limits::STRANGERS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strangers: Vec<Stranger>,
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
    /// When first, as far as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Instant>,
    /// When last.
    pub last_at: Option<Instant>,
    /// How busy it is.
    #[serde(default, skip_serializing_if = "Pace::is_idle")]
    pub pace: Pace,
}

/// How often somebody is paid, of late: thousandths of scans, of which half are forgotten every four days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// The moment up to which scans are forgotten, in milliseconds since 1970.
    at: i64,
    /// Scans.
    all: u32,
    /// Of these, by payers who had never paid that payee.
    firsts: u32,
}

/// A code of another network, or another text, that a payer says does not belong here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranger {
    /// What it pays to, in 64 bits of a digest.
    pub mark: u64,
    /// Who said so, in 64 bits of a digest over this place.
    pub by: u64,
    /// When.
    pub at: Instant,
    /// Whether neighbours and staff were alerted by this report.
    pub told: bool,
}

/// One scan, in the unit of [`Pace`].
const SCAN: u32 = 1_000;
/// Scans are forgotten in steps of half a day.
const STEP_MILLIS: i64 = 12 * 3_600_000;
/// Half days after which half is forgotten.
const STEPS_A_HALF: i64 = 8;
/// What is left after so many half days, in thousandths: 2^(−n/8).
const LEFT: [u64; 8] = [1_000, 917, 841, 771, 707, 648, 595, 545];
/// ln 2 in ten-thousandths over a half-life in days: scans remembered, times this, are scans a day.
const A_DAY: u64 = 1_733;

impl Pace {
    /// Whether nothing is remembered.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        self.all == 0
    }

    /// As it is at a later moment.
    fn later(self, at: i64) -> Self {
        let steps = at.saturating_sub(self.at).max(0) / STEP_MILLIS;
        let rest = usize::try_from(steps % STEPS_A_HALF).ok().and_then(|rest| LEFT.get(rest)).copied();
        let halves = u32::try_from(steps / STEPS_A_HALF).unwrap_or(u32::MAX);
        let left = |value: u32| {
            let part = u64::from(value).saturating_mul(rest.unwrap_or(1_000)) / 1_000;
            u32::try_from(part.checked_shr(halves).unwrap_or(0)).unwrap_or(u32::MAX)
        };
        let at = self.at.saturating_add(steps.saturating_mul(STEP_MILLIS));
        Self { at, all: left(self.all), firsts: left(self.firsts) }
    }

    fn count(&mut self, at: i64, first: bool) {
        let before = if self.is_idle() { Self { at, ..Self::default() } } else { self.later(at) };
        let firsts = if first { SCAN } else { 0 };
        *self = Self { all: before.all.saturating_add(SCAN), firsts: before.firsts.saturating_add(firsts), ..before };
    }

    /// How many scans a payee of this pace misses when it was not scanned for so long, in thousandths.
    fn missed(self, millis: i64) -> u64 {
        let minutes = u64::try_from(millis.max(0) / 60_000).unwrap_or(0);
        u64::from(self.all).saturating_mul(A_DAY).saturating_mul(minutes) / (10_000 * 1_440)
    }
}

impl Resident {
    /// A payee that was never scanned here.
    #[must_use]
    pub fn new(payee: PayeeId, since: Instant, surroundings: Surroundings) -> Self {
        let (first_at, last_at, pace) = (None, None, Pace::default());
        Self { payee, since, codes: 1, surroundings, scans: 0, first_at, last_at, pace }
    }

    /// Whether this one fell silent about when `other` was scanned here for the first time.
    #[must_use]
    pub fn gave_way_to(&self, other: &Self, at: Instant) -> bool {
        let day = limits::DAY_SECONDS.saturating_mul(1_000);
        let began = other.first_at.zip(self.last_at).is_some_and(|(first, last)| last.millis_since(first) < day);
        began && self.is_silent(at)
    }

    /// Whether its codes are scanned here only since a short while, and by people who never paid it before.
    #[must_use]
    pub fn is_new_to_payers(&self, at: Instant) -> bool {
        let pace = self.pace.later(at.unix_millis());
        let recent = u64::from(self.scans).saturating_mul(u64::from(SCAN)) <= u64::from(pace.all).saturating_mul(2);
        let firsts = u64::from(pace.firsts).saturating_mul(100) >= u64::from(pace.all).saturating_mul(70);
        recent && firsts && pace.all >= limits::NEW_SCANS_MIN.saturating_mul(SCAN)
    }

    /// Whether it is scanned here as a rule, and has not been for so long that this is no chance.
    #[must_use]
    pub fn is_silent(&self, at: Instant) -> bool {
        let missed = |last: Instant| self.pace.missed(at.millis_since(last));
        let usual = self.scans >= limits::USUAL_SCANS;
        usual && self.last_at.is_some_and(|last| missed(last) >= limits::MISSED_SCANS_MIN.saturating_mul(1_000))
    }
}

impl Place {
    /// A cell in which nobody is at home.
    #[must_use]
    pub const fn new(cell: Cell) -> Self {
        Self { cell, residents: Vec::new(), strangers: Vec::new() }
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
            self.residents.push(Resident::new(payee, at, surroundings.clone()));
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

    /// Takes a scan in; `first`: by somebody who had never paid `payee`.
    pub(crate) fn scanned(&mut self, payee: PayeeId, at: Instant, first: bool) {
        if let Some(resident) = self.residents.iter_mut().find(|resident| resident.payee == payee) {
            resident.scans = resident.scans.saturating_add(1);
            resident.first_at.get_or_insert(at);
            resident.last_at = Some(at);
            resident.pace.count(at.unix_millis(), first);
        }
    }

    /// Takes a report of a stranger in: of one person and code the newest counts. Whether it is that person's first.
    pub(crate) fn report(&mut self, stranger: Stranger) -> bool {
        self.strangers.retain(|known| is_within_week(known.at, stranger.at));
        let known = self.strangers.iter().position(|known| (known.mark, known.by) == (stranger.mark, stranger.by));
        if let Some(known) = known {
            let told = self.strangers.remove(known).told;
            self.strangers.push(Stranger { told, ..stranger });
            return false;
        }
        // WHY: one wallet must not push out what others have said.
        let own = self.strangers.iter().filter(|known| known.by == stranger.by).count();
        if own >= limits::STRANGERS_EACH_MAX {
            return false;
        }
        if self.strangers.len() >= limits::STRANGERS_MAX {
            self.strangers.remove(0);
        }
        self.strangers.push(stranger);
        true
    }

    /// How many people have reported this stranger within a week.
    #[must_use]
    pub fn reporters(&self, mark: u64, at: Instant) -> usize {
        self.strangers.iter().filter(|known| known.mark == mark && is_within_week(known.at, at)).count()
    }

    /// Whether neighbours and staff were alerted within a day.
    pub(crate) fn is_told(&self, at: Instant) -> bool {
        let day = limits::DAY_SECONDS.saturating_mul(1_000);
        self.strangers.iter().any(|known| known.told && at.millis_since(known.at) < day)
    }
}

fn is_within_week(then: Instant, now: Instant) -> bool {
    now.millis_since(then) < limits::DAY_SECONDS.saturating_mul(7_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn at(hours: i64) -> Instant {
        Instant::from_unix_seconds(1_790_000_000 + hours * HOUR)
    }

    fn place() -> Place {
        let mut place = Place::new("wydm9qw".parse().unwrap());
        place.admit(PayeeId::from_bytes([1; 16]), at(0), &Surroundings::default());
        place
    }

    #[test]
    fn half_of_the_pace_is_forgotten_in_four_days() {
        let mut pace = Pace::default();
        pace.count(at(0).unix_millis(), true);
        for (hours, left) in [(0, 1_000), (11, 1_000), (12, 917), (96, 500), (192, 250), (24 * 400, 0)] {
            assert_eq!(pace.later(at(hours).unix_millis()).all, left, "after {hours} h");
        }
        assert_eq!(pace.later(at(-1).unix_millis()), pace, "a clock that went back forgets nothing");
    }

    #[test]
    fn silence_is_told_from_a_night() {
        let payee = PayeeId::from_bytes([1; 16]);
        let mut place = place();
        // Four scans a day for two weeks.
        (0..56).for_each(|scan| place.scanned(payee, at(scan * 6), scan < 3));
        let resident = place.resident(payee).unwrap();
        let last = 55 * 6;
        for (hours, silent) in [(6, false), (16, false), (24, false), (36, true), (72, true)] {
            assert_eq!(resident.is_silent(at(last + hours)), silent, "{hours} h");
        }
        assert!(!resident.is_new_to_payers(at(last)), "people come back to it");
    }

    #[test]
    fn a_shop_is_new_to_its_payers_while_most_pay_it_for_the_first_time() {
        let payee = PayeeId::from_bytes([1; 16]);
        let mut place = place();
        (0..3).for_each(|scan| place.scanned(payee, at(scan * 6), true));
        assert!(!place.resident(payee).unwrap().is_new_to_payers(at(18)), "three are too few");
        (3..8).for_each(|scan| place.scanned(payee, at(scan * 6), true));
        assert!(place.resident(payee).unwrap().is_new_to_payers(at(48)));
        (8..16).for_each(|scan| place.scanned(payee, at(scan * 6), false));
        assert!(!place.resident(payee).unwrap().is_new_to_payers(at(96)));
    }

    #[test]
    fn one_wallet_reports_a_code_once_and_few_codes() {
        let mut place = place();
        let stranger = |mark, by, hours| Stranger { mark, by, at: at(hours), told: false };
        assert!(place.report(stranger(7, 1, 0)));
        assert!(!place.report(stranger(7, 1, 1)));
        assert!(place.report(stranger(7, 2, 1)));
        assert_eq!((place.reporters(7, at(1)), place.reporters(8, at(1))), (2, 0));
        let more = (0..9).filter(|mark| place.report(stranger(100 + mark, 1, 2))).count();
        assert_eq!(more, limits::STRANGERS_EACH_MAX - 1);
        let crowd = (0..99).filter(|by| place.report(stranger(7, 1_000 + by, 3))).count();
        assert_eq!((crowd, place.strangers.len()), (99, limits::STRANGERS_MAX));
        assert_eq!(place.reporters(7, at(3 + 7 * 24)), 0, "after a week it is forgotten");
    }
}
