//! Coming back to a wallet, and the brakes of those who have no device at hand.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use credentials::TokenGrant;
use http::StatusCode;
use money::{PayerId, ReasonCode};
use payments::{Accepted, Command, Kept, KeptKey, PasskeyPermit, PasskeyUse, Recovery};
use protocol::{
    AddContactBody, CodesView, DeviceView, FreezeByCodeBody, FreezeForBody, HeardView, PrintCodesBody, RecoverBody,
    RecoveredView, RecoveryCode, RecoveryPasskey, RecoveryView, RemoveContactBody, RotateKeyBody, SessionKind,
    TokenBody, VouchBody,
};
use store::entropy;

use crate::app::{App, unexpected};
use crate::extract::{Anyone, Approved, Body, Reader, Returning};
use crate::http::devices::shown as shown_device;
use crate::http::error::Failure;
use crate::http::passkeys::asserted;
use crate::render;

/// How the caller could come back: what is left of the printed codes, and who is trusted.
#[utoipa::path(
    get, path = "/v1/recovery", operation_id = "show_recovery", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = RecoveryView))
)]
pub(crate) async fn show(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<RecoveryView>, Failure> {
    let row = match app.store.kept(KeptKey::Recovery(reader.payer())).await? {
        Some(Kept::Recovery(row)) => Some(row),
        _ => None,
    };
    Ok(Json(render::recovery(row.as_ref())))
}

/// Have a new sheet of printed codes, shown once; the old one is void. Where a factor is usable, or a sheet is, this body
/// needs a step-up.
#[utoipa::path(
    post, path = "/v1/recovery/codes", operation_id = "print_codes", tag = "wallet", security(("device" = [])),
    request_body = PrintCodesBody, responses((status = 201, body = CodesView))
)]
pub(crate) async fn print(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<PrintCodesBody>,
) -> Result<(StatusCode, Json<CodesView>), Failure> {
    let payer = signed.payer();
    let mut codes = Vec::with_capacity(payments::limits::RECOVERY_CODES);
    for _ in 0..payments::limits::RECOVERY_CODES {
        codes.push(RecoveryCode::from_random(entropy::random()?));
    }
    let kept = codes.iter().map(|code| code.digest(payer)).collect();
    let row = recovery(&app, Command::PrintCodes { signed, codes: kept }).await?;
    Ok((StatusCode::CREATED, Json(CodesView { codes, usable_from: row.codes_from })))
}

/// Trust somebody to vouch for a new device and to freeze the wallet for a day. Needs a step-up, and waits.
#[utoipa::path(
    post, path = "/v1/recovery/contacts", operation_id = "add_contact", tag = "wallet", security(("device" = [])),
    request_body = AddContactBody, responses((status = 200, body = RecoveryView))
)]
pub(crate) async fn add_contact(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<AddContactBody>,
) -> Result<Json<RecoveryView>, Failure> {
    let row = recovery(&app, Command::AddContact { signed }).await?;
    Ok(Json(render::recovery(Some(&row))))
}

/// Trust somebody no longer.
#[utoipa::path(
    post, path = "/v1/recovery/contacts/remove", operation_id = "remove_contact", tag = "wallet",
    security(("device" = [])), request_body = RemoveContactBody, responses((status = 200, body = RecoveryView))
)]
pub(crate) async fn remove_contact(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<RemoveContactBody>,
) -> Result<Json<RecoveryView>, Failure> {
    let row = recovery(&app, Command::RemoveContact { signed }).await?;
    Ok(Json(render::recovery(Some(&row))))
}

/// Say, as a trusted contact, that a new device is the payer's. The answer is the same for everybody.
#[utoipa::path(
    post, path = "/v1/recovery/vouch", operation_id = "vouch", tag = "wallet", security(("device" = [])),
    request_body = VouchBody, responses((status = 200, body = HeardView))
)]
pub(crate) async fn vouch(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<VouchBody>,
) -> Result<Json<HeardView>, Failure> {
    heard(&app, Command::Vouch { signed }).await
}

/// Freeze, as a trusted contact, somebody's wallet for a day. The answer is the same for everybody.
#[utoipa::path(
    post, path = "/v1/recovery/freeze-for", operation_id = "freeze_for", tag = "wallet", security(("device" = [])),
    request_body = FreezeForBody, responses((status = 200, body = HeardView))
)]
pub(crate) async fn freeze_for(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<FreezeForBody>,
) -> Result<Json<HeardView>, Failure> {
    heard(&app, Command::FreezeFor { signed }).await
}

/// Freeze a wallet for a day by a printed code, from any machine. The code is used up; the answer is the same whatever it
/// was. A device of the wallet that freezes it, too, makes it last.
#[utoipa::path(
    post, path = "/v1/recovery/freeze", operation_id = "freeze_by_code", tag = "wallet", security(()),
    request_body = FreezeByCodeBody, responses((status = 200, body = HeardView))
)]
pub(crate) async fn freeze_by_code(
    State(app): State<Arc<App>>,
    _: Anyone,
    Body { value, digest: _ }: Body<FreezeByCodeBody>,
) -> Result<Json<HeardView>, Failure> {
    let code = value.code.digest(value.payer);
    heard(&app, Command::FreezeByCode { payer: value.payer, code }).await
}

/// Come back: two factors of different kinds bind this device, which waits. With one, the answer is
/// `recovery.factor_missing`, and what spoke is remembered for a week.
#[utoipa::path(
    post, path = "/v1/recovery", operation_id = "recover", tag = "wallet", security(("device_key" = [])),
    request_body = RecoverBody, responses((status = 201, body = RecoveredView))
)]
pub(crate) async fn recover(
    State(app): State<Arc<App>>,
    Returning { enrolling, place }: Returning<RecoverBody>,
) -> Result<(StatusCode, Json<RecoveredView>), Failure> {
    let (enrolling, body) = enrolling.take_body();
    let RecoverBody { code, device, device_name: name, passkey, payer } = body;
    let key = enrolling.key();
    let passkey = match passkey {
        Some(shown) => Some(by_passkey(&app, payer, device, key, &shown).await?),
        None => None,
    };
    let code = code.map(|code| code.digest(payer));
    match app.accept(Command::Recover { enrolling, payer, device, name, code, passkey, place }).await? {
        Accepted::Session(session) => {
            let grant = TokenGrant { payer, device, key, session: session.id };
            let token = app.verifier.issue_token(&grant, session.generation, app.now());
            let (row, account) = app.store.payer(payer).await?.ok_or_else(unexpected)?;
            Ok((StatusCode::CREATED, Json(RecoveredView { payer: render::payer(&app, &row, &account), token })))
        }
        _ => Err(unexpected()),
    }
}

/// A passkey that speaks for this device: of a sign-in ceremony that this device began.
async fn by_passkey(
    app: &App,
    payer: PayerId,
    device: money::DeviceId,
    key: money::Digest,
    shown: &RecoveryPasskey,
) -> Result<(PasskeyPermit, PasskeyUse), Failure> {
    let (claimed, used) = asserted(app, (device, key), &shown.ceremony, &shown.credential).await?;
    if claimed != payer {
        return Err(ReasonCode::PasskeyUnknown.into());
    }
    Ok((PasskeyPermit::dangerous_after_webauthn(), used))
}

/// Give this device another key: signed by the old one, with the new key's own proof inside. Where a factor is usable this
/// body needs a step-up; else the device waits as a new one does.
#[utoipa::path(
    post, path = "/v1/devices/rotate", operation_id = "rotate_key", tag = "wallet", security(("device" = [])),
    request_body = RotateKeyBody, responses((status = 200, body = DeviceView))
)]
pub(crate) async fn rotate(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<RotateKeyBody>,
) -> Result<Json<DeviceView>, Failure> {
    let (device, payer) = (signed.device(), signed.payer());
    let whose = TokenBody { device, kind: SessionKind::Own, payer };
    let possession = app
        .verifier
        .possession(&signed.body().possession, "/v1/devices/rotate", &whose, app.now())
        .map_err(|error| Failure::of_proof(&error, &[]).with_detail("the new key's proof of possession"))?;
    match app.accept(Command::RotateKey { signed, possession }).await? {
        Accepted::Device(device) => Ok(Json(shown_device(&app, device).await?)),
        _ => Err(unexpected()),
    }
}

async fn recovery(app: &App, command: Command) -> Result<Box<Recovery>, Failure> {
    match app.accept(command).await? {
        Accepted::Recovery(row) => Ok(row),
        _ => Err(unexpected()),
    }
}

async fn heard(app: &App, command: Command) -> Result<Json<HeardView>, Failure> {
    match app.accept(command).await? {
        Accepted::Heard => Ok(Json(HeardView { heard: true })),
        _ => Err(unexpected()),
    }
}
