//! `farthing policy decide`: what packs make of an operation told on stdin.

use std::io::Read;

use policy::{Decision, Library, Request};

use crate::failure::{Failure, failed};
use crate::output::{FAINT, Output, STRONG, pairs};

/// Say what packs make of the operation told on stdin: one JSON object.
#[derive(Debug, clap::Args)]
pub(crate) struct Decide {}

impl Decide {
    pub(crate) fn run(self, library: &Library, output: &mut Output) -> Result<(), Failure> {
        let mut text = String::new();
        std::io::stdin().lock().read_to_string(&mut text).map_err(failed("cannot read stdin"))?;
        let request = Request::from_json(&text).map_err(|error| Failure::new(format!("stdin: {error}")))?;
        let decision = policy::decide(library, &request).map_err(Failure::new)?;
        if output.is_json() {
            return output.object(&decision);
        }
        show(&decision, output);
        Ok(())
    }
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
