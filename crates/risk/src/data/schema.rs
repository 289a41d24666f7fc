//! [`Schema`]: what the columns of a file of payments mean. Nothing else about a data set exists in this program.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::feature::SignalFact;
use crate::limits;

/// A schema file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Which column is what.
    pub columns: Columns,
    /// How time is written.
    #[serde(default)]
    pub time: Time,
    /// How labels are written, and when they become known.
    #[serde(default)]
    pub label: Label,
    /// What an amount is multiplied with, e.g. 0.01 for cents.
    #[serde(default = "one")]
    pub amount_scale: f64,
    /// Whether payer and payee ids are of one kind, so that one party can be both.
    #[serde(default)]
    pub shared_ids: bool,
    /// Whether rows are read as a server reads its payments: devices that have one payer, and a base that stands still.
    #[serde(default)]
    pub served: bool,
    /// Payers looked at each day for card precision.
    #[serde(default = "hundred")]
    pub card_precision_k: usize,
    /// Named protocols.
    #[serde(default)]
    pub protocols: BTreeMap<String, Protocol>,
}

/// The columns, by name; only `amount`, `time` and `payer` are needed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each is called what it is")]
pub struct Columns {
    pub payer: String,
    pub time: String,
    pub amount: String,
    pub label: Option<String>,
    pub payee: Option<String>,
    pub device: Option<String>,
    pub network: Option<String>,
    pub place: Option<String>,
    pub category: Option<String>,
    pub scenario: Option<String>,
    pub balance: Option<String>,
    pub refused: Option<String>,
    /// The payer's age in years: never a feature; false alarms are reported by it.
    pub age: Option<String>,
    /// What kind of device it is: never a feature; false alarms are reported by it.
    pub device_class: Option<String>,
    pub latitude: Option<String>,
    pub longitude: Option<String>,
    pub home_latitude: Option<String>,
    pub home_longitude: Option<String>,
    /// What the payment is called: a row whose id was read lately is a broken one.
    pub id: Option<String>,
    /// The currency, as ISO 4217 names it: all rows have one and the same, or amounts could not be compared.
    pub currency: Option<String>,
    /// Further raw columns that are numbers.
    #[serde(default)]
    pub numbers: Vec<String>,
    /// Further raw columns that are names.
    #[serde(default)]
    pub names: Vec<String>,
    /// The column of each signal, by the signal's name without `signal.`.
    #[serde(default)]
    pub signals: BTreeMap<String, Signal>,
}

/// Where a signal stands, and what it is multiplied with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signal {
    /// The column; an empty field is not known.
    pub column: String,
    /// What it is multiplied with, e.g. 0.0001 for ten-thousandths.
    #[serde(default = "one")]
    pub scale: f64,
}

/// How time is written.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Time {
    /// `seconds`, `milliseconds`, `days`, `order` (a counter without a clock) or `datetime`.
    #[serde(default)]
    pub unit: TimeUnit,
    /// Unix seconds at time zero.
    #[serde(default)]
    pub origin: i64,
    /// The payers' wall clock against UTC, in seconds.
    #[serde(default)]
    pub utc_offset_seconds: i32,
    /// For `order`: seconds one step stands for.
    #[serde(default = "hundred_seconds")]
    pub step_seconds: f64,
}

impl Default for Time {
    fn default() -> Self {
        Self { unit: TimeUnit::Seconds, origin: 0, utc_offset_seconds: 0, step_seconds: 100.0 }
    }
}

/// How time is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeUnit {
    /// Seconds.
    #[default]
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Days.
    Days,
    /// A counter without a clock.
    Order,
    /// `2026-11-25 12:00:00`, with or without `T`, offset or time.
    Datetime,
}

/// How labels are written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// What stands for fraud; `1` when nothing is named.
    #[serde(default)]
    pub fraud: Vec<String>,
    /// What stands for "not labelled": neither learnt from nor scored.
    #[serde(default)]
    pub unlabelled: Vec<String>,
    /// How long after a payment its label becomes known, in seconds (steps for `order`).
    #[serde(default)]
    pub delay: f64,
}

/// Train and test rows of one protocol: one or several folds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// The folds; their figures are averaged.
    pub folds: Vec<Fold>,
    /// Overrides the schema's label delay.
    pub delay: Option<f64>,
}

/// One fold.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fold {
    /// Rows to learn from.
    pub train: Range,
    /// Rows to score.
    pub test: Range,
    /// Whether payers are left out of a test day whose fraud was known by then, as the Handbook does.
    #[serde(default)]
    pub without_known_payers: bool,
}

/// Which rows: exactly one of these is named.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Range {
    /// From (with) to (without), in the unit of the time column, from its zero.
    Time([f64; 2]),
    /// From (with) to (without), in row numbers from 0.
    Rows([u64; 2]),
    /// From (with) to (without), as parts of all rows.
    Fraction([f64; 2]),
    /// The row numbers in a file beside the data, one a line. Their labels are hidden from every profile.
    RowFile(String),
    /// Every row that the test range does not have.
    Rest,
}

/// A schema that says nothing useful.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// Not the form above.
    #[error("{0}")]
    Form(String),
    /// Larger than any schema needs to be.
    #[error("the schema is larger than {} bytes", limits::SCHEMA_BYTES_MAX)]
    TooLarge,
    /// A protocol that is not in it.
    #[error("there is no protocol `{asked}`; there are: {known}")]
    NoProtocol {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: String,
    },
}

impl Schema {
    /// Reads a schema file.
    ///
    /// # Errors
    /// With line and column of what is wrong.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        if text.len() > limits::SCHEMA_BYTES_MAX {
            return Err(SchemaError::TooLarge);
        }
        let schema: Self = toml::from_str(text).map_err(|error| SchemaError::Form(error.to_string()))?;
        let extra = schema.columns.numbers.len() + schema.columns.names.len();
        if extra > limits::EXTRA_COLUMNS_MAX {
            let most = limits::EXTRA_COLUMNS_MAX;
            return Err(SchemaError::Form(format!("{extra} extra columns, more than {most}")));
        }
        if let Some(name) = schema.columns.signals.keys().find(|name| SignalFact::named(name).is_none()) {
            let known: Vec<&str> = SignalFact::ALL.iter().map(|fact| fact.entry().name).collect();
            return Err(SchemaError::Form(format!("there is no signal `{name}`; there are: {}", known.join(", "))));
        }
        let positive = |x: f64| x.is_finite() && x > 0.0;
        if !positive(schema.amount_scale) || !positive(schema.time.step_seconds) || schema.card_precision_k == 0 {
            return Err(SchemaError::Form("scales, steps and card_precision_k must be above zero".to_owned()));
        }
        if !schema.label.delay.is_finite() || schema.label.delay < 0.0 {
            return Err(SchemaError::Form("label.delay must not be below zero".to_owned()));
        }
        Ok(schema)
    }

    /// The protocol of that name.
    ///
    /// # Errors
    /// With the names there are.
    pub fn protocol(&self, name: &str) -> Result<&Protocol, SchemaError> {
        self.protocols.get(name).ok_or_else(|| SchemaError::NoProtocol {
            asked: name.to_owned(),
            known: self.protocols.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
        })
    }

    /// Seconds that one unit of the time column stands for.
    #[must_use]
    pub const fn unit_seconds(&self) -> f64 {
        match self.time.unit {
            TimeUnit::Seconds | TimeUnit::Datetime => 1.0,
            TimeUnit::Milliseconds => 0.001,
            TimeUnit::Days => 86_400.0,
            TimeUnit::Order => self.time.step_seconds,
        }
    }

    /// Seconds that one unit of the label's delay stands for.
    pub(super) fn unit_seconds_of_labels(&self) -> f64 {
        if self.time.unit == TimeUnit::Order { self.time.step_seconds } else { 1.0 }
    }

    /// Seconds after which a label is known.
    #[must_use]
    pub fn delay_seconds(&self, protocol: &Protocol) -> f64 {
        protocol.delay.unwrap_or(self.label.delay) * self.unit_seconds_of_labels()
    }
}

const fn one() -> f64 {
    1.0
}
const fn hundred() -> usize {
    100
}
const fn hundred_seconds() -> f64 {
    100.0
}
