//! Splits: not a unit lost, and the remainder where it is largest.

use money::{Amount, Currency, Shares, SharesError};
use proptest::prelude::*;

fn split(minor: i64, shares: &Shares) -> Vec<i64> {
    Amount::new(minor, Currency::KRW).split(shares).into_iter().map(Amount::minor).collect()
}

/// WHY: the published row gives the units left over to the first shares (13, 1, 1). We give them where the fraction
/// is largest (0 of 12, 0.2 of 1.2, 0.8 of 1.8), which is as deterministic and never a whole unit unfair.
#[test]
fn l36_fifteen_as_80_8_12_percent() {
    assert_eq!(split(15, &Shares::percent([80, 8, 12]).unwrap()), [12, 1, 2]);
}

#[test]
fn l36_a_hundred_in_thirds() {
    assert_eq!(split(100, &Shares::weights([1, 1, 1]).unwrap()), [34, 33, 33]);
    assert_eq!(split(-100, &Shares::weights([1, 1, 1]).unwrap()), [-34, -33, -33]);
    assert_eq!(split(2, &Shares::weights([1, 1, 1]).unwrap()), [1, 1, 0]);
}

#[test]
fn l37_shares_that_are_not_the_whole_are_refused() {
    assert_eq!(Shares::percent([50, 40]), Err(SharesError::NotWhole(90)));
    assert_eq!(Shares::percent([60, 50]), Err(SharesError::NotWhole(110)));
    assert_eq!(Shares::percent([]), Err(SharesError::NotWhole(0)));
    assert_eq!(Shares::percent([u32::MAX, u32::MAX]), Err(SharesError::NotWhole(8_589_934_590)));
    assert_eq!(Shares::weights([]), Err(SharesError::Empty));
    assert_eq!(Shares::weights([0, 0]), Err(SharesError::Empty));
    assert!(Shares::percent([100, 0]).is_ok());
    assert_eq!(Shares::percent([50, 40]).unwrap_err().to_string(), "shares come to 90 percent, not 100");
}

#[test]
fn shares_of_amounts_are_in_proportion() {
    let amounts = |minors: &[i64]| Shares::in_proportion_to(minors.iter().map(|&m| Amount::new(m, Currency::KRW)));
    assert_eq!(split(50, &amounts(&[90, 10]).unwrap()), [45, 5]);
    assert_eq!(split(i64::MAX, &amounts(&[i64::MAX, i64::MAX, 1]).unwrap()).iter().sum::<i64>(), i64::MAX);
    assert_eq!(amounts(&[5, -1]), Err(SharesError::Negative));
    assert_eq!(amounts(&[0, 0]), Err(SharesError::Empty));
}

fn shares() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(prop_oneof![0_u32..10, any::<u32>()], 1..9).prop_filter("none", |w| w.iter().any(|&w| w > 0))
}

proptest! {
    #[test]
    fn parts_add_up_exactly_and_each_is_within_one_unit(minor: i64, weights in shares()) {
        let parts = split(minor, &Shares::weights(weights.clone()).unwrap());
        prop_assert_eq!(parts.iter().map(|&part| i128::from(part)).sum::<i128>(), i128::from(minor));
        let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        for (&part, &weight) in parts.iter().zip(&weights) {
            let exact_times_whole = i128::from(minor) * i128::from(weight);
            prop_assert!((i128::from(part) * whole - exact_times_whole).abs() < whole);
            prop_assert!(weight > 0 || part == 0);
        }
    }

    #[test]
    fn a_larger_remainder_is_never_passed_over(minor in 0_i64.., weights in shares()) {
        let parts = split(minor, &Shares::weights(weights.clone()).unwrap());
        let whole: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        let rows: Vec<(bool, i128)> = parts.iter().zip(&weights).map(|(&part, &weight)| {
            let scaled = i128::from(minor) * i128::from(weight);
            (i128::from(part) > scaled / whole, scaled % whole)
        }).collect();
        let least_served = rows.iter().filter(|row| row.0).map(|row| row.1).min();
        let most_left_out = rows.iter().filter(|row| !row.0).map(|row| row.1).max();
        if let (Some(served), Some(left_out)) = (least_served, most_left_out) {
            prop_assert!(served >= left_out);
        }
    }

    #[test]
    fn a_debt_is_split_as_its_mirror_image(minor in 0_i64.., weights in shares()) {
        let shares = Shares::weights(weights).unwrap();
        let mirrored: Vec<i64> = split(-minor, &shares).into_iter().map(|part| -part).collect();
        prop_assert_eq!(split(minor, &shares), mirrored);
    }
}
