//! The audit finds whatever is changed behind the ledger's back.

use ledger::{AuditReport, Counter, Finding, HoldState, TransferKind};
use money::Currency;

use crate::stage::{Stage, account, hold, transfer, won};

fn books() -> Stage {
    Stage::play(
        "
        open BANK debit KRW unlimited
        open A1 credit KRW
        open A2 credit KRW
        open E1 credit EUR unlimited
        open E2 credit EUR
        post T1 BANK>A1 100
        post T2 A1>A2 10
        hold H1 A1>A2 20
        hold H2 A1>A2 30
        capture H2 T3 25
        refund T4 of T3 5
        post T5 E1>E2 7EUR
        ",
    )
}

/// Changes sound books and returns what the audit says.
fn findings(change: impl FnOnce(&mut Stage)) -> Vec<Finding> {
    let mut stage = books();
    change(&mut stage);
    stage.audit().expect_err("the change was not found")
}

fn row<'a>(stage: &'a mut Stage, name: &str) -> &'a mut ledger::Account {
    stage.accounts.iter_mut().find(|row| row.id == account(name)).unwrap()
}

#[test]
fn sound_books_are_counted_and_added_up() {
    let report: AuditReport = books().audit().unwrap();
    assert_eq!((report.accounts, report.transfers, report.postings), (5, 5, 10));
    assert_eq!((report.holds, report.open_holds), (2, 1));
    let totals = report.totals.iter().map(|total| (total.currency, total.debits_posted, total.debits_held));
    assert_eq!(totals.collect::<Vec<_>>(), [(Currency::EUR, 7, 0), (Currency::KRW, 140, 20)]);
    let json = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<AuditReport>(&json).unwrap(), report);
}

#[test]
fn empty_books_are_sound() {
    assert_eq!(Stage::default().audit(), Ok(AuditReport::default()));
}

#[test]
fn a_raised_balance_is_found() {
    let found = findings(|stage| row(stage, "A1").credits_posted += 1);
    let expected = [
        Finding::CounterWrong { account: account("A1"), counter: Counter::CreditsPosted, stored: 106, proven: 105 },
        Finding::CurrencyUnbalanced {
            currency: Currency::KRW,
            counter: Counter::DebitsPosted,
            debits: 140,
            credits: 141,
        },
    ];
    assert_eq!(found, expected);
    assert_eq!(
        found[0].to_string(),
        format!("{}: credits posted is 106, the postings and holds make it 105", account("A1"))
    );
}

#[test]
fn a_moved_balance_is_found_although_the_sums_are_right() {
    let found = findings(|stage| {
        row(stage, "A1").credits_posted -= 5;
        row(stage, "A2").credits_posted += 5;
    });
    assert_eq!(found.len(), 2);
    assert!(
        found.iter().all(|finding| matches!(finding, Finding::CounterWrong { counter: Counter::CreditsPosted, .. }))
    );
}

#[test]
fn a_changed_or_dropped_posting_is_found() {
    let altered = findings(|stage| stage.transfers[0].legs[0].amount = won(1));
    assert!(altered.contains(&Finding::TransferUnbalanced { transfer: altered_id(&books()) }));
    assert!(findings(|stage| stage.transfers.retain(|row| row.id != transfer("T2"))).len() >= 2);
    let both = findings(|stage| {
        let row = stage.transfers.iter_mut().find(|row| row.id == transfer("T2")).unwrap();
        row.legs.iter_mut().for_each(|leg| leg.amount = won(11));
    });
    assert!(both.iter().all(|finding| matches!(finding, Finding::CounterWrong { .. })), "{both:?}");
}

fn altered_id(stage: &Stage) -> money::TransferId {
    stage.transfers[0].id
}

#[test]
fn a_lost_hold_is_found() {
    let found = findings(|stage| stage.holds.retain(|row| row.id != hold("H1")));
    assert!(found.contains(&Finding::CounterWrong {
        account: account("A1"),
        counter: Counter::DebitsHeld,
        stored: 20,
        proven: 0,
    }));
    let reopened = findings(|stage| stage.holds.iter_mut().for_each(|row| row.state = HoldState::Open));
    assert!(reopened.contains(&Finding::HoldWrong { hold: hold("H2") }));
    assert!(reopened.contains(&Finding::OriginMissing { transfer: transfer("T3") }));
    let finished = findings(|stage| stage.holds.iter_mut().for_each(|row| row.state = HoldState::Voided));
    assert!(finished.iter().any(|finding| matches!(finding, Finding::CounterWrong { .. })));
}

#[test]
fn a_forgotten_refund_is_found() {
    let found = findings(|stage| stage.transfers.iter_mut().for_each(|row| row.refunded = 0));
    assert_eq!(found, [Finding::RefundedWrong { transfer: transfer("T3"), stored: 0, proven: 5 }]);
    let orphan = findings(|stage| {
        let refund = stage.transfers.iter_mut().find(|row| row.id == transfer("T4")).unwrap();
        refund.kind = TransferKind::Refund(transfer("T9"));
    });
    assert!(orphan.contains(&Finding::OriginMissing { transfer: transfer("T4") }));
}

#[test]
fn a_negative_counter_and_an_exceeded_overdraft_are_found() {
    let found = findings(|stage| row(stage, "E2").debits_posted = -1);
    assert!(found.contains(&Finding::CounterNegative { account: account("E2"), counter: Counter::DebitsPosted }));
    let found = findings(|stage| row(stage, "E1").overdraft = ledger::Overdraft::UpTo(6));
    assert_eq!(found, [Finding::Overdrawn { account: account("E1"), available: -7 }]);
}

#[test]
fn a_posting_to_nobody_is_found() {
    let found = findings(|stage| stage.accounts.retain(|row| row.id != account("E2")));
    assert!(found.contains(&Finding::AccountMissing { account: account("E2") }));
}

#[test]
fn a_hold_for_nobody_is_a_finding_and_no_panic() {
    let found = findings(|stage| stage.holds.iter_mut().for_each(|row| row.to.clear()));
    assert!(found.contains(&Finding::HoldWrong { hold: hold("H1") }));
}
