//! [`Machine`]: where a handset of this program takes its moments from.

use device::Moment;
use simulator::{HandsetError, Source};
use store::{Clock, SystemClock, entropy};

/// The machine's clock and its generator.
pub(crate) struct Machine;

impl Source for Machine {
    fn moment(&mut self) -> Result<Moment, HandsetError> {
        let random = entropy::random().map_err(|_| HandsetError::Chance)?;
        Ok(Moment { now: SystemClock.now(), random })
    }
}
