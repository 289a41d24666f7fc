//! Amounts as people write them: "₩4,500", "4500 KRW", "12.34 EUR".

use crate::Amount;

/// What is wrong with a written amount, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at character {at}")]
pub struct ParseAmountError {
    /// What is wrong.
    pub kind: ParseAmountErrorKind,
    /// The character (not byte) it is wrong at, from 0.
    pub at: usize,
}

/// What may be wrong with a written amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseAmountErrorKind {
    /// Nothing to read.
    #[error("no amount")]
    Empty,
}

impl std::str::FromStr for Amount {
    type Err = ParseAmountError;

    fn from_str(_text: &str) -> Result<Self, ParseAmountError> {
        Err(ParseAmountError { kind: ParseAmountErrorKind::Empty, at: 0 })
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.minor(), self.currency())
    }
}
