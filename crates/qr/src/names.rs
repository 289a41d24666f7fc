//! Names and memos: one sanitiser decides how they are shown and says what was hidden in them (UTS 39, UAX #9).

use std::borrow::Cow;
use std::collections::HashMap;

use money::is_invisible;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark, is_nfc};
use unicode_script::{Script, UnicodeScript};
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection};

use crate::finding::{Finding, FindingKind, Findings};
use crate::limits;
use crate::link::letters;

/// Words as they may be shown, and what was wrong with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownText<'a> {
    /// The words: what hides or reorders others stands as `�`, what is too long ends in `…`.
    pub text: Cow<'a, str>,
    /// What was found; places are characters of the words as they came.
    pub findings: Vec<Finding>,
}

/// Makes a name or memo safe to show. The answer has at most [`limits::SHOWN_CHARS_MAX`] characters and, shown again,
/// stays as it is.
#[must_use]
pub fn shown(text: &str) -> ShownText<'_> {
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if plain && text.len() <= limits::SHOWN_CHARS_MAX {
        return ShownText { text: Cow::Borrowed(text), findings: Vec::new() };
    }
    let mut found = Findings::default();
    hidden(text, &mut found);
    found.add(text.chars().nth(limits::SHOWN_CHARS_MAX).is_some(), FindingKind::TextTooLong, limits::SHOWN_CHARS_MAX);
    let head: String = text.chars().take(limits::SHOWN_CHARS_MAX).collect();
    found.add(!is_nfc(&head), FindingKind::TextNotNormal, 0);
    marks(&head, &mut found);
    scripts(&head, &mut found);
    ShownText { text: clean(text), findings: found.0 }
}

/// The first of each kind of character that nobody sees.
pub(crate) fn hidden(text: &str, found: &mut Findings) {
    let at = |of: fn(char) -> bool| text.chars().position(of);
    for (position, kind) in [
        (at(is_bidi), FindingKind::TextBidi),
        (at(|c| is_invisible(c) && !is_bidi(c)), FindingKind::TextInvisible),
        (at(char::is_control), FindingKind::TextControl),
    ] {
        found.add(position.is_some(), kind, position.unwrap_or_default());
    }
}

/// Controls of UAX #9.
pub(crate) const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Where marks are piled up: the same twice, or more than four on one letter.
pub(crate) fn piled(text: &str) -> Option<usize> {
    let (mut run, mut last) = (0_u32, None);
    for (at, c) in text.chars().enumerate() {
        if !is_combining_mark(c) {
            (run, last) = (0, None);
            continue;
        }
        run = run.saturating_add(1);
        if run > MARKS_MAX || last == Some(c) {
            return Some(at);
        }
        last = Some(c);
    }
    None
}

/// Marks that a letter of any living language may carry.
const MARKS_MAX: u32 = 4;

fn marks(text: &str, found: &mut Findings) {
    let at = piled(text);
    found.add(at.is_some(), FindingKind::TextMarks, at.unwrap_or_default());
}

/// Words that mix alphabets, and letters of one alphabet that all look like those of another.
fn scripts(text: &str, found: &mut Findings) {
    let mut at = 0_usize;
    for word in text.split(' ') {
        let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
        if !letters.is_ascii() && letters.chars().all(GeneralSecurityProfile::identifier_allowed) {
            let mixed = !letters.as_str().check_restriction_level(RestrictionLevel::HighlyRestrictive);
            found.add(mixed, FindingKind::TextMixedScripts, at);
        } else if let Some(odd) = word.chars().position(|c| stray(c) && c.is_alphabetic()) {
            found.add(true, FindingKind::TextConfusable, at.saturating_add(odd));
        }
        at = at.saturating_add(word.chars().count()).saturating_add(1);
    }
    let foreign = || text.chars().enumerate().filter(|(_, c)| c.is_alphanumeric() && !c.is_ascii());
    let latin = |c: char| matches!(c.script(), Script::Latin | Script::Common | Script::Inherited);
    let count = foreign().count();
    if count >= 3 && foreign().all(|(_, c)| !latin(c) && letters::looks_latin(c)) {
        found.add(true, FindingKind::TextConfusable, foreign().next().map_or(0, |(at, _)| at));
    }
}

/// A letter that no living language's spelling needs, e.g. the small capitals of phonetics; half- and full-width and
/// styled forms are among them.
fn stray(c: char) -> bool {
    !c.is_ascii() && !c.identifier_allowed() && !matches!(c.script(), Script::Hangul | Script::Han | Script::Katakana)
}

fn clean(text: &str) -> Cow<'_, str> {
    let mut shown = String::new();
    let (mut chars, mut run) = (0_usize, 0_u32);
    let mut rest = text.nfc().peekable();
    while let Some(c) = rest.next() {
        run = if is_combining_mark(c) { run.saturating_add(1) } else { 0 };
        if run > MARKS_MAX {
            continue;
        }
        if chars.saturating_add(1) >= limits::SHOWN_CHARS_MAX && rest.peek().is_some() {
            shown.push('…');
            break;
        }
        shown.push(if c.is_control() || is_invisible(c) { '\u{FFFD}' } else { c });
        chars = chars.saturating_add(1);
    }
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// Names that a text may imitate: the registered payees.
#[derive(Clone, Debug, Default)]
pub struct KnownNames(HashMap<String, String>);

impl KnownNames {
    /// Keeps each name by what it looks like.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let entry = |name: &str| (letters::folded(name), plain(name));
        Self(names.into_iter().map(entry).filter(|(fold, _)| fold.chars().nth(2).is_some()).collect())
    }

    /// Whether `name` looks like a known one and is written otherwise.
    #[must_use]
    pub fn imitates(&self, name: &str) -> bool {
        !self.0.is_empty() && self.0.get(&letters::folded(name)).is_some_and(|known| *known != plain(name))
    }
}

/// A name without what people leave out: case, spaces and punctuation.
fn plain(name: &str) -> String {
    name.nfc().filter(|c| c.is_alphanumeric() || is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(text: &str) -> Vec<&'static str> {
        shown(text).findings.iter().map(|finding| finding.kind.code()).collect()
    }

    #[test]
    fn honest_names_are_shown_as_they_are() {
        for name in
            ["한빛커피", "Hanbit Coffee 2호점", "Café Zoë", "東京ラーメン", "Кофейня Мир", "Ελληνικό", "ร้านกาแฟ"]
        {
            assert_eq!(shown(name), ShownText { text: Cow::Borrowed(name), findings: Vec::new() }, "{name}");
        }
    }

    #[test]
    fn tricks_are_named_and_made_visible() {
        for (name, code, seen) in [
            ("한빛\u{202E}커피", "text_bidi", "한빛\u{FFFD}커피"),
            ("한빛\u{200B}커피", "text_invisible", "한빛\u{FFFD}커피"),
            ("한빛\u{0007}커피", "text_control", "한빛\u{FFFD}커피"),
            ("Hаnbit", "text_mixed_scripts", "Hаnbit"),
            ("ѕсоре", "text_confusable", "ѕсоре"),
            ("nᴏtaires", "text_confusable", "nᴏtaires"),
            ("a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}", "text_marks", "à\u{301}\u{302}\u{303}\u{304}"),
        ] {
            assert!(codes(name).contains(&code), "{name:?}: {:?}", codes(name));
            assert_eq!(shown(name).text, seen);
        }
        assert!(codes(&"가".repeat(200)).contains(&"text_too_long"));
        assert_eq!(shown(&"가".repeat(200)).text.chars().count(), limits::SHOWN_CHARS_MAX);
    }

    #[test]
    fn a_name_like_a_registered_one_is_told_from_the_same_name() {
        let known = KnownNames::new(["Hanbit Coffee", "한빛커피"]);
        for (name, imitates) in [
            ("Hanbit Coffee", false),
            ("HANBIT  COFFEE", false),
            ("Hаnbit Coffee", true),
            ("Hanb1t C0ffee", true),
            ("한빛커피", false),
            ("Other", false),
        ] {
            assert_eq!(known.imitates(name), imitates, "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_bounded_safe_and_final(text in ".{0,200}|[a\u{300}-\u{305}\u{202e}\u{200b}가-힣ѕ]{0,120}") {
            let once = shown(&text);
            prop_assert!(once.text.chars().count() <= limits::SHOWN_CHARS_MAX);
            prop_assert!(!once.text.chars().any(|c| c.is_control() || is_invisible(c)));
            prop_assert!(once.findings.iter().all(|finding| finding.at <= text.chars().count()));
            let twice = shown(&once.text);
            prop_assert_eq!(&twice.text, &once.text);
        }
    }
}
