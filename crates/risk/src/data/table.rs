//! [`Table`]: a row of a file as a payment, by its schema.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use money::Currency;

use crate::data::schema::{Schema, TimeUnit};
use crate::event::{Coordinates, Event, Key, Outcome, Party};
use crate::feature::{SignalFact, Signals};
use crate::limits::{IDS_IN_MEMORY, NAMES_IN_MEMORY};
use crate::profile::PairProfile;

/// One row, understood.
#[derive(Clone, Debug)]
pub struct Row {
    /// The payment.
    pub event: Event,
    /// Fraud or not; `None` when not labelled.
    pub fraud: Option<bool>,
    /// The kind of fraud; 0 when the data does not say.
    pub scenario: u16,
    /// The payer's age, for reports alone.
    pub age: Option<f64>,
    /// What kind of device it is, for reports alone.
    pub device_class: String,
    /// Extra numbers.
    pub numbers: Vec<f32>,
    /// Extra names.
    pub names: Vec<String>,
}

/// Where each column of the schema stands in the file.
#[derive(Debug)]
pub struct Table<'a> {
    schema: &'a Schema,
    header: HashMap<String, usize>,
    /// The currency of the rows so far.
    currency: Cell<Option<Currency>>,
    /// The ids read lately: the latest full set and the one that fills.
    ids: RefCell<[HashSet<u64>; 2]>,
}

impl<'a> Table<'a> {
    /// Finds the schema's columns in the header.
    ///
    /// # Errors
    /// With every column that is not there.
    pub fn new(schema: &'a Schema, header: &csv::StringRecord) -> Result<Self, String> {
        let header: HashMap<String, usize> =
            header.iter().enumerate().map(|(index, name)| (name.trim().to_owned(), index)).collect();
        let columns = &schema.columns;
        let optional = [
            &columns.label,
            &columns.payee,
            &columns.device,
            &columns.network,
            &columns.place,
            &columns.category,
            &columns.scenario,
            &columns.balance,
            &columns.refused,
            &columns.age,
            &columns.device_class,
            &columns.id,
            &columns.currency,
            &columns.latitude,
            &columns.longitude,
            &columns.home_latitude,
            &columns.home_longitude,
        ];
        let needed = [&columns.payer, &columns.time, &columns.amount].into_iter();
        let named = needed.chain(optional.into_iter().flatten()).chain(&columns.numbers).chain(&columns.names);
        let named = named.chain(columns.signals.values().map(|signal| &signal.column));
        let missing: Vec<&str> = named.filter(|name| !header.contains_key(*name)).map(String::as_str).collect();
        if missing.is_empty() {
            Ok(Self { schema, header, currency: Cell::default(), ids: RefCell::default() })
        } else {
            Err(format!(
                "the file has no column {}",
                missing.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", ")
            ))
        }
    }

    /// Reads one row.
    ///
    /// # Errors
    /// With the column and the text that cannot be understood.
    pub fn row(&self, record: &csv::StringRecord) -> Result<Row, String> {
        let columns = &self.schema.columns;
        let amount = self.number(record, &columns.amount)? * self.schema.amount_scale;
        if amount < 0.0 {
            return Err(format!("`{}` is below zero", columns.amount));
        }
        self.same_currency(record)?;
        let key = |name: &Option<String>| {
            let text = name.as_deref().and_then(|name| self.text(record, name)).filter(|text| !text.is_empty());
            text.map(|text| Key::of(text.as_bytes()))
        };
        let payer = self.text(record, &columns.payer).filter(|text| !text.is_empty());
        let payer = payer.ok_or_else(|| format!("`{}` is empty", columns.payer))?;
        let parties = Party::ALL.map(|party| match party {
            Party::Payer => Some(Key::of(payer.as_bytes())),
            Party::Payee => key(&columns.payee),
            Party::Device => key(&columns.device),
            Party::Network => key(&columns.network),
            Party::Place => key(&columns.place),
            Party::Category => key(&columns.category),
        });
        let label = columns.label.as_deref().and_then(|name| self.text(record, name)).unwrap_or("");
        let is = |list: &[String]| list.iter().any(|known| known == label);
        let fraud = match () {
            () if columns.label.is_none() || label.is_empty() || is(&self.schema.label.unlabelled) => None,
            () if self.schema.label.fraud.is_empty() => Some(label == "1"),
            () => Some(is(&self.schema.label.fraud)),
        };
        let at_millis = self.at(record)?;
        self.new_id(record)?;
        let maybe = |name: &Option<String>| name.as_deref().and_then(|name| self.number(record, name).ok());
        let spot = |a: &Option<String>, b: &Option<String>| Coordinates::new(maybe(a)?, maybe(b)?);
        Ok(Row {
            event: Event {
                at_millis,
                offset_seconds: self.schema.time.utc_offset_seconds,
                parties,
                amount: amount as f32,
                balance: maybe(&columns.balance).map(|balance| (balance * self.schema.amount_scale) as f32),
                refused: maybe(&columns.refused).is_some_and(|refused| refused > 0.0),
                home: spot(&columns.home_latitude, &columns.home_longitude),
                spot: spot(&columns.latitude, &columns.longitude),
                signals: self.signals(record),
            },
            fraud,
            scenario: maybe(&columns.scenario).map_or(0, |scenario| scenario.clamp(0.0, 65_535.0) as u16),
            age: maybe(&columns.age),
            device_class: columns
                .device_class
                .as_deref()
                .and_then(|name| self.text(record, name))
                .unwrap_or("")
                .to_owned(),
            numbers: columns.numbers.iter().map(|n| self.number(record, n).map_or(f32::NAN, |x| x as f32)).collect(),
            names: columns.names.iter().map(|n| self.text(record, n).unwrap_or("").to_owned()).collect(),
        })
    }

    /// A row's currency is one there is, and that of the rows before.
    fn same_currency(&self, record: &csv::StringRecord) -> Result<(), String> {
        let Some(name) = &self.schema.columns.currency else { return Ok(()) };
        let text = self.text(record, name).unwrap_or("");
        let currency: Currency = text.parse().map_err(|_| format!("`{name}` is not a currency: `{text}`"))?;
        match self.currency.get() {
            Some(before) if before != currency => Err(format!("`{name}` is {currency}, and {before} before")),
            _ => {
                self.currency.set(Some(currency));
                Ok(())
            }
        }
    }

    /// A row's id was not read lately. Called last: a row that is broken otherwise may come again.
    fn new_id(&self, record: &csv::StringRecord) -> Result<(), String> {
        let Some(name) = &self.schema.columns.id else { return Ok(()) };
        let text = self.text(record, name).unwrap_or("");
        let id = Key::of(text.as_bytes()).word();
        let mut ids = self.ids.borrow_mut();
        let [full, filling] = &mut *ids;
        if full.contains(&id) || !filling.insert(id) {
            return Err(format!("`{name}` was read before: `{text}`"));
        }
        if filling.len() >= IDS_IN_MEMORY / 2 {
            *full = std::mem::take(filling);
        }
        Ok(())
    }

    fn signals(&self, record: &csv::StringRecord) -> Signals {
        self.schema.columns.signals.iter().fold(Signals::default(), |signals, (name, signal)| {
            let value = self.number(record, &signal.column).ok().map(|value| (value * signal.scale) as f32);
            match SignalFact::named(name) {
                Some(fact) => signals.with_known(fact, value),
                None => signals,
            }
        })
    }

    fn text<'r>(&self, record: &'r csv::StringRecord, name: &str) -> Option<&'r str> {
        record.get(*self.header.get(name)?).map(str::trim)
    }

    fn number(&self, record: &csv::StringRecord, name: &str) -> Result<f64, String> {
        let text = self.text(record, name).unwrap_or("");
        let number: Option<f64> = text.parse().ok().filter(|number: &f64| number.is_finite());
        number.ok_or_else(|| format!("`{name}` is not a number: `{text}`"))
    }

    fn at(&self, record: &csv::StringRecord) -> Result<i64, String> {
        let name = &self.schema.columns.time;
        if self.schema.time.unit == TimeUnit::Datetime {
            let text = self.text(record, name).unwrap_or("");
            if let Ok(instant) = text.parse::<jiff::Timestamp>() {
                return Ok(instant.as_millisecond());
            }
            let civil = text.parse::<jiff::civil::DateTime>().ok();
            let civil = civil
                .or_else(|| Some(text.parse::<jiff::civil::Date>().ok()?.to_datetime(jiff::civil::Time::midnight())));
            let zoned = civil.and_then(|civil| civil.to_zoned(jiff::tz::TimeZone::UTC).ok());
            let zoned = zoned.ok_or_else(|| format!("`{name}` is not a date and time: `{text}`"))?;
            return Ok(zoned.timestamp().as_millisecond());
        }
        let seconds = self.number(record, name)? * self.schema.unit_seconds() + self.schema.time.origin as f64;
        if seconds.abs() < 2e11 { Ok((seconds * 1000.0) as i64) } else { Err(format!("`{name}` is out of range")) }
    }
}

/// What is known of the values of the extra names: how frequent, how often fraud, alone and at about this amount.
#[derive(Debug, Default)]
pub struct Values {
    known: Vec<HashMap<u64, PairProfile>>,
    payments: f32,
}

impl Values {
    /// The columns one name brings, after its own.
    pub const PARTS: [&'static str; 3] = ["share", "fraud_lift", "amount_fraud_lift"];

    /// Appends the [`Values::PARTS`] of every extra name.
    pub fn features(&mut self, row: &Row, base: f32, into: &mut Vec<f32>) {
        self.known.resize_with(row.names.len(), HashMap::new);
        for (name, known) in row.names.iter().zip(&mut self.known) {
            let read = |key: Key| {
                let mut profile = known.get(&key.word()).copied().unwrap_or_default();
                profile.age_to(row.event.at_millis);
                profile
            };
            let alone = read(Key::of(name.as_bytes()));
            let banded = read(banded(name, row.event.amount));
            let lift = |profile: &PairProfile, prior: f32, weight: f32| {
                crate::number::lnf((profile.frauds + weight * prior) / (profile.known + weight) / base)
            };
            into.push(alone.known / (self.payments + 1.0));
            into.push(lift(&alone, base, 20.0));
            let prior = (alone.frauds + 20.0 * base) / (alone.known + 20.0);
            into.push(lift(&banded, prior, 10.0));
        }
    }

    /// Takes in what became known of a row.
    pub fn learn(&mut self, names: &[String], amount: f32, outcome: &Outcome) {
        self.known.resize_with(names.len(), HashMap::new);
        self.payments += 1.0;
        for (name, known) in names.iter().zip(&mut self.known) {
            for key in [Key::of(name.as_bytes()), banded(name, amount)] {
                if known.len() < NAMES_IN_MEMORY || known.contains_key(&key.word()) {
                    known.entry(key.word()).or_default().learn(outcome);
                }
            }
        }
    }
}

/// A name together with about how much: amounts within a quarter of each other are one.
fn banded(name: &str, amount: f32) -> Key {
    let band = (crate::number::ln_1p(amount) * 4.0) as u64;
    Key::of(name.as_bytes()).and(Key::of(&band.to_le_bytes()))
}
