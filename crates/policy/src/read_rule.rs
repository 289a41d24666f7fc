//! One rule read from its table.

use jiff::civil::Time;

use crate::auth::Requirement;
use crate::condition::{Comparison, Condition, Operand, Test};
use crate::counters::adopt::what_counts;
use crate::fact::{Fact, Value};
use crate::limits;
use crate::pack::{Body, Cap, Duty, Effect, Limit, LimitKey, Measure, Pack, Refunds, Rule, Select, Terms, Window};
use crate::possible::is_possible;
use crate::ratio::{Ratio, Rounding};
use crate::read::{Node, PackError, Table, grade, period};
use crate::time::Span;
use crate::vocabulary::Shape;

/// The keys every rule may have.
pub(crate) const RULE_KEYS: &[&str] = &[
    "id",
    "kind",
    "say",
    "citation",
    "grade",
    "approved",
    "from",
    "to",
    "starts_after",
    "select_at",
    "variant",
    "when",
    "code",
];
const LIMIT_KEYS: &[&str] = &[
    "measure",
    "cap",
    "cap_fact",
    "compare",
    "window",
    "subject",
    "counts",
    "basis",
    "refunds",
    "least_balance",
    "on_exceed",
];
const DUTY_KEYS: &[&str] =
    &["duty", "to_whom", "content", "since", "due", "roll", "extend", "stop", "never_later", "done", "effects"];

/// Every kind of rule, and the keys it has besides the common ones.
pub(crate) const KINDS: &[(&str, &[&str])] = &[
    ("gate", &["on_fail"]),
    ("age", &["at_least", "below", "guardian_below", "attain"]),
    ("consent", &["must_show", "methods"]),
    ("dormancy", &["unused_for", "absent_is_never"]),
    ("cooling_off", &["since", "for", "on_fail", "absent_is_never"]),
    ("limit", LIMIT_KEYS),
    ("authentication", &["require"]),
    ("exemption", &["exempts", "limits"]),
    ("hold", &["since", "for", "confirm"]),
    ("limit_change", &["up_after", "up_by"]),
    ("duty", DUTY_KEYS),
    ("notice", &["to_whom", "content", "channels"]),
    ("retention", &["class", "fields", "keep", "since"]),
    ("liability", &["conditions", "rate", "round", "cap", "excess", "excess_when", "payer_max", "split"]),
    ("parameter", &["name", "value"]),
];

/// The rule in `table`, of `pack` as far as it has been read.
pub(crate) fn rule(table: &Table<'_>, pack: &Pack) -> Result<Rule, PackError> {
    let id = table.need("id")?.text()?.to_owned();
    let table = &table.called(format!("rules.{id}"));
    let kind = table.need("kind")?;
    let name = kind.text()?;
    let Some((_, own)) = KINDS.iter().find(|(known, _)| *known == name) else {
        return Err(kind.error("is no kind of rule"));
    };
    table.only(&[RULE_KEYS, own].concat())?;
    let citation = table.need("citation")?;
    if !pack.citations.contains_key(citation.text()?) {
        return Err(citation.error(format!("`{}` is not among the pack's citations", citation.text()?)));
    }
    let select = table.find("select_at").map_or(Ok(Select::Authorised), |node| {
        node.choice(&[
            ("authorised", Select::Authorised),
            ("captured", Select::Captured),
            ("reported", Select::Reported),
            ("requested", Select::Requested),
            ("transaction", Select::Transaction),
        ])
    })?;
    let own_period = period(table)?;
    if let (Some(to), Some(start)) = (own_period.to, pack.effective.from)
        && to <= start
    {
        return Err(table.error("to", "is before the pack starts: this can never apply"));
    }
    if let (Some(from), Some(end)) = (own_period.from, pack.effective.to)
        && end <= from
    {
        return Err(table.error("from", "is after the pack ends: this can never apply"));
    }
    let starts_after: Option<Span> = table.parsed("starts_after")?;
    if let (Some(span), Some(from), Some(to)) = (starts_after, pack.effective.from, own_period.to.or(pack.effective.to))
        && to.date() <= span.after(from.date(), crate::calendar::weekends())
    {
        return Err(table.error("starts_after", "is after it ends: this can never apply"));
    }
    let body = body(kind.text()?, table, pack)?;
    let limits: &[Limit] = match &body {
        Body::Limit(limit) => std::slice::from_ref(limit),
        Body::Exemption { limits, .. } => limits,
        _ => &[],
    };
    let when = when(table, "when", pack)?;
    let key = |(place, limit): (usize, &Limit)| LimitKey {
        name: format!("{}/{id}#{place}", pack.id),
        counts: what_counts(pack, &when, limit),
    };
    let keys = limits.iter().enumerate().map(key).collect();
    let name = format!("{}/{id}", pack.id);
    Ok(Rule {
        keys,
        name,
        say: table.need("say")?.text()?.to_owned(),
        citation: citation.text()?.to_owned(),
        grade: table.find("grade").map_or(Ok(pack.grade), |node| grade(&node))?,
        approved: table.flag("approved")?,
        period: own_period,
        starts_after,
        select,
        variant: variant(table, pack)?,
        when,
        code: table.text("code")?.map_or_else(|| default_code(kind.text().unwrap_or_default()), str::to_owned),
        body,
        line: table.line(),
        id,
    })
}

fn default_code(kind: &str) -> String {
    match kind {
        "gate" => "NotAllowed",
        "age" => "Age",
        "consent" => "ConsentContent",
        "dormancy" => "DormantSuspended",
        "cooling_off" => "CoolingOff",
        "limit" => "LimitExceeded",
        "authentication" => "AuthenticationNeeded",
        "exemption" => "Exempt",
        "hold" => "Held",
        "limit_change" => "LimitChange",
        "liability" => "Liability",
        other => other,
    }
    .to_owned()
}

fn variant(table: &Table<'_>, pack: &Pack) -> Result<Vec<(String, String)>, PackError> {
    let Some(node) = table.find("variant") else { return Ok(Vec::new()) };
    let chosen = node.table()?;
    let mut all = Vec::new();
    for name in chosen.keys() {
        let value = chosen.need(name)?;
        let known = pack.variants.iter().find(|variant| variant.name == name);
        if !known.is_some_and(|variant| variant.values.iter().any(|known| Ok(known.as_str()) == value.text())) {
            return Err(value.error("is no variant of this pack: this can never apply"));
        }
        all.push((name.to_owned(), value.text()?.to_owned()));
    }
    Ok(all)
}

fn body(kind: &str, table: &Table<'_>, pack: &Pack) -> Result<Body, PackError> {
    let need_span = |key: &str| table.need(key)?.parsed();
    let number = |key: &str| table.find(key).map(|node| node.number()).transpose();
    Ok(match kind {
        "gate" => Body::Gate { effect: effect(table, "on_fail", Effect::Deny)? },
        "age" => {
            let (least, below) = (number("at_least")?, number("below")?);
            if let (Some(least), Some(below)) = (least, below)
                && below <= least
            {
                return Err(table.error("below", "is not above `at_least`: nobody has such an age"));
            }
            let day_before = table
                .find("attain")
                .map_or(Ok(false), |node| node.choice(&[("birthday", false), ("day_before", true)]))?;
            Body::Age { least, below, guardian_below: number("guardian_below")?, day_before }
        }
        "consent" => Body::Consent { shown: table.texts("must_show")?, methods: table.texts("methods")? },
        "dormancy" => {
            Body::Dormancy { unused_for: need_span("unused_for")?, absent_is_never: table.flag("absent_is_never")? }
        }
        "cooling_off" => Body::CoolingOff {
            since: facts(table, "since")?,
            span: need_span("for")?,
            effect: effect(table, "on_fail", Effect::Deny)?,
            absent_is_never: table.flag("absent_is_never")?,
        },
        "limit" => Body::Limit(limit(table, pack)?),
        "authentication" => Body::Authentication { require: requirement(&table.need("require")?)? },
        "exemption" => {
            let mut all = Vec::new();
            for node in table.find("limits").map_or(Ok(Vec::new()), |node| node.items())? {
                let inner = node.table()?;
                inner.only(&[LIMIT_KEYS, &["variant"]].concat())?;
                all.push(Limit { variant: variant(&inner, pack)?, ..limit(&inner, pack)? });
            }
            let from = table.need("exempts")?.texts()?;
            if from.is_empty() {
                return Err(table.error("exempts", "names no rule: this can never apply"));
            }
            Body::Exemption { from, limits: all }
        }
        "hold" => {
            Body::Hold { from: one_fact(table, "since")?, span: table.parsed("for")?, confirm: table.flag("confirm")? }
        }
        "limit_change" => Body::LimitChange { up_after: need_span("up_after")?, up_by: table.parsed("up_by")? },
        "duty" => Body::Duty(duty(table, pack)?),
        "notice" => Body::Notice {
            to: table.text("to_whom")?.unwrap_or("payer").to_owned(),
            content: table.texts("content")?,
            channels: table.texts("channels")?,
        },
        "retention" => Body::Retention {
            class: table.need("class")?.text()?.to_owned(),
            fields: table.texts("fields")?,
            keep: need_span("keep")?,
            from: one_fact(table, "since")?,
        },
        "liability" => Body::Liability(terms(table, pack)?),
        _ => Body::Parameter {
            name: table.need("name")?.text()?.to_owned(),
            value: table.need("value")?.text()?.to_owned(),
        },
    })
}

fn one_fact(table: &Table<'_>, key: &str) -> Result<Option<Fact>, PackError> {
    table.find(key).map(|node| fact(&node)).transpose()
}

fn facts(table: &Table<'_>, key: &str) -> Result<Vec<Fact>, PackError> {
    let names = table.need(key)?.texts()?;
    names.iter().map(|name| Fact::named(name).ok_or_else(|| table.error(key, format!("`{name}` is no fact")))).collect()
}

fn fact(node: &Node<'_>) -> Result<Fact, PackError> {
    let name = node.text()?;
    Fact::named(name).ok_or_else(|| node.error(format!("`{name}` is no fact")))
}

fn effect(table: &Table<'_>, key: &str, default: Effect) -> Result<Effect, PackError> {
    let Some(node) = table.find(key) else { return Ok(default) };
    if node.value().is_str() {
        return match node.text()? {
            "deny" => Ok(Effect::Deny),
            "route" => Ok(Effect::Route("licensed_provider".to_owned())),
            "hold" => Ok(Effect::Hold { span: None, confirm: true }),
            _ => Err(node.error("must be `deny`, `route`, `hold`, or a table with `route`, `hold` or `step_up`")),
        };
    }
    let inner = node.table()?;
    inner.only(&["route", "hold", "confirm", "step_up"])?;
    if let Some(route) = inner.text("route")? {
        return Ok(Effect::Route(route.to_owned()));
    }
    if let Some(step_up) = inner.find("step_up") {
        return Ok(Effect::StepUp(requirement(&step_up)?));
    }
    Ok(Effect::Hold { span: Some(inner.need("hold")?.parsed()?), confirm: inner.flag("confirm")? })
}

fn requirement(node: &Node<'_>) -> Result<Requirement, PackError> {
    let table = node.table()?;
    table.only(&["factors", "dynamic", "phishing_resistant", "linked", "any_of", "forbid"])?;
    let factors = table.find("factors").map_or(Ok(0), |node| node.number())?;
    let any = table.texts("any_of")?;
    let requirement = Requirement {
        factors: usize::try_from(factors).map_err(|_| table.error("factors", "is below zero"))?,
        dynamic: table.flag("dynamic")?,
        phishing_resistant: table.flag("phishing_resistant")?,
        linked: table.flag("linked")?,
        any_of: if any.is_empty() { Vec::new() } else { vec![any.into_iter().collect()] },
        forbid: table.texts("forbid")?.into_iter().collect(),
    };
    if requirement == Requirement::default() {
        return Err(node.error("demands nothing: this can never apply"));
    }
    if requirement.any_of.iter().any(|list| list.is_subset(&requirement.forbid)) {
        return Err(table.error("any_of", "names only factors that `forbid` names too: nobody could meet it"));
    }
    Ok(requirement)
}

fn limit(table: &Table<'_>, pack: &Pack) -> Result<Limit, PackError> {
    let measure = table.find("measure").map_or(Ok(Measure::Amount), |node| {
        node.choice(&[
            ("amount", Measure::Amount),
            ("count", Measure::Count),
            ("balance_share", Measure::BalanceShare),
            ("stored_balance", Measure::StoredBalance),
        ])
    })?;
    let cap = match one_fact(table, "cap_fact")? {
        Some(fact) => Cap::Fact(fact),
        None => {
            let node = table.need("cap")?;
            match measure {
                Measure::Amount | Measure::StoredBalance => Cap::Money(node.money(pack.currency)?),
                Measure::Count => Cap::Count(node.number()?),
                Measure::BalanceShare => Cap::Share(node.parsed::<Ratio>()?),
            }
        }
    };
    let least_balance = table.find("least_balance").map(|node| node.money(pack.currency)).transpose()?;
    if least_balance.is_some() && measure != Measure::BalanceShare {
        return Err(table.error("least_balance", "belongs to `measure = \"balance_share\"`"));
    }
    Ok(Limit {
        measure,
        cap,
        least_balance,
        compare: table
            .find("compare")
            .map_or(Ok(Comparison::Le), |node| node.choice(&[("le", Comparison::Le), ("lt", Comparison::Lt)]))?,
        window: window(&table.need("window")?)?,
        subject: if table.has("subject") { facts(table, "subject")? } else { Vec::new() },
        counts: if table.has("counts") { Some(when(table, "counts", pack)?) } else { None },
        previous_only: table
            .find("basis")
            .map_or(Ok(false), |node| node.choice(&[("including", false), ("previous", true)]))?,
        refunds: table.find("refunds").map_or(Ok(Refunds::None), |node| {
            node.choice(&[
                ("none", Refunds::None),
                ("same_window", Refunds::SameWindow),
                ("original_window", Refunds::OriginalWindow),
            ])
        })?,
        effect: effect(table, "on_exceed", Effect::Deny)?,
        variant: Vec::new(),
    })
}

fn window(node: &Node<'_>) -> Result<Window, PackError> {
    if node.value().is_str() {
        return node.text().and_then(|text| match text {
            "payment" => Ok(Window::Payment),
            "day" => Ok(Window::Day),
            "month" => Ok(Window::Month),
            "year" => Ok(Window::Year),
            "lifetime" => Ok(Window::Lifetime),
            "any_time" => Ok(Window::AnyTime),
            "since_full_auth" => Ok(Window::SinceFullAuth),
            _ => Err(node.error("is no window")),
        });
    }
    let table = node.table()?;
    table.only(&["rolling", "cycle", "band", "band_from", "band_choices", "since", "for"])?;
    if let Some(fact) = one_fact(&table, "cycle")? {
        return Ok(Window::Cycle(fact));
    }
    if let Some(span) = table.parsed("rolling")? {
        return Ok(Window::Rolling(span));
    }
    if let Some(band) = table.find("band") {
        let times = band.texts()?;
        let [from, to] = times.as_slice() else { return Err(band.error("must be two times of day")) };
        let time = |text: &str| text.parse::<Time>().map_err(|_| band.error("must be two times of day such as 20:00"));
        let (from, to) = (time(from)?, time(to)?);
        if from == to {
            return Err(band.error("is empty: this can never apply"));
        }
        let choices = table.texts("band_choices")?.iter().map(|text| time(text)).collect::<Result<_, _>>()?;
        return Ok(Window::Band { from, to, from_fact: one_fact(&table, "band_from")?, choices });
    }
    Ok(Window::SinceFact(fact(&table.need("since")?)?, table.need("for")?.parsed()?))
}

fn duty(table: &Table<'_>, pack: &Pack) -> Result<Duty, PackError> {
    let mut extend = Vec::new();
    for node in table.find("extend").map_or(Ok(Vec::new()), |node| node.items())? {
        let one = node.table()?;
        one.only(&["when", "due"])?;
        extend.push((when(&one, "when", pack)?, one.need("due")?.parsed()?));
    }
    let stop = match table.find("stop") {
        None => None,
        Some(_) => match facts(table, "stop")?.as_slice() {
            [from, to] => Some((*from, *to)),
            _ => return Err(table.error("stop", "must name two moments: when the clock stops and when it goes on")),
        },
    };
    Ok(Duty {
        duty: table.need("duty")?.text()?.to_owned(),
        to: table.text("to_whom")?.unwrap_or("payer").to_owned(),
        content: table.texts("content")?,
        from: one_fact(table, "since")?,
        due: table.parsed("due")?,
        roll: table.flag("roll")?,
        extend,
        stop,
        never_later: table.parsed("never_later")?,
        done: one_fact(table, "done")?,
        effects: table.texts("effects")?,
    })
}

fn terms(table: &Table<'_>, pack: &Pack) -> Result<Terms, PackError> {
    let mut conditions = Vec::new();
    for node in table.find("conditions").map_or(Ok(Vec::new()), |node| node.items())? {
        let one = node.table()?;
        one.only(&["code", "when"])?;
        conditions.push((one.need("code")?.text()?.to_owned(), when(&one, "when", pack)?));
    }
    let money = |key: &str| table.find(key).map(|node| node.money(pack.currency)).transpose();
    let mut split = Vec::new();
    for node in table.find("split").map_or(Ok(Vec::new()), |node| node.items())? {
        let one = node.table()?;
        one.only(&["party", "share"])?;
        let share = one.need("share")?;
        split.push((
            one.need("party")?.text()?.to_owned(),
            u32::try_from(share.number()?).map_err(|_| share.error("is below zero"))?,
        ));
    }
    Ok(Terms {
        conditions,
        rate: table.parsed("rate")?.or_else(|| Ratio::new(1, 1)).ok_or_else(|| table.error("rate", "is no share"))?,
        round: table.find("round").map_or(Ok(Rounding::Down), |node| {
            node.choice(&[("down", Rounding::Down), ("up", Rounding::Up), ("half_up", Rounding::HalfUp)])
        })?,
        cap: money("cap")?,
        excess: money("excess")?,
        excess_when: when(table, "excess_when", pack)?,
        payer_max: money("payer_max")?,
        split,
    })
}

/// The condition under `key`; always true when there is none.
fn when(table: &Table<'_>, key: &str, pack: &Pack) -> Result<Condition, PackError> {
    let Some(node) = table.find(key) else { return Ok(Condition::All(Vec::new())) };
    let condition = condition(&node.table()?, pack, 0)?;
    if is_possible(&condition) {
        Ok(condition)
    } else {
        Err(node.error("its parts contradict each other: this can never apply"))
    }
}

fn condition(table: &Table<'_>, pack: &Pack, depth: usize) -> Result<Condition, PackError> {
    if depth > limits::CONDITION_DEPTH_MAX {
        return Err(table.error("", "is nested too deeply"));
    }
    let mut all = Vec::new();
    for key in table.keys() {
        let node = table.need(key)?;
        all.push(match key {
            "any" => {
                let items = node.items()?;
                Condition::Any(
                    items.iter().map(|item| condition(&item.table()?, pack, depth + 1)).collect::<Result<_, _>>()?,
                )
            }
            "not" => Condition::Not(Box::new(condition(&node.table()?, pack, depth + 1)?)),
            name => {
                let fact = Fact::named(name)
                    .ok_or_else(|| node.error(format!("`{name}` is no fact: this can never apply")))?;
                let mut tests = tests(fact, &node, pack)?;
                match (tests.pop(), tests.is_empty()) {
                    (Some(test), true) => Condition::Is(fact, test),
                    (last, _) => {
                        Condition::All(tests.into_iter().chain(last).map(|test| Condition::Is(fact, test)).collect())
                    }
                }
            }
        });
    }
    Ok(Condition::All(all))
}

fn tests(fact: Fact, node: &Node<'_>, pack: &Pack) -> Result<Vec<Test>, PackError> {
    if node.value().is_array() {
        let values = node.items()?.iter().map(|item| literal(fact, item, pack)).collect::<Result<Vec<_>, _>>()?;
        return if values.is_empty() {
            Err(node.error("is empty: this can never apply"))
        } else {
            Ok(vec![Test::OneOf(values)])
        };
    }
    if !node.value().is_table() {
        return Ok(vec![Test::OneOf(vec![literal(fact, node, pack)?])]);
    }
    let table = node.table()?;
    table.only(&["lt", "le", "gt", "ge", "known", "within", "of", "has", "past"])?;
    let mut tests = Vec::new();
    for key in table.keys() {
        let value = table.need(key)?;
        let comparison = match key {
            "lt" => Some(Comparison::Lt),
            "le" => Some(Comparison::Le),
            "gt" => Some(Comparison::Gt),
            "ge" => Some(Comparison::Ge),
            _ => None,
        };
        match (key, comparison) {
            (_, Some(comparison)) => tests.push(Test::Compare(comparison, operand(fact, &value, pack)?)),
            ("known", _) => tests.push(Test::Known(value.flag()?)),
            ("within", _) => tests.push(Test::Within(value.parsed()?, one_fact(&table, "of")?)),
            ("has", _) => tests.push(Test::Has(value.texts()?)),
            ("past", _) => tests.push(Test::Past),
            _ => {}
        }
    }
    let asked = Condition::All(tests.iter().cloned().map(|test| Condition::Is(fact, test)).collect());
    if is_possible(&asked) {
        Ok(tests)
    } else {
        Err(node.error("nothing lies between these bounds: this can never apply"))
    }
}

fn operand(fact: Fact, node: &Node<'_>, pack: &Pack) -> Result<Operand, PackError> {
    if node.value().is_table() {
        let table = node.table()?;
        table.only(&["fact"])?;
        return Ok(Operand::Fact(self::fact(&table.need("fact")?)?));
    }
    literal(fact, node, pack).map(Operand::Value)
}

fn literal(fact: Fact, node: &Node<'_>, pack: &Pack) -> Result<Value, PackError> {
    Ok(match fact.word().shape {
        Shape::Flag => Value::Flag(node.flag()?),
        Shape::Number => Value::Number(node.number()?),
        Shape::Money => Value::Money(node.money(pack.currency)?),
        Shape::Ratio => Value::Ratio(node.parsed()?),
        Shape::Date => Value::Date(node.moment()?.date()),
        Shape::Moment => Value::Moment(pack.zone.moment(node.moment()?)),
        Shape::Text | Shape::Texts => Value::Text(node.text()?.to_owned()),
        Shape::Choice(words) => {
            let word = node.text()?;
            if !words.contains(&word) {
                return Err(node.error(format!("`{word}` is none of {}: this can never apply", words.join(", "))));
            }
            Value::Text(word.to_owned())
        }
    })
}
