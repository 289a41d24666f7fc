//! Rules as TOML: what is written, checked and compiled, each error with file, line and key.

use std::collections::HashMap;

use aws_lc_rs::digest;
use money::{Digest, ReasonCode};
use serde::Deserialize;
use toml::Spanned;

use super::{Action, Condition, List, Rule, RuleSet, Stage};
use crate::event::{Key, Party};
use crate::limits;

/// The rules that ship: drafted for the threats a micropayment service knows.
pub const STARTER: &str = include_str!("../../rules/starter.toml");

/// What is wrong with a file of rules.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{file}` line {line}{key}: {what}", key = key.as_ref().map(|key| format!(", `{key}`")).unwrap_or_default())]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The rule or list, and what of it.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
}

/// A file of rules as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    set: Option<WrittenSet>,
    #[serde(default)]
    list: Vec<Spanned<WrittenList>>,
    #[serde(default)]
    rule: Vec<Spanned<WrittenRule>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSet {
    name: String,
    version: u32,
    #[serde(default)]
    author: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenList {
    name: String,
    party: Party,
    #[serde(default)]
    entries: Vec<WrittenEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    id: String,
    /// Every entry ends: a list that nobody tends empties itself.
    until: Spanned<String>,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRule {
    id: Spanned<String>,
    stage: Stage,
    author: Option<String>,
    when: Spanned<String>,
    action: Spanned<Action>,
    reason: Spanned<ReasonCode>,
    until: Option<Spanned<String>>,
    share_max_bp: Option<u16>,
    ko: String,
    en: String,
}

impl RuleSet {
    /// The rules that ship.
    ///
    /// # Panics
    /// Never: a test compiles them.
    #[must_use]
    pub fn starter() -> Self {
        match Self::read(&[("starter.toml", STARTER)]) {
            Ok(set) => set,
            Err(errors) => unreachable!("the starter rules do not compile: {errors:?}"),
        }
    }

    /// Compiles a set from its files, in the order given: names and texts.
    ///
    /// # Errors
    /// With everything that is wrong, each with file, line and key.
    pub fn read(files: &[(&str, &str)]) -> Result<Self, Vec<RuleError>> {
        let mut reader = Reader { set: Self::empty(files), errors: Vec::new(), ids: HashMap::new() };
        if files.len() > limits::RULE_FILES_MAX {
            reader.wrong(files.first().map_or("", |(name, _)| name), 1, None, "too many files in one set");
        }
        let mut written = Vec::new();
        for (name, text) in files {
            written.extend(reader.written(name, text).map(|written| (*name, *text, written)));
        }
        reader.heading(&written);
        for (name, text, file) in &written {
            for list in &file.list {
                reader.list(&Place { file: name, text }, list);
            }
        }
        for (name, text, file) in &written {
            let author = file.set.as_ref().map_or("", |set| &set.author);
            for rule in &file.rule {
                reader.rule(&Place { file: name, text }, rule, author);
            }
        }
        if reader.errors.is_empty() { Ok(reader.set) } else { Err(reader.errors) }
    }

    fn empty(files: &[(&str, &str)]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA256);
        for (name, text) in files {
            for part in [name.as_bytes(), text.as_bytes()] {
                hash.update(&(part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        let digest = Digest::from_bytes(hash.finish().as_ref().try_into().unwrap_or([0; 32]));
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Self { name: String::new(), version: 0, digest, files, rules: Vec::new(), lists: Vec::new() }
    }
}

/// A file, to say where in it something stands.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
    }
}

struct Reader<'a> {
    set: RuleSet,
    errors: Vec<RuleError>,
    ids: HashMap<String, &'a str>,
}

impl<'a> Reader<'a> {
    fn wrong(&mut self, file: &str, line: usize, key: Option<String>, what: impl Into<String>) {
        self.errors.push(RuleError { file: file.to_owned(), line, key, what: what.into() });
    }

    fn written(&mut self, name: &str, text: &str) -> Option<Written> {
        if text.len() > limits::RULE_FILE_BYTES_MAX {
            self.wrong(name, 1, None, format!("larger than {} bytes", limits::RULE_FILE_BYTES_MAX));
            return None;
        }
        match toml::from_str::<Written>(text) {
            Ok(written) => Some(written),
            Err(error) => {
                let line = Place { file: name, text }.line(error.span().map_or(0, |span| span.start));
                self.wrong(name, line, None, error.message().to_owned());
                None
            }
        }
    }

    fn heading(&mut self, files: &[(&str, &str, Written)]) {
        let mut named = files.iter().filter_map(|(name, _, file)| Some((*name, file.set.as_ref()?)));
        let first = named.next();
        let second = named.next().map(|(file, _)| file.to_owned());
        match first {
            Some((_, set)) => (self.set.name, self.set.version) = (set.name.clone(), set.version),
            None if self.errors.is_empty() => {
                let file = files.first().map_or("", |(name, ..)| name);
                self.wrong(file, 1, Some("set".to_owned()), "a set needs one `[set]` with its name and version");
            }
            None => {}
        }
        if let Some(file) = second {
            self.wrong(&file, 1, Some("set".to_owned()), "another file of this set has a `[set]` already");
        }
    }

    fn list(&mut self, place: &Place<'_>, written: &Spanned<WrittenList>) {
        let (line, list) = (place.line(written.span().start), written.get_ref());
        let key = format!("list {}", list.name);
        if self.set.lists.iter().any(|known| known.name == list.name) {
            self.wrong(place.file, line, Some(key), "there is a list of that name already");
            return;
        }
        if self.set.lists.len() >= limits::LISTS_MAX || list.entries.len() > limits::LIST_ENTRIES_MAX {
            let what = format!("more than {} lists or {} entries", limits::LISTS_MAX, limits::LIST_ENTRIES_MAX);
            self.wrong(place.file, line, Some(key), what);
            return;
        }
        let mut entries = HashMap::new();
        for entry in &list.entries {
            match moment(entry.until.get_ref()) {
                Some(until) => {
                    let latest = entries.entry(Key::of(entry.id.as_bytes()).word()).or_insert(until);
                    *latest = until.max(*latest);
                }
                None => {
                    let at = place.line(entry.until.span().start);
                    let what = format!("`{}` is no moment like `2027-01-31T00:00:00Z`", entry.until.get_ref());
                    self.wrong(place.file, at, Some(format!("{key}.until")), what);
                }
            }
        }
        self.set.lists.push(List { name: list.name.clone(), party: list.party, entries });
    }

    fn rule(&mut self, place: &Place<'a>, written: &Spanned<WrittenRule>, set_author: &str) {
        let rule = written.get_ref();
        let id = rule.id.get_ref().as_str();
        let before = self.errors.len();
        let mut say = |line: usize, part: &str, what: String| {
            self.errors.push(RuleError {
                file: place.file.to_owned(),
                line,
                key: Some(format!("rule {id}.{part}")),
                what,
            });
        };
        let id_line = place.line(rule.id.span().start);
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if id.is_empty() || id.len() > limits::RULE_ID_BYTES_MAX || !id.bytes().all(plain) {
            say(id_line, "id", format!("an id has 1 to {} of a-z, 0-9 and _", limits::RULE_ID_BYTES_MAX));
        }
        if let Some(file) = self.ids.insert(id.to_owned(), place.file) {
            say(id_line, "id", format!("`{file}` has a rule of that id already"));
        }
        let author = rule.author.clone().unwrap_or_else(|| set_author.to_owned());
        if author.trim().is_empty() {
            say(id_line, "author", "somebody must answer for a rule: name an author here or in `[set]`".to_owned());
        }
        if rule.ko.trim().is_empty() || rule.en.trim().is_empty() {
            say(id_line, "ko, en", "say in both languages what it is for".to_owned());
        }
        if let Action::Weight(weight) = rule.action.get_ref()
            && !(weight.is_finite() && weight.abs() <= limits::WEIGHT_MAX)
        {
            let what = format!("a weight lies between -{0} and {0}", limits::WEIGHT_MAX);
            say(place.line(rule.action.span().start), "action", what);
        }
        let reason = *rule.reason.get_ref();
        if !reason.code().starts_with("risk.") {
            let what = format!("`{reason}` is no reason of risk; those begin with `risk.`");
            say(place.line(rule.reason.span().start), "reason", what);
        }
        let until = rule.until.as_ref().map(|until| (until, moment(until.get_ref())));
        if let Some((until, None)) = &until {
            let what = format!("`{}` is no moment like `2027-01-31T00:00:00Z`", until.get_ref());
            say(place.line(until.span().start), "until", what);
        }
        let lists = &self.set.lists;
        let list =
            |name: &str| Some(lists.iter().enumerate().find(|(_, list)| list.name == name)?).map(|(n, l)| (n, l.party));
        let condition = Condition::compile(rule.when.get_ref(), &list);
        if let Err(error) = &condition {
            say(place.line(rule.when.span().start), "when", error.to_string());
        }
        if self.set.rules.len() >= limits::RULES_MAX {
            say(id_line, "id", format!("more than {} rules in one set", limits::RULES_MAX));
        }
        if let (Ok(condition), true) = (condition, self.errors.len() == before) {
            self.set.rules.push(Rule {
                id: id.to_owned(),
                stage: rule.stage,
                author,
                when: rule.when.get_ref().clone(),
                action: *rule.action.get_ref(),
                reason,
                until_millis: until.and_then(|(_, until)| until),
                share_max_bp: rule.share_max_bp,
                ko: rule.ko.clone(),
                en: rule.en.clone(),
                condition,
            });
        }
    }
}

/// A moment as it is written, in milliseconds of Unix time.
fn moment(text: &str) -> Option<i64> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond)
}
