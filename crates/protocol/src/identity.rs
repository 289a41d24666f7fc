//! Facts about a payer, each with who says so and how sure it is, and what a guardian allows.

use money::{Amount, Day, Instant, PayerId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Text, limits};

type Name = Text<{ limits::NAME_CHARS_MAX }>;

/// A fact about a payer. Its `Debug` never says what it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactValue {
    /// The date of birth.
    BornOn(Day),
    /// The name in law.
    LegalName(Name),
    /// The country of residence.
    Residence(Country),
    /// Since when the line is theirs; the carrier says so.
    LineSince(Day),
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// The date of birth.
    BornOn,
    /// The name in law.
    LegalName,
    /// The country of residence.
    Residence,
    /// Since when the line is theirs.
    LineSince,
}

/// Who says so, the least believed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    /// The payer. It may tighten; it never loosens.
    SelfDeclared,
    /// The carrier of their line.
    Carrier,
    /// A document that the provider looked at.
    Document,
    /// Their legal guardian, of what the guardian allows.
    Guardian,
}

/// How sure a fact is. Only what is at least `substantial` is relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assurance {
    /// Nobody checked it.
    Low,
    /// Checked at a distance.
    Substantial,
    /// Checked face to face, or by a chip.
    High,
}

impl FactValue {
    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> FactKind {
        match self {
            Self::BornOn(_) => FactKind::BornOn,
            Self::LegalName(_) => FactKind::LegalName,
            Self::Residence(_) => FactKind::Residence,
            Self::LineSince(_) => FactKind::LineSince,
        }
    }
}

impl std::fmt::Debug for FactValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}(***)", self.kind())
    }
}

impl FactKind {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::BornOn => "born_on",
            Self::LegalName => "legal_name",
            Self::Residence => "residence",
            Self::LineSince => "line_since",
        }
    }
}

impl FactSource {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::SelfDeclared => "self_declared",
            Self::Carrier => "carrier",
            Self::Document => "document",
            Self::Guardian => "guardian",
        }
    }
}

/// A country by the two capital letters of ISO 3166-1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// Text that is not two capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not two capital letters like KR")]
pub struct CountryError;

impl Country {
    /// The same letters, small, as policy packs write them.
    #[must_use]
    pub fn lower(self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl std::fmt::Display for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl std::fmt::Debug for Country {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl std::str::FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| CountryError)?;
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Self(letters)) } else { Err(CountryError) }
    }
}

impl Serialize for Country {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Country {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[A-Z]{2}$"))
            .description(Some("A country by the two capital letters of ISO 3166-1."))
            .into()
    }
}

impl ToSchema for Country {}

/// `POST /v1/facts`: say something about oneself, once of each kind. It may tighten what holds, and never loosens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclareFactBody {
    /// What.
    pub fact: FactValue,
    /// Of whom: the caller.
    pub payer: PayerId,
}

/// `POST /v1/facts/contest`: say that a fact is wrong. It loosens nothing from then on, until it was looked at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContestFactBody {
    /// What it is about.
    pub kind: FactKind,
    /// Of whom: the caller.
    pub payer: PayerId,
    /// Who says so.
    pub source: FactSource,
}

/// `POST /v1/wards/consent`: let a ward pay, up to so much a month and until then. Signed by the guardian's device, and
/// needs a step-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WardConsentBody {
    /// The most the ward may spend in a month, in what the packs ask the guardian about.
    pub cap: Amount,
    /// Until when; within a year.
    pub until: Instant,
    /// The ward's wallet.
    pub ward: PayerId,
}

/// `POST /v1/wards/consent/end`: allow it no longer. Works at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndWardConsentBody {
    /// The ward's wallet.
    pub ward: PayerId,
}

/// What a fact does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FactStanding {
    /// The packs are told it.
    Relied,
    /// The packs are asked about it besides, and the stricter answer counts: nobody checked it, it was contested, it is
    /// over, or something surer says otherwise.
    Tightens,
}

/// One fact about the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactView {
    /// Since when it is kept.
    pub asserted_at: Instant,
    /// How sure it is.
    pub assurance: Assurance,
    /// Who entered it.
    pub by: String,
    /// Since when the caller says that it is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contested_at: Option<Instant>,
    /// From when on it is not relied on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// What.
    pub fact: FactValue,
    /// Who says so.
    pub source: FactSource,
    /// What it does now.
    pub standing: FactStanding,
}

/// What a guardian allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardianConsentView {
    /// The most in a month.
    pub cap: Amount,
    /// Until when.
    pub expires_at: Instant,
    /// Since when.
    pub given_at: Instant,
    /// Since when no longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn_at: Option<Instant>,
}

/// Who answers for the caller, or for whom the caller answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GuardianView {
    /// Who entered it.
    pub by: String,
    /// What the guardian allows; absent: nothing was ever allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<GuardianConsentView>,
    /// From when on it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
    /// The guardian's wallet.
    pub guardian: PayerId,
    /// Since when.
    pub since: Instant,
    /// The ward's wallet.
    pub ward: PayerId,
}

/// `GET /v1/facts`: everything that is known about who the caller is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FactsView {
    /// One of each kind and source.
    pub facts: Vec<FactView>,
    /// Who answers for the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guardian: Option<GuardianView>,
    /// For whom the caller answers.
    pub wards: Vec<GuardianView>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fact_says_is_never_printed() {
        let value: FactValue = serde_json::from_str(r#"{"born_on":"2011-04-05"}"#).unwrap();
        let name = FactValue::LegalName("김하늘".parse().unwrap());
        let body = DeclareFactBody { fact: value.clone(), payer: PayerId::from_bytes([1; 16]) };
        for shown in [format!("{body:?}"), format!("{value:?}"), format!("{name:?}")] {
            assert!(!shown.contains("2011") && !shown.contains("김하늘") && shown.contains("***"), "{shown}");
        }
        assert_eq!(serde_json::to_string(&value).unwrap(), r#"{"born_on":"2011-04-05"}"#);
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert_eq!("KR".parse::<Country>().unwrap().lower(), "kr");
        for bad in ["", "K", "kr", "KOR", "K1", "한"] {
            assert_eq!(bad.parse::<Country>(), Err(CountryError), "{bad}");
        }
    }
}
