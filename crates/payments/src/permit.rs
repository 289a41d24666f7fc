//! Permits: what staff and the server's own workers may do. Each is made in one place and consumed by value.

/// May do what staff may. Made only for a caller the operating system let open `admin.sock`, or for the process
/// that holds the data folder's lock.
#[derive(Debug)]
pub struct StaffPermit(());

/// May do what time makes due: expire holds and intents, count what was appended.
#[derive(Debug)]
pub struct SystemPermit(());

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
