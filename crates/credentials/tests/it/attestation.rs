//! What vouches for an authenticator: real chains of a test's own maker, each lie by its own name, and the published vectors.

use credentials::attestation::{self, AttestationError, Attested, Object, Roots};
use money::{Digest, Instant};
use proptest::prelude::*;
use protocol::{AttestationFormat, Biometric, KeyPlace, sha256};
use serde_json::{Value, json};
use testkit::authenticator::Authenticator;
use testkit::maker::{Keystore, Kind, Maker};

use crate::shared::vectors;

const AT: Instant = Instant::from_unix_millis(1_790_000_000_000);

/// What an authenticator with this maker gives: attestation object and client data.
fn made(maker: Maker) -> (Vec<u8>, Vec<u8>) {
    let mut phone = Authenticator::new([5; 32], "https://pay.example", "pay.example");
    phone.maker = Some(maker);
    let answer = phone.create(&json!({"challenge": "AAAA", "user": {"id": "AAAA"}}));
    let part = |name: &str| bytes(&answer["response"][name]);
    (part("attestationObject"), part("clientDataJSON"))
}

fn bytes(text: &Value) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let text = text.as_str().unwrap().trim_end_matches('=').replace('+', "-").replace('/', "_");
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn trusting(maker: &Maker) -> Roots {
    Roots::default().with_pem(maker.pem().as_bytes()).unwrap()
}

/// What one kind of maker's word comes to with somebody who trusts its root.
#[track_caller]
fn check(kind: Kind, expected: Result<Option<(AttestationFormat, KeyPlace, Biometric)>, AttestationError>) {
    let maker = Maker::new(kind);
    let roots = trusting(&maker);
    let (object, client) = made(maker);
    let said = attestation::verify(&object, &client, &roots, AT);
    let root = |said: Attested| assert_ne!(said.root, Digest::from_bytes([0; 32]));
    said.ok().flatten().map(root);
    assert_eq!(said.map(|said| said.map(|said| (said.format, said.place, said.biometric))), expected);
}

fn android(change: impl FnOnce(&mut Keystore)) -> Kind {
    let mut keystore = Keystore::default();
    change(&mut keystore);
    Kind::Android(keystore)
}

#[test]
fn a_chain_to_a_trusted_root_says_where_the_key_is_and_how_its_user_is_verified() {
    use AttestationFormat::{AndroidKey, Apple, Packed};
    use KeyPlace::{SecureElement, TrustedEnvironment};
    check(Kind::Packed(None), Ok(Some((Packed, SecureElement, Biometric::Unknown))));
    check(Kind::Packed(Some([0xAA; 16])), Ok(Some((Packed, SecureElement, Biometric::Unknown))));
    check(Kind::Apple, Ok(Some((Apple, SecureElement, Biometric::Apple))));
    check(android(|_| ()), Ok(Some((AndroidKey, TrustedEnvironment, Biometric::Class3))));
    check(android(|said| said.level = 2), Ok(Some((AndroidKey, SecureElement, Biometric::Class3))));
    check(android(|said| said.user_by = 1), Ok(Some((AndroidKey, TrustedEnvironment, Biometric::Passcode))));
    check(android(|said| said.user_by = 3), Ok(Some((AndroidKey, TrustedEnvironment, Biometric::Class3))));
    check(android(|said| said.without_user = true), Ok(Some((AndroidKey, TrustedEnvironment, Biometric::Unknown))));
}

#[test]
fn what_says_nothing_is_worth_nothing_and_no_fault() {
    check(android(|said| said.level = 0), Ok(None));
    check(android(|said| said.boot_holds = false), Ok(None));
    // Somebody else's root.
    let (object, client) = made(Maker::new(Kind::Packed(None)));
    for roots in [Roots::default(), trusting(&Maker::new(Kind::Packed(None)))] {
        assert_eq!(attestation::verify(&object, &client, &roots, AT), Ok(None));
    }
    let mut bare = Authenticator::new([5; 32], "https://pay.example", "pay.example");
    let answer = bare.create(&json!({"challenge": "AAAA", "user": {"id": "AAAA"}}));
    let (object, client) =
        (bytes(&answer["response"]["attestationObject"]), bytes(&answer["response"]["clientDataJSON"]));
    assert_eq!(attestation::verify(&object, &client, &Roots::default(), AT), Ok(None));
}

#[test]
fn every_lie_has_its_name() {
    check(Kind::Packed(Some([0xBB; 16])), Err(AttestationError::OtherModel));
    check(android(|said| said.challenge_holds = false), Err(AttestationError::OtherCeremony));
    check(android(|said| said.for_all = true), Err(AttestationError::KeyUse));
    check(android(|said| said.origin = 2), Err(AttestationError::KeyUse));
    check(android(|said| said.purposes = vec![2, 0]), Err(AttestationError::KeyUse));
    check(android(|said| said.purposes = Vec::new()), Err(AttestationError::KeyUse));
    for (kind, expected) in [
        (Kind::Packed(None), AttestationError::Signature),
        (android(|_| ()), AttestationError::Signature),
        (Kind::Apple, AttestationError::OtherCeremony),
    ] {
        let maker = Maker::new(kind);
        let roots = trusting(&maker);
        let (object, _) = made(maker);
        assert_eq!(attestation::verify(&object, b"another ceremony", &roots, AT), Err(expected));
    }
    // A statement about one key, around another.
    let maker = Maker::new(Kind::Apple);
    let roots = trusting(&maker);
    let (object, client) = made(maker);
    assert_eq!(attestation::verify(&object[1..], &client, &roots, AT), Err(AttestationError::Malformed));
    assert_eq!(
        attestation::verify(&[&object[..], &[0]].concat(), &client, &roots, AT),
        Err(AttestationError::Malformed)
    );
}

#[test]
fn a_published_model_counts_for_its_own_roots_only_and_not_once_it_is_withdrawn() {
    let maker = Maker::new(Kind::Packed(None));
    let pem = maker.pem();
    let root: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let blob = |aaguid: &str, status: &str, method: &str| {
        let statement = json!({
            "attestationRootCertificates": [root], "keyProtection": ["hardware", "tee"],
            "userVerificationDetails": [[{"userVerificationMethod": "passcode_internal"}], [{"userVerificationMethod": method}]],
        });
        let entry = json!({"aaguid": aaguid, "metadataStatement": statement, "statusReports": [{"status": status}]});
        Roots::default().with_metadata(json!({"entries": [entry]}).to_string().as_bytes()).unwrap()
    };
    let (object, client) = made(maker);
    let said = |roots: &Roots| {
        let said = attestation::verify(&object, &client, roots, AT).unwrap();
        said.map(|said| (said.place, said.biometric))
    };
    let own = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
    let tee = KeyPlace::TrustedEnvironment;
    assert_eq!(said(&blob(own, "FIDO_CERTIFIED_L1", "faceprint_internal")), Some((tee, Biometric::Fido)));
    assert_eq!(said(&blob(own, "NOT_FIDO_CERTIFIED", "faceprint_internal")), Some((tee, Biometric::Face)));
    assert_eq!(said(&blob(own, "NOT_FIDO_CERTIFIED", "fingerprint_internal")), Some((tee, Biometric::Unknown)));
    assert_eq!(said(&blob(own, "NOT_FIDO_CERTIFIED", "pattern_internal")), Some((tee, Biometric::Passcode)));
    assert_eq!(said(&blob(own, "REVOKED", "fingerprint_internal")), None);
    assert_eq!(said(&blob("bbbbbbbb-aaaa-aaaa-aaaa-aaaaaaaaaaaa", "FIDO_CERTIFIED", "fingerprint_internal")), None);
    for wrong in
        [&b"-----BEGIN NOTHING-----"[..], b"", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        assert!(Roots::default().with_pem(wrong).is_err());
    }
    assert!(Roots::default().with_metadata(b"eyJ").is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic_and_no_changed_statement_is_vouched_for(at in any::<prop::sample::Index>(), by in 1..=255_u8, kind in 0..3) {
        let kind = match kind {
            0 => Kind::Packed(Some([0xAA; 16])),
            1 => Kind::Android(Keystore::default()),
            _ => Kind::Apple,
        };
        let maker = Maker::new(kind);
        let roots = trusting(&maker);
        let (mut object, client) = made(maker);
        let honest = attestation::verify(&object, &client, &roots, AT).unwrap();
        prop_assert!(honest.is_some());
        let at = at.index(object.len());
        object[at] ^= by;
        // A byte of a name or of a certificate's own signature may leave it true but unvouched; vouched for it is only where
        // authenticator data and key are the honest ones.
        if let Ok(Some(_)) = attestation::verify(&object, &client, &roots, AT) {
            let (one, other) = (Object::read(&object).unwrap(), made_data(&object, at, by));
            prop_assert_eq!(one.data, other);
        }
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(object in prop::collection::vec(any::<u8>(), 0..600), client in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert!(!matches!(attestation::verify(&object, &client, &Roots::default(), AT), Ok(Some(_))));
        let _ = attestation::told_by_assertion(&object);
    }
}

/// The authenticator data of the object whose byte `at` was changed, changed back.
fn made_data(object: &[u8], at: usize, by: u8) -> Vec<u8> {
    let mut object = object.to_vec();
    object[at] ^= by;
    Object::read(&object).unwrap().data
}

#[test]
fn methods_an_authenticator_names_only_weaken() {
    for (methods, expected) in [
        (vec![], Biometric::Unknown),
        (vec![0x02], Biometric::Unknown),
        (vec![0x10], Biometric::Face),
        (vec![0x40], Biometric::Face),
        (vec![0x04, 0x10], Biometric::Passcode),
        (vec![0x12], Biometric::Face),
    ] {
        assert_eq!(attestation::told_by(&methods), expected, "{methods:?}");
    }
}

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|two| u8::from_str_radix(str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

fn pem(der: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(der))
}

/// W3C, WebAuthn L3 §16: each statement by itself, whatever its flags; and each refused for another ceremony, and with any byte
/// of its signature or certificate changed not vouched for.
#[test]
fn the_w3c_statements_hold_up_to_their_root() {
    let Some(file) = vectors("02-webauthn/w3c-webauthn-l3-test-vectors.json") else { return };
    let cases = file["cases"].as_array().unwrap();
    let root = cases.iter().find_map(|case| case["other"]["attestation_ca_cert"].as_str()).unwrap();
    let roots = Roots::default().with_pem(pem(&hex(root)).as_bytes()).unwrap();
    let mut said = std::collections::BTreeMap::new();
    for case in cases.iter().filter(|case| case["registration"]["attestationObject"].is_string()) {
        let part = |name: &str| hex(case["registration"][name].as_str().unwrap());
        let (object, client) = (part("attestationObject"), part("clientDataJSON"));
        let id = case["id"].as_str().unwrap().trim_start_matches("sctn-test-vectors-");
        let told = attestation::verify(&object, &client, &roots, AT);
        let other = attestation::verify(&object, b"{}", &roots, AT);
        if told.is_ok_and(|told| told.is_some()) {
            assert!(other.is_err(), "{id}");
        }
        assert!(other.is_ok_and(|other| other.is_none()) || other.is_err(), "{id}");
        said.insert(id.to_owned(), words(told));
    }
    insta::assert_snapshot!("w3c_statements", lines(&said));
}

/// py_webauthn's registrations, each with the roots its test trusted and on a day its chain was good.
#[test]
fn py_webauthn_statements_hold_or_are_named() {
    let Some(file) = vectors("02-webauthn/py_webauthn-cases.json") else { return };
    let mut said = std::collections::BTreeMap::new();
    for case in file["cases"].as_array().unwrap().iter().filter(|case| case["kind"] == "registration") {
        let input = &case["input"];
        let response = &input["credential"]["response"];
        let (object, client) = (bytes(&response["attestationObject"]), bytes(&response["clientDataJSON"]));
        let mut roots = Roots::default();
        let trusted = input["pem_root_certs_bytes_by_fmt"].as_object();
        for root in
            trusted.into_iter().flat_map(|by| by.values()).flat_map(|list| list.as_array().into_iter().flatten())
        {
            roots = roots.with_pem(&pem_of(root)).unwrap();
        }
        let read = Object::read(&object);
        let at = read.as_ref().and_then(day_of).unwrap_or(AT);
        // Nor are the makers' roots among the vectors: whoever stands at the end of the chain is trusted instead.
        if let Some(last) =
            read.as_ref().and_then(|read| read.chain().last().copied().filter(|_| read.chain().len() > 1))
        {
            roots = roots.clone().with_pem(pem(last).as_bytes()).unwrap_or(roots);
        }
        said.insert(
            case["upstream_test"].as_str().unwrap().trim_start_matches("tests.").to_owned(),
            words(attestation::verify(&object, &client, &roots, at)),
        );
    }
    insta::assert_snapshot!("py_webauthn_statements", lines(&said));
}

fn pem_of(root: &Value) -> Vec<u8> {
    match root {
        Value::String(text) if text.contains("BEGIN") => text.clone().into_bytes(),
        Value::Object(by) => match by.iter().next().unwrap() {
            (name, Value::String(text)) if name.starts_with("b64") => bytes(&json!(text)),
            (_, Value::String(text)) => text.clone().into_bytes(),
            other => panic!("{other:?}"),
        },
        other => bytes(other),
    }
}

/// The first moment at which all of this statement's chain was good.
fn day_of(object: &Object) -> Option<Instant> {
    let parsed = |one: &&[u8]| x509_parser::parse_x509_certificate(one).ok().map(|(_, one)| one.validity().not_before);
    let first = object.chain().iter().filter_map(parsed).map(|from| from.timestamp()).max()?;
    Some(Instant::from_unix_seconds(first + 1))
}

fn words(said: Result<Option<Attested>, AttestationError>) -> String {
    match said {
        Ok(Some(Attested { format, place, biometric, .. })) => format!("{format:?} {place:?} {biometric:?}"),
        Ok(None) => "nothing vouched for".to_owned(),
        Err(error) => error.to_string(),
    }
}

fn lines(said: &std::collections::BTreeMap<String, String>) -> String {
    said.iter().map(|(id, words)| format!("{id}: {words}")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_digest_of_a_root_names_it() {
    let maker = Maker::new(Kind::Apple);
    let (roots, pem) = (trusting(&maker), maker.pem());
    let (object, client) = made(maker);
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    use base64::{Engine, engine::general_purpose::STANDARD};
    let root = sha256(&STANDARD.decode(body).unwrap());
    assert_eq!(attestation::verify(&object, &client, &roots, AT).unwrap().unwrap().root, root);
}
