//! Published vectors, under `FARTHING_SHARED` (default `../shared` beside the repository).

use std::path::PathBuf;

/// The parsed file, or `None` after saying aloud that it is not there.
pub(crate) fn vectors(path: &str) -> Option<serde_json::Value> {
    let file = root().join("vectors").join(path);
    let Ok(bytes) = std::fs::read(&file) else {
        println!("not run: {} is not there", file.display());
        return None;
    };
    Some(serde_json::from_slice(&bytes).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "a test's own setting: where the published vectors are")]
fn root() -> PathBuf {
    std::env::var_os("FARTHING_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}
