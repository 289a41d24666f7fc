//! [`Condition`]: what must hold for a rule to apply, in three values: yes, no, and not known.

use std::borrow::Cow;
use std::sync::LazyLock;

use jiff::civil::Date;
use money::{Amount, Instant};

use crate::calendar::Calendar;
use crate::fact::{Fact, Facts, Value};
use crate::ratio::Ratio;
use crate::time::{Span, Zone};

/// A condition on facts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// All of them; with none, always true.
    All(Vec<Condition>),
    /// One of them.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// One fact.
    Is(Fact, Test),
}

/// What is asked of one fact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// One of these words, flags or numbers.
    OneOf(Vec<Value>),
    /// Compared with a value.
    Compare(Comparison, Operand),
    /// Whether it is known at all.
    Known(bool),
    /// A moment at most so long ago, counted to the moment of the question or to another fact.
    Within(Span, Option<Fact>),
    /// A list that holds one of these.
    Has(Vec<String>),
    /// A moment that has passed.
    Past,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Lt,
    Le,
    Gt,
    Ge,
}

/// With what a fact is compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Value(Value),
    Fact(Fact),
}

/// What a condition comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    Yes,
    No,
    /// Depends on a fact nobody gave.
    Unknown(Fact),
}

/// What conditions are judged with: the facts, the moment, and the pack's own time.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) facts: &'a Facts,
    /// Facts that stand before the others: an earlier event's own.
    pub(crate) over: Option<&'a Facts>,
    pub(crate) at: Instant,
    pub(crate) zone: &'a Zone,
    pub(crate) calendar: &'a Calendar,
    /// Age by the day before the birthday, as some laws count.
    pub(crate) day_before: bool,
}

const AGE: Fact = Fact::of("payer.age");
const BORN_ON: Fact = Fact::of("payer.born_on");
const TENURE: Fact = Fact::of("payer.tenure_months");
const JOINED_ON: Fact = Fact::of("payer.joined_on");
const KIND: Fact = Fact::of("operation.kind");
const DIRECTION: Fact = Fact::of("operation.direction");
const CATEGORY: Fact = Fact::of("operation.category");
const FUNDING: Fact = Fact::of("operation.funding");
const RECURRING: Fact = Fact::of("operation.recurring");
const HIGH_RISK_ACT: Fact = Fact::of("operation.high_risk_act");
const CHAIN_OPTED_IN: Fact = Fact::of("claim.chain_opted_in");
const AFTER_NOTICE: Fact = Fact::of("claim.after_notice");
const LOST_REPORTED_AT: Fact = Fact::of("claim.lost_reported_at");
const TRANSACTION_AT: Fact = Fact::of("claim.transaction_at");
const STATUS: Fact = Fact::of("operation.status");
const REPORTED_AT: Fact = Fact::of("claim.reported_at");
const REQUEST_AT: Fact = Fact::of("request.at");

/// What is taken for said where nobody said it. Made once: every event of a history is asked about.
struct Plain {
    payment: Value,
    outgoing: Value,
    none: Value,
    committed: Value,
}

static PLAIN: LazyLock<Plain> = LazyLock::new(|| {
    let text = |word: &str| Value::Text(word.to_owned());
    Plain { payment: text("payment"), outgoing: text("outgoing"), none: text("none"), committed: text("committed") }
});

impl<'a> View<'a> {
    pub(crate) fn value(&self, fact: Fact) -> Option<Cow<'a, Value>> {
        if let Some(over) = self.over
            && fact.word().name.starts_with("operation.")
        {
            return over.find(fact).map(Cow::Borrowed);
        }
        if let Some(value) = self.facts.find(fact) {
            return Some(Cow::Borrowed(value));
        }
        match fact {
            AGE => self.years_since(BORN_ON).map(Cow::Owned),
            TENURE => self.month_since(JOINED_ON).map(Cow::Owned),
            KIND => Some(Cow::Borrowed(&PLAIN.payment)),
            DIRECTION => Some(Cow::Borrowed(&PLAIN.outgoing)),
            // WHY: these only describe; the provider knows them, and what is not said to be special is not.
            CATEGORY | FUNDING | RECURRING => Some(Cow::Borrowed(&PLAIN.none)),
            HIGH_RISK_ACT | CHAIN_OPTED_IN => Some(Cow::Borrowed(&Value::Flag(false))),
            STATUS => Some(Cow::Borrowed(&PLAIN.committed)),
            AFTER_NOTICE => self.is_after_notice().map(Value::Flag).map(Cow::Owned),
            REPORTED_AT | REQUEST_AT => Some(Cow::Owned(Value::Moment(self.at))),
            _ => None,
        }
    }

    /// The moment that `fact` is, known or worked out.
    pub(crate) fn moment(&self, fact: Fact) -> Option<Instant> {
        if let Value::Moment(at) = *self.value(fact)? { Some(at) } else { None }
    }

    /// The number that `fact` is, known or worked out.
    pub(crate) fn number(&self, fact: Fact) -> Option<i64> {
        if let Value::Number(number) = *self.value(fact)? { Some(number) } else { None }
    }

    /// Whether the disputed payment came once the loss had been reported, where both moments are known.
    fn is_after_notice(&self) -> Option<bool> {
        let paid = self.moment(TRANSACTION_AT)?;
        match *self.value(LOST_REPORTED_AT)? {
            Value::Moment(told) => Some(paid >= told),
            Value::Never => Some(false),
            _ => None,
        }
    }

    fn date(&self, fact: Fact) -> Option<Date> {
        match self.facts.find(fact)? {
            Value::Date(date) => Some(*date),
            Value::Moment(at) => Some(self.zone.date(*at)),
            _ => None,
        }
    }

    /// Whole years since `born`; a birthday on 29 February falls on 1 March in other years.
    fn years_since(&self, born: Fact) -> Option<Value> {
        let born = self.date(born)?;
        let mut today = self.zone.date(self.at);
        if self.day_before {
            today = today.tomorrow().unwrap_or(today);
        }
        let years = i64::from(today.year()).saturating_sub(i64::from(born.year()));
        let reached = (today.month(), today.day()) >= (born.month(), born.day());
        Some(Value::Number(if reached { years } else { years.saturating_sub(1) }))
    }

    /// Which month of a contract it is: the first from its first day to the day before the same day of the next month.
    fn month_since(&self, joined: Fact) -> Option<Value> {
        let joined = self.date(joined)?;
        let today = self.zone.date(self.at);
        let months = |date: Date| i64::from(date.year()).saturating_mul(12).saturating_add(i64::from(date.month()));
        let passed = months(today).saturating_sub(months(joined));
        let last = today.day() == today.days_in_month();
        let reached = today.day() >= joined.day() || last;
        Some(Value::Number(passed.saturating_add(i64::from(reached))))
    }
}

impl Condition {
    /// What this comes to.
    pub(crate) fn holds(&self, view: &View<'_>) -> Truth {
        match self {
            Self::All(all) => all.iter().fold(Truth::Yes, |so_far, next| so_far.and(|| next.holds(view))),
            Self::Any(any) => any.iter().fold(Truth::No, |so_far, next| so_far.or(|| next.holds(view))),
            Self::Not(not) => not.holds(view).not(),
            Self::Is(fact, test) => test.holds(*fact, view),
        }
    }
}

impl Truth {
    fn and(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => next(),
            Self::Unknown(fact) => {
                if next() == Self::No {
                    Self::No
                } else {
                    Self::Unknown(fact)
                }
            }
        }
    }

    fn or(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Yes => Self::Yes,
            Self::No => next(),
            Self::Unknown(fact) => {
                if next() == Self::Yes {
                    Self::Yes
                } else {
                    Self::Unknown(fact)
                }
            }
        }
    }

    const fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Test {
    fn holds(&self, fact: Fact, view: &View<'_>) -> Truth {
        let value = view.value(fact);
        if let Self::Known(wanted) = self {
            let known = value.is_some_and(|value| *value != Value::Never);
            return Truth::of(known == *wanted);
        }
        let Some(value) = value else { return Truth::Unknown(fact) };
        let value: &Value = &value;
        if *value == Value::Never {
            return Truth::No;
        }
        match self {
            Self::OneOf(values) => Truth::of(values.contains(value)),
            Self::Compare(comparison, operand) => comparison.holds(value, operand, view, fact),
            Self::Within(span, of) => within(value, *span, *of, view, fact),
            Self::Has(wanted) => match value {
                Value::Texts(texts) => Truth::of(wanted.iter().any(|text| texts.contains(text))),
                Value::Text(text) => Truth::of(wanted.contains(text)),
                _ => Truth::Unknown(fact),
            },
            Self::Past => match value {
                Value::Moment(at) => Truth::of(*at <= view.at),
                _ => Truth::Unknown(fact),
            },
            Self::Known(_) => Truth::Yes,
        }
    }
}

/// `value` began at most `span` before the moment of the question, or ends at most `span` after the fact `of`.
fn within(value: &Value, span: Span, of: Option<Fact>, view: &View<'_>, fact: Fact) -> Truth {
    let Value::Moment(moment) = value else { return Truth::Unknown(fact) };
    match of {
        None if span.is_civil() => Truth::of(view.at <= view.zone.due(*moment, span, view.calendar)),
        None => Truth::of(view.at < view.zone.due(*moment, span, view.calendar)),
        Some(of) => match view.moment(of) {
            Some(start) => Truth::of(*moment <= view.zone.due(start, span, view.calendar)),
            None => Truth::Unknown(of),
        },
    }
}

impl Comparison {
    pub(crate) const fn accepts(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Gt => ordering.is_gt(),
            Self::Ge => ordering.is_ge(),
        }
    }

    fn holds(self, value: &Value, operand: &Operand, view: &View<'_>, fact: Fact) -> Truth {
        let (other, about) = match operand {
            Operand::Value(other) => (Cow::Borrowed(other), fact),
            Operand::Fact(other) => match view.value(*other) {
                Some(value) => (value, *other),
                None => return Truth::Unknown(*other),
            },
        };
        let ordering = match (value, &*other) {
            (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
            (Value::Money(a), Value::Money(b)) => Amount::compare(*a, *b),
            (Value::Ratio(a), Value::Ratio(b)) => Some(Ratio::cmp(a, b)),
            (Value::Moment(a), Value::Moment(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            _ => None,
        };
        ordering.map_or(Truth::Unknown(about), |ordering| Truth::of(self.accepts(ordering)))
    }
}
