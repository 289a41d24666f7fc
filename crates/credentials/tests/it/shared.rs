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

/// Every JSON file of a folder and of those below it, by its path; `None` after saying aloud that it is not there.
pub(crate) fn folder(path: &str) -> Option<Vec<(String, serde_json::Value)>> {
    let start = root().join("vectors").join(path);
    let (mut found, mut open) = (Vec::new(), vec![start.clone()]);
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            println!("not run: {} is not there", folder.display());
            return None;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let name = path.strip_prefix(&start).unwrap().to_string_lossy().into_owned();
                found.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    Some(found)
}
