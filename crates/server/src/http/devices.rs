//! A payer's devices.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::{Accepted, Command, Device};
use protocol::{BindDeviceBody, DeviceView, Page, RevokeDeviceBody, TokenBody};

use crate::app::{App, unexpected};
use crate::extract::{Approved, Reader};
use crate::http::error::Failure;
use crate::render;

/// The caller's devices, oldest first.
#[utoipa::path(
    get, path = "/v1/devices", operation_id = "list_devices", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = Page<DeviceView>))
)]
pub(crate) async fn list(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<Page<DeviceView>>, Failure> {
    let devices = app.store.devices(reader.payer()).await?;
    let items = devices.iter().map(|(device, standing)| render::device(device, standing.as_ref()));
    Ok(Json(Page { items: items.collect(), next: None }))
}

/// Bind another device: signed by a bound one, with the new key's own proof inside.
#[utoipa::path(
    post, path = "/v1/devices", operation_id = "bind_device", tag = "wallet", security(("device" = [])),
    request_body = BindDeviceBody, responses((status = 201, body = DeviceView))
)]
pub(crate) async fn bind(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<BindDeviceBody>,
) -> Result<(StatusCode, Json<DeviceView>), Failure> {
    let body = signed.body();
    let joining = TokenBody { device: body.device, kind: body.kind, payer: signed.payer() };
    let possession = app
        .verifier
        .possession(&body.possession, "/v1/devices", &joining, app.now())
        .map_err(|error| Failure::of_proof(&error, &[]).with_detail("the new device's proof of possession"))?;
    match app.accept(Command::BindDevice { signed, possession }).await? {
        Accepted::Device(device) => Ok((StatusCode::CREATED, Json(shown(&app, device).await?))),
        _ => Err(unexpected()),
    }
}

/// Let one of the caller's devices act no longer, from the next request on, on every node.
#[utoipa::path(
    post, path = "/v1/devices/revoke", operation_id = "revoke_device", tag = "wallet", security(("device" = [])),
    request_body = RevokeDeviceBody, responses((status = 200, body = DeviceView))
)]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<RevokeDeviceBody>,
) -> Result<Json<DeviceView>, Failure> {
    match app.accept(Command::RevokeDevice { signed }).await? {
        Accepted::Device(device) => Ok(Json(shown(&app, device).await?)),
        _ => Err(unexpected()),
    }
}

/// A device with what it may do now.
pub(crate) async fn shown(app: &App, device: Device) -> Result<DeviceView, Failure> {
    let standing = app.store.device(device.id).await?.and_then(|(_, standing)| standing);
    Ok(render::device(&device, standing.as_ref()))
}
