//! [`Condition`]: a condition over the catalogue, compiled once and run on a small stack.
//!
//! Three values: what is compared with something not known is neither true nor false. `false and unknown` is false and
//! `true or unknown` is true; a condition that comes out unknown is not hit, and says what it lacked.

use super::text::{Token, tokens};
use crate::event::{Event, Party};
use crate::feature::{Feature, Features};
use crate::limits::{CONDITION_BYTES_MAX, CONDITION_DEPTH_MAX, CONDITION_STACK};

/// What is wrong with a condition, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}")]
pub struct ConditionError {
    /// The byte of the condition, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

impl ConditionError {
    pub(super) const fn new(column: usize, what: String) -> Self {
        Self { column, what }
    }
}

/// One step of a compiled condition.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    Number(f32),
    Feature(Feature),
    Known(Feature),
    Listed(Party, usize),
    Negate,
    Not,
    Add,
    Subtract,
    Multiply,
    Divide,
    Least,
    Most,
    Less,
    AtMost,
    Equal,
    NotEqual,
    And,
    Or,
    /// Jumps so many steps ahead when the top is surely false (true), and leaves it there.
    UnlessFalse(u16),
    UnlessTrue(u16),
}

/// What an expression is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Truth,
}

/// What a condition comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Something it needs is not known.
    Unknown,
}

/// A compiled condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    steps: Vec<Step>,
}

/// Where a condition asks whether a party is on a list.
pub trait Lists {
    /// Whether the party of this payment is on the list of this number at its time; `None` when the party is not known.
    fn listed(&self, list: usize, party: Party, event: &Event) -> Option<bool>;
}

const TRUE: f32 = 1.0;
const FALSE: f32 = 0.0;

impl Condition {
    /// Compiles a condition; `list` gives the number of a list and whom it lists.
    ///
    /// # Errors
    /// With the column of what is not understood, not in the catalogue, or compared with what it is not like.
    pub fn compile(text: &str, list: &dyn Fn(&str) -> Option<(usize, Party)>) -> Result<Self, ConditionError> {
        if text.len() > CONDITION_BYTES_MAX {
            return Err(ConditionError::new(1, format!("it is longer than {CONDITION_BYTES_MAX} bytes")));
        }
        let tokens = tokens(text)?;
        let mut parser = Parser { tokens, at: 0, end: text.len() + 1, steps: Vec::new(), depth: 0, list };
        let kind = parser.or()?;
        if let Some((column, token)) = parser.tokens.get(parser.at) {
            return Err(ConditionError::new(*column, format!("{} is one too many", shown(token))));
        }
        if kind != Kind::Truth {
            return Err(ConditionError::new(1, "a condition compares something".to_owned()));
        }
        Ok(Self { steps: parser.steps })
    }

    /// The features it looks at, each once.
    #[must_use]
    pub fn features(&self) -> Vec<Feature> {
        let mut found = Vec::new();
        for step in &self.steps {
            if let Step::Feature(feature) | Step::Known(feature) = step
                && !found.contains(feature)
            {
                found.push(*feature);
            }
        }
        found
    }

    /// The features that it compares and that are not known here.
    #[must_use]
    pub fn lacks(&self, features: &Features) -> Vec<Feature> {
        let compared = |feature: &Feature| self.steps.contains(&Step::Feature(*feature));
        self.features().into_iter().filter(|feature| compared(feature) && features.known(*feature).is_none()).collect()
    }

    /// Runs it on one payment.
    #[must_use]
    pub fn run(&self, event: &Event, features: &Features, lists: &dyn Lists) -> Truth {
        let mut stack = Stack { values: [f32::NAN; CONDITION_STACK], len: 0 };
        let mut at = 0;
        while let Some(step) = self.steps.get(at) {
            at += 1;
            match *step {
                Step::Number(value) => stack.push(value),
                Step::Feature(feature) => stack.push(features.value(feature)),
                Step::Known(feature) => stack.push(truth(features.known(feature).is_some())),
                Step::Listed(party, list) => stack.push(lists.listed(list, party, event).map_or(f32::NAN, truth)),
                Step::UnlessFalse(steps) if stack.top() == FALSE => at += usize::from(steps),
                Step::UnlessTrue(steps) if stack.top() == TRUE => at += usize::from(steps),
                Step::UnlessFalse(_) | Step::UnlessTrue(_) => {}
                Step::Negate => stack.one(|a| -a),
                Step::Not => stack.one(|a| TRUE - a),
                other => stack.two(other),
            }
        }
        match stack.top() {
            value if value == TRUE => Truth::True,
            value if value == FALSE => Truth::False,
            _ => Truth::Unknown,
        }
    }
}

const fn truth(is: bool) -> f32 {
    if is { TRUE } else { FALSE }
}

/// A stack whose depth was checked when the condition was compiled.
struct Stack {
    values: [f32; CONDITION_STACK],
    len: usize,
}

impl Stack {
    fn push(&mut self, value: f32) {
        if let Some(slot) = self.values.get_mut(self.len) {
            *slot = value;
            self.len += 1;
        }
    }

    fn pop(&mut self) -> f32 {
        self.len = self.len.saturating_sub(1);
        self.values.get(self.len).copied().unwrap_or(f32::NAN)
    }

    fn top(&self) -> f32 {
        self.len.checked_sub(1).and_then(|top| self.values.get(top)).copied().unwrap_or(f32::NAN)
    }

    fn one(&mut self, operation: impl Fn(f32) -> f32) {
        let a = self.pop();
        self.push(operation(a));
    }

    fn two(&mut self, step: Step) {
        let (b, a) = (self.pop(), self.pop());
        let known = !(a.is_nan() || b.is_nan());
        let compared = |is: bool| if known { truth(is) } else { f32::NAN };
        self.push(match step {
            Step::Add => a + b,
            Step::Subtract => a - b,
            Step::Multiply => a * b,
            // Divided by nothing is not known, instead of without end.
            Step::Divide if b == 0.0 => f32::NAN,
            Step::Divide => a / b,
            Step::Least if known => a.min(b),
            Step::Most if known => a.max(b),
            Step::Less => compared(a < b),
            Step::AtMost => compared(a <= b),
            Step::Equal => compared(a == b),
            Step::NotEqual => compared(a != b),
            Step::And if a == FALSE || b == FALSE => FALSE,
            Step::And if known => TRUE,
            Step::Or if a == TRUE || b == TRUE => TRUE,
            Step::Or if known => FALSE,
            _ => f32::NAN,
        });
    }
}

struct Parser<'a> {
    tokens: Vec<(usize, Token)>,
    at: usize,
    end: usize,
    steps: Vec<Step>,
    depth: usize,
    list: &'a dyn Fn(&str) -> Option<(usize, Party)>,
}

impl Parser<'_> {
    fn column(&self) -> usize {
        self.tokens.get(self.at).map_or(self.end, |(column, _)| *column)
    }

    fn wrong<T>(&self, what: impl Into<String>) -> Result<T, ConditionError> {
        Err(ConditionError::new(self.column(), what.into()))
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((_, Token::Sign(found))) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some((_, Token::Name(found))) if found == word);
        self.at += usize::from(found);
        found
    }

    fn needs(&mut self, sign: &str) -> Result<(), ConditionError> {
        if self.sign(sign) { Ok(()) } else { self.wrong(format!("`{sign}` is missing")) }
    }

    fn is(&self, column: usize, kind: Kind, wanted: Kind) -> Result<(), ConditionError> {
        let what = match wanted {
            _ if kind == wanted => return Ok(()),
            Kind::Number => "a number is needed here, not a condition",
            Kind::Truth => "a condition is needed here, not a number; compare it with something",
        };
        Err(ConditionError::new(column, what.to_owned()))
    }

    fn or(&mut self) -> Result<Kind, ConditionError> {
        self.chain("or", Self::and, Step::Or, Step::UnlessTrue)
    }

    fn and(&mut self) -> Result<Kind, ConditionError> {
        self.chain("and", Self::not, Step::And, Step::UnlessFalse)
    }

    /// Operands joined by one word; the second is skipped where the first decides.
    fn chain(
        &mut self,
        word: &str,
        operand: fn(&mut Self) -> Result<Kind, ConditionError>,
        join: Step,
        skip: fn(u16) -> Step,
    ) -> Result<Kind, ConditionError> {
        let column = self.column();
        let kind = operand(self)?;
        while self.word(word) {
            self.is(column, kind, Kind::Truth)?;
            let jump = self.steps.len();
            self.steps.push(join);
            let column = self.column();
            let second = operand(self)?;
            self.is(column, second, Kind::Truth)?;
            self.steps.push(join);
            let ahead = u16::try_from(self.steps.len() - jump - 1);
            let ahead = ahead.map_err(|_| ConditionError::new(column, "it is too long".to_owned()))?;
            if let Some(slot) = self.steps.get_mut(jump) {
                *slot = skip(ahead);
            }
        }
        Ok(kind)
    }

    fn not(&mut self) -> Result<Kind, ConditionError> {
        if !self.word("not") {
            return self.compare();
        }
        let column = self.column();
        let kind = self.deeper(Self::not)?;
        self.is(column, kind, Kind::Truth)?;
        self.steps.push(Step::Not);
        Ok(Kind::Truth)
    }

    fn compare(&mut self) -> Result<Kind, ConditionError> {
        let column = self.column();
        let kind = self.sum()?;
        let Some((_, Token::Sign(sign @ ("<" | "<=" | ">" | ">=" | "==" | "!=")))) = self.tokens.get(self.at) else {
            return Ok(kind);
        };
        let sign = *sign;
        self.is(column, kind, Kind::Number)?;
        self.at += 1;
        let begin = self.steps.len();
        let column = self.column();
        let second = self.sum()?;
        self.is(column, second, Kind::Number)?;
        match sign {
            "<" => self.steps.push(Step::Less),
            "<=" => self.steps.push(Step::AtMost),
            "==" => self.steps.push(Step::Equal),
            "!=" => self.steps.push(Step::NotEqual),
            // a > b is not (a <= b), and stays unknown where that is.
            ">" => self.steps.extend([Step::AtMost, Step::Not]),
            _ => self.steps.extend([Step::Less, Step::Not]),
        }
        debug_assert!(begin > 0, "something stands on the left");
        let chained = matches!(self.tokens.get(self.at), Some((_, Token::Sign("<" | "<=" | ">" | ">=" | "==" | "!="))));
        if chained { self.wrong("compare two things at a time and join them with `and`") } else { Ok(Kind::Truth) }
    }

    fn sum(&mut self) -> Result<Kind, ConditionError> {
        self.arithmetic(Self::product, &[("+", Step::Add), ("-", Step::Subtract)])
    }

    fn product(&mut self) -> Result<Kind, ConditionError> {
        self.arithmetic(Self::unary, &[("*", Step::Multiply), ("/", Step::Divide)])
    }

    fn arithmetic(
        &mut self,
        operand: fn(&mut Self) -> Result<Kind, ConditionError>,
        signs: &[(&str, Step)],
    ) -> Result<Kind, ConditionError> {
        let column = self.column();
        let kind = operand(self)?;
        while let Some((_, step)) = signs.iter().find(|(sign, _)| self.sign(sign)) {
            self.is(column, kind, Kind::Number)?;
            let column = self.column();
            let second = operand(self)?;
            self.is(column, second, Kind::Number)?;
            self.steps.push(*step);
        }
        Ok(kind)
    }

    fn unary(&mut self) -> Result<Kind, ConditionError> {
        if !self.sign("-") {
            return self.atom();
        }
        let column = self.column();
        let kind = self.deeper(Self::unary)?;
        self.is(column, kind, Kind::Number)?;
        self.steps.push(Step::Negate);
        Ok(Kind::Number)
    }

    fn deeper(&mut self, part: fn(&mut Self) -> Result<Kind, ConditionError>) -> Result<Kind, ConditionError> {
        self.depth += 1;
        if self.depth > CONDITION_DEPTH_MAX {
            return self.wrong(format!("it is nested more than {CONDITION_DEPTH_MAX} deep"));
        }
        let kind = part(self);
        self.depth -= 1;
        kind
    }

    fn atom(&mut self) -> Result<Kind, ConditionError> {
        let Some((column, token)) = self.tokens.get(self.at).cloned() else {
            return self.wrong("something is missing at the end");
        };
        self.at += 1;
        match token {
            Token::Number(value) => self.steps.push(Step::Number(value)),
            Token::Sign("(") => {
                let kind = self.deeper(Self::or)?;
                self.needs(")")?;
                return Ok(kind);
            }
            Token::Name(name) => match name.as_str() {
                "known" => return self.known(),
                "listed" => return self.listed(),
                "min" => self.both(Step::Least)?,
                "max" => self.both(Step::Most)?,
                _ => self.steps.push(Step::Feature(feature(&name, column)?)),
            },
            other => return Err(ConditionError::new(column, format!("{} has no place here", shown(&other)))),
        }
        Ok(Kind::Number)
    }

    fn known(&mut self) -> Result<Kind, ConditionError> {
        self.needs("(")?;
        let column = self.column();
        let Some((_, Token::Name(name))) = self.tokens.get(self.at).cloned() else {
            return self.wrong("`known` asks for one feature");
        };
        self.at += 1;
        self.steps.push(Step::Known(feature(&name, column)?));
        self.needs(")")?;
        Ok(Kind::Truth)
    }

    fn listed(&mut self) -> Result<Kind, ConditionError> {
        self.needs("(")?;
        let column = self.column();
        let party = match self.tokens.get(self.at) {
            Some((_, Token::Name(name))) => Party::ALL.into_iter().find(|party| party.name() == name),
            _ => None,
        };
        let Some(party) = party else { return self.wrong("`listed` asks for a party: `payer`, `payee`, `device` …") };
        self.at += 1;
        self.needs(",")?;
        let Some((at, Token::Text(name))) = self.tokens.get(self.at).cloned() else {
            return self.wrong("`listed` asks for the name of a list, in quotes");
        };
        self.at += 1;
        let Some((list, of)) = (self.list)(&name) else {
            return Err(ConditionError::new(at, format!("there is no list `{name}`")));
        };
        if of != party {
            let what = format!("list `{name}` is of {}s, not of {}s", of.name(), party.name());
            return Err(ConditionError::new(column, what));
        }
        self.needs(")")?;
        self.steps.push(Step::Listed(party, list));
        Ok(Kind::Truth)
    }

    /// The two numbers of `min` or `max`.
    fn both(&mut self, step: Step) -> Result<(), ConditionError> {
        self.needs("(")?;
        for end in [",", ")"] {
            let column = self.column();
            let kind = self.deeper(Self::sum)?;
            self.is(column, kind, Kind::Number)?;
            self.needs(end)?;
        }
        self.steps.push(step);
        Ok(())
    }
}

/// The feature of that name; if there is none, with one that is called alike.
fn feature(name: &str, column: usize) -> Result<Feature, ConditionError> {
    if let Some(feature) = Feature::named(name) {
        return Ok(feature);
    }
    let near = Feature::all().map(Feature::name).min_by_key(|other| distance(name, other));
    let hint = near.filter(|other| distance(name, other) <= 3).map(|other| format!("; did you mean `{other}`?"));
    Err(ConditionError::new(column, format!("there is no feature `{name}`{}", hint.unwrap_or_default())))
}

/// How many letters differ between two names (Levenshtein's distance).
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut before = i;
        let mut last = i + 1;
        let mut next = vec![last];
        for (right, above) in b.bytes().zip(row.iter().skip(1)) {
            let step = before + usize::from(left != right);
            before = *above;
            last = step.min(last + 1).min(*above + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

fn shown(token: &Token) -> String {
    match token {
        Token::Name(name) => format!("`{name}`"),
        Token::Number(value) => format!("`{value}`"),
        Token::Text(text) => format!("\"{text}\""),
        Token::Sign(sign) => format!("`{sign}`"),
    }
}
