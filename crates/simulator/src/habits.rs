//! What each [`Pattern`] does at which hour: the table from which days are planned.

use crate::merchant::Kind;
use crate::person::Pattern;

/// A part of the day in which a person may buy something.
pub(crate) struct Slot {
    /// Minutes since midnight; past 1440 is after midnight.
    pub(crate) from: i64,
    pub(crate) until: i64,
    /// What they look for, the first that is open wins more often.
    pub(crate) kinds: &'static [Kind],
    /// How likely, on working days and at weekends, in percent.
    pub(crate) workday_percent: u32,
    pub(crate) weekend_percent: u32,
    /// Whether near work rather than near home.
    pub(crate) near_work: bool,
}

const fn slot(hours: (i64, i64), kinds: &'static [Kind], percents: (u32, u32), near_work: bool) -> Slot {
    let (from, until) = hours;
    Slot { from, until, kinds, workday_percent: percents.0, weekend_percent: percents.1, near_work }
}

use Kind::{
    Bakery, Books, Care, Coffee, Convenience, Grocery, Laundry, Leisure, Meal, NightOut, Online, Parking, Pharmacy,
    Ride, Snack, Transit,
};

const COMMUTER: &[Slot] = &[
    slot((420, 540), &[Transit, Parking], (88, 12), false),
    slot((465, 560), &[Coffee, Bakery], (55, 10), true),
    slot((700, 790), &[Meal, Snack, Convenience], (85, 40), true),
    slot((775, 860), &[Coffee], (45, 35), true),
    slot((1_060, 1_180), &[Transit, Ride], (85, 15), true),
    slot((1_080, 1_260), &[Grocery, Convenience, Meal], (42, 50), false),
    slot((820, 1_100), &[Leisure, Books, Care, Pharmacy], (4, 45), false),
    slot((1_230, 1_410), &[Online, NightOut], (18, 26), false),
];

const STUDENT: &[Slot] = &[
    slot((440, 540), &[Transit], (85, 15), false),
    slot((690, 800), &[Snack, Convenience, Meal], (75, 45), true),
    slot((910, 1_080), &[Coffee, Bakery, Snack], (55, 40), true),
    slot((960, 1_200), &[Transit, Books], (85, 25), true),
    slot((1_080, 1_320), &[Leisure, Convenience, Books], (25, 50), false),
    slot((1_200, 1_430), &[Online], (48, 55), false),
];

const HOMEBODY: &[Slot] = &[
    slot((540, 680), &[Grocery, Bakery, Coffee], (60, 55), false),
    slot((700, 830), &[Meal, Convenience], (40, 45), false),
    slot((840, 1_020), &[Coffee, Laundry, Pharmacy], (48, 45), false),
    slot((960, 1_140), &[Grocery, Care, Books], (45, 40), false),
    slot((1_110, 1_300), &[Convenience, Meal], (35, 40), false),
    slot((1_200, 1_430), &[Online], (45, 45), false),
];

const ELDER: &[Slot] = &[
    slot((400, 520), &[Transit, Bakery], (55, 30), false),
    slot((530, 680), &[Grocery, Pharmacy], (70, 50), false),
    slot((680, 780), &[Meal, Snack], (55, 50), false),
    slot((800, 980), &[Coffee, Transit, Books], (45, 35), false),
    slot((960, 1_120), &[Grocery, Convenience], (40, 30), false),
];

const NIGHT_OWL: &[Slot] = &[
    slot((780, 900), &[Coffee, Convenience], (65, 60), false),
    slot((960, 1_100), &[Transit, Meal], (75, 60), true),
    slot((1_260, 1_400), &[NightOut, Convenience], (55, 75), true),
    slot((1_440, 1_580), &[Convenience, NightOut, Online], (70, 80), true),
    slot((1_540, 1_680), &[Ride, Convenience], (40, 55), false),
    slot((1_450, 1_690), &[Online, Laundry], (40, 40), false),
];

/// The slots of a pattern.
pub(crate) const fn slots(pattern: Pattern) -> &'static [Slot] {
    match pattern {
        Pattern::Commuter => COMMUTER,
        Pattern::Student => STUDENT,
        Pattern::Homebody => HOMEBODY,
        Pattern::Elder => ELDER,
        Pattern::NightOwl => NIGHT_OWL,
    }
}
