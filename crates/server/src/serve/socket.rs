//! The admin socket: never open to others, not even for a moment.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::Path;

use tokio::net::UnixListener;

use super::StartError;

/// Binds `path` with mode 0600. A socket nobody answers on is replaced; a served one is left alone.
pub(crate) fn bind(path: &Path) -> Result<UnixListener, StartError> {
    if path.exists() {
        match UnixStream::connect(path) {
            Ok(_) => return Err(StartError::AlreadyServed(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
            Err(source) => return Err(StartError::AdminSocket { path: path.to_owned(), source }),
        }
    }
    private(path).map_err(|source| StartError::AdminSocket { path: path.to_owned(), source })
}

/// INVARIANT: the socket is born inside a folder only we may enter, gets its mode there, and is then moved to its
/// place. So there is no moment in which the process's umask decides who may connect.
fn private(path: &Path) -> io::Result<UnixListener> {
    let folder = path.with_extension("new");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::DirBuilder::new().mode(0o700).create(&folder)?;
    let inner = folder.join("s");
    let listener = UnixListener::bind(&inner)?;
    fs::set_permissions(&inner, fs::Permissions::from_mode(0o600))?;
    fs::rename(&inner, path)?;
    fs::remove_dir(&folder)?;
    Ok(listener)
}
