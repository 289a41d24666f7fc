//! Tables of the standards a code refers to: countries (ISO 3166-1), merchant categories (ISO 18245).

/// ISO 3166-1 alpha-2, as assigned in 2025, with `XK`, which payment networks use for Kosovo.
const COUNTRIES: &str = "\
ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZ\
DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJM\
JOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNINLNONP\
NRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTO\
TRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/// Whether ISO 3166-1 assigns these two letters.
pub(crate) fn is_country(code: &str) -> bool {
    code.len() == 2 && COUNTRIES.as_bytes().chunks_exact(2).any(|known| known == code.as_bytes())
}

/// What a merchant category code stands for, by the ranges of ISO 18245.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CategoryGroup {
    /// `0000`: not told, as personal codes of many networks write.
    Unspecified,
    /// 0700–1499.
    Agriculture,
    /// 1500–2999.
    Contractors,
    /// 3000–3999: airlines, car rental, lodging, by company.
    Travel,
    /// 4000–4799.
    Transport,
    /// 4800–4999.
    Utilities,
    /// 5000–5599.
    Retail,
    /// 5600–5699.
    Clothing,
    /// 5700–7299.
    OtherStores,
    /// 7300–7999.
    BusinessServices,
    /// 8000–8999.
    Professional,
    /// 9000–9999.
    Government,
}

/// The group of a category code; `None` when it is not four digits or lies outside every range.
#[must_use]
pub fn category_group(code: &str) -> Option<CategoryGroup> {
    if code.len() != 4 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match code.parse::<u16>().ok()? {
        0 => CategoryGroup::Unspecified,
        700..=1499 => CategoryGroup::Agriculture,
        1500..=2999 => CategoryGroup::Contractors,
        3000..=3999 => CategoryGroup::Travel,
        4000..=4799 => CategoryGroup::Transport,
        4800..=4999 => CategoryGroup::Utilities,
        5000..=5599 => CategoryGroup::Retail,
        5600..=5699 => CategoryGroup::Clothing,
        5700..=7299 => CategoryGroup::OtherStores,
        7300..=7999 => CategoryGroup::BusinessServices,
        8000..=8999 => CategoryGroup::Professional,
        9000..=9999 => CategoryGroup::Government,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_are_sorted_pairs() {
        let pairs: Vec<&[u8]> = COUNTRIES.as_bytes().chunks_exact(2).collect();
        assert_eq!(pairs.len(), 250);
        assert!(pairs.is_sorted());
        for known in ["KR", "BR", "KH", "AX", "ZW"] {
            assert!(is_country(known), "{known}");
        }
        for unknown in ["", "K", "ZZ", "kr", "UK", "KRW", "가"] {
            assert!(!is_country(unknown), "{unknown}");
        }
    }

    #[test]
    fn categories_have_groups() {
        for (code, group) in [
            ("0000", Some(CategoryGroup::Unspecified)),
            ("0742", Some(CategoryGroup::Agriculture)),
            ("5814", Some(CategoryGroup::OtherStores)),
            ("9999", Some(CategoryGroup::Government)),
            ("0001", None),
            ("581", None),
            ("５８１４", None),
        ] {
            assert_eq!(category_group(code), group, "{code}");
        }
    }
}
