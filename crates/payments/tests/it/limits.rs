//! Stage 5: packs and the payer's own limits, counted in the payment's own commit.

use money::{Amount, ReasonCode};
use payments::{Accepted, Command, Packs, PinPurpose, ReadPermit, Refusal};
use protocol::{CancelRaiseBody, LimitWindow, LimitsView, PinStepUpBody, SetLimitBody, sha256, to_canonical};

use crate::rules;
use crate::scenario::{pay_command, pin, run, said, verify, won};
use crate::world::World;

/// Rules of every effect, for wallets.
const RULES: &str = r#"
[[rules]]
id = "day"
kind = "limit"
citation = "a"
say = "a day's limit"
when = { "operation.kind" = "payment" }
cap = "10000 KRW"
window = "day"
refunds = "REFUNDS"
[[rules]]
id = "second-factor"
kind = "authentication"
citation = "a"
say = "above 6000 two factors"
when = { "operation.kind" = "payment", "operation.amount" = { gt = "6000 KRW" } }
require = { factors = 2 }
[[rules]]
id = "insurance-age"
kind = "age"
citation = "a"
say = "insurance from nineteen"
when = { "operation.kind" = "payment", "operation.category" = "insurance" }
at_least = 19
[[rules]]
id = "gift"
kind = "hold"
citation = "a"
say = "gift certificates wait a day"
when = { "operation.kind" = "payment", "operation.category" = "gift_certificate" }
for = "24h"
confirm = true
[[rules]]
id = "raise"
kind = "limit_change"
citation = "a"
say = "a rise waits two days"
when = { "operation.kind" = "limit_change" }
up_after = "48h"
"#;

const FACTORS: &str = r#"
[device_key]
categories = ["possession"]
dynamic = true
[pin]
categories = ["knowledge"]
[passkey]
categories = ["possession", "inherence"]
"#;

const CATEGORIES: &str =
    "[insurance]\ncodes = [\"6300\"]\n[gift_certificate]\ncodes = [\"6540\"]\n[food]\ncodes = [\"5814\"]\n";

fn packs(refunds: &str) -> Packs {
    rules::packs(("t", "7"), &RULES.replace("REFUNDS", refunds), FACTORS, Some(CATEGORIES))
}

fn town(refunds: &str) -> World {
    let mut world = World::new();
    world.settings.packs = packs(refunds);
    run(&mut world, "payer ann 1000000\npin ann 493817\npayee cafe");
    world
}

/// Pays `amount` under `id`, through an intent of the same name.
fn pay(world: &mut World, id: &str, amount: &str) -> String {
    run(world, &format!("intent {id} cafe {amount} life=3600"));
    let command = pay_command(world, id, "ann", id, &[]);
    said(world.submit(command))
}

fn refused(world: &mut World, id: &str, amount: &str) -> Refusal {
    run(world, &format!("intent {id} cafe {amount} life=3600"));
    let command = pay_command(world, id, "ann", id, &[]);
    world.submit(command).unwrap_err()
}

fn body(world: &World, window: LimitWindow, amount: Option<i64>, from: Option<i64>) -> SetLimitBody {
    let sum = |minor: i64| won(&minor.to_string());
    SetLimitBody {
        amount: amount.map(sum),
        category: None,
        channel: None,
        from: from.map(sum),
        payer: world.people["ann"].phone.payer(),
        window,
    }
}

fn set(world: &mut World, body: &SetLimitBody) -> Result<LimitsView, Refusal> {
    let signed = world.signed("ann", "/v1/limits", body);
    view(world.submit(Command::SetLimit { signed }))
}

fn put(world: &mut World, window: LimitWindow, amount: Option<i64>, from: Option<i64>) -> Result<LimitsView, Refusal> {
    let body = body(world, window, amount, from);
    set(world, &body)
}

fn view(outcome: Result<Accepted, Refusal>) -> Result<LimitsView, Refusal> {
    outcome.map(|accepted| match accepted {
        Accepted::Limits(view) => *view,
        other => panic!("{other:?}"),
    })
}

fn shown(world: &mut World) -> LimitsView {
    let phone = &world.people["ann"].phone;
    let permit = ReadPermit::dangerous_for_proven_device(phone.payer(), phone.device());
    view(world.submit(Command::ShowLimits { permit })).unwrap()
}

/// Approves exactly this change by PIN.
fn approve(world: &mut World, change: &SetLimitBody) {
    let body = PinStepUpBody { blind: world.blind(), body: sha256(&to_canonical(change)), pin: pin("493817") };
    let (signed, body) = world.signed("ann", "/v1/step-up/pin", &body).take_body();
    let counted = world.submit(Command::TryPin { signed, purpose: PinPurpose::Approve(body.body) }).unwrap();
    let Accepted::Tried(counted) = counted else { panic!("{counted:?}") };
    let proof = verify(world, &body.pin, counted).unwrap();
    world.submit(Command::ApproveByPin { proof }).unwrap();
}

#[test]
fn a_packs_cap_holds_over_payments_and_is_cited() {
    let mut world = town("none");
    assert_eq!(pay(&mut world, "a", "5000"), "captured 5000");
    assert_eq!(pay(&mut world, "b", "5000"), "captured 5000");
    let refusal = refused(&mut world, "c", "1");
    assert_eq!(refusal.reasons, [ReasonCode::PolicyLimit]);
    let rule = &refusal.rules[0];
    assert_eq!((rule.pack.as_str(), rule.rule.as_str(), rule.citation.article.as_str()), ("t", "day", "7"));
    assert_eq!((rule.before.as_deref(), rule.cap.as_deref()), (Some("10000 KRW"), Some("10000 KRW")));
    // The same body is refused again with the same rules.
    let again = pay_command(&mut world, "c", "ann", "c", &[]);
    let again = world.submit(again).unwrap_err();
    assert_eq!((again.reasons, again.rules), (refusal.reasons, refusal.rules));
    // The next day in Seoul, which is not the next day in London.
    run(&mut world, "wait 3600");
    assert_eq!(pay(&mut world, "d", "5000"), "captured 5000");
}

#[test]
fn a_demand_of_a_pack_is_met_by_the_weakest_check_that_is_enough() {
    let mut world = town("none");
    run(
        &mut world,
        "
        intent big cafe 7000 life=3600
        quote ann big -> 1000000 leaves 993000 [FirstTimePayee] [] asks Pin by [Pin]
        pay p ann big -> refused risk.step_up_needed
        step-up ann 493817 p big -> approved pin
        pay p ann big -> captured 7000
        ",
    );
    assert_eq!(refused(&mut world, "q", "3001").reasons, [ReasonCode::PolicyLimit]);
}

#[test]
fn what_the_provider_does_not_know_takes_the_strictest_branch() {
    let mut world = town("none");
    world.register_payee_of("insurer", "6300");
    run(&mut world, "intent i insurer 100 life=3600");
    let command = pay_command(&mut world, "i", "ann", "i", &[]);
    let refusal = world.submit(command).unwrap_err();
    assert_eq!(refusal.reasons, [ReasonCode::PolicyFactMissing]);
    assert_eq!(refusal.rules[0].missing.as_deref(), Some("payer.age"));
}

#[test]
fn a_hold_of_a_rule_is_no_refusal_and_names_the_rule() {
    let mut world = town("none");
    world.register_payee_of("gifts", "6540");
    run(&mut world, "intent g gifts 100 life=3600");
    let command = pay_command(&mut world, "g", "ann", "g", &[]);
    let Ok(Accepted::Payment { payment, .. }) = world.submit(command) else { panic!("not held") };
    assert_eq!(payment.reasons, [ReasonCode::PolicyHeld]);
    assert_eq!(payment.rules[0].rule, "gift");
    assert!(payment.rules[0].details[0].starts_with("until 2026-09-22T"), "{:?}", payment.rules);
}

#[test]
fn a_held_payment_is_set_aside_and_its_fate_counts() {
    let mut world = town("none");
    run(
        &mut world,
        "
        intent a cafe 4000 manual life=3600
        intent b cafe 4000 manual life=3600
        pay a ann a -> authorized 4000
        pay b ann b -> authorized 4000
        ",
    );
    assert_eq!(refused(&mut world, "c", "2001").reasons, [ReasonCode::PolicyLimit]);
    run(&mut world, "capture cafe a 1000 -> captured 1000\nvoid cafe b -> voided");
    // 1000 are used, 9000 left.
    assert_eq!(refused(&mut world, "d", "9001").reasons, [ReasonCode::PolicyLimit]);
    assert_eq!(pay(&mut world, "e", "5000"), "captured 5000");
    assert_eq!(pay(&mut world, "f", "4000"), "captured 4000");
    assert_eq!(refused(&mut world, "g", "1").reasons, [ReasonCode::PolicyLimit]);
}

#[test]
fn a_refund_gives_back_only_what_its_pack_says() {
    for (refunds, fits) in [("none", false), ("same_window", true), ("original_window", true)] {
        let mut world = town(refunds);
        assert_eq!(pay(&mut world, "a", "6000"), "captured 6000");
        assert_eq!(pay(&mut world, "b", "4000"), "captured 4000");
        run(&mut world, "refund r cafe a 2000 -> refunded 2000 left 4000");
        let outcome = pay(&mut world, "c", "2000");
        assert_eq!(outcome == "captured 2000", fits, "{refunds}: {outcome}");
    }
}

#[test]
fn lowering_holds_at_once_and_a_rise_waits_for_check_and_delay() {
    let mut world = town("none");
    let view = put(&mut world, LimitWindow::Day, Some(3000), None).unwrap();
    assert_eq!((view.own[0].amount, view.raise_delay_seconds), (won("3000"), 48 * 3_600));
    assert_eq!(pay(&mut world, "a", "2500"), "captured 2500");
    let refusal = refused(&mut world, "b", "501");
    assert_eq!(refusal.reasons, [ReasonCode::PolicyOwnLimit]);
    assert_eq!((refusal.rules[0].pack.as_str(), refusal.rules[0].rule.as_str()), ("payer", "day"));
    // A rise needs the check, of exactly this change.
    let rise = body(&world, LimitWindow::Day, Some(9000), Some(3000));
    assert_eq!(set(&mut world, &rise).unwrap_err().reasons, [ReasonCode::StepUpNeeded]);
    approve(&mut world, &rise);
    let view = set(&mut world, &rise).unwrap();
    let pending = view.own[0].pending.clone().unwrap();
    assert_eq!(pending.to, Some(won("9000")));
    assert_eq!(pending.starts_at.millis_since(world.now), 48 * 3_600_000);
    assert_eq!(refused(&mut world, "c", "501").reasons, [ReasonCode::PolicyOwnLimit]);
    // Asked for again it needs nothing and starts no later.
    run(&mut world, "wait 60");
    assert_eq!(set(&mut world, &rise).unwrap().own[0].pending, Some(pending.clone()));
    run(&mut world, "wait 172740");
    let view = shown(&mut world);
    assert_eq!((view.own[0].amount, view.own[0].pending.as_ref()), (won("9000"), None));
    assert_eq!(pay(&mut world, "d", "5000"), "captured 5000");
    assert_eq!(shown(&mut world).own[0].left, won("4000"));
}

#[test]
fn a_rise_is_called_off_at_once_and_lowering_forgets_it() {
    let mut world = town("none");
    put(&mut world, LimitWindow::Month, Some(3000), None).unwrap();
    let rise = body(&world, LimitWindow::Month, None, Some(3000));
    let cancel = CancelRaiseBody { category: None, channel: None, payer: rise.payer, window: LimitWindow::Month };
    let call_off = |world: &mut World| {
        let signed = world.signed("ann", "/v1/limits/cancel", &cancel);
        view(world.submit(Command::CancelRaise { signed }))
    };
    assert_eq!(call_off(&mut world).unwrap_err().reasons, [ReasonCode::LimitUnknown]);
    approve(&mut world, &rise);
    assert!(set(&mut world, &rise).unwrap().own[0].pending.is_some());
    assert!(call_off(&mut world).unwrap().own[0].pending.is_none());
    approve(&mut world, &rise);
    set(&mut world, &rise).unwrap();
    let view = put(&mut world, LimitWindow::Month, Some(2000), Some(3000)).unwrap();
    assert!(view.own[0].pending.is_none());
    run(&mut world, "wait 1000000");
    assert_eq!(refused(&mut world, "a", "2001").reasons, [ReasonCode::PolicyOwnLimit]);
}

#[test]
fn changing_a_limit_that_was_not_the_one_shown_changes_nothing() {
    let mut world = town("none");
    put(&mut world, LimitWindow::Day, Some(3000), None).unwrap();
    for (from, to) in [(None, Some(2000)), (Some(2000), Some(1000)), (Some(4000), None)] {
        let refusal = put(&mut world, LimitWindow::Day, to, from).unwrap_err();
        assert_eq!(refusal.reasons, [ReasonCode::LimitChanged], "{from:?}");
    }
    let mut euro = body(&world, LimitWindow::Year, Some(1), None);
    euro.amount = Some(Amount::new(1, money::Currency::EUR));
    assert_eq!(set(&mut world, &euro).unwrap_err().reasons, [ReasonCode::AmountWrongCurrency]);
    let negative = body(&world, LimitWindow::Year, Some(-1), None);
    assert_eq!(set(&mut world, &negative).unwrap_err().reasons, [ReasonCode::AmountNegative]);
}

#[test]
fn a_category_and_a_channel_are_shut_off_by_a_limit_of_nought() {
    let mut world = town("none");
    world.register_payee_of("insurer", "6300");
    let mut shut = body(&world, LimitWindow::Payment, Some(0), None);
    shut.category = Some("food".to_owned());
    set(&mut world, &shut).unwrap();
    let refusal = refused(&mut world, "a", "1");
    assert_eq!(refusal.reasons, [ReasonCode::PolicyOwnLimit]);
    assert_eq!(refusal.rules[0].rule, "payment/food");
    let mut links = body(&world, LimitWindow::Day, Some(0), None);
    links.channel = Some(protocol::Channel::Remote);
    set(&mut world, &links).unwrap();
    assert_eq!(shown(&mut world).own.len(), 2);
    for (place, window) in LimitWindow::ALL.into_iter().cycle().take(18).enumerate() {
        let mut more = body(&world, window, Some(1), None);
        more.category = Some(format!("c{place}"));
        set(&mut world, &more).unwrap();
    }
    let mut more = body(&world, LimitWindow::Day, Some(1), None);
    more.category = Some("onemore".to_owned());
    assert_eq!(set(&mut world, &more).unwrap_err().reasons, [ReasonCode::LimitsFull]);
}

#[test]
fn what_was_paid_before_a_limit_was_set_counts() {
    let mut world = World::new();
    run(&mut world, "payer ann 1000000\npayee cafe");
    assert_eq!(pay(&mut world, "a", "2500"), "captured 2500");
    let view = put(&mut world, LimitWindow::Month, Some(3000), None).unwrap();
    assert_eq!((view.own[0].used, view.own[0].left), (won("2500"), won("500")));
    // Packs that come later count it, too.
    world.settings.packs = packs("none");
    assert_eq!(refused(&mut world, "b", "501").reasons, [ReasonCode::PolicyOwnLimit]);
    let day = shown(&mut world).rules.into_iter().find(|rule| rule.rule == "day").unwrap();
    assert_eq!((day.used.as_str(), day.left), ("2500 KRW", Some(won("7500"))));
}

#[test]
fn a_record_is_made_again_only_under_its_own_packs() {
    let mut world = town("none");
    assert_eq!(pay(&mut world, "a", "5000"), "captured 5000");
    let mut record = world.records.last().unwrap().clone();
    assert!(matches!(payments::replay(&record), Err(payments::ReplayError::MissingPacks(_))));
    assert!(record.bring_packs(|_| Some(Packs::none())).is_err(), "other packs are not taken");
    record.bring_packs(|_| Some(packs("none"))).unwrap();
    payments::replay(&record).unwrap();
}
