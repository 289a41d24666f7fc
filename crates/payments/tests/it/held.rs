//! A rule's hold: the money is set aside, the payment waits, and goes on or comes back; and what packs make of top-ups.

use money::{Amount, Currency, ReasonCode};
use payments::{Command, Packs, StaffPermit};

use crate::rules;
use crate::scenario::{pay_command, run, said};
use crate::world::World;

/// Gift certificates (6540) wait a day or for a word, insurance (6300) a day and no less, gambling (7995) for a word,
/// tickets (7922) longer than anything waits; digital goods (5815) are another licence's.
const RULES: &str = r#"
[[rules]]
id = "gift"
kind = "hold"
citation = "a"
say = "gift certificates wait a day"
when = { "operation.kind" = "payment", "operation.category" = "gift" }
for = "24h"
confirm = true
[[rules]]
id = "insurance"
kind = "hold"
citation = "a"
say = "insurance waits a day"
when = { "operation.kind" = "payment", "operation.category" = "insurance" }
for = "24h"
[[rules]]
id = "gambling"
kind = "gate"
citation = "a"
say = "gambling waits for a word"
when = { "operation.kind" = "payment", "operation.category" = "gambling" }
on_fail = "hold"
[[rules]]
id = "ticket"
kind = "hold"
citation = "a"
say = "tickets wait a year"
when = { "operation.kind" = "payment", "operation.category" = "ticket" }
for = "1y"
[[rules]]
id = "elsewhere"
kind = "gate"
citation = "a"
say = "digital goods go onto the bill"
when = { "operation.kind" = "payment", "operation.category" = "digital" }
on_fail = { route = "carrier_bill" }
[[rules]]
id = "second-factor"
kind = "authentication"
citation = "a"
say = "above 6000 two factors"
when = { "operation.kind" = "payment", "operation.amount" = { gt = "6000 KRW" } }
require = { factors = 2 }
[[rules]]
id = "day"
kind = "limit"
citation = "a"
say = "a day's limit"
when = { "operation.kind" = "payment" }
cap = "10000 KRW"
window = "day"
[[rules]]
id = "stored"
kind = "limit"
citation = "a"
say = "a wallet holds 20000"
when = { "operation.kind" = "top_up", "operation.funding" = "prepaid_wallet" }
measure = "stored_balance"
cap = "20000 KRW"
window = "any_time"
[[rules]]
id = "often"
kind = "limit"
citation = "a"
say = "five top-ups a day"
when = { "operation.kind" = "top_up" }
measure = "count"
cap = 5
window = "day"
"#;

const CATEGORIES: &str = "[insurance]\ncodes = [\"6300\"]\n[gift]\ncodes = [\"6540\"]\n[gambling]\ncodes = [\"7995\"]\n\
    [ticket]\ncodes = [\"7922\"]\n[digital]\ncodes = [\"5815\"]\n";
const FACTORS: &str = "[device_key]\ncategories = [\"possession\"]\n[pin]\ncategories = [\"knowledge\"]\n";

fn packs() -> Packs {
    rules::packs(("t", "7"), RULES, FACTORS, Some(CATEGORIES))
}

fn town() -> World {
    let mut world = World::new();
    world.settings.packs = packs();
    run(&mut world, "payer ann 10000\npin ann 493817");
    for (name, category) in [
        ("gifts", "6540"),
        ("insurer", "6300"),
        ("casino", "7995"),
        ("hall", "7922"),
        ("games", "5815"),
        ("cafe", "5814"),
    ] {
        world.register_payee_of(name, category);
    }
    // Longer than a new PIN waits.
    run(&mut world, "wait 50000");
    world
}

#[track_caller]
fn check(text: &str) -> World {
    let mut world = town();
    run(&mut world, text);
    world
}

const DAY: &str = "wait 86400";

#[test]
fn a_held_payment_sets_the_money_aside_and_goes_on_at_its_time() {
    check(
        "
        intent i1 insurer 4000
        pay p1 ann i1 -> held 4000 goes on in 86400
        show ann -> posted 10000 held 4000 available 6000
        show insurer -> posted 0 held 0 available 0
        # an honest retry gets the first answer, and nobody else takes the intent
        pay p1 ann i1 -> held 4000 goes on in 86400
        pay p2 ann i1 -> refused intent.taken
        capture insurer p1 -> refused payment.held
        refund r1 insurer p1 100 -> refused payment.not_captured
        wait 86399
        expire-hold p1 -> refused payment.not_yet_expired
        wait 1
        expire-hold p1 -> captured 4000
        show ann -> posted 6000 held 0 available 6000
        show insurer -> posted 0 held 0 available 0 pending 4000
        expire-hold p1 -> refused payment.captured
        pay p1 ann i1 -> captured 4000
        refund r1 insurer p1 100 -> refunded 100 left 3900
    ",
    );
}

#[test]
fn nobody_shortens_a_hold_whose_rule_names_only_a_time() {
    check(
        "
        intent i1 insurer 4000
        pay p1 ann i1 -> held 4000 goes on in 86400
        release p1 -> refused policy.hold_stands
        wait 86400
        release p1 -> captured 4000
    ",
    );
}

#[test]
fn a_hold_that_waits_for_a_word_or_a_time_is_released_by_either() {
    check(
        "
        intent i1 gifts 2000
        pay p1 ann i1 -> held 2000 goes on in 86400
        release p1 -> captured 2000
        release p1 -> refused payment.captured
        intent i2 gifts 2000
        pay p2 ann i2 -> held 2000 goes on in 86400
        wait 86400
        expire-hold p2 -> captured 2000
    ",
    );
}

#[test]
fn a_hold_that_waits_for_a_word_alone_comes_back_when_nobody_says_it() {
    let world = check(
        "
        intent i1 casino 3000
        pay p1 ann i1 -> held 3000 comes back in 259200
        intent i2 casino 3000
        pay p2 ann i2 -> held 3000 comes back in 259200
        release p2 -> captured 3000
        wait 259200
        release p1 -> captured 3000
    ",
    );
    drop(world);
    check(
        "
        intent i1 casino 3000
        pay p1 ann i1 -> held 3000 comes back in 259200
        wait 259200
        expire-hold p1 -> stopped policy.held_unconfirmed
        show ann -> posted 10000 held 0 available 10000
        pay p1 ann i1 -> refused policy.held_unconfirmed
        release p1 -> refused payment.refused
    ",
    );
}

#[test]
fn staff_end_a_held_payment_and_the_money_is_the_payers_again() {
    check(
        "
        intent i1 gifts 2000
        pay p1 ann i1 -> held 2000 goes on in 86400
        refuse p1 -> stopped policy.held_refused
        show ann -> posted 10000 held 0 available 10000
        release p1 -> refused payment.refused
        capture gifts p1 -> refused payment.refused
        wait 86400
        expire-hold p1 -> refused payment.refused
    ",
    );
}

#[test]
fn its_payer_calls_a_held_payment_off_and_so_does_its_payee() {
    check(
        "
        payer bob 5000
        intent i1 gifts 2000
        pay p1 ann i1 -> held 2000 goes on in 86400
        # somebody else's payment does not exist
        cancel bob p1 -> refused payment.unknown
        cancel ann p1 -> voided
        cancel ann p1 -> refused payment.voided
        show ann -> posted 10000 held 0 available 10000
        intent i2 gifts 2000
        pay p2 ann i2 -> held 2000 goes on in 86400
        void gifts p2 -> voided
        show ann -> posted 10000 held 0 available 10000
        intent i3 cafe 1000
        pay p3 ann i3 -> captured 1000
        cancel ann p3 -> refused payment.not_held
        intent i4 cafe 1000 manual
        pay p4 ann i4 -> authorized 1000
        cancel ann p4 -> refused payment.not_waiting
        release p4 -> refused payment.not_waiting
    ",
    );
}

#[test]
fn a_device_that_still_waits_may_call_a_held_payment_off() {
    check(
        "
        intent i1 gifts 2000
        pay p1 ann i1 -> held 2000 goes on in 86400
        bind ann tablet
        cancel tablet p1 -> voided
    ",
    );
}

#[test]
fn whatever_was_tightened_meanwhile_stops_a_held_payment() {
    check(
        "
        intent i1 insurer 2000
        pay p1 ann i1 -> held 2000 goes on in 86400
        freeze ann -> frozen
        wait 86400
        expire-hold p1 -> stopped payer.frozen
        show ann -> posted 10000 held 0 available 10000
    ",
    );
}

#[test]
fn a_manual_capture_follows_the_hold_and_has_its_seven_days() {
    check(
        "
        intent i1 insurer 4000 manual
        pay p1 ann i1 -> held 4000 goes on in 86400
        wait 86400
        expire-hold p1 -> authorized 4000
        show ann -> posted 10000 held 4000 available 6000
        wait 604799
        capture insurer p1 3000 -> captured 3000
        show ann -> posted 7000 held 0 available 7000
    ",
    );
    check(
        "
        intent i1 insurer 4000 manual
        pay p1 ann i1 -> held 4000 goes on in 86400
        wait 86400
        expire-hold p1 -> authorized 4000
        expire-hold p1 -> refused payment.not_yet_expired
        wait 604800
        expire-hold p1 -> expired
        show ann -> posted 10000 held 0 available 10000
    ",
    );
}

#[test]
fn every_check_is_done_before_a_payment_waits() {
    check(
        "
        intent i1 insurer 7000
        pay p1 ann i1 -> refused risk.step_up_needed
        show ann -> posted 10000 held 0 available 10000
        step-up ann 493817 p1 i1
        pay p1 ann i1 -> held 7000 goes on in 86400
    ",
    );
}

#[test]
fn a_held_payment_uses_the_limits_until_it_comes_back() {
    let mut world = check(
        "
        intent i1 insurer 5000
        pay p1 ann i1 -> held 5000 goes on in 86400
        intent i2 cafe 5000
    ",
    );
    // 5,000 are set aside: with 5,000 the day is full, and so is the wallet.
    run(&mut world, "pay p2 ann i2 -> captured 5000\nintent i3 cafe 1\npay p3 ann i3 -> refused policy.limit");
    run(&mut world, "cancel ann p1 -> voided\nintent i4 cafe 5000\npay p4 ann i4 -> captured 5000");
    run(&mut world, "show ann -> posted 0 held 0 available 0");
}

#[test]
fn what_is_set_aside_is_not_there_for_anything_else() {
    check(
        "
        intent i1 insurer 6000
        pay p1 ann i1 -> held 6000 goes on in 86400
        wait 80000
        intent i2 cafe 5000
        pay p2 ann i2 -> refused funds.insufficient
    ",
    );
}

#[test]
fn longer_than_anything_waits_is_refused_and_another_licence_is_named() {
    let mut world = check("intent i1 hall 1000\npay p1 ann i1 -> refused policy.held\nintent i2 games 1000");
    let command = pay_command(&mut world, "p2", "ann", "i2", &[]);
    let refusal = world.submit(command).unwrap_err();
    assert_eq!(refusal.first(), ReasonCode::PolicyElsewhere);
    assert_eq!(refusal.rules[0].route.as_deref(), Some("carrier_bill"));
    assert_eq!(refusal.rules[0].citation.law, "Terms");
}

#[test]
fn a_preview_says_how_long_it_would_wait() {
    let mut world = town();
    run(&mut world, "intent i1 insurer 4000\nquote ann i1 -> 10000 leaves 6000 [FirstTimePayee] []");
    run(&mut world, DAY);
}

fn top_up(world: &mut World, won: i64) -> String {
    let (payer, permit) = (world.people["ann"].phone.payer(), StaffPermit::dangerous_from_operating_system());
    said(world.submit(Command::Fund { permit, payer, amount: Amount::new(won, Currency::KRW) }))
}

#[test]
fn a_wallet_holds_no_more_than_the_packs_say() {
    let mut world = town();
    assert_eq!(top_up(&mut world, 10_000), "open");
    assert_eq!(top_up(&mut world, 1), "refused policy.limit");
    // What is set aside is still in the wallet.
    run(&mut world, "intent i1 insurer 4000\npay p1 ann i1 -> held 4000 goes on in 86400");
    assert_eq!(top_up(&mut world, 1), "refused policy.limit");
    run(&mut world, "intent i2 cafe 4000\npay p2 ann i2 -> captured 4000");
    assert_eq!(top_up(&mut world, 4_001), "refused policy.limit");
    assert_eq!(top_up(&mut world, 4_000), "open");
}

#[test]
fn a_refused_top_up_names_its_rule_and_article() {
    let mut world = town();
    let (payer, permit) = (world.people["ann"].phone.payer(), StaffPermit::dangerous_from_operating_system());
    let refusal =
        world.submit(Command::Fund { permit, payer, amount: Amount::new(10_001, Currency::KRW) }).unwrap_err();
    let rule = &refusal.rules[0];
    assert_eq!((rule.rule.as_str(), rule.citation.article.as_str()), ("stored", "7"));
    assert_eq!((rule.before.as_deref(), rule.after.as_deref()), (Some("10000 KRW"), Some("20001 KRW")));
}

#[test]
fn top_ups_are_counted_and_use_nothing_of_what_may_be_spent() {
    let mut world = town();
    // The day begins anew: the one that opened the wallet was of another.
    run(&mut world, DAY);
    for _ in 0..5 {
        assert_eq!(top_up(&mut world, 100), "open");
    }
    assert_eq!(top_up(&mut world, 100), "refused policy.limit");
    run(&mut world, "intent i1 cafe 6000\npay p1 ann i1 -> captured 6000");
    run(&mut world, DAY);
    assert_eq!(top_up(&mut world, 100), "open");
}
