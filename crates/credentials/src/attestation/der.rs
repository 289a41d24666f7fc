//! DER (X.690), one value after the other: as much as the extensions of attestation certificates need.

/// One value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Value<'a> {
    /// Universal, application, context or private: the two upper bits of its first byte.
    pub(super) class: u8,
    /// Its tag's number.
    pub(super) number: u32,
    /// What it holds.
    pub(super) bytes: &'a [u8],
}

pub(super) const UNIVERSAL: u8 = 0;
pub(super) const CONTEXT: u8 = 2;
pub(super) const BOOLEAN: u32 = 1;
pub(super) const INTEGER: u32 = 2;
pub(super) const OCTETS: u32 = 4;
pub(super) const ENUMERATED: u32 = 10;
pub(super) const SEQUENCE: u32 = 16;
pub(super) const SET: u32 = 17;

/// Values in a row. `None` at the end, and at the first that cannot be read; [`Values::is_over`] tells them apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values<'a>(&'a [u8]);

impl<'a> Values<'a> {
    pub(super) const fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next value, of this universal kind.
    pub(super) fn universal(&mut self, number: u32) -> Option<&'a [u8]> {
        self.next().filter(|value| value.class == UNIVERSAL && value.number == number).map(|value| value.bytes)
    }

    fn read(&self) -> Option<(Value<'a>, &'a [u8])> {
        let (&first, rest) = self.0.split_first()?;
        let (number, rest) = match u32::from(first & 0x1f) {
            0x1f => high_number(rest)?,
            low => (low, rest),
        };
        let (length, rest) = length(rest)?;
        let (bytes, rest) = rest.split_at_checked(length)?;
        Some((Value { class: first >> 6, number, bytes }, rest))
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        let (value, rest) = self.read()?;
        self.0 = rest;
        Some(value)
    }
}

/// A tag number of several bytes, seven bits each; three bytes are more than anybody uses.
fn high_number(mut bytes: &[u8]) -> Option<(u32, &[u8])> {
    let mut number = 0_u32;
    for _ in 0..3 {
        let (&byte, rest) = bytes.split_first()?;
        bytes = rest;
        number = number << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((number, bytes));
        }
    }
    None
}

/// A definite length below 2²⁴.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return Some((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    let (digits, rest) = rest.split_at_checked(count).filter(|_| (1..=3).contains(&count))?;
    let length = digits.iter().fold(0_usize, |length, &digit| length << 8 | usize::from(digit));
    Some((length, rest))
}

/// A number of at most four bytes that is not negative.
pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    let is_number = bytes.first().is_some_and(|first| *first < 0x80) && bytes.len() <= 5;
    let fold = |number: u32, &digit: &u8| number.checked_mul(256)?.checked_add(u32::from(digit));
    if is_number { bytes.iter().try_fold(0_u32, fold) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_one_after_the_other_and_nothing_beyond_their_end() {
        let mut values =
            Values::of(&[0x02, 0x01, 0x05, 0xbf, 0x85, 0x3e, 0x03, 0x02, 0x01, 0x00, 0x04, 0x81, 0x01, 0xff]);
        assert_eq!(values.universal(INTEGER).and_then(number), Some(5));
        let origin = values.next().unwrap();
        assert_eq!((origin.class, origin.number, origin.bytes), (CONTEXT, 702, &[0x02, 0x01, 0x00][..]));
        assert_eq!(values.universal(OCTETS), Some(&[0xff][..]));
        assert!(values.is_over() && values.next().is_none());
        for broken in
            [&[0x02][..], &[0x02, 0x02, 0x01], &[0x1f, 0x80, 0x80, 0x80, 0x01, 0x00], &[0x04, 0x84, 0, 0, 0, 0]]
        {
            let mut values = Values::of(broken);
            assert!(values.next().is_none() && !values.is_over(), "{broken:?}");
        }
        assert_eq!((number(&[0x80]), number(&[]), number(&[0, 0xff, 0xff, 0xff, 0xff])), (None, None, Some(u32::MAX)));
    }
}
