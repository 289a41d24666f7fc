//! [`DecisionRecord`]: everything a past decision needs to be made again, byte for byte.

use std::borrow::Cow;

use money::Digest;
use protocol::sha256;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::decide::{Decision, decide_facts};
use crate::facts::Facts;
use crate::judging::Judging;
use crate::needs::{needs, read_keys};
use crate::outcome::{Accepted, Refusal};
use crate::packs::Packs;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::state::{Key, Row, State};

/// Which decision code made a record. A record of another engine is verified by digest only, so the number rises with
/// every change after which the same inputs may come out as other bytes.
pub const ENGINE: &str = "payments/6";

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
    /// The rules and models it was judged by were not brought.
    #[error("the rules and models it was judged by are not there: {0}")]
    MissingJudges(String),
    /// The packs it was made under were not brought.
    #[error("the packs `{0}` it was made under are not there")]
    MissingPacks(Digest),
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

impl DecisionRecord<'_> {
    /// Brings the rules and models it was judged by, which it names by their digests only.
    ///
    /// # Errors
    /// [`ReplayError::MissingJudges`] when `find` does not have them.
    pub fn bring_judges(
        &mut self,
        find: impl FnOnce(&Judging) -> Option<Judging>,
    ) -> std::result::Result<(), ReplayError> {
        if self.settings.judging.judges().is_some() {
            return Ok(());
        }
        let brought = find(&self.settings.judging).and_then(|known| self.settings.judging.bring(&known));
        let shown = judges_shown(&self.settings.judging);
        self.settings.to_mut().judging = brought.ok_or(ReplayError::MissingJudges(shown))?;
        Ok(())
    }

    /// Brings the packs it was made under, which it names by their digest only.
    ///
    /// # Errors
    /// [`ReplayError::MissingPacks`] when `find` does not have them.
    pub fn bring_packs(&mut self, find: impl FnOnce(Digest) -> Option<Packs>) -> std::result::Result<(), ReplayError> {
        if self.settings.packs.book().is_some() {
            return Ok(());
        }
        let digest = self.settings.packs.digest();
        let packs = find(digest).filter(|found| found.digest() == digest && found.book().is_some());
        self.settings.to_mut().packs = packs.ok_or(ReplayError::MissingPacks(digest))?;
        Ok(())
    }
}

fn judges_shown(judging: &Judging) -> String {
    let marks = judging.marks();
    let shown = |digest: Option<Digest>| digest.map_or("none".to_owned(), |digest| digest.to_string());
    format!("rules {}, model {}", shown(marks.rules), shown(marks.champion))
}

/// Makes a recorded decision again and compares.
///
/// # Errors
/// [`ReplayError`] when the engine differs, inputs are missing, or the result is not the recorded one.
pub fn replay(record: &DecisionRecord<'_>) -> std::result::Result<(), ReplayError> {
    if record.engine != ENGINE {
        return Err(ReplayError::OtherEngine(record.engine.clone().into_owned()));
    }
    if record.settings.judging.judges().is_none() {
        return Err(ReplayError::MissingJudges(judges_shown(&record.settings.judging)));
    }
    if record.settings.packs.book().is_none() {
        return Err(ReplayError::MissingPacks(record.settings.packs.digest()));
    }
    let state = loaded(record)?;
    let now = result_digest(&decide_facts(&record.facts, &state, &record.settings, &record.stamp));
    if now == record.result { Ok(()) } else { Err(ReplayError::Different { recorded: record.result, now }) }
}

/// The rows of a record as a state.
pub(crate) fn loaded(record: &DecisionRecord<'_>) -> std::result::Result<State, ReplayError> {
    let mut state = State::new();
    for (key, row) in &record.inputs {
        state.load(*key, row.clone().map(Cow::into_owned));
    }
    let missing = needs(&record.facts, &state);
    if missing.is_empty() { Ok(state) } else { Err(ReplayError::MissingInputs(missing.len())) }
}
