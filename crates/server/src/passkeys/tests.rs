//! The verification alone: the published vectors, and every way an answer can be wrong, by its own code.

use money::{Instant, PayerId, ReasonCode, Secret};
use payments::{NewPasskey, Passkey};
use serde_json::{Value, json};
use testkit::authenticator::{Authenticator, BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, USER_VERIFIED};

use super::*;

const ORIGIN: &str = "https://pay.example";
const AT: Instant = Instant::from_unix_millis(1_790_000_000_000);

fn server(origin: &str, config: &PasskeyConfig) -> Passkeys {
    Passkeys::new(origin, "Farthing", config, &Secret::new([7; 32])).unwrap()
}

fn phone() -> Authenticator {
    Authenticator::new([5; 32], ORIGIN, "pay.example")
}

fn kept(made: NewPasskey) -> Passkey {
    let name = "phone".parse().unwrap();
    Passkey { made, name, created_at: AT, usable_from: AT, last_used_at: None, flagged: false }
}

fn register(passkeys: &Passkeys, phone: &mut Authenticator) -> Result<Passkey, ReasonCode> {
    let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
    let answer = phone.create(&start.options);
    passkeys.finish_registration(&start.state, &answer).map(kept)
}

fn assert_by(passkeys: &Passkeys, kept: &Passkey, phone: &mut Authenticator) -> Result<Assertion, ReasonCode> {
    let start = passkeys.begin_assertion(std::slice::from_ref(kept), AT).unwrap();
    let answer = phone.get(&start.options);
    passkeys.finish_assertion(&start.state, &answer)
}

/// What one change to an honest authenticator comes to, first while it registers, then while it asserts.
#[track_caller]
fn refused(change: impl Fn(&mut Authenticator), expected: ReasonCode) {
    let passkeys = server(ORIGIN, &PasskeyConfig::default());
    let mut bad = phone();
    change(&mut bad);
    assert_eq!(register(&passkeys, &mut bad).unwrap_err(), expected, "registering");
    let mut good = phone();
    let kept = register(&passkeys, &mut good).unwrap();
    change(&mut good);
    assert_eq!(assert_by(&passkeys, &kept, &mut good).unwrap_err(), expected, "asserting");
}

#[test]
fn an_honest_passkey_is_accepted_and_told_apart() {
    let passkeys = server(ORIGIN, &PasskeyConfig::default());
    let mut phone = phone();
    let kept = register(&passkeys, &mut phone).unwrap();
    assert_eq!(kept.made.aaguid, "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa");
    assert!(!kept.made.backup_eligible && !kept.made.backed_up && kept.made.counter == 1);
    let assertion = assert_by(&passkeys, &kept, &mut phone).unwrap();
    assert_eq!((assertion.id, assertion.counter), (kept.made.id, 2));

    let mut synced = Authenticator::new([6; 32], ORIGIN, "pay.example").synced();
    let kept = register(&passkeys, &mut synced).unwrap();
    assert!(kept.made.backup_eligible && kept.made.backed_up && kept.made.counter == 0);
    assert!(assert_by(&passkeys, &kept, &mut synced).unwrap().flags.backed_up);
}

#[test]
fn every_wrong_answer_has_its_code() {
    refused(|phone| phone.origin = "https://evil.example".to_owned(), ReasonCode::PasskeyWrongOrigin);
    refused(|phone| phone.origin = "https://sub.pay.example".to_owned(), ReasonCode::PasskeyWrongOrigin);
    refused(|phone| phone.origin = "http://pay.example".to_owned(), ReasonCode::PasskeyWrongOrigin);
    refused(|phone| phone.origin = "https://pay.example:444".to_owned(), ReasonCode::PasskeyWrongOrigin);
    refused(|phone| phone.origin = "android:apk-key-hash:AAAA".to_owned(), ReasonCode::PasskeyWrongOrigin);
    refused(|phone| phone.rp_id = "example".to_owned(), ReasonCode::PasskeyWrongOrigin);
    refused(|phone| phone.cross_origin = true, ReasonCode::PasskeyCrossOrigin);
    refused(|phone| phone.flags = USER_PRESENT, ReasonCode::PasskeyUserNotVerified);
    refused(|phone| phone.flags = USER_VERIFIED, ReasonCode::PasskeyUserNotVerified);
    refused(|phone| phone.flags |= BACKED_UP, ReasonCode::PasskeyBackupInvalid);
}

#[test]
fn an_answer_to_another_challenge_or_with_another_key_is_refused() {
    let passkeys = server(ORIGIN, &PasskeyConfig::default());
    let mut phone = phone();
    let kept = register(&passkeys, &mut phone).unwrap();
    let (one, other) = (
        passkeys.begin_assertion(std::slice::from_ref(&kept), AT).unwrap(),
        passkeys.begin_assertion(std::slice::from_ref(&kept), AT).unwrap(),
    );
    let answer = phone.get(&one.options);
    assert_eq!(passkeys.finish_assertion(&other.state, &answer).unwrap_err(), ReasonCode::PasskeyWrongChallenge);
    let mut altered = answer.clone();
    altered["response"]["signature"] =
        json!("MEUCIQDm-5vpOuHm_tEVWrYKz_y3q8W1r2Lz1Q8hFf3sRc7yyAIgVtrVq0Hn2qO4sY6yE1fG0M9m4o9v0zq8m9lN3cVqQ2k");
    assert_eq!(passkeys.finish_assertion(&one.state, &altered).unwrap_err(), ReasonCode::PasskeySignature);
    let mut stranger = Authenticator::new([9; 32], ORIGIN, "pay.example");
    let answer = stranger.get(&one.options);
    assert_eq!(passkeys.finish_assertion(&one.state, &answer).unwrap_err(), ReasonCode::PasskeyUnknown);
    // What was made for a registration is no assertion, and the other way round.
    let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
    let got = stranger.get(&start.options);
    assert_eq!(passkeys.finish_registration(&start.state, &got).unwrap_err(), ReasonCode::PasskeyMalformed);
    for nothing in [json!({}), json!([]), json!({"response": {}}), json!({"response": {"clientDataJSON": "e30"}})] {
        assert_eq!(passkeys.finish_assertion(&one.state, &nothing).unwrap_err(), ReasonCode::PasskeyMalformed);
    }
}

/// A flag that never changes, changed: seen by the library where the row is not.
#[test]
fn a_passkey_that_becomes_copyable_says_so() {
    let passkeys = server(ORIGIN, &PasskeyConfig::default());
    let mut phone = phone();
    let kept = register(&passkeys, &mut phone).unwrap();
    phone.flags |= BACKUP_ELIGIBLE;
    // The core compares it with the row and refuses: `passkey.rs`, `after_use`.
    let assertion = assert_by(&passkeys, &kept, &mut phone).unwrap();
    assert!(assertion.flags.backup_eligible && !kept.made.backup_eligible);
}

#[test]
fn further_origins_and_apps_are_accepted_where_they_are_configured() {
    let app = "android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f0";
    let config = PasskeyConfig {
        rp_id: Some("pay.example".to_owned()),
        origins: vec!["https://m.pay.example".to_owned(), app.to_owned()],
    };
    let passkeys = server(ORIGIN, &config);
    for origin in [ORIGIN, "https://m.pay.example", app] {
        let mut phone = Authenticator::new([5; 32], origin, "pay.example");
        let kept = register(&passkeys, &mut phone).unwrap();
        assert!(assert_by(&passkeys, &kept, &mut phone).is_ok(), "{origin}");
    }
    for origin in ["https://x.pay.example", "android:apk-key-hash:7d1043473d55bfa90e8530d35801d4e381bc69f1"] {
        let mut phone = Authenticator::new([5; 32], origin, "pay.example");
        assert_eq!(register(&passkeys, &mut phone).unwrap_err(), ReasonCode::PasskeyWrongOrigin, "{origin}");
    }
    for wrong in ["https://evil.example", "https://badpay.example", "nonsense", "android:other"] {
        let config = PasskeyConfig { rp_id: None, origins: vec![wrong.to_owned()] };
        assert!(Passkeys::new(ORIGIN, "Farthing", &config, &Secret::new([7; 32])).is_err(), "{wrong}");
    }
}

#[test]
fn a_relying_party_is_a_domain_of_the_origin_and_loopback_is_localhost() {
    let own = |origin: &str, rp_id: Option<&str>| {
        let config = PasskeyConfig { rp_id: rp_id.map(str::to_owned), origins: Vec::new() };
        Passkeys::new(origin, "Farthing", &config, &Secret::new([7; 32])).map(|made| made.party.is_some())
    };
    assert_eq!(own("http://127.0.0.1:8080", None), Ok(true));
    assert_eq!(own("https://pay.example", Some("pay.example")), Ok(true));
    assert_eq!(own("https://m.pay.example", Some("pay.example")), Ok(true));
    assert_eq!(own("https://203.0.113.7", None), Ok(false));
    assert!(own("https://203.0.113.7", Some("pay.example")).is_err());
    assert!(own("https://pay.example", Some("other.example")).is_err());
    let mut local = Authenticator::new([5; 32], "http://localhost:8080", "localhost");
    assert!(register(&server("http://127.0.0.1:8080", &PasskeyConfig::default()), &mut local).is_ok());
}

#[test]
fn a_ceremony_is_sealed_to_this_server_and_ends() {
    let (passkeys, other) = (server(ORIGIN, &PasskeyConfig::default()), Sealer::new(&Secret::new([8; 32])));
    let begin = || {
        let state = passkeys.begin_sign_in().unwrap().state;
        Purpose::SignIn { device: money::DeviceId::from_bytes([2; 16]), key: sha256(b"key"), state }
    };
    let (text, expires_at) = passkeys.sealer().seal(begin(), AT, [1; 12]).unwrap();
    assert!(passkeys.sealer().open(&text, AT).is_ok());
    assert!(passkeys.sealer().open(&text, expires_at).is_err());
    assert!(other.open(&text, AT).is_err());
    for at in 0..text.len() {
        let mut altered = text.clone().into_bytes();
        altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
        let altered = String::from_utf8(altered).unwrap();
        // The last character may hold bits that stand for nothing; every other one counts.
        if at + 1 < text.len() {
            assert!(passkeys.sealer().open(&altered, AT).is_err(), "character {at}");
        }
    }
}

fn hex(value: &Value, member: &str) -> Option<Vec<u8>> {
    let text = value.get(member)?.as_str()?;
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()).collect()
}

fn b64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The W3C's own test vectors (WebAuthn L3 §16), each through the very functions that serve requests.
#[test]
fn the_published_vectors_are_accepted_or_refused_for_a_reason_of_ours() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let file = shared.join("vectors/02-webauthn/w3c-webauthn-l3-test-vectors.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        println!("the published vectors are not at {}: own tests cover each behaviour", file.display());
        return;
    };
    let file: Value = serde_json::from_str(&text).unwrap();
    let passkeys = server("https://example.org", &PasskeyConfig::default());
    let mut said = std::collections::BTreeMap::new();
    for case in file["cases"].as_array().unwrap() {
        let registration = &case["registration"];
        let Some(challenge) = hex(registration, "challenge") else { continue };
        let id = case["id"].as_str().unwrap();
        let outcome = vector(&passkeys, case, &challenge);
        said.insert(id.trim_start_matches("sctn-test-vectors-").to_owned(), outcome);
    }
    let said: Vec<String> = said
        .into_iter()
        .map(|(id, outcome)| {
            format!("{id}: {}", outcome.map_or_else(|reason| reason.to_string(), |()| "accepted".to_owned()))
        })
        .collect();
    insta::assert_snapshot!("w3c_vectors", said.join("\n"));
}

/// Registers with the vector's challenge, then asserts with it.
fn vector(passkeys: &Passkeys, case: &Value, challenge: &[u8]) -> Result<(), ReasonCode> {
    let (registration, authentication) = (&case["registration"], &case["authentication"]);
    let with = |state: Value, challenge: &[u8]| {
        let mut state = state;
        let inner = state.as_object_mut().and_then(|state| state.values_mut().next()).unwrap();
        inner["challenge"] = json!(b64(challenge));
        state
    };
    let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
    let state = serde_json::from_value(with(serde_json::to_value(&start.state).unwrap(), challenge)).unwrap();
    let id = hex(registration, "credential_id").unwrap();
    let answer = json!({
        "id": b64(&id), "rawId": b64(&id), "type": "public-key", "clientExtensionResults": {},
        "response": {
            "attestationObject": b64(&hex(registration, "attestationObject").unwrap()),
            "clientDataJSON": b64(&hex(registration, "clientDataJSON").unwrap()),
        },
    });
    let kept = kept(passkeys.finish_registration(&state, &answer)?);
    let start = passkeys.begin_assertion(std::slice::from_ref(&kept), AT).unwrap();
    let challenge = hex(authentication, "challenge").unwrap();
    let state = serde_json::from_value(with(serde_json::to_value(&start.state).unwrap(), &challenge)).unwrap();
    let answer = json!({
        "id": b64(&id), "rawId": b64(&id), "type": "public-key", "clientExtensionResults": {},
        "response": {
            "authenticatorData": b64(&hex(authentication, "authenticatorData").unwrap()),
            "clientDataJSON": b64(&hex(authentication, "clientDataJSON").unwrap()),
            "signature": b64(&hex(authentication, "signature").unwrap()),
        },
    });
    passkeys.finish_assertion(&state, &answer).map(drop)
}
