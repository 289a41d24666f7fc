//! Permits: what staff and the server's own workers may do. Each is made in one place and consumed by value.

use money::{DeviceId, PayerId};

/// May do what staff may. Made only for a caller the operating system let open `admin.sock`, or for the process
/// that holds the data folder's lock.
#[derive(Debug)]
pub struct StaffPermit(());

/// May do what time makes due: expire holds and intents, count what was appended.
#[derive(Debug)]
pub struct SystemPermit(());

/// May look at one payer's own things. Made only for a bound device whose session is live.
#[derive(Debug)]
pub struct ReadPermit {
    payer: PayerId,
    device: DeviceId,
}

impl ReadPermit {
    /// For a device that proved itself, in `server`'s extractor of readers; nowhere else.
    #[must_use]
    pub const fn dangerous_for_proven_device(payer: PayerId, device: DeviceId) -> Self {
        Self { payer, device }
    }

    pub(crate) const fn payer(&self) -> PayerId {
        self.payer
    }

    pub(crate) const fn device(&self) -> DeviceId {
        self.device
    }
}

impl StaffPermit {
    /// For the admin socket and for commands run on an unserved data folder; nowhere else.
    #[must_use]
    pub const fn dangerous_from_operating_system() -> Self {
        Self(())
    }
}

impl SystemPermit {
    /// For the sweeper and the roll-up; nowhere else.
    #[must_use]
    pub const fn dangerous_for_sweeper() -> Self {
        Self(())
    }
}

/// That a passkey's signature was verified. Made only where the library that verifies it is called.
#[derive(Debug)]
pub struct PasskeyPermit(());

impl PasskeyPermit {
    /// For the edge, after WebAuthn's verification; nowhere else.
    #[must_use]
    pub const fn dangerous_after_webauthn() -> Self {
        Self(())
    }
}
