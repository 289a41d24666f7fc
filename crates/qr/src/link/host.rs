//! Host names in other alphabets: what would let one name pass for another (UTS 39, UTS 46, RFC 5892).

use std::ops::RangeInclusive;

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};
use unicode_security::{GeneralSecurityProfile, MixedScript, RestrictionLevel, RestrictionLevelDetection};

use crate::finding::{FindingKind, Findings};
use crate::link::letters;
use crate::names;

/// Marks that combine with any letter; those of real spellings are part of the letter once normalised.
const LOOSE_MARKS: RangeInclusive<char> = '\u{0300}'..='\u{036F}';
/// The full stops that separate labels (UTS 46).
const DOTS: [char; 4] = ['.', '\u{3002}', '\u{FF0E}', '\u{FF61}'];
/// Strokes of Chinese and Japanese writing that pass for punctuation beside other letters.
const STROKES: &[char] = &['一', '丶', '丨', '丿', '乀', '乁', 'ノ', 'へ', 'ヘ', '〆', '〳', '〵', 'ㄧ', '゠', 'ー'];

/// Adds what is wrong with a host, as written (`raw`, its first character at `at`) and as read (`name`, in Unicode).
pub(super) fn check(raw: &str, name: &str, at: usize, found: &mut Findings) {
    let ending = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let labels = name.trim_end_matches('.').split('.');
    let last = labels.clone().count().saturating_sub(1);
    let odd_dot = raw.chars().position(|c| c != '.' && DOTS.contains(&c));
    found.add(odd_dot.is_some(), FindingKind::HostMapped, at.saturating_add(odd_dot.unwrap_or_default()));
    let mut at = at;
    let mut written = raw.split(DOTS);
    for (index, label) in labels.enumerate() {
        let raw_label = written.next().unwrap_or_default();
        if !label.is_ascii() || !raw_label.is_ascii() {
            spelling(raw_label, label, at, found);
            if index < last || last == 0 {
                self::label(label, ending, at, found);
            }
        }
        at = at.saturating_add(raw_label.chars().count()).saturating_add(1);
    }
}

/// A label that programs read differently, or that is written with characters that stand for others.
fn spelling(raw: &str, label: &str, at: usize, found: &mut Findings) {
    let differs = |c: char| matches!(c, 'ß' | 'ẞ' | 'ς' | '\u{200C}' | '\u{200D}');
    let deviation = raw.chars().chain(label.chars()).any(differs);
    found.add(deviation, FindingKind::HostDeviation, at);
    if deviation || raw.is_ascii() || raw.contains('%') {
        return;
    }
    let usual = raw.chars().flat_map(char::to_lowercase).nfc().eq(label.chars());
    found.add(!usual, FindingKind::HostMapped, at);
}

fn label(label: &str, ending: &str, at: usize, found: &mut Findings) {
    let chars: Vec<char> = label.chars().collect();
    let first = |of: &dyn Fn(char) -> bool| chars.iter().position(|&c| of(c));
    let mut add = |place: Option<usize>, kind: FindingKind| {
        found.add(place.is_some(), kind, at.saturating_add(place.unwrap_or_default()));
    };
    // Rare letters of a script are no disguise in its own country.
    let rare = |c: char| !c.is_ascii() && !c.identifier_allowed();
    let strange = first(&|c| rare(c) && !letters::is_home(c, ending) || is_at_home_elsewhere(c, ending));
    add(strange, FindingKind::HostForbiddenCharacter);
    if strange.is_none() {
        let single = label.is_single_script();
        let mixed = !single && !label.check_restriction_level(RestrictionLevel::HighlyRestrictive);
        add(mixed.then_some(0), FindingKind::HostMixedScripts);
    }
    add(letters::imitates_latin(label, ending).then_some(0), FindingKind::HostWholeScript);
    add(digits(&chars), FindingKind::HostDigits);
    add(names::piled(label), FindingKind::HostInvisible);
    add(first(&|c| money::is_invisible(c)), FindingKind::HostInvisible);
    add(pattern(&chars, ending), FindingKind::HostPattern);
}

/// Letters of one language that pass for others anywhere else: Icelandic þ and ð, Azerbaijani ə.
fn is_at_home_elsewhere(c: char, ending: &str) -> bool {
    match c {
        'þ' => ending != "is",
        'ð' => !matches!(ending, "is" | "fo"),
        'ə' => ending != "az",
        _ => false,
    }
}

/// Digits of two number systems in one label.
fn digits(chars: &[char]) -> Option<usize> {
    let system = |c: char| (c.is_numeric() && c.script() != Script::Han).then(|| c.script());
    let mut systems = chars.iter().enumerate().filter_map(|(at, &c)| system(c).map(|of| (at, of)));
    let (_, first) = systems.next()?;
    systems.find(|(_, other)| *other != first).map(|(at, _)| at)
}

const fn is_east_asian(script: Script) -> bool {
    matches!(script, Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo | Script::Hangul)
}

/// A character where it is mistaken for something else.
fn pattern(chars: &[char], ending: &str) -> Option<usize> {
    let script = |index: Option<usize>| index.and_then(|at| chars.get(at)).map(|c| c.script());
    let neighbour = |at: usize, is: char| {
        let beside = |index: Option<usize>| index.and_then(|at| chars.get(at)) == Some(&is);
        beside(at.checked_sub(1)) && beside(at.checked_add(1))
    };
    let japanese = |c: &char| matches!(c.script(), Script::Han | Script::Hiragana | Script::Katakana);
    let foreign = |index: Option<usize>| {
        index.and_then(|at| chars.get(at)).is_some_and(|&c| {
            c != '-' && !is_east_asian(c.script()) && !matches!(c.script(), Script::Inherited) && c.is_alphanumeric()
        })
    };
    chars.iter().enumerate().find_map(|(at, &c)| {
        let (before, after) = (at.checked_sub(1), at.checked_add(1));
        let bad = match c {
            // RFC 5892 A.3, and only where Catalan is at home.
            '·' => ending != "cat" || !neighbour(at, 'l'),
            // RFC 5892 A.7.
            '・' => !chars.iter().any(|other| *other != c && japanese(other)),
            // The marks of repetition follow what they repeat.
            'ヽ' | 'ヾ' => script(before) != Some(Script::Katakana),
            'ゝ' | 'ゞ' => script(before) != Some(Script::Hiragana),
            'ー' if !matches!(script(before), Some(Script::Katakana | Script::Hiragana | Script::Common)) => true,
            '\u{3099}' | '\u{309A}' => true,
            'ı' | 'ȷ' => after.and_then(|next| chars.get(next)).is_some_and(|next| LOOSE_MARKS.contains(next)),
            c if LOOSE_MARKS.contains(&c) => true,
            c if STROKES.contains(&c) => foreign(before) || foreign(after),
            _ => false,
        };
        bad.then_some(at)
    })
}
