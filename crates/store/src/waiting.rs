//! What a payment's row says besides: the rules behind a refusal or a wait, and how long it waits.

use money::Instant;
use payments::{Payment, Wait};
use policy::Reason;
use protocol::PaymentStatus;

use crate::fault::Fault;
use crate::rows::Columns;

/// The rules behind a refusal or a wait, as they are stored; nothing where there are none.
pub(crate) fn cite(rules: &[Reason]) -> Result<String, Fault> {
    if rules.is_empty() {
        return Ok(String::new());
    }
    serde_json::to_string(rules).map_err(|_| Fault::Unwritable("cited rules"))
}

pub(crate) fn cited(text: &str) -> Result<Vec<Reason>, Fault> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_str(text).map_err(|_| Fault::Unreadable("cited rules"))
}

/// `payment` with how long it waits, which its last columns say.
pub(crate) fn told(payment: Payment, columns: &mut Columns<'_, '_>) -> Result<Payment, Fault> {
    let wait = read(columns)?;
    let status = if wait.is_some() { PaymentStatus::Held } else { payment.status };
    Ok(Payment { status, wait, ..payment })
}

/// How long a payment waits; `None` of one that does not.
fn read(columns: &mut Columns<'_, '_>) -> Result<Option<Wait>, Fault> {
    let (waits, until) = (columns.take::<i64>()?, columns.maybe_instant()?);
    let confirmable_from = columns.maybe_instant()?;
    match (waits, until) {
        (0, _) => Ok(None),
        (GOES_ON | GOES_BACK, Some(until)) => Ok(Some(Wait { until, goes_on: waits == GOES_ON, confirmable_from })),
        _ => Err(Fault::Unreadable("wait of a payment")),
    }
}

const GOES_ON: i64 = 1;
const GOES_BACK: i64 = 2;

/// Whether a payment waits, until when, and from when staff may let it go on: its last columns.
pub(crate) fn columns(payment: &Payment) -> (i64, Option<i64>, Option<i64>) {
    let millis = Instant::unix_millis;
    payment.wait.map_or((0, None, None), |wait| {
        let waits = if wait.goes_on { GOES_ON } else { GOES_BACK };
        (waits, Some(millis(wait.until)), wait.confirmable_from.map(millis))
    })
}

/// The status column: a payment that waits has its money on hold, and is told apart by the wait.
pub(crate) const fn status(status: PaymentStatus) -> PaymentStatus {
    match status {
        PaymentStatus::Held => PaymentStatus::Authorized,
        other => other,
    }
}
