//! What is written down says what the server does.

use std::path::Path;

/// Compares with a file of the repository, or writes it when asked to.
#[track_caller]
fn check(name: &str, expected: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    #[expect(clippy::disallowed_methods, reason = "whether to write instead of compare is the developer's to say")]
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, expected).unwrap();
        return;
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == expected,
        "docs/{name} is old; write it anew: UPDATE_SNAPSHOTS=1 cargo test -p server documents"
    );
}

#[test]
fn the_openapi_document_is_the_written_one() {
    check("openapi.json", &server::openapi());
}

#[test]
fn the_reason_catalogue_is_the_written_one() {
    check("reasons.md", &server::reasons_markdown());
}
