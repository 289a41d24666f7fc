//! [`Text`]: a bounded line of words that is safe to show.

/// One line of at most `MAX` characters: not empty, no surrounding space, no control, bidi or invisible characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text<const MAX: usize>(String);

/// Why words cannot be accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing, or only space.
    #[error("text is empty")]
    Empty,
    /// More characters than the field holds.
    #[error("text has {0} characters, more than {1}")]
    TooLong(usize, usize),
    /// A character that could hide or reorder others.
    #[error("character {0} cannot be shown safely")]
    Unsafe(usize),
    /// Space before or after the words.
    #[error("text starts or ends with space")]
    Untrimmed,
}

impl<const MAX: usize> Text<MAX> {
    /// Checks and takes `text`.
    ///
    /// # Errors
    /// [`TextError`], with the character where that helps.
    pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(TextError::Empty);
        }
        if text.trim().len() != text.len() {
            return Err(TextError::Untrimmed);
        }
        let chars = text.chars().count();
        if chars > MAX {
            return Err(TextError::TooLong(chars, MAX));
        }
        match text.chars().position(is_unsafe) {
            Some(at) => Err(TextError::Unsafe(at)),
            None => Ok(Self(text)),
        }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, bidi controls (UAX #9), zero-width and other default-ignorable format characters.
fn is_unsafe(c: char) -> bool {
    c.is_control() || money::is_invisible(c)
}

impl<const MAX: usize> std::fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> std::str::FromStr for Text<MAX> {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

impl<const MAX: usize> serde::Serialize for Text<MAX> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, const MAX: usize> serde::Deserialize<'de> for Text<MAX> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(text).map_err(serde::de::Error::custom)
    }
}

impl<const MAX: usize> utoipa::PartialSchema for Text<MAX> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .min_length(Some(1))
            .max_length(Some(MAX))
            .into()
    }
}

impl<const MAX: usize> utoipa::ToSchema for Text<MAX> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Text{MAX}").into()
    }
}
