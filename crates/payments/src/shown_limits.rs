//! Every limit of a wallet as its payer is shown it: what they set, what law and terms set, and how far each is used.

use std::collections::BTreeMap;

use money::{Amount, PayerId, ReasonCode};
use policy::{Counter, Fact, Library, Request, Rulebook, Value, Wording};
use protocol::{Channel, CitationView, LimitsView, OwnLimitView, PendingRaiseView, RuleLimitView, RuleTextView};

use crate::decide::Context;
use crate::model::{Device, Payer};
use crate::outcome::{Accepted, Refusal};
use crate::own_limits::{self, OwnLimits};
use crate::policy_stage;
use crate::usage::Usage;

const AMOUNT: Fact = Fact::of("operation.amount");
const CHANNEL: Fact = Fact::of("operation.channel");
const CATEGORY: Fact = Fact::of("operation.category");

/// The limits of one's own wallet. Writes nothing.
pub(crate) fn show(context: &Context<'_>, payer: PayerId, device: money::DeviceId) -> Result<Accepted, Refusal> {
    let payer = context.state.payer(payer).filter(|payer| !payer.erased).ok_or(ReasonCode::PayerUnknown)?;
    let device = context.state.device(device).filter(|device| device.payer == payer.id);
    let own = OwnLimits::of(context, payer.id);
    Ok(accepted(context, payer, device.ok_or(ReasonCode::DeviceUnknown)?, &own))
}

/// The same with `own` limits that may not be written yet.
pub(crate) fn accepted(context: &Context<'_>, payer: &Payer, device: &Device, own: &OwnLimits) -> Accepted {
    let delay = own_limits::raise_at(context).map_or(0, |at| at.millis_since(context.at).max(0) / 1_000);
    let mut view = LimitsView {
        categories: Vec::new(),
        own: Vec::new(),
        payment_limit: context.settings.payment_limit(),
        raise_delay_seconds: delay,
        rules: Vec::new(),
    };
    if let Some(book) = context.settings.packs.book() {
        let mut asked = policy_stage::about(context, payer, device, book);
        let mut usage = Usage::of(context, payer.id);
        usage.counters.adopt(book.library(), &asked);
        view.categories = book.library().categories().into_iter().map(str::to_owned).collect();
        view.own = owns(context, book.library(), &asked, &usage, own);
        view.rules = rules(book, &mut asked, &usage, payer);
    }
    Accepted::Limits(Box::new(view))
}

fn owns(
    context: &Context<'_>,
    library: &Library,
    asked: &Request,
    usage: &Usage,
    own: &OwnLimits,
) -> Vec<OwnLimitView> {
    let show = |limit: &own_limits::OwnLimit| {
        let holding = limit.as_policy(context.at)?;
        let used = usage.counters.used_of(library, asked, &holding);
        let left = holding.amount.checked_sub(used).ok().filter(|left| !left.is_negative());
        Some(OwnLimitView {
            amount: holding.amount,
            category: limit.name.category.clone(),
            channel: limit.name.channel,
            left: left.unwrap_or(Amount::zero(holding.amount.currency())),
            pending: limit.waiting_at(context.at).map(|pending| PendingRaiseView {
                asked_at: pending.asked_at,
                starts_at: pending.starts_at,
                to: pending.to,
            }),
            used,
            window: limit.name.window,
        })
    };
    own.limits.iter().filter_map(show).collect()
}

/// The caps that an ordinary payment meets, and besides, for each category, those that only it meets.
fn rules(book: &Rulebook, asked: &mut Request, usage: &Usage, payer: &Payer) -> Vec<RuleLimitView> {
    let library = book.library();
    asked.facts.set(AMOUNT, Value::Money(Amount::zero(payer.currency)));
    asked.facts.set(CHANNEL, Value::Text(Channel::QrDynamic.word().to_owned()));
    let mut known: BTreeMap<String, RuleLimitView> = BTreeMap::new();
    let words = library.categories();
    for category in std::iter::once("none").chain(words) {
        asked.facts.set(CATEGORY, Value::Text(category.to_owned()));
        let Ok(decision) = usage.counters.decide(library, asked) else { continue };
        for counter in &decision.counters {
            let category = (category != "none").then_some(category);
            if !known.contains_key(&counter.rule)
                && let Some(view) = rule(library, asked, counter, category)
            {
                known.insert(counter.rule.clone(), view);
            }
        }
    }
    known.into_values().collect()
}

fn rule(library: &Library, asked: &Request, counter: &Counter, category: Option<&str>) -> Option<RuleLimitView> {
    let (pack, rule) = library.rule(&counter.rule, asked.at).filter(|(_, rule)| rule.is_cap())?;
    let citation = pack.citations.get(&rule.citation)?;
    Some(RuleLimitView {
        cap: counter.cap.clone(),
        category: category.map(str::to_owned),
        citation: CitationView {
            article: citation.article.clone(),
            law: citation.law.clone(),
            source: citation.source.clone(),
        },
        left: counter.left,
        layer: pack.layer.word().to_owned(),
        pack: pack.id.clone(),
        rule: rule.id.clone(),
        say: rule.say.clone(),
        texts: pack.wordings(rule).into_iter().map(|(language, wording)| (language, text(wording))).collect(),
        used: counter.before.clone(),
        version: pack.version.clone(),
    })
}

fn text(wording: Wording) -> RuleTextView {
    let Wording { title, say, law, article } = wording;
    RuleTextView { article, law, say, title }
}
