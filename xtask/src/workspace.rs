//! The shape of the repository: where it is, and which crates it has.

use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// What a crate may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    /// No clock, no randomness, no socket, no file, no async.
    Pure,
    /// Talks to the world.
    Io,
    /// For tests and development only.
    Dev,
}

impl Right {
    /// As the crate table in ARCHITECTURE.md writes it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Pure => "pure",
            Self::Io => "IO",
            Self::Dev => "dev",
        }
    }
}

/// Every crate under `crates/`, in the order of the table in ARCHITECTURE.md. `tidy` keeps the three in step.
pub(crate) const CRATES: &[(&str, Right)] = &[
    ("money", Right::Pure),
    ("protocol", Right::Pure),
    ("ledger", Right::Pure),
    ("policy", Right::Pure),
    ("risk", Right::Pure),
    ("qr", Right::Pure),
    ("credentials", Right::Pure),
    ("device", Right::Pure),
    ("payments", Right::Pure),
    ("store", Right::Io),
    ("server", Right::Io),
    ("farthing", Right::Io),
    ("simulator", Right::Dev),
    ("testkit", Right::Dev),
    ("test-vfs", Right::Dev),
];

/// The crates that must stay pure.
pub(crate) fn pure_crates() -> impl Iterator<Item = &'static str> {
    CRATES.iter().filter(|(_, right)| *right == Right::Pure).map(|(name, _)| *name)
}

/// The repository's root.
pub(crate) fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Cargo's target folder: two above this very program, so that every way of configuring it is honoured.
///
/// # Errors
/// When the operating system does not say where this program lies.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let program = std::env::current_exe().map_err(Failure::while_doing("find the target folder"))?;
    match program.ancestors().nth(2) {
        Some(folder) => Ok(folder.to_owned()),
        None => Err(Failure::new("could not find the target folder: xtask does not lie in one")),
    }
}
