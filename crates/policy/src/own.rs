//! The payer's own limits and blocks: the lowest layer, which only tightens.

use std::collections::BTreeMap;

use crate::auth::{Factors, Requirement};
use crate::condition::{Comparison, Condition, Test};
use crate::counters::Counters;
use crate::decide::concerns;
use crate::decision::{Counter, Decision, Outcome, Reason};
use crate::fact::{Fact, Facts, Value};
use crate::input::{Block, OwnLimit, Request};
use crate::library::Library;
use crate::limit::Past;
use crate::pack::{Body, Cap, Citation, Effect, Grade, Limit, Measure, Refunds, Window, Wording};
use money::{Amount, Instant};

/// Adds what the payer's own settings say.
pub(crate) fn apply(library: &Library, request: &Request, counters: Option<&Counters>, decision: &mut Decision) {
    let kind = request.facts.text("operation.kind").unwrap_or("payment");
    match kind {
        "payment" => {
            for block in request.blocks.iter().filter(|block| covers(block, request)) {
                say(
                    decision,
                    Outcome::Deny,
                    "Blocked",
                    &format!("block-{}", block.scope),
                    "the payer, a guardian or an authority blocked this",
                );
            }
            for limit in &request.limits {
                own_limit(library, request, limit, counters, decision);
            }
        }
        "unblock" => request.blocks.iter().for_each(|block| unblock(library, request, block, decision)),
        _ => {}
    }
}

fn covers(block: &Block, request: &Request) -> bool {
    let fact = |name: &str| request.facts.text(name);
    match block.scope.as_str() {
        "category" => fact("operation.category").is_none_or(|category| Some(category) == block.value.as_deref()),
        "channel" => fact("operation.channel").is_none_or(|channel| Some(channel) == block.value.as_deref()),
        "recurring" => fact("operation.recurring").is_some_and(|recurring| recurring != "none"),
        _ => true,
    }
}

/// Taking a block away needs at least the proof it was set with: as many categories, and dynamic or beyond phishing
/// where that was; never less than strong authentication. Another factor that is at least as good will do, so that a
/// block set by SMS outlives SMS.
fn unblock(library: &Library, request: &Request, block: &Block, decision: &mut Decision) {
    let facts = &request.facts;
    let presented = facts.texts("auth.factors").unwrap_or_default();
    let needed = Requirement::strong().join(&Requirement::at_least(&block.auth, &library.factors));
    if block.permanent {
        say(decision, Outcome::Deny, "PermanentBlock", "unblock", "this block is permanent");
    } else if !needed.is_met(presented, facts.flag("auth.linked") == Some(true), &library.factors) {
        decision.requirement = Some(decision.requirement.take().unwrap_or_default().join(&needed));
        say(
            decision,
            Outcome::StepUp,
            "UnblockProof",
            "unblock",
            "taking a block away needs at least the proof it was set with",
        );
    }
    if block.by != "payer" && block.by != "user" {
        say(decision, Outcome::Deny, "BlockedByOther", "unblock", "only whoever set this block takes it away");
    }
}

/// When a limit that is raised at `asked` may start: after the longest delay of the packs `request` concerns; `None`
/// when none of them says.
#[must_use]
pub fn raise_starts(library: &Library, request: &Request, asked: Instant) -> Option<Instant> {
    let packs = library.packs().iter().filter(|pack| concerns(pack, request) && pack.is_in_force(request.at));
    let rules = packs.flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
    let live = rules.filter(|(pack, rule)| rule.is_live(pack, request.at));
    live.filter_map(|(pack, rule)| match rule.body {
        Body::LimitChange { up_after, .. } => Some(pack.zone.due(asked, up_after, library.calendar(pack))),
        _ => None,
    })
    .max()
}

/// The limit that holds now: a lowered one at once, a raised one after the longest delay of the packs.
fn holding(library: &Library, request: &Request, limit: &OwnLimit) -> Amount {
    let starts = |asked: Instant| raise_starts(library, request, asked).unwrap_or(asked);
    let mut now = limit.amount;
    for event in &request.history {
        let named = event.facts.text("limit.name").is_none_or(|name| name == limit.name || name == limit.window);
        let Some(to) = event
            .facts
            .money("limit.to")
            .filter(|_| named && event.facts.text("operation.kind") == Some("limit_change"))
        else {
            continue;
        };
        let raises = to.compare(now).is_none_or(std::cmp::Ordering::is_gt);
        if raises && (starts(event.at) > request.at || is_known_weak(&event.facts, &library.factors)) {
            continue;
        }
        if event.at <= request.at && crate::limit::is_live(&event.facts) {
            now = to;
        }
    }
    now
}

/// A raise that is known to have come without strong proof raises nothing.
fn is_known_weak(facts: &Facts, factors: &Factors) -> bool {
    let said = facts.flag("operation.full_auth").is_some() || facts.text("operation.exemption").is_some();
    (said || facts.texts("auth.factors").is_some()) && !crate::limit::is_full(facts, factors)
}

/// The payer's night ends at six; it begins when the payer chose, else at the earlier of the two hours that may be chosen.
fn night() -> Window {
    let (from, to) = (jiff::civil::Time::constant(20, 0, 0, 0), jiff::civil::Time::constant(6, 0, 0, 0));
    Window::Band { from, to, from_fact: Some(const { Fact::of("settings.night_start") }), choices: Vec::new() }
}

/// The windows a payer may set a limit over, besides one payment.
pub(crate) fn windows() -> [(&'static str, Window); 4] {
    [("day", Window::Day), ("month", Window::Month), ("year", Window::Year), ("night", night())]
}

impl Counters {
    /// What is used of `limit` at the moment of `request`, in the limit's currency; of a night, of the one that is.
    #[must_use]
    pub fn used_of(&self, library: &Library, request: &Request, limit: &OwnLimit) -> Amount {
        let zone = zone(library, request);
        let calendar = crate::calendar::weekends();
        let view = crate::condition::View {
            facts: &request.facts,
            over: None,
            at: request.at,
            zone: &zone,
            calendar,
            day_before: false,
        };
        let (rule, _) = as_rule(limit, limit.amount);
        let begin = crate::window::start(&rule.window, &view);
        let used = self.used_own(limit, begin, Some(limit.amount));
        Amount::new(i64::try_from(used.minor).unwrap_or(i64::MAX), limit.amount.currency())
    }
}

/// Where the payer's days begin: where the first pack is.
pub(crate) fn zone(library: &Library, request: &Request) -> crate::time::Zone {
    let first = library.packs().iter().find(|pack| concerns(pack, request));
    first.map_or_else(crate::time::Zone::utc, |pack| pack.zone.clone())
}

/// The payer's limit as a rule of a pack would be, and which events it counts.
fn as_rule(limit: &OwnLimit, cap: Amount) -> (Limit, Condition) {
    let known = windows().into_iter().find(|(name, _)| *name == limit.window);
    let window = known.map_or(Window::Payment, |(_, window)| window);
    let filter = |name: &str, value: &Option<String>| {
        let (value, fact) = value.as_ref().zip(Fact::named(name))?;
        Some(Condition::Is(fact, Test::OneOf(vec![Value::Text(value.clone())])))
    };
    // What comes in is no spending.
    let payment =
        Condition::Is(const { Fact::of("operation.kind") }, Test::OneOf(vec![Value::Text("payment".to_owned())]));
    let filters = [filter("operation.category", &limit.category), filter("operation.channel", &limit.channel)];
    let counts = filters.into_iter().chain([Some(payment)]);
    let rule = Limit {
        measure: Measure::Amount,
        cap: Cap::Money(cap),
        compare: Comparison::Le,
        window,
        subject: Vec::new(),
        counts: None,
        previous_only: false,
        refunds: Refunds::None,
        least_balance: None,
        effect: Effect::Deny,
        variant: Vec::new(),
    };
    (rule, Condition::All(counts.flatten().collect()))
}

fn own_limit(
    library: &Library,
    request: &Request,
    limit: &OwnLimit,
    counters: Option<&Counters>,
    decision: &mut Decision,
) {
    let fact = |name: &str| request.facts.text(name);
    let other = |mine: &Option<String>, name: &str| {
        mine.as_ref().is_some_and(|mine| fact(name).is_some_and(|said| said != mine))
    };
    if other(&limit.category, "operation.category") || other(&limit.channel, "operation.channel") {
        return;
    }
    let cap = holding(library, request, limit);
    let Some(amount) = request.facts.money("operation.amount") else {
        return say(decision, Outcome::Deny, "FactMissing", &limit.name, "the amount is not known");
    };
    let zone = zone(library, request);
    let view = crate::condition::View {
        facts: &request.facts,
        over: None,
        at: request.at,
        zone: &zone,
        calendar: crate::calendar::weekends(),
        day_before: false,
    };
    let (rule, counts) = as_rule(limit, cap);
    let past = counters.map_or(Past::History(&request.history), |counters| Past::Own(counters, limit));
    if let Some(measured) = crate::limit::measure(&rule, &counts, &view, past, &library.factors) {
        if !measured.fits {
            say(decision, Outcome::Deny, "OwnLimit", &limit.name, "above the limit the payer set");
        }
        let rule = format!("payer/{}", limit.name);
        decision.counters.push(Counter {
            rule,
            before: measured.before,
            after: measured.after,
            cap: measured.cap,
            fits: measured.fits,
            left: measured.left,
        });
        decision.headroom = crate::effects::smaller(
            decision.headroom,
            measured.left.filter(|left| left.currency() == amount.currency()),
        );
    }
}

fn say(decision: &mut Decision, outcome: Outcome, code: &str, rule: &str, sentence: &str) {
    let citation = Citation {
        law: "the payer's own settings".to_owned(),
        article: rule.to_owned(),
        source: "settings".to_owned(),
    };
    decision.outcome = decision.outcome.max(outcome);
    decision.reasons.push(Reason {
        code: code.to_owned(),
        outcome,
        rule: rule.to_owned(),
        pack: "payer".to_owned(),
        version: "-".to_owned(),
        citation,
        grade: Grade::V1,
        before: None,
        after: None,
        cap: None,
        missing: None,
        details: Vec::new(),
        route: None,
        say: sentence.to_owned(),
        texts: texts(code, rule, sentence),
    });
}

/// The sentence in both languages; there is no law behind it.
fn texts(code: &str, rule: &str, sentence: &str) -> BTreeMap<String, Wording> {
    let korean = match code {
        "OwnLimit" => "직접 정한 한도를 넘었습니다",
        "Blocked" => "이용자나 보호자, 기관이 막아 둔 결제입니다",
        "FactMissing" => "금액을 알 수 없습니다",
        "PermanentBlock" => "영구 차단이라 풀 수 없습니다",
        "UnblockProof" => "차단할 때보다 약한 인증으로는 풀 수 없습니다",
        _ => "차단한 사람만 풀 수 있습니다",
    };
    let wording = |title: &str, say: &str| Wording {
        title: title.to_owned(),
        say: say.to_owned(),
        law: title.to_owned(),
        article: rule.to_owned(),
    };
    let (en, ko) = (wording("the payer's own settings", sentence), wording("직접 정한 설정", korean));
    BTreeMap::from([("en".to_owned(), en), ("ko".to_owned(), ko)])
}
