//! The verbs of the scenario text, played on a ledger.
//!
//! ```text
//! open A1 credit KRW [up_to 100 | unlimited | appended]   close A1   roll_up A1
//! post T1 A1>A2 500 [A1>A3 20]                    legs T1 debit A1 500 credit A2 500
//! hold H1 A1>A2 500 [A1>A3 20] [until 5] [at 3]   capture H1 T2 [420] [at 3]
//! void H1 [500] [at 3]                            expire H1 at 5
//! refund T3 of T2 100 [at 3]                      show A1
//! ```
//! Amounts are minor units of KRW, or of another currency when it follows: `500EUR`. Times are Unix seconds.

use ledger::{
    Account, Appended, Applied, Hold, HoldState, Intake, Ledger, Leg, Normal, Operation, Overdraft, Refusal, Side,
    Transfer,
};
use money::{AccountId, Amount, Currency, HoldId, Instant, TransferId};
use testkit::scenario::{self, Line, name_of, named};

pub(crate) fn account(name: &str) -> AccountId {
    AccountId::from_bytes(named(name))
}

pub(crate) fn transfer(name: &str) -> TransferId {
    TransferId::from_bytes(named(name))
}

pub(crate) fn hold(name: &str) -> HoldId {
    HoldId::from_bytes(named(name))
}

pub(crate) fn at(seconds: i64) -> Instant {
    Instant::from_unix_seconds(seconds)
}

pub(crate) fn won(minor: i64) -> Amount {
    Amount::new(minor, Currency::KRW)
}

/// A ledger with every row it ever wrote, so that the audit can be held at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) ledger: Ledger,
    pub(crate) accounts: Vec<Account>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) transfers: Vec<Transfer>,
    pub(crate) appended: Vec<Appended>,
}

impl Stage {
    /// Plays a scenario on an empty ledger, and holds the audit after every line.
    #[track_caller]
    pub(crate) fn play(scenario: &str) -> Self {
        let mut stage = Self::default();
        stage.go_on(scenario);
        stage
    }

    #[track_caller]
    pub(crate) fn go_on(&mut self, scenario: &str) {
        scenario::check(scenario, |line| self.answer(line));
    }

    pub(crate) fn apply(&mut self, operation: &Operation) -> Result<Applied, Refusal> {
        let before = self.clone();
        let by_name = self.by_name().apply(operation);
        let result = self.ledger.apply(operation);
        // An operation that must read such an account's row says that the account is unknown; all others do the same.
        if by_name != Err(Refusal::UnknownAccount) {
            assert_eq!(by_name, result, "with appended accounts known by name only");
        }
        match &result {
            Ok(applied) => self.keep(applied),
            Err(_) => assert_eq!(self, &before, "a refused operation changed something"),
        }
        self.audit().unwrap_or_else(|findings| panic!("{operation:?}: {findings:?}"));
        result
    }

    /// The same ledger, where open accounts whose credits are appended are known by name only.
    fn by_name(&self) -> Ledger {
        let mut ledger = self.ledger.clone();
        self.accounts.iter().filter(|row| row.appends() && !row.closed).for_each(|row| {
            ledger.name_account(row.id, row.currency);
        });
        ledger
    }

    pub(crate) fn audit(&self) -> Result<ledger::AuditReport, Vec<ledger::Finding>> {
        ledger::audit(self.accounts.iter(), self.transfers.iter(), self.holds.iter(), self.appended.iter())
    }

    pub(crate) fn keep(&mut self, applied: &Applied) {
        for row in &applied.accounts {
            self.accounts.retain(|old| old.id != row.id);
            self.accounts.push(row.clone());
        }
        if let Some(row) = &applied.hold {
            self.holds.retain(|old| old.id != row.id);
            self.holds.push(row.clone());
        }
        self.appended.retain(|old| !applied.rolled_up.contains(old));
        self.appended.extend(&applied.appended);
        for row in applied.posted.iter().chain(&applied.original) {
            self.transfers.retain(|old| old.id != row.id);
            self.transfers.push(row.clone());
        }
    }

    fn answer(&mut self, line: &Line<'_>) -> String {
        if line.verb() == "show" {
            return self.ledger.account(account(line.word(1))).map_or("unknown".to_owned(), describe_account);
        }
        match self.apply(&operation(line)) {
            Ok(applied) => describe(&applied),
            Err(Refusal::InsufficientFunds { account }) => {
                format!("refused: {} of {}", Refusal::InsufficientFunds { account }, name_of(account.as_bytes()))
            }
            Err(refusal) => format!("refused: {refusal}"),
        }
    }
}

/// Reads one line.
pub(crate) fn operation(line: &Line<'_>) -> Operation {
    let now = at(line.after("at").map_or(0, |seconds| seconds.parse().unwrap()));
    match line.verb() {
        "open" => Operation::Open {
            account: account(line.word(1)),
            normal: if line.word(2) == "debit" { Normal::Debit } else { Normal::Credit },
            currency: line.word(3).parse().unwrap(),
            overdraft: overdraft(line),
            intake: if line.words_from(4) == ["appended"] { Intake::Appended } else { Intake::AtOnce },
        },
        "roll_up" => Operation::RollUp { account: account(line.word(1)) },
        "close" => Operation::Close { account: account(line.word(1)) },
        "post" => Operation::Post { transfer: transfer(line.word(1)), legs: paths(line), at: now },
        "legs" => Operation::Post { transfer: transfer(line.word(1)), legs: legs(line), at: now },
        "hold" => {
            let paths = paths(line);
            let payer = paths.first().map_or(account("A1"), |leg| leg.account);
            let to = paths.iter().filter(|leg| leg.side == Side::Credit).map(|leg| (leg.account, leg.amount));
            let expires_at = line.after("until").map(|seconds| at(seconds.parse().unwrap()));
            Operation::Hold { hold: hold(line.word(1)), from: payer, to: to.collect(), expires_at, at: now }
        }
        "capture" => {
            let amount = optional_amount(line, 3);
            Operation::Capture { hold: hold(line.word(1)), transfer: transfer(line.word(2)), amount, at: now }
        }
        "void" => Operation::Void { hold: hold(line.word(1)), amount: optional_amount(line, 2), at: now },
        "expire" => Operation::Expire { hold: hold(line.word(1)), at: now },
        "refund" => Operation::Refund {
            transfer: transfer(line.word(1)),
            original: transfer(line.word(3)),
            amount: amount(line.word(4)),
            at: now,
        },
        other => panic!("unknown verb `{other}`"),
    }
}

fn overdraft(line: &Line<'_>) -> Overdraft {
    match line.words_from(4) {
        ["up_to", limit] => Overdraft::UpTo(limit.parse().unwrap()),
        ["unlimited"] => Overdraft::Unlimited,
        _ => Overdraft::None,
    }
}

fn amount(text: &str) -> Amount {
    let digits = text.trim_end_matches(char::is_alphabetic);
    let currency = &text[digits.len()..];
    let currency = if currency.is_empty() { Currency::KRW } else { currency.parse().unwrap() };
    Amount::new(digits.parse().unwrap(), currency)
}

fn optional_amount(line: &Line<'_>, index: usize) -> Option<Amount> {
    line.words_from(index).first().filter(|word| **word != "at").map(|word| amount(word))
}

/// `A1>A2 500 A1>A3 20`, each a debit and a credit.
fn paths(line: &Line<'_>) -> Vec<Leg> {
    let pairs = line.words_from(2).chunks(2).filter(|pair| pair[0].contains('>'));
    pairs
        .flat_map(|pair| {
            let (from, to) = pair[0].split_once('>').unwrap();
            let amount = amount(pair[1]);
            [
                Leg { account: account(from), side: Side::Debit, amount },
                Leg { account: account(to), side: Side::Credit, amount },
            ]
        })
        .collect()
}

/// `debit A1 500 credit A2 500`, each a leg.
fn legs(line: &Line<'_>) -> Vec<Leg> {
    line.words_from(2)
        .chunks(3)
        .map(|leg| Leg {
            account: account(leg[1]),
            side: if leg[0] == "debit" { Side::Debit } else { Side::Credit },
            amount: amount(leg[2]),
        })
        .collect()
}

fn describe(applied: &Applied) -> String {
    let accounts = applied.accounts.iter().map(describe_account);
    let hold = applied.hold.iter().map(|hold| {
        let state = match hold.state {
            HoldState::Open => "open".to_owned(),
            HoldState::Captured(transfer) => format!("captured {} by {}", hold.captured, name_of(transfer.as_bytes())),
            HoldState::Voided => "voided".to_owned(),
            HoldState::Expired => "expired".to_owned(),
        };
        format!("{} {state}", name_of(hold.id.as_bytes()))
    });
    let original = applied.original.iter();
    let original = original.map(|row| format!("{} refunded {}", name_of(row.id.as_bytes()), row.refunded));
    let waits = |row: &Appended| format!("{} {}", name_of(row.account.as_bytes()), row.amount.minor());
    let appended = applied.appended.iter().map(|row| format!("{} appended", waits(row)));
    let rolled_up = applied.rolled_up.iter().map(|row| format!("{} rolled up", name_of(row.transfer.as_bytes())));
    accounts.chain(appended).chain(rolled_up).chain(hold).chain(original).collect::<Vec<_>>().join(", ")
}

fn describe_account(row: &Account) -> String {
    let mut text = format!("{} {}", name_of(row.id.as_bytes()), row.posted().minor());
    let held = row.held().minor();
    let promised = row.debits_held + row.credits_held - held;
    if held != 0 {
        text += &format!(" held {held}");
    }
    if promised != 0 {
        text += &format!(" promised {promised}");
    }
    text + if row.closed { " closed" } else { "" }
}
