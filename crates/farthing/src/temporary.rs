//! A folder that is removed at the end, or one the user named and keeps.

use std::path::{Path, PathBuf};

use crate::failure::{Failure, failed};

/// A data folder for this run.
pub(crate) enum Folder {
    /// Removed when this value is dropped.
    Temporary(tempfile::TempDir),
    /// The user's.
    Kept(PathBuf),
}

impl Folder {
    /// The user's folder, or a temporary one.
    pub(crate) fn or_temporary(named: Option<PathBuf>) -> Result<Self, Failure> {
        match named {
            Some(path) => Ok(Self::Kept(path)),
            None => tempfile::Builder::new()
                .prefix("farthing-")
                .tempdir()
                .map(Self::Temporary)
                .map_err(failed("cannot make a temporary folder")),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Kept(path) => path,
        }
    }

    /// Whether it is removed at the end.
    pub(crate) const fn is_temporary(&self) -> bool {
        matches!(self, Self::Temporary(_))
    }
}
