//! Where packages come from is each machine's own setting; the sources name no registry.

use super::{Finding, numbered};

/// Spelled in parts, so that this file keeps the rule too.
const HOSTS: &[&str] = &[
    concat!("crates", ".", "io"),
    concat!("npmjs", ".", "org"),
    concat!("npmjs", ".", "com"),
    concat!("yarnpkg", ".", "com"),
    concat!("pypi", ".", "org"),
    concat!("pythonhosted", ".", "org"),
    concat!("proxy", ".", "golang", ".", "org"),
];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    match path.rsplit('/').next() {
        // Cargo writes its registry's name for every package and has no setting to leave it out.
        Some("Cargo.lock") => Vec::new(),
        Some("package-lock.json") => resolved_addresses(path, text),
        _ => hosts(path, text),
    }
}

fn hosts(path: &str, text: &str) -> Vec<Finding> {
    numbered(text)
        .filter(|(_, line)| HOSTS.iter().any(|host| line.contains(host)))
        .map(|(number, _)| Finding::at(path, number, "names a package registry"))
        .collect()
}

/// One finding for the whole lock file: all its addresses are left out by one setting.
fn resolved_addresses(path: &str, text: &str) -> Vec<Finding> {
    let with_address = |line: &str| line.trim_start().starts_with("\"resolved\": \"http");
    let first = numbered(text).find(|(_, line)| with_address(line));
    let what = "holds a registry's addresses: put `omit-lockfile-registry-resolved=true` into web/.npmrc \
                and write the lock file anew with `npm install --package-lock-only`";
    first.map(|(number, _)| Finding::at(path, number, what)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_lines(path: &str, text: &str, expected: &[usize]) {
        let found: Vec<usize> = check(path, text).into_iter().filter_map(|finding| finding.line).collect();
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn registry_hosts_are_found_outside_lock_files() {
        for host in HOSTS {
            check_lines("README.md", &format!("see\nhttps://{host}/x\n"), &[2]);
            check_lines("Cargo.lock", &format!("see\nhttps://{host}/x\n"), &[]);
        }
        check_lines("README.md", "crates and io, npm\n", &[]);
    }

    #[test]
    fn the_npm_lock_file_holds_no_addresses() {
        let address = "      \"resolved\": \"https://somewhere.example/react.tgz\",\n";
        check_lines("web/package-lock.json", &format!("{{\n{address}{address}}}\n"), &[2]);
        check_lines("web/package-lock.json", "{\n  \"resolved\": \"packages/own\"\n}\n", &[]);
    }
}
