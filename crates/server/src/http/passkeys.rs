//! Passkeys: added, listed, named, revoked; approving a body; signing in on a new device.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use credentials::{Signed, TokenGrant};
use http::StatusCode;
use money::{PayerId, ReasonCode};
use payments::{Accepted, Command, Kept, KeptKey, Passkey, PasskeyPermit, PasskeyUse};
use protocol::{
    AddPasskeyBody, ApprovalView, BeginPasskeyBody, BeginPasskeyStepUpBody, BeginSignInBody, CeremonyView, Page,
    PasskeyStepUpBody, PasskeyView, RenamePasskeyBody, RevokePasskeyBody, SignInBody, SignInView, Strength,
};
use serde_json::Value;
use store::entropy;

use crate::app::{App, unexpected};
use crate::extract::{Approved, Asked, Newcomer, Reader, Returning, is_bound};
use crate::http::error::Failure;
use crate::passkeys::{Begun, Purpose};
use crate::render;

/// The caller's passkeys, oldest first.
#[utoipa::path(
    get, path = "/v1/passkeys", operation_id = "list_passkeys", tag = "wallet", security(("device" = [])),
    responses((status = 200, body = Page<PasskeyView>))
)]
pub(crate) async fn list(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<Page<PasskeyView>>, Failure> {
    let items = kept(&app, reader.payer()).await?.iter().map(render::passkey).collect();
    Ok(Json(Page { items, next: None }))
}

/// Begin to have another passkey. Where a PIN or a passkey is usable, this body needs a step-up by the strongest; the new
/// one then approves at once. Else it waits as a new device does.
#[utoipa::path(
    post, path = "/v1/passkeys/begin", operation_id = "begin_passkey", tag = "wallet", security(("device" = [])),
    request_body = BeginPasskeyBody, responses((status = 200, body = CeremonyView))
)]
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<BeginPasskeyBody>,
) -> Result<Json<CeremonyView>, Failure> {
    let (payer, device, name) = (signed.payer(), signed.device(), signed.body().name.clone());
    let Accepted::PasskeyBegun { vouched } = app.accept(Command::BeginPasskey { signed }).await? else {
        return Err(unexpected());
    };
    let known = kept(&app, payer).await?;
    let start = app.passkeys.begin_registration(payer, name.as_str(), &known)?;
    sealed(&app, Purpose::Register { payer, device, name, vouched, state: start.state }, start.options)
}

/// Have the passkey that the authenticator made.
#[utoipa::path(
    post, path = "/v1/passkeys", operation_id = "add_passkey", tag = "wallet", security(("device" = [])),
    request_body = AddPasskeyBody, responses((status = 201, body = PasskeyView))
)]
pub(crate) async fn add(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<AddPasskeyBody>,
) -> Result<(StatusCode, Json<PasskeyView>), Failure> {
    let (signed, AddPasskeyBody { biometric, ceremony, credential }) = signed.take_body();
    let Begun { purpose, once: ceremony } = app.passkeys.sealer().open(&ceremony, app.now())?;
    let Purpose::Register { payer, device, name, vouched, state } = purpose else {
        return Err(ReasonCode::PasskeyCeremony.into());
    };
    let signed = theirs(signed, payer, device)?;
    let made = app.passkeys.finish_registration(&state, &credential, biometric, app.now())?;
    let permit = PasskeyPermit::dangerous_after_webauthn();
    let command = Command::AddPasskey { permit, signed, made, name, vouched, ceremony };
    Ok((StatusCode::CREATED, shown(&app, command).await?))
}

/// Call a passkey something else.
#[utoipa::path(
    post, path = "/v1/passkeys/rename", operation_id = "rename_passkey", tag = "wallet", security(("device" = [])),
    request_body = RenamePasskeyBody, responses((status = 200, body = PasskeyView))
)]
pub(crate) async fn rename(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<RenamePasskeyBody>,
) -> Result<Json<PasskeyView>, Failure> {
    shown(&app, Command::RenamePasskey { signed }).await
}

/// Take a passkey away. One that may be used needs a step-up of this body; one that waits or is flagged does not.
#[utoipa::path(
    post, path = "/v1/passkeys/revoke", operation_id = "revoke_passkey", tag = "wallet", security(("device" = [])),
    request_body = RevokePasskeyBody, responses((status = 200, body = PasskeyView))
)]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<RevokePasskeyBody>,
) -> Result<Json<PasskeyView>, Failure> {
    shown(&app, Command::RevokePasskey { signed }).await
}

/// Begin to approve one body by passkey.
#[utoipa::path(
    post, path = "/v1/step-up/passkey/begin", operation_id = "begin_step_up_by_passkey", tag = "payments",
    security(("device" = [])), request_body = BeginPasskeyStepUpBody, responses((status = 200, body = CeremonyView))
)]
pub(crate) async fn begin_step_up(
    State(app): State<Arc<App>>,
    Asked(signed): Asked<BeginPasskeyStepUpBody>,
) -> Result<Json<CeremonyView>, Failure> {
    is_bound(&app, &signed).await?;
    let BeginPasskeyStepUpBody { body, strength } = *signed.body();
    let (payer, device, least) = (signed.payer(), signed.device(), strength.unwrap_or(Strength::Passkey));
    let start = app.passkeys.begin_assertion(&kept(&app, payer).await?, least, app.now())?;
    sealed(&app, Purpose::StepUp { payer, device, body, state: start.state }, start.options)
}

/// Approve one body by passkey. Send that body within two minutes, from this device.
#[utoipa::path(
    post, path = "/v1/step-up/passkey", operation_id = "step_up_by_passkey", tag = "payments",
    security(("device" = [])), request_body = PasskeyStepUpBody, responses((status = 200, body = ApprovalView))
)]
pub(crate) async fn step_up(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<PasskeyStepUpBody>,
) -> Result<Json<ApprovalView>, Failure> {
    let (signed, PasskeyStepUpBody { biometric, body, ceremony, credential }) = signed.take_body();
    let Begun { purpose, once } = app.passkeys.sealer().open(&ceremony, app.now())?;
    let Purpose::StepUp { payer, device, body: begun_for, state } = purpose else {
        return Err(ReasonCode::PasskeyCeremony.into());
    };
    let signed = theirs(signed, payer, device)?;
    if body != begun_for {
        return Err(ReasonCode::PasskeyWrongBody.into());
    }
    let used = app.passkeys.finish_assertion(&state, &credential)?.told(biometric).used(once);
    let permit = PasskeyPermit::dangerous_after_webauthn();
    match app.accept(Command::ApproveByPasskey { permit, signed, body, used }).await? {
        Accepted::Approved(approval) => Ok(Json(render::approval(&approval))),
        _ => Err(unexpected()),
    }
}

/// Begin to sign in on a new device, by a passkey that its owner has there.
#[utoipa::path(
    post, path = "/v1/sign-in/begin", operation_id = "begin_sign_in", tag = "wallet", security(("device_key" = [])),
    request_body = BeginSignInBody, responses((status = 200, body = CeremonyView))
)]
pub(crate) async fn begin_sign_in(
    State(app): State<Arc<App>>,
    Newcomer { enrolling, .. }: Newcomer<BeginSignInBody>,
) -> Result<Json<CeremonyView>, Failure> {
    // WHY no use of the proof is remembered: what is given out is worth nothing without this key.
    let start = app.passkeys.begin_sign_in()?;
    let (device, key) = (enrolling.body().device, enrolling.key());
    sealed(&app, Purpose::SignIn { device, key, state: start.state }, start.options)
}

/// Sign in: the new device is bound and waits like every other, so a passkey alone pays nothing.
#[utoipa::path(
    post, path = "/v1/sign-in", operation_id = "sign_in", tag = "wallet", security(("device_key" = [])),
    request_body = SignInBody, responses((status = 201, body = SignInView))
)]
pub(crate) async fn sign_in(
    State(app): State<Arc<App>>,
    Returning { enrolling, place }: Returning<SignInBody>,
) -> Result<(StatusCode, Json<SignInView>), Failure> {
    let (enrolling, SignInBody { ceremony, credential, device, device_name: name }) = enrolling.take_body();
    let key = enrolling.key();
    let (payer, used) = asserted(&app, (device, key), &ceremony, &credential).await?;
    let permit = PasskeyPermit::dangerous_after_webauthn();
    match app.accept(Command::SignIn { permit, enrolling, payer, device, name, used, place }).await? {
        Accepted::Session(session) => {
            let grant = TokenGrant { payer, device, key, session: session.id };
            let token = app.verifier.issue_token(&grant, session.generation, app.now());
            let (row, account) = app.store.payer(payer).await?.ok_or_else(unexpected)?;
            Ok((StatusCode::CREATED, Json(SignInView { payer: render::payer(&app, &row, &account), token })))
        }
        _ => Err(unexpected()),
    }
}

/// Whose passkey answered a sign-in ceremony that this device began with this key.
pub(crate) async fn asserted(
    app: &App,
    by: (money::DeviceId, money::Digest),
    ceremony: &str,
    credential: &Value,
) -> Result<(PayerId, PasskeyUse), Failure> {
    let Begun { purpose, once } = app.passkeys.sealer().open(ceremony, app.now())?;
    let Purpose::SignIn { device, key, state } = purpose else {
        return Err(ReasonCode::PasskeyCeremony.into());
    };
    if (device, key) != by {
        return Err(ReasonCode::PasskeyCeremony.into());
    }
    let (payer, id) = app.passkeys.claimed(credential)?;
    let known = kept(app, payer).await?;
    let passkey = known.iter().find(|passkey| passkey.made.id == id).ok_or(ReasonCode::PasskeyUnknown)?;
    Ok((payer, app.passkeys.finish_sign_in(state, credential, passkey)?.used(once)))
}

/// Whether a ceremony comes back from who began it.
fn theirs<B>(signed: Signed<B>, payer: PayerId, device: money::DeviceId) -> Result<Signed<B>, Failure> {
    let is_theirs = signed.payer() == payer && signed.device() == device;
    if is_theirs { Ok(signed) } else { Err(ReasonCode::PasskeyCeremony.into()) }
}

fn sealed(app: &App, purpose: Purpose, options: Value) -> Result<Json<CeremonyView>, Failure> {
    let (ceremony, expires_at) = app.passkeys.sealer().seal(purpose, app.now(), entropy::random()?)?;
    Ok(Json(CeremonyView { ceremony, expires_at, options }))
}

async fn shown(app: &App, command: Command) -> Result<Json<PasskeyView>, Failure> {
    match app.accept(command).await? {
        Accepted::Passkey(passkey) => Ok(Json(render::passkey(&passkey))),
        _ => Err(unexpected()),
    }
}

async fn kept(app: &App, payer: PayerId) -> Result<Vec<Passkey>, Failure> {
    match app.store.kept(KeptKey::Passkeys(payer)).await? {
        Some(Kept::Passkeys(row)) => Ok(row.passkeys),
        _ => Ok(Vec::new()),
    }
}
