//! Scans on their way into what is noted: a payment leaves a sighting, a fold takes it in and says when something is
//! wrong, and payers say so themselves.

use std::collections::BTreeMap;

use money::{IntentId, PayeeId, PayerId, ReasonCode};
use protocol::{Cell, Scan, Serial};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::limits;
use crate::model::Intent;
use crate::noted::{Noted, NotedKey, RegisteredCode};
use crate::outcome::{Accepted, Refusal};
use crate::pipeline::Case;
use crate::swap::{Scene, Suspicion, suspicion};
use crate::watch::{Alert, Place, Seen, Sighting, Strike, Watch, Watched};

/// The rows that a scan of an intent is weighed by.
pub(crate) fn keys(intent: &Intent, scan: Option<&Scan>) -> Vec<NotedKey> {
    let serial = intent.core.counter.map(|counter| counter.serial);
    let cell = scan.and_then(|scan| scan.cell);
    let mut keys = Vec::new();
    keys.extend(serial.map(NotedKey::Code));
    keys.extend(serial.map(|serial| NotedKey::Watch(Watched::Code(serial))));
    if serial.is_some() || scan.is_some() {
        keys.push(NotedKey::Watch(Watched::Payee(intent.payee)));
    }
    keys.extend(cell.map(NotedKey::Place));
    keys
}

/// What speaks for a swap in the scan behind a payment; nothing where nothing was scanned.
pub(crate) fn weigh(context: &Context<'_>, case: &Case<'_>) -> Suspicion {
    let serial = case.intent.core.counter.map(|counter| counter.serial);
    if serial.is_none() && case.scan.is_none() {
        return Suspicion::default();
    }
    let nowhere = Scan::default();
    let scan = case.scan.unwrap_or(&nowhere);
    suspicion(&Scene {
        at: context.at,
        payee: case.intent.payee,
        payee_since: case.payee.registered_at,
        scan,
        code: serial.and_then(|serial| context.state.code(serial)),
        of_code: serial.and_then(|serial| context.state.watch(Watched::Code(serial))),
        of_payee: context.state.watch(Watched::Payee(case.intent.payee)),
        place: scan.cell.and_then(|cell| context.state.place(cell)),
    })
}

/// Leaves what was scanned for the next fold.
pub(crate) fn leave(context: &mut Context<'_>, case: &Case<'_>, suspicion: Suspicion) {
    let serial = case.intent.core.counter.map(|counter| counter.serial);
    if serial.is_none() && case.scan.is_none() {
        return;
    }
    let row = Sighting {
        intent: case.intent.id,
        payee: case.intent.payee,
        serial,
        scan: case.scan.cloned().unwrap_or_default(),
        first: context.state.pair(case.payer.id, case.intent.payee).is_none(),
        at: context.at,
        amount_minor: case.intent.core.amount.minor(),
        points: suspicion.points,
        reasons: suspicion.reasons,
    };
    context.push(Change::Noted(Noted::Sighting(row)));
}

/// Folds waiting sightings in. Those that are gone were folded by somebody else.
pub(crate) fn fold(context: &mut Context<'_>, sightings: &[IntentId]) -> Result<Accepted, Refusal> {
    let mut fold = Fold::default();
    let mut count = 0_usize;
    for intent in sightings {
        let Some(sighting) = context.state.sighting(*intent).cloned() else { continue };
        fold.take(context, &sighting);
        context.push(Change::Forgotten(Noted::Sighting(sighting)));
        count = count.saturating_add(1);
    }
    fold.rows.into_values().for_each(|row| context.push(Change::Noted(row)));
    Ok(Accepted::Folded { sightings: count })
}

/// The rows that a fold changes, each as the last sighting left it.
#[derive(Default)]
struct Fold {
    rows: BTreeMap<NotedKey, Noted>,
}

impl Fold {
    fn take(&mut self, context: &mut Context<'_>, sighting: &Sighting) {
        let mut of_payee = self.watch(context, Watched::Payee(sighting.payee), sighting.payee);
        of_payee.count(sighting);
        let mut watch = match sighting.serial {
            None => of_payee,
            Some(serial) => {
                self.put(Noted::Watch(of_payee));
                let mut of_code = self.watch(context, Watched::Code(serial), sighting.payee);
                of_code.count(sighting);
                of_code
            }
        };
        let place = sighting.scan.cell.and_then(|cell| self.place(context, cell));
        if let Some(mut place) = place.clone() {
            place.scanned(sighting.payee, sighting.at);
            self.put(Noted::Place(place));
        }
        if sighting.points >= context.settings.swap.warn_points {
            self.strike(context, sighting, &mut watch, place.as_ref());
        }
        self.put(Noted::Watch(watch));
    }

    /// A suspicious scan: the second within a day may raise an alert, further ones stop the code.
    fn strike(&mut self, context: &mut Context<'_>, sighting: &Sighting, watch: &mut Watch, place: Option<&Place>) {
        let Sighting { at, points, amount_minor, .. } = *sighting;
        let (points, amount_minor, strikes) = watch.strike(Strike { at, points, amount_minor });
        let settings = context.settings.swap;
        // WHY: of many scans some positions are wrong, each another way; a copy on a counter is scanned there again.
        let (scans, _) = watch.today(at);
        let many = strikes.saturating_mul(limits::STRIKE_SHARE) >= usize::try_from(scans).unwrap_or(usize::MAX);
        let again = |seen: &Seen| Some(seen.cell) == sighting.scan.cell && seen.scans >= 2;
        if !many && !watch.seen.iter().any(again) {
            return;
        }
        if strikes >= limits::ALERT_STRIKES_MIN && points >= settings.alert_points && !watch.is_alerted(at) {
            watch.alert = Some(Alert { at, reasons: sighting.reasons.clone(), amount_minor });
            tell(context, EventKind::CodeSwapSuspected, sighting.payee, &sighting.reasons);
            for neighbour in place.map(|place| concerned(place, sighting)).unwrap_or_default() {
                tell(context, EventKind::CodeSwapNearby, neighbour, &[ReasonCode::CodeSwapSuspected]);
            }
        }
        let Watched::Code(serial) = watch.watched else { return };
        if strikes >= limits::SUSPEND_STRIKES_MIN
            && points >= settings.suspend_points
            && let Some(code) = self.code(context, serial).filter(|code| code.suspended_at.is_none())
        {
            self.put(Noted::Code(RegisteredCode { suspended_at: Some(context.at), ..code }));
            tell(context, EventKind::CodeSuspended, sighting.payee, &sighting.reasons);
        }
    }

    fn put(&mut self, row: Noted) {
        self.rows.insert(row.key(), row);
    }

    fn watch(&self, context: &Context<'_>, watched: Watched, payee: PayeeId) -> Watch {
        match self.rows.get(&NotedKey::Watch(watched)) {
            Some(Noted::Watch(row)) => row.clone(),
            _ => context.state.watch(watched).cloned().unwrap_or_else(|| Watch::new(watched, payee)),
        }
    }

    fn place(&self, context: &Context<'_>, cell: Cell) -> Option<Place> {
        match self.rows.get(&NotedKey::Place(cell)) {
            Some(Noted::Place(row)) => Some(row.clone()),
            _ => context.state.place(cell).cloned(),
        }
    }

    fn code(&self, context: &Context<'_>, serial: Serial) -> Option<RegisteredCode> {
        match self.rows.get(&NotedKey::Code(serial)) {
            Some(Noted::Code(row)) => Some(row.clone()),
            _ => context.state.code(serial).cloned(),
        }
    }
}

fn tell(context: &mut Context<'_>, kind: EventKind, payee: PayeeId, reasons: &[ReasonCode]) {
    context.tell(kind, |event| {
        event.payee = Some(payee);
        event.reasons = reasons.to_vec();
    });
}

/// Whose counter it may be: whoever has the same surroundings, else those who usually are scanned here and have not
/// been for the longest.
fn concerned(place: &Place, sighting: &Sighting) -> Vec<PayeeId> {
    let others = || place.residents.iter().filter(|resident| resident.payee != sighting.payee);
    let seen = &sighting.scan.surroundings;
    let same: Vec<PayeeId> =
        others().filter(|other| other.surroundings.shared(seen) >= 2).map(|other| other.payee).collect();
    let mut quiet: Vec<_> = others().filter(|other| other.scans >= limits::USUAL_SCANS).collect();
    quiet.sort_by_key(|other| other.last_at);
    let mut concerned = if same.is_empty() { quiet.iter().map(|other| other.payee).collect() } else { same };
    concerned.truncate(limits::NEIGHBOURS_TOLD_MAX);
    concerned
}

/// Takes in that a payer thinks a code is not where it belongs.
pub(crate) fn report(context: &mut Context<'_>, payer: PayerId, serial: Serial) -> Result<Accepted, Refusal> {
    let code = context.state.code(serial).ok_or(ReasonCode::CodeUnregistered)?.clone();
    let watched = Watched::Code(serial);
    let mut watch = context.state.watch(watched).cloned().unwrap_or_else(|| Watch::new(watched, code.payee));
    let mut text = serial.as_bytes().to_vec();
    text.extend_from_slice(payer.as_bytes());
    let by =
        protocol::sha256(&text).as_bytes().iter().take(8).fold(0_u64, |sum, byte| (sum << 8_u32) | u64::from(*byte));
    if watch.report(by, context.at) {
        tell(context, EventKind::CodeReported, code.payee, &[ReasonCode::CodeReported]);
    }
    context.push(Change::Noted(Noted::Watch(watch)));
    Ok(Accepted::Code(code))
}

/// Staff have looked at a code: it takes payments again, and what was said against it is forgotten.
pub(crate) fn clear(context: &mut Context<'_>, serial: Serial) -> Result<Accepted, Refusal> {
    let code = context.state.code(serial).ok_or(ReasonCode::CodeUnknown)?;
    let code = RegisteredCode { suspended_at: None, ..code.clone() };
    if let Some(watch) = context.state.watch(Watched::Code(serial)) {
        let cleared = Watch { strikes: Vec::new(), reports: Vec::new(), alert: None, ..watch.clone() };
        context.push(Change::Noted(Noted::Watch(cleared)));
    }
    context.push(Change::Noted(Noted::Code(code.clone())));
    Ok(Accepted::Code(code))
}

/// Staff stop a code until it has been looked at.
pub(crate) fn suspend(context: &mut Context<'_>, serial: Serial) -> Result<Accepted, Refusal> {
    let code = context.state.code(serial).ok_or(ReasonCode::CodeUnknown)?;
    let code = RegisteredCode { suspended_at: code.suspended_at.or(Some(context.at)), ..code.clone() };
    context.push(Change::Noted(Noted::Code(code.clone())));
    tell(context, EventKind::CodeSuspended, code.payee, &[]);
    Ok(Accepted::Code(code))
}
