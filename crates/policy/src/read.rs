//! Pack files read: every error names file, line and key.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use money::{Amount, Currency, Digest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::limits;
use crate::pack::{Citation, Grade, Layer, Pack, Period, Status, Translation, Variant};
use crate::time::Zone;

/// Why a pack file was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {key}: {what}")]
pub struct PackError {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The key, from the top of the file.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
}

/// One table of a file, and where it stands.
#[derive(Clone)]
pub(crate) struct Table<'a> {
    file: &'a str,
    text: &'a str,
    pub(crate) path: String,
    pub(crate) start: usize,
    table: &'a DeTable<'a>,
}

/// One value of a table.
#[derive(Clone)]
pub(crate) struct Node<'a> {
    file: &'a str,
    text: &'a str,
    pub(crate) path: String,
    value: &'a Spanned<DeValue<'a>>,
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count().saturating_add(1)
}

/// Parses `text` and hands its top table to `then`.
pub(crate) fn document<T>(
    file: &str,
    text: &str,
    then: impl FnOnce(Table<'_>) -> Result<T, PackError>,
) -> Result<T, PackError> {
    let error = |offset, what: String| PackError {
        file: file.to_owned(),
        line: line_of(text, offset),
        key: "file".to_owned(),
        what,
    };
    if text.len() > limits::PACK_BYTES_MAX {
        return Err(error(0, format!("is longer than {} bytes", limits::PACK_BYTES_MAX)));
    }
    let parsed =
        DeTable::parse(text).map_err(|e| error(e.span().map_or(0, |span| span.start), e.message().to_owned()))?;
    then(Table { file, text, path: String::new(), start: 0, table: parsed.get_ref() })
}

impl<'a> Table<'a> {
    /// The same table under another name.
    pub(crate) fn called(&self, path: String) -> Self {
        Self { path, ..self.clone() }
    }

    /// Refuses keys that are not in `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), PackError> {
        match self.table.keys().find(|key| !known.contains(&key.get_ref().as_ref())) {
            None => Ok(()),
            Some(key) => Err(self.error_at(
                key.span().start,
                key.get_ref(),
                format!("is not a key here; known are {}", known.join(", ")),
            )),
        }
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.table.keys().map(|key| key.get_ref().as_ref())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn find(&self, key: &str) -> Option<Node<'a>> {
        let value = self.table.get(key)?;
        Some(Node { file: self.file, text: self.text, path: self.join(key), value })
    }

    pub(crate) fn need(&self, key: &str) -> Result<Node<'a>, PackError> {
        self.find(key).ok_or_else(|| self.error_at(self.start, key, "is missing".to_owned()))
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, PackError> {
        self.find(key).map(|node| node.text()).transpose()
    }

    /// The parsed text under `key`.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, key: &str) -> Result<Option<T>, PackError>
    where
        T::Err: std::fmt::Display,
    {
        self.find(key).map(|node| node.parsed()).transpose()
    }

    pub(crate) fn texts(&self, key: &str) -> Result<Vec<String>, PackError> {
        self.find(key).map_or(Ok(Vec::new()), |node| node.texts())
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, PackError> {
        self.find(key).map_or(Ok(false), |node| node.flag())
    }

    pub(crate) fn moment(&self, key: &str) -> Result<Option<DateTime>, PackError> {
        self.find(key).map(|node| node.moment()).transpose()
    }

    pub(crate) fn error(&self, key: &str, what: impl Into<String>) -> PackError {
        let start = self.table.get(key).map_or(self.start, |value| value.span().start);
        self.error_at(start, key, what.into())
    }

    fn join(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn error_at(&self, offset: usize, key: &str, what: String) -> PackError {
        PackError { file: self.file.to_owned(), line: line_of(self.text, offset), key: self.join(key), what }
    }

    pub(crate) fn line(&self) -> usize {
        line_of(self.text, self.start)
    }
}

impl<'a> Node<'a> {
    pub(crate) fn error(&self, what: impl Into<String>) -> PackError {
        let line = line_of(self.text, self.value.span().start);
        PackError { file: self.file.to_owned(), line, key: self.path.clone(), what: what.into() }
    }

    pub(crate) fn value(&self) -> &'a DeValue<'a> {
        self.value.get_ref()
    }

    pub(crate) fn text(&self) -> Result<&'a str, PackError> {
        self.value().as_str().ok_or_else(|| self.error("must be a text"))
    }

    pub(crate) fn parsed<T: std::str::FromStr>(&self) -> Result<T, PackError>
    where
        T::Err: std::fmt::Display,
    {
        self.text()?.parse().map_err(|error: T::Err| self.error(error.to_string()))
    }

    pub(crate) fn flag(&self) -> Result<bool, PackError> {
        self.value().as_bool().ok_or_else(|| self.error("must be true or false"))
    }

    pub(crate) fn number(&self) -> Result<i64, PackError> {
        let digits = self.value().as_integer().ok_or_else(|| self.error("must be a whole number"))?;
        digits.as_str().parse().map_err(|_| self.error("must be a whole number"))
    }

    pub(crate) fn table(&self) -> Result<Table<'a>, PackError> {
        let table = self.value().as_table().ok_or_else(|| self.error("must be a table"))?;
        Ok(Table { file: self.file, text: self.text, path: self.path.clone(), start: self.value.span().start, table })
    }

    pub(crate) fn items(&self) -> Result<Vec<Self>, PackError> {
        let array = self.value().as_array().ok_or_else(|| self.error("must be a list"))?;
        let at =
            |(place, value)| Self { file: self.file, text: self.text, path: format!("{}[{place}]", self.path), value };
        Ok(array.iter().enumerate().map(at).collect())
    }

    pub(crate) fn texts(&self) -> Result<Vec<String>, PackError> {
        if let Some(text) = self.value().as_str() {
            return Ok(vec![text.to_owned()]);
        }
        self.items()?.iter().map(|item| item.text().map(str::to_owned)).collect()
    }

    /// A local date, or a local date and time.
    pub(crate) fn moment(&self) -> Result<DateTime, PackError> {
        let wrong = || self.error("must be a local date such as 2026-07-01, or a local date and time");
        let written = self.value().as_datetime().ok_or_else(wrong)?;
        if written.offset.is_some() {
            return Err(wrong());
        }
        let date = written.date.ok_or_else(wrong)?;
        let narrow = |number: u8| i8::try_from(number).map_err(|_| wrong());
        let year = i16::try_from(date.year).map_err(|_| wrong())?;
        let date = Date::new(year, narrow(date.month)?, narrow(date.day)?).map_err(|_| wrong())?;
        let time = match written.time {
            None => Time::midnight(),
            Some(t) => {
                Time::new(narrow(t.hour)?, narrow(t.minute)?, narrow(t.second.unwrap_or(0))?, 0).map_err(|_| wrong())?
            }
        };
        Ok(date.to_datetime(time))
    }

    /// A sum in the pack's currency.
    pub(crate) fn money(&self, currency: Currency) -> Result<Amount, PackError> {
        let amount: Amount = self.parsed()?;
        if amount.currency() == currency {
            Ok(amount)
        } else {
            Err(self.error(format!("is in {}, but the pack counts in {currency}", amount.currency())))
        }
    }

    /// One of the words of `choices`.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, PackError> {
        let text = self.text()?;
        let found = choices.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
        let words = || choices.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| self.error(format!("`{text}` is none of {}", words())))
    }
}

/// The keys of a pack.
pub(crate) const PACK_KEYS: &[&str] = &[
    "id",
    "title",
    "language",
    "in",
    "version",
    "jurisdiction",
    "layer",
    "status",
    "effective",
    "time_zone",
    "currency",
    "evidence",
    "provider",
    "calendar",
    "variants",
    "citations",
    "rules",
];

pub(crate) const GRADES: [(&str, Grade); 3] = [("V1", Grade::V1), ("V2", Grade::V2), ("K", Grade::K)];
/// The payer's own layer is no file.
pub(crate) const LAYERS: [(&str, Layer); 4] = [
    ("statute", Layer::Statute),
    ("regulator", Layer::Regulator),
    ("scheme", Layer::Scheme),
    ("provider", Layer::Provider),
];
pub(crate) const STATUSES: [(&str, Status); 4] = [
    ("in_force", Status::InForce),
    ("enacted_pending", Status::EnactedPending),
    ("draft", Status::Draft),
    ("repealed", Status::Repealed),
];

/// The pack written in `text`.
pub(crate) fn pack(file: &str, text: &str) -> Result<Pack, PackError> {
    document(file, text, |top| {
        top.only(PACK_KEYS)?;
        let owned = |key: &str| top.need(key)?.text().map(str::to_owned);
        let citations = citations(&top)?;
        let mut pack = Pack {
            id: owned("id")?,
            title: owned("title")?,
            language: top.find("language").map_or(Ok("en".to_owned()), |node| language(&node))?,
            translations: BTreeMap::new(),
            version: owned("version")?,
            jurisdiction: owned("jurisdiction")?,
            layer: top.need("layer")?.choice(&LAYERS)?,
            status: top.need("status")?.choice(&STATUSES)?,
            effective: effective(&top)?,
            zone: {
                let node = top.need("time_zone")?;
                Zone::named(node.text()?).map_err(|e| node.error(e.to_string()))?
            },
            currency: top.need("currency")?.parsed()?,
            grade: top.need("evidence")?.choice(&GRADES)?,
            provider: top.text("provider")?.map(str::to_lowercase),
            calendar: top.text("calendar")?.map(str::to_owned),
            variants: variants(&top)?,
            citations,
            rules: Vec::new(),
            digest: digest(text),
            label: String::new(),
            file: file.to_owned(),
        };
        let rules = top.need("rules")?.items()?;
        if rules.len() > limits::RULES_MAX {
            return Err(top.error("rules", format!("has more than {} rules", limits::RULES_MAX)));
        }
        for node in rules {
            let rule = crate::read_rule::rule(&node.table()?, &pack)?;
            if pack.rules.iter().any(|other| other.id == rule.id) {
                return Err(node.table()?.error("id", format!("`{}` is taken already", rule.id)));
            }
            pack.rules.push(rule);
        }
        pack.translations = translations(&top, &pack)?;
        pack.label = format!("{}@{} sha-256:{}", pack.id, pack.version, pack.digest);
        Ok(pack)
    })
}

/// Two or three small letters (ISO 639).
fn is_language(word: &str) -> bool {
    (2..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn language(node: &Node<'_>) -> Result<String, PackError> {
    let word = node.text()?;
    if is_language(word) { Ok(word.to_owned()) } else { Err(node.error("is no language such as `ko` or `en`")) }
}

/// What stands under `in`, by language; it speaks only of what the pack has.
fn translations(top: &Table<'_>, pack: &Pack) -> Result<BTreeMap<String, Translation>, PackError> {
    let Some(node) = top.find("in") else { return Ok(BTreeMap::new()) };
    let all = node.table()?;
    let mut translations = BTreeMap::new();
    for word in all.keys() {
        let one = all.need(word)?.table()?;
        if !is_language(word) || word == pack.language {
            return Err(all.error(word, "is no other language such as `ko` or `en`"));
        }
        one.only(&["title", "rules", "citations"])?;
        let mut translation = Translation { title: one.text("title")?.map(str::to_owned), ..Translation::default() };
        if let Some(rules) = one.find("rules") {
            let rules = rules.table()?;
            rules.only(&pack.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>())?;
            for id in rules.keys() {
                translation.rules.insert(id.to_owned(), rules.need(id)?.text()?.to_owned());
            }
        }
        if let Some(citations) = one.find("citations") {
            let citations = citations.table()?;
            citations.only(&pack.citations.keys().map(String::as_str).collect::<Vec<_>>())?;
            for name in citations.keys() {
                let cited = citations.need(name)?.table()?;
                cited.only(&["law", "article"])?;
                let text = |key: &str| cited.need(key)?.text().map(str::to_owned);
                translation.citations.insert(name.to_owned(), (text("law")?, text("article")?));
            }
        }
        translations.insert(word.to_owned(), translation);
    }
    Ok(translations)
}

pub(crate) fn digest(text: &str) -> Digest {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    Digest::from_bytes(hash.as_ref().try_into().unwrap_or([0; 32]))
}

fn effective(top: &Table<'_>) -> Result<Period, PackError> {
    let Some(node) = top.find("effective") else { return Ok(Period::default()) };
    let table = node.table()?;
    table.only(&["from", "to"])?;
    period(&table)
}

/// `from` and `to` of `table`, in their order.
pub(crate) fn period(table: &Table<'_>) -> Result<Period, PackError> {
    let period = Period { from: table.moment("from")?, to: table.moment("to")? };
    match (period.from, period.to) {
        (Some(from), Some(to)) if to <= from => Err(table.error("to", "is not after `from`: this can never apply")),
        _ => Ok(period),
    }
}

fn citations(top: &Table<'_>) -> Result<BTreeMap<String, Citation>, PackError> {
    let table = top.need("citations")?.table()?;
    let mut citations = BTreeMap::new();
    for key in table.keys() {
        let one = table.need(key)?.table()?;
        one.only(&["law", "article", "source"])?;
        let text = |key: &str| one.need(key)?.text().map(str::to_owned);
        citations
            .insert(key.to_owned(), Citation { law: text("law")?, article: text("article")?, source: text("source")? });
    }
    Ok(citations)
}

fn variants(top: &Table<'_>) -> Result<Vec<Variant>, PackError> {
    let Some(node) = top.find("variants") else { return Ok(Vec::new()) };
    let table = node.table()?;
    let mut variants = Vec::new();
    for key in table.keys() {
        let one = table.need(key)?.table()?;
        one.only(&["values", "default", "about"])?;
        let default = one.need("default")?.text()?.to_owned();
        let values = one.texts("values")?;
        if !values.contains(&default) {
            return Err(one.error("default", "is none of `values`"));
        }
        variants.push(Variant { name: key.to_owned(), values, default });
    }
    Ok(variants)
}

pub(crate) fn grade(node: &Node<'_>) -> Result<Grade, PackError> {
    node.choice(&GRADES)
}
