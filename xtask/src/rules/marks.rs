//! No unfinished work and no test that is switched off.

use super::{Finding, is_code, is_rule, is_rust, is_script, numbered};

/// In Rust: `todo!` and `unimplemented!` panic, `#[ignore]` hides a test.
const RUST: &[&str] = &["todo!", "unimplemented!", "#[ignore"];
/// In TypeScript: one hides the other tests, the other hides this one. (In Rust, `.skip(` is an iterator's.)
const SCRIPT: &[&str] = &[".only(", ".skip("];
/// In any code.
const ANY: &[&str] = &["FIXME"];

pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    if !is_code(path) || is_rule(path) {
        return Vec::new();
    }
    let marks = || {
        let rust = RUST.iter().filter(|_| is_rust(path));
        let script = SCRIPT.iter().filter(|_| is_script(path));
        ANY.iter().chain(rust).chain(script)
    };
    numbered(text)
        .flat_map(|(number, line)| marks().filter(|mark| line.contains(**mark)).map(move |mark| (number, mark)))
        .map(|(number, mark)| Finding::at(path, number, format!("`{mark}` must not stay in the sources")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_line(path: &str, line: &str, expected: Option<&str>) {
        let found = check(path, &format!("first\n{line}\n"));
        let found: Vec<(Option<usize>, String)> = found.into_iter().map(|f| (f.line, f.what)).collect();
        let expected: Vec<_> =
            expected.map(|mark| (Some(2), format!("`{mark}` must not stay in the sources"))).into_iter().collect();
        assert_eq!(found, expected, "{path}: {line}");
    }

    #[test]
    fn unfinished_work_and_hidden_tests_are_found() {
        check_line("crates/qr/src/tlv.rs", "    todo!()", Some("todo!"));
        check_line("crates/qr/src/tlv.rs", "unimplemented!(\"later\")", Some("unimplemented!"));
        check_line("crates/qr/tests/it.rs", "#[ignore]", Some("#[ignore"));
        check_line("crates/qr/tests/it.rs", "#[ignore = \"slow\"]", Some("#[ignore"));
        check_line("web/e2e/pay.spec.ts", "test.only('pays', …)", Some(".only("));
        check_line("web/e2e/pay.spec.ts", "test.skip('pays', …)", Some(".skip("));
        check_line("web/src/ui/a.css", "/* FIXME */", Some("FIXME"));
    }

    #[test]
    fn what_only_looks_alike_is_left_alone() {
        check_line("crates/qr/src/tlv.rs", "items.iter().skip(1)", None);
        check_line("web/src/ui/list.ts", "// todo!", None);
        check_line("CONTRIBUTING.md", "`todo!` and FIXME are refused", None);
        check_line("web/src/api/generated/types.ts", "// FIXME", None);
        check_line("xtask/src/rules/marks.rs", "todo!", None);
    }
}
