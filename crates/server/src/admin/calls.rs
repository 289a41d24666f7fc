//! Each call of staff, as a plain function over the store.

use std::collections::HashMap;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::ApiKey;
use money::{PayeeId, PayerId, ReasonCode};
use payments::{Accepted, CodeVerdict, Command, HeldVerdict, Noted, NotedKey, ServerKeys, StaffPermit, Suspect};
use protocol::PayeeCard;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use store::{AuditSummary, LedgerSummary, Store, entropy};

use super::codes::{clear_suspicion, codes, judge_code, register_code, swaps, withdraw_code};
use super::held::{held, judge_held};
use super::identity;
use super::keys::{EndKey, add_key, end_key, keys};
use super::tried::try_policy;
use super::wire::{
    AdminError, Done, Funding, IssuedPayee, NewPayee, PayeeSummary, Rekey, RotateServerKeys, ServerKeysView, Status,
    Vouching, WalletSummary,
};
use crate::export::export;
use crate::{limits, render};

/// Answers one admin call by method and path, as the socket does.
///
/// # Errors
/// [`AdminError`].
pub async fn dispatch(store: &dyn Store, method: &str, path: &str, body: &[u8]) -> Result<Value, AdminError> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match (method, parts.as_slice()) {
        ("GET", ["admin", "status"]) => value(&status(store)),
        ("GET", ["admin", "payees"]) => value(&payees(store).await?),
        ("POST", ["admin", "payees"]) => value(&register_payee(store, read(body)?).await?),
        ("POST", ["admin", "payees", payee, "rekey"]) => {
            let payee = payee.parse().map_err(|_| ReasonCode::PayeeUnknown)?;
            let body = if body.is_empty() { Rekey::default() } else { read(body)? };
            value(&rekey_payee(store, payee, body).await?)
        }
        ("GET", ["admin", "payees", payee, "keys"]) => {
            let payee = payee.parse().map_err(|_| ReasonCode::PayeeUnknown)?;
            value(&keys(store, payee, &HashMap::new()).await?)
        }
        ("POST", ["admin", "payees", payee, "keys"]) => {
            let payee = payee.parse().map_err(|_| ReasonCode::PayeeUnknown)?;
            value(&add_key(store, payee, read(body)?).await?)
        }
        ("POST", ["admin", "keys", key, "end"]) => {
            let key = key.parse().map_err(|_| ReasonCode::KeyUnknown)?;
            let end = if body.is_empty() { EndKey::default() } else { read(body)? };
            value(&end_key(store, key, end).await?)
        }
        ("GET", ["admin", "server-keys"]) => value(&server_keys(store).await?),
        ("POST", ["admin", "server-keys"]) => value(&rotate_server_keys(store, read(body)?).await?),
        ("GET", ["admin", "codes"]) => value(&codes(store).await?),
        ("POST", ["admin", "codes"]) => value(&register_code(store, read(body)?).await?),
        ("GET", ["admin", "swaps"]) => value(&swaps(store).await?),
        ("POST", ["admin", "swaps", "payees", payee, "clear"]) => {
            let payee = payee.parse().map_err(|_| ReasonCode::PayeeUnknown)?;
            value(&clear_suspicion(store, Suspect::Payee(payee)).await?)
        }
        ("POST", ["admin", "swaps", "cells", cell, "clear"]) => {
            let cell = cell.parse().map_err(|_| ReasonCode::CodeUnknown)?;
            value(&clear_suspicion(store, Suspect::Place(cell)).await?)
        }
        ("POST", ["admin", "codes", serial, verdict @ ("suspend" | "clear")]) => {
            let serial = serial.parse().map_err(|_| ReasonCode::CodeUnknown)?;
            let verdict = if *verdict == "clear" { CodeVerdict::Cleared } else { CodeVerdict::Suspended };
            value(&judge_code(store, serial, verdict).await?)
        }
        ("POST", ["admin", "codes", serial, "withdraw"]) => {
            let serial = serial.parse().map_err(|_| ReasonCode::CodeUnknown)?;
            value(&withdraw_code(store, serial).await?)
        }
        ("POST", ["admin", "payers", payer, call]) => {
            let payer = payer.parse().map_err(|_| ReasonCode::PayerUnknown)?;
            match *call {
                "vouch" => value(&vouch(store, payer, read(body)?).await?),
                "erase" => value(&store.erase(payer).await??),
                "thaw" => value(&thaw(store, payer).await?),
                "revoke-device" => value(&revoke_device(store, payer, read(body)?).await?),
                "remove-pin" => value(&remove_pin(store, payer).await?),
                _ => identity::dispatch(store, method, &parts, body).await,
            }
        }
        ("POST", ["admin", "funds"]) => value(&fund(store, read(body)?).await?),
        ("GET", ["admin", "retention"]) => value(&store.retention().await?),
        ("GET", ["admin", "payers", payer, "export"]) => {
            let payer = payer.parse().map_err(|_| ReasonCode::PayerUnknown)?;
            value(&export(store, store.settings().test_mode, payer).await?)
        }
        ("GET", ["admin", "ledger-check"]) => value(&check_ledger(store).await?),
        (method, ["admin", "risk", rest @ ..]) => super::risk::dispatch(store, method, rest, body).await,
        (method, ["admin", "held", rest @ ..]) => of_held(store, method, rest).await,
        ("POST", ["admin", "policy", "backtest"]) => value(&try_policy(store, read(body)?).await?),
        ("GET", ["admin", "audit-verify"]) => value(&verify_audit(store).await?),
        _ => identity::dispatch(store, method, &parts, body).await,
    }
}

/// The calls about payments that are held.
async fn of_held(store: &dyn Store, method: &str, path: &[&str]) -> Result<Value, AdminError> {
    match (method, path) {
        ("GET", []) => value(&held(store).await?),
        ("POST", [payment, verdict @ ("release" | "refuse")]) => {
            let payment = payment.parse().map_err(|_| ReasonCode::PaymentUnknown)?;
            let verdict = if *verdict == "release" { HeldVerdict::Release } else { HeldVerdict::Refuse };
            value(&judge_held(store, payment, verdict).await?)
        }
        _ => Err(ReasonCode::NotFound.into()),
    }
}

pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, AdminError> {
    serde_json::from_slice(body).map_err(|error| AdminError::malformed(error.to_string()))
}

pub(super) fn value<T: Serialize>(answer: &T) -> Result<Value, AdminError> {
    serde_json::to_value(answer).map_err(|_| ReasonCode::ServiceFault.into())
}

/// Registers a payee and issues its keys.
///
/// # Errors
/// [`AdminError`].
pub async fn register_payee(store: &dyn Store, new: NewPayee) -> Result<IssuedPayee, AdminError> {
    if new.category.len() != 4 || !new.category.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(AdminError::malformed("`category` is not four digits"));
    }
    let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if !(1..=15).contains(&new.city.len()) || !new.city.bytes().all(printable) {
        return Err(AdminError::malformed("`city` is not 1 to 15 printable ASCII characters"));
    }
    let keys = Keys::issue(new.signing_public_key.as_deref())?;
    let payee = PayeeId::new(store.now(), entropy::random()?);
    let card = PayeeCard { category: new.category, id: payee, name: new.name, name_latin: new.name_latin };
    let registered = payments::NewPayee {
        card,
        place: new.place,
        city: new.city,
        currency: new.currency,
        api_key: Some(keys.api_key.stored()),
        signing_key: Some(keys.public),
    };
    submit(store, Command::RegisterPayee { permit: permit(), payee: registered }).await?;
    Ok(keys.shown_to(payee))
}

/// Gives a payee new keys.
///
/// # Errors
/// [`AdminError`].
pub async fn rekey_payee(store: &dyn Store, payee: PayeeId, body: Rekey) -> Result<IssuedPayee, AdminError> {
    let keys = Keys::issue(body.signing_public_key.as_deref())?;
    let (api_key, signing_key) = (Some(keys.api_key.stored()), Some(keys.public));
    submit(store, Command::RekeyPayee { permit: permit(), payee, api_key, signing_key }).await?;
    Ok(keys.shown_to(payee))
}

/// Which of the server's own keys sign tokens, nonces and ceremonies.
///
/// # Errors
/// [`AdminError`].
pub async fn server_keys(store: &dyn Store) -> Result<ServerKeysView, AdminError> {
    match store.noted(NotedKey::ServerKeys).await? {
        Some(Noted::ServerKeys(keys)) => Ok(shown(keys)),
        _ => Ok(ServerKeysView { generation: 0, since: None, previous_until: None }),
    }
}

/// Lets the next of the server's own keys sign: on every node within about a second.
///
/// # Errors
/// [`AdminError`].
pub async fn rotate_server_keys(store: &dyn Store, body: RotateServerKeys) -> Result<ServerKeysView, AdminError> {
    let RotateServerKeys { overlap_seconds } = body;
    match submit(store, Command::RotateServerKeys { permit: permit(), overlap_seconds }).await? {
        Accepted::ServerKeys(keys) => Ok(shown(keys)),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

const fn shown(keys: ServerKeys) -> ServerKeysView {
    let ServerKeys { generation, since, previous_until } = keys;
    ServerKeysView { generation, since: Some(since), previous_until: Some(previous_until) }
}

/// Speaks for a new device of a payer whose papers were seen: one of the two factors that recovery needs.
///
/// # Errors
/// [`AdminError`].
pub async fn vouch(store: &dyn Store, payer: PayerId, body: Vouching) -> Result<Done, AdminError> {
    submit(store, Command::VouchIdentity { permit: permit(), payer, device: body.device }).await?;
    Ok(Done { payer })
}

/// Lets money leave again, after the delay, for a payer whose papers were seen and whose freezing device is lost.
///
/// # Errors
/// [`AdminError`].
pub async fn thaw(store: &dyn Store, payer: PayerId) -> Result<Done, AdminError> {
    submit(store, Command::StaffThaw { permit: permit(), payer }).await?;
    Ok(Done { payer })
}

/// Lets a lost or stolen device of a payer whose papers were seen act no longer.
///
/// # Errors
/// [`AdminError`].
pub async fn revoke_device(store: &dyn Store, payer: PayerId, body: Vouching) -> Result<Done, AdminError> {
    submit(store, Command::StaffRevokeDevice { permit: permit(), payer, device: body.device }).await?;
    Ok(Done { payer })
}

/// Takes the forgotten PIN away of a payer whose papers were seen.
///
/// # Errors
/// [`AdminError`].
pub async fn remove_pin(store: &dyn Store, payer: PayerId) -> Result<Done, AdminError> {
    submit(store, Command::StaffRemovePin { permit: permit(), payer }).await?;
    Ok(Done { payer })
}

/// Puts play money into a wallet; in test mode only, says the decision.
///
/// # Errors
/// [`AdminError`].
pub async fn fund(store: &dyn Store, funding: Funding) -> Result<WalletSummary, AdminError> {
    let Funding { payer, amount } = funding;
    match submit(store, Command::Fund { permit: permit(), payer, amount }).await? {
        Accepted::Payer { payer, account } => Ok(WalletSummary { payer: payer.id, balance: render::balance(&account) }),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}

/// All payees, by name.
///
/// # Errors
/// [`AdminError`].
pub async fn payees(store: &dyn Store) -> Result<Vec<PayeeSummary>, AdminError> {
    let payees = store.payees(limits::ADMIN_PAYEES_MAX).await?.into_iter();
    let summary = |payee: payments::Payee| PayeeSummary {
        payee: payee.card.id,
        name: payee.card.name.to_string(),
        currency: payee.currency,
        closed: payee.closed,
    };
    Ok(payees.map(summary).collect())
}

/// Proves the books from their postings.
///
/// # Errors
/// [`AdminError`] when they could not be read; findings are no error.
pub async fn check_ledger(store: &dyn Store) -> Result<LedgerSummary, AdminError> {
    Ok(store.check_ledger().await?)
}

/// Recomputes the audit chain and makes decisions again.
///
/// # Errors
/// [`AdminError`] when it could not be read; findings are no error.
pub async fn verify_audit(store: &dyn Store) -> Result<AuditSummary, AdminError> {
    Ok(store.verify_audit().await?)
}

/// How the server is.
#[must_use]
pub fn status(store: &dyn Store) -> Status {
    Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        engine: payments::ENGINE.to_owned(),
        now: store.now(),
        ready: store.is_ready(),
        unready: store.unready().map(|part| part.to_string()),
    }
}

/// Whoever calls here was let in by the operating system.
pub(super) const fn permit() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

pub(super) async fn submit(store: &dyn Store, command: Command) -> Result<Accepted, AdminError> {
    let committed = store.submit(command).await?;
    committed.outcome.map_err(|refusal| refusal.first().into())
}

/// A merchant's signing key: its public half, and its seed when it was made here.
pub(super) struct SigningPair {
    pub(super) public: [u8; 32],
    pub(super) seed: Option<String>,
}

impl SigningPair {
    /// Makes a pair, or takes the merchant's own public key.
    pub(super) fn issue(own: Option<&str>) -> Result<Self, AdminError> {
        if let Some(text) = own {
            let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
            let public =
                bytes.ok_or_else(|| AdminError::malformed("`signing_public_key` is not 32 bytes of base64url"))?;
            return Ok(Self { public, seed: None });
        }
        let seed: [u8; 32] = entropy::random()?;
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| ReasonCode::ServiceFault)?;
        let public = pair.public_key().as_ref().try_into().map_err(|_| ReasonCode::ServiceFault)?;
        Ok(Self { public, seed: Some(URL_SAFE_NO_PAD.encode(seed)) })
    }

    /// A public key as it is written.
    pub(super) fn text(public: &[u8; 32]) -> String {
        URL_SAFE_NO_PAD.encode(public)
    }
}

/// A payee's new keys.
struct Keys {
    api_key: ApiKey,
    public: [u8; 32],
    seed: Option<String>,
}

impl Keys {
    fn issue(own: Option<&str>) -> Result<Self, AdminError> {
        let api_key = ApiKey::from_random(entropy::random()?);
        let SigningPair { public, seed } = SigningPair::issue(own)?;
        Ok(Self { api_key, public, seed })
    }

    fn shown_to(self, payee: PayeeId) -> IssuedPayee {
        IssuedPayee { payee, api_key: self.api_key.text(), signing_key: self.seed }
    }
}
