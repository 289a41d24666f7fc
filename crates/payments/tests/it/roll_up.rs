//! A busy payee is no hot row: what paying touches, and what sees the credits that still wait.

use ledger::{Leg, Operation, Side};
use money::{Amount, Currency, TransferId};
use payments::{Accepted, Admitted, Change, Command, Key, Row, Stamp, State, SystemPermit, decide, limits, needs};

use crate::scenario::{check, pay_command, run, step};
use crate::world::World;

const TOWN: &str = "
    payer ann 10000
    payee cafe
    intent i1 cafe 4500
    intent i2 cafe 500 manual
";

/// Everything a command reads, asked for round by round.
fn read(world: &World, command: &Admitted) -> Vec<Key> {
    let (mut state, mut keys) = (State::new(), Vec::new());
    loop {
        let wanted = needs(command.facts(), &state);
        if wanted.is_empty() {
            return keys;
        }
        for key in wanted {
            let row = if world.state.has(&key) { world.state.row(&key).cloned() } else { None };
            state.load(key, row);
            keys.push(key);
        }
    }
}

/// That a command of a payer neither reads nor writes the payee's account, and writes no row but its payer's.
#[track_caller]
fn touches_no_payee(world: &mut World, command: Command) {
    let account = world.account_of("cafe");
    let wallet = world.account_of("ann");
    let command = Admitted::from(command);
    let keys = read(world, &command);
    assert!(!keys.contains(&Key::Account(account)) && !keys.contains(&Key::AppendedTo(account)), "{keys:?}");
    for key in keys {
        if !world.state.has(&key) {
            world.state.load(key, None);
        }
    }
    let stamp = Stamp { at: world.now, entropy: world.fresh() };
    let decision = decide(&command, &world.state, &world.settings, &stamp);
    assert!(decision.outcome().is_ok());
    let payer = world.people["ann"].phone.payer();
    for change in decision.changes() {
        let led_by_payer = match change {
            Change::Account(row) => row.id == wallet,
            Change::Pair(row) => row.payer == payer,
            Change::Appended(row) => row.payer == payer && row.credit.account == account,
            // One intent, one payment; the rest is new.
            Change::Intent(_) | Change::Payment(_) | Change::Hold(_) => true,
            Change::Kept(row) => row.payer() == payer,
            Change::Transfer(_) | Change::Proof(_) | Change::Event(_) => true,
            _ => false,
        };
        assert!(led_by_payer, "{change:?}");
    }
}

#[test]
fn a_payment_neither_reads_nor_writes_the_payees_account() {
    let mut world = check(TOWN);
    let pay = pay_command(&mut world, "p1", "ann", "i1", &[]);
    touches_no_payee(&mut world, pay);
    let hold = pay_command(&mut world, "p2", "ann", "i2", &[]);
    touches_no_payee(&mut world, hold);
}

#[test]
fn a_capture_and_an_expiry_do_not_either() {
    let mut world = check(TOWN);
    run(&mut world, "pay p2 ann i2 -> authorized 500");
    let body = protocol::CaptureBody { amount: None };
    let signed = world.merchant_signed("cafe", "/v1/capture", &body);
    touches_no_payee(&mut world, Command::Capture { signed, payment: crate::world::payment_id("p2") });
    run(&mut world, "wait 604800");
    let permit = SystemPermit::dangerous_for_sweeper();
    touches_no_payee(&mut world, Command::ExpireHold { permit, payment: crate::world::payment_id("p2") });
}

#[test]
fn a_refund_straight_after_the_payment_counts_its_credit_first() {
    let mut world = check(TOWN);
    run(
        &mut world,
        "
        pay p1 ann i1 -> captured 4500
        refund r1 cafe p1 1500 -> refunded 1500 left 3000
        show cafe -> posted 3000 held 0 available 3000
        show ann -> posted 7000 held 0 available 7000
        roll-up cafe -> rolled up 0
        ",
    );
}

#[test]
fn what_is_rolled_up_is_rolled_up_once_and_on_record() {
    let mut world = check(TOWN);
    run(&mut world, "pay p1 ann i1\npay p2 ann i2\ncapture cafe p2 300\nroll-up cafe -> rolled up 2");
    let record = world.records.last().unwrap();
    assert_eq!(record.facts.name(), "roll_up");
    payments::replay(record).unwrap();
    run(&mut world, "roll-up cafe -> rolled up 0\nshow cafe -> posted 4800 held 0 available 4800");
}

#[test]
fn a_roll_up_that_finds_nothing_leaves_no_record() {
    let mut world = check(TOWN);
    let (permit, account) = (SystemPermit::dangerous_for_sweeper(), world.account_of("cafe"));
    let command = Admitted::from(Command::RollUp { permit, account });
    for key in [Key::Account(account), Key::AppendedTo(account)] {
        if !world.state.has(&key) {
            world.state.load(key, None);
        }
    }
    let stamp = Stamp { at: world.now, entropy: world.fresh() };
    let decision = decide(&command, &world.state, &world.settings, &stamp);
    assert!(decision.changes().is_empty() && !decision.leaves_record());
    assert!(matches!(decision.outcome(), Ok(Accepted::RolledUp { credits: 0, .. })));
}

/// Takes money out of the payee's account as a payout will: past the commands, but by the ledger and in balance.
fn pay_out(world: &mut World, minor: i64) {
    let (cafe, ann) = (world.account_of("cafe"), world.account_of("ann"));
    let mut ledger = ledger::Ledger::new();
    for id in [cafe, ann] {
        ledger.load_account(world.accounts[&id].clone());
    }
    let amount = Amount::new(minor, Currency::KRW);
    let legs = vec![Leg { account: cafe, side: Side::Debit, amount }, Leg { account: ann, side: Side::Credit, amount }];
    let transfer = TransferId::from_bytes(world.fresh()[..16].try_into().unwrap());
    let applied = ledger.apply(&Operation::Post { transfer, legs, at: world.now }).unwrap();
    let changes: Vec<Change> = applied.accounts.iter().cloned().map(Change::Account).collect();
    world.state.apply(&changes);
    world.accounts.extend(applied.accounts.into_iter().map(|row| (row.id, row)));
    world.transfers.extend(applied.posted.into_iter().map(|row| (row.id, row)));
    world.prove();
}

#[test]
fn a_refund_of_money_that_is_gone_looks_at_what_still_waits() {
    let mut world = check(TOWN);
    run(&mut world, "pay p1 ann i1\nroll-up cafe -> rolled up 1");
    pay_out(&mut world, 4500);
    run(&mut world, "refund r1 cafe p1 400 -> refused funds.payee_insufficient");
    run(
        &mut world,
        "
        pay p2 ann i2
        capture cafe p2 500
        show cafe -> posted 0 held 0 available 0 pending 500
        refund r2 cafe p1 600 -> refused funds.payee_insufficient
        show cafe -> posted 0 held 0 available 0 pending 500
        refund r3 cafe p1 400 -> refunded 400 left 4100
        show cafe -> posted 100 held 0 available 100
        ",
    );
}

#[test]
fn more_than_one_decision_may_count_is_counted_by_the_next() {
    let mut world = check("payer ann 100000\npayee cafe");
    let count = limits::ROLL_UP_MAX + 3;
    for number in 0..count {
        run(&mut world, &format!("intent i{number} cafe 1\npay p{number} ann i{number}"));
    }
    // The newest of them: its own credit is counted although the older ones come first.
    run(&mut world, &format!("refund r1 cafe p{} 1 -> refunded 1 left 0", count - 1));
    assert_eq!(step(&mut world, "roll-up cafe"), format!("rolled up {}", limits::ROLL_UP_MAX));
    run(&mut world, "roll-up cafe -> rolled up 2\nroll-up cafe -> rolled up 0");
    assert_eq!(world.balance("cafe").0, i64::try_from(count).unwrap() - 1);
}

/// The list a store gives may be older than what this state decided, and the other way round.
#[test]
fn a_list_from_the_store_is_brought_up_to_date() {
    let mut world = check(TOWN);
    run(&mut world, "pay p1 ann i1");
    let account = world.account_of("cafe");
    let first = world.appended[0];
    let id = |row: &payments::Appended| (row.payer, row.credit.transfer);
    let listed = |world: &mut World, stored: Vec<_>| {
        world.state.load(Key::AppendedTo(account), Some(Row::AppendedTo(stored)));
        match world.state.row(&Key::AppendedTo(account)) {
            Some(Row::AppendedTo(listed)) => listed.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(listed(&mut world, Vec::new()), [id(&first)], "appended in this batch, not stored yet");
    assert_eq!(listed(&mut world, vec![id(&first)]), [id(&first)], "stored and known");
    run(&mut world, "roll-up cafe -> rolled up 1");
    assert_eq!(listed(&mut world, vec![id(&first)]), [], "rolled up in this batch, still stored");
}
