//! Refunds in parts: whatever the parts, the whole comes back to everybody exactly.

use ledger::{Leg, Operation, Side};
use proptest::prelude::*;

use crate::stage::{Stage, account, at, transfer, won};

/// A payer, a bank to fund them, and `parts` payees.
fn split_payment(parts: &[i64]) -> Stage {
    let mut stage = Stage::play("open BANK debit KRW unlimited\nopen A0 credit KRW");
    let total: i64 = parts.iter().sum();
    stage.go_on(&format!("post FUND BANK>A0 {total}"));
    let mut legs = vec![Leg { account: account("A0"), side: Side::Debit, amount: won(total) }];
    for (index, minor) in parts.iter().enumerate() {
        let name = format!("P{index}");
        stage.go_on(&format!("open {name} credit KRW"));
        legs.push(Leg { account: account(&name), side: Side::Credit, amount: won(*minor) });
    }
    let _ = stage.apply(&Operation::Post { transfer: transfer("PAY"), legs, at: at(0) }).unwrap();
    stage
}

#[test]
fn a_fee_comes_back_in_proportion() {
    split_payment(&[970, 30]).go_on(
        "
        refund R1 of PAY 500 → P0 485, P1 15, A0 500, PAY refunded 500
        refund R2 of PAY 1   → P0 484, A0 501, PAY refunded 501
        refund R3 of PAY 499 → P0 0, P1 0, A0 1000, PAY refunded 1000
        refund R4 of PAY 1   → refused: transfer is already refunded
        ",
    );
}

#[test]
fn no_payee_is_paid_by_a_refund() {
    // WHY: under largest remainder one more unit refunded would give a unit back to the fourth and fifth payee.
    let weights = [1500, 1500, 900, 500, 500, 200];
    let shares = money::Shares::in_proportion_to(weights.map(won)).unwrap();
    assert_eq!(won(25).split(&shares), [7, 7, 4, 3, 3, 1].map(won));
    assert_eq!(won(26).split(&shares), [8, 8, 5, 2, 2, 1].map(won));

    let mut stage = split_payment(&weights);
    for unit in 0..5100 {
        let refund = Operation::Refund {
            transfer: transfer(&format!("R{unit}")),
            original: transfer("PAY"),
            amount: won(1),
            at: at(0),
        };
        let applied = stage.ledger.apply(&refund).unwrap();
        let legs = applied.posted.unwrap().legs;
        assert_eq!(legs.len(), 2, "one unit leaves one payee and reaches the payer: {legs:?}");
        assert_eq!((legs[0].side, legs[1].side), (Side::Debit, Side::Credit));
    }
    assert!((0..6).all(|index| stage.ledger.account(account(&format!("P{index}"))).unwrap().posted().is_zero()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn refunds_that_add_up_to_the_whole_reverse_every_leg(
        parts in prop::collection::vec(1_i64..=1_000_000_000_000, 1..8),
        cuts in prop::collection::vec(1_u64..1000, 1..6),
    ) {
        let mut stage = split_payment(&parts);
        let total: i64 = parts.iter().sum();
        let weight: u64 = cuts.iter().sum();
        let shares = money::Shares::weights(cuts.iter().map(|cut| u32::try_from(*cut).unwrap()).collect::<Vec<_>>());
        prop_assume!(weight > 0);
        let sums = won(total).split(&shares.unwrap());
        for (index, amount) in sums.into_iter().filter(|sum| !sum.is_zero()).enumerate() {
            let refund = Operation::Refund {
                transfer: transfer(&format!("R{index}")), original: transfer("PAY"), amount, at: at(0),
            };
            let applied = stage.apply(&refund).unwrap();
            prop_assert!(applied.posted.unwrap().legs.iter().all(|leg| leg.amount.minor() > 0));
        }
        for row in &stage.accounts {
            let expected = if row.id == account("A0") || row.id == account("BANK") { total } else { 0 };
            prop_assert_eq!(row.posted().minor(), expected);
        }
    }

    #[test]
    fn a_capture_never_takes_more_than_a_destination_was_promised(
        parts in prop::collection::vec(1_i64..=1_000_000, 1..8),
        thousandth in 0_i64..=1000,
    ) {
        let total: i64 = parts.iter().sum();
        let captured = total * thousandth / 1000;
        let mut stage = Stage::play("open BANK debit KRW unlimited\nopen A0 credit KRW");
        stage.go_on(&format!("post FUND BANK>A0 {total}"));
        for index in 0..parts.len() {
            stage.go_on(&format!("open P{index} credit KRW"));
        }
        let paths: Vec<String> = parts.iter().enumerate().map(|(at, part)| format!("A0>P{at} {part}")).collect();
        stage.go_on(&format!("hold H {}", paths.join(" ")));
        stage.go_on(&format!("capture H T {captured}"));
        let left = stage.ledger.account(account("A0")).unwrap().clone();
        prop_assert_eq!((left.posted().minor(), left.held().minor()), (total - captured, 0));
        for (index, part) in parts.iter().enumerate() {
            let row = stage.ledger.account(account(&format!("P{index}"))).unwrap();
            prop_assert!(row.posted().minor() <= *part);
            prop_assert_eq!(row.credits_held, 0);
        }
    }
}
