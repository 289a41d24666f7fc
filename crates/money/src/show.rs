//! How an [`Amount`] is written: `12.34 EUR` for programs and logs, `₩4,500` for people.

use std::fmt::{self, Write};

use crate::{Amount, Currency};

/// As programs and logs write it: `4500 KRW`, `12.34 EUR`, `-1.234 BHD`. Reading it back gives the same amount,
/// except that a negative one is refused where people write.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_digits(f, false)?;
        write!(f, " {}", self.currency())
    }
}

/// An amount as people read it; made by [`Amount::for_people`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForPeople(Amount);

impl Amount {
    /// As people read it, with thousands apart: `₩4,500`, `1,234.50 EUR`.
    ///
    /// WHY: only the won goes by its sign. `$` and `¥` each stand for several currencies, so the others are named.
    #[must_use]
    pub const fn for_people(self) -> ForPeople {
        ForPeople(self)
    }

    fn write_digits(self, f: &mut fmt::Formatter<'_>, grouped: bool) -> fmt::Result {
        if self.is_negative() {
            f.write_char('-')?;
        }
        self.write_magnitude(f, grouped)
    }

    fn write_magnitude(self, f: &mut fmt::Formatter<'_>, grouped: bool) -> fmt::Result {
        let exponent = usize::from(self.currency().exponent());
        // At least one digit stands before the point.
        let width = exponent.saturating_add(1);
        let digits = format!("{:0width$}", self.minor().unsigned_abs());
        let (whole, decimals) = digits.split_at(digits.len().saturating_sub(exponent));
        for (index, digit) in whole.chars().enumerate() {
            let left = whole.len().saturating_sub(index);
            if grouped && index > 0 && left.is_multiple_of(3) {
                f.write_char(',')?;
            }
            f.write_char(digit)?;
        }
        if decimals.is_empty() { Ok(()) } else { write!(f, ".{decimals}") }
    }
}

impl fmt::Display for ForPeople {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.currency() != Currency::KRW {
            self.0.write_digits(f, true)?;
            return write!(f, " {}", self.0.currency());
        }
        f.write_str(if self.0.is_negative() { "-₩" } else { "₩" })?;
        self.0.write_magnitude(f, true)
    }
}
