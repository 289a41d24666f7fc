//! The verification alone: the published vectors, and every way an answer can be wrong, by its own code.

use money::{Instant, PayerId, ReasonCode, Secret};
use payments::{NewPasskey, Passkey};
use serde_json::json;
use testkit::authenticator::{Authenticator, BACKED_UP, BACKUP_ELIGIBLE, USER_PRESENT, USER_VERIFIED};
use testkit::maker::{Keystore, Kind, Maker};

use protocol::KeyPlace;

use super::*;

const ORIGIN: &str = "https://pay.example";
pub(super) const AT: Instant = Instant::from_unix_millis(1_790_000_000_000);

pub(super) fn server(origin: &str, config: &PasskeyConfig) -> Passkeys {
    Passkeys::new(origin, "Farthing", config, &Secret::new([7; 32])).unwrap()
}

fn phone() -> Authenticator {
    Authenticator::new([5; 32], ORIGIN, "pay.example")
}

pub(super) fn kept(made: NewPasskey) -> Passkey {
    let name = "phone".parse().unwrap();
    Passkey { made, name, created_at: AT, usable_from: AT, last_used_at: None, flagged: false }
}

fn register(passkeys: &Passkeys, phone: &mut Authenticator) -> Result<Passkey, ReasonCode> {
    let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
    let answer = phone.create(&start.options);
    passkeys.finish_registration(&start.state, &answer, None, AT).map(kept)
}

fn assert_by(passkeys: &Passkeys, kept: &Passkey, phone: &mut Authenticator) -> Result<Assertion, ReasonCode> {
    let start = passkeys.begin_assertion(std::slice::from_ref(kept), Strength::Passkey, AT).unwrap();
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
        passkeys.begin_assertion(std::slice::from_ref(&kept), Strength::Passkey, AT).unwrap(),
        passkeys.begin_assertion(std::slice::from_ref(&kept), Strength::Passkey, AT).unwrap(),
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
    assert_eq!(passkeys.finish_registration(&start.state, &got, None, AT).unwrap_err(), ReasonCode::PasskeyMalformed);
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
        roots: Roots::default(),
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
        let config = PasskeyConfig { origins: vec![wrong.to_owned()], ..PasskeyConfig::default() };
        assert!(Passkeys::new(ORIGIN, "Farthing", &config, &Secret::new([7; 32])).is_err(), "{wrong}");
    }
}

#[test]
fn a_relying_party_is_a_domain_of_the_origin_and_loopback_is_localhost() {
    let own = |origin: &str, rp_id: Option<&str>| {
        let config = PasskeyConfig { rp_id: rp_id.map(str::to_owned), ..PasskeyConfig::default() };
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

/// A server that trusts this maker's root, and an authenticator of its.
fn trusting(kind: Kind) -> (Passkeys, Authenticator) {
    let maker = Maker::new(kind);
    let roots = Roots::default().with_pem(maker.pem().as_bytes()).unwrap();
    let mut phone = phone();
    phone.maker = Some(maker);
    (server(ORIGIN, &PasskeyConfig { roots, ..PasskeyConfig::default() }), phone)
}

#[test]
fn what_vouches_for_an_authenticator_is_kept_with_its_passkey() {
    for (kind, place, biometric, strength) in [
        (Kind::Packed(None), KeyPlace::SecureElement, Biometric::Unknown, Strength::Attested),
        (Kind::Apple, KeyPlace::SecureElement, Biometric::Apple, Strength::Attested),
        (Kind::Android(Keystore::default()), KeyPlace::TrustedEnvironment, Biometric::Class3, Strength::Attested),
    ] {
        let (passkeys, mut phone) = trusting(kind.clone());
        let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
        assert_eq!(start.options["attestation"], "direct");
        let answer = phone.create(&start.options);
        let kept = passkeys.finish_registration(&start.state, &answer, None, AT).map(kept).unwrap();
        let attested = kept.made.attested.unwrap();
        assert_eq!((attested.place, kept.made.biometric), (place, biometric), "{kind:?}");
        assert_eq!(kept.made.strength(Biometric::Unknown), Some(strength), "{kind:?}");
        assert!(assert_by(&passkeys, &kept, &mut phone).is_ok());
        // Nobody's word is asked for, and this one's is not believed, where the operator trusts nobody.
        let nobody = server(ORIGIN, &PasskeyConfig::default());
        let start = nobody.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
        assert_eq!(start.options["attestation"], "none");
        let unvouched = register(&nobody, &mut phone).unwrap();
        assert_eq!(
            (unvouched.made.attested, unvouched.made.strength(Biometric::Unknown)),
            (None, Some(Strength::Passkey))
        );
    }
    // One that can be copied is worth no more than any passkey: what was vouched for stays behind.
    let (passkeys, mut phone) = trusting(Kind::Packed(None));
    phone.flags |= BACKUP_ELIGIBLE;
    let kept = register(&passkeys, &mut phone).unwrap();
    assert!(kept.made.attested.is_some() && kept.made.strength(Biometric::Unknown) == Some(Strength::Passkey));
}

#[test]
fn a_false_attestation_is_refused_and_another_makers_is_worth_nothing() {
    for kind in [
        Kind::Packed(Some([0xBB; 16])),
        Kind::Android(Keystore { challenge_holds: false, ..Keystore::default() }),
        Kind::Android(Keystore { origin: 2, ..Keystore::default() }),
    ] {
        let (passkeys, mut phone) = trusting(kind);
        assert_eq!(register(&passkeys, &mut phone).unwrap_err(), ReasonCode::PasskeyAttestation);
    }
    let (passkeys, mut phone) = trusting(Kind::Apple);
    phone.maker = Some(Maker::new(Kind::Apple));
    assert_eq!(register(&passkeys, &mut phone).unwrap().made.attested, None);
}

/// A weak sensor, or a face of which nobody knows more, is never the only check; what says so may be the app or the key.
#[test]
fn a_weak_check_is_told_by_the_app_or_by_the_authenticator() {
    let passkeys = server(ORIGIN, &PasskeyConfig::default());
    let with = |methods: Vec<u8>, told: Option<Biometric>| {
        let mut phone = phone();
        phone.methods = methods;
        let start = passkeys.begin_registration(PayerId::from_bytes([1; 16]), "Mina", &[]).unwrap();
        let answer = phone.create(&start.options);
        kept(passkeys.finish_registration(&start.state, &answer, told, AT).unwrap())
    };
    for (methods, told, expected) in [
        (vec![], None, Biometric::Unknown),
        (vec![], Some(Biometric::Class2), Biometric::Class2),
        (vec![], Some(Biometric::Class3), Biometric::Class3),
        (vec![0x10], None, Biometric::Face),
        (vec![0x10], Some(Biometric::Class3), Biometric::Face),
        (vec![0x02], Some(Biometric::Face), Biometric::Face),
        (vec![0x04], None, Biometric::Passcode),
    ] {
        let kept = with(methods.clone(), told);
        assert_eq!(kept.made.biometric, expected, "{methods:?} {told:?}");
        let begun = passkeys.begin_assertion(std::slice::from_ref(&kept), Strength::Passkey, AT).map(drop);
        let alone = expected.may_stand_alone();
        assert_eq!(begun, if alone { Ok(()) } else { Err(ReasonCode::PasskeyWeakCheck) });
    }
    let (kept, mut phone) = (with(vec![], None), phone());
    assert_eq!(assert_by(&passkeys, &kept, &mut phone).unwrap().told, Biometric::Unknown);
    phone.methods = vec![0x10];
    let told = assert_by(&passkeys, &kept, &mut phone).unwrap();
    assert_eq!((told.told, told.told(Some(Biometric::Class2)).told), (Biometric::Face, Biometric::Face));
    assert_eq!(kept.made.strength(told.told), None);
}
