//! Stand-in.
use crate::decide::Context;
use crate::facts::CallerFacts;
use crate::outcome::Refusal;
use money::ReasonCode;
use protocol::Strength;

/// What a stage wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// s
    pub strength: Strength,
    /// r
    pub reasons: Vec<ReasonCode>,
}
impl Demand {
    /// n
    #[must_use]
    pub fn new(strength: Strength, reason: ReasonCode) -> Self {
        Self { strength, reasons: vec![reason] }
    }
    /// j
    #[must_use]
    pub fn join(left: Option<Self>, right: Option<Self>) -> Option<Self> {
        match (left, right) {
            (Some(left), Some(right)) => Some(Self {
                strength: left.strength.max(right.strength),
                reasons: [left.reasons, right.reasons].concat(),
            }),
            (one, other) => one.or(other),
        }
    }
}
pub(crate) struct Met;
impl Met {
    pub(crate) fn spend(self, _: &mut Context<'_>) {}
}
pub(crate) fn strongest(_: &Context<'_>, _: money::PayerId) -> Option<Strength> {
    None
}
pub(crate) fn met(_: &Context<'_>, _: &CallerFacts, demand: Option<&Demand>) -> Result<Met, Refusal> {
    match demand {
        None => Ok(Met),
        Some(_) => Err(ReasonCode::StepUpNeeded.into()),
    }
}
