//! The data objects of EMVCo QRCPS-MPM v1.1: a two-digit ID, a two-digit length in *characters*, a value.

use crate::{FindingKind, limits};

/// One data object, with what is nested in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// 0 to 99.
    pub id: u8,
    /// The value as it stands, also when it is a template.
    pub value: &'a str,
    /// The objects of a template; empty for a primitive object, and for a template that is not made of objects.
    pub children: Vec<Element<'a>>,
    /// The character (not byte) of the whole payload its ID starts at, from 0.
    pub at: usize,
}

/// Why text is not a code, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at character {at}")]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// The character (not byte) it is wrong at, from 0.
    pub at: usize,
}

/// What may make text no code at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum DecodeErrorKind {
    /// Nothing to read.
    #[error("no code")]
    Empty,
    /// More than 512 characters.
    #[error("more than 512 characters")]
    TooLong,
    /// An ID that is not two digits.
    #[error("id is not two digits")]
    IdNotDigits,
    /// A length that is not two digits.
    #[error("length is not two digits")]
    LengthNotDigits,
    /// Fewer characters than the object announces.
    #[error("object is cut short")]
    Truncated,
    /// No checksum object.
    #[error("no checksum")]
    CrcMissing,
    /// Something after the checksum object.
    #[error("checksum is not the last object")]
    CrcNotLast,
    /// A checksum that is not four hexadecimal characters.
    #[error("checksum is not four hexadecimal characters")]
    CrcNotHex,
    /// A checksum with letters of both cases; the standard writes upper case, and some genuine codes lower case.
    #[error("checksum mixes upper and lower case")]
    CrcMixedCase,
    /// A checksum of other bytes.
    #[error("checksum is wrong")]
    CrcMismatch,
}

impl DecodeErrorKind {
    /// Its stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.finding().code()
    }

    /// The finding it is told as.
    #[must_use]
    pub const fn finding(self) -> FindingKind {
        match self {
            Self::Empty => FindingKind::Empty,
            Self::TooLong => FindingKind::TooLong,
            Self::IdNotDigits => FindingKind::IdNotDigits,
            Self::LengthNotDigits => FindingKind::LengthNotDigits,
            Self::Truncated => FindingKind::Truncated,
            Self::CrcMissing => FindingKind::CrcMissing,
            Self::CrcNotLast => FindingKind::CrcNotLast,
            Self::CrcNotHex => FindingKind::CrcNotHex,
            Self::CrcMixedCase => FindingKind::CrcMixedCase,
            Self::CrcMismatch => FindingKind::CrcMismatch,
        }
    }

    pub(crate) const fn at(self, at: usize) -> DecodeError {
        DecodeError { kind: self, at }
    }
}

impl<'a> Element<'a> {
    /// Its ID as two digits.
    #[must_use]
    pub fn id_text(&self) -> String {
        format!("{:02}", self.id)
    }

    /// The value of the first nested object with this ID.
    #[must_use]
    pub fn child(&self, id: u8) -> Option<&'a str> {
        find(&self.children, id).map(|child| child.value)
    }
}

/// The first object with this ID.
pub(crate) fn find<'e, 'a>(elements: &'e [Element<'a>], id: u8) -> Option<&'e Element<'a>> {
    elements.iter().find(|element| element.id == id)
}

/// What an object's place says about its value (QRCPS-MPM v1.1, IDs 26–51, 62, 64 and 80–99).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nesting {
    /// Plain text.
    Primitive,
    /// A template of objects by the standard; real codes keep plain text there, which is a finding, not an error.
    Template,
}

impl Nesting {
    /// The rule for `id` inside `parent` (`None` at the top).
    ///
    /// INVARIANT: no template lies deeper than the third level (62 → 50–99 → objects), so recursion is bounded.
    pub(crate) const fn of(parent: Option<u8>, id: u8) -> Self {
        match (parent, id) {
            (None, 26..=51 | 62 | 64 | 80..=99) | (Some(62), 50..=99) => Self::Template,
            _ => Self::Primitive,
        }
    }
}

/// Splits a payload into its objects. The checksum is not looked at.
pub(crate) fn walk(text: &str) -> Result<Vec<Element<'_>>, DecodeError> {
    let (elements, error) = survey(text);
    error.map_or(Ok(elements), Err)
}

/// The objects up to the first that cannot be read, and why it cannot.
pub(crate) fn survey(text: &str) -> (Vec<Element<'_>>, Option<DecodeError>) {
    if text.is_empty() {
        return (Vec::new(), Some(DecodeErrorKind::Empty.at(0)));
    }
    if text.len() > limits::CODE_CHARS_MAX && text.chars().nth(limits::CODE_CHARS_MAX).is_some() {
        return (Vec::new(), Some(DecodeErrorKind::TooLong.at(limits::CODE_CHARS_MAX)));
    }
    walk_level(text, 0, None)
}

fn walk_level(text: &str, at: usize, parent: Option<u8>) -> (Vec<Element<'_>>, Option<DecodeError>) {
    let mut cursor = Cursor { rest: text, at };
    let mut elements = Vec::with_capacity(if parent.is_none() { 16 } else { 4 });
    while !cursor.rest.is_empty() {
        match cursor.element(parent) {
            Ok(element) => elements.push(element),
            Err(error) => return (elements, Some(error)),
        }
    }
    (elements, None)
}

/// Where reading stands, in characters of the whole payload.
struct Cursor<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn element(&mut self, parent: Option<u8>) -> Result<Element<'a>, DecodeError> {
        let at = self.at;
        let truncated = DecodeErrorKind::Truncated.at(at);
        let id = two_digits(self.take(2).ok_or(truncated)?).ok_or(DecodeErrorKind::IdNotDigits.at(at))?;
        let length_at = self.at;
        let length = two_digits(self.take(2).ok_or(truncated)?);
        let length = length.ok_or(DecodeErrorKind::LengthNotDigits.at(length_at))?;
        let value_at = self.at;
        let value = self.take(usize::from(length)).ok_or(truncated)?;
        let children = match Nesting::of(parent, id) {
            Nesting::Primitive => Vec::new(),
            // WHY: genuine codes keep plain text in templates, so that is a finding; half of it is never shown as a tree.
            Nesting::Template => match walk_level(value, value_at, Some(id)) {
                (children, None) => children,
                _ => Vec::new(),
            },
        };
        Ok(Element { id, value, children, at })
    }

    /// The next `count` characters, if there are as many.
    fn take(&mut self, count: usize) -> Option<&'a str> {
        let end = match self.rest.as_bytes().get(..count) {
            Some(head) if head.is_ascii() => count,
            _ => match self.rest.char_indices().nth(count) {
                Some((byte, _)) => byte,
                None if self.rest.chars().count() == count => self.rest.len(),
                None => return None,
            },
        };
        let (head, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        self.at = self.at.saturating_add(count);
        Some(head)
    }
}

fn two_digits(text: &str) -> Option<u8> {
    match *text.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens & 15).wrapping_mul(10).wrapping_add(ones & 15)),
        _ => None,
    }
}

/// Why objects cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// An ID above 99, or 63, which the checksum takes.
    #[error("id `{0}` cannot be used")]
    Id(u8),
    /// A value of more than 99 characters.
    #[error("value of id `{0}` has more than 99 characters")]
    ValueTooLong(u8),
    /// More than 512 characters in all.
    #[error("code has more than 512 characters")]
    TooLong,
}

/// The highest ID: two digits.
const ID_MAX: u8 = 99;

/// Appends one object.
pub(crate) fn write(out: &mut String, id: u8, value: &str) -> Result<(), EncodeError> {
    if id > ID_MAX {
        return Err(EncodeError::Id(id));
    }
    head(out, id, crate::rules::chars(value))?;
    out.push_str(value);
    Ok(())
}

/// Appends a template: one object made of `objects`.
pub(crate) fn write_template(out: &mut String, id: u8, objects: &[(u8, &str)]) -> Result<(), EncodeError> {
    let lengths = objects.iter().map(|(_, value)| crate::rules::chars(value).saturating_add(HEAD_CHARS));
    if id > ID_MAX {
        return Err(EncodeError::Id(id));
    }
    if let Some((inner, _)) = objects.iter().find(|(_, value)| crate::rules::chars(value) > limits::VALUE_CHARS_MAX) {
        return Err(EncodeError::ValueTooLong(*inner));
    }
    head(out, id, lengths.sum())?;
    objects.iter().try_for_each(|&(inner, value)| write(out, inner, value))
}

/// Characters of an object before its value.
const HEAD_CHARS: usize = 4;

/// Appends what stands before a value: the ID and the length in two digits each.
fn head(out: &mut String, id: u8, length: usize) -> Result<(), EncodeError> {
    let too_long = EncodeError::ValueTooLong(id);
    let length = u8::try_from(length).ok().filter(|length| usize::from(*length) <= limits::VALUE_CHARS_MAX);
    let length = length.ok_or(too_long)?;
    for number in [id, length] {
        out.push(char::from(b'0'.wrapping_add(number / 10)));
        out.push(char::from(b'0'.wrapping_add(number % 10)));
    }
    Ok(())
}
