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

/// Brazil's CNPJ: fourteen digits, the last two modulo 11.
pub(super) fn is_cnpj(text: &str) -> bool {
    brazilian(text, 14, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

fn brazilian(text: &str, length: usize, weights: &[u32]) -> bool {
    // Numbers of one repeated digit pass the sums and are never given out.
    let repeated = text.bytes().all(|byte| text.as_bytes().first() == Some(&byte));
    let holds = |end: usize| {
        let (head, weights) = (text.get(..end)?, weights.get(weights.len().checked_sub(end)?..)?);
        let rest = sum(head, weights)? % 11;
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
        let rows: [(Holds, &str); 5] = [
            (is_cpf, "52998224725"),
            (is_cnpj, "11222333000181"),
            (is_cuit, "20123456786"),
            (is_thai_number, "1101700230708"),
            (is_luhn, "4111111111111111"),
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
}
