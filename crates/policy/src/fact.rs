//! [`Facts`]: what is known about an operation, each under a word of the vocabulary.

use jiff::civil::Date;
use money::{Amount, Instant};

use crate::ratio::Ratio;
use crate::vocabulary::{VOCABULARY, Word};

/// A word of the vocabulary, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact(u16);

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
        let place = VOCABULARY.iter().position(|word| word.name == name)?;
        u16::try_from(place).ok().map(Self)
    }

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static Word {
        VOCABULARY.get(usize::from(self.0)).unwrap_or(&Word::NONE)
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

    fn named(&self, name: &str) -> Option<&Value> {
        self.find(Fact::named(name)?)
    }

    /// The sum called `name`.
    #[must_use]
    pub fn money(&self, name: &str) -> Option<Amount> {
        match self.named(name)? {
            Value::Money(amount) => Some(*amount),
            _ => None,
        }
    }

    /// The word called `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.named(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The words called `name`.
    #[must_use]
    pub fn texts(&self, name: &str) -> Option<&[String]> {
        match self.named(name)? {
            Value::Texts(texts) => Some(texts),
            Value::Text(text) => Some(std::slice::from_ref(text)),
            _ => None,
        }
    }

    /// The flag called `name`.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
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
