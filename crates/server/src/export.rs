//! Everything about one payer, for themselves: the same through the API and for staff who answer a request.

use money::{PayerId, ReasonCode};
use payments::{Accepted, Command, ReadPermit};
use protocol::{ExportView, limits as wire};
use store::{PageRequest, PaymentFilter, Store};

use crate::http::error::Failure;
use crate::http::facts::facts_of;
use crate::{limits, render};

/// Gathers it, page by page.
pub(crate) async fn export(store: &dyn Store, test_mode: bool, payer: PayerId) -> Result<ExportView, Failure> {
    let (row, account) = store.payer(payer).await?.ok_or(ReasonCode::PayerUnknown)?;
    let devices = store.devices(payer).await?;
    let mut payments = Vec::new();
    let mut refunds = Vec::new();
    let mut before = None;
    while payments.len() < limits::EXPORT_ROWS_MAX {
        let page = PageRequest { before, limit: wire::PAGE_ROWS_MAX };
        let rows = store.payments(payer, PaymentFilter::default(), page).await?;
        for one in rows.rows.iter().filter(|one| !one.payment.refunded.is_zero()) {
            refunds.extend(store.refunds(one.payment.id).await?.iter().map(render::refund));
        }
        payments.extend(rows.rows.iter().map(|one| render::payment(&one.payment, &one.core)));
        before = rows.next;
        if before.is_none() {
            break;
        }
    }
    let mut alerts = Vec::new();
    let mut before = None;
    while alerts.len() < limits::EXPORT_ROWS_MAX {
        let rows = store.alerts(payer, PageRequest { before, limit: wire::PAGE_ROWS_MAX }).await?;
        alerts.extend(rows.rows.into_iter().map(|(event, name)| render::alert(&event, name)));
        before = rows.next;
        if before.is_none() {
            break;
        }
    }
    let limits = match devices.first() {
        Some((device, _)) => limits_of(store, payer, device.id).await?,
        None => Vec::new(),
    };
    Ok(ExportView {
        alerts,
        devices: devices.iter().map(|(device, standing)| render::device(device, standing.as_ref())).collect(),
        exported_at: store.now(),
        facts: facts_of(store, payer).await?,
        limits,
        payer: render::wallet(&row, &account, &store.settings(), test_mode, store.now()),
        payments,
        refunds,
    })
}

async fn limits_of(
    store: &dyn Store,
    payer: PayerId,
    device: money::DeviceId,
) -> Result<Vec<protocol::OwnLimitView>, Failure> {
    let permit = ReadPermit::dangerous_for_proven_device(payer, device);
    match store.submit(Command::ShowLimits { permit }).await?.outcome {
        Ok(Accepted::Limits(view)) => Ok(view.own),
        // Of an erased payer there are none.
        _ => Ok(Vec::new()),
    }
}
