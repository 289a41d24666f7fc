//! What must not compile.

#[test]
fn proofs_cannot_be_copied_made_or_read() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
