//! A row for every refusal, in order of precedence, and what is said when two things are wrong at once.

use ledger::{LinkedReason, MAX_LEGS, Operation, Refusal};
use money::Amount;

use crate::stage::{Stage, account, at, hold, transfer, won};

const TOWN: &str = "
    open BANK debit KRW unlimited
    open A1 credit KRW
    open A2 credit KRW
    open A3 credit KRW
    open E1 credit EUR
    open C1 credit KRW
    close C1
    post T0 BANK>A1 1000
    hold H1 A1>A2 100
    hold HC A1>A2 10
    capture HC TC
    hold HV A1>A2 10
    void HV
    hold HX A1>A2 10 until 5
    expire HX at 5
    hold HT A1>A2 10 until 9
    refund R1 of TC 10
";

#[track_caller]
fn check(rows: &str) {
    Stage::play(TOWN).go_on(rows);
}

#[test]
fn every_refusal_in_order_of_precedence() {
    check(
        "
        open A1 credit KRW           → refused: id already exists
        post T0 A1>A2 5              → refused: id already exists
        hold H1 A1>A2 5              → refused: id already exists
        capture H1 T0                → refused: id already exists
        refund T0 of T0 5            → refused: id already exists
        capture H9 T9                → refused: hold is unknown
        void H9                      → refused: hold is unknown
        expire H9 at 9               → refused: hold is unknown
        refund T9 of T8 5            → refused: transfer is unknown
        post T9                      → refused: there are no legs
        hold H9                      → refused: there are no legs
        post T9 A1>A2 0              → refused: amount is not above zero
        post T9 A1>A2 -5             → refused: amount is not above zero
        hold H9 A1>A2 0              → refused: amount is not above zero
        capture H1 T9 -1             → refused: amount is not above zero
        refund T9 of T0 0            → refused: amount is not above zero
        hold H9 A1>A2 5 until 3 at 3 → refused: expiry is not after the start
        close A9                     → refused: account is unknown
        post T9 A1>A9 5              → refused: account is unknown
        hold H9 A9>A1 5              → refused: account is unknown
        post T9 A1>E1 5              → refused: currencies differ
        post T9 A1>A2 5EUR           → refused: currencies differ
        hold H9 A1>E1 5              → refused: currencies differ
        capture H1 T9 5EUR           → refused: currencies differ
        void H1 100EUR               → refused: currencies differ
        refund T9 of T0 5EUR         → refused: currencies differ
        post T9 A1>A1 5              → refused: payer and payee are the same account
        hold H9 A1>A1 5              → refused: payer and payee are the same account
        legs T9 debit A1 5 credit A2 4 → refused: debits and credits differ
        capture HC T9                → refused: hold is already captured
        void HC                      → refused: hold is already captured
        expire HC at 9               → refused: hold is already captured
        capture HV T9                → refused: hold is already voided
        void HV                      → refused: hold is already voided
        expire HV at 9               → refused: hold is already voided
        capture HX T9 at 4           → refused: hold has expired
        void HX at 4                 → refused: hold has expired
        expire HX at 5               → refused: hold has expired
        capture HT T9 at 9           → refused: hold has expired
        void HT at 9                 → refused: hold has expired
        expire HT at 8               → refused: hold has not expired yet
        expire H1 at 999             → refused: hold has not expired yet
        capture H1 T9 101            → refused: capture exceeds the hold
        void H1 99                   → refused: void differs from the hold
        refund T9 of R1 5            → refused: a refund cannot be refunded
        refund T9 of TC 1            → refused: transfer is already refunded
        refund T9 of T0 1001         → refused: refund exceeds what is left
        post T9 A1>C1 5              → refused: account is closed
        hold H9 A1>C1 5              → refused: account is closed
        close C1                     → refused: account is closed
        close A1                     → refused: account is not empty
        close A2                     → refused: account is not empty
        post T9 A1>A2 891            → refused: funds are insufficient of A1
        hold H9 A1>A2 891            → refused: funds are insufficient of A1
        refund T9 of T0 891          → refused: funds are insufficient of A1
        ",
    );
}

#[test]
fn the_first_listed_of_several_faults_is_said() {
    check(
        "
        # each row drops the fault that was named before
        post T0 A9>A9 0              → refused: id already exists
        post T9 A9>A9 0              → refused: amount is not above zero
        post T9 A9>A9 9999           → refused: account is unknown
        legs T9 debit A1 9999 credit E1 9998 → refused: currencies differ
        legs T9 debit C1 9999 credit C1 9998 → refused: payer and payee are the same account
        legs T9 debit A1 9999 credit C1 9998 → refused: debits and credits differ
        legs T9 debit A1 9999 credit C1 9999 → refused: account is closed
        legs T9 debit A1 9999 credit A2 9999 → refused: funds are insufficient of A1

        capture H9 T0 -1EUR at 9     → refused: id already exists
        capture H9 T9 -1EUR at 9     → refused: hold is unknown
        capture HT T9 -1EUR at 9     → refused: amount is not above zero
        capture HT T9 11EUR at 9     → refused: currencies differ
        capture HT T9 11 at 9        → refused: hold has expired
        capture HT T9 11             → refused: capture exceeds the hold

        refund T0 of T8 0EUR         → refused: id already exists
        refund T9 of T8 0EUR         → refused: transfer is unknown
        refund T9 of R1 0EUR         → refused: amount is not above zero
        refund T9 of R1 9999EUR      → refused: currencies differ
        refund T9 of R1 9999         → refused: a refund cannot be refunded
        refund T9 of T0 9999         → refused: refund exceeds what is left
        refund T9 of T0 900          → refused: funds are insufficient of A1
        ",
    );
}

#[test]
fn more_legs_than_the_limit_are_refused() {
    let mut stage = Stage::play(TOWN);
    let to: Vec<_> = (0..MAX_LEGS).map(|_| (account("A2"), won(1))).collect();
    let many = |to: &[_]| Operation::Hold {
        hold: hold("H9"),
        from: account("A1"),
        to: to.to_vec(),
        expires_at: None,
        at: at(0),
    };
    assert_eq!(stage.apply(&many(&to)), Err(Refusal::TooManyLegs));
    assert!(stage.apply(&many(&to[1..])).is_ok());
}

#[test]
fn what_does_not_fit_64_bits_is_refused() {
    let mut stage = Stage::play("open BANK debit KRW unlimited\nopen A1 credit KRW\nopen A2 credit KRW");
    stage.go_on(&format!(
        "
        post T1 BANK>A1 {max}        → BANK {max}, A1 {max}
        post T2 BANK>A1 1            → refused: amount is too large
        post T2 BANK>A2 {max} A1>A2 1 → refused: amount is too large
        hold H1 A1>A2 {max} A1>A2 1  → refused: amount is too large
        hold H1 A1>A2 {max}          → A1 {max} held {max}, A2 0 promised {max}, H1 open
        hold H2 BANK>A2 1            → refused: amount is too large
        capture H1 T3                → A1 0, A2 {max}, H1 captured {max} by T3
        ",
        max = i64::MAX
    ));
    let mut stage = Stage::play("open A1 credit KRW unlimited\nopen A2 credit KRW unlimited");
    stage.go_on(&format!(
        "
        post T1 A1>A2 {max}
        hold H1 A1>A2 2 → refused: amount is too large
        hold H1 A2>A1 {max} → A2 {max} held {max}, A1 -{max} promised {max}, H1 open
        ",
        max = i64::MAX
    ));
}

#[test]
fn what_may_pass_later_is_told_from_what_cannot() {
    let wallet = account("A1");
    for (refusal, transient) in [
        (Refusal::InsufficientFunds { account: wallet }, true),
        (Refusal::UnknownAccount, true),
        (Refusal::NotYetExpired, true),
        (Refusal::HoldCaptured, false),
        (Refusal::HoldExpired, false),
        (Refusal::AlreadyRefunded, false),
        (Refusal::Overflow, false),
        (Refusal::AccountClosed, false),
    ] {
        assert_eq!(refusal.is_transient(), transient, "{refusal}");
    }
}

#[test]
fn a_refused_chain_says_which_and_why_and_of_the_others_that_they_are_linked() {
    let mut stage = Stage::play(TOWN);
    let post = |name, to, minor| Operation::Post {
        transfer: transfer(name),
        legs: vec![
            ledger::Leg { account: account("A1"), side: ledger::Side::Debit, amount: won(minor) },
            ledger::Leg { account: account(to), side: ledger::Side::Credit, amount: won(minor) },
        ],
        at: at(0),
    };
    let before = stage.ledger.clone();
    let chain = [post("L1", "A2", 400), post("L2", "A3", 400), post("L3", "A2", 400), post("L4", "A2", 1)];
    let refused = stage.ledger.apply_all(&chain).unwrap_err();
    let reason = Refusal::InsufficientFunds { account: account("A1") };
    assert_eq!((refused.index, refused.refusal), (2, reason));
    assert_eq!(refused.reason(2), LinkedReason::Own(reason));
    assert_eq!([0, 1, 3].map(|index| refused.reason(index)), [LinkedReason::Linked; 3]);
    assert_eq!(refused.to_string(), "operation 2 of the chain: funds are insufficient");
    assert_eq!(refused.reason(0).to_string(), "linked operation failed");
    assert_eq!(stage.ledger, before);

    let applied = stage.ledger.apply_all(&chain[..2]).unwrap();
    applied.iter().for_each(|applied| stage.keep(applied));
    assert!(stage.audit().is_ok());
    stage.go_on("show A3 → A3 400");
}

#[test]
fn rows_and_refusals_survive_storage() {
    let stage = Stage::play(TOWN);
    for row in &stage.accounts {
        assert_eq!(&serde_json::from_str::<ledger::Account>(&serde_json::to_string(row).unwrap()).unwrap(), row);
    }
    for row in &stage.holds {
        assert_eq!(&serde_json::from_str::<ledger::Hold>(&serde_json::to_string(row).unwrap()).unwrap(), row);
    }
    for row in &stage.transfers {
        assert_eq!(&serde_json::from_str::<ledger::Transfer>(&serde_json::to_string(row).unwrap()).unwrap(), row);
    }
    let refusal = Refusal::InsufficientFunds { account: account("A1") };
    assert_eq!(serde_json::from_str::<Refusal>(&serde_json::to_string(&refusal).unwrap()).unwrap(), refusal);
    assert_eq!(stage.ledger.hold(hold("H1")).map(ledger::Hold::total), Some(Amount::new(100, money::Currency::KRW)));
}
