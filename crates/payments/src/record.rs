//! [`DecisionRecord`]: everything a past decision needs to be made again, byte for byte.

use std::borrow::Cow;

use money::Digest;
use protocol::sha256;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::decide::{Decision, decide_facts};
use crate::facts::Facts;
use crate::outcome::{Accepted, Refusal};
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::state::{Key, Row, State, needs, read_keys};

/// Which decision code made a record. A record of another engine is verified by digest only, so the number rises with
/// every change after which the same inputs may come out as other bytes.
pub const ENGINE: &str = "payments/3";

/// The inputs of one decision and the digest of what came out. A new one borrows them, since it is written and
/// forgotten; one that was read back owns them (`'static`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRecord<'a> {
    /// The decision code.
    pub engine: Cow<'a, str>,
    /// The operator's settings.
    pub settings: Cow<'a, Settings>,
    /// The moment and the entropy.
    pub stamp: Cow<'a, Stamp>,
    /// What was asked.
    pub facts: Cow<'a, Facts>,
    /// The rows that were read, absent ones too.
    pub inputs: Vec<(Key, Option<Cow<'a, Row>>)>,
    /// SHA-256 over outcome and changes.
    pub result: Digest,
}

/// Why a record could not be made again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    /// Made by another engine.
    #[error("record was made by engine `{0}`, this is `{ENGINE}`")]
    OtherEngine(String),
    /// A row that the decision reads is not in the record.
    #[error("record lacks {0} of the rows the decision reads")]
    MissingInputs(usize),
    /// Made again, it comes out differently.
    #[error("decision comes out differently: recorded `{recorded}`, now `{now}`")]
    Different {
        /// The recorded digest.
        recorded: Digest,
        /// What it is now.
        now: Digest,
    },
}

#[derive(Serialize)]
struct Result<'a> {
    outcome: &'a std::result::Result<Accepted, Refusal>,
    changes: &'a [Change],
}

fn result_digest(decision: &Decision) -> Digest {
    let result = Result { outcome: decision.outcome(), changes: decision.changes() };
    match serde_json::to_vec(&result) {
        Ok(bytes) => sha256(&bytes),
        #[expect(clippy::panic, reason = "a row that cannot be written is a bug, caught per command")]
        Err(error) => panic!("decision cannot be serialised: {error}"),
    }
}

impl<'a> DecisionRecord<'a> {
    /// The record of `decision`, made from `facts` over `state`.
    ///
    /// `state` must be as it was when the decision was made, before its changes were applied.
    #[must_use]
    pub fn of(
        decision: &Decision,
        facts: &'a Facts,
        state: &'a State,
        settings: &'a Settings,
        stamp: &'a Stamp,
    ) -> Self {
        let inputs = read_keys(facts, state).into_iter().map(|key| (key, state.row(&key).map(Cow::Borrowed)));
        Self {
            engine: Cow::Borrowed(ENGINE),
            settings: Cow::Borrowed(settings),
            stamp: Cow::Borrowed(stamp),
            facts: Cow::Borrowed(facts),
            inputs: inputs.collect(),
            result: result_digest(decision),
        }
    }
}

/// Makes a recorded decision again and compares.
///
/// # Errors
/// [`ReplayError`] when the engine differs, inputs are missing, or the result is not the recorded one.
pub fn replay(record: &DecisionRecord<'_>) -> std::result::Result<(), ReplayError> {
    if record.engine != ENGINE {
        return Err(ReplayError::OtherEngine(record.engine.clone().into_owned()));
    }
    let mut state = State::new();
    for (key, row) in &record.inputs {
        state.load(*key, row.clone().map(Cow::into_owned));
    }
    let missing = needs(&record.facts, &state);
    if !missing.is_empty() {
        return Err(ReplayError::MissingInputs(missing.len()));
    }
    let now = result_digest(&decide_facts(&record.facts, &state, &record.settings, &record.stamp));
    if now == record.result { Ok(()) } else { Err(ReplayError::Different { recorded: record.result, now }) }
}
