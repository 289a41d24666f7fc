//! [`History`]: what the people of a town did, in order of time.

use std::collections::BTreeMap;

use money::{Amount, Currency, Instant};
use protocol::CaptureMode;

use crate::habits::{Slot, slots};
use crate::merchant::{Kind, Merchant};
use crate::person::{Pattern, Person};
use crate::seed::Dice;
use crate::town::{Town, number};

const DAY_SECONDS: i64 = 86_400;
/// Korean time is nine hours ahead of UTC, all year.
const KOREA_SECONDS: i64 = 9 * 3_600;
/// How often somebody goes to a favourite rather than to any shop, in percent.
const FAVOURITE_PERCENT: u32 = 65;
/// How often a purchase is given back, in part or in full, in percent.
const REFUND_PERCENT: u32 = 2;
/// How often a held payment is released instead of taken, in percent.
const VOID_PERCENT: u32 = 6;
/// What a wallet of usual spending is filled up with every week, in minor units.
const WEEKLY_TOP_UP_MINOR: i64 = 260_000;

/// Something that happens, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Planned {
    /// When.
    pub at: Instant,
    /// What.
    pub deed: Deed,
}

/// What happens. Payments are numbered, so that what follows can name them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A wallet is filled up.
    TopUp {
        /// Whose, by number.
        payer: usize,
        /// How much.
        amount: Amount,
    },
    /// Something is bought.
    Pay {
        /// The payment's number.
        payment: u64,
        /// Who pays, by number.
        payer: usize,
        /// Who is paid, by number.
        merchant: usize,
        /// What for, by number of the merchant's items.
        item: usize,
        /// How much.
        amount: Amount,
    },
    /// The merchant takes a held payment.
    Capture {
        /// Which.
        payment: u64,
        /// How much of it.
        amount: Amount,
    },
    /// The merchant releases a held payment.
    Void {
        /// Which.
        payment: u64,
    },
    /// The merchant gives money back.
    Refund {
        /// Of which payment.
        payment: u64,
        /// How much.
        amount: Amount,
    },
}

/// A day (Korean time) as a number since the epoch.
type Day = i64;

fn day_of(at: Instant) -> Day {
    (at.unix_seconds() + KOREA_SECONDS).div_euclid(DAY_SECONDS)
}

/// 0 is Monday. The epoch was a Thursday.
fn weekday(day: Day) -> i64 {
    (day + 3).rem_euclid(7)
}

fn moment(day: Day, seconds: i64) -> Instant {
    Instant::from_unix_seconds(day * DAY_SECONDS - KOREA_SECONDS + seconds)
}

/// Everything that happened, in order of time; made by [`Town::history`].
#[derive(Debug)]
pub struct History<'a> {
    town: &'a Town,
    first: Day,
    next_day: Day,
    last: Day,
    until: Instant,
    payments: u64,
    sequence: u64,
    waiting: BTreeMap<(Instant, u64), Deed>,
}

impl<'a> History<'a> {
    pub(crate) fn new(town: &'a Town, days: u32, until: Instant) -> Self {
        let last = day_of(until);
        let first = last - i64::from(days);
        Self { town, first, next_day: first, last, until, payments: 0, sequence: 0, waiting: BTreeMap::new() }
    }

    /// When it begins: midnight, Korean time.
    #[must_use]
    pub fn begins_at(&self) -> Instant {
        moment(self.first, 0)
    }

    fn plan(&mut self, at: Instant, deed: Deed) {
        self.sequence += 1;
        self.waiting.insert((at, self.sequence), deed);
    }

    fn plan_day(&mut self, day: Day) {
        let town = self.town;
        for (index, person) in town.people().iter().enumerate() {
            let mut dice = Dice::new(town.seed(), "day", &[number(index), u64::try_from(day).unwrap_or(0)]);
            if day == self.first || weekday(day) == 0 {
                let minor = WEEKLY_TOP_UP_MINOR * person.spending_percent / 100 / 1_000 * 1_000;
                let at = moment(day, dice.between(5 * 60, 20 * 60));
                self.plan(at, Deed::TopUp { payer: index, amount: Amount::new(minor, Currency::KRW) });
            }
            for slot in slots(person.pattern) {
                self.plan_slot(&mut dice, day, (index, person), slot);
            }
        }
    }

    fn plan_slot(&mut self, dice: &mut Dice, day: Day, (index, person): (usize, &Person), slot: &Slot) {
        let weekend = weekday(day) >= 5;
        if !dice.percent(if weekend { slot.weekend_percent } else { slot.workday_percent }) {
            return;
        }
        let minute = dice.between(slot.from, slot.until - 1);
        let second = dice.between(0, 59);
        let Some(merchant) = choose(dice, self.town, person, slot, (day, minute)) else { return };
        let Some(shop) = self.town.merchants().get(merchant) else { return };
        let Some((item, amount)) = basket(dice, shop, person) else { return };
        let at = moment(day, minute * 60 + second);
        let payment = self.payments;
        self.payments += 1;
        self.plan(at, Deed::Pay { payment, payer: index, merchant, item, amount });
        self.plan_follow_up(dice, at, payment, shop, amount);
    }

    fn plan_follow_up(&mut self, dice: &mut Dice, at: Instant, payment: u64, shop: &Merchant, amount: Amount) {
        let later = |seconds| at.checked_add_seconds(seconds).unwrap_or(at);
        if shop.capture == CaptureMode::Manual {
            let when = later(dice.between(10 * 60, 150 * 60));
            let deed = if dice.percent(VOID_PERCENT) {
                Deed::Void { payment }
            } else {
                Deed::Capture { payment, amount: part(dice, amount, 55) }
            };
            self.plan(when, deed);
        } else if dice.percent(REFUND_PERCENT) {
            let when = later(dice.between(20 * 60, 30 * 3_600));
            let amount = if dice.percent(60) { amount } else { part(dice, amount, 20) };
            self.plan(when, Deed::Refund { payment, amount });
        }
    }
}

/// At least `least` percent of an amount, in steps of 100 minor units where it is that large.
fn part(dice: &mut Dice, amount: Amount, least: i64) -> Amount {
    let minor = amount.minor() * dice.between(least, 100) / 100;
    let rounded = minor / 100 * 100;
    Amount::new(if rounded > 0 { rounded } else { amount.minor() }, amount.currency())
}

/// Where somebody goes: a favourite that sells what they look for, else any open shop, rather a near one.
fn choose(dice: &mut Dice, town: &Town, person: &Person, slot: &Slot, (day, minute): (Day, i64)) -> Option<usize> {
    let (day, minute) = if minute < 1_440 { (day, minute) } else { (day + 1, minute - 1_440) };
    let shops = town.merchants();
    let wanted = wanted(dice, slot.kinds)?;
    let fits = |index: &usize, kind: Kind| {
        shops.get(*index).is_some_and(|shop| shop.kind == kind && shop.opening.is_open(weekday(day), minute))
    };
    let any: Vec<usize> = (0..shops.len()).collect();
    for kind in std::iter::once(wanted).chain(slot.kinds.iter().copied()) {
        let favourites: Vec<usize> = person.favourites.iter().copied().filter(|index| fits(index, kind)).collect();
        if !favourites.is_empty() && dice.percent(FAVOURITE_PERCENT) {
            return dice.pick(&favourites).copied();
        }
        let open: Vec<usize> = any.iter().copied().filter(|index| fits(index, kind)).collect();
        let place = if slot.near_work { person.work } else { person.home };
        let is_near = |index: &usize| shops.get(*index).is_some_and(|shop| shop.district == place);
        let near: Vec<usize> = open.iter().copied().filter(is_near).collect();
        if !near.is_empty() && dice.percent(50) {
            return dice.pick(&near).copied();
        }
        if !open.is_empty() {
            return dice.pick(&open).copied();
        }
    }
    None
}

/// The kind looked for: the first of a list more often than the rest.
fn wanted(dice: &mut Dice, kinds: &[Kind]) -> Option<Kind> {
    let (first, _) = kinds.split_first()?;
    if dice.percent(55) { Some(*first) } else { dice.pick(kinds).copied() }
}

/// What is bought and what it costs. Fixed prices stay; groceries and the like vary with the person.
fn basket(dice: &mut Dice, shop: &Merchant, person: &Person) -> Option<(usize, Amount)> {
    let numbers: Vec<usize> = (0..shop.items.len()).collect();
    let item = *dice.pick(&numbers)?;
    let price = shop.price(item)?;
    let minor = match shop.kind {
        Kind::Grocery | Kind::Pharmacy | Kind::NightOut | Kind::Convenience => {
            let scaled = price.minor() * person.spending_percent / 100 * dice.between(60, 140) / 100;
            (scaled / 100 * 100).max(500)
        }
        Kind::Coffee | Kind::Meal | Kind::Bakery if dice.percent(12) => price.minor() * 2,
        _ => price.minor(),
    };
    Some((item, Amount::new(minor, price.currency())))
}

impl Iterator for History<'_> {
    type Item = Planned;

    fn next(&mut self) -> Option<Planned> {
        // INVARIANT: a day's deeds never lie before its midnight, so what is left of earlier days comes first.
        loop {
            let due = self.waiting.first_key_value().map(|((at, _), _)| *at);
            let may_be_overtaken = self.next_day <= self.last && due.is_none_or(|at| at >= moment(self.next_day, 0));
            if !may_be_overtaken {
                break;
            }
            self.plan_day(self.next_day);
            self.next_day += 1;
        }
        let ((at, _), deed) = self.waiting.pop_first()?;
        (at <= self.until).then_some(Planned { at, deed })
    }
}

impl Pattern {
    /// Whether people of this pattern pay after midnight as a habit.
    #[must_use]
    pub fn is_nocturnal(self) -> bool {
        slots(self).iter().any(|slot| slot.until > 1_440)
    }
}
