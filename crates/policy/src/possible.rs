//! Whether a condition can hold at all: one whose parts contradict each other is a mistake in the pack, found when it is
//! read. What is not understood here is taken to be possible.

use crate::condition::{Comparison, Condition, Operand, Test};
use crate::fact::{Fact, Value};

/// What a conjunction asks so far.
#[derive(Clone, Default)]
struct Asked<'a> {
    tests: Vec<(Fact, &'a Test)>,
    /// Values that are ruled out.
    never: Vec<(Fact, &'a [Value])>,
    either: Vec<&'a [Condition]>,
}

/// Whether some facts fulfil `condition`.
pub(crate) fn is_possible(condition: &Condition) -> bool {
    fulfils(Asked::default(), condition)
}

fn fulfils<'a>(mut asked: Asked<'a>, condition: &'a Condition) -> bool {
    gather(condition, &mut asked);
    let either = std::mem::take(&mut asked.either);
    agrees(&asked) && either.iter().all(|branches| branches.iter().any(|branch| fulfils(asked.clone(), branch)))
}

fn gather<'a>(condition: &'a Condition, asked: &mut Asked<'a>) {
    match condition {
        Condition::All(all) => all.iter().for_each(|part| gather(part, asked)),
        Condition::Any(branches) => asked.either.push(branches),
        Condition::Is(fact, test) => asked.tests.push((*fact, test)),
        Condition::Not(not) => {
            if let Some((fact, values)) = one_of(not) {
                asked.never.push((fact, values));
            }
        }
    }
}

/// The one fact and its values that `condition` asks about, if that is all it does.
fn one_of(condition: &Condition) -> Option<(Fact, &[Value])> {
    match condition {
        Condition::Is(fact, Test::OneOf(values)) => Some((*fact, values)),
        Condition::All(all) => match all.as_slice() {
            [only] => one_of(only),
            _ => None,
        },
        _ => None,
    }
}

/// Whether one value for each fact passes every test of it.
fn agrees(asked: &Asked<'_>) -> bool {
    asked.tests.iter().all(|(fact, test)| {
        let others = || asked.tests.iter().filter(|(other, _)| other == fact).map(|(_, test)| *test);
        match test {
            Test::OneOf(values) => values.iter().any(|value| {
                let excluded = asked.never.iter().any(|(other, values)| other == fact && values.contains(value));
                !excluded && others().all(|test| passes(value, test))
            }),
            Test::Compare(low @ (Comparison::Gt | Comparison::Ge), Operand::Value(least)) => {
                !others().any(|test| lies_below(test, *low, least))
            }
            _ => true,
        }
    })
}

/// Whether `value` passes `test`, as far as that can be said.
fn passes(value: &Value, test: &Test) -> bool {
    match test {
        Test::OneOf(values) => values.contains(value),
        Test::Compare(comparison, Operand::Value(bound)) => {
            order(value, bound).is_none_or(|ordering| comparison.accepts(ordering))
        }
        _ => true,
    }
}

/// Whether `test` allows only what lies below the bound that `low` and `least` draw.
fn lies_below(test: &Test, low: Comparison, least: &Value) -> bool {
    let Test::Compare(high @ (Comparison::Lt | Comparison::Le), Operand::Value(most)) = test else { return false };
    let is_closed = low == Comparison::Ge && *high == Comparison::Le;
    order(least, most).is_some_and(|ordering| ordering.is_gt() || (ordering.is_eq() && !is_closed))
}

fn order(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Money(a), Value::Money(b)) => a.compare(*b),
        (Value::Ratio(a), Value::Ratio(b)) => Some(a.cmp(b)),
        (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        _ => None,
    }
}
