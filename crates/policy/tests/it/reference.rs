//! A second evaluator, slow and plain, written from the text of the rules and sharing nothing with the engine but the
//! question: [`agree`] makes a random pack and random questions from a seed and compares both answers.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use policy::{Library, Request};

const FACTORS: &str = "[pin]\ncategories = [\"knowledge\"]\n[totp]\ncategories = [\"possession\"]\ndynamic = true\n\
    [passkey]\ncategories = [\"possession\", \"inherence\"]\ndynamic = true\n";
const CHANNELS: &[&str] = &["remote", "qr_static", "transfer"];
const CATEGORIES: &[&str] = &["games", "food"];
const AUTHS: &[&[&str]] = &[&[], &["pin"], &["totp"], &["pin", "totp"], &["passkey"]];
const OUTCOMES: [&str; 5] = ["Permit", "StepUp", "Hold", "Route", "Deny"];

/// SplitMix64: the same seed is the same case on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(u64::try_from(all.len()).unwrap())).unwrap()]
    }

    fn maybe<T>(&mut self, of: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.roll(3) == 0 { None } else { Some(of(self)) }
    }
}

#[derive(Clone, Copy)]
enum Window {
    Payment,
    Day,
    Month,
    Year,
    Lifetime,
    SinceFull,
    Rolling(i64),
    Band(i64, i64),
}

struct Limit {
    count: bool,
    cap: i64,
    window: Window,
    by_line: bool,
    previous: bool,
}

#[derive(Clone, Default)]
struct Demand {
    factors: usize,
    dynamic: bool,
    forbid: BTreeSet<&'static str>,
}

enum Body {
    Gate(usize),
    Limit(Limit, usize),
    Auth(Demand),
    Exempt(usize, Vec<Limit>),
    Age(i64, i64),
}

/// Channel, category, least amount, age below: all must hold.
#[derive(Default)]
struct When {
    channel: Option<&'static str>,
    category: Option<&'static str>,
    above: Option<i64>,
    younger: Option<i64>,
}

struct Rule {
    when: When,
    body: Body,
    /// From this day of the epoch on.
    from: Option<i64>,
}

/// An operation, past or asked for; minutes of the epoch.
#[derive(Clone)]
struct Deed {
    at: i64,
    won: i64,
    channel: Option<&'static str>,
    category: Option<&'static str>,
    line: Option<&'static str>,
    auth: &'static [&'static str],
    refused: bool,
}

struct Payer {
    age: Option<i64>,
    guardian: Option<bool>,
}

const DAY: i64 = 1_440;
/// 2026-01-01 in Seoul, in days of the epoch.
const FIRST: i64 = 20_454;

/// Year, month and day of a day of the epoch, by counting.
fn civil(day: i64) -> (i64, usize, i64) {
    let (mut year, mut left) = (2026, day - FIRST);
    while left < 0 {
        year -= 1;
        left += if year % 4 == 0 { 366 } else { 365 };
    }
    let feb = if year % 4 == 0 { 29 } else { 28 };
    let mut month = 0;
    for days in [31, feb, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    (year, month + 1, left + 1)
}

fn date(day: i64) -> String {
    let (year, month, day) = civil(day);
    format!("{year}-{month:02}-{day:02}")
}

fn moment(minute: i64) -> String {
    format!("{}T{:02}:{:02}:00+09:00", date(minute / DAY), minute % DAY / 60, minute % 60)
}

fn categories(auth: &[&str], forbid: &BTreeSet<&'static str>) -> (usize, bool) {
    let mut known = BTreeSet::new();
    let mut dynamic = false;
    for factor in auth.iter().filter(|factor| !forbid.contains(**factor)) {
        match *factor {
            "pin" => known.extend(["knowledge"]),
            "totp" => known.extend(["possession"]),
            _ => known.extend(["possession", "inherence"]),
        }
        dynamic |= *factor != "pin";
    }
    (known.len(), dynamic)
}

fn met(demand: &Demand, auth: &[&str]) -> bool {
    let (count, dynamic) = categories(auth, &demand.forbid);
    count >= demand.factors && (dynamic || !demand.dynamic)
}

/// `None`: depends on something nobody said.
fn holds(when: &When, deed: &Deed, payer: &Payer, past: bool) -> Option<bool> {
    // A question that names no category has none; an event that names none may have had any.
    let category = if past { deed.category } else { deed.category.or(Some("none")) };
    let parts = [
        when.channel.map(|wanted| deed.channel.map(|said| said == wanted)),
        when.category.map(|wanted| category.map(|said| said == wanted)),
        when.above.map(|above| Some(deed.won > above)),
        when.younger.map(|younger| payer.age.map(|age| age < younger)),
    ];
    let parts: Vec<Option<bool>> = parts.into_iter().flatten().collect();
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn counts(window: Window, now: i64, at: i64) -> bool {
    let (today, then) = (civil(now / DAY), civil(at / DAY));
    match window {
        Window::Payment => false,
        Window::Day => now / DAY == at / DAY,
        Window::Month => (today.0, today.1) == (then.0, then.1),
        Window::Year => today.0 == then.0,
        Window::Lifetime | Window::SinceFull => true,
        Window::Rolling(hours) => at > now - hours * 60,
        // The same night: nobody crosses the day between.
        Window::Band(from, to) => at >= now - (now % DAY - from).rem_euclid(DAY) && (from != to),
    }
}

fn used(limit: &Limit, when: &When, now: &Deed, payer: &Payer, past: &[Deed]) -> (i64, i64) {
    let (mut won, mut count) = (0, 0);
    for deed in past {
        let other = limit.by_line && now.line.zip(deed.line).is_some_and(|(now, then)| now != then);
        if deed.refused || other || !counts(limit.window, now.at, deed.at) {
            continue;
        }
        if holds(when, deed, payer, true) != Some(false) {
            won += deed.won;
            count += 1;
        }
        if matches!(limit.window, Window::SinceFull) && categories(deed.auth, &BTreeSet::new()).0 >= 2 {
            (won, count) = (0, 0);
        }
    }
    (won, count)
}

/// Before, after and whether it fits; `None` outside a band.
fn judge(limit: &Limit, when: &When, now: &Deed, payer: &Payer, past: &[Deed]) -> Option<(String, String, bool)> {
    if let Window::Band(from, to) = limit.window {
        let clock = now.at % DAY;
        let inside = if from < to { clock >= from && clock < to } else { clock >= from || clock < to };
        if !inside {
            return None;
        }
    }
    let (won, count) = used(limit, when, now, payer, past);
    let (before, after) = if limit.count { (count, count + 1) } else { (won, won + now.won) };
    let unit = if limit.count { "" } else { " KRW" };
    let judged = if limit.previous { before } else { after };
    Some((format!("{before}{unit}"), format!("{after}{unit}"), judged <= limit.cap))
}

/// Outcome, reasons and counters, each list sorted.
fn evaluate(rules: &[Rule], now: &Deed, payer: &Payer, past: &[Deed]) -> (usize, Vec<String>, Vec<String>) {
    let (mut outcome, mut reasons, mut counters) = (0, Vec::new(), Vec::new());
    let mut joint = Demand::default();
    let live = |rule: &Rule| rule.from.is_none_or(|from| now.at / DAY >= from);
    let mut lifted = BTreeSet::new();
    let mut note = |place: usize, judged: &(String, String, bool)| {
        counters.push(format!("t/r{place} {} {} {}", judged.0, judged.1, judged.2));
    };
    let mut say = |place: usize, code: &str, what: usize| {
        outcome = outcome.max(what);
        reasons.push(format!("r{place} {code} {}", OUTCOMES[what]));
    };
    for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| live(rule)) {
        let Body::Exempt(from, limits) = &rule.body else { continue };
        if holds(&rule.when, now, payer, false) == Some(true) {
            let all: Vec<_> = limits.iter().filter_map(|limit| judge(limit, &rule.when, now, payer, past)).collect();
            all.iter().for_each(|judged| note(place, judged));
            if all.iter().all(|judged| judged.2) {
                lifted.insert(*from);
                say(place, "Exempt", 0);
            }
        }
    }
    for (place, rule) in rules.iter().enumerate().filter(|(place, rule)| live(rule) && !lifted.contains(place)) {
        let truth = holds(&rule.when, now, payer, false);
        if truth == Some(false) {
            continue;
        }
        let code = |code: &'static str| if truth.is_none() { "FactMissing" } else { code };
        let demand = |what: usize| if what == 1 { Some(Demand { factors: 2, ..Demand::default() }) } else { None };
        let (what, demanded, name) = match &rule.body {
            Body::Exempt(..) => continue,
            Body::Gate(what) => (*what, demand(*what), code("NotAllowed")),
            Body::Auth(own) => (1, Some(own.clone()), code("AuthenticationNeeded")),
            Body::Limit(limit, what) => {
                let Some(judged) = judge(limit, &rule.when, now, payer, past) else { continue };
                note(place, &judged);
                if judged.2 {
                    continue;
                }
                (*what, demand(*what), code("LimitExceeded"))
            }
            Body::Age(least, guardian) => match payer.age {
                None => (4, None, "FactMissing"),
                Some(age) if age < *least => (4, None, "Age"),
                Some(age) if age < *guardian && payer.guardian != Some(true) => (4, None, "GuardianConsent"),
                Some(_) => continue,
            },
        };
        if let Some(own) = demanded {
            joint.factors = joint.factors.max(own.factors);
            joint.dynamic |= own.dynamic;
            joint.forbid.extend(&own.forbid);
            if met(&own, now.auth) {
                continue;
            }
        }
        say(place, name, what);
    }
    if !met(&joint, now.auth) {
        outcome = outcome.max(1);
    }
    reasons.sort();
    counters.sort();
    (outcome, reasons, counters)
}

fn limit(dice: &mut Dice) -> Limit {
    let count = dice.roll(2) == 0;
    let window = match dice.roll(9) {
        0 => Window::Payment,
        1 => Window::Day,
        2 => Window::Month,
        3 => Window::Year,
        4 => Window::Lifetime,
        5 => Window::SinceFull,
        6 => Window::Rolling(dice.one(&[1, 24, 72])),
        7 => Window::Band(20 * 60, 6 * 60),
        _ => Window::Band(9 * 60, 18 * 60),
    };
    let cap = i64::try_from(dice.roll(if count { 6 } else { 300 })).unwrap();
    Limit { count, cap, window, by_line: dice.roll(2) == 0, previous: dice.roll(3) == 0 }
}

fn rule(dice: &mut Dice, before: &[Rule]) -> Rule {
    let demands: Vec<usize> = before
        .iter()
        .enumerate()
        .filter(|(_, rule)| matches!(rule.body, Body::Auth(_)))
        .map(|(place, _)| place)
        .collect();
    let body = match dice.roll(7) {
        0 => Body::Gate(dice.one(&[1, 2, 3, 4])),
        1 | 2 => Body::Limit(limit(dice), dice.one(&[1, 2, 3, 4, 4])),
        3 => Body::Age(i64::try_from(dice.roll(20)).unwrap(), i64::try_from(dice.roll(25)).unwrap()),
        4 if !demands.is_empty() => {
            let count = dice.roll(3);
            Body::Exempt(dice.one(&demands), (0..count).map(|_| limit(dice)).collect())
        }
        _ => {
            let forbid = if dice.roll(3) == 0 { BTreeSet::from([dice.one(&["pin", "totp"])]) } else { BTreeSet::new() };
            let (factors, dynamic) = (dice.one(&[0, 1, 2, 3]), dice.roll(2) == 0);
            // A demand for nothing is refused when it is read.
            let factors = if factors == 0 && !dynamic && forbid.is_empty() { 1 } else { factors };
            Body::Auth(Demand { factors, dynamic, forbid })
        }
    };
    let when = When {
        channel: if dice.roll(2) == 0 { Some(dice.one(CHANNELS)) } else { None },
        category: if dice.roll(3) == 0 { Some(dice.one(CATEGORIES)) } else { None },
        above: if dice.roll(3) == 0 { Some(i64::try_from(dice.roll(150)).unwrap()) } else { None },
        younger: if dice.roll(4) == 0 { Some(i64::try_from(dice.roll(40)).unwrap()) } else { None },
    };
    let from = if dice.roll(4) == 0 { Some(FIRST + 60 + i64::try_from(dice.roll(40)).unwrap()) } else { None };
    Rule { when, body, from }
}

fn deed(dice: &mut Dice, at: i64) -> Deed {
    Deed {
        at,
        won: 1 + i64::try_from(dice.roll(150)).unwrap(),
        channel: dice.maybe(|dice| dice.one(CHANNELS)),
        category: dice.maybe(|dice| dice.one(CATEGORIES)),
        line: dice.maybe(|dice| dice.one(&["a", "b"])),
        auth: dice.one(AUTHS),
        refused: dice.roll(8) == 0,
    }
}

fn effect(what: usize) -> &'static str {
    ["", "{ step_up = { factors = 2 } }", "\"hold\"", "\"route\"", "\"deny\""][what]
}

fn keys(limit: &Limit) -> Vec<String> {
    let clock = |minutes: i64| format!("\"{:02}:{:02}\"", minutes / 60, minutes % 60);
    let window = match limit.window {
        Window::Payment => "\"payment\"".to_owned(),
        Window::Day => "\"day\"".to_owned(),
        Window::Month => "\"month\"".to_owned(),
        Window::Year => "\"year\"".to_owned(),
        Window::Lifetime => "\"lifetime\"".to_owned(),
        Window::SinceFull => "\"since_full_auth\"".to_owned(),
        Window::Rolling(hours) => format!("{{ rolling = \"{hours}h\" }}"),
        Window::Band(from, to) => format!("{{ band = [{}, {}] }}", clock(from), clock(to)),
    };
    let mut keys = vec![format!("window = {window}")];
    keys.push(if limit.count {
        format!("measure = \"count\"\ncap = {}", limit.cap)
    } else {
        format!("cap = \"{} KRW\"", limit.cap)
    });
    if limit.by_line {
        keys.push("subject = \"operation.line\"".to_owned());
    }
    if limit.previous {
        keys.push("basis = \"previous\"".to_owned());
    }
    keys
}

/// The pack as a file.
fn written(rules: &[Rule]) -> String {
    let mut text = "id = \"t\"\ntitle = \"T\"\nversion = \"1\"\njurisdiction = \"KR\"\nlayer = \"statute\"\n\
        status = \"in_force\"\neffective = { from = 2020-01-01 }\ntime_zone = \"Asia/Seoul\"\ncurrency = \"KRW\"\n\
        evidence = \"V1\"\n[citations]\na = { law = \"L\", article = \"1\", source = \"S\" }\n"
        .to_owned();
    for (place, rule) in rules.iter().enumerate() {
        let (kind, body) = match &rule.body {
            Body::Gate(what) => ("gate", format!("on_fail = {}", effect(*what))),
            Body::Limit(limit, what) => ("limit", format!("{}\non_exceed = {}", keys(limit).join("\n"), effect(*what))),
            Body::Age(least, guardian) => ("age", format!("at_least = {least}\nguardian_below = {guardian}")),
            Body::Exempt(from, limits) => {
                let limits: Vec<String> = limits
                    .iter()
                    .map(|limit| format!("{{ {} }}", keys(limit).join(", ").replace('\n', ", ")))
                    .collect();
                ("exemption", format!("exempts = [\"r{from}\"]\nlimits = [{}]", limits.join(", ")))
            }
            Body::Auth(demand) => (
                "authentication",
                format!(
                    "require = {{ factors = {}, dynamic = {}, forbid = {:?} }}",
                    demand.factors,
                    demand.dynamic,
                    demand.forbid.iter().collect::<Vec<_>>()
                ),
            ),
        };
        write!(text, "[[rules]]\nid = \"r{place}\"\nkind = \"{kind}\"\ncitation = \"a\"\nsay = \"s\"\n{body}\n")
            .unwrap();
        if let Some(from) = rule.from {
            writeln!(text, "from = {}", date(from)).unwrap();
        }
        let mut when = Vec::new();
        when.extend(rule.when.channel.map(|channel| format!("\"operation.channel\" = \"{channel}\"")));
        when.extend(rule.when.category.map(|category| format!("\"operation.category\" = \"{category}\"")));
        when.extend(rule.when.above.map(|above| format!("\"operation.amount\" = {{ gt = \"{above} KRW\" }}")));
        when.extend(rule.when.younger.map(|younger| format!("\"payer.age\" = {{ lt = {younger} }}")));
        writeln!(text, "when = {{ {} }}", when.join(", ")).unwrap();
    }
    text
}

fn told(deed: &Deed) -> serde_json::Map<String, serde_json::Value> {
    let mut map = serde_json::Map::new();
    map.insert("amount".into(), format!("{} KRW", deed.won).into());
    for (key, said) in [("channel", deed.channel), ("category", deed.category), ("line", deed.line)] {
        if let Some(said) = said {
            map.insert(key.into(), said.into());
        }
    }
    map
}

fn question(now: &Deed, payer: &Payer, past: &[Deed]) -> serde_json::Value {
    let history: Vec<serde_json::Value> = past
        .iter()
        .map(|deed| {
            let mut map = told(deed);
            map.insert("at".into(), moment(deed.at).into());
            map.insert("auth".into(), deed.auth.into());
            map.insert("status".into(), if deed.refused { "refused" } else { "committed" }.into());
            map.into()
        })
        .collect();
    let mut person = serde_json::Map::new();
    person.extend(payer.age.map(|age| ("age".to_owned(), age.into())));
    person.extend(payer.guardian.map(|guardian| ("guardian_consent".to_owned(), guardian.into())));
    serde_json::json!({
        "at": moment(now.at), "packs": ["t"], "operation": told(now), "auth": now.auth, "payer": person, "history": history,
    })
}

/// Compares both evaluators on one random pack and `questions` random questions; on a difference, the whole case.
pub(crate) fn agree(seed: u64, questions: u32) -> Result<(), String> {
    let dice = &mut Dice(seed);
    let mut rules = Vec::new();
    for _ in 0..=dice.roll(7) {
        let next = rule(dice, &rules);
        rules.push(next);
    }
    let text = written(&rules);
    let library = Library::read([("t.toml", text.as_str()), ("factors.toml", FACTORS)])
        .map_err(|errors| format!("{}\n{text}", errors[0]))?;
    for _ in 0..questions {
        let mut at = (FIRST + i64::try_from(dice.roll(60)).unwrap()) * DAY + i64::try_from(dice.roll(1_440)).unwrap();
        let mut past = Vec::new();
        for _ in 0..dice.roll(12) {
            past.push(deed(dice, at));
            at += 1
                + i64::try_from(dice.one(&[10_u64, 300, 1_500, 20_000])).unwrap()
                + i64::try_from(dice.roll(600)).unwrap();
        }
        let now = Deed { refused: false, ..deed(dice, at) };
        let payer = Payer {
            age: dice.maybe(|dice| i64::try_from(dice.roll(40)).unwrap()),
            guardian: dice.maybe(|dice| dice.roll(2) == 0),
        };
        let json = question(&now, &payer, &past);
        let request = Request::from_value(&json).map_err(|error| format!("{error}\n{json}"))?;
        let decision = policy::decide(&library, &request)?;
        let mut reasons: Vec<String> = decision
            .reasons
            .iter()
            .map(|reason| format!("{} {} {:?}", reason.rule, reason.code, reason.outcome))
            .collect();
        let mut counters: Vec<String> = decision
            .counters
            .iter()
            .map(|one| format!("{} {} {} {}", one.rule, one.before, one.after, one.fits))
            .collect();
        reasons.sort();
        counters.sort();
        let seen = (format!("{:?}", decision.outcome), reasons, counters);
        let (outcome, reasons, counters) = evaluate(&rules, &now, &payer, &past);
        let expected = (OUTCOMES[outcome].to_owned(), reasons, counters);
        if seen != expected {
            return Err(format!("engine    {seen:?}\nreference {expected:?}\n{text}\n{json:#}"));
        }
    }
    Ok(())
}
