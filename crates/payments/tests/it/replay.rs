//! Past decisions, made again from their records.

use payments::{DecisionRecord, ENGINE, ReplayError, replay};

use crate::scenario::check;

const LIFE: &str = "
    payer ann 10000
    payee cafe
    intent i1 cafe 4500
    quote ann i1
    pay p1 ann i1
    intent i2 cafe 4500 manual
    pay p2 ann i2
    capture cafe p2 4000
    refund r1 cafe p1 500
    freeze ann
";

fn payment(records: &[DecisionRecord<'static>]) -> DecisionRecord<'static> {
    records.iter().find(|record| record.facts.name() == "pay").unwrap().clone()
}

#[test]
fn every_record_replays_to_the_same_bytes() {
    let world = check(LIFE);
    assert_eq!(world.records.len(), 11);
    for record in &world.records {
        replay(record).unwrap();
    }
}

#[test]
fn a_record_with_another_input_comes_out_differently() {
    let world = check(LIFE);
    let mut record = payment(&world.records);
    record.settings.to_mut().payment_limit_minor = 1;
    assert!(matches!(replay(&record), Err(ReplayError::Different { .. })));
}

#[test]
fn a_record_without_an_input_says_so() {
    let world = check(LIFE);
    let mut record = payment(&world.records);
    record.inputs.pop();
    assert!(matches!(replay(&record), Err(ReplayError::MissingInputs(1))));
}

#[test]
fn a_record_of_another_engine_is_not_replayed() {
    let world = check(LIFE);
    let mut record = payment(&world.records);
    assert_eq!(record.engine, ENGINE);
    record.engine = "payments/0.0.0".into();
    assert_eq!(replay(&record), Err(ReplayError::OtherEngine("payments/0.0.0".to_owned())));
}
