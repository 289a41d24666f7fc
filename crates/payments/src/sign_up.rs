//! [`SignUps`]: how many wallets came from one network, and how many one line vouched for. Each is bounded, so that a
//! farm of wallets costs networks, lines and time; the counts stand in the store, so no restart and no further node
//! forgets them, and each is forgotten when its time is over.

use money::{Instant, MarkId, PayeeId, ReasonCode};
use protocol::sha256;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::decide::Context;
use crate::noted::{Noted, NotedKey};
use crate::outcome::{Accepted, Refusal};
use crate::state::{Key, Row, State};

/// How many wallets one network may open, and one line vouch for, in which time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpLimits {
    /// Of one network: an IPv4 /24 or an IPv6 /48.
    pub network: SignUpLimit,
    /// Of one line.
    pub line: SignUpLimit,
}

/// So many in so long a time, from the first of them on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUpLimit {
    /// How many.
    pub count: u32,
    /// In how many seconds.
    pub seconds: i64,
}

impl Default for SignUpLimits {
    /// WHY as many as 200 a day: many share an address of their carrier, and whoever farms wallets wants thousands.
    fn default() -> Self {
        Self {
            network: SignUpLimit { count: 200, seconds: 24 * 3_600 },
            line: SignUpLimit { count: 3, seconds: 30 * 24 * 3_600 },
        }
    }
}

/// What sign-ups are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpBy {
    /// The network they come from.
    Network,
    /// The line they are verified by.
    Line,
}

/// The sign-ups of one network or line in the time that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUps {
    /// Of what.
    pub mark: MarkId,
    /// What it is.
    pub by: SignUpBy,
    /// The network, for staff; of a line nothing is kept that could be read.
    pub of: String,
    /// Since when they are counted.
    pub from: Instant,
    /// When the count is over.
    pub until: Instant,
    /// How many there were.
    pub count: u32,
    /// How many more were refused.
    pub refused: u32,
}

/// The mark of a network, as it is written: `203.0.113.0/24`.
#[must_use]
pub fn network_mark(network: &str) -> MarkId {
    let digest = sha256(&[b"farthing sign-ups of a network 1", network.as_bytes()].concat());
    MarkId::from_bytes(digest.as_bytes().first_chunk().copied().unwrap_or_default())
}

impl SignUps {
    /// Whether its time is over: then it says nothing any more.
    #[must_use]
    pub fn is_over(&self, at: Instant) -> bool {
        self.until <= at
    }

    fn begun(mark: MarkId, by: SignUpBy, of: &str, limit: SignUpLimit, at: Instant) -> Result<Self, ReasonCode> {
        let until = at.checked_add_seconds(limit.seconds).ok_or(ReasonCode::ServiceFault)?;
        Ok(Self { mark, by, of: of.to_owned(), from: at, until, count: 0, refused: 0 })
    }
}

/// Counts one more of `mark`; the row to write, and whether it is still within the limit.
fn count(
    context: &Context<'_>,
    mark: MarkId,
    (by, of): (SignUpBy, &str),
    limit: SignUpLimit,
) -> Result<(Change, bool), ReasonCode> {
    let running = context.state.sign_ups(mark).filter(|row| !row.is_over(context.at)).cloned();
    let row = match running {
        Some(row) => row,
        None => SignUps::begun(mark, by, of, limit, context.at)?,
    };
    let fits = row.count < limit.count;
    let row = if fits {
        SignUps { count: row.count.saturating_add(1), ..row }
    } else {
        SignUps { refused: row.refused.saturating_add(1), ..row }
    };
    Ok((Change::Noted(Noted::SignUps(row)), fits))
}

/// One more wallet from a network. What is refused is counted, too, for staff to see.
pub(crate) fn count_network(context: &mut Context<'_>, network: &str) -> Result<Change, ReasonCode> {
    let limit = context.settings.sign_ups.network;
    let (change, fits) = count(context, network_mark(network), (SignUpBy::Network, network), limit)?;
    if fits {
        return Ok(change);
    }
    context.push(change);
    Err(ReasonCode::SignUpNetwork)
}

/// One more wallet that a line vouches for.
pub(crate) fn count_line(context: &mut Context<'_>, line: MarkId) -> Result<Change, ReasonCode> {
    let (change, fits) = count(context, line, (SignUpBy::Line, ""), context.settings.sign_ups.line)?;
    if fits {
        return Ok(change);
    }
    context.push(change);
    Err(ReasonCode::SignUpLine)
}

/// Forgets counts whose time is over; those that run on, or began anew meanwhile, stay.
pub(crate) fn forget(context: &mut Context<'_>, marks: &[MarkId]) -> Result<Accepted, Refusal> {
    let rows = marks.iter().filter_map(|mark| context.state.sign_ups(*mark));
    let over: Vec<SignUps> = rows.filter(|row| row.is_over(context.at)).cloned().collect();
    let forgotten = over.len();
    over.into_iter().for_each(|row| context.push(Change::Forgotten(Noted::SignUps(row))));
    Ok(Accepted::Forgotten { sign_ups: forgotten })
}

/// Nobody's: it is listed with all others.
pub(crate) const NOBODY: PayeeId = PayeeId::from_bytes([0; 16]);

pub(crate) const fn key(mark: MarkId) -> Key {
    Key::Noted(NotedKey::SignUps(mark))
}

impl State {
    pub(crate) fn sign_ups(&self, mark: MarkId) -> Option<&SignUps> {
        match self.row(&key(mark)) {
            Some(Row::Noted(Noted::SignUps(row))) => Some(row),
            _ => None,
        }
    }
}
