//! [`Request`]: one question, read from JSON; keys nobody knows are refused with their path, or named.

use std::collections::BTreeMap;

use jiff::civil::Date;
use money::{Amount, Currency, Instant};
use serde_json::{Map, Value as Json};

use crate::fact::{Fact, Facts, Value};
use crate::limits;
use crate::ratio::Ratio;
use crate::synonyms::{CARRIERS, MONTH_END, NAMES, SYNONYMS};
use crate::vocabulary::{Shape, VOCABULARY};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The moment of the question.
    pub at: Instant,
    /// Packs by name; those of the jurisdiction when empty.
    pub packs: Vec<String>,
    /// The jurisdiction.
    pub jurisdiction: Option<String>,
    /// What is known.
    pub facts: Facts,
    /// Earlier events of this payer, oldest first.
    pub history: Vec<Event>,
    /// Readings chosen: by name, or by `pack.name`.
    pub modes: BTreeMap<String, String>,
    /// The payer's own limits.
    pub limits: Vec<OwnLimit>,
    /// What the payer, a guardian or an authority blocked.
    pub blocks: Vec<Block>,
    /// Rules and packs not yet sure that a person approved.
    pub approvals: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub facts: Facts,
}

/// A limit the payer set.
#[derive(Clone, Debug)]
pub struct OwnLimit {
    /// What its reasons call it.
    pub name: String,
    /// The most.
    pub amount: Amount,
    /// `payment`, `day`, `month`, `year` or `night`; any other word is taken for `payment`.
    pub window: String,
    /// Only of this category.
    pub category: Option<String>,
    /// Only this way.
    pub channel: Option<String>,
}

/// A block.
#[derive(Clone, Debug)]
pub struct Block {
    pub(crate) scope: String,
    pub(crate) value: Option<String>,
    pub(crate) by: String,
    pub(crate) auth: Vec<String>,
    pub(crate) permanent: bool,
}

/// What is wrong with a request, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct InputError {
    /// The key, from the top.
    pub path: String,
    /// What is wrong.
    pub what: String,
}

fn error(path: &str, what: impl Into<String>) -> InputError {
    InputError { path: path.to_owned(), what: what.into() }
}

/// What reading comes to.
type Read<T> = Result<T, InputError>;

impl Request {
    /// A question at `at` of which nothing else is known yet.
    #[must_use]
    pub fn new(at: Instant) -> Self {
        Self {
            at,
            packs: Vec::new(),
            jurisdiction: None,
            facts: Facts::default(),
            history: Vec::new(),
            modes: BTreeMap::new(),
            limits: Vec::new(),
            blocks: Vec::new(),
            approvals: Vec::new(),
        }
    }

    /// Reads one JSON object.
    ///
    /// # Errors
    /// The first key that is unknown or has a wrong value.
    pub fn from_json(text: &str) -> Read<Self> {
        let json: Json = serde_json::from_str(text).map_err(|e| error("request", e.to_string()))?;
        Self::from_value(&json)
    }

    /// Reads one JSON object that was parsed already.
    ///
    /// # Errors
    /// The first key that is unknown or has a wrong value.
    pub fn from_value(json: &Json) -> Result<Self, InputError> {
        let (request, unknown) = Self::from_wider(json)?;
        match unknown.first() {
            Some(path) => Err(error(path, "is not known; `farthing policy schema` lists every key")),
            None => Ok(request),
        }
    }

    /// Reads one JSON object that may say more than any rule can ask about; with the paths of what no rule can ask
    /// about. Leaving those out loosens nothing that a rule says: each decides by the facts it names.
    ///
    /// # Errors
    /// The first key that has a wrong value.
    pub fn from_wider(json: &Json) -> Result<(Self, Vec<String>), InputError> {
        let top = object(json, "request")?;
        let at = moment(
            top.get("at").ok_or_else(|| error("at", "is missing: the moment of the question, RFC 3339"))?,
            "at",
        )?;
        let mut request = Self::new(at);
        let mut unknown = Vec::new();
        for (key, value) in top {
            request.take(key, value, &mut unknown)?;
        }
        request.history.sort_by_key(|event| event.at);
        Ok((request, unknown))
    }

    fn take(&mut self, key: &str, value: &Json, unknown: &mut Vec<String>) -> Read<()> {
        match key {
            "at" | "currency" | "id" | "comment" => {}
            "packs" => self.packs = texts(value, key)?,
            "jurisdiction" => self.jurisdiction = Some(text(value, key)?.to_uppercase()),
            "approvals" => self.approvals = texts(value, key)?,
            "settings" => self.settings(object(value, key)?, unknown)?,
            "history" => {
                let list = value.as_array().ok_or_else(|| error(key, "must be a list"))?;
                if list.len() > limits::HISTORY_MAX {
                    return Err(error(key, format!("holds more than {} events", limits::HISTORY_MAX)));
                }
                self.history = list
                    .iter()
                    .enumerate()
                    .map(|(place, one)| event(one, &format!("history[{place}]"), unknown))
                    .collect::<Read<_>>()?;
            }
            "auth" => auth(value, key, &mut self.facts, unknown)?,
            _ => walk(value, key, &mut self.facts, unknown)?,
        }
        Ok(())
    }

    fn settings(&mut self, settings: &Map<String, Json>, unknown: &mut Vec<String>) -> Read<()> {
        for (key, value) in settings {
            let path = format!("settings.{key}");
            match key.as_str() {
                "limits" => {
                    self.limits =
                        list(value, &path)?.iter().map(|(path, one)| own_limit(one, path)).collect::<Read<_>>()?
                }
                "blocks" => {
                    self.blocks = list(value, &path)?.iter().map(|(path, one)| block(one, path)).collect::<Read<_>>()?
                }
                "modes" => self.modes(object(value, &path)?, "")?,
                _ => walk(value, &path, &mut self.facts, unknown)?,
            }
        }
        Ok(())
    }

    fn modes(&mut self, modes: &Map<String, Json>, prefix: &str) -> Read<()> {
        for (key, value) in modes {
            let name = format!("{prefix}{key}");
            match value {
                Json::Object(inner) => self.modes(inner, &format!("{name}."))?,
                Json::String(chosen) if name == "night_start" => {
                    walk(&Json::String(chosen.clone()), "settings.night_start", &mut self.facts, &mut Vec::new())?
                }
                Json::String(chosen) => {
                    self.modes.insert(name, word(chosen));
                }
                _ => return Err(error(&format!("settings.modes.{name}"), "must be a text")),
            }
        }
        Ok(())
    }
}

fn list(value: &Json, path: &str) -> Read<Vec<(String, Json)>> {
    if let Json::Object(map) = value {
        // `{"day": "50000 KRW"}` is short for a list of limits or blocks by name.
        return Ok(map
            .iter()
            .map(|(key, value)| (path.to_owned(), serde_json::json!({"window": key, "amount": value})))
            .collect());
    }
    let items = value.as_array().ok_or_else(|| error(path, "must be a list"))?;
    if items.len() > limits::LIST_MAX {
        return Err(error(path, format!("holds more than {} items", limits::LIST_MAX)));
    }
    Ok(items.iter().enumerate().map(|(place, one)| (format!("{path}[{place}]"), one.clone())).collect())
}

fn own_limit(json: &Json, path: &str) -> Read<OwnLimit> {
    let map = object(json, path)?;
    only(map, path, &["name", "amount", "window", "category", "channel", "cap", "per"])?;
    let optional = |key: &str| map.get(key).map(|value| text(value, path)).transpose();
    let amount = map.get("amount").or_else(|| map.get("cap")).ok_or_else(|| error(path, "has no `amount`"))?;
    let window = match optional("window")?.or(optional("per")?) {
        Some(window) => window,
        None => "payment".to_owned(),
    };
    let window = match window.as_str() {
        "payment" | "day" | "month" | "year" | "night" => window,
        "per_payment" | "transaction" | "per_transaction" => "payment".to_owned(),
        "daily" => "day".to_owned(),
        "monthly" => "month".to_owned(),
        _ => return Err(error(path, format!("`{window}` is none of payment, day, month, year, night"))),
    };
    let name = optional("name")?.unwrap_or_else(|| window.clone());
    Ok(OwnLimit {
        name,
        amount: money(amount, path)?,
        window,
        category: optional("category")?,
        channel: optional("channel")?.map(|w| synonym(&w)),
    })
}

fn block(json: &Json, path: &str) -> Read<Block> {
    if let Json::String(scope) = json {
        return Ok(Block {
            scope: word(scope),
            value: None,
            by: "payer".to_owned(),
            auth: Vec::new(),
            permanent: false,
        });
    }
    let map = object(json, path)?;
    only(map, path, &["scope", "value", "category", "channel", "by", "auth", "permanent"])?;
    let optional = |key: &str| map.get(key).map(|value| text(value, path)).transpose();
    let value = optional("value")?.or(optional("category")?).or(optional("channel")?.map(|word| synonym(&word)));
    let kind = if map.contains_key("category") {
        "category"
    } else if map.contains_key("channel") {
        "channel"
    } else {
        "all"
    };
    Ok(Block {
        scope: optional("scope")?.unwrap_or_else(|| kind.to_owned()),
        value,
        by: optional("by")?.unwrap_or_else(|| "payer".to_owned()),
        auth: map.get("auth").map_or(Ok(Vec::new()), |value| texts(value, path))?,
        permanent: map.get("permanent").and_then(Json::as_bool).unwrap_or(false),
    })
}

fn only(map: &Map<String, Json>, path: &str, known: &[&str]) -> Read<()> {
    match map.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(error(&format!("{path}.{key}"), format!("is not known; known are {}", known.join(", ")))),
        None => Ok(()),
    }
}

/// The tables an event may have besides the operation's own keys.
pub(crate) const EVENT_TABLES: &[&str] = &["operation", "payer", "device", "limit", "consent", "claim", "instrument"];

fn event(json: &Json, path: &str, unknown: &mut Vec<String>) -> Read<Event> {
    let map = object(json, path)?;
    let at = moment(map.get("at").ok_or_else(|| error(&format!("{path}.at"), "is missing"))?, path)?;
    let mut facts = Facts::default();
    for (key, value) in map {
        let place = format!("{path}.{key}");
        let named = |e: InputError| error(&place, e.what);
        let mut beyond = Vec::new();
        match key.as_str() {
            "at" | "id" | "comment" => {}
            "auth" => auth(value, key, &mut facts, &mut beyond).map_err(named)?,
            "approved_by" | "approval" => approved_by(value, &mut facts).map_err(named)?,
            table if EVENT_TABLES.contains(&table) => {
                walk(value, key, &mut facts, &mut beyond).map_err(|e| error(&format!("{path}.{}", e.path), e.what))?
            }
            _ => {
                walk(value, &format!("operation.{key}"), &mut facts, &mut beyond).map_err(named)?;
                beyond = beyond.iter().map(|at| at.trim_start_matches("operation.").to_owned()).collect();
            }
        }
        unknown.extend(beyond.iter().map(|at| format!("{path}.{at}")));
    }
    Ok(Event { at, facts })
}

/// `sca` or factors: full authentication; `exempt…`: none.
fn approved_by(value: &Json, facts: &mut Facts) -> Read<()> {
    if value.is_array() {
        return auth(value, "auth", facts, &mut Vec::new());
    }
    let how = text(value, "approved_by")?;
    let full = matches!(how.as_str(), "sca" | "full" | "full_sca" | "strong" | "full_auth" | "strong_auth");
    set(facts, "operation.full_auth", Value::Flag(full));
    if !full {
        set(facts, "operation.exemption", Value::Text(how));
    }
    Ok(())
}

fn auth(value: &Json, path: &str, facts: &mut Facts, unknown: &mut Vec<String>) -> Read<()> {
    if let Json::Object(map) = value {
        return map.iter().try_for_each(|(key, value)| match key.as_str() {
            "factors" => auth(value, path, facts, unknown),
            _ => walk(value, &format!("{path}.{key}"), facts, unknown),
        });
    }
    let one = [value.clone()];
    let items = value.as_array().map_or(one.as_slice(), Vec::as_slice);
    let mut factors = Vec::new();
    for item in items {
        let kind = match item {
            Json::Object(map) => map
                .get("kind")
                .or_else(|| map.get("factor"))
                .or_else(|| map.get("type"))
                .ok_or_else(|| error(path, "a factor has no `kind`"))?,
            other => other,
        };
        factors.push(text(kind, path)?);
    }
    set(facts, "auth.factors", Value::Texts(factors));
    Ok(())
}

fn set(facts: &mut Facts, name: &str, value: Value) {
    if let Some(fact) = Fact::named(name) {
        facts.set(fact, value);
    }
}

/// Reads facts from `value` under `path`, table by table; what no rule can ask about is named in `unknown`.
fn walk(value: &Json, path: &str, facts: &mut Facts, unknown: &mut Vec<String>) -> Read<()> {
    if let Some(fact) = find(path)
        && !(value.is_object() && is_table(path, value, fact))
    {
        match value {
            Json::Null => {}
            Json::String(said) if path == "operation.kind" => kind(said, facts)?,
            _ => facts.set(fact, read(fact, value, path)?),
        }
        return Ok(());
    }
    let Json::Object(map) = value else {
        // `"device": "d1"` names it; a table would tell of it.
        match NAMES.iter().find(|(table, _)| *table == path).filter(|_| value.is_string()) {
            Some((_, name)) => return walk(value, name, facts, unknown),
            None => unknown.push(path.to_owned()),
        }
        return Ok(());
    };
    map.iter().try_for_each(|(key, value)| walk(value, &format!("{path}.{key}"), facts, unknown))
}

/// What is asked for. A way of paying named here is a payment that comes that way: `transfer`, `carrier_bill`.
fn kind(said: &str, facts: &mut Facts) -> Read<()> {
    let path = "operation.kind";
    let Some(fact) = Fact::named(path) else { return Ok(()) };
    let way = Json::String(said.to_owned());
    if let Ok(kind) = read(fact, &way, path) {
        facts.set(fact, kind);
        return Ok(());
    }
    let channel = Fact::named("operation.channel");
    match channel.and_then(|channel| Some((channel, read(channel, &way, path).ok()?))) {
        Some((channel, way)) => {
            facts.set(fact, Value::Text("payment".to_owned()));
            if facts.find(channel).is_none() {
                facts.set(channel, way);
            }
            Ok(())
        }
        None => read(fact, &way, path).map(|_| ()),
    }
}

/// An object that is no value: amounts and rates are written as objects too.
fn is_table(path: &str, value: &Json, fact: Fact) -> bool {
    match fact.word().shape {
        Shape::Money | Shape::Ratio => false,
        _ => value.as_object().is_some_and(|map| map.keys().any(|key| find(&format!("{path}.{key}")).is_some())),
    }
}

fn find(path: &str) -> Option<Fact> {
    let at = |name: &str| VOCABULARY.iter().find(|word| word.name == name || word.aliases.contains(&name));
    at(path).and_then(|word| Fact::named(word.name))
}

fn read(fact: Fact, value: &Json, path: &str) -> Read<Value> {
    if value.as_str() == Some("never") {
        return Ok(Value::Never);
    }
    Ok(match fact.word().shape {
        Shape::Flag => match value {
            Json::Bool(flag) => Value::Flag(*flag),
            _ => return Err(error(path, "must be true or false")),
        },
        Shape::Number => Value::Number(number(value, path)?),
        Shape::Money => Value::Money(money(value, path)?),
        Shape::Ratio => Value::Ratio(ratio(value, path)?),
        Shape::Text if fact.word().name == "payer.carrier" => Value::Text(carrier(text(value, path)?)),
        Shape::Text => Value::Text(text(value, path)?),
        Shape::Texts => Value::Texts(texts(value, path)?),
        Shape::Moment => Value::Moment(moment(value, path)?),
        Shape::Date => {
            let written = value.as_str().unwrap_or_default();
            Value::Date(written.parse::<Date>().map_err(|_| error(path, "must be a date such as 2007-03-01"))?)
        }
        Shape::Choice(words) => {
            let said = match value {
                Json::Bool(true) => "subsequent".to_owned(),
                Json::Bool(false) => "none".to_owned(),
                Json::Object(map) => map
                    .get("kind")
                    .or_else(|| map.get("sequence"))
                    .map_or(Ok("subsequent".to_owned()), |kind| text(kind, path))?,
                other => text(other, path)?,
            };
            let said = if words.contains(&said.as_str()) { said } else { synonym(&said) };
            if !words.contains(&said.as_str()) {
                return Err(error(path, format!("`{said}` is none of {}", words.join(", "))));
            }
            Value::Text(said)
        }
    })
}

/// A whole number; where months are counted also `{"years": 2}`, `{"months": 3}`, `P2Y3M`.
fn number(value: &Json, path: &str) -> Read<i64> {
    let wrong = || error(path, "must be a whole number");
    let is_months = find(path).is_some_and(|fact| fact.word().name.ends_with("_months"));
    let months = |years: i64, months: i64| years.checked_mul(12)?.checked_add(months);
    let is_closing = find(path).is_some_and(|fact| fact.word().name == "payer.closing_day");
    match value {
        // A bill that closes with the month closes on its last day, whichever that is.
        Json::String(written) if is_closing && MONTH_END.contains(&word(written).as_str()) => Ok(31),
        Json::Object(map) if is_months => {
            only(map, path, &["years", "months"])?;
            let part = |key: &str| map.get(key).map_or(Some(0), Json::as_i64);
            part("years").zip(part("months")).and_then(|(y, m)| months(y, m)).ok_or_else(wrong)
        }
        Json::String(written) if is_months => {
            let span: jiff::Span = written.parse().map_err(|_| error(path, "must be a number of months or `P3M`"))?;
            months(span.get_years().into(), span.get_months().into()).ok_or_else(wrong)
        }
        Json::String(written) => written.trim().parse().map_err(|_| wrong()),
        _ => value.as_i64().ok_or_else(wrong),
    }
}

fn object<'a>(value: &'a Json, path: &str) -> Read<&'a Map<String, Json>> {
    value.as_object().ok_or_else(|| error(path, "must be an object"))
}

fn money(value: &Json, path: &str) -> Read<Amount> {
    if let Json::String(written) = value {
        return written.parse().map_err(|_| error(path, "must be an amount such as `30.01 EUR`"));
    }
    let map = object(value, path)
        .map_err(|_| error(path, "must be {\"currency\",\"minor\"} or a text such as `30.01 EUR`"))?;
    only(map, path, &["currency", "minor", "value"])?;
    let currency: Currency = map
        .get("currency")
        .and_then(Json::as_str)
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| error(path, "has no currency of ISO 4217"))?;
    if let Some(minor) = map.get("minor") {
        return minor
            .as_i64()
            .map(|minor| Amount::new(minor, currency))
            .ok_or_else(|| error(path, "`minor` must be a whole number"));
    }
    let value = map.get("value").ok_or_else(|| error(path, "has no `minor`"))?;
    let digits = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    format!("{digits} {currency}").parse().map_err(|_| error(path, "`value` is no amount"))
}

fn ratio(value: &Json, path: &str) -> Read<Ratio> {
    let wrong = || error(path, "must be a text such as `0.13%`, a fraction, or {\"unauthorised\",\"total\"}");
    match value {
        Json::String(written) => written.parse().map_err(|_| wrong()),
        Json::Number(number) => number.to_string().parse().map_err(|_| wrong()),
        Json::Object(map) => {
            let part = map.get("unauthorised").or_else(|| map.get("unauthorized")).ok_or_else(wrong)?;
            let (part, whole) = (money(part, path)?, money(map.get("total").ok_or_else(wrong)?, path)?);
            Ratio::new(part.minor(), whole.minor()).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

fn moment(value: &Json, path: &str) -> Read<Instant> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| error(path, "must be an RFC 3339 moment"))
}

fn text(value: &Json, path: &str) -> Read<String> {
    match value {
        Json::String(text) => Ok(word(text)),
        Json::Number(number) => Ok(number.to_string()),
        _ => Err(error(path, "must be a text")),
    }
}

fn texts(value: &Json, path: &str) -> Read<Vec<String>> {
    if let Some(items) = value.as_array() {
        return items
            .iter()
            .map(|item| match path {
                "packs" | "approvals" => item.as_str().map(str::to_owned).ok_or_else(|| error(path, "must be texts")),
                _ => text(item, path),
            })
            .collect();
    }
    text(value, path).map(|one| vec![one])
}

/// `CarrierBillPg`, `carrier-bill-pg` and `carrier_bill_pg` are one word.
fn word(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    let mut lower = false;
    for c in text.trim().chars() {
        if matches!(c, '-' | ' ') {
            word.push('_');
        } else {
            if c.is_ascii_uppercase() && lower {
                word.push('_');
            }
            word.extend(c.to_lowercase());
        }
        lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    word
}

/// A carrier as the packs call it.
fn carrier(said: String) -> String {
    CARRIERS.iter().find(|(other, _)| *other == said).map_or(said, |(_, word)| (*word).to_owned())
}

fn synonym(said: &str) -> String {
    SYNONYMS.iter().find(|(other, _)| *other == said).map_or_else(|| said.to_owned(), |(_, word)| (*word).to_owned())
}
