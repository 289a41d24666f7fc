//! The OpenAPI 3.1 document: what the handlers say of themselves, who may call them, and every way they refuse.

use std::collections::BTreeMap;

use money::ReasonCode;
use serde_json::{Map, Value, json};

use crate::http;
use crate::http::error::status;

/// The document as pretty JSON, members sorted: `docs/openapi.json` and `/v1/openapi.json`.
#[must_use]
pub fn openapi() -> String {
    let mut text = serde_json::to_string_pretty(&document()).unwrap_or_default();
    text.push('\n');
    text
}

/// The document.
pub(crate) fn document() -> Value {
    let described = http::api().into_openapi();
    let mut document = serde_json::to_value(described).unwrap_or_default();
    if let Some(root) = document.as_object_mut() {
        root.insert("info".to_owned(), info());
        root.remove("servers");
    }
    insert(&mut document, "/components", "securitySchemes", callers());
    insert(&mut document, "/components/schemas", "Problem", schema_of::<protocol::Problem>());
    let items = document.pointer_mut("/paths").and_then(Value::as_object_mut).into_iter();
    for operation in items.flat_map(Map::values_mut).filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        describe_refusals(operation);
    }
    sorted(document)
}

fn info() -> Value {
    json!({
        "title": "Farthing",
        "version": env!("CARGO_PKG_VERSION"),
        "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        "description": "Secure mobile micropayments. Bodies of devices are in RFC 8785 form and signed with the \
            request; every answer carries a `DPoP-Nonce`. A refusal is `application/problem+json`: match `code`, \
            show `message` (`Accept-Language: ko` or `en`). `retry` says that the same request may succeed later.",
    })
}

fn callers() -> Value {
    json!({
        "device": {
            "type": "http", "scheme": "DPoP",
            "description": "A payer's device: `Authorization: DPoP <access token>` and a `DPoP` proof by the device \
                key (RFC 9449) with the private claim `body_s256`, SHA-256 of the request body's bytes.",
        },
        "device_key": {
            "type": "apiKey", "in": "header", "name": "DPoP",
            "description": "A key without a token yet: a `DPoP` proof by the key itself, and no `Authorization`.",
        },
        "merchant_key": {
            "type": "http", "scheme": "bearer", "bearerFormat": "fk_…",
            "description": "A merchant's API key. It creates and watches intents and moves nothing.",
        },
        "merchant_signature": {
            "type": "apiKey", "in": "header", "name": "Signature",
            "description": "An RFC 9421 signature by the merchant's Ed25519 key, label `farthing`, over `@method`, \
                `@authority`, `@path` and `content-digest`, with `created`, `keyid`, `nonce` and `alg`.",
        },
    })
}

fn schema_of<T: utoipa::PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

fn insert(document: &mut Value, pointer: &str, name: &str, value: Value) {
    if let Some(object) = document.pointer_mut(pointer).and_then(Value::as_object_mut) {
        object.insert(name.to_owned(), value);
    }
}

/// Adds an answer for every status this operation may refuse with, naming the codes.
fn describe_refusals(operation: &mut Value) {
    let mut by_status: BTreeMap<u16, Vec<ReasonCode>> = BTreeMap::new();
    for reason in refusals(operation) {
        let said = reason.disclosed();
        let codes = by_status.entry(status(said).as_u16()).or_default();
        if !codes.contains(&said) {
            codes.push(said);
        }
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for (_, answer) in responses.iter_mut() {
        insert(answer, "", "description", json!("As asked."));
    }
    for (status, codes) in by_status {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
        let schema = json!({ "$ref": "#/components/schemas/Problem" });
        let answer = json!({
            "description": codes.join(", "),
            "content": { "application/problem+json": { "schema": schema } },
        });
        responses.insert(status.to_string(), answer);
    }
}

fn refusals(operation: &Value) -> Vec<ReasonCode> {
    use ReasonCode as R;
    let mut reasons =
        vec![R::RequestTimedOut, R::RateLimited, R::ServiceUnavailable, R::ServiceOverloaded, R::ServiceFault];
    if operation.get("requestBody").is_some() {
        reasons.extend([R::RequestMalformed, R::RequestTooLarge]);
    }
    let schemes = operation.get("security").and_then(Value::as_array).into_iter().flatten();
    for scheme in schemes.filter_map(Value::as_object).flat_map(Map::keys) {
        reasons.push(R::AuthRefused);
        match scheme.as_str() {
            "device" => reasons.extend(
                [R::TokenExpired, R::SessionEnded, R::ProofWrongDevice, R::ProofWrongToken, R::DeviceRevoked]
                    .iter()
                    .chain(PROOF),
            ),
            "device_key" => reasons.extend(PROOF),
            "merchant_signature" => reasons.extend([R::ProofStale, R::ProofReplayed]),
            _ => {}
        }
    }
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    reasons.extend(own_refusals(id));
    reasons
}

const PROOF: &[ReasonCode] = &[
    ReasonCode::NonceNeeded,
    ReasonCode::ProofWrongMethod,
    ReasonCode::ProofWrongUrl,
    ReasonCode::ProofWrongBody,
    ReasonCode::ProofStale,
    ReasonCode::ProofReplayed,
    ReasonCode::RequestMalformed,
    ReasonCode::RequestNotCanonical,
];

/// What can be wrong with a sum somebody sends.
const AMOUNT: &[ReasonCode] = &[
    ReasonCode::AmountMalformed,
    ReasonCode::AmountFractional,
    ReasonCode::AmountOverflow,
    ReasonCode::AmountNegative,
    ReasonCode::AmountZero,
    ReasonCode::AmountWrongCurrency,
];

/// What can be wrong with how a payer came to an intent.
const ARRIVAL: &[ReasonCode] = &[
    ReasonCode::CodeMalformed,
    ReasonCode::CodeUnsigned,
    ReasonCode::CodeUnknownKey,
    ReasonCode::CodeAltered,
    ReasonCode::CodeExpired,
    ReasonCode::CodeRevoked,
    ReasonCode::CodeRevocationStale,
    ReasonCode::CodeUnregistered,
    ReasonCode::CodeSuspended,
    ReasonCode::CodeOtherKind,
    ReasonCode::IntentUnknown,
    ReasonCode::PayeeUnknown,
    ReasonCode::FundingNotAccepted,
];

/// That one more check is missing; with `step_up` in the answer.
const STEP_UP: &[ReasonCode] = &[ReasonCode::StepUpNeeded, ReasonCode::StepUpWaiting, ReasonCode::StepUpNotSetUp];

/// What may be wrong beyond who is calling.
#[expect(clippy::too_many_lines, reason = "one table, a row an operation")]
fn own_refusals(operation: &str) -> Vec<ReasonCode> {
    use ReasonCode as R;
    let with = |more: &[&[R]]| more.concat();
    match operation {
        "sign_up" => vec![R::PayerExists, R::DeviceExists],
        "declare_fact" => vec![R::FactImplausible, R::FactDeclared, R::PermissionMissing],
        "contest_fact" => vec![R::FactUnknown],
        "consent_for_ward" => with(&[
            &[R::DeviceCoolingOff, R::PayerFrozen, R::GuardianUnknown, R::GuardianSpan],
            &[R::AmountZero, R::AmountWrongCurrency],
            STEP_UP,
        ]),
        "end_ward_consent" => vec![R::GuardianUnknown],
        "submit_verification" => vec![R::VerificationStep],
        "request_payout" => with(&[&[R::PayoutIdReused, R::PayeeUnverified, R::PayeeFundsInsufficient], AMOUNT]),
        "bind_device" => vec![R::DeviceCoolingOff, R::PayerFrozen, R::DeviceExists, R::DeviceLimitReached],
        "issue_token" => vec![R::SessionEnded, R::DeviceLast],
        "refresh_token" => vec![R::SessionEnded],
        "end_sessions" | "unfreeze" => vec![R::DeviceCoolingOff, R::PayerFrozen],
        "revoke_device" => vec![R::StepUpNeeded, R::StepUpWaiting, R::DeviceCoolingOff, R::DeviceLast, R::PayerFrozen],
        "quote" => with(&[ARRIVAL, &[R::AmountWrongCurrency, R::AmountOverflow]]),
        "pay" => with(&[
            &[R::PaymentIdReused, R::DeviceCoolingOff, R::PayerFrozen, R::PayeeClosed, R::DeviceTierTooLow],
            ARRIVAL,
            &[R::CodeSwapSuspected, R::CodeOtherIntent, R::IntentExpired, R::IntentTaken, R::QuoteChanged],
            AMOUNT,
            &[R::PolicyPaymentLimit, R::PolicyGuardian, R::RiskRefused],
            STEP_UP,
            &[R::FundsInsufficient],
        ]),
        "set_pin" => with(&[
            &[R::DeviceCoolingOff, R::PayerFrozen, R::PinNotSet, R::PinWaiting, R::PinLocked, R::PinWrong],
            &[R::PinOldNeeded, R::PinTooSimple, R::PinUnchanged],
            STEP_UP,
        ]),
        "remove_pin" => with(&[&[R::DeviceCoolingOff, R::PinNotSet], STEP_UP]),
        "print_codes" => with(&[&[R::DeviceCoolingOff, R::PayerFrozen], STEP_UP]),
        "add_contact" => with(&[
            &[R::DeviceCoolingOff, R::PayerFrozen, R::ContactUnknown, R::ContactExists, R::ContactLimitReached],
            STEP_UP,
        ]),
        "remove_contact" => with(&[&[R::ContactUnknown], STEP_UP]),
        "vouch" | "freeze_for" => vec![R::DeviceCoolingOff],
        "rotate_key" => with(&[&[R::DeviceCoolingOff, R::PayerFrozen, R::DeviceExists], STEP_UP]),
        "recover" => vec![
            R::DeviceExists,
            R::DeviceLimitReached,
            R::PasskeyCeremony,
            R::PasskeyWaiting,
            R::PasskeyRefused,
            R::RecoveryRefused,
            R::RecoveryFactorMissing,
        ],
        "begin_passkey" => {
            with(&[&[R::DeviceCoolingOff, R::PayerFrozen, R::PasskeyLimitReached, R::PasskeyUnavailable], STEP_UP])
        }
        "add_passkey" => vec![
            R::DeviceCoolingOff,
            R::PayerFrozen,
            R::PasskeyLimitReached,
            R::PasskeyExists,
            R::PasskeyCeremony,
            R::PasskeyRefused,
        ],
        "rename_passkey" => vec![R::DeviceCoolingOff, R::PasskeyNone],
        "revoke_passkey" => with(&[&[R::DeviceCoolingOff, R::PasskeyNone], STEP_UP]),
        "begin_step_up_by_passkey" => vec![R::PasskeyNone, R::PasskeyWaiting, R::PasskeyUnavailable, R::DeviceRevoked],
        "step_up_by_passkey" => {
            vec![R::DeviceCoolingOff, R::PasskeyCeremony, R::PasskeyWaiting, R::PasskeyRefused]
        }
        "begin_sign_in" => vec![R::PasskeyUnavailable],
        "sign_in" => vec![
            R::PayerFrozen,
            R::DeviceExists,
            R::DeviceLimitReached,
            R::PasskeyCeremony,
            R::PasskeyWaiting,
            R::PasskeyRefused,
        ],
        "step_up_by_pin" => vec![R::DeviceCoolingOff, R::PinNotSet, R::PinWaiting, R::PinLocked, R::PinWrong],
        "list_payments" | "list_alerts" => vec![R::CursorInvalid, R::FilterInvalid],
        "show_payment" | "show_receipt" => vec![R::PaymentUnknown],
        "report_payment" => vec![R::RequestMalformed, R::PaymentUnknown, R::PaymentRefused],
        "cancel_payment" => with(&[SETTLED, &[R::PaymentNotWaiting]]),
        "test_fund" => with(&[AMOUNT, &[R::TestModeOff]]),
        "create_intent" => with(&[
            &[R::IdempotencyKeyReused, R::PayeeClosed, R::CodeUnregistered, R::CodeRevoked, R::CodeSuspended],
            &[R::CodeOtherKind],
            AMOUNT,
        ]),
        "register_code" => with(&[&[R::PayeeClosed, R::CodeSerialTaken], AMOUNT]),
        "report_code" => with(&[ARRIVAL]),
        "withdraw_code" => vec![R::CodeUnknown],
        "take_sticker" => with(&[
            &[R::DeviceCoolingOff, R::PayeeClosed, R::CodeAboveCap, R::PolicyPaymentLimit, R::RequestMalformed],
            ARRIVAL,
            AMOUNT,
        ]),
        "show_intent" | "stream_intent" | "show_terms" => vec![R::IntentUnknown],
        "capture" => with(&[SETTLED, AMOUNT, &[R::PaymentHeld, R::CaptureExceedsHold]]),
        "void" => with(&[SETTLED, &[R::AmountWrongCurrency, R::VoidDifferentAmount]]),
        "refund" => with(&[
            &[R::RefundIdReused, R::PaymentUnknown, R::PaymentNotCaptured, R::PaymentVoided, R::PaymentExpired],
            &[R::PaymentRefused, R::RefundExceedsRemaining, R::PayeeFundsInsufficient],
            AMOUNT,
        ]),
        _ => Vec::new(),
    }
}

/// What a held payment may have become before it is captured or voided.
const SETTLED: &[ReasonCode] = &[
    ReasonCode::PaymentUnknown,
    ReasonCode::PaymentNotHeld,
    ReasonCode::PaymentCaptured,
    ReasonCode::PaymentVoided,
    ReasonCode::PaymentExpired,
    ReasonCode::PaymentRefused,
];

/// Members in alphabetical order, whichever map `serde_json` was built with.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}
