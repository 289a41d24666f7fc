//! Which letters look like which: UTS 39 skeletons, and what they leave out.

use unicode_script::{Script, UnicodeScript};
use unicode_security::skeleton;

/// Letters whose shape passes for a Latin letter or a digit in small type, beyond the skeletons of UTS 39.
const LOOK_LATIN: &str = "աагзէհոսւցփքօշлԛԝԗһӏ\
    αγεηικνορτυχω\
    იოყძხჽჿ\
    דוחיןסםװױײ\
    ऽ०१৪০৭ਗ੦੨ડટ૦೦೧ಽടഠധറനഠ൦டபଠ୦ଽ౦౧\
    ทนบพรหเแลปฟมดว๐\
    ขဂခငထပဝ၀၁၂႐႑႒႓႔႕႖႗႘႙";

/// A letter or digit that passes for an ASCII one.
pub(crate) fn looks_latin(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let mut buffer = [0_u8; 4];
    let mut seen = skeleton(c.encode_utf8(&mut buffer));
    LOOK_LATIN.contains(c) || seen.next().is_some_and(|first| first.is_ascii_alphanumeric())
}

/// What `text` looks like at a glance: one spelling for all that pass for each other, without spaces and punctuation.
pub(crate) fn folded(text: &str) -> String {
    let lower: String = text.chars().flat_map(char::to_lowercase).collect();
    let mut fold = String::with_capacity(lower.len());
    if lower.is_ascii() {
        lower.chars().for_each(|c| push(&mut fold, c));
    } else {
        let letter = |c: &char| c.is_alphanumeric();
        skeleton(&lower).flat_map(char::to_lowercase).filter(letter).for_each(|c| push(&mut fold, c));
    }
    fold
}

/// Adds one character, joining the pairs that pass for one letter.
fn push(fold: &mut String, c: char) {
    let c = match c {
        '0' => 'o',
        '1' | 'i' | '|' | 'ı' => 'l',
        '3' => 'e',
        '5' => 's',
        c if c.is_alphanumeric() => c,
        _ => return,
    };
    let joined = match (fold.chars().next_back(), c) {
        (Some('r'), 'n') => 'm',
        (Some('v'), 'v') => 'w',
        _ => return fold.push(c),
    };
    fold.pop();
    fold.push(joined);
}

/// Country endings under which names in a script are at home.
const HOMES: &[(Script, &[&str])] = &[
    (Script::Armenian, &["am"]),
    (Script::Bengali, &["bd", "in"]),
    (Script::Cyrillic, &["ru", "su", "by", "ua", "kz", "bg", "mk", "rs", "mn", "kg", "tj", "uz", "me", "ba"]),
    (Script::Devanagari, &["in", "np"]),
    (Script::Georgian, &["ge"]),
    (Script::Greek, &["gr", "cy"]),
    (Script::Gujarati, &["in"]),
    (Script::Gurmukhi, &["in"]),
    (Script::Hebrew, &["il"]),
    (Script::Kannada, &["in"]),
    (Script::Malayalam, &["in"]),
    (Script::Myanmar, &["mm"]),
    (Script::Oriya, &["in"]),
    (Script::Tamil, &["in", "lk", "sg"]),
    (Script::Telugu, &["in"]),
    (Script::Thai, &["th"]),
];

/// Whether a letter's script is that of the country, or of the letters, of an ending.
pub(crate) fn is_home(c: char, ending: &str) -> bool {
    let script = c.script();
    let home = HOMES.iter().any(|(of, endings)| *of == script && endings.contains(&ending));
    home || !matches!(script, Script::Common | Script::Inherited)
        && ending.chars().any(|c| !c.is_ascii() && c.script() == script)
}

/// Whether a whole label was chosen for looking like Latin letters, under an ending where its script is a stranger.
pub(crate) fn imitates_latin(label: &str, ending: &str) -> bool {
    let foreign = || label.chars().filter(|c| !c.is_ascii());
    let stranger = |c: char| {
        let script = c.script();
        let other = !matches!(
            script,
            Script::Latin
                | Script::Han
                | Script::Hangul
                | Script::Hiragana
                | Script::Katakana
                | Script::Bopomofo
                | Script::Common
                | Script::Inherited
        );
        other && !is_home(c, ending) && looks_latin(c)
    };
    foreign().next().is_some() && foreign().all(stranger)
}
