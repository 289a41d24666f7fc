//! Checked arithmetic.

use money::{Amount, AmountError, Currency};
use proptest::prelude::*;

const KRW: Currency = Currency::KRW;

#[test]
fn sums_and_differences_are_exact() {
    let (a, b) = (Amount::new(4500, KRW), Amount::new(500, KRW));
    assert_eq!(a.checked_add(b), Ok(Amount::new(5000, KRW)));
    assert_eq!(b.checked_sub(a), Ok(Amount::new(-4000, KRW)));
    assert_eq!(Amount::sum(KRW, [a, b, b]), Ok(Amount::new(5500, KRW)));
    assert_eq!(Amount::sum(KRW, []), Ok(Amount::zero(KRW)));
}

#[test]
fn two_currencies_are_never_mixed() {
    let (won, euro) = (Amount::new(1, KRW), Amount::new(1, Currency::EUR));
    let mismatch = AmountError::CurrencyMismatch(KRW, Currency::EUR);
    assert_eq!(won.checked_add(euro), Err(mismatch));
    assert_eq!(won.checked_sub(euro), Err(mismatch));
    assert_eq!(won.exceeds(euro), Err(mismatch));
    assert_eq!(won.compare(euro), None);
    assert_eq!(mismatch.to_string(), "currencies differ: `KRW` and `EUR`");
    assert_ne!(won, euro);
}

#[test]
fn l28_arithmetic_at_the_limit_is_refused() {
    let (most, least, one) = (Amount::new(i64::MAX, KRW), Amount::new(i64::MIN, KRW), Amount::new(1, KRW));
    assert_eq!(most.checked_add(one), Err(AmountError::Overflow));
    assert_eq!(least.checked_sub(one), Err(AmountError::Overflow));
    assert_eq!(Amount::zero(KRW).checked_sub(least), Err(AmountError::Overflow));
    assert_eq!(most.checked_sub(one), Ok(Amount::new(i64::MAX - 1, KRW)));
}

#[test]
fn only_a_sum_above_zero_can_be_asked_for() {
    assert_eq!(Amount::new(1, KRW).positive(), Ok(Amount::new(1, KRW)));
    assert_eq!(Amount::zero(KRW).positive(), Err(AmountError::Zero));
    assert_eq!(Amount::new(-1, KRW).positive(), Err(AmountError::Negative));
}

proptest! {
    #[test]
    fn what_is_added_can_be_taken_away(a: i64, b: i64) {
        let (a, b) = (Amount::new(a, KRW), Amount::new(b, KRW));
        match a.checked_add(b) {
            Ok(sum) => prop_assert_eq!(sum.checked_sub(b), Ok(a)),
            Err(error) => {
                prop_assert_eq!(error, AmountError::Overflow);
                prop_assert!(a.minor().checked_add(b.minor()).is_none());
            }
        }
        prop_assert_eq!(a.exceeds(b), Ok(a.minor() > b.minor()));
    }
}
