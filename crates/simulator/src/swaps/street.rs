//! Where the town's counters stand, what phones see around them, and how phones err.

use money::Instant;
use protocol::{Cell, Scan, Surroundings};

use crate::merchant::Kind;
use crate::seed::Dice;
use crate::town::{Town, number};

/// The town's south-western corner: a real latitude of Korea, and nobody's address.
const CORNER: (u32, u32) = (92_600, 224_700);
/// Cells from one district to the next: 3 km.
const DISTRICT_CELLS: u32 = 20;
/// Cells across a district.
const BLOCK_CELLS: i64 = 7;
/// Networks and beacons in reach of a counter.
const MARKS: usize = 5;
/// Of payers: how many let their phone say where it is, and of those, how many use the app, which sees surroundings; a
/// browser does not. In percent.
const CONSENT_PERCENT: u32 = 60;
const APP_PERCENT: u32 = 50;
/// Of positions: how many are a cell or two off, and how many are of somewhere else altogether. In percent.
const OFF_PERCENT: u32 = 14;
const LOST_PERCENT: u32 = 1;

/// A counter.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    pub(crate) cell: Cell,
    pub(crate) marks: Vec<u16>,
}

impl Spot {
    /// What is registered of it.
    pub(crate) fn surroundings(&self) -> Surroundings {
        Surroundings::try_from(self.marks.clone()).unwrap_or_default()
    }

    /// So many cells to the north and east.
    pub(crate) fn away(&self, north: i64, east: i64) -> Cell {
        shifted(self.cell, north, east)
    }
}

fn shifted(cell: Cell, north: i64, east: i64) -> Cell {
    let (row, column) = cell.indexes();
    let moved = |index: u32, by: i64| u32::try_from(i64::from(index) + by).unwrap_or(index);
    Cell::at(moved(row, north), moved(column, east)).unwrap_or(cell)
}

/// The counter of each merchant; `None` for those who have none: shops online, and those who come to their customers.
pub(crate) fn spots(town: &Town) -> Vec<Option<Spot>> {
    let spot = |(index, shop): (usize, &crate::Merchant)| {
        let mut dice = Dice::new(town.seed(), "spot", &[number(index)]);
        let district = u32::try_from(shop.district).unwrap_or(0);
        let corner = Cell::at(CORNER.0 + district * DISTRICT_CELLS, CORNER.1 + (district % 2) * DISTRICT_CELLS)?;
        let spot = place(&mut dice, corner);
        (!matches!(shop.kind, Kind::Online | Kind::Ride | Kind::Transit)).then_some(spot)
    };
    town.merchants().iter().enumerate().map(spot).collect()
}

/// Some counter in a district.
pub(crate) fn place(dice: &mut Dice, corner: Cell) -> Spot {
    let cell = shifted(corner, dice.between(0, BLOCK_CELLS - 1), dice.between(0, BLOCK_CELLS - 1));
    Spot { cell, marks: (0..MARKS).map(|_| mark(dice)).collect() }
}

fn mark(dice: &mut Dice) -> u16 {
    u16::from_be_bytes(dice.bytes())
}

/// When a shop can be paid: some open only while the town is measured, most close now and then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hours {
    /// The moment it opens, for a newcomer.
    pub(crate) opens_at: Option<Instant>,
    /// The day of the week on which it is closed, counted from a Thursday.
    day_off: Option<i64>,
    /// The days of a holiday, since 1970.
    holiday: (i64, i64),
}

/// Of shops: how many are closed one day a week, and how many for some days while the town is measured. In percent.
const DAY_OFF_PERCENT: u32 = 50;
const HOLIDAY_PERCENT: u32 = 30;
/// How long a holiday is, in days.
const HOLIDAY_DAYS: (i64, i64) = (2, 5);

impl Hours {
    /// Those of a shop of which `days` from `from` on are measured.
    pub(crate) fn of(town: &Town, merchant: usize, (from, days): (Instant, u32)) -> Self {
        let mut dice = Dice::new(town.seed(), "hours", &[number(merchant)]);
        let day_off = dice.percent(DAY_OFF_PERCENT).then(|| dice.between(0, 6));
        let first = from.unix_seconds() / DAY + dice.between(0, i64::from(days));
        let length = if dice.percent(HOLIDAY_PERCENT) { dice.between(HOLIDAY_DAYS.0, HOLIDAY_DAYS.1) } else { 0 };
        Self { opens_at: None, day_off, holiday: (first, first + length) }
    }

    pub(crate) fn is_open(&self, at: Instant) -> bool {
        let day = at.unix_seconds() / DAY;
        let holiday = (self.holiday.0..self.holiday.1).contains(&day);
        self.opens_at.is_none_or(|opens| at >= opens) && self.day_off != Some(day % 7) && !holiday
    }
}

const DAY: i64 = 86_400;

/// What a payer's phone lets be known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Openness {
    says_where: bool,
    sees_around: bool,
}

impl Openness {
    pub(crate) fn of(town: &Town, payer: usize) -> Self {
        let mut dice = Dice::new(town.seed(), "openness", &[number(payer)]);
        let says_where = dice.percent(CONSENT_PERCENT);
        Self { says_where, sees_around: says_where && dice.percent(APP_PERCENT) }
    }

    /// What such a phone says of a scan at `spot`.
    pub(crate) fn scan(self, dice: &mut Dice, spot: &Spot) -> Option<Scan> {
        if !self.says_where {
            return None;
        }
        let cell = if dice.percent(LOST_PERCENT) {
            spot.away(dice.between(-60, 60), dice.between(-60, 60))
        } else if dice.percent(OFF_PERCENT) {
            spot.away(dice.between(-2, 2), dice.between(-2, 2))
        } else {
            spot.cell
        };
        let mut marks = Vec::new();
        if self.sees_around {
            // Some of what is there is not seen each time, and somebody's phone always is a hotspot.
            marks.extend(spot.marks.iter().copied().filter(|_| dice.percent(75)));
            marks.push(mark(dice));
        }
        Some(Scan { cell: Some(cell), surroundings: Surroundings::try_from(marks).unwrap_or_default() })
    }
}
