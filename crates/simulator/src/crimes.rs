//! [`Labelled`]: the town's payments with crimes among them, each row saying what it was: what a risk model of the demo
//! learns from. Invented, so that figures about it say nothing about any real service.

use std::collections::BTreeMap;

use money::Instant;

use crate::history::{Deed, Planned};
use crate::merchant::Merchant;
use crate::seed::Dice;
use crate::town::{Town, number};

const DAY_SECONDS: i64 = 86_400;
const KOREA_SECONDS: i64 = 9 * 3_600;
/// How long old wallets and merchants have been registered before the history begins, at the most, in seconds.
const PAYEE_AGE_SECONDS: i64 = 200 * DAY_SECONDS;
/// What one payment may take, as the demo sets it.
const LIMIT_MINOR: i64 = 300_000;
/// How many crimes begin a day, for a thousand payers.
const CRIMES_A_DAY_PER_THOUSAND: i64 = 5;
/// How many honest look-alikes there are a day, for a thousand payers: gifts, new phones, nights out, new shops.
const ODD_A_DAY_PER_THOUSAND: i64 = 14;
/// How many payers of a thousand move to a new phone a day.
const NEW_PHONES_A_DAY_PER_THOUSAND: i64 = 3;

/// What a payment was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Crime {
    /// Somebody else's new device empties the wallet into what is as good as cash.
    Takeover,
    /// A stolen phone, at night, in shops.
    StolenPhone,
    /// A payee of this week collects from many.
    Mule,
    /// Tiny payments, then a large one.
    Testing,
    /// The payer is told to pay.
    Pressure,
}

impl Crime {
    /// Every crime.
    pub const ALL: [Self; 5] = [Self::Takeover, Self::StolenPhone, Self::Mule, Self::Testing, Self::Pressure];

    /// Its number in the file; 0 is none.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Takeover => 1,
            Self::StolenPhone => 2,
            Self::Mule => 3,
            Self::Testing => 4,
            Self::Pressure => 5,
        }
    }
}

/// One payment, with what a server would know of it, and what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledRow {
    /// When.
    pub at: Instant,
    /// Who pays.
    pub payer: String,
    /// Who is paid.
    pub payee: String,
    /// With which phone.
    pub device: String,
    /// How much, in minor units.
    pub amount_minor: i64,
    /// What the wallet held before.
    pub balance_minor: i64,
    /// Seconds since the phone was bound.
    pub device_age: i64,
    /// Seconds since the payee was registered.
    pub payee_age: i64,
    /// Whether what is sold is as good as cash.
    pub cash_like: bool,
    /// Whether a code was scanned.
    pub scanned: bool,
    /// What it was.
    pub crime: Option<Crime>,
}

impl LabelledRow {
    /// The heading of the file.
    pub const HEADING: &'static str =
        "time,payer,payee,device,amount,balance,device_age,payee_age,limit_bp,cash_like,scanned,fraud,scenario";

    /// One line of the file.
    #[must_use]
    pub fn line(&self) -> String {
        let crime = self.crime.map_or(0, Crime::code);
        format!(
            "{},{},{},{},{},{},{},{},{},{},{},{},{crime}",
            self.at.unix_seconds(),
            self.payer,
            self.payee,
            self.device,
            self.amount_minor,
            self.balance_minor,
            self.device_age,
            self.payee_age,
            self.amount_minor.saturating_mul(10_000) / LIMIT_MINOR,
            u8::from(self.cash_like),
            u8::from(self.scanned),
            u8::from(self.crime.is_some()),
        )
    }
}

/// A payment to come.
#[derive(Clone, Debug)]
struct Plan {
    payer: usize,
    payee: Payee,
    amount_minor: i64,
    /// A phone that is not the payer's own, and since when it is bound.
    device: Option<(u64, Instant)>,
    crime: Option<Crime>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Payee {
    Merchant(usize),
    /// A mule's account, by number, and since when it is registered.
    Mule(u64, Instant),
}

/// Where somebody stands.
#[derive(Clone, Copy, Debug)]
struct Purse {
    balance_minor: i64,
    phones: u64,
    phone_at: Instant,
    joined_at: Instant,
}

/// The town's payments over some days, crimes among them, in order of time.
#[derive(Debug)]
pub struct Labelled<'a> {
    town: &'a Town,
    plans: std::collections::btree_map::IntoIter<(Instant, u64), Plan>,
    top_ups: Vec<(Instant, usize, i64)>,
    next_top_up: usize,
    phones: Vec<(Instant, usize)>,
    next_phone: usize,
    purses: Vec<Purse>,
    opened: Vec<Instant>,
}

impl Town {
    /// The payments of the `days` before `until`, with crimes and what each row was.
    #[must_use]
    pub fn labelled(&self, days: u32, until: Instant) -> Labelled<'_> {
        let history = self.history(days, until);
        let begins_at = history.begins_at();
        let mut plans = Planning { town: self, plans: BTreeMap::new(), sequence: 0 };
        let mut top_ups = Vec::new();
        for Planned { at, deed } in history {
            match deed {
                Deed::TopUp { payer, amount } => top_ups.push((at, payer, amount.minor())),
                Deed::Pay { payer, merchant, amount, .. } => {
                    let payee = Payee::Merchant(merchant);
                    plans.add(at, Plan { payer, payee, amount_minor: amount.minor(), device: None, crime: None });
                }
                Deed::Capture { .. } | Deed::Void { .. } | Deed::Refund { .. } => {}
            }
        }
        let mut phones = Vec::new();
        for day in 0..i64::from(days) {
            let from = begins_at.checked_add_seconds(day * DAY_SECONDS).unwrap_or(begins_at);
            plans.commit_crimes(from, day);
            phones.extend(self.new_phones(from, day));
        }
        let purses = (0..self.people().len()).map(|index| self.purse(index, begins_at, days)).collect();
        let plans = plans.plans.into_iter();
        let opened = (0..self.merchants().len()).map(|index| self.opened(index, begins_at)).collect();
        Labelled { town: self, plans, top_ups, next_top_up: 0, phones, next_phone: 0, purses, opened }
    }

    /// When a merchant was registered: every third only just, because honest shops open, too.
    fn opened(&self, index: usize, begins_at: Instant) -> Instant {
        let mut dice = Dice::new(self.seed(), "opens", &[number(index)]);
        let most = if index.is_multiple_of(3) { 2 * DAY_SECONDS } else { PAYEE_AGE_SECONDS };
        begins_at.checked_add_seconds(-dice.between(0, most)).unwrap_or(begins_at)
    }

    /// Two of three have had their wallet for long; the others join on the way.
    fn purse(&self, index: usize, begins_at: Instant, days: u32) -> Purse {
        let mut dice = Dice::new(self.seed(), "joins", &[number(index)]);
        let late = dice.between(0, 2) == 0;
        let seconds = if late { dice.between(0, i64::from(days) * DAY_SECONDS) } else { -PAYEE_AGE_SECONDS };
        let joined_at = begins_at.checked_add_seconds(seconds).unwrap_or(begins_at);
        Purse { balance_minor: 150_000, phones: 0, phone_at: joined_at, joined_at }
    }

    fn new_phones(&self, from: Instant, day: i64) -> Vec<(Instant, usize)> {
        let mut dice = Dice::new(self.seed(), "phones", &[u64::try_from(day).unwrap_or(0)]);
        let mut found = Vec::new();
        for _ in 0..lots(&mut dice, self.people().len(), NEW_PHONES_A_DAY_PER_THOUSAND) {
            let at = from.checked_add_seconds(dice.between(0, DAY_SECONDS - 1)).unwrap_or(from);
            found.push((at, somebody(&mut dice, self)));
        }
        found.sort_unstable();
        found
    }
}

/// So many of a thousand, the fraction drawn.
fn lots(dice: &mut Dice, people: usize, per_thousand: i64) -> i64 {
    let thousandths = i64::try_from(people).unwrap_or(0) * per_thousand;
    thousandths / 1000 + i64::from(dice.between(0, 999) < thousandths % 1000)
}

fn somebody(dice: &mut Dice, town: &Town) -> usize {
    usize::try_from(dice.between(0, i64::try_from(town.people().len()).unwrap_or(1) - 1)).unwrap_or(0)
}

struct Planning<'a> {
    town: &'a Town,
    plans: BTreeMap<(Instant, u64), Plan>,
    sequence: u64,
}

impl Planning<'_> {
    fn add(&mut self, at: Instant, plan: Plan) {
        self.sequence += 1;
        self.plans.insert((at, self.sequence), plan);
    }

    fn commit_crimes(&mut self, from: Instant, day: i64) {
        let mut dice = Dice::new(self.town.seed(), "crimes", &[u64::try_from(day).unwrap_or(0)]);
        let people = self.town.people().len();
        for _ in 0..lots(&mut dice, people, CRIMES_A_DAY_PER_THOUSAND) {
            let kind = dice.pick(&Crime::ALL).copied().unwrap_or(Crime::Takeover);
            self.happen(&mut dice, from, kind, Some(kind));
        }
        for _ in 0..lots(&mut dice, people, ODD_A_DAY_PER_THOUSAND) {
            let kind = dice.pick(&Crime::ALL).copied().unwrap_or(Crime::Takeover);
            self.happen(&mut dice, from, kind, None);
        }
    }

    /// A crime, or something honest that looks like it.
    fn happen(&mut self, dice: &mut Dice, from: Instant, kind: Crime, crime: Option<Crime>) {
        let payer = somebody(dice, self.town);
        let plan = Plan { payer, payee: Payee::Merchant(0), amount_minor: 0, device: None, crime };
        match kind {
            Crime::Takeover => self.take_over(dice, from, plan),
            Crime::StolenPhone => self.steal(dice, from, &plan),
            Crime::Mule => self.collect(dice, from, &plan),
            Crime::Testing => self.test(dice, from, &plan),
            Crime::Pressure => self.press(dice, from, plan),
        }
    }

    fn merchants(&self, wanted: impl Fn(&Merchant) -> bool) -> Vec<usize> {
        let all = self.town.merchants().iter().enumerate();
        all.filter(|(_, merchant)| wanted(merchant)).map(|(index, _)| index).collect()
    }

    /// From `hour` on (Korean time), with some spread.
    fn from_hour(dice: &mut Dice, from: Instant, hours: (i64, i64)) -> Instant {
        from.checked_add_seconds(dice.between(hours.0 * 3600, hours.1 * 3600)).unwrap_or(from)
    }

    /// So many payments, each some minutes after the last.
    fn spree(&mut self, dice: &mut Dice, begin: Instant, plan: &Plan, spree: &Spree<'_>) {
        let mut at = begin;
        for _ in 0..dice.between(spree.times.0, spree.times.1) {
            let payee = dice.pick(spree.shops).copied().map_or(plan.payee, Payee::Merchant);
            let amount_minor = dice.between(spree.amounts.0 / 100, spree.amounts.1 / 100) * 100;
            self.add(at, Plan { payee, amount_minor, ..plan.clone() });
            at = at.checked_add_seconds(dice.between(40, 60 * spree.minutes)).unwrap_or(at);
        }
    }

    fn take_over(&mut self, dice: &mut Dice, from: Instant, plan: Plan) {
        let begin = Self::from_hour(dice, from, (0, 24));
        let bound = begin.checked_add_seconds(-dice.between(12 * 3600, 40 * 3600)).unwrap_or(begin);
        let number = u64::try_from(dice.between(1_000_000, i64::MAX)).unwrap_or(1);
        let shops = self.merchants(Merchant::is_cash_like);
        let honest = plan.crime.is_none();
        let plan = Plan { device: Some((number, bound)), ..plan };
        let (times, amounts) = if honest { ((1, 4), (3_000, 120_000)) } else { ((1, 7), (8_000, 200_000)) };
        self.spree(dice, begin, &plan, &Spree { times, amounts, minutes: 12, shops: &shops });
    }

    fn steal(&mut self, dice: &mut Dice, from: Instant, plan: &Plan) {
        let begin = Self::from_hour(dice, from, (0, 5));
        let shops = self.merchants(|shop| !shop.is_cash_like());
        let honest = plan.crime.is_none();
        let (times, amounts) = if honest { ((1, 4), (4_000, 60_000)) } else { ((1, 6), (9_000, 90_000)) };
        self.spree(dice, begin, plan, &Spree { times, amounts, minutes: 20, shops: &shops });
    }

    /// One payee of this week, a dozen payers within a day or two.
    fn collect(&mut self, dice: &mut Dice, from: Instant, plan: &Plan) {
        let number = u64::try_from(dice.between(1, i64::MAX)).unwrap_or(1);
        let registered = from.checked_add_seconds(-dice.between(3600, 5 * DAY_SECONDS)).unwrap_or(from);
        for _ in 0..dice.between(6, 16) {
            let at = Self::from_hour(dice, from, (8, 47));
            let payer = somebody(dice, self.town);
            let amount_minor = dice.between(25, if plan.crime.is_some() { 1_200 } else { 500 }) * 100;
            let payee = Payee::Mule(number, registered);
            self.add(at, Plan { payer, payee, amount_minor, ..plan.clone() });
        }
    }

    fn test(&mut self, dice: &mut Dice, from: Instant, plan: &Plan) {
        let begin = Self::from_hour(dice, from, (0, 24));
        let shops = self.merchants(Merchant::is_cash_like);
        let most = if plan.crime.is_some() { 250_000 } else { 90_000 };
        self.spree(dice, begin, plan, &Spree { times: (1, 4), amounts: (100, 1_900), minutes: 5, shops: &shops });
        let later = begin.checked_add_seconds(900).unwrap_or(begin);
        self.spree(dice, later, plan, &Spree { times: (1, 3), amounts: (20_000, most), minutes: 10, shops: &shops });
    }

    fn press(&mut self, dice: &mut Dice, from: Instant, plan: Plan) {
        let begin = Self::from_hour(dice, from, (9, 19));
        let registered = begin.checked_add_seconds(-dice.between(DAY_SECONDS, 40 * DAY_SECONDS)).unwrap_or(begin);
        let number = u64::try_from(dice.between(1, i64::MAX)).unwrap_or(1);
        let most = if plan.crime.is_some() { 300_000 } else { 150_000 };
        let plan = Plan { payee: Payee::Mule(number, registered), ..plan };
        self.spree(dice, begin, &plan, &Spree { times: (1, 2), amounts: (20_000, most), minutes: 30, shops: &[] });
    }
}

/// What a run of payments looks like.
struct Spree<'a> {
    times: (i64, i64),
    amounts: (i64, i64),
    minutes: i64,
    shops: &'a [usize],
}

impl Labelled<'_> {
    /// Everything that happened in between: wallets filled, phones changed.
    fn catch_up(&mut self, at: Instant) {
        while let Some((_, payer, minor)) = self.top_ups.get(self.next_top_up).filter(|(due, ..)| *due <= at) {
            if let Some(purse) = self.purses.get_mut(*payer) {
                purse.balance_minor += minor;
            }
            self.next_top_up += 1;
        }
        while let Some((due, payer)) = self.phones.get(self.next_phone).filter(|(due, _)| *due <= at) {
            if let Some(purse) = self.purses.get_mut(*payer).filter(|purse| purse.joined_at < *due) {
                (purse.phones, purse.phone_at) = (purse.phones + 1, *due);
            }
            self.next_phone += 1;
        }
    }
}

impl Iterator for Labelled<'_> {
    type Item = LabelledRow;

    /// The next payment that the wallet covers; whoever empties one takes what is left.
    fn next(&mut self) -> Option<LabelledRow> {
        loop {
            let ((at, _), plan) = self.plans.next()?;
            self.catch_up(at);
            let (person, purse) = (self.town.people().get(plan.payer)?, self.purses.get_mut(plan.payer)?);
            let greedy = plan.crime.is_some() && plan.amount_minor > purse.balance_minor;
            let amount_minor = if greedy { purse.balance_minor / 100 * 100 } else { plan.amount_minor };
            // Before they joined nobody can pay, or be robbed.
            if at < purse.joined_at || amount_minor <= 0 || amount_minor > purse.balance_minor {
                continue;
            }
            let balance_minor = purse.balance_minor;
            purse.balance_minor -= amount_minor;
            let (device, bound_at) = match plan.device {
                Some((number, bound_at)) => (format!("x{number}"), bound_at),
                None => (format!("{}-{}", person.device, purse.phones), purse.phone_at),
            };
            let (payee, payee_age, cash_like) = match plan.payee {
                Payee::Merchant(index) => {
                    let merchant = self.town.merchants().get(index)?;
                    let opened = self.opened.get(index).copied().unwrap_or(at);
                    (merchant.card.id.to_string(), at.millis_since(opened) / 1000, merchant.is_cash_like())
                }
                Payee::Mule(number, registered) => (format!("m{number}"), at.millis_since(registered) / 1000, false),
            };
            let hour = (at.unix_seconds() + KOREA_SECONDS).rem_euclid(DAY_SECONDS) / 3600;
            return Some(LabelledRow {
                at,
                payer: person.payer.to_string(),
                payee,
                device,
                amount_minor,
                balance_minor,
                device_age: at.millis_since(bound_at) / 1000,
                payee_age,
                cash_like,
                scanned: !cash_like && hour > 4,
                crime: plan.crime,
            });
        }
    }
}
