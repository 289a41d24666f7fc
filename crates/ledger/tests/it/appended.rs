//! Accounts whose credits are appended: what waits, what counts, and that nothing counts twice.

use ledger::{Appended, Finding, Intake, Ledger, Operation, Refusal};
use money::{Amount, Currency};

use crate::stage::{Stage, account, at, transfer, won};

const SHOP: &str = "
    open BANK debit KRW unlimited
    open A1 credit KRW
    open S1 credit KRW appended
    open F1 credit KRW appended
    post T0 BANK>A1 1000
";

#[track_caller]
fn check(rows: &str) {
    Stage::play(SHOP).go_on(rows);
}

#[test]
fn a_credit_waits_until_it_is_rolled_up_and_counts_once() {
    check(
        "
        post T1 A1>S1 100 at 2 → A1 900, S1 100 appended
        post T2 A1>S1 30 at 1  → A1 870, S1 30 appended
        show S1                → S1 0
        # oldest first, whatever the order they came in
        roll_up S1             → S1 130, T2 rolled up, T1 rolled up
        roll_up S1             →
        show S1                → S1 130
        ",
    );
}

#[test]
fn what_is_promised_stands_on_the_hold_alone() {
    check(
        "
        hold H1 A1>S1 100      → A1 1000 held 100, H1 open
        hold H2 A1>S1 50       → A1 1000 held 150, H2 open
        capture H1 T1 60       → A1 940 held 50, S1 60 appended, H1 captured 60 by T1
        void H2                → A1 940, H2 voided
        roll_up S1             → S1 60, T1 rolled up
        ",
    );
}

#[test]
fn one_transfer_appends_one_row_to_each_account() {
    check(
        "
        post T1 A1>S1 90 A1>F1 10 A1>S1 5 → A1 895, S1 95 appended, F1 10 appended
        roll_up F1                        → F1 10, T1 rolled up
        refund R1 of T1 105               → refused: funds are insufficient of S1
        roll_up S1                        → S1 95, T1 rolled up
        refund R1 of T1 105               → S1 0, F1 0, A1 1000, T1 refunded 105
        ",
    );
}

#[test]
fn what_waits_cannot_be_spent_or_closed_over() {
    check(
        "
        post T1 A1>S1 100
        post T2 S1>A1 1  → refused: funds are insufficient of S1
        hold H1 S1>A1 1  → refused: funds are insufficient of S1
        close S1         → refused: account is not empty
        roll_up S1
        hold H1 S1>A1 40 → S1 100 held 40, A1 900 promised 40, H1 open
        roll_up S9       → refused: account is unknown
        ",
    );
}

/// A transfer that passes through such an account needs what is there already: its own credit does not count yet.
#[test]
fn a_pass_through_needs_what_is_counted() {
    check(
        "
        open A2 credit KRW
        post T1 A1>S1 30 S1>A2 30 → refused: funds are insufficient of S1
        post T2 A1>S1 30
        roll_up S1
        post T1 A1>S1 30 S1>A2 30 → A1 940, S1 0, A2 30, S1 30 appended
        ",
    );
}

#[test]
fn a_named_account_is_credited_without_its_row_and_nothing_else() {
    let mut stage = Stage::play(SHOP);
    stage.go_on("post T1 A1>S1 100\nroll_up S1");
    let mut ledger = stage.ledger.clone();
    ledger.name_account(account("S1"), Currency::KRW);
    assert_eq!(ledger.account(account("S1")), None, "the name takes the row's place");
    let refund = Operation::Refund { transfer: transfer("R1"), original: transfer("T1"), amount: won(1), at: at(0) };
    assert_eq!(ledger.apply(&refund), Err(Refusal::UnknownAccount));
    assert_eq!(ledger.apply(&Operation::RollUp { account: account("S1") }), Err(Refusal::UnknownAccount));
    let euro = Amount::new(1, Currency::EUR);
    let hold = Operation::Hold {
        hold: crate::stage::hold("H1"),
        from: account("A1"),
        to: vec![(account("S1"), euro)],
        expires_at: None,
        at: at(0),
    };
    assert_eq!(ledger.apply(&hold), Err(Refusal::CurrencyMismatch));
    let open = Operation::Open {
        account: account("S1"),
        currency: Currency::KRW,
        normal: ledger::Normal::Credit,
        overdraft: ledger::Overdraft::None,
        intake: Intake::Appended,
    };
    assert_eq!(ledger.apply(&open), Err(Refusal::AlreadyExists));
}

#[test]
fn a_refused_chain_brings_back_what_it_rolled_up() {
    let mut stage = Stage::play(SHOP);
    stage.go_on("post T1 A1>S1 100");
    let before = stage.ledger.clone();
    let refund =
        |minor| Operation::Refund { transfer: transfer("R1"), original: transfer("T1"), amount: won(minor), at: at(0) };
    let roll_up = Operation::RollUp { account: account("S1") };
    let refused = stage.ledger.apply_all(&[roll_up.clone(), refund(101)]).unwrap_err();
    assert_eq!((refused.index, refused.refusal), (1, Refusal::RefundExceedsRemaining));
    assert_eq!(stage.ledger, before);
    let applied = stage.ledger.apply_all(&[roll_up, refund(100)]).unwrap();
    applied.iter().for_each(|applied| stage.keep(applied));
    assert!(stage.audit().is_ok());
    stage.go_on("show S1 → S1 0\nshow A1 → A1 1000");
}

/// Only what was loaded is rolled up; the rest waits.
#[test]
fn a_part_of_what_waits_can_be_rolled_up() {
    let mut stage = Stage::play(SHOP);
    stage.go_on("post T1 A1>S1 1\npost T2 A1>S1 2\npost T3 A1>S1 4");
    let mut part = Ledger::new();
    part.load_account(stage.ledger.account(account("S1")).unwrap().clone());
    stage.appended.iter().filter(|row| row.transfer != transfer("T2")).for_each(|row| part.load_appended(*row));
    let applied = part.apply(&Operation::RollUp { account: account("S1") }).unwrap();
    stage.keep(&applied);
    assert!(stage.audit().is_ok());
    assert_eq!(applied.accounts[0].posted(), won(5));
}

#[test]
fn an_appended_row_of_another_currency_is_refused() {
    let mut stage = Stage::play(SHOP);
    let amount = Amount::new(1, Currency::EUR);
    stage.ledger.load_appended(Appended { transfer: transfer("T9"), account: account("S1"), amount, at: at(0) });
    let refused = stage.ledger.apply(&Operation::RollUp { account: account("S1") });
    assert_eq!(refused, Err(Refusal::CurrencyMismatch));
}

/// Changes sound books and returns what the audit says.
fn findings(change: impl FnOnce(&mut Stage)) -> Vec<Finding> {
    let mut stage = Stage::play(SHOP);
    stage.go_on("post T1 A1>S1 100\npost T2 A1>S1 30\nhold H1 A1>S1 7\nhold H2 A1>A1 1 → refused: payer and payee are the same account");
    let totals = stage.audit().unwrap();
    let total = totals.totals[0];
    assert_eq!((totals.appended, total.credits_posted, total.credits_held), (2, 1130, 7), "what waits is counted in");
    change(&mut stage);
    stage.audit().expect_err("the change was not found")
}

#[test]
fn what_is_changed_among_the_waiting_is_found() {
    let wrong = |name| Finding::AppendedWrong { transfer: transfer(name), account: account("S1") };
    let dropped = findings(|stage| stage.appended.truncate(1));
    assert!(matches!(dropped[0], Finding::CounterWrong { stored: 0, proven: 30, .. }), "{dropped:?}");
    assert!(findings(|stage| stage.appended[0].amount = won(101)).contains(&wrong("T1")));
    assert!(findings(|stage| stage.appended[0].at = at(9)).contains(&wrong("T1")));
    assert!(findings(|stage| stage.appended[0].transfer = transfer("T9")).contains(&wrong("T9")));
    assert!(findings(|stage| stage.appended.push(stage.appended[0])).contains(&wrong("T1")), "a row that stands twice");
    let counted = |row: &mut ledger::Account| row.credits_posted += 100;
    let twice = findings(|stage| stage.accounts.iter_mut().filter(|row| row.id == account("S1")).for_each(counted));
    assert!(matches!(twice[0], Finding::CounterWrong { stored: 100, proven: 0, .. }), "rolled up and still waiting");
    let at_once = |row: &mut ledger::Account| row.intake = Intake::AtOnce;
    let other = findings(|stage| stage.accounts.iter_mut().for_each(at_once));
    assert!(other.contains(&wrong("T1")) && other.contains(&wrong("T2")));
}
