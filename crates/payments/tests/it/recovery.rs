//! Coming back without a device, and being stopped without one: two factors, a wait, and no oracle.

use money::{Digest, PayerId, ReasonCode};
use payments::{Accepted, Command, EventKind, Kept, KeptKey, Key, Recovery, Row, StaffPermit};
use protocol::{
    AddContactBody, FreezeForBody, PrintCodesBody, RemoveContactBody, RevokeDeviceBody, RotateKeyBody, SessionKind,
    TokenBody, VouchBody, sha256,
};

use crate::scenario::{check, run, said};
use crate::world::{Person, World, device_request};

const TOWN: &str = "
    payer ann 1000000
    pin ann 493817 -> pin from 0
    payer bob 1000
    payee cafe
";

fn code(name: &str) -> Digest {
    sha256(name.as_bytes())
}

fn payer(world: &World, name: &str) -> PayerId {
    world.people[name].phone.payer()
}

fn answer(outcome: Result<Accepted, payments::Refusal>) -> Result<Accepted, ReasonCode> {
    outcome.map_err(|refusal| refusal.first())
}

/// Ann's sheet of codes `c0` to `c4`, printed while her wallet is new; her factor, where she has one, must approve.
fn print(world: &mut World, name: &str) -> Result<Accepted, ReasonCode> {
    let body = PrintCodesBody { payer: payer(world, name) };
    let signed = world.signed(name, "/v1/recovery/codes", &body);
    let codes = (0..5).map(|number| code(&format!("c{number}"))).collect();
    answer(world.submit(Command::PrintCodes { signed, codes }))
}

/// A town whose ann has codes that are good, and no other factor.
fn printed() -> World {
    let mut world = check("payer ann 1000000\npayer bob 1000\npayee cafe");
    print(&mut world, "ann").unwrap();
    world
}

/// A phone that is nobody's yet, known as `name`.
fn stranger(world: &mut World, owner: &str, name: &str) {
    let owner = payer(world, owner);
    let phone = world.new_phone(owner);
    let session = phone.device().into();
    world.people.insert(name.to_owned(), Person { phone, session });
}

/// `name` shows a code for `owner`'s wallet, or nothing.
fn recover(world: &mut World, owner: PayerId, name: &str, shown: Option<Digest>) -> Result<Accepted, ReasonCode> {
    let (moment, nonce) = (world.moment(), world.verifier.issue_nonce(world.now));
    world.people.get_mut(name).unwrap().phone.hear(200, Some(&nonce));
    let phone = &world.people[name].phone;
    let (device, body) = (phone.device(), TokenBody { device: phone.device(), kind: SessionKind::Own, payer: owner });
    let request = phone.enrol("/v1/recovery", &body, moment).unwrap();
    let enrolling = world.verifier.enrolling::<TokenBody>(&device_request(&request), world.now).unwrap();
    let (enrolling, _) = enrolling.take_body();
    let (name, place) = ("new".parse().unwrap(), String::new());
    let command = Command::Recover { enrolling, payer: owner, device, name, code: shown, passkey: None, place };
    answer(world.submit(command))
}

fn identity(world: &mut World, owner: &str, device: &str) {
    let permit = StaffPermit::dangerous_from_operating_system();
    let (payer, device) = (payer(world, owner), world.people[device].phone.device());
    world.submit(Command::VouchIdentity { permit, payer, device }).unwrap();
}

fn vouch(world: &mut World, contact: &str, owner: &str, device: &str) {
    let body = VouchBody { device: world.people[device].phone.device(), payer: payer(world, owner) };
    let signed = world.signed(contact, "/v1/recovery/vouch", &body);
    assert_eq!(world.submit(Command::Vouch { signed }), Ok(Accepted::Heard));
}

fn contact(world: &mut World, name: &str, contact: PayerId) -> Result<Accepted, ReasonCode> {
    let body = AddContactBody { contact, name: "friend".parse().unwrap() };
    let signed = world.signed(name, "/v1/recovery/contacts", &body);
    answer(world.submit(Command::AddContact { signed }))
}

/// Bob is ann's contact, and the wait is over.
fn trusted() -> World {
    let mut world = check(TOWN);
    trust_bob(&mut world);
    world
}

fn trust_bob(world: &mut World) {
    let bob = payer(world, "bob");
    let body = AddContactBody { contact: bob, name: "friend".parse().unwrap() };
    crate::scenario::approve_by_pin(world, "ann", "493817", &body);
    assert!(contact(world, "ann", bob).is_ok());
    run(world, "wait 43200");
}

fn kept(world: &World, name: &str) -> Recovery {
    match world.state.row(&Key::Kept(KeptKey::Recovery(payer(world, name)))) {
        Some(Row::Kept(Kept::Recovery(row))) => row.clone(),
        _ => panic!("nothing is kept"),
    }
}

#[test]
fn two_factors_bind_a_device_which_waits_and_one_does_not() {
    let mut world = printed();
    stranger(&mut world, "ann", "new");
    let ann = payer(&world, "ann");
    assert_eq!(recover(&mut world, ann, "new", Some(code("c0"))), Err(ReasonCode::RecoveryFactorMissing));
    assert_eq!(world.events.last().map(|event| event.kind), Some(EventKind::RecoveryBegun));
    // The code is used up; a second code is no second factor.
    assert_eq!(recover(&mut world, ann, "new", Some(code("c0"))), Err(ReasonCode::RecoveryRefused));
    assert_eq!(recover(&mut world, ann, "new", Some(code("c1"))), Err(ReasonCode::RecoveryFactorMissing));
    assert_eq!(kept(&world, "ann").codes.len(), 3);
    identity(&mut world, "ann", "new");
    let Ok(Accepted::Session(session)) = recover(&mut world, ann, "new", None) else { panic!("two factors bind") };
    world.people.get_mut("new").unwrap().session = session.id;
    run(&mut world, "intent i cafe 1000 life=3600\npay p new i -> refused device.cooling_off\nfreeze new -> frozen");
    run(&mut world, "unfreeze new -> refused device.cooling_off\nwait 43200\nunfreeze new -> thawing\nwait 600");
    run(&mut world, "intent j cafe 1000\npay q new j -> captured 1000");
}

#[test]
fn nothing_is_told_to_who_shows_nothing_that_is_right() {
    let mut world = printed();
    stranger(&mut world, "ann", "new");
    let (ann, nobody) = (payer(&world, "ann"), PayerId::from_bytes([9; 16]));
    for (owner, shown) in [(ann, Some(code("wrong"))), (ann, None), (nobody, Some(code("c0"))), (nobody, None)] {
        assert_eq!(recover(&mut world, owner, "new", shown), Err(ReasonCode::RecoveryRefused));
    }
    assert_eq!(kept(&world, "ann").codes.len(), 5);
    let bob = payer(&world, "bob");
    assert_eq!(recover(&mut world, bob, "new", Some(code("c0"))), Err(ReasonCode::RecoveryRefused));
}

#[test]
fn an_old_device_cancels_a_recovery_while_it_waits() {
    let mut world = printed();
    stranger(&mut world, "ann", "new");
    identity(&mut world, "ann", "new");
    let ann = payer(&world, "ann");
    assert!(recover(&mut world, ann, "new", Some(code("c0"))).is_ok());
    let body = RevokeDeviceBody { device: world.people["new"].phone.device() };
    let signed = world.signed("ann", "/v1/devices/revoke", &body);
    assert!(world.submit(Command::RevokeDevice { signed }).is_ok());
    run(&mut world, "wait 43200\nintent i cafe 1000\npay p new i -> refused device.revoked");
}

/// Whoever holds the phone, and its owner's PIN, calls a recovery off once; with papers it goes on, and nobody stops it.
#[test]
fn a_recovery_that_was_called_off_goes_on_with_papers_and_is_not_called_off_again() {
    let mut world = check(TOWN);
    let ann = payer(&world, "ann");
    let body = PrintCodesBody { payer: ann };
    crate::scenario::approve_by_pin(&mut world, "ann", "493817", &body);
    print(&mut world, "ann").unwrap();
    trust_bob(&mut world);
    for name in ["new", "again", "third"] {
        stranger(&mut world, "ann", name);
    }
    vouch(&mut world, "bob", "ann", "new");
    assert!(recover(&mut world, ann, "new", Some(code("c0"))).is_ok());
    assert_eq!(revoke(&mut world, "ann", "new"), Ok(true));
    let told: Vec<_> = world.events.iter().rev().take(2).map(|event| event.kind).collect();
    assert!(told.contains(&EventKind::RecoveryCancelled) && told.contains(&EventKind::DeviceRevoked), "{told:?}");

    // The same two again: not without papers, also not with two more.
    vouch(&mut world, "bob", "ann", "again");
    assert_eq!(recover(&mut world, ann, "again", Some(code("c1"))), Err(ReasonCode::RecoveryPapersNeeded));
    assert_eq!(recover(&mut world, ann, "again", None), Err(ReasonCode::RecoveryPapersNeeded));
    identity(&mut world, "ann", "again");
    let Ok(Accepted::Session(session)) = recover(&mut world, ann, "again", None) else { panic!("papers carry it on") };
    world.people.get_mut("again").unwrap().session = session.id;
    assert_eq!(revoke(&mut world, "ann", "again"), Err(ReasonCode::RecoveryContested));
    // Nor by a device of the thief's, let in meanwhile; nor once it no longer waits; and a brake it pulls is lifted.
    run(&mut world, "bind ann tab\nwait 43200\nfreeze ann -> frozen");
    assert_eq!(revoke(&mut world, "tab", "again"), Err(ReasonCode::RecoveryContested));
    for theirs in ["ann", "tab"] {
        assert_eq!(revoke(&mut world, "again", theirs), Ok(true), "{theirs}");
    }
    run(&mut world, "unfreeze again -> thawing\nwait 600\nintent j cafe 1000\npay q again j -> captured 1000");
}

#[test]
fn an_old_cancellation_counts_no_more() {
    let mut world = printed();
    let ann = payer(&world, "ann");
    for name in ["new", "again"] {
        stranger(&mut world, "ann", name);
        identity(&mut world, "ann", name);
    }
    assert!(recover(&mut world, ann, "new", Some(code("c0"))).is_ok());
    assert_eq!(revoke(&mut world, "ann", "new"), Ok(true));
    run(&mut world, "wait 7776000");
    identity(&mut world, "ann", "again");
    assert!(recover(&mut world, ann, "again", Some(code("c1"))).is_ok());
    let overruled = kept(&world, "ann").cancelled.unwrap().overruled_for;
    assert_eq!(overruled, None, "nothing was overruled: it may be called off once, as ever");
}

#[test]
fn staff_revoke_a_lost_device_also_the_last() {
    let mut world = check(TOWN);
    let (ann, device) = (payer(&world, "ann"), world.people["ann"].phone.device());
    let permit = StaffPermit::dangerous_from_operating_system;
    let command = |payer| Command::StaffRevokeDevice { permit: permit(), payer, device };
    assert_eq!(answer(world.submit(command(bob_of(&world)))), Err(ReasonCode::DeviceUnknown));
    assert_eq!(answer(world.submit(command(PayerId::from_bytes([9; 16])))), Err(ReasonCode::PayerUnknown));
    let Ok(Accepted::Device(revoked)) = world.submit(command(ann)) else { panic!("not revoked") };
    assert!(revoked.revoked);
    assert_eq!(world.events.last().map(|event| event.kind), Some(EventKind::DeviceRevoked));
    run(&mut world, "intent i cafe 1000\npay p ann i -> refused device.revoked");
    let events = world.events.len();
    assert!(world.submit(command(ann)).is_ok());
    assert_eq!(world.events.len(), events, "what is revoked is not revoked again");
}

#[test]
fn what_spoke_for_one_device_does_not_speak_for_another() {
    let mut world = printed();
    stranger(&mut world, "ann", "new");
    stranger(&mut world, "ann", "other");
    let ann = payer(&world, "ann");
    identity(&mut world, "ann", "new");
    assert_eq!(recover(&mut world, ann, "other", Some(code("c0"))), Err(ReasonCode::RecoveryFactorMissing));
    // And it is forgotten after a week.
    run(&mut world, "wait 604800");
    assert_eq!(recover(&mut world, ann, "new", None), Err(ReasonCode::RecoveryRefused));
}

#[test]
fn a_contact_vouches_only_after_a_step_up_and_a_wait() {
    let mut world = check(TOWN);
    let bob = payer(&world, "bob");
    // The thief with the unlocked phone.
    assert_eq!(contact(&mut world, "ann", bob), Err(ReasonCode::StepUpNeeded));
    let own = payer(&world, "ann");
    assert_eq!(contact(&mut world, "ann", own), Err(ReasonCode::ContactUnknown));
    assert_eq!(contact(&mut world, "ann", PayerId::from_bytes([9; 16])), Err(ReasonCode::ContactUnknown));
    assert_eq!(contact(&mut world, "bob", own), Err(ReasonCode::StepUpNotSetUp));

    let mut world = trusted();
    let bob = bob_of(&world);
    assert_eq!(contact(&mut world, "ann", bob), Err(ReasonCode::ContactExists));
    stranger(&mut world, "ann", "new");
    vouch(&mut world, "bob", "ann", "new");
    identity(&mut world, "ann", "new");
    let ann = payer(&world, "ann");
    assert!(matches!(recover(&mut world, ann, "new", None), Ok(Accepted::Session(_))));
    // With the strongest that is set up they are trusted no longer.
    let body = RemoveContactBody { contact: bob_of(&world) };
    let signed = world.signed("ann", "/v1/recovery/contacts/remove", &body);
    assert_eq!(answer(world.submit(Command::RemoveContact { signed })), Err(ReasonCode::StepUpNeeded));
}

fn bob_of(world: &World) -> PayerId {
    payer(world, "bob")
}

#[test]
fn who_is_no_contact_is_heard_and_changes_nothing() {
    let mut world = printed();
    stranger(&mut world, "ann", "new");
    vouch(&mut world, "bob", "ann", "new");
    assert!(kept(&world, "ann").claims.is_empty());
    let body = FreezeForBody { payer: payer(&world, "ann") };
    let signed = world.signed("bob", "/v1/recovery/freeze-for", &body);
    assert_eq!(world.submit(Command::FreezeFor { signed }), Ok(Accepted::Heard));
    run(&mut world, "intent i cafe 1000\npay p ann i -> captured 1000");
}

#[test]
fn a_printed_code_freezes_for_a_day_and_refunds_go_on() {
    let mut world = printed();
    let ann = payer(&world, "ann");
    run(&mut world, "intent i cafe 1000\npay p ann i -> captured 1000");
    for (owner, shown) in [(ann, "wrong"), (PayerId::from_bytes([9; 16]), "c0"), (bob_of(&world), "c0")] {
        let command = Command::FreezeByCode { payer: owner, code: code(shown) };
        assert_eq!(world.submit(command), Ok(Accepted::Heard));
    }
    run(&mut world, "intent j cafe 1000\npay q ann j -> captured 1000");
    assert_eq!(world.submit(Command::FreezeByCode { payer: ann, code: code("c0") }), Ok(Accepted::Heard));
    run(
        &mut world,
        "
        intent k cafe 1000 life=3600
        pay r ann k -> refused payer.frozen
        refund f cafe p 1000 -> refunded 1000 left 0
        # a thief neither shortens nor lifts it
        unfreeze ann -> thawing
        wait 86399
        intent l cafe 1000
        pay s ann l -> refused payer.frozen
        wait 1
        pay t ann l -> captured 1000
        ",
    );
    assert_eq!(kept(&world, "ann").codes.len(), 4);
    // Confirmed by a device it lasts.
    world.submit(Command::FreezeByCode { payer: ann, code: code("c1") }).unwrap();
    run(&mut world, "freeze ann -> frozen\nwait 100000\nintent m cafe 1\npay u ann m -> refused payer.frozen");
}

#[test]
fn a_trusted_contact_freezes_for_a_day() {
    let mut world = trusted();
    let body = FreezeForBody { payer: payer(&world, "ann") };
    let signed = world.signed("bob", "/v1/recovery/freeze-for", &body);
    assert_eq!(world.submit(Command::FreezeFor { signed }), Ok(Accepted::Heard));
    run(&mut world, "intent i cafe 1000\npay p ann i -> refused payer.frozen");
}

#[test]
fn a_sheet_is_replaced_only_with_a_factor_and_a_late_first_one_waits() {
    let mut world = printed();
    assert_eq!(print(&mut world, "ann"), Err(ReasonCode::StepUpNotSetUp));
    run(&mut world, "payer carl 1000\nwait 600");
    print(&mut world, "carl").unwrap();
    let carl = payer(&world, "carl");
    stranger(&mut world, "carl", "new");
    assert_eq!(recover(&mut world, carl, "new", Some(code("c0"))), Err(ReasonCode::RecoveryRefused));
    run(&mut world, "wait 43200");
    assert_eq!(recover(&mut world, carl, "new", Some(code("c0"))), Err(ReasonCode::RecoveryFactorMissing));
    run(&mut world, "freeze carl -> frozen");
    assert_eq!(print(&mut world, "carl"), Err(ReasonCode::PayerFrozen));
}

fn revoke(world: &mut World, by: &str, device: &str) -> Result<bool, ReasonCode> {
    let body = RevokeDeviceBody { device: world.people[device].phone.device() };
    let signed = world.signed(by, "/v1/devices/revoke", &body);
    match answer(world.submit(Command::RevokeDevice { signed }))? {
        Accepted::Device(device) => Ok(device.revoked),
        other => panic!("{other:?}"),
    }
}

/// The thief has the phone, the owner the tablet: the thief is stopped before the tablet is gone.
#[test]
fn another_device_is_revoked_with_a_check_or_after_a_wait_in_which_it_freezes() {
    let mut world = check("payer ann 1000000\npayee cafe\nbind ann tab\nwait 43200");
    assert_eq!(revoke(&mut world, "ann", "tab"), Ok(false));
    assert_eq!(world.events.last().map(|event| event.kind), Some(EventKind::DeviceRevokeRequested));
    run(&mut world, "wait 43199");
    assert_eq!(revoke(&mut world, "ann", "tab"), Ok(false));
    run(&mut world, "freeze tab -> frozen\nwait 1");
    assert_eq!(revoke(&mut world, "ann", "tab"), Err(ReasonCode::FrozenByOther));

    let mut world = check("payer ann 1000000\npin ann 493817\npayee cafe\nbind ann tab\nwait 43200");
    assert_eq!(revoke(&mut world, "ann", "tab"), Err(ReasonCode::StepUpNeeded));
    let body = RevokeDeviceBody { device: world.people["tab"].phone.device() };
    crate::scenario::approve_by_pin(&mut world, "ann", "493817", &body);
    assert_eq!(revoke(&mut world, "ann", "tab"), Ok(true));

    let mut world = check("payer ann 1000000\nbind ann tab\nwait 43200");
    assert_eq!(revoke(&mut world, "ann", "tab"), Ok(false));
    run(&mut world, "wait 43200");
    assert_eq!(revoke(&mut world, "ann", "tab"), Ok(true));
}

#[test]
fn staff_lift_a_brake_whose_device_is_lost_after_a_wait_and_take_a_pin_away() {
    let mut world = check(TOWN);
    run(&mut world, "bind ann tab\nwait 43200\nfreeze tab -> frozen\nunfreeze ann -> refused payer.frozen_by_other");
    let permit = StaffPermit::dangerous_from_operating_system;
    let ann = payer(&world, "ann");
    assert_eq!(said(world.submit(Command::StaffThaw { permit: permit(), payer: ann })), "thawing");
    run(&mut world, "intent i cafe 1000 life=3600\npay p ann i -> refused payer.frozen\nwait 43200");
    run(&mut world, "intent j cafe 1000\npay q ann j -> captured 1000");
    assert_eq!(said(world.submit(Command::StaffRemovePin { permit: permit(), payer: ann })), "no pin");
    run(&mut world, "pin ann 805264 -> pin from 43200");
}

fn rotate(world: &mut World, name: &str) -> Result<Accepted, ReasonCode> {
    let phone = &world.people[name].phone;
    let (device, owner) = (phone.device(), phone.payer());
    let mut next = world.new_phone_as(owner, device);
    let possession = next.possession_at("/v1/devices/rotate", world.moment()).unwrap();
    let body = RotateKeyBody { possession: possession.clone() };
    let signed = world.signed(name, "/v1/devices/rotate", &body);
    let whose = TokenBody { device, kind: SessionKind::Own, payer: owner };
    let shown = world.verifier.possession(&possession, "/v1/devices/rotate", &whose, world.now).unwrap();
    let done = answer(world.submit(Command::RotateKey { signed, possession: shown }));
    if done.is_ok() {
        next.hear(200, Some(&world.verifier.issue_nonce(world.now)));
        world.people.get_mut(name).unwrap().phone = next;
    }
    done
}

/// Checked, the same body gives the device its new key, and nothing more after that: the old key is nobody's.
#[test]
fn a_rotation_that_wanted_a_check_is_sent_again_as_it_was() {
    let mut world = check(TOWN);
    run(&mut world, "wait 700");
    let (device, owner) = (world.people["ann"].phone.device(), payer(&world, "ann"));
    let next = world.new_phone_as(owner, device);
    let possession = next.possession_at("/v1/devices/rotate", world.moment()).unwrap();
    let body = RotateKeyBody { possession: possession.clone() };
    let whose = TokenBody { device, kind: SessionKind::Own, payer: owner };
    let send = |world: &mut World| {
        let signed = world.signed("ann", "/v1/devices/rotate", &body);
        let shown = world.verifier.possession(&possession, "/v1/devices/rotate", &whose, world.now).unwrap();
        answer(world.submit(Command::RotateKey { signed, possession: shown })).map(drop)
    };
    assert_eq!(send(&mut world), Err(ReasonCode::StepUpNeeded));
    crate::scenario::approve_by_pin(&mut world, "ann", "493817", &body);
    assert_eq!(send(&mut world), Ok(()));
    assert_eq!(send(&mut world), Err(ReasonCode::DeviceNotThisPayer));
}

#[test]
fn a_rotated_key_goes_on_where_a_factor_vouched_and_waits_where_none_did() {
    let mut world = check("payer ann 1000000\npayee cafe\nwait 700");
    assert!(rotate(&mut world, "ann").is_ok());
    run(&mut world, "intent i cafe 1000\npay p ann i -> refused device.cooling_off\nwait 43200");
    run(&mut world, "intent j cafe 1000\npay q ann j -> captured 1000\nfreeze ann -> frozen");
    assert_eq!(rotate(&mut world, "ann").map(drop), Err(ReasonCode::PayerFrozen));

    let mut world = check(TOWN);
    run(&mut world, "wait 700");
    assert_eq!(rotate(&mut world, "ann").map(drop), Err(ReasonCode::StepUpNeeded));
}

/// The body that asked for one more check is sent again as it is, the new key's own proof inside.
#[test]
fn a_rotation_may_be_sent_again_once_it_was_checked() {
    let mut world = check(TOWN);
    run(&mut world, "wait 700");
    let phone = &world.people["ann"].phone;
    let (device, owner) = (phone.device(), phone.payer());
    let next = world.new_phone_as(owner, device);
    let possession = next.possession_at("/v1/devices/rotate", world.moment()).unwrap();
    for _ in 0..2 {
        let body = RotateKeyBody { possession: possession.clone() };
        let signed = world.signed("ann", "/v1/devices/rotate", &body);
        let whose = TokenBody { device, kind: SessionKind::Own, payer: owner };
        let shown = world.verifier.possession(&possession, "/v1/devices/rotate", &whose, world.now).unwrap();
        let refused = answer(world.submit(Command::RotateKey { signed, possession: shown }));
        assert_eq!(refused.map(drop), Err(ReasonCode::StepUpNeeded));
    }
}
