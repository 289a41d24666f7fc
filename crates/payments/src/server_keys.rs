//! [`ServerKeys`]: which of the server's own keys sign tokens, nonces and ceremonies. Only their number is here: each is derived
//! from the key-encryption key and that number, so every node has the next one before anybody uses it.

use money::{Instant, ReasonCode};
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::decide::Context;
use crate::limits;
use crate::noted::Noted;
use crate::outcome::{Accepted, Refusal};

/// Which keys sign now. Where there is no such row, those of number 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerKeys {
    /// The number of the keys that sign.
    pub generation: u32,
    /// Since when.
    pub since: Instant,
    /// Until when what the keys before them signed is good.
    pub previous_until: Instant,
}

/// The next keys sign from now on. What the present ones signed stays good for so long; what still older ones signed is void.
pub(crate) fn rotate(context: &mut Context<'_>, overlap_seconds: i64) -> Result<Accepted, Refusal> {
    if !(0..=limits::SERVER_KEYS_OVERLAP_SECONDS_MAX).contains(&overlap_seconds) {
        return Err(ReasonCode::RequestMalformed.into());
    }
    let present = context.state.server_keys().map_or(0, |keys| keys.generation);
    let generation = present.checked_add(1).ok_or(ReasonCode::ServiceFault)?;
    let previous_until = context.at.checked_add_seconds(overlap_seconds).ok_or(ReasonCode::ServiceFault)?;
    let keys = ServerKeys { generation, since: context.at, previous_until };
    context.push(Change::Noted(Noted::ServerKeys(keys)));
    Ok(Accepted::ServerKeys(keys))
}
