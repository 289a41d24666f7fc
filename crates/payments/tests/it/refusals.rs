//! A row for every way a command may be refused, in the pipeline's order, and that nothing moves.

use money::{Amount, Currency, PayeeId, ReasonCode};
use payments::{Command, StaffPermit};
use protocol::{TestFundsBody, limits};

use crate::scenario::{check, pay_body, pay_command, run};
use crate::world::World;

const TOWN: &str = "
    payer ann 1000000
    payer bob 2000
    payee cafe
    payee kiosk
    intent i1 cafe 4500
    intent big cafe 100001
    intent huge cafe 300001
    intent old cafe 700 life=5
    intent manual cafe 4500 manual
    pay paid ann i1
    intent i2 cafe 4500
";

/// Carries out one line in the town and checks that it is refused, with this reason, and nothing moved.
#[track_caller]
fn refused(setup: &str, line: &str, reason: &str) {
    let mut world = check(TOWN);
    run(&mut world, setup);
    let before = world.accounts.clone();
    run(&mut world, &format!("{line} -> refused {reason}"));
    assert_eq!(world.accounts, before, "`{line}` moved money");
    // L29: the same fault gives the same reason, every time.
    run(&mut world, &format!("{line} -> refused {reason}"));
    assert_eq!(world.accounts, before);
}

#[test]
fn every_refusal_of_a_payment_in_order_of_precedence() {
    refused("", "pay paid ann i1 body=other", "payment.id_reused");
    refused("", "pay paid bob i1", "payment.id_reused");
    refused("", "pay p ann nowhere", "intent.unknown");
    refused("", "pay p ann i2 amount=-1", "amount.negative");
    refused("", "pay p ann i2 amount=0", "amount.zero");
    refused("", "pay p ann i2 amount=4500/USD", "amount.wrong_currency");
    refused("", "pay p ann i2 amount=4501", "quote.changed");
    refused("", "pay p ann i2 quote=other", "quote.changed");
    refused("freeze ann", "pay p ann i2", "payer.frozen");
    for code in ["code.malformed", "code.unsigned", "code.unknown_key", "code.altered", "code.expired"] {
        refused("", &format!("pay p ann i2 via={code}"), code);
    }
    refused("", "pay p ann i1", "intent.taken");
    refused("wait 5", "pay p ann old", "intent.expired");
    refused("wait 5\nexpire-intent old", "pay p ann old", "intent.expired");
    refused("", "pay p ann huge", "policy.payment_limit");
    refused("payee new\nintent far new 100001", "pay p ann far", "step_up.not_set_up");
    refused("", "pay p bob i2", "funds.insufficient");
}

/// Stage 6: one won paid a moment ago buys no right to a large payment.
#[test]
fn a_payee_counts_as_new_for_a_day_after_the_first_captured_payment() {
    check(
        "
        payer ann 1000000
        payee cafe
        intent a cafe 1
        pay a ann a -> captured 1
        intent b cafe 100000
        pay b ann b -> refused step_up.not_set_up
        intent c cafe 99999
        pay c ann c -> captured 99999
        intent d cafe 1
        pay d ann d -> refused step_up.not_set_up
        wait 86400
        intent e cafe 300000
        pay e ann e -> captured 300000
    ",
    );
}

#[test]
fn a_hold_that_was_never_captured_makes_no_acquaintance() {
    check(
        "
        payer ann 1000000
        payee cafe
        intent a cafe 1 manual
        pay a ann a -> authorized 1
        void cafe a -> voided
        wait 86400
        intent b cafe 100001
        pay b ann b -> refused step_up.not_set_up
        intent c cafe 50 manual
        pay c ann c -> authorized 50
        capture cafe c -> captured 50
        wait 86400
        intent d cafe 100001
        pay d ann d -> captured 100001
    ",
    );
}

#[test]
fn every_refusal_of_a_merchant() {
    refused("", "capture cafe nowhere", "payment.unknown");
    refused("", "capture cafe paid", "payment.not_held");
    refused("pay m ann manual", "capture kiosk m", "payment.unknown");
    refused("pay m ann manual", "void kiosk m", "payment.unknown");
    refused("pay m ann manual", "capture cafe m 4501", "capture.exceeds_hold");
    refused("pay m ann manual", "capture cafe m 0", "amount.zero");
    refused("pay m ann manual", "capture cafe m -1", "amount.negative");
    refused("pay m ann manual", "capture cafe m 1/USD", "amount.wrong_currency");
    refused("pay m ann manual", "refund r cafe m 1", "payment.not_captured");
    refused("", "refund r kiosk paid 1", "payment.unknown");
    refused("", "refund r cafe paid 0", "amount.zero");
    refused("", "refund r cafe paid -5", "amount.negative");
    refused("", "refund r cafe paid 5/USD", "amount.wrong_currency");
    refused("", "refund r cafe paid 4501", "refund.exceeds_remaining");
    refused("", "refund r cafe paid 9007199254740991", "refund.exceeds_remaining");
    refused("", "intent x cafe 0", "amount.zero");
    refused("", "intent x cafe -1", "amount.negative");
    refused("", "intent x cafe 5/USD", "amount.wrong_currency");
    refused("", "intent x cafe 5 life=4", "request.malformed");
    refused("", "intent x cafe 5 life=3601", "request.malformed");
}

/// A proof is checked first and used up whatever comes of it.
#[test]
fn a_repeated_proof_is_replayed_whatever_it_asks() {
    let mut world = check(TOWN);
    world.renew_token("ann");
    let body = pay_body(&world, "p1", "ann", "i2");
    let moment = world.moment();
    let request = world.people["ann"].phone.post("/v1/payments", &body, moment).unwrap();
    let verified = |world: &World| {
        let signed = world.verifier.signed(&crate::world::device_request(&request), world.now).unwrap();
        let arrival = payments::Arrival::Link;
        Command::Pay { authority: payments::PayerAuthority::SignedPayment { signed, arrival } }
    };
    let (first, second) = (verified(&world), verified(&world));
    world.submit(first).unwrap();
    let before = world.accounts.clone();
    let refusal = world.submit(second).unwrap_err();
    assert_eq!(refusal.reasons, [ReasonCode::ProofReplayed]);
    assert_eq!(world.accounts, before);
}

#[test]
fn a_proof_that_went_stale_in_the_queue_is_refused() {
    let mut world = check(TOWN);
    let command = pay_command(&mut world, "p1", "ann", "i2", &[]);
    world.now = world.now.checked_add_seconds(2 * limits::PROOF_SKEW_SECONDS + 1).unwrap();
    assert_eq!(world.submit(command).unwrap_err().reasons, [ReasonCode::ProofStale]);
}

#[test]
fn a_refused_payment_used_its_proof_up_and_told_the_payer() {
    let mut world = check(TOWN);
    let told = world.events.len();
    run(&mut world, "pay p bob i2 -> refused funds.insufficient");
    let event = &world.events[told];
    assert_eq!(event.kind.name(), "payment.refused");
    assert_eq!(event.reasons, [ReasonCode::FundsInsufficient]);
}

/// L31: a merchant that has spent the money cannot refund it.
#[test]
fn l31_a_refund_the_payee_cannot_afford_is_refused() {
    let mut world = check("payer ann 5000\npayee cafe\nintent a cafe 5000\npay pa ann a");
    run(&mut world, "refund r1 cafe pa 5000 -> refunded 5000 left 0");
    // The payee's account is empty now; what it captured later for somebody else may not pay an old refund twice.
    run(&mut world, "refund r2 cafe pa 1 -> refused refund.exceeds_remaining");
}

#[test]
fn play_money_is_refused_outside_test_mode_and_beyond_its_bound() {
    let mut world = check(TOWN);
    let mut fund = |amount: Amount, test_mode: bool| {
        world.settings.test_mode = test_mode;
        let signed = world.signed("ann", "/v1/test/funds", &TestFundsBody { amount });
        world.submit(Command::TestFund { signed }).map(|_| ()).map_err(|refusal| refusal.first())
    };
    let won = |minor| Amount::new(minor, Currency::KRW);
    assert_eq!(fund(won(1000), false), Err(ReasonCode::TestModeOff));
    assert_eq!(fund(won(0), true), Err(ReasonCode::AmountZero));
    assert_eq!(fund(won(-1), true), Err(ReasonCode::AmountNegative));
    assert_eq!(fund(Amount::new(1, Currency::EUR), true), Err(ReasonCode::AmountWrongCurrency));
    assert_eq!(fund(won(limits::TEST_FUNDS_MINOR_MAX + 1), true), Err(ReasonCode::AmountOverflow));
    assert_eq!(fund(won(limits::TEST_FUNDS_MINOR_MAX), true), Ok(()));
}

#[test]
fn an_unknown_payee_cannot_be_rekeyed() {
    let mut world = check(TOWN);
    let permit = StaffPermit::dangerous_from_operating_system();
    let payee = PayeeId::from_bytes([1; 16]);
    let refusal = world.submit(Command::RekeyPayee { permit, payee, api_key: None, signing_key: None }).unwrap_err();
    assert_eq!(refusal.first(), ReasonCode::PayeeUnknown);
}
