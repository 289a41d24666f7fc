//! Random operations, compared with the naive auditor after every step.

use ledger::{Applied, Intake, Ledger, Leg, Normal, Operation, Overdraft, Side};
use money::{AccountId, Amount, Currency, HoldId, Instant, TransferId};
use proptest::{prelude::*, sample::Index};
use testkit::auditor::Auditor;

use crate::stage::{Stage, account, at, hold, transfer};

const ACCOUNTS: [&str; 9] = ["BANK", "A1", "A2", "A3", "OVER", "P1", "P2", "EUR", "GONE"];

fn accounts() -> impl Strategy<Value = AccountId> {
    // Mostly those that can pay each other, so that most operations get past the first checks.
    prop_oneof![
        8 => prop::sample::select(&["BANK", "A1", "A2", "A3", "OVER", "P1", "P2"][..]),
        1 => prop::sample::select(&ACCOUNTS[..]),
    ]
    .prop_map(account)
}

fn amounts() -> impl Strategy<Value = Amount> {
    prop_oneof![
        20 => (1_i64..300).prop_map(|minor| Amount::new(minor, Currency::KRW)),
        1 => (-2_i64..1).prop_map(|minor| Amount::new(minor, Currency::KRW)),
        1 => (1_i64..300).prop_map(|minor| Amount::new(minor, Currency::EUR)),
    ]
}

fn transfers() -> impl Strategy<Value = TransferId> {
    (0..60).prop_map(|number| transfer(&format!("T{number}")))
}

fn holds() -> impl Strategy<Value = HoldId> {
    (0..16).prop_map(|number| hold(&format!("H{number}")))
}

fn times() -> impl Strategy<Value = Instant> {
    (0_i64..10).prop_map(at)
}

/// Two legs that balance, four that balance, or two that may not.
fn legs() -> impl Strategy<Value = Vec<Leg>> {
    let pair = |from, to, amount| {
        vec![Leg { account: from, side: Side::Debit, amount }, Leg { account: to, side: Side::Credit, amount }]
    };
    let simple = (accounts(), accounts(), amounts()).prop_map(move |(from, to, sum)| pair(from, to, sum));
    let two = (accounts(), accounts(), accounts(), amounts(), amounts())
        .prop_map(move |(a, b, c, first, second)| [pair(a, b, first), pair(b, c, second)].concat());
    let loose = (accounts(), accounts(), amounts(), amounts()).prop_map(|(a, b, first, second)| {
        vec![
            Leg { account: a, side: Side::Debit, amount: first },
            Leg { account: b, side: Side::Credit, amount: second },
        ]
    });
    prop_oneof![6 => simple, 3 => two, 1 => loose]
}

fn operations() -> impl Strategy<Value = Operation> {
    let destinations = prop_oneof![
        1 => Just(Vec::new()),
        9 => prop::collection::vec((accounts(), amounts()), 1..4),
    ];
    prop_oneof![
        1 => accounts().prop_map(|account| Operation::Open {
            account, currency: Currency::KRW, normal: Normal::Credit, overdraft: Overdraft::None, intake: Intake::AtOnce,
        }),
        4 => prop::sample::select(&["P1", "P2", "A1", "GONE"][..])
            .prop_map(|name| Operation::RollUp { account: account(name) }),
        1 => accounts().prop_map(|account| Operation::Close { account }),
        8 => (transfers(), legs(), times()).prop_map(|(transfer, legs, at)| Operation::Post { transfer, legs, at }),
        10 => (holds(), accounts(), destinations, prop::option::of((3_i64..20).prop_map(at)), times())
            .prop_map(|(hold, from, to, expires_at, at)| Operation::Hold { hold, from, to, expires_at, at }),
        6 => (holds(), transfers(), prop::option::of(amounts()), times())
            .prop_map(|(hold, transfer, amount, at)| Operation::Capture { hold, transfer, amount, at }),
        2 => (holds(), prop::option::weighted(0.2, amounts()), times())
            .prop_map(|(hold, amount, at)| Operation::Void { hold, amount, at }),
        2 => (holds(), times()).prop_map(|(hold, at)| Operation::Expire { hold, at }),
        6 => (transfers(), transfers(), amounts(), times())
            .prop_map(|(transfer, original, amount, at)| Operation::Refund { transfer, original, amount, at }),
    ]
}

/// An operation, and which of the holds or transfers there are it means; `None` for whatever id it was made with.
type Asked = (Operation, Option<Index>);

fn asked(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Asked>> {
    prop::collection::vec((operations(), prop::option::weighted(0.9, any::<Index>())), count)
}

/// Points an operation at something that exists, so that most of them get past "unknown".
fn pointed(stage: &Stage, (operation, index): &Asked) -> Operation {
    let mut operation = operation.clone();
    let hold_at = index.filter(|_| !stage.holds.is_empty()).map(|index| index.get(&stage.holds).id);
    let transfer_at = index.filter(|_| !stage.transfers.is_empty()).map(|index| index.get(&stage.transfers).id);
    match &mut operation {
        Operation::Capture { hold, .. } | Operation::Void { hold, .. } | Operation::Expire { hold, .. } => {
            *hold = hold_at.unwrap_or(*hold);
        }
        Operation::Refund { original, .. } => *original = transfer_at.unwrap_or(*original),
        _ => {}
    }
    operation
}

/// The same operation, in the second set of books.
fn ask(auditor: &mut Auditor, operation: &Operation) -> bool {
    match operation {
        Operation::Open { account, currency, normal, overdraft, intake } => {
            let lowest = match overdraft {
                Overdraft::None => Some(0),
                Overdraft::UpTo(limit) => Some(-limit),
                Overdraft::Unlimited => None,
            };
            let opened = auditor.open(*account, *currency, *normal == Normal::Credit, lowest);
            if opened && *intake == Intake::Appended {
                auditor.append_to(*account);
            }
            opened
        }
        Operation::RollUp { account } => auditor.roll_up(*account),
        Operation::Close { account } => auditor.close(*account),
        Operation::Post { transfer, legs, .. } => {
            let entries: Vec<_> = legs.iter().map(|leg| (leg.account, leg.side == Side::Debit, leg.amount)).collect();
            auditor.post(*transfer, &entries)
        }
        Operation::Hold { hold, from, to, expires_at, at } => auditor.hold(*hold, *from, to, *expires_at, *at),
        Operation::Capture { hold, transfer, amount, at } => auditor.capture(*hold, *transfer, *amount, *at),
        Operation::Void { hold, amount, at } => auditor.void(*hold, *amount, *at),
        Operation::Expire { hold, at } => auditor.expire(*hold, *at),
        Operation::Refund { transfer, original, amount, .. } => auditor.refund(*transfer, *original, *amount),
    }
}

fn town() -> Vec<Operation> {
    let open = |name, currency, normal, overdraft| {
        let intake = if ["P1", "P2"].contains(&name) { Intake::Appended } else { Intake::AtOnce };
        Operation::Open { account: account(name), currency, normal, overdraft, intake }
    };
    let fund = |name: &str, to: &str| Operation::Post {
        transfer: transfer(name),
        legs: vec![
            Leg { account: account("BANK"), side: Side::Debit, amount: Amount::new(500, Currency::KRW) },
            Leg { account: account(to), side: Side::Credit, amount: Amount::new(500, Currency::KRW) },
        ],
        at: at(0),
    };
    vec![
        open("BANK", Currency::KRW, Normal::Debit, Overdraft::Unlimited),
        open("A1", Currency::KRW, Normal::Credit, Overdraft::None),
        open("A2", Currency::KRW, Normal::Credit, Overdraft::None),
        open("A3", Currency::KRW, Normal::Debit, Overdraft::UpTo(50)),
        open("OVER", Currency::KRW, Normal::Credit, Overdraft::UpTo(100)),
        open("P1", Currency::KRW, Normal::Credit, Overdraft::None),
        open("P2", Currency::KRW, Normal::Credit, Overdraft::UpTo(50)),
        open("EUR", Currency::EUR, Normal::Credit, Overdraft::None),
        fund("F1", "A1"),
        fund("F2", "A2"),
    ]
}

fn compare(stage: &Stage, auditor: &Auditor) -> Result<(), TestCaseError> {
    for row in &stage.accounts {
        let stored = (row.debits_posted, row.credits_posted, row.debits_held, row.credits_held);
        let waiting = stage.appended.iter().filter(|waiting| waiting.account == row.id);
        let waiting: i128 = waiting.map(|waiting| i128::from(waiting.amount.minor())).sum();
        prop_assert_eq!(waiting, auditor.waiting(row.id), "{:?}", row);
        let stored = (i128::from(stored.0), i128::from(stored.1), i128::from(stored.2), i128::from(stored.3));
        let mut proven = auditor.counters(row.id);
        if row.appends() {
            // What is promised to it stands on the holds alone.
            proven.3 = 0;
        }
        prop_assert_eq!((stored.0, stored.1 + waiting, stored.2, stored.3), proven, "{:?}", row);
    }
    for row in &stage.transfers {
        prop_assert_eq!(i128::from(row.refunded), auditor.refunded(row.id));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_ledger_and_the_naive_auditor_agree_after_every_step(
        asked in asked(1..80),
    ) {
        let (mut stage, mut auditor) = (Stage::default(), Auditor::new());
        let town = town().into_iter().map(|operation| (operation, None));
        for asked in town.chain(asked) {
            let operation = &pointed(&stage, &asked);
            let expected = ask(&mut auditor, operation);
            // `Stage::apply` also asserts that a refusal changed nothing, and holds the audit.
            let result = stage.apply(operation);
            prop_assert_eq!(result.is_ok(), expected, "{:?}: {:?}", operation, result);
            compare(&stage, &auditor)?;
        }
    }

    #[test]
    fn a_chain_is_its_operations_one_by_one_or_nothing(
        before in prop::collection::vec(operations(), 0..30),
        chain in prop::collection::vec(operations(), 1..6),
    ) {
        let mut linked = Ledger::new();
        for operation in town().iter().chain(&before) {
            let _ = linked.apply(operation);
        }
        let (untouched, mut single) = (linked.clone(), linked.clone());
        let one_by_one: Result<Vec<Applied>, _> = chain.iter().map(|operation| single.apply(operation)).collect();
        match (linked.apply_all(&chain), one_by_one) {
            (Ok(applied), Ok(expected)) => {
                prop_assert_eq!(applied, expected);
                prop_assert_eq!(linked, single);
            }
            (Err(refused), Err(expected)) => {
                prop_assert_eq!(refused.refusal, expected);
                prop_assert_eq!(linked, untouched);
            }
            (linked, single) => prop_assert!(false, "{:?} but {:?}", linked, single),
        }
    }
}
