//! [`PostgresOptions`]: how a node opens the database it shares with others.

use std::path::PathBuf;
use std::sync::Arc;

use money::Secret;
use payments::Settings;

use crate::{Clock, KeySource, limits};

/// How a node opens the database it shares with others.
#[derive(Clone)]
pub struct PostgresOptions {
    /// The database's URL, `postgres://USER:PASSWORD@HOST[,HOST…]/DATABASE`. It may hold a password.
    pub url: Arc<Secret<String>>,
    /// This node's own folder, for the key-encryption key; made, for its owner only, when it is not there.
    pub dir: PathBuf,
    /// What the operator has set.
    pub settings: Settings,
    /// Where the present comes from, instead of the database's clock: for tests and simulated pasts.
    pub clock: Option<Arc<dyn Clock>>,
    /// Where the key-encryption key comes from; the same on every node.
    pub keys: KeySource,
    /// The origin that clients reach all nodes at; nodes with another one are refused.
    pub origin: Option<String>,
    /// Whether this node's settings take the place of those the nodes have agreed on.
    pub change_settings: bool,
    /// Whether settings and origin are those the nodes have agreed on, whatever is said here: for staff who look, and
    /// decide nothing.
    pub as_agreed: bool,
    /// Connections that serve reads, at least one.
    pub readers: usize,
    /// Shown every command before it is decided.
    #[cfg(feature = "testing")]
    pub before_deciding: Option<crate::DecideHook>,
    /// Told each step of a commit.
    #[cfg(feature = "testing")]
    pub after_step: Option<crate::StepHook>,
}

impl std::fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("dir", &self.dir)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl PostgresOptions {
    /// A node with this folder on the database at `url`, by the database's clock.
    #[must_use]
    pub fn new(url: impl Into<String>, dir: impl Into<PathBuf>) -> Self {
        Self {
            url: Arc::new(Secret::new(url.into())),
            dir: dir.into(),
            settings: Settings::default(),
            clock: None,
            keys: KeySource::File,
            origin: None,
            change_settings: false,
            as_agreed: false,
            readers: limits::READERS,
            #[cfg(feature = "testing")]
            before_deciding: None,
            #[cfg(feature = "testing")]
            after_step: None,
        }
    }

    /// With the settings and the origin that the nodes have agreed on.
    #[must_use]
    pub const fn as_agreed(mut self) -> Self {
        self.as_agreed = true;
        self
    }

    /// With these settings.
    #[must_use]
    pub fn settings(mut self, settings: Settings) -> Self {
        self.settings = settings;
        self
    }

    /// With this clock instead of the database's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// With the key-encryption key from there.
    #[must_use]
    pub fn keys(mut self, keys: KeySource) -> Self {
        self.keys = keys;
        self
    }

    /// Reached by clients at this origin.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// With settings that take the place of those the nodes have agreed on: the others stop deciding until they are
    /// restarted with them.
    #[must_use]
    pub const fn change_settings(mut self, change: bool) -> Self {
        self.change_settings = change;
        self
    }

    /// Shows every command to `hook` before it is decided.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn before_deciding(mut self, hook: crate::DecideHook) -> Self {
        self.before_deciding = Some(hook);
        self
    }

    /// Tells `hook` each step of a commit; where it answers true, the connection breaks.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn after_step(mut self, hook: crate::StepHook) -> Self {
        self.after_step = Some(hook);
        self
    }
}
