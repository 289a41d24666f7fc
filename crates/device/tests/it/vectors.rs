//! docs/vectors: what this crate makes of the published inputs is byte for byte what stands there, and what the browser
//! wallet made of them holds here. `FARTHING_UPDATE_DOCS=1` writes the expected values anew.

use std::path::PathBuf;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use credentials::http_signature::{self, Terms};
use credentials::{SignedRequest, verify_es256};
use device::{DeviceKey, Moment, Phone, Shown, SoftwareKey, check_link, check_shown};
use money::{Instant, PayeeId};
use protocol::{
    EndSessionsBody, FreezeBody, PayBody, QuoteBody, QuoteCore, RefreshBody, RefundBody, RevokeDeviceBody, SignUpBody,
    TokenBody, TokenView, Via, from_canonical, sha256, to_canonical,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// One of the files, and what was in it.
struct File {
    path: PathBuf,
    before: Value,
    value: Value,
}

impl File {
    fn read(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors").join(name);
        let before: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        Self { path, value: before.clone(), before }
    }

    /// The same value as before; or the file written anew.
    #[track_caller]
    fn check(self) {
        if is_update() {
            std::fs::write(&self.path, serde_json::to_string_pretty(&self.value).unwrap() + "\n").unwrap();
            return;
        }
        let changed = self.before != self.value;
        assert!(!changed, "{} does not hold what this crate makes; FARTHING_UPDATE_DOCS=1", self.path.display());
    }
}

#[expect(clippy::disallowed_methods, reason = "a test's own setting: whether to write the files anew")]
fn is_update() -> bool {
    std::env::var_os("FARTHING_UPDATE_DOCS").is_some()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn parsed<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).unwrap_or_else(|error| panic!("{error}: {value}"))
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    URL_SAFE_NO_PAD.decode(text(value)).unwrap().try_into().unwrap()
}

fn key(payments: &Value, name: &Value) -> SoftwareKey {
    let keys = payments["keys"].as_array().unwrap();
    SoftwareKey::from_seed(bytes(&keys.iter().find(|key| key["name"] == *name).unwrap()["seed"])).unwrap()
}

fn pair(seed: &Value) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&bytes::<32>(seed)).unwrap()
}

fn public(pair: &Ed25519KeyPair) -> [u8; 32] {
    pair.public_key().as_ref().try_into().unwrap()
}

fn signing(pair: &Ed25519KeyPair) -> impl FnOnce(&[u8]) -> [u8; 64] {
    |message| pair.sign(message).as_ref().try_into().unwrap()
}

/// The keys of code.json, as a wallet trusts them.
fn trusted(code: &Value, now: Instant) -> (qr::KeySet, qr::TrustedKeys) {
    let (root, key, set) = (pair(&code["root_seed"]), pair(&code["key_seed"]), &code["set"]);
    let body = qr::KeySetBody {
        expires_at: parsed(&set["expires_at"]),
        issued_at: parsed(&set["issued_at"]),
        keys: vec![qr::PublishedKey {
            kid: text(&code["kid"]).to_owned(),
            not_before: parsed(&set["not_before"]),
            not_after: parsed(&set["not_after"]),
            x: URL_SAFE_NO_PAD.encode(public(&key)),
        }],
        revoked_keys: Vec::new(),
        revoked_serials: Vec::new(),
        root: sha256(&public(&root)),
        sequence: parsed(&set["sequence"]),
    };
    let published = qr::sign_key_set(body, public(&root), signing(&root));
    let trusted = qr::TrustedKeys::check(&published, &sha256(&public(&root)), None, now).unwrap();
    (published, trusted)
}

/// What is signed for these terms.
fn signed(core: &QuoteCore, code: &Value) -> qr::DynamicCode {
    qr::DynamicCode {
        intent: core.intent,
        payee: core.payee.id,
        amount: core.amount,
        created_at: core.created_at,
        expires_at: core.expires_at,
        quote: core.digest(),
        kid: text(&code["kid"]).to_owned(),
    }
}

fn payload(core: &QuoteCore, code: &Value) -> String {
    let said = &code["text"];
    let own = |name: &str| text(&said[name]).to_owned();
    let local = &said["local"];
    let local = qr::LocalText {
        language: text(&local["language"]).to_owned(),
        name: text(&local["name"]).to_owned(),
        city: Some(text(&local["city"]).to_owned()),
    };
    let words = qr::CodeText {
        name: own("name"),
        city: own("city"),
        category: own("category"),
        country: own("country"),
        local: Some(local),
    };
    qr::make(&signed(core, code), &words, signing(&pair(&code["key_seed"]))).unwrap()
}

#[test]
fn payments_keys_and_bodies_are_these_bytes() {
    let (mut file, code) = (File::read("payment.json"), File::read("code.json").value);
    keys(&mut file.value);
    payments(&mut file.value, &code);
    bodies(&mut file.value);
    file.check();
}

fn keys(file: &mut Value) {
    for key in file["keys"].as_array_mut().unwrap() {
        let seed: [u8; 32] = bytes(&key["seed"]);
        let jwk = SoftwareKey::from_seed(seed).unwrap().jwk();
        key["d"] = json!(sha256(&seed));
        key["thumbprint"] = json!(jwk.thumbprint());
        key["jwk"] = json!(jwk);
    }
}

#[test]
fn codes_and_links_are_these_bytes_and_hold() {
    let (mut file, payments) = (File::read("code.json"), File::read("payment.json"));
    let code = file.value.clone();
    let now = parsed(&code["judged_at"]);
    let core: QuoteCore = parsed(&payments.value["payments"][0]["core"]);
    let (published, trusted) = trusted(&code, now);
    let payload = payload(&core, &code);
    let link = qr::make_link(&signed(&core, &code), text(&code["page"]), signing(&pair(&code["key_seed"]))).unwrap();
    check_shown(&payload, core.clone(), &trusted, now).unwrap();
    check_link(&link, core, &trusted, now).unwrap();
    file.value["key_set"] = json!(published);
    file.value["payload"] = json!(payload);
    file.value["link"] = json!(link);
    file.check();
}

fn payments(file: &mut Value, code: &Value) {
    let all = file.clone();
    for case in file["payments"].as_array_mut().unwrap() {
        let (core, shown_at): (QuoteCore, i64) = (parsed(&case["core"]), parsed(&case["shown_at"]));
        let shown_at = Instant::from_unix_millis(shown_at);
        let shown = match text(&case["via"]) {
            "code" => check_shown(&payload(&core, code), core.clone(), &trusted(code, shown_at).1, shown_at).unwrap(),
            _ => Shown::from_link(core.clone(), shown_at).unwrap(),
        };
        let mut phone = phone(&all, case);
        phone.hear(200, case["nonce"].as_str());
        let at = Moment { now: Instant::from_unix_seconds(parsed(&case["iat"])), random: bytes(&case["random"]) };
        let request = phone.pay(&shown, parsed(&case["payment"]), at).unwrap();
        let body: PayBody = from_canonical(&request.body).unwrap();
        assert_eq!(matches!(body.via, Via::Code { .. }), case["via"] == "code");
        let proof = request.header("dpop").unwrap().to_owned();
        let signing_input = proof.rsplit_once('.').unwrap().0;
        let part = |index: usize| URL_SAFE_NO_PAD.decode(signing_input.split('.').nth(index).unwrap()).unwrap();
        case["expect"] = json!({
            "core": String::from_utf8(to_canonical(&core)).unwrap(),
            "quote": core.digest(),
            "body": String::from_utf8(request.body.clone()).unwrap(),
            "body_s256": sha256(&request.body),
            "header": String::from_utf8(part(0)).unwrap(),
            "claims": String::from_utf8(part(1)).unwrap(),
            "signing_input": signing_input,
        });
        // ES256 signatures differ each time: the published ones must hold, whoever made them.
        let point = phone.jwk().point().unwrap();
        if holds(&point, signing_input, &case["proofs"]["device"]).is_none() {
            case["proofs"]["device"] = json!(proof);
        }
        for by in ["device", "browser"] {
            let good = holds(&point, signing_input, &case["proofs"][by]).is_some();
            assert!(good || is_update(), "the proof by {by} does not hold");
        }
    }
}

fn phone(all: &Value, case: &Value) -> Phone<SoftwareKey> {
    let (payer, device) = (parsed(&case["payer"]), parsed(&case["device"]));
    let mut phone = Phone::new(key(all, &case["key"]), text(&case["origin"]), payer, device);
    phone = phone.with_app(text(&case["app"]).parse().unwrap());
    phone.accept_token(&TokenView {
        access_token: text(&case["token"]).to_owned(),
        expires_at: Instant::from_unix_seconds(1_800_000_000),
        refresh_token: Some("r".to_owned()),
        session: device.into(),
        token_type: "DPoP".to_owned(),
    });
    phone
}

/// Whether a published proof is over exactly this input, and by this key.
fn holds(point: &[u8; 65], signing_input: &str, proof: &Value) -> Option<()> {
    let (input, signature) = proof.as_str()?.rsplit_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    (input == signing_input && verify_es256(point, input.as_bytes(), &signature).is_ok()).then_some(())
}

fn bodies(file: &mut Value) {
    for case in file["bodies"].as_array_mut().unwrap() {
        let value = &case["value"];
        let canonical = match text(&case["path"]) {
            "/v1/payers" => to_canonical(&parsed::<SignUpBody>(value)),
            "/v1/tokens" => to_canonical(&parsed::<TokenBody>(value)),
            "/v1/tokens/refresh" => to_canonical(&parsed::<RefreshBody>(value)),
            "/v1/quotes" => to_canonical(&parsed::<QuoteBody>(value)),
            "/v1/freeze" => to_canonical(&parsed::<FreezeBody>(value)),
            "/v1/sessions/end" => to_canonical(&parsed::<EndSessionsBody>(value)),
            "/v1/devices/revoke" => to_canonical(&parsed::<RevokeDeviceBody>(value)),
            "/v1/refunds" => to_canonical(&parsed::<RefundBody>(value)),
            other => panic!("no body is known for {other}"),
        };
        case["sha256"] = json!(sha256(&canonical));
        case["canonical"] = json!(String::from_utf8(canonical).unwrap());
    }
}

#[test]
fn merchants_signatures_are_these_bytes() {
    let mut file = File::read("merchant.json");
    let (pair, authority) = (pair(&file.value["seed"]), text(&file.value["authority"]).to_owned());
    file.value["public_key"] = json!(URL_SAFE_NO_PAD.encode(public(&pair)));
    for case in file.value["requests"].as_array_mut().unwrap() {
        let (created, payee): (i64, PayeeId) = (parsed(&case["created"]), parsed(&case["payee"]));
        let content_digest = http_signature::content_digest(text(&case["body"]).as_bytes());
        let terms = Terms {
            method: text(&case["method"]),
            authority: &authority,
            path: text(&case["path"]),
            content_digest: &content_digest,
            created,
            payee,
            nonce: text(&case["nonce"]),
        };
        let signature = signing(&pair)(terms.base().as_bytes());
        let (input, header) = (terms.signature_input(), http_signature::signature_header(&signature));
        let request = SignedRequest {
            method: terms.method,
            authority: &authority,
            path: terms.path,
            signature_input: &input,
            signature: &header,
            content_digest: &content_digest,
            body: text(&case["body"]).as_bytes(),
        };
        let presented = http_signature::read(&request).unwrap();
        presented.verify::<Value>(&public(&pair), Instant::from_unix_seconds(created)).unwrap();
        case["expect"] = json!({
            "signature_base": terms.base(),
            "content-digest": content_digest,
            "signature-input": input,
            "signature": header,
        });
    }
    file.check();
}
