//! Conditions and values in words, for people and for comparing versions.

use crate::auth::Requirement;
use crate::condition::{Comparison, Condition, Operand, Test};
use crate::fact::Value;
use crate::pack::{Cap, Effect, Window};

pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Money(amount) => amount.to_string(),
        Value::Ratio(ratio) => ratio.to_string(),
        Value::Text(text) => text.clone(),
        Value::Texts(texts) => texts.join(", "),
        Value::Moment(at) => at.to_string(),
        Value::Date(date) => date.to_string(),
        Value::Never => "never".to_owned(),
    }
}

/// The parts that must all hold.
pub(crate) fn parts(condition: &Condition) -> Vec<String> {
    match condition {
        Condition::All(all) => all.iter().flat_map(parts).collect(),
        other => vec![self::condition(other)],
    }
}

pub(crate) fn condition(condition: &Condition) -> String {
    match condition {
        Condition::All(all) => all.iter().map(self::condition).collect::<Vec<_>>().join(" and "),
        Condition::Any(any) => format!("({})", any.iter().map(self::condition).collect::<Vec<_>>().join(" or ")),
        Condition::Not(not) => format!("not ({})", self::condition(not)),
        Condition::Is(fact, test) => format!("{} {}", fact.word().name, self::test(test)),
    }
}

fn test(test: &Test) -> String {
    match test {
        Test::OneOf(values) => format!("is {}", values.iter().map(value).collect::<Vec<_>>().join(" or ")),
        Test::Compare(comparison, operand) => {
            let other = match operand {
                Operand::Value(other) => value(other),
                Operand::Fact(fact) => fact.word().name.to_owned(),
            };
            format!("{} {other}", sign(*comparison))
        }
        Test::Known(true) => "is known".to_owned(),
        Test::Known(false) => "is not known".to_owned(),
        Test::Within(span, None) => format!("is at most {span} ago"),
        Test::Within(span, Some(fact)) => format!("is at most {span} after {}", fact.word().name),
        Test::Has(words) => format!("has {}", words.join(" or ")),
        Test::Past => "is past".to_owned(),
    }
}

const fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Lt => "<",
        Comparison::Le => "≤",
        Comparison::Gt => ">",
        Comparison::Ge => "≥",
    }
}

pub(crate) fn cap(cap: Cap) -> String {
    match cap {
        Cap::Money(amount) => amount.to_string(),
        Cap::Count(count) => count.to_string(),
        Cap::Share(share) => share.to_string(),
        Cap::Fact(fact) => fact.word().name.to_owned(),
    }
}

pub(crate) fn window(window: &Window) -> String {
    match window {
        Window::Payment => "a payment".to_owned(),
        Window::Day => "a calendar day".to_owned(),
        Window::Month => "a calendar month".to_owned(),
        Window::Year => "a calendar year".to_owned(),
        Window::Cycle(_) => "a billing cycle".to_owned(),
        Window::Rolling(span) => format!("any {span}"),
        Window::Band { from, to, .. } => format!("{from} to {to}"),
        Window::SinceFullAuth => "since the last full authentication".to_owned(),
        Window::SinceFact(fact, span) => format!("{span} since {}", fact.word().name),
        Window::Lifetime => "a lifetime".to_owned(),
        Window::AnyTime => "at any time".to_owned(),
    }
}

pub(crate) fn effect(effect: &Effect) -> String {
    match effect {
        Effect::Deny => "refuses".to_owned(),
        Effect::Route(route) => format!("sends to {route}"),
        Effect::Hold { span: Some(span), .. } => format!("holds for {span}"),
        Effect::Hold { span: None, .. } => "holds".to_owned(),
        Effect::StepUp(require) => format!("asks for {}", requirement(require)),
    }
}

pub(crate) fn requirement(require: &Requirement) -> String {
    let mut words = vec![format!("{} factors", require.factors)];
    let flags = [
        (require.dynamic, "one dynamic"),
        (require.phishing_resistant, "one beyond phishing"),
        (require.linked, "bound to amount and payee"),
    ];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, word)| (*word).to_owned()));
    words.extend(require.any_of.iter().map(|list| list.iter().cloned().collect::<Vec<_>>().join(" or ")));
    words.extend(require.forbid.iter().map(|factor| format!("not {factor}")));
    words.join(", ")
}
