//! Whether a code was put where another's belongs: everything that speaks for it in one scan, in points.
//!
//! No single fact is proof, and most of them come from the payer's own phone. So facts are weighed, one scan alone is
//! answered by a warning or by one more check, and an alert wants more than one scan. The weights were set on towns of
//! other seeds than those of the published figures (`docs/swaps.md`).

use money::{Instant, PayeeId, ReasonCode};
use protocol::{Cell, Scan};
use serde::{Deserialize, Serialize};

use crate::limits;
use crate::noted::RegisteredCode;
use crate::place::{Place, Resident};
use crate::watch::Watch;

/// From how many points on something is done about a scan. The operator's to set; `u32::MAX` means never.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwapSettings {
    /// The payer is warned, and the scan counts towards an alert.
    pub warn_points: u32,
    /// One more check is asked for.
    pub step_up_points: u32,
    /// The payment is refused.
    pub refuse_points: u32,
    /// Within a day, over several scans: staff and neighbours are alerted.
    pub alert_points: u32,
    /// Within a day, over several scans: the code is suspended until staff have looked at it.
    pub suspend_points: u32,
}

impl Default for SwapSettings {
    fn default() -> Self {
        Self { warn_points: 25, step_up_points: 50, refuse_points: 90, alert_points: 90, suspend_points: 270 }
    }
}

/// What is done about one scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SwapAnswer {
    /// Nothing.
    Nothing,
    /// The payer is warned.
    Warn,
    /// One more check is asked for.
    StepUp,
    /// It is refused.
    Refuse,
}

impl SwapSettings {
    /// What is done about a scan of so many points.
    #[must_use]
    pub const fn answer(&self, points: u32) -> SwapAnswer {
        if points >= self.refuse_points {
            SwapAnswer::Refuse
        } else if points >= self.step_up_points {
            SwapAnswer::StepUp
        } else if points >= self.warn_points {
            SwapAnswer::Warn
        } else {
            SwapAnswer::Nothing
        }
    }
}

/// One scan, and everything known about where it was made and of what.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// When.
    pub at: Instant,
    /// Who would be paid.
    pub payee: PayeeId,
    /// Since when that payee is registered.
    pub payee_since: Instant,
    /// What the phone said of the place.
    pub scan: &'a Scan,
    /// The registered code, if it is one.
    pub code: Option<&'a RegisteredCode>,
    /// What has been seen of it.
    pub of_code: Option<&'a Watch>,
    /// What has been seen of the payee.
    pub of_payee: Option<&'a Watch>,
    /// Who is at home where it was scanned.
    pub place: Option<&'a Place>,
}

/// What speaks for a swap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suspicion {
    /// How much.
    pub points: u32,
    /// What, most important first.
    pub reasons: Vec<ReasonCode>,
}

/// Cells as far apart as this are not the same place: a phone indoors errs by less.
const NEAR_METRES: u64 = 300;
/// And as far as this, no phone errs.
const FAR_METRES: u64 = 2_000;
/// A place is old when somebody has been at home there for so long, and a payee new for a day.
const OLD_SECONDS: i64 = 30 * limits::DAY_SECONDS;
/// From how many payments a day on, and from what share of first-time payers (in percent), there are many of them.
const MANY_SCANS: u32 = 8;
const MANY_PERCENT: u32 = 85;
/// Marks that two surroundings must both have before they can be called different.
const MARKS_MIN: usize = 3;
/// Marks that two surroundings share at one and the same counter.
pub(crate) const MARKS_SHARED: usize = 2;

/// Weighs one scan.
#[must_use]
pub fn suspicion(scene: &Scene<'_>) -> Suspicion {
    let mut found = Suspicion::default();
    let near_home = is_near_home(scene);
    found.add(distance_points(scene), ReasonCode::CodeFarFromPlace);
    found.add(apart_points(scene), ReasonCode::CodeSeenApart);
    found.add(others_counter_points(scene), ReasonCode::CodeOthersCounter);
    found.add(other_payee_points(scene, near_home), ReasonCode::CodeOtherPayeeHere);
    found.add(surroundings_points(scene), ReasonCode::CodeSurroundingsDiffer);
    found.add(new_payee_points(scene), ReasonCode::CodeNewPayeeHere);
    found.add(silence_points(scene), ReasonCode::CodeNeighbourSilent);
    found.add(first_payers_points(scene), ReasonCode::CodeManyFirstPayers);
    let reports = scene.of_code.map_or(0, |watch| watch.reports_lately(scene.at));
    found.add(report_points(reports), ReasonCode::CodeReported);
    // Where the code belongs, an alert about where it does not belong says nothing.
    let alerted = |watch: Option<&Watch>| watch.is_some_and(|watch| watch.is_alerted(scene.at));
    if near_home != Some(true) && (alerted(scene.of_code) || (scene.code.is_none() && alerted(scene.of_payee))) {
        found.add(40, ReasonCode::CodeSwapSuspected);
    }
    found.reasons.sort_unstable();
    found
}

impl Suspicion {
    fn add(&mut self, points: u32, reason: ReasonCode) {
        if points > 0 {
            self.points = self.points.saturating_add(points);
            self.reasons.push(reason);
        }
    }
}

/// Whether the scan was made where its code, or for want of one its payee, is registered; `None` when that is unknown.
fn is_near_home(scene: &Scene<'_>) -> Option<bool> {
    let here = scene.scan.cell?;
    let near = |home: &Cell| home.metres_apart(here) < NEAR_METRES;
    if let Some(code) = scene.code {
        return code.cell.as_ref().map(near);
    }
    let homes = scene.of_payee.map_or(&[][..], |watch| &watch.homes);
    (!homes.is_empty()).then(|| homes.iter().any(near))
}

/// A registered code, away from where it is registered.
fn distance_points(scene: &Scene<'_>) -> u32 {
    let Some((home, here)) = scene.code.and_then(|code| code.cell).zip(scene.scan.cell) else { return 0 };
    match home.metres_apart(here) {
        0..NEAR_METRES => 0,
        NEAR_METRES..FAR_METRES => 35,
        _ => 60,
    }
}

/// One printed code, seen in two places within a day.
fn apart_points(scene: &Scene<'_>) -> u32 {
    let (Some(here), Some(watch)) = (scene.scan.cell, scene.of_code) else { return 0 };
    let lately = |at: Instant| scene.at.millis_since(at) < limits::DAY_SECONDS.saturating_mul(1000);
    let home = scene.code.and_then(|code| code.cell);
    // At home it is in its place, wherever its copies are.
    if home.is_some_and(|home| home.metres_apart(here) < NEAR_METRES) {
        return 0;
    }
    let elsewhere = watch.seen.iter().any(|seen| lately(seen.last_at) && seen.cell.metres_apart(here) >= NEAR_METRES);
    if elsewhere { 30 } else { 0 }
}

/// What can be seen around is what can be seen around somebody else's counter.
fn others_counter_points(scene: &Scene<'_>) -> u32 {
    let Some(place) = scene.place else { return 0 };
    let seen = &scene.scan.surroundings;
    let own = scene.code.map_or(0, |code| code.surroundings.shared(seen));
    let own = own.max(place.resident(scene.payee).map_or(0, |resident| resident.surroundings.shared(seen)));
    if own >= MARKS_SHARED {
        return 0;
    }
    let others = place.residents.iter().filter(|resident| resident.payee != scene.payee);
    let shared = others.map(|resident| resident.surroundings.shared(seen)).max().unwrap_or(0);
    if shared >= MARKS_SHARED { 50 } else { 0 }
}

/// Others are registered here, and this payee is registered elsewhere or nowhere.
fn other_payee_points(scene: &Scene<'_>, near_home: Option<bool>) -> u32 {
    let Some(place) = scene.place else { return 0 };
    let others = place.residents.iter().any(|resident| resident.payee != scene.payee);
    if !others || place.resident(scene.payee).is_some() {
        return 0;
    }
    match near_home {
        Some(true) => 0,
        Some(false) => 30,
        // Whoever has registered no place may be anywhere: a taxi, a stall.
        None => 5,
    }
}

fn surroundings_points(scene: &Scene<'_>) -> u32 {
    let Some(code) = scene.code else { return 0 };
    let (registered, seen) = (&code.surroundings, &scene.scan.surroundings);
    let both = registered.marks().len() >= MARKS_MIN && seen.marks().len() >= MARKS_MIN;
    if both && registered.shared(seen) == 0 { 20 } else { 0 }
}

fn new_payee_points(scene: &Scene<'_>) -> u32 {
    let Some(place) = scene.place else { return 0 };
    let age = |since: Instant| scene.at.millis_since(since).checked_div(1000).unwrap_or(0);
    let is_old = place.residents.iter().any(|other| other.payee != scene.payee && age(other.since) >= OLD_SECONDS);
    match place.resident(scene.payee) {
        _ if !is_old || age(scene.payee_since) >= limits::DAY_SECONDS => 0,
        // A new shop in an old street.
        Some(_) => 10,
        None => 25,
    }
}

/// Who usually is scanned here is not any more, while people pay this payee who never paid it before: so it looks when a
/// neighbour's sticker lies on that counter, which no distance gives away.
fn silence_points(scene: &Scene<'_>) -> u32 {
    let Some(place) = scene.place else { return 0 };
    let Some(own) = place.resident(scene.payee).filter(|own| own.is_new_to_payers(scene.at)) else { return 0 };
    let gone = |other: &Resident| other.payee != scene.payee && other.gave_way_to(own, scene.at);
    if place.residents.iter().any(gone) { 30 } else { 0 }
}

fn first_payers_points(scene: &Scene<'_>) -> u32 {
    let (scans, firsts) = scene.of_payee.map_or((0, 0), |watch| watch.today(scene.at));
    let many = scans >= MANY_SCANS && firsts.saturating_mul(100) >= scans.saturating_mul(MANY_PERCENT);
    let opening =
        scene.at.millis_since(scene.payee_since) < limits::OPENING_DAYS.saturating_mul(limits::DAY_SECONDS * 1_000);
    match (many, opening) {
        (false, _) => 0,
        // Everybody pays a new shop for the first time.
        (true, true) => 15,
        (true, false) => 25,
    }
}

/// Weighs a code that is none of ours, scanned among registered ones; `mark` is what it pays to, and `pays` says whether it
/// is a payment code at all: an honest counter may carry a menu beside its code.
#[must_use]
pub fn stranger_suspicion(place: &Place, scan: &Scan, (mark, pays): (u64, bool), at: Instant) -> Suspicion {
    let mut found = Suspicion::default();
    let counter =
        place.residents.iter().any(|resident| resident.surroundings.shared(&scan.surroundings) >= MARKS_SHARED);
    found.add(if counter && pays { 50 } else { 0 }, ReasonCode::CodeUnregisteredHere);
    found.add(report_points(place.reporters(mark, at)), ReasonCode::CodeReported);
    found
}

/// WHY never above one more check: whoever has a few wallets must not be able to close a shop.
const fn report_points(reports: usize) -> u32 {
    match reports {
        0 => 0,
        1 => 15,
        2 => 30,
        _ => 50,
    }
}
