//! Purity: what the pure crates are built from holds no door to the world.

use crate::{
    failure::{Failure, Outcome},
    process::Run,
    workspace::pure_crates,
};

/// Packages that bring a runtime, a socket, a database or randomness.
const DOORS: &[&str] = &["tokio", "rusqlite", "axum", "hyper", "rand"];

/// Checks every pure crate with all its features on.
///
/// # Errors
/// At the first crate that depends on a door, with the command that shows how.
pub(crate) fn run() -> Outcome {
    for name in pure_crates() {
        let tree = Run::cargo("tree")
            .args(["--package", name, "--all-features", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
            .read()?;
        if let Some(door) = door_in(&tree) {
            let _ = Run::cargo("tree")
                .args(["--package", name, "--all-features", "--edges", "normal", "--invert", door])
                .go();
            return Err(Failure::new(format!(
                "`{name}` must stay pure, but depends on `{door}` (the tree stands above)"
            )));
        }
    }
    Ok(())
}

fn door_in(tree: &str) -> Option<&'static str> {
    let packages = || tree.lines().filter_map(|line| line.split_whitespace().next());
    DOORS.iter().copied().find(|door| packages().any(|package| package == *door))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tree: &str, expected: Option<&str>) {
        assert_eq!(door_in(tree), expected);
    }

    #[test]
    fn a_door_is_found_by_its_whole_name() {
        check("money v0.1.0 (/somewhere)\nserde v1.0.1\n", None);
        check("money v0.1.0\nrand_core v0.9.0\nhyper-util v0.1.0\n", None);
        check("money v0.1.0\nrand v0.9.0\n", Some("rand"));
        check("store v0.1.0\nrusqlite v0.41.0\ntokio v1.54.0 (*)\n", Some("tokio"));
    }
}
