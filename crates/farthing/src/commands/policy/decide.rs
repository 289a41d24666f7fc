//! `farthing policy decide`: what packs make of an operation told on stdin.

use std::io::Read;

use policy::{Decision, Library, Request};

use crate::failure::{Failure, failed};
use crate::output::{FAINT, Output, STRONG, WARN, pairs};

/// Say what packs make of the operations told on stdin: JSON objects, one answer for each.
#[derive(Debug, clap::Args)]
pub(crate) struct Decide {
    /// Refuse a question that names facts no rule can ask about, instead of saying which were left out.
    #[arg(long)]
    strict: bool,
}

/// A decision, and the facts it left out.
#[derive(serde::Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    decision: &'a Decision,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignored: &'a [String],
}

impl Decide {
    pub(crate) fn run(self, library: &Library, output: &mut Output) -> Result<(), Failure> {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(failed("cannot read stdin"))?;
        let requests = questions("stdin", &text, self.strict)?;
        if requests.is_empty() {
            return Err(Failure::new("stdin: no JSON object").hint("farthing policy schema request"));
        }
        for (request, ignored) in &requests {
            let decision = policy::decide(library, request).map_err(Failure::new)?;
            if output.is_json() {
                output.object(&Answer { decision: &decision, ignored })?;
                continue;
            }
            show(&decision, output);
            if !ignored.is_empty() {
                output.line(&format!("  {WARN}left out, since no rule asks about it:{WARN:#} {}", ignored.join(", ")));
            }
        }
        Ok(())
    }
}

/// The questions in `text`, one JSON object after the other; which one is wrong is said where there are several.
/// Facts that no rule can ask about are named beside it, or refused.
pub(super) fn questions(source: &str, text: &str, strict: bool) -> Result<Vec<(Request, Vec<String>)>, Failure> {
    let values: Vec<serde_json::Value> = serde_json::Deserializer::from_str(text)
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error| Failure::new(format!("{source}: request: {error}")))?;
    let place = |number: usize| if values.len() > 1 { format!(", question {number}") } else { String::new() };
    let read = |(number, value)| {
        let read =
            if strict { Request::from_value(value).map(|one| (one, Vec::new())) } else { Request::from_wider(value) };
        read.map_err(|error| Failure::new(format!("{source}{}: {error}", place(number))))
    };
    (1..).zip(&values).map(read).collect()
}

fn show(decision: &Decision, output: &mut Output) {
    output.line(&format!("{STRONG}{:?}{STRONG:#}", decision.outcome));
    for reason in &decision.reasons {
        output.line(&format!("  {:?} {} — {}", reason.outcome, reason.code, reason.say));
        let citation = &reason.citation;
        output.line(&format!(
            "    {FAINT}{}@{} {} · {} {} · {:?}{FAINT:#}",
            reason.pack, reason.version, reason.rule, citation.law, citation.article, reason.grade
        ));
    }
    let counters: Vec<(&str, String)> = decision
        .counters
        .iter()
        .map(|counter| (counter.rule.as_str(), format!("{} → {} of {}", counter.before, counter.after, counter.cap)))
        .collect();
    output.lines(&pairs(&counters));
    let deadlines: Vec<(&str, String)> = decision
        .deadlines
        .iter()
        .map(|deadline| (deadline.duty.as_str(), format!("{} {}", deadline.due, deadline.state)))
        .collect();
    output.lines(&pairs(&deadlines));
    let kept: Vec<(&str, String)> = decision
        .retention
        .iter()
        .map(|kept| (kept.class.as_str(), format!("{} {}", kept.field.as_deref().unwrap_or("record"), kept.until)))
        .collect();
    output.lines(&pairs(&kept));
}
