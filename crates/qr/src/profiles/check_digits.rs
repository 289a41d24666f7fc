//! Check digits of national numbers.

/// Weighted sum of digits; `None` when one is no digit.
fn sum(digits: &str, weights: &[u32]) -> Option<u32> {
    if digits.len() != weights.len() {
        return None;
    }
    digits.chars().zip(weights).try_fold(0_u32, |sum, (digit, weight)| Some(sum + digit.to_digit(10)? * weight))
}

fn last(digits: &str) -> Option<u32> {
    digits.chars().next_back()?.to_digit(10)
}

/// Brazil's CPF: eleven digits, the last two modulo 11.
pub(super) fn is_cpf(text: &str) -> bool {
    brazilian(text, 11, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// Brazil's CNPJ: twelve digits or, since 2026, capital letters, and two digits modulo 11. A letter counts as its ASCII
/// code less 48 (Receita Federal, Instrução Normativa 2.229/2024).
pub(super) fn is_cnpj(text: &str) -> bool {
    brazilian(text, 14, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// Whether a text has the form of a CNPJ.
pub(super) fn looks_like_cnpj(text: &str) -> bool {
    let head = text.get(..12).is_some_and(|head| head.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()));
    text.len() == 14 && head && text.bytes().skip(12).all(|byte| byte.is_ascii_digit())
}

fn brazilian(text: &str, length: usize, weights: &[u32]) -> bool {
    // Numbers of one repeated digit pass the sums and are never given out.
    let repeated = text.bytes().all(|byte| text.as_bytes().first() == Some(&byte));
    let holds = |end: usize| {
        let (head, weights) = (text.get(..end)?, weights.get(weights.len().checked_sub(end)?..)?);
        let worth = |byte: u8| u32::from(byte).checked_sub(48);
        let pairs = head.bytes().zip(weights);
        let rest = pairs.map(|(byte, weight)| Some(worth(byte)? * weight)).sum::<Option<u32>>()? % 11;
        let check = if rest < 2 { 0 } else { 11 - rest };
        Some(text.get(end..=end)?.parse::<u32>().ok()? == check)
    };
    text.len() == length && !repeated && holds(length - 2) == Some(true) && holds(length - 1) == Some(true)
}

/// Argentina's CUIT: eleven digits, the last modulo 11.
pub(super) fn is_cuit(text: &str) -> bool {
    let check =
        text.get(..10).and_then(|head| sum(head, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])).map(|sum| (11 - sum % 11) % 11);
    text.len() == 11 && check.is_some() && check == last(text)
}

/// Argentina's CBU or CVU: bank and branch with their digit, then the account with its own, both modulo 10.
pub(super) fn is_cbu(text: &str) -> bool {
    let holds = |part: Option<&str>, weights: &[u32]| {
        let (head, check) = part?.split_at_checked(weights.len())?;
        Some((10 - sum(head, weights)? % 10) % 10 == last(check)?)
    };
    let bank = holds(text.get(..8), &[7, 1, 3, 9, 7, 1, 3]);
    let account = holds(text.get(8..), &[3, 9, 7, 1, 3, 9, 7, 1, 3, 9, 7, 1, 3]);
    text.len() == 22 && bank == Some(true) && account == Some(true)
}

/// Singapore's UEN, in each of its three forms, with its check letter (ACRA).
pub(super) fn is_uen(text: &str) -> bool {
    let letter = |alphabet: &str, index: u32| alphabet.chars().nth(usize::try_from(index).unwrap_or(usize::MAX));
    let Some((head, check)) = text.split_at_checked(text.len().saturating_sub(1)) else { return false };
    let expected = match head.len() {
        // A business: eight digits.
        8 => sum(head, &[10, 4, 9, 3, 8, 2, 7, 1]).and_then(|sum| letter("XMKECAWLJDB", sum % 11)),
        // A company: the year and five digits.
        9 if head.bytes().all(|byte| byte.is_ascii_digit()) => {
            sum(head, &[10, 8, 6, 4, 9, 7, 5, 3, 1]).and_then(|sum| letter("ZKCMDNERGWH", sum % 11))
        }
        // Anything else: a century, a year, the kind of entity, four digits.
        9 => other_uen(head),
        _ => None,
    };
    expected.is_some() && expected == check.chars().next()
}

fn other_uen(head: &str) -> Option<char> {
    const ALPHABET: &str = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
    let well_formed = matches!(head.as_bytes(), [b'R' | b'S' | b'T', year @ .., _, _, _, _]
        if matches!(year, [a, b, p, q] if [a, b].iter().all(|c| c.is_ascii_digit()) && [p, q].iter().all(|c| c.is_ascii_uppercase())));
    if !well_formed || !head.bytes().skip(5).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let worth = |c: char| ALPHABET.find(c).and_then(|index| u32::try_from(index).ok());
    let pairs = head.chars().zip([4_u32, 3, 5, 3, 10, 2, 2, 5, 7]);
    let sum = pairs.map(|(c, weight)| Some(worth(c)? * weight)).sum::<Option<u32>>()?;
    // 5 less, modulo 11.
    ALPHABET.chars().nth(usize::try_from((sum + 6) % 11).ok()?)
}

/// Thailand's citizen and tax number: thirteen digits, the last modulo 11.
pub(super) fn is_thai_number(text: &str) -> bool {
    let head = text.get(..12).and_then(|head| sum(head, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    text.len() == 13 && head.is_some() && head.map(|sum| (11 - sum % 11) % 10) == last(text)
}

/// A card number's check digit (ISO/IEC 7812-1, Luhn).
pub(super) fn is_luhn(text: &str) -> bool {
    let digits = text.chars().rev().enumerate().try_fold(0_u32, |sum, (index, digit)| {
        let digit = digit.to_digit(10)?;
        let doubled = if index % 2 == 1 { digit * 2 } else { digit };
        Some(sum + doubled / 10 + doubled % 10)
    });
    !text.is_empty() && digits.is_some_and(|sum| sum % 10 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_hold_and_a_changed_digit_does_not() {
        type Holds = fn(&str) -> bool;
        let rows: [(Holds, &str); 6] = [
            (is_cpf, "52998224725"),
            (is_cnpj, "11222333000181"),
            (is_cuit, "20123456786"),
            (is_thai_number, "1101700230708"),
            (is_luhn, "4111111111111111"),
            (is_cbu, "2850590940090418135201"),
        ];
        for (holds, number) in rows {
            assert!(holds(number), "{number}");
            // The Thai sum folds eleven remainders into ten digits, so only the check digit itself is changed here.
            let (head, last) = number.split_at(number.len() - 1);
            for other in ('0'..='9').filter(|&other| !last.starts_with(other)) {
                assert!(!holds(&format!("{head}{other}")), "{head}{other}");
            }
            assert!(!holds("") && !holds("가나다") && !holds(&format!("{number}0")));
        }
        assert!(!is_cpf("11111111111"));
    }

    #[test]
    fn a_company_number_may_hold_letters() {
        // The example of the Receita Federal.
        assert!(looks_like_cnpj("12ABC34501DE35") && is_cnpj("12ABC34501DE35"));
        for other in ["12ABC34501DE36", "12ABD34501DE35", "12abc34501de35", "12ABC34501DEA5"] {
            assert!(!(looks_like_cnpj(other) && is_cnpj(other)), "{other}");
        }
    }

    #[test]
    fn a_singaporean_entity_has_one_check_letter() {
        for number in ["00192200M", "197401143C", "S16FC0121D", "T01FC6132D"] {
            assert!(is_uen(number), "{number}");
            let (head, last) = number.split_at(number.len() - 1);
            for other in ('A'..='Z').filter(|&other| !last.starts_with(other)) {
                assert!(!is_uen(&format!("{head}{other}")), "{head}{other}");
            }
        }
        for other in ["", "한국어", "T01FC613", "X01FC6132D", "T01fc6132D", "T0AFC6132D"] {
            assert!(!is_uen(other), "{other}");
        }
    }
}
