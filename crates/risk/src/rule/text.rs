//! The text of a condition: words, numbers with units and signs, with the column each begins at.

use super::ConditionError;

/// A word of a condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, `and`, `or`, `not`, a function.
    Name(String),
    /// A number, its unit multiplied in.
    Number(f32),
    /// A text in quotes.
    Text(String),
    /// An operator, a bracket or a comma.
    Sign(&'static str),
}

const SIGNS: [&str; 14] = ["<=", ">=", "==", "!=", "<", ">", "+", "-", "*", "/", "(", ")", ",", "%"];

/// Units of a number: what it is multiplied with.
const UNITS: [(&str, f32); 7] =
    [("ms", 0.001), ("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0), ("w", 604_800.0), ("%", 0.01)];

/// The words of a condition, each with the column it begins at, counted from 1.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ConditionError> {
    let mut found = Vec::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start();
        let column = text.len() - trimmed.len() + 1;
        let Some(first) = trimmed.chars().next() else { return Ok(found) };
        let (token, after) = if first.is_ascii_digit() || first == '.' {
            number(trimmed, column)?
        } else if first.is_ascii_alphabetic() || first == '_' {
            let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'));
            let (name, after) = trimmed.split_at(end.unwrap_or(trimmed.len()));
            (Token::Name(name.to_owned()), after)
        } else if let Some(quoted) = trimmed.strip_prefix('"').or_else(|| trimmed.strip_prefix('\'')) {
            let (inside, after) = quoted
                .split_once(first)
                .ok_or_else(|| ConditionError::new(column, "this text has no end".to_owned()))?;
            (Token::Text(inside.to_owned()), after)
        } else {
            let sign = SIGNS.into_iter().find(|sign| trimmed.starts_with(sign));
            let sign = sign.ok_or_else(|| ConditionError::new(column, format!("`{first}` means nothing here")))?;
            (Token::Sign(sign), trimmed.get(sign.len()..).unwrap_or(""))
        };
        found.push((column, token));
        rest = after;
    }
}

fn number(text: &str, column: usize) -> Result<(Token, &str), ConditionError> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '_')).unwrap_or(text.len());
    let (digits, after) = text.split_at(end);
    let value: Option<f32> = digits.replace('_', "").parse().ok().filter(|value: &f32| value.is_finite());
    let value = value.ok_or_else(|| ConditionError::new(column, format!("`{digits}` is not a number")))?;
    if let Some(after) = after.strip_prefix('%') {
        return Ok((Token::Number(value * 0.01), after));
    }
    let end = after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len());
    let (unit, after) = after.split_at(end);
    if unit.is_empty() {
        return Ok((Token::Number(value), after));
    }
    let known = UNITS.into_iter().find(|(name, _)| *name == unit);
    let (_, scale) = known.ok_or_else(|| {
        let what = format!("`{unit}` is no unit; there are `ms`, `s`, `min`, `h`, `d`, `w` and `%`");
        ConditionError::new(column + digits.len(), what)
    })?;
    Ok((Token::Number(value * scale), after))
}
