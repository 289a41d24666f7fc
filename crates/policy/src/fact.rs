//! [`Facts`]: what is known about an operation, each under a word of the vocabulary.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use money::{Amount, Instant};

use crate::ratio::Ratio;
use crate::vocabulary::{VOCABULARY, Word};

/// A word of the vocabulary, by its place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact(u16);

impl std::fmt::Debug for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word().name)
    }
}

/// What one fact is.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A sum.
    Money(Amount),
    /// A share.
    Ratio(Ratio),
    /// A word, in lower case with `_`.
    Text(String),
    /// Several words.
    Texts(Vec<String>),
    /// A moment.
    Moment(Instant),
    /// A date.
    Date(Date),
    /// Known never to have happened.
    Never,
}

impl Fact {
    /// The fact called `name`, which is canonical.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        static PLACES: LazyLock<HashMap<&'static str, u16>> =
            LazyLock::new(|| VOCABULARY.iter().map(|word| word.name).zip(0..).collect());
        PLACES.get(name).copied().map(Self)
    }

    /// The fact called `name`, for names in the code: found while it is compiled.
    ///
    /// # Panics
    /// At compile time, when there is no such word.
    #[must_use]
    pub const fn of(name: &str) -> Self {
        let (mut rest, mut place) = (VOCABULARY, 0_u16);
        while let Some((word, others)) = rest.split_first() {
            if is_same(word.name, name) {
                return Self(place);
            }
            (rest, place) = (others, place.saturating_add(1));
        }
        // Reached only while compiling: every caller is a `const`, so a misspelt name is a build error, never a panic.
        unreachable!()
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static Word {
        VOCABULARY.get(usize::from(self.0)).unwrap_or(&Word::NONE)
    }
}

/// `==` for a `const fn`.
const fn is_same(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.split_first(), b.split_first()) {
            (Some((x, rest_a)), Some((y, rest_b))) if *x == *y => (a, b) = (rest_a, rest_b),
            (None, None) => return true,
            _ => return false,
        }
    }
}

/// What a fact is asked for by: its name, or, where the same is asked again and again, the fact itself.
pub trait Name {
    /// The fact, if there is one.
    fn fact(self) -> Option<Fact>;
}

impl Name for &str {
    fn fact(self) -> Option<Fact> {
        Fact::named(self)
    }
}

impl Name for Fact {
    fn fact(self) -> Option<Self> {
        Some(self)
    }
}

/// Facts by their words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(Vec<(Fact, Value)>);

impl Facts {
    /// What `fact` is; `None` when nobody said.
    #[must_use]
    pub fn find(&self, fact: Fact) -> Option<&Value> {
        let place = self.0.binary_search_by_key(&fact, |(fact, _)| *fact).ok()?;
        self.0.get(place).map(|(_, value)| value)
    }

    /// Says that `fact` is `value`.
    pub fn set(&mut self, fact: Fact, value: Value) {
        match self.0.binary_search_by_key(&fact, |(fact, _)| *fact) {
            Ok(place) => {
                if let Some(slot) = self.0.get_mut(place) {
                    slot.1 = value;
                }
            }
            Err(place) => self.0.insert(place, (fact, value)),
        }
    }

    /// Says that `fact` is `value`, or takes back what was said.
    pub fn put(&mut self, fact: Fact, value: Option<Value>) {
        match value {
            Some(value) => self.set(fact, value),
            None => self.0.retain(|(known, _)| *known != fact),
        }
    }

    fn named(&self, name: impl Name) -> Option<&Value> {
        self.find(name.fact()?)
    }

    /// The sum called `name`.
    #[must_use]
    pub fn money(&self, name: impl Name) -> Option<Amount> {
        match self.named(name)? {
            Value::Money(amount) => Some(*amount),
            _ => None,
        }
    }

    /// The word called `name`.
    #[must_use]
    pub fn text(&self, name: impl Name) -> Option<&str> {
        match self.named(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The words called `name`.
    #[must_use]
    pub fn texts(&self, name: impl Name) -> Option<&[String]> {
        match self.named(name)? {
            Value::Texts(texts) => Some(texts),
            Value::Text(text) => Some(std::slice::from_ref(text)),
            _ => None,
        }
    }

    /// The flag called `name`.
    #[must_use]
    pub fn flag(&self, name: impl Name) -> Option<bool> {
        match self.named(name)? {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The moment `fact`.
    #[must_use]
    pub fn moment(&self, fact: Fact) -> Option<Instant> {
        match self.find(fact)? {
            Value::Moment(at) => Some(*at),
            _ => None,
        }
    }
}
