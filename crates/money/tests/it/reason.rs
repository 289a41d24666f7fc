//! The catalogue of reasons.

use std::collections::BTreeSet;

use money::{Language, ReasonCode};

#[test]
fn codes_are_unique_and_read_back() {
    let codes: BTreeSet<&str> = ReasonCode::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), ReasonCode::ALL.len());
    for &reason in ReasonCode::ALL {
        assert_eq!(reason.code().parse(), Ok(reason));
        assert_eq!(reason.to_string(), reason.code());
        let json = format!("\"{}\"", reason.code());
        assert_eq!(serde_json::to_string(&reason).unwrap(), json);
        assert_eq!(serde_json::from_str::<ReasonCode>(&json).unwrap(), reason);
    }
    assert!("funds".parse::<ReasonCode>().is_err() && "Funds.insufficient".parse::<ReasonCode>().is_err());
}

#[test]
fn codes_are_dotted_lower_case_words() {
    let is_word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_')
            && !word.ends_with('_')
    };
    for reason in ReasonCode::ALL {
        let words: Vec<&str> = reason.code().split('.').collect();
        assert!(words.len() == 2 && words.iter().all(|word| is_word(word)), "{reason}");
    }
}

#[test]
fn every_reason_has_a_sentence_in_both_languages() {
    for &reason in ReasonCode::ALL {
        let (korean, english) = (reason.text(Language::Ko), reason.text(Language::En));
        assert!(korean.chars().any(|letter| ('가'..='힣').contains(&letter)), "{reason}: `{korean}`");
        assert!(english.is_ascii() && english.starts_with(|first: char| first.is_ascii_uppercase()), "{reason}");
        assert!(korean.ends_with('.') && english.ends_with('.'), "{reason}");
    }
}

#[test]
fn a_parent_has_no_parent_and_is_what_outsiders_are_told() {
    for &reason in ReasonCode::ALL {
        match reason.parent() {
            Some(parent) => {
                assert_eq!(parent.parent(), None, "{reason}");
                assert_eq!(reason.disclosed(), parent);
                assert_ne!(parent, reason);
            }
            None => assert_eq!(reason.disclosed(), reason),
        }
    }
}

#[test]
fn the_list_is_in_order_of_precedence() {
    assert!(ReasonCode::ALL.is_sorted());
}
