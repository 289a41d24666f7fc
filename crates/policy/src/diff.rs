//! [`diff`]: what a new version of a pack tightens and what it loosens, rule by rule, with numbers before and after.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::pack::{Body, Cap, Effect, Limit, Pack, Period, Rule};
use crate::time::Span;
use crate::words;

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Less is permitted, or more is owed.
    Tightens,
    /// More is permitted, or less is owed.
    Loosens,
    /// Cannot be said from the rule alone: a person has to look.
    Unclear,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The rule; the pack itself when empty.
    pub rule: String,
    /// Which way it goes.
    pub way: Way,
    /// What changed: `cap`, `window`, `added`.
    pub what: String,
    /// How it was.
    pub before: String,
    /// How it is.
    pub after: String,
}

/// One part of a rule.
struct Term {
    key: &'static str,
    shown: String,
    size: Size,
    /// What more of it does.
    more: Way,
}

#[derive(PartialEq)]
enum Size {
    /// So many of one unit.
    Number(&'static str, i128),
    /// More is what holds all of the other.
    Set(BTreeSet<String>),
    /// No more and no less.
    Word,
}

impl Way {
    const fn turned(self) -> Self {
        match self {
            Self::Tightens => Self::Loosens,
            Self::Loosens => Self::Tightens,
            Self::Unclear => Self::Unclear,
        }
    }
}

/// What `new` changes against `old`.
#[must_use]
pub fn diff(old: &Pack, new: &Pack) -> Vec<Change> {
    let mut changes = compare("", &pack_terms(old), &pack_terms(new));
    for rule in &old.rules {
        match new.rules.iter().find(|other| other.id == rule.id) {
            None => changes.push(whole(rule, "removed", presence(rule).turned())),
            Some(other) if kind(rule) != kind(other) => {
                changes.push(change(&rule.id, Way::Unclear, "kind", kind(rule), kind(other)));
            }
            Some(other) => changes.extend(compare(&rule.id, &terms(rule), &terms(other))),
        }
    }
    let added = new.rules.iter().filter(|rule| !old.rules.iter().any(|other| other.id == rule.id));
    changes.extend(added.map(|rule| whole(rule, "added", presence(rule))));
    changes
}

fn whole(rule: &Rule, what: &str, way: Way) -> Change {
    let said = rule.say.clone();
    let (before, after) = if what == "added" { (String::new(), said) } else { (said, String::new()) };
    Change { rule: rule.id.clone(), way, what: what.to_owned(), before, after }
}

fn change(rule: &str, way: Way, what: &str, before: &str, after: &str) -> Change {
    Change { rule: rule.to_owned(), way, what: what.to_owned(), before: before.to_owned(), after: after.to_owned() }
}

fn compare(rule: &str, old: &[Term], new: &[Term]) -> Vec<Change> {
    let mut changes = Vec::new();
    for before in old {
        match new.iter().find(|term| term.key == before.key) {
            Some(after) if after.shown == before.shown && after.size == before.size => {}
            Some(after) => changes.push(change(rule, way(before, after), before.key, &before.shown, &after.shown)),
            None => changes.push(change(rule, before.more.turned(), before.key, &before.shown, "none")),
        }
    }
    for after in new.iter().filter(|term| !old.iter().any(|before| before.key == term.key)) {
        changes.push(change(rule, after.more, after.key, "none", &after.shown));
    }
    changes
}

fn way(before: &Term, after: &Term) -> Way {
    let more = match (&before.size, &after.size) {
        (Size::Number(a, before), Size::Number(b, after)) if a == b => after > before,
        (Size::Set(before), Size::Set(after)) if after.is_superset(before) => true,
        (Size::Set(before), Size::Set(after)) if before.is_superset(after) => false,
        _ => return Way::Unclear,
    };
    if more { after.more } else { after.more.turned() }
}

/// What the presence of a rule does.
const fn presence(rule: &Rule) -> Way {
    match rule.body {
        Body::Exemption { .. } => Way::Loosens,
        Body::Parameter { .. } => Way::Unclear,
        _ => Way::Tightens,
    }
}

const fn kind(rule: &Rule) -> &'static str {
    match rule.body {
        Body::Gate { .. } => "gate",
        Body::Age { .. } => "age",
        Body::Consent { .. } => "consent",
        Body::Dormancy { .. } => "dormancy",
        Body::CoolingOff { .. } => "cooling_off",
        Body::Limit(_) => "limit",
        Body::Authentication { .. } => "authentication",
        Body::Exemption { .. } => "exemption",
        Body::Hold { .. } => "hold",
        Body::LimitChange { .. } => "limit_change",
        Body::Duty(_) => "duty",
        Body::Notice { .. } => "notice",
        Body::Retention { .. } => "retention",
        Body::Liability(_) => "liability",
        Body::Parameter { .. } => "parameter",
    }
}

fn word(key: &'static str, shown: impl Into<String>) -> Term {
    Term { key, shown: shown.into(), size: Size::Word, more: Way::Unclear }
}

fn number(key: &'static str, unit: &'static str, count: i128, more: Way) -> Term {
    Term { key, shown: count.to_string(), size: Size::Number(unit, count), more }
}

fn set(key: &'static str, words: impl IntoIterator<Item = String>, more: Way) -> Term {
    let words: BTreeSet<String> = words.into_iter().collect();
    let shown = if words.is_empty() { "none".to_owned() } else { words.iter().cloned().collect::<Vec<_>>().join(", ") };
    Term { key, shown, size: Size::Set(words), more }
}

fn span(key: &'static str, span: Span, more: Way) -> Term {
    let size = match span {
        Span::Seconds(count) => Size::Number("seconds", count.into()),
        Span::Days(count) => Size::Number("days", count.into()),
        Span::Months(count) => Size::Number("months", count.into()),
        Span::BusinessDays(count) => Size::Number("business days", count.into()),
    };
    Term { key, shown: span.to_string(), size, more }
}

fn effect(key: &'static str, effect: &Effect) -> Term {
    let rank = match effect {
        Effect::StepUp(_) => 1,
        Effect::Hold { .. } => 2,
        Effect::Route(_) => 3,
        Effect::Deny => 4,
    };
    Term { key, shown: words::effect(effect), size: Size::Number("severity", rank), more: Way::Tightens }
}

fn period(period: Period, more: Way) -> Vec<Term> {
    let moment = |key, at: Option<jiff::civil::DateTime>, more| {
        at.map(|at| {
            let days = at.date().since(jiff::civil::date(1970, 1, 1)).map_or(0, |span| span.get_days());
            let seconds = i128::from(days).saturating_mul(86_400).saturating_add(
                i128::from(at.hour()).saturating_mul(3_600).saturating_add(i128::from(at.minute()).saturating_mul(60)),
            );
            Term { key, shown: at.to_string(), size: Size::Number("wall clock", seconds), more }
        })
    };
    // A later start and an earlier end both mean less of the rule.
    [moment("from", period.from, more.turned()), moment("to", period.to, more)].into_iter().flatten().collect()
}

fn pack_terms(pack: &Pack) -> Vec<Term> {
    let mut terms = vec![
        word("status", format!("{:?}", pack.status)),
        word("time zone", pack.zone.name()),
        word("currency", pack.currency.to_string()),
        word("evidence", format!("{:?}", pack.grade)),
        set("variants", pack.variants.iter().map(|one| format!("{}={}", one.name, one.default)), Way::Unclear),
    ];
    terms.extend(period(pack.effective, Way::Unclear));
    terms
}

fn terms(rule: &Rule) -> Vec<Term> {
    let more = presence(rule);
    // More conditions mean that the rule concerns less.
    let mut terms = vec![set("when", words::parts(&rule.when), more.turned())];
    terms.extend(period(rule.period, more));
    terms.extend(rule.starts_after.map(|after| span("starts after", after, more.turned())));
    terms.push(word("grade", format!("{:?}", rule.grade)));
    terms.push(word("approved", if rule.approved { "yes" } else { "no" }));
    terms.extend(body(&rule.body));
    terms
}

fn body(body: &Body) -> Vec<Term> {
    use Way::{Loosens, Tightens};
    match body {
        Body::Gate { effect: own } => vec![effect("on fail", own)],
        Body::Age { least, below, guardian_below, .. } => {
            let age = |key, age: Option<i64>, more| age.map(|age| number(key, "years", age.into(), more));
            [
                age("at least", *least, Tightens),
                age("below", *below, Loosens),
                age("guardian below", *guardian_below, Tightens),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        Body::Consent { shown, methods } => {
            vec![set("must show", shown.clone(), Tightens), set("methods", methods.clone(), Loosens)]
        }
        Body::Dormancy { unused_for, .. } => vec![span("unused for", *unused_for, Loosens)],
        Body::CoolingOff { span: own, effect: on_fail, since, .. } => vec![
            span("for", *own, Tightens),
            effect("on fail", on_fail),
            set("since", since.iter().map(|fact| fact.word().name.to_owned()), Tightens),
        ],
        Body::Limit(own) => limit(own),
        Body::Authentication { require } => authentication(require),
        Body::Exemption { from, limits } => {
            let shown = limits.iter().flat_map(|one| limit(one).into_iter().map(|term| term.shown));
            vec![set("exempts", from.iter().cloned(), Loosens), word("limits", shown.collect::<Vec<_>>().join(" · "))]
        }
        Body::Hold { span: own, .. } => own.map(|own| span("for", own, Tightens)).into_iter().collect(),
        Body::LimitChange { up_after, up_by } => std::iter::once(span("up after", *up_after, Tightens))
            .chain(up_by.map(|by| span("up by", by, Loosens)))
            .collect(),
        Body::Duty(duty) => {
            let mut terms = vec![set("content", duty.content.iter().cloned(), Tightens)];
            terms.extend(duty.due.map(|due| span("due", due, Loosens)));
            terms.extend(duty.never_later.map(|latest| span("never later", latest, Loosens)));
            terms.push(set("effects", duty.effects.iter().cloned(), Tightens));
            terms
        }
        Body::Notice { content, channels, .. } => {
            vec![set("content", content.clone(), Tightens), set("channels", channels.clone(), Tightens)]
        }
        Body::Retention { keep, fields, .. } => {
            vec![span("keep", *keep, Tightens), set("fields", fields.clone(), Tightens)]
        }
        Body::Liability(own) => liability(own),
        Body::Parameter { name, value } => vec![word("value", format!("{name} = {value}"))],
    }
}

fn limit(limit: &Limit) -> Vec<Term> {
    let size = match limit.cap {
        Cap::Money(amount) => Size::Number("minor", amount.minor().into()),
        Cap::Count(count) => Size::Number("count", count.into()),
        Cap::Share(_) | Cap::Fact(_) => Size::Word,
    };
    let mut terms = vec![
        Term { key: "cap", shown: words::cap(limit.cap), size, more: Way::Loosens },
        word("window", words::window(&limit.window)),
        word("compare", if limit.compare == crate::condition::Comparison::Lt { "below" } else { "up to" }),
        word("basis", if limit.previous_only { "previous only" } else { "this one included" }),
        word("refunds", format!("{:?}", limit.refunds)),
        word("measure", format!("{:?}", limit.measure)),
        // What is counted per card is counted less strictly than what is counted over all cards.
        set("subject", limit.subject.iter().map(|fact| fact.word().name.to_owned()), Way::Loosens),
        effect("on exceed", &limit.effect),
    ];
    terms.extend(limit.least_balance.map(|least| Term {
        key: "least balance",
        shown: least.to_string(),
        size: Size::Number("minor", least.minor().into()),
        more: Way::Loosens,
    }));
    if let Some(counts) = &limit.counts {
        terms.push(set("counts", words::parts(counts), Way::Loosens));
    }
    terms
}

fn liability(own: &crate::pack::Terms) -> Vec<Term> {
    use Way::{Loosens, Tightens};
    let mut terms = vec![set("conditions", own.conditions.iter().map(|(code, _)| code.clone()), Loosens)];
    terms.push(word("rate", own.rate.to_string()));
    let money = |key, amount: Option<money::Amount>, more| {
        amount.map(|amount| Term {
            key,
            shown: amount.to_string(),
            size: Size::Number("minor", amount.minor().into()),
            more,
        })
    };
    terms.extend(money("reimburses at most", own.cap, Tightens));
    terms.extend(money("excess", own.excess, Loosens));
    terms.extend(money("payer bears at most", own.payer_max, Loosens));
    let split = own.split.iter().map(|(party, share)| format!("{party} {share}"));
    terms.push(word("split", split.collect::<Vec<_>>().join(", ")));
    terms
}

fn authentication(require: &crate::auth::Requirement) -> Vec<Term> {
    use Way::Tightens;
    let mut terms = vec![number("factors", "factors", i128::try_from(require.factors).unwrap_or(0), Tightens)];
    let flags =
        [(require.dynamic, "dynamic"), (require.phishing_resistant, "phishing_resistant"), (require.linked, "linked")];
    let flags = flags.iter().filter(|(set, _)| *set).map(|(_, name)| (*name).to_owned());
    terms.push(set("demands", flags, Tightens));
    let lists = require.any_of.iter().map(|list| list.iter().cloned().collect::<Vec<_>>().join(" or "));
    terms.push(set("any of", lists, Tightens));
    terms.push(set("forbid", require.forbid.iter().cloned(), Tightens));
    terms
}
