//! [`Desk`]: the real decision over rows in memory, for towns whose past is measured and thrown away.

use money::{Instant, IntentId};
use payments::{
    Accepted, Admitted, Change, Command, Event, Noted, Refusal, Settings, Stamp, State, SystemPermit, decide, needs,
};

use crate::seed::Dice;

/// Decides one command after another and keeps what they wrote.
pub(crate) struct Desk {
    state: State,
    settings: Settings,
    dice: Dice,
    /// What was told since it was last looked at.
    pub(crate) events: Vec<Event>,
    waiting: Vec<IntentId>,
}

impl Desk {
    pub(crate) fn new(settings: Settings, dice: Dice) -> Self {
        Self { state: State::new(), settings, dice, events: Vec::new(), waiting: Vec::new() }
    }

    /// Decides, and takes the changes in.
    pub(crate) fn submit(&mut self, command: Command, at: Instant) -> Result<Accepted, Refusal> {
        let admitted = Admitted::from(command);
        for _ in 0..=payments::limits::LOAD_ROUNDS_MAX {
            let wanted = needs(admitted.facts(), &self.state);
            if wanted.is_empty() {
                break;
            }
            // What is not in memory was never written.
            wanted.into_iter().for_each(|key| self.state.load(key, None));
        }
        let stamp = Stamp { at, entropy: self.dice.bytes() };
        let decision = decide(&admitted, &self.state, &self.settings, &stamp);
        for change in decision.changes() {
            match change {
                Change::Event(event) => self.events.push(event.clone()),
                Change::Noted(Noted::Sighting(sighting)) => self.waiting.push(sighting.intent),
                _ => {}
            }
        }
        self.state.apply(decision.changes());
        decision.into_outcome()
    }

    /// Folds what was scanned, as the server does twice a second.
    pub(crate) fn fold(&mut self, at: Instant) {
        let sightings = std::mem::take(&mut self.waiting);
        if !sightings.is_empty() {
            let permit = SystemPermit::dangerous_for_sweeper();
            // A fold refuses nothing.
            let _ = self.submit(Command::FoldSightings { permit, sightings }, at);
        }
    }
}
