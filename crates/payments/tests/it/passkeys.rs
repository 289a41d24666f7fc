//! What a verified passkey is worth: when it approves, when it is flagged, who may add and revoke one.

use credentials::ProofUse;
use money::{Digest, Instant, ReasonCode};
use payments::{Accepted, Command, EventKind, Kept, KeptKey, Key, NewPasskey, PasskeyPermit, PasskeyUse, Row};
use protocol::{AttestationFormat, BeginPasskeyBody, Biometric, KeyPlace, RevokePasskeyBody, sha256, to_canonical};

use crate::scenario::{check, pay_body, run, said};
use crate::world::World;

const fn permit() -> PasskeyPermit {
    PasskeyPermit::dangerous_after_webauthn()
}

fn made(name: &str, counter: u32) -> NewPasskey {
    NewPasskey {
        id: sha256(name.as_bytes()),
        credential: "{}".to_owned(),
        aaguid: String::new(),
        counter,
        backup_eligible: false,
        backed_up: false,
        attested: None,
        biometric: Biometric::Unknown,
    }
}

fn once(world: &mut World) -> ProofUse {
    let id = Digest::from_bytes(world.fresh());
    ProofUse { id, expires_at: world.now.checked_add_seconds(120).unwrap() }
}

fn begin(world: &mut World, name: &str) -> Result<bool, ReasonCode> {
    let body = BeginPasskeyBody { name: "key".parse().unwrap() };
    let signed = world.signed(name, "/v1/passkeys/begin", &body);
    match world.submit(Command::BeginPasskey { signed }) {
        Ok(Accepted::PasskeyBegun { vouched }) => Ok(vouched),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

/// Adds a passkey; the moments until it approves.
fn add(world: &mut World, name: &str, made: NewPasskey, vouched: bool) -> Result<i64, ReasonCode> {
    let ceremony = once(world);
    let (signed, _) = world.signed(name, "/v1/passkeys", &serde_json::json!({})).take_body();
    let name = "key".parse().unwrap();
    match world.submit(Command::AddPasskey { permit: permit(), signed, made, name, vouched, ceremony }) {
        Ok(Accepted::Passkey(passkey)) => Ok(passkey.usable_from.millis_since(passkey.created_at) / 1_000),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

fn approve(world: &mut World, name: &str, body: Digest, used: PasskeyUse) -> String {
    let (signed, _) = world.signed(name, "/v1/step-up/passkey", &serde_json::json!({})).take_body();
    said(world.submit(Command::ApproveByPasskey { permit: permit(), signed, body, used }))
}

fn used(world: &mut World, name: &str, counter: u32) -> PasskeyUse {
    let ceremony = once(world);
    let biometric = Biometric::Unknown;
    PasskeyUse { id: sha256(name.as_bytes()), counter, backup_eligible: false, backed_up: false, biometric, ceremony }
}

const TOWN: &str = "
    payer ann 1000000
    payee cafe
    intent big cafe 150000 life=3600
";

fn town() -> World {
    let mut world = check(TOWN);
    assert_eq!(begin(&mut world, "ann"), Ok(false));
    assert_eq!(add(&mut world, "ann", made("one", 5), false), Ok(0));
    world
}

#[test]
fn a_passkey_approves_what_asks_for_a_pin() {
    let mut world = town();
    run(&mut world, "quote ann big -> 1000000 leaves 850000 [FirstTimePayee] [] asks Pin by [Passkey]");
    let digest = sha256(&to_canonical(&pay_body(&world, "p", "ann", "big")));
    let used = used(&mut world, "one", 6);
    assert_eq!(approve(&mut world, "ann", digest, used), "approved passkey");
    run(&mut world, "pay q ann big -> refused risk.step_up_needed\npay p ann big -> captured 150000");
}

#[test]
fn a_ceremony_works_once_whatever_else_is_new() {
    let mut world = town();
    let used = used(&mut world, "one", 6);
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), used), "approved passkey");
    let again = PasskeyUse { counter: 7, ..used };
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), again), "refused proof.replayed");
}

#[test]
fn a_counter_that_does_not_rise_flags_the_passkey() {
    for counter in [0, 4, 5] {
        let mut world = town();
        let stale = used(&mut world, "one", counter);
        assert_eq!(approve(&mut world, "ann", sha256(b"x"), stale), "refused passkey.cloned");
        assert_eq!(world.events.last().map(|event| event.kind), Some(EventKind::PasskeyCloned));
        let fresh = used(&mut world, "one", 9);
        assert_eq!(approve(&mut world, "ann", sha256(b"x"), fresh), "refused passkey.cloned");
        run(&mut world, "pay p ann big -> refused step_up.not_set_up");
    }
}

#[test]
fn a_passkey_without_a_counter_is_no_clone() {
    let mut world = check(TOWN);
    assert_eq!(add(&mut world, "ann", made("synced", 0), false), Ok(0));
    for _ in 0..3 {
        let used = used(&mut world, "synced", 0);
        assert_eq!(approve(&mut world, "ann", sha256(b"x"), used), "approved passkey");
    }
}

#[test]
fn a_backup_that_cannot_be_is_refused() {
    let mut world = town();
    let bad = NewPasskey { backed_up: true, ..made("two", 0) };
    assert_eq!(add(&mut world, "ann", bad, false), Err(ReasonCode::PasskeyBackupInvalid));
    let becomes = PasskeyUse { backup_eligible: true, ..used(&mut world, "one", 6) };
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), becomes), "refused passkey.backup_invalid");
    let backed = PasskeyUse { backed_up: true, ..used(&mut world, "one", 6) };
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), backed), "refused passkey.backup_invalid");
}

#[test]
fn a_first_passkey_waits_unless_the_wallet_is_new_or_a_factor_vouches() {
    let mut world = check(TOWN);
    run(&mut world, "wait 600");
    assert_eq!(begin(&mut world, "ann"), Ok(false));
    assert_eq!(add(&mut world, "ann", made("one", 0), false), Ok(43_200));
    let early = used(&mut world, "one", 0);
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), early), "refused passkey.waiting");
    run(&mut world, "pay p ann big -> refused step_up.waiting\nwait 43200\nintent big cafe 150000");
    let used = used(&mut world, "one", 0);
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), used), "approved passkey");
    // From now on a second one needs the first.
    assert_eq!(begin(&mut world, "ann"), Err(ReasonCode::StepUpNeeded));
    let digest = sha256(&to_canonical(&BeginPasskeyBody { name: "key".parse().unwrap() }));
    let used = self::used(&mut world, "one", 0);
    assert_eq!(approve(&mut world, "ann", digest, used), "approved passkey");
    assert_eq!(begin(&mut world, "ann"), Ok(true));
    assert_eq!(add(&mut world, "ann", made("two", 0), true), Ok(0));
}

#[test]
fn neither_a_waiting_device_nor_a_frozen_wallet_adds_a_passkey() {
    let mut world = town();
    run(&mut world, "bind ann tab");
    assert_eq!(begin(&mut world, "tab"), Err(ReasonCode::DeviceCoolingOff));
    assert_eq!(add(&mut world, "tab", made("two", 0), false), Err(ReasonCode::DeviceCoolingOff));
    let used = used(&mut world, "one", 6);
    assert_eq!(approve(&mut world, "tab", sha256(b"x"), used), "refused device.cooling_off");
    run(&mut world, "freeze ann");
    assert_eq!(begin(&mut world, "ann"), Err(ReasonCode::PayerFrozen));
}

#[test]
fn passkeys_are_bounded_and_each_is_there_once() {
    let mut world = town();
    assert_eq!(add(&mut world, "ann", made("one", 9), false), Err(ReasonCode::PasskeyExists));
    for number in 1..payments::limits::PASSKEYS_MAX {
        assert!(add(&mut world, "ann", made(&format!("more {number}"), 0), false).is_ok());
    }
    assert_eq!(add(&mut world, "ann", made("too many", 0), false), Err(ReasonCode::PasskeyLimitReached));
}

#[test]
fn a_usable_passkey_is_revoked_with_a_check_and_a_waiting_one_by_anybody() {
    let mut world = town();
    let revoke = |world: &mut World, by: &str, name: &str| {
        let body = RevokePasskeyBody { passkey: sha256(name.as_bytes()) };
        let signed = world.signed(by, "/v1/passkeys/revoke", &body);
        world.submit(Command::RevokePasskey { signed }).map(drop).map_err(|refusal| refusal.first())
    };
    assert_eq!(revoke(&mut world, "ann", "one"), Err(ReasonCode::StepUpNeeded));
    assert_eq!(revoke(&mut world, "ann", "none"), Err(ReasonCode::PasskeyNone));
    run(&mut world, "wait 700\nbind ann tab");
    assert_eq!(add(&mut world, "ann", made("two", 0), false), Ok(43_200));
    assert_eq!(revoke(&mut world, "tab", "two"), Ok(()));
    let digest = sha256(&to_canonical(&RevokePasskeyBody { passkey: sha256(b"one") }));
    let used = used(&mut world, "one", 6);
    assert_eq!(approve(&mut world, "ann", digest, used), "approved passkey");
    assert_eq!(revoke(&mut world, "ann", "one"), Ok(()));
    let key = Key::Kept(KeptKey::Guard(world.people["ann"].phone.payer()));
    let Some(Row::Kept(Kept::Guard(guard))) = world.state.row(&key) else { panic!("ann has a guard") };
    assert_eq!((guard.passkey_from, guard.approvals.len()), (None::<Instant>, 0));
}

fn attested(name: &str, place: KeyPlace) -> NewPasskey {
    let root = sha256(b"root");
    let (format, biometric) = (AttestationFormat::Packed, Biometric::Unknown);
    let attested = credentials::attestation::Attested { format, root, place, biometric };
    NewPasskey { attested: Some(attested), ..made(name, 0) }
}

#[test]
fn hardware_that_is_vouched_for_is_the_strongest_unless_it_can_be_copied() {
    let mut world = check(TOWN);
    assert_eq!(add(&mut world, "ann", attested("chip", KeyPlace::SecureElement), false), Ok(0));
    run(&mut world, "quote ann big -> 1000000 leaves 850000 [FirstTimePayee] [] asks Pin by [Passkey]");
    let by_chip = used(&mut world, "chip", 0);
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), by_chip), "approved attested");
    for (name, made) in [
        ("soft", attested("soft", KeyPlace::Software)),
        ("copy", NewPasskey { backup_eligible: true, ..attested("copy", KeyPlace::SecureElement) }),
    ] {
        let backup_eligible = made.backup_eligible;
        assert_eq!(add(&mut world, "ann", made, true), Ok(0));
        let by_it = PasskeyUse { backup_eligible, ..used(&mut world, name, 0) };
        assert_eq!(approve(&mut world, "ann", sha256(b"y"), by_it), "approved passkey", "{name}");
    }
    // What changes the factors asks for a passkey, not for this one: whoever loses it takes it away with another.
    assert_eq!(begin(&mut world, "ann"), Err(ReasonCode::StepUpNeeded));
}

/// Class 2, Class 1 and a face nobody vouches for are never the only factor: neither for a payment nor for signing in.
#[test]
fn a_weak_biometric_is_never_the_only_factor() {
    for biometric in [Biometric::Class2, Biometric::Class1, Biometric::Face] {
        let mut world = check(TOWN);
        assert_eq!(add(&mut world, "ann", NewPasskey { biometric, ..made("one", 5) }, false), Ok(0));
        // It is no method at all: the payer is told to set a PIN.
        run(&mut world, "pay p ann big -> refused step_up.not_set_up");
        let weak = used(&mut world, "one", 6);
        assert_eq!(approve(&mut world, "ann", sha256(b"x"), weak), "refused passkey.weak_check");
        // The use counts all the same: its counter does not go back.
        let again = used(&mut world, "one", 6);
        assert_eq!(approve(&mut world, "ann", sha256(b"x"), again), "refused passkey.cloned");
    }
    // One that says only this time that it was a face; with attested hardware behind it, a face of Class 3 is enough.
    let mut world = town();
    let face = PasskeyUse { biometric: Biometric::Face, ..used(&mut world, "one", 6) };
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), face), "refused passkey.weak_check");
    let strong = used(&mut world, "one", 7);
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), strong), "approved passkey");
    let mut chip = attested("chip", KeyPlace::TrustedEnvironment);
    chip.attested.as_mut().unwrap().biometric = Biometric::Class3;
    assert_eq!(add(&mut world, "ann", NewPasskey { biometric: Biometric::Class3, ..chip }, true), Ok(0));
    let face = PasskeyUse { biometric: Biometric::Face, ..used(&mut world, "chip", 0) };
    assert_eq!(approve(&mut world, "ann", sha256(b"x"), face), "approved attested");
}
