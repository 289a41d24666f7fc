//! No file is longer than a person reads in one sitting.

use super::{Finding, is_generated, is_rust, is_script};

const CODE_LINES_MAX: usize = 600;
const ARCHITECTURE_LINES_MAX: usize = 300;

pub(super) fn check(path: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    let most = if path == "ARCHITECTURE.md" {
        ARCHITECTURE_LINES_MAX
    } else if (is_rust(path) || is_script(path)) && !is_generated(path) {
        CODE_LINES_MAX
    } else {
        return None;
    };
    (lines > most).then(|| Finding::about(path, format!("has {lines} lines, more than {most}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_lines(path: &str, lines: usize, expected: Option<&str>) {
        let found = check(path, &"x\n".repeat(lines)).map(|finding| finding.what);
        assert_eq!(found.as_deref(), expected, "{path} with {lines} lines");
    }

    #[test]
    fn long_files_are_found() {
        check_lines("crates/qr/src/lib.rs", 600, None);
        check_lines("crates/qr/src/lib.rs", 601, Some("has 601 lines, more than 600"));
        check_lines("web/src/app/routes.tsx", 601, Some("has 601 lines, more than 600"));
        check_lines("web/src/api/generated/types.ts", 5000, None);
        check_lines("docs/api.md", 5000, None);
        check_lines("ARCHITECTURE.md", 300, None);
        check_lines("ARCHITECTURE.md", 301, Some("has 301 lines, more than 300"));
    }
}
