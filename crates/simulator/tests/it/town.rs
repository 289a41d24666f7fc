//! The same seed makes the same town, and its people live plausible lives.

use std::collections::{HashMap, HashSet};

use money::Instant;
use protocol::{CaptureMode, sha256};
use simulator::{Deed, Pattern, Planned, Town, TownSize};

const DAYS: u32 = 21;

/// Sunday, 22 November 2026, 21:00 in Korea.
fn until() -> Instant {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn town(seed: u64) -> Town {
    Town::new(seed, TownSize::default()).unwrap()
}

/// Everything about a town and its past, as text.
fn written(seed: u64) -> String {
    let town = town(seed);
    let past: Vec<Planned> = town.history(DAYS, until()).collect();
    format!("{town:?} {past:?}")
}

fn korean_hour(at: Instant) -> i64 {
    (at.unix_seconds() + 9 * 3_600).rem_euclid(86_400) / 3_600
}

/// 0 is Monday.
fn korean_weekday(at: Instant) -> i64 {
    ((at.unix_seconds() + 9 * 3_600).div_euclid(86_400) + 3).rem_euclid(7)
}

#[test]
fn the_same_seed_makes_the_same_bytes_and_another_seed_does_not() {
    let once = sha256(written(1).as_bytes());
    assert_eq!(once, sha256(written(1).as_bytes()));
    assert_ne!(once, sha256(written(2).as_bytes()));
}

#[test]
fn a_town_has_enough_of_everything_and_all_ids_and_names_of_merchants_differ() {
    let town = town(1);
    assert!(town.merchants().len() >= 20, "{}", town.merchants().len());
    assert!(town.people().len() >= 50, "{}", town.people().len());
    let payees: HashSet<_> = town.merchants().iter().map(|shop| shop.card.id).collect();
    let names: HashSet<_> = town.merchants().iter().map(|shop| shop.card.name.to_string()).collect();
    let payers: HashSet<_> = town.people().iter().map(|person| person.payer).collect();
    let keys: HashSet<_> = town.merchants().iter().map(|shop| shop.api_key().text()).collect();
    assert_eq!((payees.len(), names.len(), keys.len()), (24, 24, 24));
    assert_eq!(payers.len(), town.people().len());
    assert!(town.merchants().iter().filter(|shop| shop.capture == CaptureMode::Manual).count() >= 2);
    assert!(town.people().iter().any(|person| person.name.as_str().is_ascii()));
    assert!(town.people().iter().any(|person| !person.name.as_str().is_ascii()));
}

#[test]
fn every_merchant_is_registered_in_both_scripts_with_category_place_and_things_to_sell() {
    for shop in Town::new(7, TownSize { merchants: 60, payers: 0 }).unwrap().merchants() {
        assert!(shop.card.name_latin.as_str().is_ascii(), "{}", shop.card.name_latin);
        assert!(shop.card.category.len() == 4 && shop.card.category.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(!shop.items.is_empty());
        assert!(shop.items.iter().all(|item| item.price_minor >= 500), "{}", shop.card.name);
        assert!(shop.opening.opens < shop.opening.closes);
        let registration = shop.registration();
        assert!(registration.api_key.is_some() && registration.signing_key.is_some());
    }
}

#[test]
fn the_past_is_in_order_long_enough_and_within_its_days() {
    let town = town(1);
    let history = town.history(DAYS, until());
    let begins_at = history.begins_at();
    let past: Vec<Planned> = history.collect();
    assert!(past.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert!(past.iter().all(|planned| begins_at <= planned.at && planned.at <= until()));
    let payments = past.iter().filter(|planned| matches!(planned.deed, Deed::Pay { .. })).count();
    assert!((3_000..8_000).contains(&payments), "{payments}");
}

#[test]
fn people_sleep_at_night_but_night_owls_do_not_and_lunch_is_the_busiest_time() {
    let town = town(1);
    let mut by_hour: HashMap<i64, u32> = HashMap::new();
    let (mut owls, mut others) = (0, 0);
    for planned in town.history(DAYS, until()) {
        let Deed::Pay { payer, .. } = planned.deed else { continue };
        let hour = korean_hour(planned.at);
        *by_hour.entry(hour).or_default() += 1;
        if (1..5).contains(&hour) {
            if town.people()[payer].pattern == Pattern::NightOwl { owls += 1 } else { others += 1 }
        }
    }
    assert!(owls > 20, "{owls}");
    assert_eq!(others, 0);
    assert!(by_hour[&12] > 4 * by_hour.get(&4).copied().unwrap_or(0));
    assert!(by_hour[&12] > by_hour[&15]);
}

#[test]
fn weekends_differ_from_working_days_and_nobody_buys_at_a_closed_shop() {
    let town = town(1);
    let mut rides: HashMap<bool, u32> = HashMap::new();
    for planned in town.history(DAYS, until()) {
        let Deed::Pay { merchant, amount, item, .. } = planned.deed else { continue };
        let shop = &town.merchants()[merchant];
        let minute = (planned.at.unix_seconds() + 9 * 3_600).rem_euclid(86_400) / 60;
        assert!(shop.opening.is_open(korean_weekday(planned.at), minute), "{} at {}", shop.card.name, planned.at);
        assert!(item < shop.items.len());
        assert!((100..300_000).contains(&amount.minor()), "{amount}");
        if shop.card.category == "4111" {
            *rides.entry(korean_weekday(planned.at) >= 5).or_default() += 1;
        }
    }
    // Fifteen working days and six at weekends: buses are used far more on the former, day by day.
    assert!(rides[&false] / 15 > 2 * rides[&true] / 6, "{rides:?}");
}

#[test]
fn people_go_back_to_their_favourites_and_spend_by_their_level() {
    let town = town(1);
    let (mut favourite, mut all) = (0_u32, 0_u32);
    for planned in town.history(DAYS, until()) {
        let Deed::Pay { payer, merchant, .. } = planned.deed else { continue };
        all += 1;
        favourite += u32::from(town.people()[payer].favourites.contains(&merchant));
    }
    assert!(favourite * 3 > all, "{favourite} of {all}");
}

#[test]
fn held_payments_are_taken_or_released_later_and_some_purchases_are_refunded() {
    let town = town(1);
    let mut paid = HashMap::new();
    let (mut captures, mut voids, mut refunds) = (0, 0, 0);
    for planned in town.history(DAYS, until()) {
        match planned.deed {
            Deed::Pay { payment, merchant, amount, .. } => {
                assert!(paid.insert(payment, (planned.at, merchant, amount)).is_none());
            }
            Deed::Capture { payment, amount } | Deed::Refund { payment, amount } => {
                let (at, merchant, whole) = paid[&payment];
                assert!(at < planned.at && amount.minor() > 0 && !amount.exceeds(whole).unwrap());
                let held = town.merchants()[merchant].capture == CaptureMode::Manual;
                assert_eq!(held, matches!(planned.deed, Deed::Capture { .. }));
                if held { captures += 1 } else { refunds += 1 }
            }
            Deed::Void { .. } => voids += 1,
            Deed::TopUp { .. } => {}
        }
    }
    assert!(captures > 20 && voids > 0 && refunds > 20, "{captures} {voids} {refunds}");
}
