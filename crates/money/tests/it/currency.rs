//! The list of currencies, compared with the published one.

use std::collections::BTreeMap;
use std::path::PathBuf;

use money::{Currency, UnknownCurrency};

#[test]
fn every_currency_is_found_by_its_code_and_number() {
    let all: Vec<Currency> = Currency::all().collect();
    assert!(all.is_sorted() && all.windows(2).all(|pair| pair[0] != pair[1]), "sorted by code, each once");
    for currency in all {
        assert_eq!(Currency::from_code(currency.code()), Ok(currency));
        assert_eq!(currency.code().parse(), Ok(currency));
        // ANG's number passed to XCG.
        let expected = if currency.code() == "ANG" { "XCG" } else { currency.code() };
        assert_eq!(Currency::from_numeric(currency.numeric()).map(Currency::code), Ok(expected));
        assert!(currency.exponent() <= 4);
    }
}

#[test]
fn known_rows() {
    for (code, numeric, exponent, symbol) in [
        ("KRW", 410, 0, "₩"),
        ("JPY", 392, 0, "¥"),
        ("EUR", 978, 2, "€"),
        ("USD", 840, 2, "$"),
        ("BHD", 48, 3, ""),
        ("CLF", 990, 4, ""),
        ("SLE", 925, 2, ""),
        ("ZWG", 924, 2, ""),
        ("XCG", 532, 2, ""),
    ] {
        let currency = Currency::from_code(code).unwrap();
        assert_eq!((currency.numeric(), currency.exponent(), currency.symbol()), (numeric, exponent, symbol), "{code}");
    }
    assert_eq!(Currency::from_code("JPY"), Ok(Currency::JPY));
    assert_eq!(format!("{} {:?}", Currency::KRW, Currency::BHD), "KRW BHD");
}

#[test]
fn what_is_not_listed_is_refused() {
    for code in ["", "KR", "KRWX", "krw", "AAA", "ZZZ", "XAU", "XXX", "XTS", "원"] {
        assert_eq!(Currency::from_code(code), Err(UnknownCurrency), "`{code}`");
    }
    assert!([0, 1, 999, 959, 1000].iter().all(|&number| Currency::from_numeric(number).is_err()));
}

#[test]
fn the_published_list_is_covered() {
    let list = shared().join("vectors/08-iso20022-iso4217/iso4217/list-one.xml");
    let Ok(xml) = std::fs::read_to_string(&list) else {
        println!("not compared with the published list: no {}", list.display());
        return;
    };
    let published = published(&xml);
    assert!(published.len() > 160, "the list was not read");
    for (code, (numeric, units)) in &published {
        match units.parse::<u8>() {
            Ok(exponent) => {
                let currency = Currency::from_code(code).unwrap_or_else(|_| panic!("{code} is missing"));
                assert_eq!((currency.numeric(), currency.exponent()), (*numeric, exponent), "{code}");
            }
            // No minor unit, so no amount can be counted in it.
            Err(_) => assert_eq!(Currency::from_code(code), Err(UnknownCurrency), "{code}"),
        }
    }
    let later: Vec<&str> = Currency::all().map(Currency::code).filter(|code| !published.contains_key(*code)).collect();
    assert!(later.iter().all(|code| ["XAD", "XCG"].contains(code)), "unpublished: {later:?}");
}

#[expect(clippy::disallowed_methods, reason = "where the published vectors lie is a setting of the test run")]
fn shared() -> PathBuf {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
    std::env::var_os("FARTHING_SHARED").map_or_else(default, PathBuf::from)
}

/// Code → number and minor units, from the list's one entry a country.
fn published(xml: &str) -> BTreeMap<&str, (u16, &str)> {
    let entries = xml.split("<CcyNtry>").skip(1);
    entries
        .filter_map(|entry| {
            Some((within(entry, "Ccy")?, (within(entry, "CcyNbr")?.parse().ok()?, within(entry, "CcyMnrUnts")?)))
        })
        .collect()
}

fn within<'a>(entry: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = entry.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>")).map(|(text, _)| text.trim())
}
