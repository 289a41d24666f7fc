//! Why a payment scored what it scored: the exact parts of the score, by family, and at most three sentences.
//!
//! The parts are the steps of the score along each tree's path, so that the beginning and all parts add up to the log
//! odds; a family's part is the sum of its features'. A sentence speaks of the feature that moved its family most.

use std::collections::BTreeMap;

use crate::feature::{Family, Feature, Features, Unit};
use crate::limits::SENTENCES_MAX;
use crate::model::Model;
use crate::tell;

/// One feature's part of a score.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Part {
    /// The name of the column.
    pub feature: String,
    /// Its value; `None` where not known.
    pub value: Option<f32>,
    /// What it adds to the log odds.
    pub log_odds: f64,
}

/// Why a payment scored what it scored.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Explanation {
    /// The probability of fraud.
    pub probability: f64,
    /// The log odds: `begin` and the parts of all families.
    pub log_odds: f64,
    /// Where every payment begins.
    pub begin: f64,
    /// What each family adds; `columns` are the file's own further columns.
    pub families: BTreeMap<String, f64>,
    /// The features that add or take most, the strongest first.
    pub strongest: Vec<Part>,
    /// In Korean.
    pub ko: Vec<String>,
    /// In English.
    pub en: Vec<String>,
}

/// Explains the score of one row.
#[must_use]
pub fn explain(model: &Model, row: &[f32]) -> Explanation {
    let (begin, parts) = model.explain(row);
    let features: Vec<Feature> = Feature::all().collect();
    let mut families: BTreeMap<String, f64> = BTreeMap::new();
    let mut strongest: Vec<(usize, Part)> = Vec::new();
    for (column, ((part, name), value)) in parts.iter().zip(&model.columns).zip(row).enumerate() {
        let family = features.get(column).map_or("columns", |feature| family_name(feature.entry().family));
        *families.entry(family.to_owned()).or_default() += part;
        if part.abs() > 0.0 {
            let value = Some(*value).filter(|value| value.is_finite());
            strongest.push((column, Part { feature: name.clone(), value, log_odds: *part }));
        }
    }
    strongest.sort_by(|(_, a), (_, b)| b.log_odds.abs().total_cmp(&a.log_odds.abs()).then(a.feature.cmp(&b.feature)));
    let (mut ko, mut en) = (Vec::new(), Vec::new());
    let mut told: Vec<Family> = Vec::new();
    for (column, part) in &strongest {
        let Some(feature) = features.get(*column).copied() else { continue };
        if told.len() < SENTENCES_MAX && part.value.is_some() && !told.contains(&feature.entry().family) {
            told.push(feature.entry().family);
            let (korean, english) = said(feature, part, row);
            ko.push(korean);
            en.push(english);
        }
    }
    let strongest = strongest.into_iter().map(|(_, part)| part).take(10).collect();
    let log_odds = model.log_odds(row);
    Explanation { probability: model.probability(row), log_odds, begin, families, strongest, ko, en }
}

/// The name of a family, as records and reports write it.
#[must_use]
pub const fn family_name(family: Family) -> &'static str {
    match family {
        Family::Amount => "amount",
        Family::Velocity => "velocity",
        Family::Novelty => "novelty",
        Family::Hours => "hours",
        Family::FraudHistory => "fraud_history",
        Family::Refusals => "refusals",
        Family::Place => "place",
        Family::Balance => "balance",
        Family::Payment => "payment",
        Family::Device => "device",
        Family::Telco => "telco",
        Family::Code => "code",
        Family::Policy => "policy",
        Family::Anomaly => "anomaly",
    }
}

/// The family's own sentence where it raises the risk and its numbers are known, else one about the feature.
fn said(feature: Feature, part: &Part, row: &[f32]) -> (String, String) {
    let own = (part.log_odds > 0.0)
        .then(|| Features::of(row))
        .and_then(|features| tell::sentence(feature.entry().family, &features, None, tell::Reader::Analyst));
    own.unwrap_or_else(|| sentences(feature, part))
}

/// One sentence in Korean and one in English: whose, what, how much, and which way it moved the score.
fn sentences(feature: Feature, part: &Part) -> (String, String) {
    let entry = feature.entry();
    let (whose_ko, whose_en) = subject(feature);
    let (value_ko, value_en) = part
        .value
        .map_or_else(|| ("알 수 없음".to_owned(), "not known".to_owned()), |value| written(entry.unit, value));
    let (way_ko, way_en) = if part.log_odds > 0.0 {
        ("위험을 높였습니다", "raises the risk")
    } else {
        ("위험을 낮췄습니다", "lowers the risk")
    };
    (
        format!("{whose_ko} {}: {value_ko}. 이 값이 {way_ko}.", entry.ko),
        format!("{whose_en}, {}: {value_en}; this {way_en}.", entry.en),
    )
}

fn subject(feature: Feature) -> (String, String) {
    let korean = |name: &str| match name {
        "payer" => "결제자",
        "payee" => "받는 쪽",
        "device" => "기기",
        "network" => "네트워크",
        "place" => "장소",
        _ => "분류",
    };
    match feature {
        Feature::Party(party, _) => (korean(party.name()).to_owned(), format!("The {}", party.name())),
        Feature::Pair(pair, _) => {
            let (first, second) = pair.parties();
            let ko = format!("{}·{}", korean(first.name()), korean(second.name()));
            (ko, format!("The {} and the {}", first.name(), second.name()))
        }
        Feature::Payment(_) | Feature::Signal(_) => ("이 결제의".to_owned(), "This payment".to_owned()),
    }
}

/// A value with its unit.
fn written(unit: Unit, value: f32) -> (String, String) {
    let both = |ko: String, en: String| (ko, en);
    match unit {
        Unit::Count => both(format!("{value:.1}건"), format!("{value:.1}")),
        Unit::Money => both(format!("{value:.2}"), format!("{value:.2}")),
        Unit::Seconds if value >= 86_400.0 => {
            both(format!("{:.1}일", value / 86_400.0), format!("{:.1} days", value / 86_400.0))
        }
        Unit::Seconds if value >= 3600.0 => {
            both(format!("{:.1}시간", value / 3600.0), format!("{:.1} hours", value / 3600.0))
        }
        Unit::Seconds => both(format!("{:.1}분", value / 60.0), format!("{:.1} minutes", value / 60.0)),
        Unit::Hours => both(format!("{value:.1}시"), format!("{value:.1} o'clock")),
        Unit::Ratio => both(format!("{value:.2}배"), format!("{value:.2} times")),
        Unit::Share => both(format!("{:.2}%", value * 100.0), format!("{:.2} %", value * 100.0)),
        Unit::Deviations => both(format!("표준편차의 {value:.1}배"), format!("{value:.1} deviations")),
        Unit::Nats => both(format!("{value:.1}"), format!("{value:.1}")),
        Unit::Kilometres => both(format!("{value:.1}km"), format!("{value:.1} km")),
        Unit::Flag if value > 0.5 => both("예".to_owned(), "yes".to_owned()),
        Unit::Flag => both("아니요".to_owned(), "no".to_owned()),
    }
}
