//! [`Kept`]: what is kept about a payer's security besides wallet and devices. One kind of row for all of it, so that a
//! new sort needs no new table; each is led by its payer.

use money::{DeviceId, Instant, PayerId, SessionId};
use protocol::SessionKind;
use serde::{Deserialize, Serialize};

use crate::dossiers::DossierRow;
use crate::identity::Identity;
use crate::limits;
use crate::own_limits::OwnLimits;
use crate::passkey::Passkeys;
use crate::pin::PaymentPin;
use crate::recovery::Recovery;
use crate::state::{Key, Row, State};
use crate::step_up::Approval;
use crate::usage::Usage;

/// Names one kept row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptKey {
    /// What a device may do now, and its sessions.
    Standing(DeviceId),
    /// Whose brake is on, and what was approved.
    Guard(PayerId),
    /// What was used of every limit.
    Usage(PayerId),
    /// The limits the payer set.
    OwnLimits(PayerId),
    /// The payment PIN.
    Pin(PayerId),
    /// The passkeys.
    Passkeys(PayerId),
    /// How they pay.
    Dossier(PayerId),
    /// How they could come back.
    Recovery(PayerId),
    /// Who they are.
    Identity(PayerId),
}

/// One kept row: personal, encrypted at rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each holds the row of the key of the same name")]
pub enum Kept {
    Standing(Standing),
    Guard(Guard),
    Usage(Usage),
    OwnLimits(OwnLimits),
    Pin(PaymentPin),
    Passkeys(Passkeys),
    Dossier(DossierRow),
    Recovery(Recovery),
    Identity(Identity),
}

impl KeptKey {
    /// The word its kind is stored under.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Standing(_) => "standing",
            Self::Guard(_) => "guard",
            Self::Usage(_) => "usage",
            Self::OwnLimits(_) => "own_limits",
            Self::Pin(_) => "pin",
            Self::Passkeys(_) => "passkeys",
            Self::Dossier(_) => "dossier",
            Self::Recovery(_) => "recovery",
            Self::Identity(_) => "identity",
        }
    }

    /// The id it is stored under.
    #[must_use]
    pub const fn id(&self) -> &[u8; 16] {
        match self {
            Self::Standing(device) => device.as_bytes(),
            Self::Guard(payer)
            | Self::Usage(payer)
            | Self::OwnLimits(payer)
            | Self::Pin(payer)
            | Self::Passkeys(payer)
            | Self::Dossier(payer)
            | Self::Recovery(payer)
            | Self::Identity(payer) => payer.as_bytes(),
        }
    }
}

impl Kept {
    /// Its key.
    #[must_use]
    pub const fn key(&self) -> KeptKey {
        match self {
            Self::Standing(row) => KeptKey::Standing(row.device),
            Self::Guard(row) => KeptKey::Guard(row.payer),
            Self::Usage(row) => KeptKey::Usage(row.payer),
            Self::OwnLimits(row) => KeptKey::OwnLimits(row.payer),
            Self::Pin(row) => KeptKey::Pin(row.payer),
            Self::Passkeys(row) => KeptKey::Passkeys(row.payer),
            Self::Dossier(row) => KeptKey::Dossier(row.payer),
            Self::Recovery(row) => KeptKey::Recovery(row.payer),
            Self::Identity(row) => KeptKey::Identity(row.payer),
        }
    }

    /// Whose it is.
    #[must_use]
    pub const fn payer(&self) -> PayerId {
        match self {
            Self::Standing(row) => row.payer,
            Self::Guard(row) => row.payer,
            Self::Usage(row) => row.payer,
            Self::OwnLimits(row) => row.payer,
            Self::Pin(row) => row.payer,
            Self::Passkeys(row) => row.payer,
            Self::Dossier(row) => row.payer,
            Self::Recovery(row) => row.payer,
            Self::Identity(row) => row.payer,
        }
    }
}

/// What a device may do now, and its sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The device.
    pub device: DeviceId,
    /// Whose it is.
    pub payer: PayerId,
    /// Whose machine it is; once shared, it stays so.
    #[serde(default)]
    pub kind: SessionKind,
    /// From when it may do more than look and freeze.
    pub usable_from: Instant,
    /// Whether two recovery factors bound it: it may thaw what a lost device froze.
    #[serde(default)]
    pub recovered: bool,
    /// From when another device that asked for it may revoke this one without a further check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocable_from: Option<Instant>,
    /// Its sessions that were not ended, oldest first; at most [`limits::SESSIONS_PER_DEVICE_MAX`].
    pub sessions: Vec<Session>,
}

/// One log-in of a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The session.
    pub id: SessionId,
    /// On whose machine.
    #[serde(default)]
    pub kind: SessionKind,
    /// How often it was refreshed: only the refresh token of this generation is good.
    pub generation: u32,
    /// Since when.
    pub opened_at: Instant,
    /// When it last fetched a token.
    pub last_at: Instant,
    /// From which network, cut short.
    pub place: String,
}

/// Whose brake is on, what was approved, and what it could be approved with: all a payment needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Whose wallet.
    pub payer: PayerId,
    /// The device that froze it.
    pub frozen_by: Option<DeviceId>,
    /// Approvals that were not used, oldest first; at most [`limits::APPROVALS_MAX`].
    #[serde(default)]
    pub approvals: Vec<Approval>,
    /// From when the payment PIN approves, if there is one.
    #[serde(default)]
    pub pin_from: Option<Instant>,
    /// From when a passkey approves, if there is one.
    #[serde(default)]
    pub passkey_from: Option<Instant>,
    /// From when a passkey approves whose hardware is vouched for, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attested_from: Option<Instant>,
}

impl Guard {
    /// One that guards nothing.
    #[must_use]
    pub const fn none(payer: PayerId) -> Self {
        Self { payer, frozen_by: None, approvals: Vec::new(), pin_from: None, passkey_from: None, attested_from: None }
    }
}

impl Session {
    /// A session that begins at `at`.
    #[must_use]
    pub const fn new(id: SessionId, kind: SessionKind, at: Instant, place: String) -> Self {
        Self { id, kind, generation: 0, opened_at: at, last_at: at, place }
    }

    /// Whether neither its idle nor its absolute life is over.
    #[must_use]
    pub fn is_live(&self, at: Instant) -> bool {
        let before = |from: Instant, seconds| from.checked_add_seconds(seconds).is_some_and(|end| at < end);
        let (life, idle) = match self.kind {
            SessionKind::Own => (limits::SESSION_LIFE_SECONDS, limits::SESSION_IDLE_SECONDS),
            SessionKind::Shared => (limits::SHARED_LIFE_SECONDS, limits::SHARED_IDLE_SECONDS),
        };
        before(self.opened_at, life) && before(self.last_at, idle)
    }
}

impl Standing {
    /// Its session of this id, if it was not ended and is not over.
    #[must_use]
    pub fn live(&self, session: SessionId, at: Instant) -> Option<&Session> {
        self.sessions.iter().find(|known| known.id == session && known.is_live(at))
    }

    /// With one more session; those that are over go, and then the ones longest unused.
    #[must_use]
    pub(crate) fn with(mut self, session: Session) -> Self {
        self.sessions.retain(|known| known.is_live(session.opened_at));
        while self.sessions.len() >= limits::SESSIONS_PER_DEVICE_MAX {
            let Some(oldest) = self.sessions.iter().map(|known| known.last_at).min() else { break };
            let Some(at) = self.sessions.iter().position(|known| known.last_at == oldest) else { break };
            self.sessions.remove(at);
        }
        self.sessions.push(session);
        self
    }

    /// Without this session.
    #[must_use]
    pub(crate) fn without(mut self, session: SessionId) -> Self {
        self.sessions.retain(|known| known.id != session);
        self
    }
}

/// The typed readers of kept rows.
impl State {
    pub(crate) fn standing(&self, device: DeviceId) -> Option<&Standing> {
        match self.row(&Key::Kept(KeptKey::Standing(device))) {
            Some(Row::Kept(Kept::Standing(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn guard(&self, payer: PayerId) -> Option<&Guard> {
        match self.row(&Key::Kept(KeptKey::Guard(payer))) {
            Some(Row::Kept(Kept::Guard(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn pin(&self, payer: PayerId) -> Option<&PaymentPin> {
        match self.row(&Key::Kept(KeptKey::Pin(payer))) {
            Some(Row::Kept(Kept::Pin(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn recovery(&self, payer: PayerId) -> Option<&Recovery> {
        match self.row(&Key::Kept(KeptKey::Recovery(payer))) {
            Some(Row::Kept(Kept::Recovery(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn passkeys(&self, payer: PayerId) -> Option<&Passkeys> {
        match self.row(&Key::Kept(KeptKey::Passkeys(payer))) {
            Some(Row::Kept(Kept::Passkeys(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn usage(&self, payer: PayerId) -> Option<&Usage> {
        match self.row(&Key::Kept(KeptKey::Usage(payer))) {
            Some(Row::Kept(Kept::Usage(row))) => Some(row),
            _ => None,
        }
    }

    pub(crate) fn own_limits(&self, payer: PayerId) -> Option<&OwnLimits> {
        match self.row(&Key::Kept(KeptKey::OwnLimits(payer))) {
            Some(Row::Kept(Kept::OwnLimits(row))) => Some(row),
            _ => None,
        }
    }
}

/// The kept rows such a command reads.
pub(crate) fn recovery_keys(payer: PayerId, wanted: &mut Vec<Key>) {
    wanted.extend([Key::Kept(KeptKey::Guard(payer)), Key::Kept(KeptKey::Recovery(payer))]);
}

/// The kept rows such a command reads.
pub(crate) fn passkey_keys(payer: PayerId, wanted: &mut Vec<Key>) {
    wanted.extend([Key::Kept(KeptKey::Guard(payer)), Key::Kept(KeptKey::Passkeys(payer))]);
}

/// The kept rows such a command reads.
pub(crate) fn pin_keys(payer: PayerId, wanted: &mut Vec<Key>) {
    wanted.extend([Key::Kept(KeptKey::Guard(payer)), Key::Kept(KeptKey::Pin(payer))]);
}

/// The kept rows such a command reads.
pub(crate) fn limit_keys(payer: PayerId, wanted: &mut Vec<Key>) {
    let asked_of = [KeptKey::Usage(payer), KeptKey::OwnLimits(payer), KeptKey::Identity(payer)];
    wanted.extend(asked_of.map(Key::Kept));
}
