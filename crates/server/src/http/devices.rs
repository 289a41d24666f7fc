//! A payer's devices.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use payments::{Accepted, Command};
use protocol::{BindDeviceBody, DeviceView, Page};

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
    Ok(Json(Page { items: devices.iter().map(render::device).collect(), next: None }))
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
    let possession =
        app.verifier
            .possession(&body.possession, "/v1/devices", body.device, signed.payer(), app.now())
            .map_err(|error| Failure::of_proof(&error, &[]).with_detail("the new device's proof of possession"))?;
    match app.accept(Command::BindDevice { signed, possession }).await? {
        Accepted::Device(device) => Ok((StatusCode::CREATED, Json(render::device(&device)))),
        _ => Err(unexpected()),
    }
}
