//! Amounts as people write them: "₩4,500", "4500 KRW", "12.34 EUR".
//!
//! Strict on purpose: what could be read two ways, or would have to be rounded, is refused with the character it
//! is wrong at. Only ASCII digits, `,` between thousands and `.` before decimals are read.

use crate::{Amount, Currency};

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
    /// A leading plus.
    #[error("sign not allowed")]
    SignNotAllowed,
    /// A minus: nobody writes a price below zero.
    #[error("negative amount")]
    Negative,
    /// A digit that is not one of `0` to `9`, such as a full-width one.
    #[error("digit is not ascii")]
    NotAsciiDigit,
    /// No digit where one must stand.
    #[error("digit expected")]
    DigitExpected,
    /// `1e2`.
    #[error("exponent notation not allowed")]
    ExponentNotation,
    /// A `,` that does not stand between thousands.
    #[error("misplaced grouping")]
    BadGrouping,
    /// More decimals than the currency has.
    #[error("too many decimals")]
    Fractional,
    /// A code or sign that names no currency.
    #[error("unknown currency")]
    UnknownCurrency,
    /// A number alone.
    #[error("missing currency")]
    MissingCurrency,
    /// More minor units than 64 bits hold.
    #[error("amount is too large")]
    Overflow,
    /// Something after the amount.
    #[error("unexpected text")]
    TrailingText,
}

use ParseAmountErrorKind as Kind;

impl std::str::FromStr for Amount {
    type Err = ParseAmountError;

    /// Reads `₩4,500`, `KRW 4500`, `4500 KRW`, `4,500원`, `€12.34` or `12.34 EUR`: one currency, before or after.
    fn from_str(text: &str) -> Result<Self, ParseAmountError> {
        if text.trim().is_empty() {
            return Err(Kind::Empty.at(0));
        }
        let mut reader = Reader { chars: text.chars(), at: 0 };
        let leading = reader.leading_currency()?;
        let number = reader.number()?;
        let currency = match leading {
            Some(currency) => currency,
            None => reader.trailing_currency()?,
        };
        reader.end()?;
        number.in_currency(currency)
    }
}

impl Kind {
    const fn at(self, at: usize) -> ParseAmountError {
        ParseAmountError { kind: self, at }
    }
}

/// A written number, before its currency says how many decimals it may have.
struct Number {
    at: usize,
    /// Its whole part, `None` when that is too large for any amount.
    whole: Option<i64>,
    decimals_at: usize,
    decimals: Vec<i64>,
}

impl Number {
    fn in_currency(&self, currency: Currency) -> Result<Amount, ParseAmountError> {
        let exponent = usize::from(currency.exponent());
        if self.decimals.len() > exponent {
            return Err(Kind::Fractional.at(self.decimals_at.saturating_add(exponent)));
        }
        let digits = self.decimals.iter().copied().chain(std::iter::repeat(0)).take(exponent);
        let minor = digits.fold(self.whole, |minor, digit| minor?.checked_mul(10)?.checked_add(digit));
        minor.map(|minor| Amount::new(minor, currency)).ok_or(Kind::Overflow.at(self.at))
    }
}

/// Reads from left to right and counts characters.
struct Reader<'a> {
    chars: std::str::Chars<'a>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.clone().next()
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let found = self.peek().filter(|&next| wanted(next))?;
        self.chars.next();
        self.at = self.at.saturating_add(1);
        Some(found)
    }

    fn space(&mut self) {
        let _ = self.take(|next| next == ' ');
    }

    /// `₩` or `KRW`, where the text starts with one.
    fn leading_currency(&mut self) -> Result<Option<Currency>, ParseAmountError> {
        let currency = match self.peek().and_then(Currency::from_symbol) {
            Some(currency) => {
                let _ = self.take(|_| true);
                currency
            }
            None if self.peek().is_some_and(char::is_alphabetic) => self.code()?,
            None => return Ok(None),
        };
        self.space();
        Ok(Some(currency))
    }

    /// `KRW` or `원`, which must follow.
    fn trailing_currency(&mut self) -> Result<Currency, ParseAmountError> {
        let end = self.at;
        self.space();
        if self.take(|next| next == '원').is_some() {
            return Ok(Currency::KRW);
        }
        match self.peek() {
            None => Err(Kind::MissingCurrency.at(end)),
            Some(letter) if letter.is_alphabetic() => self.code(),
            Some(_) => Err(Kind::UnknownCurrency.at(self.at)),
        }
    }

    fn code(&mut self) -> Result<Currency, ParseAmountError> {
        let start = self.at;
        let mut code = String::new();
        while let Some(letter) = self.take(char::is_alphabetic) {
            code.push(letter);
        }
        Currency::from_code(&code).map_err(|_| Kind::UnknownCurrency.at(start))
    }

    fn number(&mut self) -> Result<Number, ParseAmountError> {
        let at = self.at;
        match self.peek() {
            Some('+') => return Err(Kind::SignNotAllowed.at(at)),
            Some('-' | '\u{2212}') => return Err(Kind::Negative.at(at)),
            _ => {}
        }
        let whole = self.whole()?;
        let mut decimals = Vec::new();
        let point = self.take(|next| next == '.').is_some();
        let decimals_at = self.at;
        if point {
            decimals.push(self.digit()?);
            while let Some(digit) = self.next_digit()? {
                decimals.push(digit);
            }
        }
        self.no_exponent()?;
        Ok(Number { at, whole, decimals_at, decimals })
    }

    /// The digits before the point: either no `,` at all, or one before every three digits.
    fn whole(&mut self) -> Result<Option<i64>, ParseAmountError> {
        let mut whole = Some(self.digit()?);
        let mut in_group = 1_usize;
        let mut grouped = false;
        loop {
            let comma_at = self.at;
            if self.take(|next| next == ',').is_some() {
                if (grouped && in_group != 3) || in_group > 3 {
                    return Err(Kind::BadGrouping.at(comma_at));
                }
                (grouped, in_group) = (true, 0);
            } else if let Some(digit) = self.next_digit()? {
                whole = whole.and_then(|whole| whole.checked_mul(10)?.checked_add(digit));
                in_group = in_group.saturating_add(1);
            } else if grouped && in_group != 3 {
                return Err(Kind::BadGrouping.at(self.at));
            } else {
                return Ok(whole);
            }
        }
    }

    fn digit(&mut self) -> Result<i64, ParseAmountError> {
        self.next_digit()?.ok_or(Kind::DigitExpected.at(self.at))
    }

    fn next_digit(&mut self) -> Result<Option<i64>, ParseAmountError> {
        let digit = self.take(|next| next.is_ascii_digit()).and_then(|digit| digit.to_digit(10)).map(i64::from);
        if digit.is_none() && self.peek().is_some_and(char::is_numeric) {
            return Err(Kind::NotAsciiDigit.at(self.at));
        }
        Ok(digit)
    }

    /// `e` is an exponent where a digit or sign follows, and the start of a code such as `EUR` where not.
    fn no_exponent(&self) -> Result<(), ParseAmountError> {
        let mut ahead = self.chars.clone();
        let e = matches!(ahead.next(), Some('e' | 'E'));
        let power = ahead.next().is_some_and(|next| next.is_numeric() || matches!(next, '+' | '-' | '\u{2212}'));
        if e && power { Err(Kind::ExponentNotation.at(self.at)) } else { Ok(()) }
    }

    fn end(&self) -> Result<(), ParseAmountError> {
        if self.peek().is_none() { Ok(()) } else { Err(Kind::TrailingText.at(self.at)) }
    }
}
