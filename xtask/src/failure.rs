//! [`Failure`]: why a command stopped, as one sentence for the person who ran it.

use std::fmt;

/// A sentence that says what failed and, where something can be done about it, what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure(String);

/// What every step returns.
pub(crate) type Outcome = Result<(), Failure>;

impl Failure {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Makes a closure for `map_err`: what was being done, then the operating system's own words.
    pub(crate) fn while_doing(what: impl fmt::Display) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self(format!("could not {what}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
