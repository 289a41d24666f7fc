//! What must not compile.

#[test]
fn authorities_and_decisions_cannot_be_forged_copied_or_read_from_text() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
}
