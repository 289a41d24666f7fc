//! Amounts as people write them, and how they are written back.

use money::{Amount, Currency, ParseAmountError, ParseAmountErrorKind as Kind};
use proptest::prelude::*;

#[track_caller]
fn check(rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        assert_eq!(text.parse::<Amount>().map(|amount| amount.to_string()), Ok((*expected).to_owned()), "`{text}`");
    }
}

#[track_caller]
fn refused(rows: &[(&str, Kind, usize)]) {
    for &(text, kind, at) in rows {
        assert_eq!(text.parse::<Amount>(), Err(ParseAmountError { kind, at }), "`{text}`");
    }
}

#[test]
fn written_amounts_are_read() {
    check(&[
        ("₩4,500", "4500 KRW"),
        ("₩ 4,500", "4500 KRW"),
        ("₩0", "0 KRW"),
        ("4500 KRW", "4500 KRW"),
        ("4500KRW", "4500 KRW"),
        ("KRW 4500", "4500 KRW"),
        ("KRW4,500", "4500 KRW"),
        ("1,234,567원", "1234567 KRW"),
        ("4500 원", "4500 KRW"),
        ("12.34 EUR", "12.34 EUR"),
        ("€12.34", "12.34 EUR"),
        ("5EUR", "5.00 EUR"),
        ("$5", "5.00 USD"),
        ("$5.1", "5.10 USD"),
        ("1,234.5 USD", "1234.50 USD"),
        ("0.05 USD", "0.05 USD"),
        ("007 USD", "7.00 USD"),
        ("1.234 BHD", "1.234 BHD"),
        ("0.0001 CLF", "0.0001 CLF"),
        ("¥120", "120 JPY"),
        ("9223372036854775807 KRW", "9223372036854775807 KRW"),
        ("92233720368547758.07 USD", "92233720368547758.07 USD"),
    ]);
}

#[test]
fn l27_unclear_amounts_are_refused_with_their_character() {
    refused(&[
        ("", Kind::Empty, 0),
        ("  ", Kind::Empty, 0),
        ("+1 KRW", Kind::SignNotAllowed, 0),
        ("₩+1", Kind::SignNotAllowed, 1),
        ("+1", Kind::SignNotAllowed, 0),
        ("-1", Kind::Negative, 0),
        ("-1 KRW", Kind::Negative, 0),
        ("₩-1", Kind::Negative, 1),
        ("KRW −1", Kind::Negative, 4),
        ("1e2 KRW", Kind::ExponentNotation, 1),
        ("1e2", Kind::ExponentNotation, 1),
        ("1.5E-3 EUR", Kind::ExponentNotation, 3),
        ("1.5 JPY", Kind::Fractional, 2),
        ("₩4,500.00", Kind::Fractional, 7),
        ("1.2345 BHD", Kind::Fractional, 5),
        ("€0.001", Kind::Fractional, 5),
        ("5 ABC", Kind::UnknownCurrency, 2),
        ("5 krw", Kind::UnknownCurrency, 2),
        ("5 XAU", Kind::UnknownCurrency, 2),
        ("NaN", Kind::UnknownCurrency, 0),
        ("null", Kind::UnknownCurrency, 0),
        ("5 ₩", Kind::UnknownCurrency, 2),
        ("4500", Kind::MissingCurrency, 4),
        ("4500 ", Kind::MissingCurrency, 4),
        ("45,00 KRW", Kind::BadGrouping, 5),
        ("4,5000 KRW", Kind::BadGrouping, 6),
        ("4500,000 KRW", Kind::BadGrouping, 4),
        ("1,,000 KRW", Kind::BadGrouping, 2),
        ("1, KRW", Kind::BadGrouping, 2),
        (",100 KRW", Kind::DigitExpected, 0),
        (".5 EUR", Kind::DigitExpected, 0),
        ("5. EUR", Kind::DigitExpected, 2),
        ("₩", Kind::DigitExpected, 1),
        ("KRW", Kind::DigitExpected, 3),
        (" 5 KRW", Kind::DigitExpected, 0),
        ("(5) KRW", Kind::DigitExpected, 0),
        ("４５００ KRW", Kind::NotAsciiDigit, 0),
        ("₩4５", Kind::NotAsciiDigit, 2),
        ("1.２ EUR", Kind::NotAsciiDigit, 2),
        ("١٢ KRW", Kind::NotAsciiDigit, 0),
        ("9223372036854775808 KRW", Kind::Overflow, 0),
        ("KRW 18446744073709551615", Kind::Overflow, 4),
        ("170141183460469231731687303715884105727 KRW", Kind::Overflow, 0),
        ("92233720368547758.08 USD", Kind::Overflow, 0),
        ("₩4,500 KRW", Kind::TrailingText, 6),
        ("5 KRW ", Kind::TrailingText, 5),
        ("5 KRW 5 KRW", Kind::TrailingText, 5),
        ("1.2.3 EUR", Kind::UnknownCurrency, 3),
    ]);
}

#[test]
fn what_is_wrong_is_said_in_words() {
    assert_eq!("₩4,500.00".parse::<Amount>().unwrap_err().to_string(), "too many decimals at character 7");
}

#[test]
fn people_read_thousands_apart() {
    for (minor, currency, expected) in [
        (4500, "KRW", "₩4,500"),
        (0, "KRW", "₩0"),
        (999, "KRW", "₩999"),
        (1_234_567, "KRW", "₩1,234,567"),
        (-4500, "KRW", "-₩4,500"),
        (1234, "EUR", "12.34 EUR"),
        (123_456_789, "EUR", "1,234,567.89 EUR"),
        (-5, "USD", "-0.05 USD"),
        (1234, "BHD", "1.234 BHD"),
        (4500, "JPY", "4,500 JPY"),
        (i64::MIN, "KRW", "-₩9,223,372,036,854,775,808"),
    ] {
        let amount = Amount::new(minor, currency.parse().unwrap());
        assert_eq!(amount.for_people().to_string(), expected);
    }
    assert_eq!(Amount::new(i64::MIN, Currency::EUR).to_string(), "-92233720368547758.08 EUR");
}

fn currencies() -> impl Strategy<Value = Currency> {
    prop::sample::select(Currency::all().collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(currency in currencies(), minor in 0_i64..) {
        let amount = Amount::new(minor, currency);
        prop_assert_eq!(amount.to_string().parse(), Ok(amount));
        prop_assert_eq!(amount.for_people().to_string().parse(), Ok(amount));
    }

    #[test]
    fn a_negative_amount_is_written_and_not_read(currency in currencies(), minor in ..0_i64) {
        let text = Amount::new(minor, currency).to_string();
        prop_assert_eq!(text.parse::<Amount>(), Err(ParseAmountError { kind: Kind::Negative, at: 0 }));
        let magnitude: Result<Amount, _> = text[1..].parse();
        let expected = minor.checked_neg().map(|minor| Amount::new(minor, currency));
        prop_assert_eq!(magnitude.ok(), expected);
    }

    #[test]
    fn any_text_is_read_or_refused_within_it(text in "[₩$€]?[-+0-9０,.eE ]{0,12}(KRW|EUR|BHD|원)?|.{0,20}") {
        if let Err(error) = text.parse::<Amount>() {
            prop_assert!(error.at <= text.chars().count());
        }
    }
}
