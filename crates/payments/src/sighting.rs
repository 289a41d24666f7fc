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
use crate::place::{Place, Resident};
use crate::swap::{MARKS_SHARED, Scene, Suspicion, suspicion};
use crate::watch::{Alert, Sighting, Strike, Watch, Watched};

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

/// Leaves what was scanned for the next fold, and whether it was `paid`.
pub(crate) fn leave(context: &mut Context<'_>, case: &Case<'_>, suspicion: Suspicion, paid: bool) {
    let serial = case.intent.core.counter.map(|counter| counter.serial);
    if serial.is_none() && case.scan.is_none() {
        return;
    }
    let watched = serial.map_or(*case.intent.payee.as_bytes(), |serial| *serial.as_bytes());
    let row = Sighting {
        by: short_digest(&[&watched[..], case.payer.id.as_bytes()].concat()),
        paid,
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
        if sighting.paid {
            of_payee.count(sighting);
        }
        let mut watch = match sighting.serial {
            None => of_payee,
            Some(serial) => {
                self.put(Noted::Watch(of_payee));
                let mut of_code = self.watch(context, Watched::Code(serial), sighting.payee);
                if sighting.paid {
                    of_code.count(sighting);
                }
                of_code.see(sighting);
                of_code
            }
        };
        let place = sighting.scan.cell.and_then(|cell| self.place(context, cell));
        if let Some(mut place) = place.clone().filter(|_| sighting.paid) {
            place.scanned(sighting.payee, sighting.at, sighting.first);
            self.put(Noted::Place(place));
        }
        if sighting.points >= context.settings.swap.warn_points {
            self.strike(context, sighting, &mut watch, place.as_ref());
        }
        self.put(Noted::Watch(watch));
    }

    /// A suspicious scan: the second within a day may raise an alert, further ones stop the code.
    fn strike(&mut self, context: &mut Context<'_>, sighting: &Sighting, watch: &mut Watch, place: Option<&Place>) {
        let Sighting { at, points, amount_minor, by, .. } = *sighting;
        let cell = sighting.scan.cell;
        let sure = sighting.reasons.iter().any(|reason| SURE.contains(reason));
        let struck = watch.strike(Strike { at, points, amount_minor, cell, by, sure });
        let settings = context.settings.swap;
        // WHY: of many scans some positions are wrong, each another way; a copy on a counter is scanned there again.
        let (scans, _) = watch.today(at);
        let many = struck.scans.saturating_mul(limits::STRIKE_SHARE) >= usize::try_from(scans).unwrap_or(usize::MAX);
        let here = watch.strikes.iter().filter(|strike| strike.cell.is_some() && strike.cell == cell).count();
        let usual = many && struck.scans > limits::ALERT_STRIKES_MIN || here >= limits::ALERT_STRIKES_MIN;
        let enough = struck.scans >= limits::ALERT_STRIKES_MIN && struck.points >= settings.alert_points;
        let sure = struck.sure >= limits::SURE_STRIKES_MIN && settings.alert_points < u32::MAX;
        if (usual && enough || sure) && !watch.is_alerted(at) {
            let amount_minor = struck.amount_minor;
            watch.alert = Some(Alert { at, reasons: sighting.reasons.clone(), amount_minor });
            tell(context, EventKind::CodeSwapSuspected, sighting.payee, &sighting.reasons);
            for neighbour in
                place.map(|place| concerned(place, &sighting.scan, Some(sighting.payee))).unwrap_or_default()
            {
                tell(context, EventKind::CodeSwapNearby, neighbour, &[ReasonCode::CodeSwapSuspected]);
            }
        }
        let Watched::Code(serial) = watch.watched else { return };
        if usual
            && struck.scans >= limits::SUSPEND_STRIKES_MIN
            && struck.points >= settings.suspend_points
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

/// What no error of one phone's position looks like.
const SURE: [ReasonCode; 2] = [ReasonCode::CodeOthersCounter, ReasonCode::CodeNeighbourSilent];

fn tell(context: &mut Context<'_>, kind: EventKind, payee: PayeeId, reasons: &[ReasonCode]) {
    context.tell(kind, |event| {
        event.payee = Some(payee);
        event.reasons = reasons.to_vec();
    });
}

/// Whose counter it may be: whoever has the same surroundings, else those who usually are scanned here and have not
/// been for the longest.
pub(crate) fn concerned(place: &Place, scan: &Scan, but: Option<PayeeId>) -> Vec<PayeeId> {
    let others = || place.residents.iter().filter(|resident| Some(resident.payee) != but);
    let near = |other: &&Resident| other.surroundings.shared(&scan.surroundings) >= MARKS_SHARED;
    let same: Vec<PayeeId> = others().filter(near).map(|other| other.payee).collect();
    let mut quiet: Vec<_> = others().filter(|other| other.scans >= limits::USUAL_SCANS).collect();
    quiet.sort_by_key(|other| other.last_at);
    let mut concerned = if same.is_empty() { quiet.iter().map(|other| other.payee).collect() } else { same };
    concerned.truncate(limits::NEIGHBOURS_TOLD_MAX);
    concerned
}

/// The first 64 bits of SHA-256: enough to tell a few people or codes of one place apart.
pub(crate) fn short_digest(bytes: &[u8]) -> u64 {
    protocol::sha256(bytes).as_bytes().iter().take(8).fold(0_u64, |sum, byte| (sum << 8_u32) | u64::from(*byte))
}

/// Takes in that a payer thinks a code is not where it belongs.
pub(crate) fn report(context: &mut Context<'_>, payer: PayerId, serial: Serial) -> Result<Accepted, Refusal> {
    let code = context.state.code(serial).ok_or(ReasonCode::CodeUnregistered)?.clone();
    let watched = Watched::Code(serial);
    let mut watch = context.state.watch(watched).cloned().unwrap_or_else(|| Watch::new(watched, code.payee));
    if watch.report(short_digest(&[&serial.as_bytes()[..], payer.as_bytes()].concat()), context.at) {
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

/// Staff have looked at a payee: what was said against its unregistered codes is forgotten.
pub(crate) fn clear_payee(context: &mut Context<'_>, payee: PayeeId) -> Result<Accepted, Refusal> {
    let payee = context.state.payee(payee).ok_or(ReasonCode::PayeeUnknown)?;
    if let Some(watch) = context.state.watch(Watched::Payee(payee.card.id)) {
        let cleared = Watch { strikes: Vec::new(), reports: Vec::new(), alert: None, ..watch.clone() };
        context.push(Change::Noted(Noted::Watch(cleared)));
    }
    Ok(Accepted::Payee(payee.clone()))
}

/// Staff stop a code until it has been looked at.
pub(crate) fn suspend(context: &mut Context<'_>, serial: Serial) -> Result<Accepted, Refusal> {
    let code = context.state.code(serial).ok_or(ReasonCode::CodeUnknown)?;
    let code = RegisteredCode { suspended_at: code.suspended_at.or(Some(context.at)), ..code.clone() };
    context.push(Change::Noted(Noted::Code(code.clone())));
    tell(context, EventKind::CodeSuspended, code.payee, &[]);
    Ok(Accepted::Code(code))
}
