//! What the tests need on the machine. Missing packages are installed where that is possible; nothing is ever skipped.

use std::path::Path;

use crate::{
    console::say,
    environment::find_program,
    failure::{Failure, Outcome},
    process::Run,
};

/// One thing the tests need.
struct Need {
    name: &'static str,
    is_there: fn() -> bool,
    remedy: Remedy,
}

/// How a missing thing comes onto the machine.
enum Remedy {
    /// Debian packages.
    Packages(&'static [&'static str]),
    /// Something only a person should decide; the sentence says what to do.
    ByHand(&'static str),
}

/// Everything the tests need beside a Rust compiler. To need one more thing, add one row.
const NEEDS: &[Need] = &[
    Need {
        name: "rustfmt",
        is_there: || Run::cargo("fmt").arg("--version").succeeds(),
        remedy: Remedy::ByHand("run `rustup component add rustfmt`"),
    },
    Need {
        name: "clippy",
        is_there: || Run::cargo("clippy").arg("--version").succeeds(),
        remedy: Remedy::ByHand("run `rustup component add clippy`"),
    },
    Need {
        name: "Node.js with npm",
        is_there: || find_program("node").is_some() && find_program("npm").is_some(),
        remedy: Remedy::ByHand("install Node.js 20 or newer, which brings npm"),
    },
    Need { name: "Chromium", is_there: || find_program("chromium").is_some(), remedy: Remedy::Packages(&["chromium"]) },
    Need {
        name: "PostgreSQL 15",
        // Never on the path: the distribution keeps the server's programs in a directory of their own.
        is_there: || Path::new("/usr/lib/postgresql/15/bin/initdb").is_file() || find_program("initdb").is_some(),
        remedy: Remedy::Packages(&["postgresql-15", "util-linux"]),
    },
    Need {
        name: "a Korean font",
        is_there: || Run::new("fc-list").arg(":lang=ko").read().is_ok_and(|fonts| !fonts.trim().is_empty()),
        remedy: Remedy::Packages(&["fontconfig", "fonts-noto-cjk"]),
    },
];

/// Installs what is missing, or says what a person has to install.
///
/// # Errors
/// When something is missing and cannot be installed from here.
pub(crate) fn run() -> Outcome {
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|need| need.name).collect();
    say(&format!("missing: {}", names.join(", ")));
    let can_install = find_program("apt-get").is_some() && is_root();
    match plan(&missing, can_install) {
        Ok(packages) => install(&packages)?,
        Err(todo) => return Err(Failure::new(todo)),
    }
    match missing.iter().find(|need| !(need.is_there)()) {
        Some(need) => Err(Failure::new(format!("{} is still missing after its packages were installed", need.name))),
        None => Ok(()),
    }
}

/// The packages to install, or the sentence that says what a person has to do.
fn plan(missing: &[&Need], can_install: bool) -> Result<Vec<&'static str>, String> {
    let mut packages = Vec::new();
    let mut by_hand = Vec::new();
    for need in missing {
        match need.remedy {
            Remedy::Packages(names) if can_install => packages.extend_from_slice(names),
            Remedy::Packages(names) => {
                by_hand.push(format!("{}: install it (Debian packages: {})", need.name, names.join(" ")));
            }
            Remedy::ByHand(what) => by_hand.push(format!("{}: {what}", need.name)),
        }
    }
    if by_hand.is_empty() {
        return Ok(packages);
    }
    Err(format!("the tests need what this machine does not have\n  {}", by_hand.join("\n  ")))
}

fn install(packages: &[&str]) -> Outcome {
    Run::new("apt-get").arg("update").go()?;
    Run::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .go()
}

fn is_root() -> bool {
    find_program("id").is_some() && Run::new("id").arg("-u").read().is_ok_and(|id| id.trim() == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKAGED: Need = Need { name: "Chromium", is_there: || false, remedy: Remedy::Packages(&["chromium"]) };
    const MANUAL: Need = Need { name: "Node.js", is_there: || false, remedy: Remedy::ByHand("install Node.js") };

    #[track_caller]
    fn check(missing: &[&Need], can_install: bool, expected: Result<&[&str], &str>) {
        match (plan(missing, can_install), expected) {
            (Ok(packages), Ok(expected)) => assert_eq!(packages, expected),
            (Err(sentence), Err(expected)) => assert!(sentence.contains(expected), "{sentence}"),
            (planned, expected) => panic!("planned {planned:?}, expected {expected:?}"),
        }
    }

    #[test]
    fn what_can_be_installed_is_and_the_rest_is_said() {
        check(&[&PACKAGED], true, Ok(&["chromium"]));
        check(&[&PACKAGED], false, Err("Chromium: install it (Debian packages: chromium)"));
        check(&[&MANUAL], true, Err("Node.js: install Node.js"));
        check(&[&PACKAGED, &MANUAL], true, Err("Node.js: install Node.js"));
    }
}
