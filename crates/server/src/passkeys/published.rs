//! Published vectors through the very functions that serve requests: the W3C's (WebAuthn L3 §16) and those of py_webauthn's own
//! tests. Each is accepted, or refused by a name; the snapshots say which.

use std::collections::BTreeMap;

use money::{PayerId, ReasonCode};
use payments::{NewPasskey, Passkey};
use serde_cbor_2::Value as Cbor;
use serde_json::{Value, json};

use super::tests::{AT, kept, server};
use super::*;

fn hex(value: &Value, member: &str) -> Option<Vec<u8>> {
    let text = value.get(member)?.as_str()?;
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()).collect()
}

fn b64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A file of the published vectors; none, said aloud, where they are not there.
fn published(name: &str) -> Option<Value> {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let file = shared.join("vectors/02-webauthn").join(name);
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("the published vectors are not at {}: own tests cover each behaviour", file.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn words(outcome: Result<String, ReasonCode>) -> String {
    outcome.unwrap_or_else(|reason| reason.to_string())
}

fn lines(said: &BTreeMap<String, String>) -> String {
    said.iter().map(|(id, words)| format!("{id}: {words}")).collect::<Vec<_>>().join("\n")
}

/// The library's state of a ceremony, as if it had drawn this challenge.
fn challenged<T: serde::Serialize + serde::de::DeserializeOwned>(state: &T, challenge: &str) -> T {
    let mut state = serde_json::to_value(state).unwrap();
    let inner = state.as_object_mut().and_then(|state| state.values_mut().next()).unwrap();
    inner["challenge"] = json!(challenge);
    serde_json::from_value(state).unwrap()
}

fn registered(passkeys: &Passkeys, challenge: &str, credential: &Value) -> Result<NewPasskey, ReasonCode> {
    let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
    passkeys.finish_registration(&challenged(&start.state, challenge), credential, None, AT)
}

fn asserted(passkeys: &Passkeys, kept: &Passkey, challenge: &str, credential: &Value) -> Result<(), ReasonCode> {
    let start = passkeys.begin_assertion(std::slice::from_ref(kept), Strength::Passkey, AT).unwrap();
    passkeys.finish_assertion(&challenged(&start.state, challenge), credential).map(drop)
}

#[test]
fn the_w3c_vectors_are_accepted_or_refused_for_a_reason_of_ours() {
    let Some(file) = published("w3c-webauthn-l3-test-vectors.json") else { return };
    let passkeys = server("https://example.org", &PasskeyConfig::default());
    let mut said = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let (registration, authentication) = (&case["registration"], &case["authentication"]);
        let Some(challenge) = hex(registration, "challenge") else { continue };
        let part = |of: &Value, name: &str| b64(&hex(of, name).unwrap());
        let id = part(registration, "credential_id");
        let answer = |response: Value| json!({"id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {}, "response": response});
        let made = answer(json!({
            "attestationObject": part(registration, "attestationObject"),
            "clientDataJSON": part(registration, "clientDataJSON"),
        }));
        let used = answer(json!({
            "authenticatorData": part(authentication, "authenticatorData"),
            "clientDataJSON": part(authentication, "clientDataJSON"),
            "signature": part(authentication, "signature"),
        }));
        let outcome = registered(&passkeys, &b64(&challenge), &made).and_then(|made| {
            let challenge = b64(&hex(authentication, "challenge").unwrap());
            asserted(&passkeys, &kept(made), &challenge, &used).map(|()| "accepted".to_owned())
        });
        let name = case["id"].as_str().unwrap().trim_start_matches("sctn-test-vectors-");
        said.insert(name.to_owned(), words(outcome));
    }
    assert_eq!(said.len(), 15);
    insta::assert_snapshot!("w3c_vectors", lines(&said));
}

#[test]
fn py_webauthns_vectors_are_accepted_or_refused_for_a_reason_of_ours() {
    let Some(file) = published("py_webauthn-cases.json") else { return };
    let mut said = BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let input = &case["input"];
        let origins = match &input["expected_origin"] {
            Value::Array(origins) => origins.iter().map(|origin| origin.as_str().unwrap().to_owned()).collect(),
            origin => vec![origin.as_str().unwrap().to_owned()],
        };
        let rp_id = input["expected_rp_id"].as_str().unwrap().to_owned();
        // A site of another domain is not to be configured at all.
        let own = origins.into_iter().find(|origin| origin.contains(&rp_id)).unwrap();
        let passkeys = server(&own, &PasskeyConfig { rp_id: Some(rp_id), ..PasskeyConfig::default() });
        let challenge = input["expected_challenge"]["b64u"].as_str().unwrap();
        let mut credential = input["credential"].clone();
        credential["clientExtensionResults"] = json!({});
        // Some are written in plain base64, which WebAuthn's JSON is not: what they say is judged here, not how they are written.
        for part in credential["response"].as_object_mut().unwrap().values_mut() {
            if let Value::String(text) = part {
                *text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
            }
        }
        let outcome = match case["kind"].as_str().unwrap() {
            "registration" => registered(&passkeys, challenge, &credential).map(|_| "registered".to_owned()),
            _ => known(&passkeys, input)
                .and_then(|known| asserted(&passkeys, &known, challenge, &credential).map(|()| "accepted".to_owned())),
        };
        let upstream = if case["expect"] == "valid" { "valid" } else { "invalid" };
        let outcome = words(outcome);
        let is_taken = ["registered", "accepted"].contains(&outcome.as_str());
        let name = case["upstream_test"].as_str().unwrap().rsplit("test_").next().unwrap();
        // Behind whom nobody trusted stands is no liar: such a passkey is one like any other.
        let is_unvouched = name == "raises_when_root_cert_invalid_for_response";
        assert!(upstream == "valid" || !is_taken || is_unvouched, "{name}");
        said.insert(format!("{} {name} ({upstream})", case["kind"].as_str().unwrap()), outcome);
    }
    insta::assert_snapshot!("py_webauthn_vectors", lines(&said));
}

/// A passkey of the vector's id and public key.
fn known(passkeys: &Passkeys, input: &Value) -> Result<Passkey, ReasonCode> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use testkit::authenticator::Authenticator;
    let bytes = |text: &Value| URL_SAFE_NO_PAD.decode(text.as_str().unwrap()).unwrap();
    let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
    let origin = start.options["rp"]["id"].as_str().unwrap().to_owned();
    let own = input["expected_origin"].as_str().map_or_else(|| "http://localhost:5000".to_owned(), str::to_owned);
    let made = Authenticator::new([5; 32], &own, &origin).create(&start.options);
    let made = passkeys.finish_registration(&start.state, &made, None, AT)?;
    let base: webauthn::Passkey = serde_json::from_str(&made.credential).unwrap();
    let cbor: Cbor = serde_cbor_2::from_slice(&bytes(&input["credential_public_key"]["b64u"])).unwrap();
    let cred = webauthn::COSEKey::try_from(&cbor).map_err(|error| reason(&error))?;
    let cred_id = bytes(&input["credential"]["rawId"]);
    let known: webauthn::Passkey = webauthn::Credential { cred_id, cred, ..webauthn::Credential::from(base) }.into();
    Ok(kept(NewPasskey { credential: serde_json::to_string(&known).unwrap(), ..made }))
}
