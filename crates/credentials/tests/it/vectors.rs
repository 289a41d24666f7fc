//! Published vectors: RFC 9449, RFC 7638, RFC 9421 appendices B.2.4 and B.2.6, RFC 8037, Wycheproof.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use credentials::{http_signature::base, verify_ed25519, verify_es256};
use protocol::Jwk;
use serde_json::Value;

use crate::shared::vectors;

const JOSE: &str = "03-jose-httpsig-hpke-webhooks";

fn jwk(value: &Value) -> Jwk {
    serde_json::from_value(value.clone()).unwrap()
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

#[test]
fn rfc9449_proofs_hold() {
    let Some(file) = vectors(&format!("{JOSE}/rfc9449-dpop-examples.json")) else { return };
    let proofs = file["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 3);
    for proof in proofs {
        let (message, signature) = proof["proof"].as_str().unwrap().rsplit_once('.').unwrap();
        let key = jwk(&proof["header"]["jwk"]);
        let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        verify_es256(&key.point().unwrap(), message.as_bytes(), &signature).unwrap();
        assert_eq!(key.thumbprint().to_string(), proof["jkt"].as_str().unwrap());
        signature[9] ^= 1;
        verify_es256(&key.point().unwrap(), message.as_bytes(), &signature).unwrap_err();
    }
}

/// The published proofs are genuine, so a server of that origin and day gets past the signature and asks for what the
/// examples leave out: its nonce.
#[test]
fn rfc9449_proofs_are_asked_for_a_nonce() {
    let Some(file) = vectors(&format!("{JOSE}/rfc9449-dpop-examples.json")) else { return };
    let keys = credentials::VerifierKeys { token: money::Secret::new([7; 32]), nonce: money::Secret::new([8; 32]) };
    let verifier = credentials::Verifier::new("https://server.example.com", keys);
    for proof in &file["proofs"].as_array().unwrap()[..2] {
        let now = money::Instant::from_unix_seconds(proof["payload"]["iat"].as_i64().unwrap() + 5);
        let request = credentials::DeviceRequest {
            authorization: None,
            dpop: proof["proof"].as_str(),
            method: "POST",
            path: "/token",
            body: b"",
        };
        let error = verifier.enrolling::<protocol::TokenBody>(&request, now).unwrap_err();
        assert_eq!(error.reason(), money::ReasonCode::NonceNeeded);
    }
}

#[test]
fn published_thumbprints_are_ours() {
    let Some(file) = vectors(&format!("{JOSE}/jwk-thumbprints.json")) else { return };
    let mut compared = 0;
    for case in file.as_array().unwrap() {
        match serde_json::from_value::<Jwk>(case["jwk"].clone()) {
            Ok(key) => {
                assert_eq!(key.thumbprint().to_string(), case["sha256_thumbprint"].as_str().unwrap());
                compared += 1;
            }
            Err(_) => assert_ne!(case["jwk"]["kty"], "EC", "only keys of other kinds are unreadable"),
        }
    }
    assert_eq!(compared, 1);
}

#[test]
fn rfc9421_b26_base_is_reproduced_and_its_signature_holds() {
    let Some(file) = vectors(&format!("{JOSE}/rfc9421-appendix-b.json")) else { return };
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["label"] == "sig-b26").unwrap();
    let params = case["signature_input"].as_str().unwrap().strip_prefix("sig-b26=").unwrap();
    let mut lines = vec![
        ("date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("@method", "POST"),
        ("@path", "/foo"),
        ("@authority", "example.com"),
        ("content-type", "application/json"),
        ("content-length", "18"),
    ];
    assert_eq!(base(&lines, params), case["signature_base"].as_str().unwrap());

    let x = file["keys"]["test-key-ed25519"]["jwk"]["x"].as_str().unwrap();
    let key = URL_SAFE_NO_PAD.decode(x).unwrap().try_into().unwrap();
    let signature = case["signature"].as_str().unwrap().strip_prefix("sig-b26=:").unwrap().trim_end_matches(':');
    let signature = STANDARD.decode(signature).unwrap();
    verify_ed25519(&key, base(&lines, params).as_bytes(), &signature).unwrap();

    let later = params.replace("1618884473", "1618884474");
    verify_ed25519(&key, base(&lines, &later).as_bytes(), &signature).unwrap_err();
    lines.pop();
    verify_ed25519(&key, base(&lines, params).as_bytes(), &signature).unwrap_err();
}

/// Calls `verify` with key, message and signature of every case of a Wycheproof file; gives back (valid, invalid).
fn wycheproof(file: &Value, key: &str, mut verify: impl FnMut(&[u8], &[u8], &[u8], &Value)) -> usize {
    let mut cases = 0;
    for group in file["testGroups"].as_array().unwrap() {
        let public = hex(group["publicKey"][key].as_str().unwrap());
        for test in group["tests"].as_array().unwrap() {
            let message = hex(test["msg"].as_str().unwrap());
            verify(&public, &message, &hex(test["sig"].as_str().unwrap()), test);
            cases += 1;
        }
    }
    cases
}

#[test]
fn wycheproof_es256_raw() {
    let Some(file) = vectors("04-wycheproof/ecdsa_secp256r1_sha256_p1363_test.json") else { return };
    let cases = wycheproof(&file, "uncompressed", |key, message, signature, test| {
        let holds = verify_es256(key.try_into().unwrap(), message, signature).is_ok();
        assert_eq!(holds, test["result"] == "valid", "case {}", test["tcId"]);
    });
    assert_eq!(cases, 262);
}

#[test]
fn wycheproof_es256_der_is_never_taken_for_raw() {
    let Some(file) = vectors("04-wycheproof/ecdsa_secp256r1_sha256_test.json") else { return };
    let cases = wycheproof(&file, "uncompressed", |key, message, signature, test| {
        assert!(verify_es256(key.try_into().unwrap(), message, signature).is_err(), "case {}", test["tcId"]);
    });
    assert_eq!(cases, 484);
}

#[test]
fn wycheproof_ed25519() {
    let Some(file) = vectors("04-wycheproof/ed25519_test.json") else { return };
    let cases = wycheproof(&file, "pk", |key, message, signature, test| {
        let holds = verify_ed25519(key.try_into().unwrap(), message, signature).is_ok();
        assert_eq!(holds, test["result"] == "valid", "case {}", test["tcId"]);
    });
    assert_eq!(cases, 151);
}

/// Every JWS that Wycheproof has, whatever its algorithm, is no proof of ours: none carries its own key and our type.
/// And wherever one is ES256 under a P-256 key, its signature holds exactly when Wycheproof says so.
#[test]
fn wycheproof_jws_are_no_proofs_and_es256_holds_as_published() {
    let keys = credentials::VerifierKeys { token: money::Secret::new([7; 32]), nonce: money::Secret::new([8; 32]) };
    let verifier = credentials::Verifier::new("https://server.example.com", keys);
    let now = money::Instant::from_unix_seconds(1_790_000_000);
    let (mut presented, mut held, mut refused) = (0, 0, 0);
    for name in ["json_web_signature_test", "json_web_crypto_test", "json_web_key_test"] {
        let Some(file) = vectors(&format!("04-wycheproof/{name}.json")) else { return };
        for group in file["testGroups"].as_array().unwrap() {
            for test in group["tests"].as_array().unwrap() {
                let Some(jws) = test["jws"].as_str() else { continue };
                let request = credentials::DeviceRequest {
                    authorization: None,
                    dpop: Some(jws),
                    method: "POST",
                    path: "/v1/tokens",
                    body: b"",
                };
                let answer = verifier.enrolling::<protocol::TokenBody>(&request, now);
                assert!(answer.is_err_and(|error| !error.is_authenticated()), "{name} {}", test["tcId"]);
                presented += 1;
                let Some(signature_holds) = es256(group, jws) else { continue };
                let published = test["result"] == "valid";
                assert_eq!(signature_holds, published, "{name} {} {}", test["tcId"], test["comment"]);
                if published { held += 1 } else { refused += 1 }
            }
        }
    }
    println!("{presented} JWS presented as proofs and refused; of ES256, {held} hold and {refused} do not");
    assert!(presented >= 475 && held > 0 && refused > 0, "{presented} {held} {refused}");
}

/// Whether a compact JWS of a group whose one key is a P-256 key holds as ES256, read as strictly as a proof; `None`
/// where the group is of another kind of key.
fn es256(group: &Value, jws: &str) -> Option<bool> {
    let public = group.get("public").filter(|key| key["kty"] == "EC" && key["crv"] == "P-256")?;
    let key = protocol::Jwk::from_point(&[&[4], &part(&public["x"])?[..], &part(&public["y"])?[..]].concat()).ok()?;
    // Ours says four things and no more; what another says of its use is held against it.
    let is_for = |member: &str, wanted: &str| public.get(member).is_none_or(|said| *said == wanted);
    let for_signing = is_for("use", "sig")
        && is_for("alg", "ES256")
        && public.get("key_ops").is_none_or(|all| all.as_array().is_some_and(|all| all.contains(&"verify".into())));
    let verified = || {
        let (message, signature) = jws.rsplit_once('.')?;
        let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(message.split_once('.')?.0).ok()?).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_es256 = header["alg"] == "ES256" && message.split('.').count() == 2;
        (for_signing && is_es256 && verify_es256(&key.point().ok()?, message.as_bytes(), &signature).is_ok())
            .then_some(())
    };
    Some(verified().is_some())
}

fn part(value: &Value) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(value.as_str()?).ok()
}

#[test]
fn rfc9421_b24_p256_signature_holds_raw_and_not_as_anything_else() {
    let Some(file) = vectors(&format!("{JOSE}/rfc9421-appendix-b.json")) else { return };
    let case = file["cases"].as_array().unwrap().iter().find(|case| case["label"] == "sig-b24").unwrap();
    let key = jwk_of(&file["keys"]["test-key-ecc-p256"]["jwk"]);
    let base = case["signature_base"].as_str().unwrap();
    let signature = case["signature"].as_str().unwrap().strip_prefix("sig-b24=:").unwrap().trim_end_matches(':');
    let mut signature = STANDARD.decode(signature).unwrap();
    verify_es256(&key.point().unwrap(), base.as_bytes(), &signature).unwrap();
    signature.push(0);
    verify_es256(&key.point().unwrap(), base.as_bytes(), &signature).unwrap_err();
}

/// A published key may carry its private half, which a proof's key must not.
fn jwk_of(value: &Value) -> Jwk {
    assert!(serde_json::from_value::<Jwk>(value.clone()).is_err() || value.get("d").is_none());
    Jwk::from_point(&[&[4], &part(&value["x"]).unwrap()[..], &part(&value["y"]).unwrap()[..]].concat()).unwrap()
}

/// The JOSE cookbook (RFC 7520, RFC 8037, RFC 7797): of its JWS only Ed25519 is a scheme of ours, and holds as a signature;
/// none of them, in any form, and none of its JWE is a proof or a token. Of its keys none is a device's.
#[test]
fn the_jose_cookbook_holds_as_published_and_none_of_it_is_a_proof() {
    let cookbook = crate::shared::folder(&format!("{JOSE}/jose-cookbook"));
    let Some(files) = cookbook else { return };
    let keys = credentials::VerifierKeys { token: money::Secret::new([7; 32]), nonce: money::Secret::new([8; 32]) };
    let verifier = credentials::Verifier::new("https://server.example.com", keys);
    let now = money::Instant::from_unix_seconds(1_790_000_000);
    let refused = |text: &str, name: &str| {
        let authorization = format!("DPoP {text}");
        let (dpop, method, path, body) = (Some(text), "POST", "/v1/tokens", &b""[..]);
        let keyed = credentials::DeviceRequest { authorization: None, dpop, method, path, body };
        let with_token = credentials::DeviceRequest { authorization: Some(&authorization), ..keyed };
        let enrolling = verifier.enrolling::<protocol::TokenBody>(&keyed, now);
        assert!(enrolling.is_err_and(|error| !error.is_authenticated()), "{name}");
        assert!(verifier.caller(&with_token, now).is_err_and(|error| !error.is_authenticated()), "{name}");
    };
    let (mut compact, mut flat, mut seen) = (0, 0, 0);
    for (name, case) in files {
        seen += 1;
        if name.starts_with("jwk") {
            assert!(serde_json::from_value::<Jwk>(case).is_err(), "{name} is no device's key");
            continue;
        }
        if let Some(text) = case["output"]["compact"].as_str() {
            refused(text, &name);
            compact += 1;
        }
        for form in ["json", "json_flat"] {
            if !case["output"][form].is_null() {
                refused(&case["output"][form].to_string(), &name);
                flat += 1;
            }
        }
        if name.ends_with("curve25519/jws.json") {
            let key = part(&case["input"]["key"]["x"]).unwrap().try_into().unwrap();
            let (message, signature) = (case["signing"]["sig-input"].as_str().unwrap(), &case["signing"]["sig"]);
            let mut signature = part(signature).unwrap();
            verify_ed25519(&key, message.as_bytes(), &signature).unwrap();
            signature[63] ^= 1;
            verify_ed25519(&key, message.as_bytes(), &signature).unwrap_err();
        }
    }
    println!("{seen} files: {compact} compact and {flat} JSON forms refused");
    assert!(seen >= 29 && compact >= 15 && flat >= 30, "{seen} {compact} {flat}");
}
