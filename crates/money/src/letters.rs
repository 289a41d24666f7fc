//! Characters that nobody sees: none of them stands in a text we show or sign.

/// Zero-width and other default-ignorable characters (Unicode `Default_Ignorable_Code_Point`), line and paragraph
/// separators, and the bidi controls of UAX #9.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::is_invisible;

    #[test]
    fn what_hides_or_reorders_is_invisible_and_letters_are_not() {
        for hidden in ['\u{200B}', '\u{202E}', '\u{2066}', '\u{FEFF}', '\u{00AD}', '\u{3164}', '\u{E0041}', '\u{1D173}']
        {
            assert!(is_invisible(hidden), "{hidden:?}");
        }
        for seen in ['a', '한', ' ', '\u{3000}', 'é', '\u{0301}', '😀'] {
            assert!(!is_invisible(seen), "{seen:?}");
        }
    }
}
