//! JSON Schema of pack files and of what [`decide`](crate::decide()) reads, made from the reader's own tables of keys.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::read;
use crate::read_rule;
use crate::vocabulary::{Shape, VOCABULARY};

/// Two or three small letters (ISO 639).
const LANGUAGE: &str = "^[a-z]{2,3}$";
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of a pack file.
#[must_use]
pub fn packs() -> Json {
    let rules: Vec<Json> = read_rule::KINDS
        .iter()
        .map(|(kind, own)| {
            let mut properties: serde_json::Map<String, Json> =
                read_rule::RULE_KEYS.iter().chain(*own).map(|key| ((*key).to_owned(), json!(true))).collect();
            properties.insert("kind".to_owned(), json!({ "const": kind }));
            for key in ["id", "say", "citation", "code"] {
                properties.insert(key.to_owned(), json!({ "type": "string" }));
            }
            properties.insert("approved".to_owned(), json!({ "type": "boolean" }));
            properties.insert("grade".to_owned(), json!({ "enum": ["V1", "V2", "K"] }));
            properties.insert("when".to_owned(), json!({ "$ref": "#/$defs/condition" }));
            json!({
                "type": "object",
                "properties": properties,
                "required": ["id", "kind", "say", "citation"],
                "additionalProperties": false,
            })
        })
        .collect();
    let mut condition: serde_json::Map<String, Json> =
        VOCABULARY.iter().map(|word| (word.name.to_owned(), json!({ "description": word.about }))).collect();
    condition.insert("any".to_owned(), json!({ "type": "array", "items": { "$ref": "#/$defs/condition" } }));
    condition.insert("not".to_owned(), json!({ "$ref": "#/$defs/condition" }));
    let mut properties: serde_json::Map<String, Json> =
        read::PACK_KEYS.iter().map(|key| ((*key).to_owned(), json!(true))).collect();
    for key in ["id", "title", "version", "jurisdiction", "time_zone", "provider", "calendar"] {
        properties.insert(key.to_owned(), json!({ "type": "string" }));
    }
    let names = |choices: &[&'static str]| json!({ "enum": choices });
    properties.insert("layer".to_owned(), names(&read::LAYERS.map(|(name, _)| name)));
    properties.insert("status".to_owned(), names(&read::STATUSES.map(|(name, _)| name)));
    properties.insert("evidence".to_owned(), names(&read::GRADES.map(|(name, _)| name)));
    properties.insert("currency".to_owned(), json!({ "type": "string", "pattern": "^[A-Z]{3}$" }));
    let citation = json!({
        "type": "object",
        "properties": { "law": { "type": "string" }, "article": { "type": "string" }, "source": { "type": "string" } },
        "required": ["law", "article", "source"],
        "additionalProperties": false,
    });
    properties.insert("citations".to_owned(), json!({ "type": "object", "additionalProperties": citation }));
    properties.insert("language".to_owned(), json!({ "type": "string", "pattern": LANGUAGE }));
    let translation = translation();
    let by_language = json!({
        "type": "object", "patternProperties": { LANGUAGE: translation }, "additionalProperties": false,
    });
    properties.insert("in".to_owned(), by_language);
    properties.insert("rules".to_owned(), json!({ "type": "array", "items": { "oneOf": rules } }));
    json!({
        "$schema": DRAFT,
        "title": "A policy pack of Farthing",
        "type": "object",
        "properties": properties,
        "required": ["id", "title", "version", "jurisdiction", "layer", "status", "time_zone", "currency", "evidence",
            "citations", "rules"],
        "additionalProperties": false,
        "$defs": { "condition": { "type": "object", "properties": condition, "additionalProperties": false } },
    })
}

/// A pack's sentences in another language.
fn translation() -> Json {
    let cited = json!({
        "type": "object",
        "properties": { "law": { "type": "string" }, "article": { "type": "string" } },
        "required": ["law", "article"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {
            "title": { "type": "string" },
            "rules": { "type": "object", "additionalProperties": { "type": "string" } },
            "citations": { "type": "object", "additionalProperties": cited },
        },
        "additionalProperties": false,
    })
}

/// The schema of one question.
#[must_use]
pub fn request() -> Json {
    let mut tree = Tree::default();
    for word in VOCABULARY {
        for name in std::iter::once(word.name).chain(word.aliases.iter().copied()) {
            tree.add(name, word.shape, word.about);
        }
    }
    let mut top = tree.properties();
    let texts = || json!({ "type": ["array", "string"], "items": { "type": "string" } });
    top.insert("at".to_owned(), json!({ "type": "string", "format": "date-time" }));
    top.insert("packs".to_owned(), texts());
    top.insert("approvals".to_owned(), texts());
    top.insert("jurisdiction".to_owned(), json!({ "type": "string" }));
    top.insert("auth".to_owned(), auth(&tree));
    for key in ["currency", "id", "comment"] {
        top.insert(key.to_owned(), json!({ "description": "not read" }));
    }
    let mut settings = tree.child("settings").properties();
    settings.insert("limits".to_owned(), json!({ "type": ["array", "object"] }));
    settings.insert("blocks".to_owned(), json!({ "type": "array" }));
    settings.insert("modes".to_owned(), json!({ "type": "object" }));
    top.insert("settings".to_owned(), object(settings));
    let mut event = tree.child("operation").properties();
    for table in crate::input::EVENT_TABLES {
        event.insert((*table).to_owned(), object(tree.child(table).properties()));
    }
    event.insert("at".to_owned(), json!({ "type": "string", "format": "date-time" }));
    event.insert("auth".to_owned(), auth(&tree));
    for key in ["approved_by", "approval"] {
        event.insert(key.to_owned(), texts());
    }
    for key in ["id", "comment"] {
        event.insert(key.to_owned(), json!({ "description": "not read" }));
    }
    let event = json!({
        "type": "object", "properties": event, "required": ["at"], "additionalProperties": false,
    });
    top.insert("history".to_owned(), json!({ "type": "array", "items": event }));
    json!({
        "$schema": DRAFT,
        "title": "A question to `farthing policy decide`",
        "type": "object",
        "properties": top,
        "required": ["at"],
        "additionalProperties": false,
    })
}

fn auth(tree: &Tree) -> Json {
    json!({ "anyOf": [{ "type": ["array", "string"] }, object(tree.child("auth").properties())] })
}

fn object(properties: serde_json::Map<String, Json>) -> Json {
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// Names split at their dots; one name may be a value and hold others.
#[derive(Clone, Default)]
struct Tree {
    value: Option<(Shape, &'static str)>,
    inner: BTreeMap<&'static str, Tree>,
}

impl Tree {
    fn add(&mut self, name: &'static str, shape: Shape, about: &'static str) {
        match name.split_once('.') {
            Some((first, rest)) => self.inner.entry(first).or_default().add(rest, shape, about),
            None => self.inner.entry(name).or_default().value = Some((shape, about)),
        }
    }

    fn child(&self, name: &str) -> Self {
        self.inner.get(name).cloned().unwrap_or_default()
    }

    fn properties(&self) -> serde_json::Map<String, Json> {
        self.inner.iter().map(|(name, tree)| ((*name).to_owned(), tree.schema())).collect()
    }

    fn schema(&self) -> Json {
        match (self.value, self.inner.is_empty()) {
            (Some((shape, about)), true) => value(shape, about),
            (Some((shape, about)), false) => json!({ "anyOf": [value(shape, about), object(self.properties())] }),
            (None, _) => object(self.properties()),
        }
    }
}

fn value(shape: Shape, about: &str) -> Json {
    let mut schema = match shape {
        Shape::Flag => json!({ "type": ["boolean", "string"] }),
        Shape::Number => json!({ "type": ["integer", "string"] }),
        Shape::Money => json!({ "type": ["string", "object"], "examples": ["30.01 EUR"] }),
        Shape::Ratio => json!({ "type": ["string", "number", "object"], "examples": ["0.13%"] }),
        Shape::Text => json!({ "type": ["string", "number"] }),
        // Other spellings are understood too, so the words are shown and not demanded.
        Shape::Choice(words) => json!({ "type": ["string", "boolean", "object"], "examples": words }),
        Shape::Texts => json!({ "type": ["array", "string"], "items": { "type": "string" } }),
        Shape::Moment => json!({ "anyOf": [{ "type": "string", "format": "date-time" }, { "const": "never" }] }),
        Shape::Date => json!({ "anyOf": [{ "type": "string", "format": "date" }, { "const": "never" }] }),
    };
    if let Some(map) = schema.as_object_mut() {
        map.insert("description".to_owned(), json!(about));
    }
    schema
}
