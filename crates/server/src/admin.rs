//! What staff may do: register payees, issue keys, fund in test mode, check the books.
//!
//! The same functions answer on the admin socket, whose mode 0600 is the proof of being staff, and to a command that
//! holds the lock of an unserved data folder.

mod calls;
mod codes;
mod held;
mod identity;
mod keys;
mod risk;
mod tried;
mod wire;

pub use self::risk::{
    Alarms, Assessed, Candidate, FalseAlarms, Found, Judgement, RiskStatus, SnoozeView, Snoozes, Snoozing,
};
pub use calls::{
    check_ledger, dispatch, fund, payees, register_payee, rekey_payee, remove_pin, revoke_device, rotate_server_keys,
    server_keys, status, thaw, verify_audit, vouch,
};
pub use codes::{Cleared, NewCode, SwapView, clear_suspicion, codes, judge_code, register_code, swaps, withdraw_code};
pub use held::{HeldView, JudgedView, held, judge_held};
pub use identity::{
    CheckedSource, FactEntry, FactWithdrawal, GuardianEntry, PayoutEntry, SignUpsView, StaffPayoutView,
    VerificationEntry, enter_fact, facts, guardian, payouts, settle_payout, sign_ups, verification, verify,
    withdraw_fact,
};
pub use keys::{EndKey, IssuedKey, KeyView, NewKey, NewKeyKind, Replaced, Shown, add_key, end_key, keys};
pub use tried::{PolicyTrial, PolicyTried, try_policy};
pub use wire::{
    AdminError, Done, Funding, IssuedPayee, NewPayee, PayeeSummary, Rekey, RotateServerKeys, ServerKeysView, Status,
    Vouching, WalletSummary,
};

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderValue, header};

use crate::app::App;
use crate::extract::read_body;
use crate::http::error::{Failure, language, status as http_status};
use crate::http::health;
use crate::limits;
use crate::packs;

/// The admin socket: everything is [`dispatch`], but for what is told of this process.
pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/admin/healthz", get(health::staff_alive).fallback(handle))
        .route("/admin/readyz", get(health::staff_ready).fallback(handle))
        .route("/admin/metrics", get(health::staff_metrics).fallback(handle))
        .route("/admin/payees/{payee}/keys", get(keys_and_uses).fallback(handle))
        .route("/admin/code-keys", get(code_keys).post(reload_code_keys).fallback(handle))
        .route("/admin/packs", get(packs_in_force).post(reload_packs).fallback(handle))
        .fallback(handle)
        .with_state(app)
}

/// A payee's keys, with the last uses this process has seen; of a folder that is not served nobody has seen any.
async fn keys_and_uses(State(app): State<Arc<App>>, Path(payee): Path<String>, headers: http::HeaderMap) -> Response {
    let listed = match payee.parse() {
        Ok(payee) => keys(app.store.as_ref(), payee, &app.key_uses.all()).await,
        Err(_) => Err(money::ReasonCode::PayeeUnknown.into()),
    };
    match listed {
        Ok(keys) => json(200, "application/json", &in_json(&keys)),
        Err(error) => {
            let status = http_status(error.reason()).as_u16();
            json(status, "application/problem+json", &in_json(&error.problem(language(&headers))))
        }
    }
}

/// The packs of this process; a folder that is not served has none.
async fn packs_in_force(State(app): State<Arc<App>>) -> Response {
    json(200, "application/json", &in_json(&packs::in_force(app.store.as_ref(), false)))
}

/// The published keys of dynamic codes as this process signs under them.
async fn code_keys(State(app): State<Arc<App>>) -> Response {
    json(200, "application/json", &in_json(app.signer().key_set()))
}

async fn reload_code_keys(State(app): State<Arc<App>>, headers: http::HeaderMap) -> Response {
    match app.signing.reload().await {
        Ok(set) => json(200, "application/json", &in_json(&set)),
        Err(error) => {
            let reason = money::ReasonCode::RequestMalformed;
            let problem = Failure::from(reason).with_detail(error.to_string()).problem(language(&headers));
            json(http_status(reason).as_u16(), "application/problem+json", &in_json(&problem))
        }
    }
}

async fn reload_packs(State(app): State<Arc<App>>, headers: http::HeaderMap) -> Response {
    match packs::reload(app.store.as_ref(), app.pack_reader.as_ref()).await {
        Ok(now) => json(200, "application/json", &in_json(&now)),
        Err(error) => {
            let reason = money::ReasonCode::RequestMalformed;
            let problem = Failure::from(reason).with_detail(error.to_string()).problem(language(&headers));
            json(http_status(reason).as_u16(), "application/problem+json", &in_json(&problem))
        }
    }
}

fn in_json<T: serde::Serialize>(value: &T) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

async fn handle(State(app): State<Arc<App>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let spoken = language(&parts.headers);
    let answer = match read_body(body, limits::ADMIN_BODY_BYTES_MAX).await {
        Ok(body) => dispatch(app.store.as_ref(), parts.method.as_str(), parts.uri.path(), &body).await,
        Err(_) => Err(money::ReasonCode::RequestTooLarge.into()),
    };
    let reason = answer.as_ref().err().map(|error| error.reason().code());
    tracing::info!(target: "farthing::admin", method = parts.method.as_str(), path = parts.uri.path(), reason);
    match answer {
        Ok(value) => json(200, "application/json", &value),
        Err(error) => {
            let problem = error.problem(spoken);
            let status = http_status(error.reason()).as_u16();
            json(status, "application/problem+json", &serde_json::to_value(problem).unwrap_or_default())
        }
    }
}

fn json(status: u16, kind: &'static str, value: &serde_json::Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
