//! [`play_swaps`]: a town whose counters carry stickers, attackers who put copies of their own over them, and what is
//! noticed of it. Every payment is signed, verified and decided as in production; only the rows are in memory.

mod desk;
mod measure;
mod street;

use std::collections::{BTreeMap, BTreeSet};

use money::{Amount, Currency, Instant, PayeeId, ReasonCode};
use payments::{Accepted, CodeVerdict, Command, EventKind, Settings, StaffPermit};
use protocol::{CodeBody, CodeKind, Serial};

use crate::history::Deed;
use crate::merchant::Merchant;
use crate::seed::Dice;
use crate::settle::SettleError;
use crate::swaps::desk::Desk;
use crate::swaps::street::{Hours, Openness, Spot, place, spots};
use crate::teller::{Teller, register, top_up};
use crate::town::{Town, TownSize, number};

pub use measure::{CampaignFigures, SwapFigures};

/// Days before the first campaign: people have their shops by then.
const QUIET_DAYS: u32 = 7;
/// How long before that the shops put up their stickers, in seconds: places are old.
const SHOPS_BEFORE_SECONDS: i64 = 45 * 86_400;
/// How long before that wallets were opened, in seconds. With the days that are measured it is less than a session
/// lives that nobody refreshes.
const WALLETS_BEFORE_SECONDS: i64 = 86_400;
/// How long staff take to look at an alert, in seconds.
const STAFF_SECONDS: i64 = 3_600;
/// Of every so many shops one opens only while the town is measured, in a cell where another is at home.
const NEWCOMERS_EVERY: usize = 8;
/// The most one payment by a sticker may be, in minor units.
const CAP_MINOR: i64 = 100_000;
/// Of payers who are warned: how many stop and ask. In percent.
const HEEDED_PERCENT: u32 = 40;
/// Of payers who paid the wrong name: how many notice and report it. In percent.
const REPORT_PERCENT: u32 = 2;

/// How a swap is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SwapKind {
    /// A payee of another district puts copies of its sticker on several counters.
    Copies,
    /// The same, by a payee registered the same day.
    Fresh,
    /// A payee registered in the victim's own cell: no distance gives it away.
    Neighbour,
}

impl SwapKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Copies, Self::Fresh, Self::Neighbour];

    /// The word in tables.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Copies => "copies",
            Self::Fresh => "fresh",
            Self::Neighbour => "neighbour",
        }
    }
}

/// What is played.
#[derive(Clone, Debug)]
pub struct SwapPlan {
    /// The town's seed.
    pub seed: u64,
    /// Its size.
    pub size: TownSize,
    /// Days that are measured, after the quiet ones.
    pub days: u32,
    /// Campaigns, their kinds in turn.
    pub campaigns: usize,
    /// The settings that answer.
    pub settings: Settings,
    /// When it ends.
    pub until: Instant,
}

/// One attacker.
struct Campaign {
    kind: SwapKind,
    mule: Merchant,
    serial: Serial,
    home: Spot,
    /// The counters that carry its copies, by merchant.
    victims: Vec<usize>,
    begins_at: Instant,
    registered: bool,
    figures: CampaignFigures,
}

/// Plays a town with and against its attackers.
///
/// # Errors
/// [`SettleError`]: a proof or a code of the town's own does not hold.
pub fn play_swaps(plan: &SwapPlan) -> Result<SwapFigures, SettleError> {
    let town = Town::new(plan.seed, plan.size).map_err(|_| SettleError::Unknown("name"))?;
    let history = town.history(plan.days + QUIET_DAYS, plan.until);
    let (begins_at, founded_at) = (history.begins_at(), later(history.begins_at(), -SHOPS_BEFORE_SECONDS));
    let mut street = Street::new(plan, &town, begins_at, founded_at)?;
    street.found(founded_at)?;
    street.open_wallets(later(begins_at, -WALLETS_BEFORE_SECONDS))?;
    for planned in history {
        street.look(planned.at);
        match planned.deed {
            Deed::TopUp { payer, amount } => street.top_up(payer, amount, planned.at)?,
            Deed::Pay { payer, merchant, amount, .. } => street.scan((payer, merchant), amount, planned.at)?,
            // What follows a payment has nothing to do with what was scanned.
            Deed::Capture { .. } | Deed::Void { .. } | Deed::Refund { .. } => {}
        }
    }
    street.look(plan.until);
    Ok(street.finish())
}

fn later(at: Instant, seconds: i64) -> Instant {
    at.checked_add_seconds(seconds).unwrap_or(at)
}

fn staff() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

struct Street<'a> {
    town: &'a Town,
    desk: Desk,
    teller: Teller,
    dice: Dice,
    spots: Vec<Option<Spot>>,
    hours: Vec<Hours>,
    /// The newcomers that have opened.
    opened: BTreeSet<usize>,
    openness: Vec<Openness>,
    campaigns: Vec<Campaign>,
    measured_from: Instant,
    keys_at: Instant,
    until: Instant,
    figures: SwapFigures,
    /// What staff will look at, and when.
    desk_of_staff: Vec<(Instant, PayeeId)>,
    shops: BTreeMap<PayeeId, usize>,
}

impl<'a> Street<'a> {
    fn new(plan: &SwapPlan, town: &'a Town, begins_at: Instant, founded_at: Instant) -> Result<Self, SettleError> {
        let measured_from = later(begins_at, i64::from(QUIET_DAYS) * 86_400);
        let mut spots = spots(town);
        let mut hours: Vec<Hours> =
            (0..spots.len()).map(|shop| Hours::of(town, shop, (measured_from, plan.days))).collect();
        let newcomers = newcomers(plan, &mut spots, &mut hours, measured_from);
        let campaigns = campaigns(plan, town, (&spots, &newcomers), measured_from)?;
        let settings = Settings { test_mode: true, ..plan.settings.clone() };
        let shops = town.merchants().iter().enumerate().map(|(index, shop)| (shop.card.id, index)).collect();
        Ok(Self {
            town,
            desk: Desk::new(settings, Dice::new(town.seed(), "swap desk", &[])),
            teller: Teller::new(town, founded_at, plan.until)?,
            dice: Dice::new(town.seed(), "swap street", &[]),
            openness: (0..town.people().len()).map(|payer| Openness::of(town, payer)).collect(),
            figures: SwapFigures::new(plan.seed, plan.days, newcomers.len()),
            hours,
            opened: BTreeSet::new(),
            desk_of_staff: Vec::new(),
            keys_at: founded_at,
            until: plan.until,
            measured_from,
            campaigns,
            spots,
            shops,
        })
    }

    /// Shops and their counters.
    fn found(&mut self, at: Instant) -> Result<(), SettleError> {
        for index in 0..self.town.merchants().len() {
            if self.hours.get(index).is_none_or(|hours| hours.opens_at.is_none()) {
                self.open_shop(index, at)?;
            }
        }
        self.desk.events.clear();
        Ok(())
    }

    fn open_shop(&mut self, index: usize, at: Instant) -> Result<(), SettleError> {
        let shop = self.town.merchants().get(index).ok_or(SettleError::Unknown("merchant"))?;
        self.must(register(shop), at, "registering a merchant")?;
        if let Some(spot) = self.spots.get(index).cloned().flatten() {
            let serial = serial("SHOP", index)?;
            self.put_up(shop.card.id, serial, &spot, at)?;
        }
        Ok(())
    }

    /// Whether a shop takes customers now; a newcomer is registered on the morning it opens.
    fn is_open(&mut self, merchant: usize, at: Instant) -> Result<bool, SettleError> {
        let Some(hours) = self.hours.get(merchant).copied() else { return Ok(false) };
        if hours.is_open(at) && hours.opens_at.is_some() && self.opened.insert(merchant) {
            self.open_shop(merchant, at)?;
        }
        Ok(hours.is_open(at))
    }

    fn open_wallets(&mut self, at: Instant) -> Result<(), SettleError> {
        for (payer, person) in self.town.people().iter().enumerate() {
            let command = self.teller.sign_up(payer, person, at)?;
            self.must(command, at, "opening a wallet")?;
        }
        Ok(())
    }

    fn must(&mut self, command: Command, at: Instant, what: &'static str) -> Result<Accepted, SettleError> {
        self.desk.submit(command, at).map_err(|refusal| SettleError::Refused { what, reason: refusal.first() })
    }

    fn put_up(&mut self, payee: PayeeId, serial: Serial, spot: &Spot, at: Instant) -> Result<(), SettleError> {
        let body = CodeBody {
            cap: Some(Amount::new(CAP_MINOR, Currency::KRW)),
            cell: Some(spot.cell),
            counter: "counter".parse().map_err(|_| SettleError::Unknown("counter"))?,
            days: 396,
            kind: CodeKind::Sticker,
            serial,
            surroundings: spot.surroundings(),
        };
        self.must(Command::RegisterCode { permit: staff(), payee, body }, at, "registering a sticker").map(drop)
    }

    fn top_up(&mut self, payer: usize, amount: Amount, at: Instant) -> Result<(), SettleError> {
        let person = self.town.people().get(payer).ok_or(SettleError::Unknown("payer"))?;
        self.must(top_up(person, amount), at, "filling a wallet").map(drop)
    }

    /// Somebody buys something at a counter, and pays by whatever sticker lies there.
    fn scan(&mut self, (payer, merchant): (usize, usize), amount: Amount, at: Instant) -> Result<(), SettleError> {
        let Some(spot) = self.spots.get(merchant).cloned().flatten() else { return Ok(()) };
        if amount.minor() > CAP_MINOR || !self.is_open(merchant, at)? {
            return Ok(());
        }
        let swapped = self.swapped(merchant, at);
        if let Some(index) = swapped {
            self.register_mule(index, at)?;
        }
        let (shop, serial) = match swapped.and_then(|index| self.campaigns.get(index)) {
            Some(campaign) => (campaign.mule.clone(), campaign.serial),
            None => {
                let shop = self.town.merchants().get(merchant).ok_or(SettleError::Unknown("merchant"))?;
                (shop.clone(), serial("SHOP", merchant)?)
            }
        };
        let openness = self.openness.get(payer).copied().ok_or(SettleError::Unknown("payer"))?;
        let scan = openness.scan(&mut self.dice, &spot);
        let outcome = self.pay(payer, (&shop, serial), amount, scan, at)?;
        self.desk.fold(at);
        self.figures.count(at >= self.measured_from, outcome, swapped.is_some());
        if let Some(index) = swapped {
            let reports = outcome.paid() && self.dice.percent(REPORT_PERCENT);
            if reports {
                let command = self.teller.report(payer, at)?;
                // A second report by the same payer is taken as well.
                let _ = self.desk.submit(Command::ReportCode { signed: command, serial }, at);
            }
            if let Some(campaign) = self.campaigns.get_mut(index) {
                campaign.figures.count(outcome, amount, at);
            }
        }
        Ok(())
    }

    /// The campaign whose copy lies on this counter now.
    fn swapped(&self, merchant: usize, at: Instant) -> Option<usize> {
        let lies = |campaign: &Campaign| {
            at >= campaign.begins_at && campaign.victims.contains(&merchant) && !campaign.figures.is_stopped()
        };
        self.campaigns.iter().position(lies)
    }

    /// An attacker registers before the first payment: long before, or the same day.
    fn register_mule(&mut self, index: usize, at: Instant) -> Result<(), SettleError> {
        let Some(campaign) = self.campaigns.get(index) else { return Ok(()) };
        if campaign.registered {
            return Ok(());
        }
        let (mule, serial, home) = (campaign.mule.clone(), campaign.serial, campaign.home.clone());
        let since = if campaign.kind == SwapKind::Fresh { at } else { later(at, -20 * 86_400) };
        self.must(register(&mule), since, "registering a payee")?;
        self.put_up(mule.card.id, serial, &home, since)?;
        if let Some(campaign) = self.campaigns.get_mut(index) {
            campaign.registered = true;
        }
        Ok(())
    }

    /// Takes the sticker, looks at the quote, pays.
    fn pay(
        &mut self,
        payer: usize,
        (shop, serial): (&Merchant, Serial),
        amount: Amount,
        scan: Option<protocol::Scan>,
        at: Instant,
    ) -> Result<Outcome, SettleError> {
        if at.millis_since(self.keys_at) > 86_400_000 {
            self.teller.renew_keys(at, self.until)?;
            self.keys_at = at;
        }
        let payload = self.teller.sticker(shop, serial, Amount::new(CAP_MINOR, Currency::KRW), at)?;
        let take = self.teller.take_sticker(payer, &payload, amount, at)?;
        let intent = match self.desk.submit(take, at) {
            Ok(Accepted::Intent(intent)) => intent,
            Ok(_) => return Err(SettleError::Unknown("intent")),
            Err(refusal) => return Ok(Outcome::of(refusal.first())),
        };
        let shown = self.teller.show_sticker(payer, &payload, intent, (amount, scan), at)?;
        let quote = self.teller.quote_sticker(payer, &shown, &payload, at)?;
        let warned = matches!(self.desk.submit(quote, at), Ok(Accepted::Quoted(quoted))
            if quoted.warnings.contains(&protocol::Warning::CodeDoubtful));
        if warned && self.dice.percent(HEEDED_PERCENT) {
            return Ok(Outcome::Heeded);
        }
        let pay = self.teller.pay_sticker(payer, &shown, &payload, at)?;
        Ok(match self.desk.submit(pay, at) {
            Ok(_) if warned => Outcome::PaidWarned,
            Ok(_) => Outcome::Paid,
            Err(refusal) => Outcome::of(refusal.first()),
        })
    }

    /// Reads what was told, and lets staff do what is due.
    fn look(&mut self, at: Instant) {
        for event in std::mem::take(&mut self.desk.events) {
            let Some(payee) = event.payee else { continue };
            let campaign = self.campaigns.iter_mut().find(|campaign| campaign.mule.card.id == payee);
            match (event.kind, campaign) {
                (EventKind::CodeSwapSuspected, Some(campaign)) => {
                    campaign.figures.alerted(event.at);
                    self.desk_of_staff.push((later(event.at, STAFF_SECONDS), payee));
                }
                (EventKind::CodeSuspended, Some(campaign)) => campaign.figures.suspended(event.at),
                (EventKind::CodeSwapSuspected, None) => {
                    self.figures.false_alarm(event.at >= self.measured_from);
                    self.desk_of_staff.push((later(event.at, STAFF_SECONDS), payee));
                }
                (EventKind::CodeSuspended, None) => self.figures.false_stop(event.at >= self.measured_from),
                _ => {}
            }
        }
        let due: Vec<_> = self.desk_of_staff.extract_if(.., |(when, _)| *when <= at).collect();
        for (when, payee) in due {
            let campaign = self.campaigns.iter().find(|campaign| campaign.mule.card.id == payee);
            let (serial, verdict) = match (campaign, self.shops.get(&payee)) {
                (Some(campaign), _) => (Ok(campaign.serial), CodeVerdict::Suspended),
                (None, Some(shop)) => (serial("SHOP", *shop), CodeVerdict::Cleared),
                (None, None) => continue,
            };
            if let Ok(serial) = serial {
                let _ = self.desk.submit(Command::JudgeCode { permit: staff(), serial, verdict }, when);
            }
        }
    }

    fn finish(mut self) -> SwapFigures {
        for campaign in self.campaigns {
            self.figures.take(campaign.kind, campaign.figures);
        }
        self.figures
    }
}

/// What became of one scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Paid, nothing was said.
    Paid,
    /// Paid in spite of a warning.
    PaidWarned,
    /// The payer stopped at the warning.
    Heeded,
    /// One more check was asked for.
    Checked,
    /// Refused: it may be a swap, or the code is suspended.
    Stopped,
    /// Refused for another reason, such as an empty wallet.
    Other,
}

impl Outcome {
    const fn of(reason: ReasonCode) -> Self {
        match reason {
            ReasonCode::CodeSwapSuspected | ReasonCode::CodeSuspended => Self::Stopped,
            ReasonCode::StepUpNeeded | ReasonCode::StepUpNotSetUp | ReasonCode::StepUpWaiting => Self::Checked,
            _ => Self::Other,
        }
    }

    const fn paid(self) -> bool {
        matches!(self, Self::Paid | Self::PaidWarned)
    }
}

fn serial(word: &str, index: usize) -> Result<Serial, SettleError> {
    format!("{word}-{index}").parse().map_err(|_| SettleError::Unknown("serial"))
}

/// The shops that open while the town is measured, each in the cell of one that is there.
fn newcomers(
    plan: &SwapPlan,
    spots: &mut [Option<Spot>],
    hours: &mut [Hours],
    measured_from: Instant,
) -> BTreeSet<usize> {
    let mut dice = Dice::new(plan.seed, "newcomers", &[]);
    let counters = with_counter(spots);
    let new: BTreeSet<usize> = counters.iter().copied().skip(1).step_by(NEWCOMERS_EVERY).collect();
    let old: Vec<usize> = counters.iter().copied().filter(|shop| !new.contains(shop)).collect();
    for shop in &new {
        let host = dice.pick(&old).and_then(|host| spots.get(*host)?.as_ref()).map(|spot| spot.cell);
        if let (Some(cell), Some(Some(spot)), Some(hours)) = (host, spots.get_mut(*shop), hours.get_mut(*shop)) {
            spot.cell = cell;
            hours.opens_at = Some(later(measured_from, dice.between(0, i64::from(plan.days) * 86_400 * 2 / 3)));
        }
    }
    new
}

fn with_counter(spots: &[Option<Spot>]) -> Vec<usize> {
    (0..spots.len()).filter(|index| matches!(spots.get(*index), Some(Some(_)))).collect()
}

/// Who attacks whom, from when on.
fn campaigns(
    plan: &SwapPlan,
    town: &Town,
    (spots, newcomers): (&[Option<Spot>], &BTreeSet<usize>),
    measured_from: Instant,
) -> Result<Vec<Campaign>, SettleError> {
    let mut free: Vec<usize> = with_counter(spots).into_iter().filter(|shop| !newcomers.contains(shop)).collect();
    let mut campaigns = Vec::with_capacity(plan.campaigns);
    for index in 0..plan.campaigns {
        let mut dice = Dice::new(plan.seed, "campaign", &[number(index)]);
        let kind = SwapKind::ALL.get(index % SwapKind::ALL.len()).copied().unwrap_or(SwapKind::Copies);
        let counters = if kind == SwapKind::Neighbour { 1 } else { dice.between(1, 3) };
        let mut victims = Vec::new();
        for _ in 0..counters {
            let Some(victim) = dice.pick(&free).copied() else { break };
            free.retain(|other| *other != victim);
            victims.push(victim);
        }
        let Some(first) = victims.first().and_then(|victim| spots.get(*victim)?.as_ref()) else { break };
        let home = match kind {
            SwapKind::Neighbour => Spot { cell: first.cell, ..place(&mut dice, first.cell) },
            SwapKind::Copies | SwapKind::Fresh => {
                let corner = first.away(dice.between(15, 60), dice.between(-40, 40));
                place(&mut dice, corner)
            }
        };
        let begins_at = later(measured_from, dice.between(0, i64::from(plan.days) * 86_400 * 2 / 3));
        campaigns.push(Campaign {
            kind,
            mule: town.outsider(index).map_err(|_| SettleError::Unknown("name"))?,
            serial: serial("MULE", index)?,
            home,
            victims,
            begins_at,
            registered: false,
            figures: CampaignFigures::default(),
        });
    }
    Ok(campaigns)
}
