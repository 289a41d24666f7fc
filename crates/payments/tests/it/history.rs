//! Random histories against a naive model: the books balance after every step (the world audits), every record
//! replays, no balance is ever negative, and a payment's money adds up.

use proptest::prelude::*;

use crate::scenario::{check, step};

fn any_line() -> impl Strategy<Value = String> {
    let (payer, payee) = (prop::sample::select(vec!["ann", "bob"]), prop::sample::select(vec!["cafe", "kiosk"]));
    let (payment, intent) = (0..6_u8, 0..6_u8);
    prop_oneof![
        1 => (intent.clone(), payee.clone(), 1..4000_i64, any::<bool>()).prop_map(|(i, s, a, manual)| format!(
            "intent i{i} {s} {a}{}",
            if manual { " manual" } else { "" }
        )),
        4 => (payment.clone(), payer.clone(), intent.clone()).prop_map(|(p, n, i)| format!("pay p{p} {n} i{i}")),
        1 => (payee.clone(), payment.clone(), prop::option::of(1..4000_i64)).prop_map(|(s, p, a)| format!(
            "capture {s} p{p} {}",
            a.map_or(String::new(), |a| a.to_string())
        )),
        1 => (payee.clone(), payment.clone()).prop_map(|(s, p)| format!("void {s} p{p}")),
        2 => (0..4_u8, payee, payment.clone(), 1..3000_i64).prop_map(|(r, s, p, a)| format!("refund r{r} {s} p{p} {a}")),
        1 => payer.clone().prop_map(|n| format!("freeze {n}")),
        1 => payer.clone().prop_map(|n| format!("unfreeze {n}")),
        1 => (payer, intent).prop_map(|(n, i)| format!("quote {n} i{i}")),
        1 => (0..400_000_i64).prop_map(|s| format!("wait {s}")),
        1 => payment.prop_map(|p| format!("expire-hold p{p}")),
        2 => prop::sample::select(vec!["roll-up cafe", "roll-up kiosk"]).prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn money_is_neither_made_nor_lost(lines in prop::collection::vec(any_line(), 1..40)) {
        let mut world = check("payer ann 9000\npayer bob 3000\npayee cafe\npayee kiosk");
        for line in &lines {
            step(&mut world, line);
            let mut total = 0;
            for name in ["ann", "bob", "cafe", "kiosk"] {
                let (posted, held, available, pending) = world.balance(name);
                prop_assert!(available >= 0 && held >= 0, "{name} after `{line}`");
                prop_assert_eq!(available, posted - held);
                total += posted + pending;
            }
            prop_assert_eq!(total, 12_000, "after `{}`", line);
        }
    }

    #[test]
    fn when_credits_are_rolled_up_makes_no_difference(lines in prop::collection::vec(any_line(), 1..40)) {
        const TOWN: &str = "payer ann 9000\npayer bob 3000\npayee cafe\npayee kiosk";
        let (mut at_times, mut never) = (check(TOWN), check(TOWN));
        for line in &lines {
            let said = step(&mut at_times, line);
            if !line.starts_with("roll-up") {
                prop_assert_eq!(said, step(&mut never, line), "{}", line);
            }
        }
        for world in [&mut at_times, &mut never] {
            step(world, "roll-up cafe");
            step(world, "roll-up kiosk");
            prop_assert!(world.appended.is_empty());
        }
        for name in ["ann", "bob", "cafe", "kiosk"] {
            prop_assert_eq!(at_times.balance(name), never.balance(name), "{}", name);
        }
    }
}
