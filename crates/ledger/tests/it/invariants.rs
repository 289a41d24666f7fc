//! The published invariants that a ledger crate can keep, one test each, named after their row in
//! `shared/vectors/10-ledger-payments/ledger-invariants.yaml`.
//!
//! The rows that belong elsewhere:
//! - L07–L11 (idempotency), L34 (business references), L35 (dry run), L44 (duplicate requests): `payments` and
//!   `store`, which keep the answers. Here an id is used once, whatever is asked under it.
//! - L23, L24 (batches over HTTP): `server`. L22 (an open chain at the end): a chain is one slice given to
//!   `Ledger::apply_all`, so it cannot be left open.
//! - L27, L46 (amounts on the wire): `money`, tests `l27_…` and `l46_…`. L36, L37 (splits): `money`, tests `l36_…`.
//! - L38 (caps): the ledger has no "take up to"; whoever needs one reads `Account::available`. What is kept here is
//!   that a limit below zero counts as none.
//! - L40 (balances at a past time), L41 (audit chain), L42 (import): `store`, which keeps the history.
//! - L43, second half (a closing that is voided re-opens): closing is final here and only for an empty account.
//! - L45 (conditions of a switch): no switch is connected. L47 (filters): `server`.

use ledger::{Leg, Operation, Refusal, Side};

use crate::stage::{Stage, account, at, transfer, won};

const WALLETS: &str = "
    open BANK debit KRW unlimited
    open A1 credit KRW
    open A2 credit KRW
    open A3 credit KRW
    post T0 BANK>A1 100
";

#[track_caller]
fn check(rows: &str) {
    Stage::play(WALLETS).go_on(rows);
}

#[test]
fn l01_debits_equal_credits_settled_and_held() {
    let mut stage = Stage::play(WALLETS);
    stage.go_on("hold H1 A1>A2 30 A1>A3 5\npost T1 A1>A2 20\ncapture H1 T2 20\nrefund T3 of T2 7");
    let totals = stage.audit().unwrap().totals;
    assert_eq!(totals.len(), 1);
    assert_eq!((totals[0].debits_posted, totals[0].debits_held), (totals[0].credits_posted, totals[0].credits_held));
    assert_eq!(totals[0].debits_posted, 100 + 20 + 20 + 7);
}

#[test]
fn l02_no_component_is_negative() {
    let mut stage = Stage::play(WALLETS);
    stage.go_on("hold H1 A1>A2 30\ncapture H1 T2 20\nrefund T3 of T2 20\nhold H2 A1>A3 100\nvoid H2");
    for row in &stage.accounts {
        assert!([row.debits_posted, row.credits_posted, row.debits_held, row.credits_held].iter().all(|&c| c >= 0));
    }
}

/// `held` is what is taken from the available balance, so the two held sides are shown apart instead of as one difference.
#[test]
fn l03_posted_is_credits_minus_debits() {
    let mut stage = Stage::play(WALLETS);
    stage.go_on("post T1 A1>A2 40\nhold H1 A1>A2 25\nhold H2 A2>A1 10");
    let row = stage.ledger.account(account("A1")).unwrap();
    assert_eq!(row.posted(), won(row.credits_posted - row.debits_posted));
    assert_eq!((row.held(), row.credits_held), (won(25), 10));
    assert_eq!(row.available(), won(60 - 25));
}

#[test]
fn l04_available_never_falls_below_the_overdraft() {
    check(
        "
        hold H1 A1>A2 60 → A1 100 held 60, A2 0 promised 60, H1 open
        post T1 A1>A2 41 → refused: funds are insufficient of A1
        post T1 A1>A2 40 → A1 60 held 60, A2 40 promised 60
        hold H2 A1>A2 1  → refused: funds are insufficient of A1
        open O1 credit KRW up_to 10
        post T2 O1>A2 11 → refused: funds are insufficient of O1
        post T2 O1>A2 10 → O1 -10, A2 50 promised 60
        post T3 O1>A2 1  → refused: funds are insufficient of O1
        ",
    );
}

#[test]
fn l04_exactly_the_affordable_number_of_payments_succeed() {
    let mut stage = Stage::play(WALLETS);
    let paid = (0..50).filter(|number| {
        let legs = vec![
            Leg { account: account("A1"), side: Side::Debit, amount: won(7) },
            Leg { account: account("A2"), side: Side::Credit, amount: won(7) },
        ];
        stage.apply(&Operation::Post { transfer: transfer(&format!("P{number}")), legs, at: at(0) }).is_ok()
    });
    assert_eq!(paid.count(), 100 / 7);
}

#[test]
fn l05_held_is_the_sum_of_open_holds() {
    check(
        "
        hold H1 A1>A2 10
        hold H2 A1>A3 20
        hold H3 A1>A2 30 until 5
        show A1          → A1 100 held 60
        capture H2 T2 5  → A1 95 held 40, A3 5, H2 captured 5 by T2
        void H1          → A1 95 held 30, A2 0 promised 30, H1 voided
        expire H3 at 5   → A1 95, A2 0, H3 expired
        ",
    );
}

/// Every refusal of every test passes through `Stage::apply`, which compares all rows; this one names the case.
#[test]
fn l06_a_refused_operation_changes_nothing() {
    let mut stage = Stage::play(WALLETS);
    stage.go_on("hold H1 A1>A2 10");
    let before = stage.clone();
    stage.go_on("post T1 A1>A2 91 → refused: funds are insufficient of A1");
    stage.go_on("capture H1 T1 11 → refused: capture exceeds the hold");
    assert_eq!(stage, before);
}

#[test]
fn l12_hold_moves_nothing_settled() {
    check(
        "
        hold H1 A1>A2 15   → A1 100 held 15, A2 0 promised 15, H1 open
        capture H1 T1 16   → refused: capture exceeds the hold
        capture H1 T1 13   → A1 87, A2 13, H1 captured 13 by T1
        ",
    );
}

#[test]
fn l13_a_capture_without_an_amount_takes_all() {
    check("hold H1 A1>A2 7\ncapture H1 T1 → A1 93, A2 7, H1 captured 7 by T1");
}

#[test]
fn l14_a_void_names_the_whole_amount_or_none() {
    check(
        "
        hold H1 A1>A2 15
        void H1 14 → refused: void differs from the hold
        void H1 16 → refused: void differs from the hold
        void H1 15 → A1 100, A2 0, H1 voided
        hold H2 A1>A2 15
        void H2    → A1 100, A2 0, H2 voided
        ",
    );
}

#[test]
fn l15_a_finished_hold_says_how_it_finished() {
    check(
        "
        hold H1 A1>A2 1
        hold H2 A1>A2 1
        hold H3 A1>A2 1 until 1
        capture H1 T1
        void H2
        expire H3 at 1
        capture H1 T2 → refused: hold is already captured
        void H1       → refused: hold is already captured
        capture H2 T2 → refused: hold is already voided
        void H2       → refused: hold is already voided
        capture H3 T2 at 1 → refused: hold has expired
        void H3 at 1  → refused: hold has expired
        ",
    );
}

/// Payer and payee cannot be named again: a capture takes them from its hold. What is left is the currency.
#[test]
fn l16_a_capture_cannot_change_the_currency() {
    check(
        "
        hold H1 A1>A2 5
        capture H1 T1 5USD → refused: currencies differ
        void H1 5USD       → refused: currencies differ
        ",
    );
}

/// A transfer's id is of another type than a hold's, so even the same bytes name no hold.
#[test]
fn l17_an_ordinary_transfer_cannot_be_captured_or_voided() {
    check(
        "
        post X1 A1>A2 5
        capture X1 T1 → refused: hold is unknown
        void X1       → refused: hold is unknown
        ",
    );
}

#[test]
fn l18_the_worked_two_phase_numbers() {
    let mut stage = Stage::play(
        "
        open A1 credit KRW unlimited
        open A2 credit KRW
        post T1 A1>A2 15           → A1 -15, A2 15
        hold H2 A1>A2 15 until 1000
        hold H3 A1>A2 15 until 50
        hold H4 A1>A2 15 until 1
        hold H5 A1>A2 7 until 50
        hold H6 A1>A2 1
        hold H7 A1>A2 1            → A1 -15 held 54, A2 15 promised 54, H7 open
        capture H4 T9 at 1         → refused: hold has expired
        expire H4 at 1             → A1 -15 held 39, A2 15 promised 39, H4 expired
        capture H2 T101 13 at 1
        void H3 at 1
        capture H5 T105 at 1
        capture H6 T106 at 1
        capture H7 T107 0 at 1     → A1 -36, A2 36, H7 captured 0 by T107
        ",
    );
    let (payer, payee) = (account("A1"), account("A2"));
    let row = stage.ledger.account(payer).unwrap();
    assert_eq!((row.debits_posted, row.debits_held, row.credits_posted), (36, 0, 0));
    let row = stage.ledger.account(payee).unwrap();
    assert_eq!((row.credits_posted, row.credits_held, row.debits_posted), (36, 0, 0));
    stage.go_on("refund T9 of T107 1 → refused: refund exceeds what is left");
}

#[test]
fn l19_the_worked_expiry_numbers() {
    let mut stage = Stage::play(
        "
        open A1 credit KRW unlimited
        open A2 credit KRW
        hold H0 A1>A2 10
        hold H1 A1>A2 11 until 1
        hold H2 A1>A2 12 until 2
        hold H3 A1>A2 13 until 3 → A1 0 held 46, A2 0 promised 46, H3 open
        expire H1 at 1           → A1 0 held 35, A2 0 promised 35, H1 expired
        expire H2 at 2           → A1 0 held 23, A2 0 promised 23, H2 expired
        expire H3 at 3           → A1 0 held 10, A2 0 promised 10, H3 expired
        capture H1 T1 at 4       → refused: hold has expired
        capture H2 T2 at 4       → refused: hold has expired
        capture H3 T3 at 4       → refused: hold has expired
        ",
    );
    assert!(stage.transfers.is_empty());
    stage.go_on("capture H0 T0 at 4 → A1 -10, A2 10, H0 captured 10 by T0");
}

/// A time-out is added to the clock with `Instant::checked_add_seconds`; what gets here can only lie in the past.
#[test]
fn l20_an_expiry_that_overflows_the_clock_is_refused() {
    assert_eq!(at(1_790_000_000).checked_add_seconds(i64::MAX), None);
    check(
        "
        hold H1 A1>A2 5 until -9223372036854775808 at 7 → refused: expiry is not after the start
        hold H1 A1>A2 5 until 7 at 7                    → refused: expiry is not after the start
        hold H1 A1>A2 5 until 8 at 7                    → A1 100 held 5, A2 0 promised 5, H1 open
        ",
    );
}

#[test]
fn l21_a_linked_chain_is_all_or_nothing() {
    let mut stage = Stage::play(WALLETS);
    let post = |name: &str, minor| Operation::Post {
        transfer: transfer(name),
        legs: vec![
            Leg { account: account("A1"), side: Side::Debit, amount: won(minor) },
            Leg { account: account("A2"), side: Side::Credit, amount: won(minor) },
        ],
        at: at(0),
    };
    let chain = [post("L1", 40), post("L2", 40), post("L3", 40), post("L4", 1)];
    let before = stage.ledger.clone();
    let refused = stage.ledger.apply_all(&chain).unwrap_err();
    assert_eq!((refused.index, refused.refusal), (2, Refusal::InsufficientFunds { account: account("A1") }));
    assert_eq!(stage.ledger, before);
    assert!(["L1", "L2", "L3", "L4"].iter().all(|name| stage.ledger.transfer(transfer(name)).is_none()));
}

#[test]
fn l25_payer_and_payee_differ() {
    check(
        "
        post T1 A1>A1 5          → refused: payer and payee are the same account
        hold H1 A1>A1 5          → refused: payer and payee are the same account
        hold H1 A1>A2 5 A1>A1 5  → refused: payer and payee are the same account
        post T1 A1>A2 5 A2>A1 5  → refused: payer and payee are the same account
        ",
    );
}

#[test]
fn l26_accounts_and_sum_are_of_one_currency() {
    check(
        "
        open E1 credit EUR
        open E2 credit EUR unlimited
        post T1 A1>E1 5              → refused: currencies differ
        post T1 A1>E1 5EUR           → refused: currencies differ
        post T1 A1>A2 5EUR           → refused: currencies differ
        post T1 A1>A2 5 E2>E1 5EUR   → refused: currencies differ
        hold H1 A1>A2 5 A1>E1 5EUR   → refused: currencies differ
        post T1 E2>E1 5EUR           → E2 -5, E1 5
        ",
    );
}

#[test]
fn l28_sums_near_the_limit_never_wrap() {
    let mut stage = Stage::play("open BANK debit KRW unlimited\nopen A1 credit KRW\nopen A2 credit KRW");
    stage.go_on(&format!(
        "
        post T1 BANK>A1 {max} → BANK {max}, A1 {max}
        post T2 BANK>A2 1     → refused: amount is too large
        post T3 A1>A2 {max}   → A1 0, A2 {max}
        # A counter adds up over an account's whole life, so a full one takes nothing more.
        refund T4 of T3 1     → refused: amount is too large
        ",
        max = i64::MAX
    ));
}

#[test]
fn l29_of_three_faults_the_same_is_always_said() {
    let mut stage = Stage::play(WALLETS);
    for _ in 0..20 {
        stage.go_on("legs T9 debit A1 999 credit A1 5EUR → refused: currencies differ");
    }
}

#[test]
fn l30_a_transfer_is_reversed_once() {
    check(
        "
        post T1 A1>A2 30
        refund R1 of T1 30 → A2 0, A1 100, T1 refunded 30
        refund R2 of T1 30 → refused: transfer is already refunded
        refund R1 of T1 30 → refused: id already exists
        ",
    );
}

/// There is no force: whoever may overdraw a payee gives its account an overdraft, which is seen.
#[test]
fn l31_a_refund_the_payee_cannot_afford_is_refused() {
    check(
        "
        post T1 A1>A2 30
        post T2 A2>A3 20
        refund R1 of T1 30 → refused: funds are insufficient of A2
        refund R1 of T1 10 → A2 0, A1 80, T1 refunded 10
        ",
    );
}

#[test]
fn l32_a_pass_through_is_reversed_although_its_middle_is_empty() {
    check(
        "
        post T1 A1>A2 30 A2>A3 30 → A1 70, A2 0, A3 30
        refund R1 of T1 60        → A2 0, A3 0, A1 100, T1 refunded 60
        ",
    );
}

#[test]
fn l33_refunds_never_exceed_the_original() {
    check(
        "
        post T1 A1>A2 99
        refund R1 of T1 33 → A2 66, A1 34, T1 refunded 33
        refund R2 of T1 33 → A2 33, A1 67, T1 refunded 66
        refund R3 of T1 34 → refused: refund exceeds what is left
        refund R3 of T1 33 → A2 0, A1 100, T1 refunded 99
        refund R4 of T1 1  → refused: transfer is already refunded
        ",
    );
}

/// A partial capture is cut by largest remainder: of 15 in parts of 80, 8 and 12 the last has the largest fraction.
#[test]
fn l36_a_partial_capture_is_cut_without_a_lost_unit() {
    check(
        "
        hold H1 A1>A2 80 A1>A3 8 A1>BANK 12
        capture H1 T1 15 → A1 85, A2 12, A3 1, BANK 98, H1 captured 15 by T1
        ",
    );
}

#[test]
fn l38_an_overdraft_below_zero_counts_as_none() {
    check(
        "open O1 credit KRW up_to -5\npost T1 A1>O1 3\npost T2 O1>A2 3 → O1 0, A2 3\npost T3 O1>A2 1 → refused: funds are insufficient of O1",
    );
}

#[test]
fn l39_no_unit_is_spent_twice_in_one_transfer() {
    check(
        "
        post T1 A1>A2 90 A1>A3 90 → refused: funds are insufficient of A1
        hold H1 A1>A2 90 A1>A3 90 → refused: funds are insufficient of A1
        post T1 A1>A2 90 A1>A3 10 → A1 0, A2 90, A3 10
        ",
    );
}

#[test]
fn l43_a_closed_account_takes_no_further_money() {
    check(
        "
        hold H1 A1>A2 10
        close A2           → refused: account is not empty
        void H1
        close A2           → A2 0 closed
        post T1 A1>A2 5    → refused: account is closed
        hold H2 A1>A2 5    → refused: account is closed
        close A2           → refused: account is closed
        post T2 A1>A3 5
        post T3 A3>A1 5
        close A3           → A3 0 closed
        refund R1 of T3 5  → refused: account is closed
        ",
    );
}
