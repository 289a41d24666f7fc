//! What the register and the place say of a scanned code before anybody pays it: the payment's own weighing.

use money::ReasonCode;
use payments::{
    Noted, NotedKey, Payee, Place, RegisteredCode, Scene, SwapAnswer, Watch, Watched, stranger_mark,
    stranger_suspicion, suspicion,
};
use protocol::{Scan, Serial};
use qr::{FindingKind, Inspection, Network, Scheme, Verdict};

use crate::app::App;
use crate::http::error::Failure;

/// The same inspection, with a lower verdict where a code of ours looks as if it stood where another's belongs.
pub(crate) async fn judge(
    app: &App,
    inspection: Inspection,
    payload: &str,
    scan: Option<&Scan>,
) -> Result<Inspection, Failure> {
    if inspection.network != Some(Network::Farthing) {
        return judge_stranger(app, inspection, payload, scan).await;
    }
    if inspection.verdict != Verdict::Trusted {
        return Ok(inspection);
    }
    let Some((payee, serial)) = scanned(app, payload).await? else { return Ok(inspection) };
    let rows = Rows::read(app, &payee, serial, scan).await?;
    let nowhere = Scan::default();
    let found = suspicion(&Scene {
        at: app.now(),
        payee: payee.card.id,
        payee_since: payee.registered_at,
        scan: scan.unwrap_or(&nowhere),
        code: rows.code.as_ref(),
        of_code: rows.of_code.as_ref(),
        of_payee: rows.of_payee.as_ref(),
        place: rows.place.as_ref(),
    });
    // WHY no finer reason: whoever swaps codes would ask here what gives them away.
    let reasons = [ReasonCode::CodeSwapSuspected];
    Ok(match app.store.settings().swap.answer(found.points) {
        SwapAnswer::Nothing => inspection,
        SwapAnswer::Warn | SwapAnswer::StepUp => inspection.lowered(Verdict::Suspicious, &reasons),
        SwapAnswer::Refuse => inspection.lowered(Verdict::Dangerous, &reasons),
    })
}

/// A text that is none of ours, where registered codes are: on a counter that has one, another code to pay by is not what
/// the shop registered.
async fn judge_stranger(
    app: &App,
    inspection: Inspection,
    payload: &str,
    scan: Option<&Scan>,
) -> Result<Inspection, Failure> {
    let Some((scan, cell)) = scan.and_then(|scan| Some((scan, scan.cell?))) else { return Ok(inspection) };
    let Some(Noted::Place(place)) = app.store.noted(NotedKey::Place(cell)).await? else { return Ok(inspection) };
    let other = inspection.findings.iter().any(|found| found.code == FindingKind::LinkOtherPayment.code());
    let pays = other || matches!(inspection.scheme, Scheme::EmvMpm | Scheme::Upi);
    let found = stranger_suspicion(&place, scan, (stranger_mark(payload), pays), app.now());
    // It cannot be paid here, so nobody learns by it what would give a payment away.
    Ok(match app.store.settings().swap.answer(found.points) {
        SwapAnswer::Nothing => inspection,
        _ => inspection.lowered(Verdict::Suspicious, &[ReasonCode::CodeUnregisteredHere]),
    })
}

/// What a report is about.
pub(crate) enum Reported {
    /// A registered code.
    Registered(Serial),
    /// A text that is none of ours.
    Stranger,
}

/// What was scanned, for a report.
///
/// # Errors
/// That it is one of ours and came by no registered code.
pub(crate) async fn reported(app: &App, payload: &str) -> Result<Reported, Failure> {
    match scanned(app, payload).await? {
        None => Ok(Reported::Stranger),
        Some((_, None)) => Err(ReasonCode::CodeUnregistered.into()),
        Some((_, Some(serial))) => Ok(Reported::Registered(serial)),
    }
}

/// Whose code it is, and which registered one.
async fn scanned(app: &App, payload: &str) -> Result<Option<(Payee, Option<Serial>)>, Failure> {
    let (payee, serial) = match qr::verify_static(payload, app.signer().trusted(), app.now()) {
        Ok(sticker) => (sticker.code().payee, sticker.code().serial.parse().ok()),
        Err(_) => match qr::verify(payload, app.signer().trusted(), app.now()) {
            Ok(code) => {
                let intent = app.store.intent(code.code().intent).await?;
                let counter = intent.and_then(|(intent, _)| intent.core.counter);
                (code.code().payee, counter.map(|counter| counter.serial))
            }
            Err(_) => return Ok(None),
        },
    };
    Ok(app.store.payee(payee).await?.map(|payee| (payee, serial)))
}

#[derive(Default)]
struct Rows {
    code: Option<RegisteredCode>,
    of_code: Option<Watch>,
    of_payee: Option<Watch>,
    place: Option<Place>,
}

impl Rows {
    async fn read(app: &App, payee: &Payee, serial: Option<Serial>, scan: Option<&Scan>) -> Result<Self, Failure> {
        let mut rows = Self::default();
        if let Some(serial) = serial {
            rows.take(app.store.noted(NotedKey::Code(serial)).await?);
            rows.take(app.store.noted(NotedKey::Watch(Watched::Code(serial))).await?);
        }
        rows.take(app.store.noted(NotedKey::Watch(Watched::Payee(payee.card.id))).await?);
        if let Some(cell) = scan.and_then(|scan| scan.cell) {
            rows.take(app.store.noted(NotedKey::Place(cell)).await?);
        }
        Ok(rows)
    }

    fn take(&mut self, row: Option<Noted>) {
        match row {
            Some(Noted::Code(row)) => self.code = Some(row),
            Some(Noted::Place(row)) => self.place = Some(row),
            Some(Noted::Watch(row)) if matches!(row.watched, Watched::Code(_)) => self.of_code = Some(row),
            Some(Noted::Watch(row)) => self.of_payee = Some(row),
            // Nothing else is asked for.
            Some(_) | None => {}
        }
    }
}
