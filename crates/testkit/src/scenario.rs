//! Scenario text: one line asks something, ` → ` says what must come of it.
//!
//! ```text
//! open A1 credit KRW
//! hold H1 A1>A2 500 → refused: funds are insufficient
//! ```
//! This module knows lines, words and names, and nothing of what is tested; whoever tests gives it the verbs.
#![expect(clippy::panic, reason = "a scenario that cannot be read is a broken test")]

use std::fmt::Write;

/// One line, its expectation cut off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    text: &'a str,
    words: Vec<&'a str>,
}

impl<'a> Line<'a> {
    /// The first word.
    #[must_use]
    pub fn verb(&self) -> &'a str {
        self.word(0)
    }

    /// The word at `index`, from 0; a test failure when there is none.
    #[must_use]
    pub fn word(&self, index: usize) -> &'a str {
        self.words.get(index).copied().unwrap_or_else(|| panic!("`{}` has no word {index}", self.text))
    }

    /// The words from `index` on.
    #[must_use]
    pub fn words_from(&self, index: usize) -> &[&'a str] {
        self.words.get(index..).unwrap_or_default()
    }

    /// The word after `key`, where `key` stands among the words.
    #[must_use]
    pub fn after(&self, key: &str) -> Option<&'a str> {
        let index = self.words.iter().position(|word| *word == key)?;
        Some(self.word(index.saturating_add(1)))
    }
}

/// Plays every line through `play` and compares what it answers with what stands behind the arrow.
///
/// A line without an arrow must be answered with something that does not start with `refused`. Empty lines and
/// those that start with `#` are comments. The whole text is compared at once, so that a failure shows all of it.
///
/// # Panics
/// When an answer differs.
#[track_caller]
pub fn check(scenario: &str, mut play: impl FnMut(&Line<'_>) -> String) {
    let (mut expected, mut answered) = (String::new(), String::new());
    for line in scenario.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (text, wanted) = match line.split_once(" → ") {
            Some((text, wanted)) => (text.trim(), Some(wanted.trim())),
            None => (line, None),
        };
        let answer = play(&Line { text, words: text.split_whitespace().collect() });
        let wanted = match wanted {
            Some(wanted) => wanted.to_owned(),
            None if answer.starts_with("refused") => "anything but a refusal".to_owned(),
            None => answer.clone(),
        };
        let _ = writeln!(expected, "{text} → {wanted}");
        let _ = writeln!(answered, "{text} → {answer}");
    }
    assert!(expected == answered, "\nexpected:\n{expected}\nanswered:\n{answered}");
}

/// The bytes of an id that stands for a short name: `A1`, `wallet`. The same name is always the same id.
///
/// # Panics
/// When the name is empty or longer than 16 bytes.
#[must_use]
pub fn named(name: &str) -> [u8; 16] {
    assert!(!name.is_empty() && name.len() <= 16, "`{name}` is not a name");
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(name.bytes()).for_each(|(slot, byte)| *slot = byte);
    bytes
}

/// The name an id was made of with [`named`].
#[must_use]
pub fn name_of(bytes: &[u8; 16]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_owned()
}
