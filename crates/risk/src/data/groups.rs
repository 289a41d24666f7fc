//! Groups by which false alarms are reported, and which no rule, model or anomaly sees: age bands and device classes.

use std::collections::BTreeMap;

/// The names of device classes, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Classes(Vec<String>);

/// Nobody said.
const UNKNOWN: u8 = 0;
/// What does not fit.
const OTHERS: u8 = u8::MAX;

impl Classes {
    /// The number of a class; further ones than there is room for are one.
    pub(super) fn number(&mut self, name: &str) -> u8 {
        if name.is_empty() {
            return UNKNOWN;
        }
        let known = self.0.iter().position(|known| known == name);
        let place = known.unwrap_or_else(|| {
            if self.0.len() < usize::from(OTHERS) - 1 {
                self.0.push(name.to_owned());
            }
            self.0.iter().position(|known| known == name).unwrap_or(usize::from(OTHERS) - 1)
        });
        u8::try_from(place + 1).unwrap_or(OTHERS)
    }

    /// Shares by the classes' names.
    pub(super) fn named(&self, shares: BTreeMap<u8, f64>) -> BTreeMap<String, f64> {
        let name = |number: u8| match number {
            UNKNOWN => "unknown".to_owned(),
            number => self.0.get(usize::from(number) - 1).cloned().unwrap_or_else(|| "others".to_owned()),
        };
        shares.into_iter().map(|(number, share)| (name(number), share)).collect()
    }
}

/// The band of an age in years: by decade, the ends together.
pub(super) fn age_band(age: Option<f64>) -> u8 {
    match age {
        Some(age) if (0.0..200.0).contains(&age) => ((age / 10.0) as u8).clamp(1, 7),
        _ => UNKNOWN,
    }
}

/// Shares by the bands' names.
pub(super) fn bands(shares: BTreeMap<u8, f64>) -> BTreeMap<String, f64> {
    let name = |band: u8| match band {
        UNKNOWN => "unknown".to_owned(),
        1 => "under 20".to_owned(),
        7 => "70 and over".to_owned(),
        band => format!("{}0 to {}9", band, band),
    };
    shares.into_iter().map(|(band, share)| (name(band), share)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_have_no_gaps_and_nonsense_is_unknown() {
        let bands: Vec<u8> = [0.0, 19.9, 20.0, 45.0, 70.0, 99.0].into_iter().map(|age| age_band(Some(age))).collect();
        assert_eq!(bands, [1, 1, 2, 4, 7, 7]);
        for nonsense in [None, Some(f64::NAN), Some(-1.0), Some(1e9)] {
            assert_eq!(age_band(nonsense), 0);
        }
    }

    #[test]
    fn classes_are_counted_by_name_and_never_run_out() {
        let mut classes = Classes::default();
        assert_eq!(
            [classes.number("phone"), classes.number("web"), classes.number("phone"), classes.number("")],
            [1, 2, 1, 0]
        );
        for number in 0..1_000 {
            let _ = classes.number(&number.to_string());
        }
        assert_eq!(classes.number("one more"), OTHERS);
        let named = classes.named([(0, 0.5), (1, 0.25), (OTHERS, 0.125)].into());
        assert_eq!(named.keys().collect::<Vec<_>>(), ["others", "phone", "unknown"]);
    }
}
