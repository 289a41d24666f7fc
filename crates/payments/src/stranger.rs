//! Strangers: codes of other networks, and other texts, that payers say lie where a registered code belongs.
//!
//! Nobody pays them here, so no payment tells of them; a report does. It is bounded: a cell remembers a few of them, and
//! one wallet can speak for three.

use money::{PayeeId, PayerId, ReasonCode};
use protocol::{Cell, ReportCodeBody};

use crate::change::{Change, EventKind};
use crate::decide::Context;
use crate::noted::Noted;
use crate::outcome::{Accepted, Refusal};
use crate::place::{Place, Stranger};
use crate::sighting::{concerned, short_digest};
use crate::swap::MARKS_SHARED;

/// People who must say the same before anybody is told, where the phone saw nothing of the counter.
const PEOPLE_MIN: usize = 2;

/// What a text pays to, in 64 bits: for a code of the standard its accounts, so that another amount or name is no other
/// stranger; else the whole text.
#[must_use]
pub fn stranger_mark(text: &str) -> u64 {
    let Ok(code) = qr::decode(text) else { return short_digest(text.as_bytes()) };
    let accounts =
        code.accounts().flat_map(|account| [account.id_text().into_bytes(), account.value.as_bytes().to_vec()]);
    let accounts: Vec<u8> = accounts.flatten().collect();
    if accounts.is_empty() { short_digest(text.as_bytes()) } else { short_digest(&accounts) }
}

/// Takes in that a payer found a stranger where registered codes are.
pub(crate) fn report(context: &mut Context<'_>, payer: PayerId, body: &ReportCodeBody) -> Result<Accepted, Refusal> {
    let scan = body.scan.clone().unwrap_or_default();
    let place = scan.cell.and_then(|cell| context.state.place(cell)).filter(|place| !place.residents.is_empty());
    let mut place = place.ok_or(ReasonCode::CodeUnregistered)?.clone();
    let (mark, at) = (stranger_mark(&body.payload), context.at);
    let by = short_digest(&[&place.cell.id()[..], payer.as_bytes()].concat());
    let near = place.residents.iter().any(|one| one.surroundings.shared(&scan.surroundings) >= MARKS_SHARED);
    let news = place.report(Stranger { mark, by, at, told: false });
    let people = if near { 1 } else { PEOPLE_MIN };
    if news && place.reporters(mark, at) >= people && !place.is_told(at) {
        if let Some(stranger) = place.strangers.last_mut() {
            stranger.told = true;
        }
        tell(context, EventKind::CodeSwapSuspected, None);
        for neighbour in concerned(&place, &scan, None) {
            tell(context, EventKind::CodeSwapNearby, Some(neighbour));
        }
    }
    context.push(Change::Noted(Noted::Place(place)));
    Ok(Accepted::Heard)
}

fn tell(context: &mut Context<'_>, kind: EventKind, payee: Option<PayeeId>) {
    context.tell(kind, |event| {
        event.payee = payee;
        event.reasons = vec![ReasonCode::CodeUnregisteredHere];
    });
}

/// Staff have looked at a place: what was reported there is forgotten.
pub(crate) fn clear(context: &mut Context<'_>, cell: Cell) -> Result<Accepted, Refusal> {
    let place = context.state.place(cell).ok_or(ReasonCode::CodeUnknown)?;
    let cleared = Place { strangers: Vec::new(), ..place.clone() };
    context.push(Change::Noted(Noted::Place(cleared)));
    Ok(Accepted::Heard)
}
