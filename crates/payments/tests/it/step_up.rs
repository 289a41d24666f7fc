//! One more check on one payment: what it approves, what it does not, and who may set it up.

use money::ReasonCode;
use payments::{Accepted, Command, EventKind, Kept, KeptKey, Key, PinPurpose, Row};
use protocol::{Pin, PinStepUpBody, sha256, to_canonical};

use crate::scenario::{attempt, check, pay_body, pin, run, said, verify};
use crate::world::World;

/// Ann set a PIN while her wallet was new; `big` and `also` need it.
const TOWN: &str = "
    payer ann 1000000
    pin ann 493817 -> pin from 0
    payee cafe
    intent big cafe 150000 life=3600
    intent also cafe 160000 life=3600
    intent small cafe 900 life=3600
";

fn town() -> World {
    check(TOWN)
}

#[test]
fn a_large_first_payment_goes_through_once_its_very_body_is_approved() {
    let mut world = town();
    run(
        &mut world,
        "
        quote ann small -> 1000000 leaves 999100 [FirstTimePayee] []
        quote ann big -> 1000000 leaves 850000 [FirstTimePayee] [] asks Pin by [Pin]
        pay p ann big -> refused risk.step_up_needed
        # nothing is recorded under its id: the same body may come again
        pay p ann big -> refused risk.step_up_needed
        step-up ann 493817 p big -> approved pin
        pay p ann big -> captured 150000
        # an honest retry is the first answer, and spends nothing
        pay p ann big -> captured 150000
        show ann -> posted 850000 held 0 available 850000
        ",
    );
}

#[test]
fn the_refusal_says_what_is_wanted_why_and_of_which_bytes() {
    let mut world = town();
    let digest = sha256(&to_canonical(&pay_body(&world, "p", "ann", "big")));
    let command = crate::scenario::pay_command(&mut world, "p", "ann", "big", &[]);
    let refusal = world.submit(command).unwrap_err();
    let step_up = refusal.step_up.as_ref().unwrap();
    assert_eq!(step_up.body, Some(digest));
    assert_eq!(step_up.demand.reasons, [ReasonCode::RiskNewPayee]);
    assert_eq!((step_up.methods.len(), step_up.ready_at), (1, None));
    assert!(refusal.payment.is_none() && !refusal.is_transient());
}

#[test]
fn an_approval_is_of_one_payment() {
    run(
        &mut town(),
        "
        step-up ann 493817 p big -> approved pin
        pay other ann big -> refused risk.step_up_needed
        pay p ann also -> refused risk.step_up_needed
        pay p ann big body=other -> refused risk.step_up_needed
        pay p ann big -> captured 150000
        ",
    );
}

#[test]
fn an_approval_is_used_once_and_ends() {
    run(
        &mut town(),
        "
        step-up ann 493817 p big -> approved pin
        wait 119
        pay p ann big -> captured 150000
        intent again cafe 150000 life=3600
        pay q ann again -> refused risk.step_up_needed
        step-up ann 493817 q again -> approved pin
        wait 120
        pay q ann again -> refused risk.step_up_needed
        ",
    );
}

#[test]
fn an_approval_is_of_one_device() {
    let mut world = town();
    run(&mut world, "bind ann tab\nwait 43200\nintent big cafe 150000");
    // The tablet approves the phone's payment, body for body.
    let body = pay_body(&world, "p", "ann", "big");
    let tried = PinStepUpBody { blind: world.blind(), body: sha256(&to_canonical(&body)), pin: pin("493817") };
    let (signed, tried) = world.signed("tab", "/v1/step-up/pin", &tried).take_body();
    let counted = match world.submit(Command::TryPin { signed, purpose: PinPurpose::Approve(tried.body) }).unwrap() {
        Accepted::Tried(counted) => counted,
        other => panic!("{other:?}"),
    };
    let proof = verify(&world, &tried.pin, counted).unwrap();
    assert_eq!(said(world.submit(Command::ApproveByPin { proof })), "approved pin");
    run(&mut world, "pay p ann big -> refused risk.step_up_needed");
}

#[test]
fn freezing_makes_every_approval_void() {
    run(
        &mut town(),
        "
        step-up ann 493817 p big -> approved pin
        freeze ann -> frozen
        unfreeze ann -> thawing
        wait 600
        pay q ann big -> refused risk.step_up_needed
        ",
    );
}

#[test]
fn only_the_latest_approvals_are_kept() {
    let mut world = town();
    for number in 0..=payments::limits::APPROVALS_MAX {
        run(&mut world, &format!("step-up ann 493817 p{number} big -> approved pin"));
    }
    run(&mut world, "pay p0 ann big -> refused risk.step_up_needed\npay p1 ann big -> captured 150000");
}

#[test]
fn who_has_set_nothing_up_is_told_what_to_set_up_and_gets_no_way_round() {
    run(
        &mut town(),
        "
        payer bob 1000000
        quote bob big -> 1000000 leaves - [FirstTimePayee] [step_up.not_set_up] asks Pin by []
        pay b bob big -> refused step_up.not_set_up
        step-up bob 493817 b big -> refused pin.not_set
        unpin bob -> refused pin.not_set
        pay b bob small -> captured 900
        ",
    );
}

#[test]
fn a_first_pin_waits_unless_the_wallet_is_new() {
    run(
        &mut town(),
        "
        payer bob 1000000
        wait 600
        pin bob 805264 -> pin from 43200
        intent big cafe 150000 life=3600
        pay b bob big -> refused step_up.waiting
        step-up bob 805264 b big -> refused pin.waiting
        # whoever set it by mistake, or was not asked, takes it away at once
        unpin bob -> no pin
        pay b bob big -> refused step_up.not_set_up
        pin bob 805264 -> pin from 43200
        wait 43200
        intent big cafe 150000
        step-up bob 805264 b big -> approved pin
        pay b bob big -> captured 150000
        ",
    );
}

/// The thief's case: the unlocked phone, and a wallet that has a PIN already.
#[test]
fn whoever_does_not_know_the_pin_neither_replaces_nor_removes_it() {
    run(
        &mut town(),
        "
        wait 700
        pin ann 805264 -> refused pin.old_needed
        pin ann 805264 111119 -> refused pin.wrong
        unpin ann -> refused risk.step_up_needed
        pin ann 805264 493817 -> pin from -700
        intent big cafe 150000
        step-up ann 493817 p big -> refused pin.wrong
        step-up ann 805264 p big -> approved pin
        pay p ann big -> captured 150000
        ",
    );
}

#[test]
fn a_frozen_wallet_takes_no_new_pin() {
    run(
        &mut town(),
        "
        payer bob 1000
        freeze bob -> frozen
        pin bob 805264 -> refused payer.frozen
        freeze ann -> frozen
        pin ann 805264 493817 -> refused payer.frozen
        ",
    );
}

#[test]
fn a_new_device_neither_sets_nor_tries_a_pin() {
    run(
        &mut town(),
        "
        bind ann tab
        step-up tab 493817 p big -> refused device.cooling_off
        pin tab 805264 -> refused device.cooling_off
        pin tab 805264 493817 -> refused device.cooling_off
        ",
    );
}

#[test]
fn five_wrong_tries_lock_the_pin_and_each_further_one_for_longer() {
    let mut world = town();
    run(
        &mut world,
        "
        step-up ann 000001 p big -> refused pin.wrong
        step-up ann 000002 p big -> refused pin.wrong
        step-up ann 000003 p big -> refused pin.wrong
        step-up ann 000004 p big -> refused pin.wrong
        step-up ann 000005 p big -> refused pin.wrong
        step-up ann 493817 p big -> refused pin.locked
        pin ann 805264 493817 -> refused pin.locked
        wait 299
        step-up ann 493817 p big -> refused pin.locked
        wait 1
        step-up ann 000006 p big -> refused pin.wrong
        wait 599
        step-up ann 493817 p big -> refused pin.locked
        wait 1
        step-up ann 493817 p big -> approved pin
        # all is forgiven
        step-up ann 000001 p big -> refused pin.wrong
        step-up ann 493817 p big -> approved pin
        ",
    );
    let told = world.events.iter().filter(|event| event.kind == EventKind::PinGuessed).count();
    assert_eq!(told, 3, "two locks by wrong tries, and the right one that came last");
}

/// The tries are of the payer, over all devices; and a right one of the owner buys the guesser nothing.
#[test]
fn guessing_over_many_devices_gives_no_more_tries() {
    let mut world = town();
    run(
        &mut world,
        "
        bind ann tab
        wait 43200
        intent big cafe 150000 life=3600
        step-up tab 000001 p big -> refused pin.wrong
        step-up tab 000002 p big -> refused pin.wrong
        step-up ann 493817 p big -> approved pin
        step-up tab 000003 p big -> refused pin.wrong
        step-up tab 000004 p big -> refused pin.wrong
        step-up ann 493817 p big -> approved pin
        step-up tab 000005 p big -> refused pin.wrong
        step-up tab 000006 p big -> refused pin.locked
        step-up ann 493817 p big -> refused pin.locked
        wait 300
        step-up ann 493817 p big -> approved pin
        # what the tablet guessed still counts
        step-up tab 000006 p big -> refused pin.wrong
        step-up tab 000007 p big -> refused pin.locked
        ",
    );
}

/// Each try is counted before it is verified: ten at the same moment are five.
#[test]
fn tries_at_the_same_moment_are_counted_one_by_one() {
    let mut world = town();
    let tries: Vec<_> = (0..10).map(|_| attempt(&mut world, "ann", "000001", "p", "big").1).collect();
    assert_eq!(tries.iter().filter(|counted| counted.is_ok()).count(), payments::limits::PIN_TRIES_MAX);
    assert!(tries.iter().skip(5).all(|counted| *counted == Err(ReasonCode::PinLocked)));
}

#[test]
fn a_verified_try_approves_once_and_only_while_it_is_young() {
    let mut world = town();
    let proof = |world: &mut World| {
        let (pin, counted) = attempt(world, "ann", "493817", "p", "big");
        let counted = counted.unwrap();
        (verify(world, &pin, counted.clone()).unwrap(), verify(world, &pin, counted).unwrap())
    };
    let (first, again) = proof(&mut world);
    assert_eq!(said(world.submit(Command::ApproveByPin { proof: first })), "approved pin");
    assert_eq!(said(world.submit(Command::ApproveByPin { proof: again })), "refused pin.wrong");
    let (late, _) = proof(&mut world);
    run(&mut world, "wait 60");
    assert_eq!(said(world.submit(Command::ApproveByPin { proof: late })), "refused pin.wrong");
}

/// A try for one thing is no try for another.
#[test]
fn a_try_for_an_approval_changes_no_pin() {
    let mut world = town();
    let (pin, counted) = attempt(&mut world, "ann", "493817", "p", "big");
    let proof = verify(&world, &pin, counted.unwrap()).unwrap();
    let payer = world.people["ann"].phone.payer();
    let hash = world.pepper.hash(&Pin::new("805264".to_owned()).unwrap(), payer, [1; 16]).unwrap();
    assert_eq!(said(world.submit(Command::ChangePin { proof, hash })), "refused pin.wrong");
}

#[test]
fn after_a_hundred_wrong_tries_a_pin_is_never_heard_again() {
    let mut world = town();
    let key = Key::Kept(KeptKey::Pin(world.people["ann"].phone.payer()));
    let Some(Row::Kept(Kept::Pin(mut row))) = world.state.row(&key).cloned() else { panic!("ann has a PIN") };
    row.failed = payments::limits::PIN_FAILED_MAX - 1;
    world.state.load(key, Some(Row::Kept(Kept::Pin(row))));
    assert!(attempt(&mut world, "ann", "000001", "p", "big").1.is_ok());
    run(&mut world, "wait 2500000");
    assert_eq!(attempt(&mut world, "ann", "493817", "p", "big").1, Err(ReasonCode::PinLocked));
}

#[test]
fn removing_a_pin_forgets_no_wrong_tries() {
    let mut world = town();
    for _ in 0..4 {
        assert!(attempt(&mut world, "ann", "000001", "p", "big").1.is_ok());
    }
    // Ann's own approval of the removal is the fifth try, and right.
    let body = protocol::RemovePinBody { payer: world.people["ann"].phone.payer() };
    let digest = sha256(&to_canonical(&body));
    let tried = PinStepUpBody { blind: world.blind(), body: digest, pin: pin("493817") };
    let (signed, tried) = world.signed("ann", "/v1/step-up/pin", &tried).take_body();
    let Ok(Accepted::Tried(counted)) = world.submit(Command::TryPin { signed, purpose: PinPurpose::Approve(digest) })
    else {
        panic!("the fifth try is heard")
    };
    let proof = verify(&world, &tried.pin, counted).unwrap();
    world.submit(Command::ApproveByPin { proof }).unwrap();
    run(&mut world, "unpin ann -> no pin\nstep-up ann 493817 p big -> refused pin.not_set");
    run(&mut world, "pay p ann big -> refused step_up.not_set_up");
}

/// What is on record can be read by staff and by whoever steals it with its key: never a PIN.
#[test]
fn no_record_holds_a_pin() {
    let mut world = town();
    run(&mut world, "step-up ann 493817 p big\npin ann 805264 493817\nstep-up ann 111119 p big -> refused pin.wrong");
    for record in &world.records {
        let text = serde_json::to_string(record).unwrap();
        for pin in ["493817", "805264", "111119"] {
            assert!(!text.contains(&format!("\"{pin}\"")), "{text}");
        }
    }
}
