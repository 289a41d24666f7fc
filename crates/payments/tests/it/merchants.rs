//! Merchants: verified before anything is paid out to them; and how many wallets a network may open.

use money::{PayoutId, ReasonCode};
use payments::{
    Accepted, Command, EventKind, MerchantCommand, Payout, PayoutSettling, Refusal, SignUpLimit, StaffPermit,
    SystemPermit, VerificationStep, network_mark,
};
use protocol::{PayoutBody, PayoutStatus, SubmitVerificationBody, VerificationState};

use crate::scenario::{check, run, won};
use crate::world::World;

const fn staff() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

fn answer(outcome: Result<Accepted, Refusal>) -> Result<VerificationState, ReasonCode> {
    match outcome {
        Ok(Accepted::Verification(row)) => Ok(row.state),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

fn hand_in(world: &mut World, shop: &str) -> Result<VerificationState, ReasonCode> {
    let body = SubmitVerificationBody { evidence: "case 7".parse().unwrap() };
    let signed = world.merchant_signed(shop, "/v1/verification", &body);
    answer(world.submit(Command::Merchant(MerchantCommand::Submit { signed })))
}

fn judge(world: &mut World, shop: &str, state: VerificationState) -> Result<VerificationState, ReasonCode> {
    let step = VerificationStep { state, by: "kim".parse().unwrap(), evidence: None, note: None };
    let payee = world.shops[shop].id;
    answer(world.submit(Command::Merchant(MerchantCommand::Judge { permit: staff(), payee, step })))
}

fn payout_id(name: &str) -> PayoutId {
    PayoutId::from_bytes(protocol::sha256(name.as_bytes()).as_bytes()[..16].try_into().unwrap())
}

fn payout(world: &mut World, shop: &str, id: &str, amount: &str) -> Result<Payout, ReasonCode> {
    let body = PayoutBody { amount: won(amount), payout: payout_id(id) };
    let signed = world.merchant_signed(shop, "/v1/payouts", &body);
    match world.submit(Command::Merchant(MerchantCommand::RequestPayout { signed })) {
        Ok(Accepted::Payout(row)) => Ok(*row),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

fn settle(world: &mut World, id: &str, status: PayoutStatus) -> Result<PayoutStatus, ReasonCode> {
    let settling = PayoutSettling { status, by: "kim".parse().unwrap(), reference: "bank 1".parse().unwrap() };
    let command = MerchantCommand::SettlePayout { permit: staff(), payout: payout_id(id), settling };
    match world.submit(Command::Merchant(command)) {
        Ok(Accepted::Payout(row)) => Ok(row.status),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

/// A café that was paid 10,000, of which 4,000 still wait to be counted.
fn town() -> World {
    check(
        "payer ann 50000\npayee cafe\npayee kiosk
        intent i cafe 6000\npay p ann i -> captured 6000\nroll-up cafe -> rolled up 1
        intent j cafe 4000\npay q ann j -> captured 4000\nshow cafe -> posted 6000 held 0 available 6000 pending 4000",
    )
}

fn verified() -> World {
    let mut world = town();
    hand_in(&mut world, "cafe").unwrap();
    judge(&mut world, "cafe", VerificationState::Verified).unwrap();
    world
}

#[test]
fn nothing_is_paid_out_to_whom_nobody_verified_and_refunds_are_never_blocked() {
    use VerificationState::{Refused, Submitted, Verified, Withdrawn};
    let mut world = town();
    let refused = Err(ReasonCode::PayeeUnverified);
    assert_eq!(payout(&mut world, "cafe", "a", "1000").map(|_| ()), refused);
    assert_eq!(hand_in(&mut world, "cafe"), Ok(Submitted));
    assert_eq!(payout(&mut world, "cafe", "a", "1000").map(|_| ()), refused);
    assert_eq!(judge(&mut world, "cafe", Refused), Ok(Refused));
    assert_eq!(payout(&mut world, "cafe", "a", "1000").map(|_| ()), refused);
    run(&mut world, "refund r cafe p 500 -> refunded 500 left 5500");
    assert_eq!(hand_in(&mut world, "cafe"), Ok(Submitted));
    assert_eq!(judge(&mut world, "cafe", Verified), Ok(Verified));
    assert!(payout(&mut world, "cafe", "a", "1000").is_ok());
    assert_eq!(judge(&mut world, "cafe", Withdrawn), Ok(Withdrawn));
    assert_eq!(payout(&mut world, "cafe", "b", "1000").map(|_| ()), refused);
    run(&mut world, "refund s cafe p 500 -> refunded 500 left 5000");
    // The kiosk's papers are the kiosk's.
    assert_eq!(payout(&mut world, "kiosk", "c", "1").map(|_| ()), refused);
}

#[test]
fn verification_takes_its_steps_in_order() {
    use VerificationState::{Refused, Submitted, Unverified, Verified, Withdrawn};
    let step = Err(ReasonCode::VerificationStep);
    let mut world = town();
    for state in [Unverified, Verified, Refused, Withdrawn] {
        assert_eq!(judge(&mut world, "cafe", state), step, "{state:?} before anything was handed in");
    }
    // Staff take papers in for a merchant that has none but paper.
    assert_eq!(judge(&mut world, "cafe", Submitted), Ok(Submitted));
    assert_eq!(judge(&mut world, "cafe", Withdrawn), step);
    assert_eq!(judge(&mut world, "cafe", Verified), Ok(Verified));
    assert_eq!(hand_in(&mut world, "cafe"), step, "a verified merchant does not undo it by handing something in");
    for state in [Unverified, Submitted, Verified, Refused] {
        assert_eq!(judge(&mut world, "cafe", state), step, "{state:?} of a verified one");
    }
    assert_eq!(judge(&mut world, "cafe", Withdrawn), Ok(Withdrawn));
    assert_eq!(judge(&mut world, "cafe", Verified), step);
    let kinds: Vec<EventKind> = world.events.iter().rev().take(3).map(|event| event.kind).collect();
    let told = [EventKind::VerificationWithdrawn, EventKind::VerificationGranted, EventKind::VerificationSubmitted];
    assert_eq!(kinds, told);
}

#[test]
fn a_payout_takes_what_waits_too_and_no_more_than_there_is() {
    let mut world = verified();
    assert_eq!(payout(&mut world, "cafe", "a", "10001").map(|_| ()), Err(ReasonCode::PayeeFundsInsufficient));
    let first = payout(&mut world, "cafe", "a", "9000").unwrap();
    run(&mut world, "show cafe -> posted 1000 held 0 available 1000");
    // The same again is the first answer; the same id with another sum is refused.
    assert_eq!(payout(&mut world, "cafe", "a", "9000"), Ok(first));
    assert_eq!(payout(&mut world, "cafe", "a", "100").map(|_| ()), Err(ReasonCode::PayoutIdReused));
    run(&mut world, "show cafe -> posted 1000 held 0 available 1000");
    assert_eq!(payout(&mut world, "cafe", "b", "1001").map(|_| ()), Err(ReasonCode::PayeeFundsInsufficient));
    assert_eq!(payout(&mut world, "cafe", "b", "0").map(|_| ()), Err(ReasonCode::AmountZero));
    assert_eq!(payout(&mut world, "cafe", "b", "-1").map(|_| ()), Err(ReasonCode::AmountNegative));
    assert_eq!(payout(&mut world, "cafe", "b", "1/USD").map(|_| ()), Err(ReasonCode::AmountWrongCurrency));
    // What was paid out cannot be refunded with; what is left can.
    run(
        &mut world,
        "refund r cafe p 1000 -> refunded 1000 left 5000\nrefund s cafe p 1 -> refused funds.payee_insufficient",
    );
}

#[test]
fn what_the_bank_sends_back_is_the_merchants_again() {
    use PayoutStatus::{Requested, Returned, Sent};
    let mut world = verified();
    assert_eq!(settle(&mut world, "a", Sent), Err(ReasonCode::PayoutUnknown));
    payout(&mut world, "cafe", "a", "9000").unwrap();
    assert_eq!(settle(&mut world, "a", Requested), Err(ReasonCode::PayoutSettled));
    assert_eq!(settle(&mut world, "a", Sent), Ok(Sent));
    assert_eq!(settle(&mut world, "a", Sent), Err(ReasonCode::PayoutSettled));
    run(&mut world, "show cafe -> posted 1000 held 0 available 1000");
    assert_eq!(settle(&mut world, "a", Returned), Ok(Returned));
    run(&mut world, "show cafe -> posted 10000 held 0 available 10000");
    assert_eq!(settle(&mut world, "a", Returned), Err(ReasonCode::PayoutSettled), "it comes back once");
    assert!(payout(&mut world, "cafe", "b", "10000").is_ok());
    assert_eq!(settle(&mut world, "b", Returned), Ok(Returned));
    run(&mut world, "show cafe -> posted 10000 held 0 available 10000");
}

/// Opens a wallet from `network`; the reason it is refused for.
fn sign_up(world: &mut World, network: &str) -> Result<(), ReasonCode> {
    world.open_from(network).map(|_| ()).map_err(|refusal| refusal.first())
}

#[test]
fn a_network_opens_so_many_wallets_and_no_more_until_its_time_is_over() {
    let mut world = World::new();
    world.settings.sign_ups.network = SignUpLimit { count: 3, seconds: 3_600 };
    for _ in 0..3 {
        assert_eq!(sign_up(&mut world, "203.0.113.0/24"), Ok(()));
    }
    for _ in 0..2 {
        assert_eq!(sign_up(&mut world, "203.0.113.0/24"), Err(ReasonCode::SignUpNetwork));
    }
    assert_eq!(
        ReasonCode::SignUpNetwork.disclosed(),
        ReasonCode::RateLimited,
        "how it is counted is nobody's business"
    );
    assert_eq!(sign_up(&mut world, "203.0.114.0/24"), Ok(()));
    assert_eq!(sign_up(&mut world, "2001:db8:1::/48"), Ok(()));
    run(&mut world, "wait 3599");
    assert_eq!(sign_up(&mut world, "203.0.113.0/24"), Err(ReasonCode::SignUpNetwork));
    run(&mut world, "wait 1");
    assert_eq!(sign_up(&mut world, "203.0.113.0/24"), Ok(()));
}

#[test]
fn counts_that_are_over_are_forgotten_and_no_others() {
    let mut world = World::new();
    world.settings.sign_ups.network = SignUpLimit { count: 1, seconds: 3_600 };
    let marks = ["a", "b", "c"].map(network_mark);
    sign_up(&mut world, "a").unwrap();
    run(&mut world, "wait 1800");
    sign_up(&mut world, "b").unwrap();
    run(&mut world, "wait 1800");
    let forget = Command::ForgetSignUps { permit: SystemPermit::dangerous_for_sweeper(), marks: marks.to_vec() };
    assert_eq!(world.submit(forget), Ok(Accepted::Forgotten { sign_ups: 1 }));
    assert_eq!(sign_up(&mut world, "b"), Err(ReasonCode::SignUpNetwork));
    assert_eq!(sign_up(&mut world, "a"), Ok(()));
}
