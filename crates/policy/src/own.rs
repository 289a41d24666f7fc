//! The payer's own limits and blocks: the lowest layer, which only tightens.

use crate::auth::Requirement;
use crate::decision::{Counter, Decision, Outcome, Reason};
use crate::fact::{Fact, Value};
use crate::input::{Block, OwnLimit, Request};
use crate::library::Library;
use crate::pack::{Body, Citation, Grade, Pack};
use money::{Amount, Instant};

/// Adds what the payer's own settings say.
pub(crate) fn apply(library: &Library, request: &Request, decision: &mut Decision) {
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
                own_limit(library, request, limit, decision);
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

/// Taking a block away needs at least the proof it was set with.
fn unblock(library: &Library, request: &Request, block: &Block, decision: &mut Decision) {
    let presented = request.facts.texts("auth.factors").unwrap_or_default();
    if block.permanent {
        say(decision, Outcome::Deny, "PermanentBlock", "unblock", "this block is permanent");
    } else if block.auth.iter().any(|factor| !presented.contains(factor))
        || !Requirement::strong().is_met(presented, true, &library.factors)
    {
        let needed = Requirement {
            any_of: block.auth.iter().map(|factor| [factor.clone()].into()).collect(),
            ..Requirement::strong()
        };
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

/// The limit that holds now: a lowered one at once, a raised one after the longest delay of the packs.
fn holding(library: &Library, request: &Request, limit: &OwnLimit) -> Amount {
    let delays: Vec<(&Pack, crate::time::Span)> = library
        .packs()
        .iter()
        .filter(|pack| {
            request.packs.contains(&pack.id)
                || (request.packs.is_empty() && request.jurisdiction.as_deref() == Some(pack.jurisdiction.as_str()))
        })
        .flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)))
        .filter_map(
            |(pack, rule)| {
                if let Body::LimitChange { up_after, .. } = rule.body { Some((pack, up_after)) } else { None }
            },
        )
        .collect();
    let starts = |asked: Instant| {
        delays.iter().map(|(pack, span)| pack.zone.due(asked, *span, &library.calendar(pack))).max().unwrap_or(asked)
    };
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
        if event.at <= request.at && (!raises || starts(event.at) <= request.at) {
            now = to;
        }
    }
    now
}

fn own_limit(library: &Library, request: &Request, limit: &OwnLimit, decision: &mut Decision) {
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
    let zone = library
        .packs()
        .iter()
        .find(|pack| concerns(pack, request))
        .map_or_else(crate::time::Zone::utc, |pack| pack.zone.clone());
    let calendar = crate::calendar::Calendar::weekends();
    let view = crate::condition::View {
        facts: &request.facts,
        over: None,
        at: request.at,
        zone: &zone,
        calendar: &calendar,
        day_before: false,
    };
    let window = match limit.window.as_str() {
        "day" => crate::pack::Window::Day,
        "month" => crate::pack::Window::Month,
        "year" => crate::pack::Window::Year,
        _ => crate::pack::Window::Payment,
    };
    let filter = |name: &str, value: &Option<String>| {
        value.as_ref().zip(Fact::named(name)).map(|(value, fact)| {
            crate::condition::Condition::Is(fact, crate::condition::Test::OneOf(vec![Value::Text(value.clone())]))
        })
    };
    let counts = [filter("operation.category", &limit.category), filter("operation.channel", &limit.channel)]
        .into_iter()
        .flatten()
        .collect();
    let rule = crate::pack::Limit {
        measure: crate::pack::Measure::Amount,
        cap: crate::pack::Cap::Money(cap),
        compare: crate::condition::Comparison::Le,
        window,
        subject: Vec::new(),
        counts: None,
        previous_only: false,
        refunds: crate::pack::Refunds::None,
        effect: crate::pack::Effect::Deny,
        variant: Vec::new(),
    };
    if let Some(measured) = crate::limit::measure(
        &rule,
        &crate::condition::Condition::All(counts),
        &view,
        &request.history,
        &library.factors,
    ) {
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
        });
        decision.headroom = crate::effects::smaller(
            decision.headroom,
            measured.left.filter(|left| left.currency() == amount.currency()),
        );
    }
}

fn concerns(pack: &Pack, request: &Request) -> bool {
    request.packs.contains(&pack.id) || request.jurisdiction.as_deref() == Some(pack.jurisdiction.as_str())
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
        say: sentence.to_owned(),
    });
}
