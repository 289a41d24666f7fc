//! What cannot be understood is said with its line, counted, and skipped only where that was asked for; nothing of it gets
//! into a profile.

use std::cell::Cell;
use std::io::Read;

use risk::data::{Contest, EvaluateError, Evaluated, Options, Schema, backtest, evaluate, features_of};
use risk::event::{Event, Key, Pair};
use risk::feature::{Feature, SignalFact, Signals, WIDTH};
use risk::memory::{Kinds, Memory};
use risk::model::{Model, ModelError};
use risk::rule::RuleSet;
use risk::settings::RiskSettings;

const SCHEMA: &str = r#"
[columns]
payer = "payer"
payee = "payee"
time = "time"
amount = "amount"
label = "fraud"
currency = "currency"
id = "id"
[label]
delay = 3600
[protocols.halves]
folds = [{ train = { rows = [0, 500] }, test = { rows = [500, 1000000000] } }]
"#;
const HEADER: &str = "id,payer,payee,time,amount,currency,fraud\n";
const NOW: i64 = 1_700_000_000;

fn schema() -> Schema {
    Schema::parse(SCHEMA).unwrap()
}

fn line(row: u64) -> String {
    let fraud = row.is_multiple_of(11);
    let amount = if fraud { 900 + row % 97 } else { 10 + row * 7 % 300 };
    let (payer, payee) = (row % 40, row % 9);
    format!("i{row},p{payer},t{payee},{},{amount},KRW,{}\n", NOW + i64::try_from(row).unwrap() * 600, u8::from(fraud))
}

/// A thousand good rows, and these in the middle.
fn file_with(broken: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    (0..600).for_each(|row| text.push_str(&line(row)));
    broken.iter().for_each(|row| text.push_str(&format!("{row}\n")));
    (600..1_000).for_each(|row| text.push_str(&line(row)));
    text
}

fn run(text: &str, lenient: bool) -> Result<Evaluated, EvaluateError> {
    let schema = schema();
    let protocol = schema.protocol("halves").unwrap();
    let options =
        Options { lenient, rows: None, row_file: None, model: None, progress: &mut |_| {}, stopwatch: &|| 0.0 };
    evaluate(text.as_bytes(), &schema, protocol, options)
}

/// The row is refused with its line and these words; with `--lenient` it is counted, named, and changes no figure.
#[track_caller]
fn check(row: &str, expected: &str) {
    let text = file_with(&[row]);
    let strict = run(&text, false).unwrap_err();
    assert!(matches!(strict, EvaluateError::Row { line: 602, .. }), "{strict}");
    assert!(strict.to_string().contains(expected), "{strict}");
    let lenient = run(&text, true).unwrap();
    assert_eq!(lenient.report.broken_rows, 1);
    assert_eq!(lenient.report.broken.len(), 1);
    assert!(lenient.report.broken[0].starts_with("line 602: ") && lenient.report.broken[0].contains(expected));
    let without = run(&file_with(&[]), false).unwrap();
    assert_eq!(scores(&lenient)[200..], scores(&without)[200..], "nothing of it is remembered");
}

fn scores(evaluated: &Evaluated) -> Vec<u64> {
    evaluated.scored.iter().map(|row| row.score.to_bits()).collect()
}

#[test]
fn an_amount_that_is_not_a_number_is_a_broken_row() {
    check("x,p1,t1,1700360001,NaN,KRW,0", "`amount` is not a number: `NaN`");
    check("x,p1,t1,1700360001,,KRW,0", "`amount` is not a number: ``");
}

#[test]
fn an_infinite_amount_is_a_broken_row() {
    check("x,p1,t1,1700360001,inf,KRW,0", "`amount` is not a number: `inf`");
    check("x,p1,t1,1700360001,1e999,KRW,0", "`amount` is not a number: `1e999`");
}

#[test]
fn an_amount_below_zero_is_a_broken_row() {
    check("x,p1,t1,1700360001,-5,KRW,0", "`amount` is below zero");
}

#[test]
fn a_moment_that_is_none_is_a_broken_row() {
    check("x,p1,t1,yesterday,5,KRW,0", "`time` is not a number: `yesterday`");
    check("x,p1,t1,1e300,5,KRW,0", "`time` is out of range");
}

#[test]
fn a_payer_without_a_name_is_a_broken_row() {
    check("x,,t1,1700360001,5,KRW,0", "`payer` is empty");
}

#[test]
fn an_unknown_currency_is_a_broken_row() {
    check("x,p1,t1,1700360001,5,XQX,0", "`currency` is not a currency: `XQX`");
    check("x,p1,t1,1700360001,5,EUR,0", "`currency` is EUR, and KRW before");
}

#[test]
fn an_event_given_twice_is_a_broken_row() {
    check(line(599).trim_end(), "`id` was read before: `i599`");
}

#[test]
fn a_cut_off_row_is_a_broken_row() {
    check("x,p1", "is not a number");
}

#[test]
fn broken_rows_are_all_counted_and_the_first_are_named() {
    let rows: Vec<String> = (0..50).map(|row| format!("b{row},p1,t1,1700360001,none,KRW,0")).collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = run(&file_with(&rows), true).unwrap().report;
    assert_eq!((report.broken_rows, report.broken.len()), (50, risk::limits::BROKEN_ROWS_NAMED));
    assert_eq!(report.rows, 1_050);
}

/// Time that goes back ages nothing, takes nothing away, and leaves every value finite or unknown.
#[test]
fn negative_time_steps_and_a_clock_going_back_age_nothing() {
    let mut memory = Memory::new(Kinds::default());
    let event = |at_millis: i64| Event {
        at_millis,
        offset_seconds: 0,
        parties: [Some(Key::of(b"p")), Some(Key::of(b"t")), None, None, None, None],
        amount: 100.0,
        balance: None,
        refused: false,
        home: None,
        spot: None,
        signals: Signals::default(),
    };
    let start = NOW * 1000;
    let steps = [0, 60_000, -600_000, -86_400_000, 120_000, i64::from(i32::MIN), 180_000];
    for (number, step) in steps.into_iter().enumerate() {
        let features = memory.features(&event(start + step));
        let infinite = features.values().iter().filter(|value| value.is_infinite()).count();
        assert_eq!(infinite, 0, "step {number}");
        memory.observe(&event(start + step));
    }
    let now = event(start + 180_000);
    memory.prepare(&now);
    let reading = memory.reading(&now);
    let payer = reading.parties[0].unwrap();
    assert_eq!((payer.payments, payer.last_at), (7, start + 180_000));
    let [hour, ..] = payer.counts.0;
    assert!((6.6..=7.0).contains(&hour), "nothing faded by going back: {hour}");
    assert_eq!(reading.pairs[Pair::PayerPayee.index()].unwrap().payments, 7);
}

/// Signals, the only numbers that come unchecked into an event, are unknown unless they are numbers.
#[test]
fn a_signal_that_is_no_number_is_unknown() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let event = Event {
            at_millis: 0,
            offset_seconds: 0,
            parties: [Some(Key::of(b"p")), None, None, None, None, None],
            amount: 1.0,
            balance: None,
            refused: false,
            home: None,
            spot: None,
            signals: Signals::default().with(SignalFact::SimAge, value),
        };
        let features = Memory::new(Kinds::default()).features(&event);
        assert_eq!(features.known(Feature::Signal(SignalFact::SimAge)), None);
    }
}

#[test]
fn a_rule_over_a_missing_feature_counts_as_not_hit_and_is_reported() {
    let rules = |when: &str| {
        let text = format!(
            "[set]\nname = \"t\"\nversion = 1\nauthor = \"t\"\n[[rule]]\nid = \"sim\"\nstage = \"live\"\nwhen = \"{when}\"\n\
             action = \"refuse\"\nreason = \"risk.listed\"\nko = \"가\"\nen = \"a\"\n"
        );
        RuleSet::read(&[("t.toml", &text)]).unwrap()
    };
    let contest = Contest::new(
        rules("payment.amount > 1_000_000_000"),
        rules("signal.sim_age < 2d"),
        None,
        RiskSettings { unlike_from_minor: i64::MAX, ..RiskSettings::default() },
    );
    let (found, broken) = backtest(file_with(&[]).as_bytes(), &schema(), contest, false, &mut |_| {}).unwrap();
    let tally = &found.candidate.rules["sim"];
    assert_eq!((broken, found.payments, tally.hits, tally.unread), (0, 1_000, 0, 1_000));
    assert_eq!(found.candidate.refused, 0);
}

#[test]
fn a_model_of_another_catalogue_version_is_refused_with_the_difference() {
    let model = run(&file_with(&[]), false).unwrap().models.pop().unwrap();
    let written = model.written().unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&written).unwrap();
    let columns = file["columns"].as_array_mut().unwrap();
    assert!(columns.len() >= WIDTH);
    columns[3] = "payer.shoe_size".into();
    file["catalogue"] = 2.into();
    let Err(error) = Model::read(&file.to_string(), &[]) else { panic!("a model of other features was read") };
    let ModelError::OtherCatalogue { missing, added, .. } = &error else { panic!("{error}") };
    assert_eq!(missing, &["payer.shoe_size"]);
    assert_eq!(added, &[Feature::all().nth(3).unwrap().name()]);
    let told = error.to_string();
    assert!(told.contains("payer.shoe_size") && told.contains('2'), "{told}");
}

/// A file that is made while it is read: it is never in memory, and nobody asks for more of it than the next part.
struct Endless<'a> {
    row: u64,
    rows: u64,
    rest: Vec<u8>,
    largest: &'a Cell<usize>,
}

impl Read for Endless<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        self.largest.set(self.largest.get().max(into.len()));
        if self.rest.is_empty() && self.row < self.rows {
            let text: String = (self.row..(self.row + 100).min(self.rows)).map(line).collect();
            self.row += 100;
            self.rest = text.into_bytes();
        }
        let taken = into.len().min(self.rest.len());
        into[..taken].copy_from_slice(&self.rest[..taken]);
        self.rest.drain(..taken);
        Ok(taken)
    }
}

/// How many rows are kept is tested where they are kept (`data::kept`); here, that reading streams and says how far it is.
#[test]
fn a_huge_file_is_streamed_and_says_how_far_it_is() {
    let (largest, schema) = (Cell::new(0), schema());
    let file = Endless { row: 0, rows: 120_000, rest: HEADER.as_bytes().to_vec(), largest: &largest };
    let protocol = schema.protocol("halves").unwrap();
    let mut said = Vec::new();
    let options = Options {
        lenient: false,
        rows: Some(120_000),
        row_file: None,
        model: None,
        progress: &mut |read| said.push(read),
        stopwatch: &|| 0.0,
    };
    let report = evaluate(file, &schema, protocol, options).unwrap().report;
    assert_eq!((report.rows, report.test_rows), (120_000, 119_500));
    assert_eq!(said, [0, 20_000, 40_000, 60_000, 80_000, 100_000]);
    assert!(largest.get() <= 1 << 16, "asked for {} bytes at once", largest.get());
}

#[test]
fn a_row_that_is_not_there_is_said_so() {
    let text = file_with(&[]);
    let error = features_of(text.as_bytes(), &schema(), 1_000).unwrap_err();
    assert_eq!(error.to_string(), "there is no row 1000: the file has 1000, counted from 0");
}
