//! `docs/qr-inspect.md` names every finding with its weight and sentences, and every key of the answer.

use std::fmt::Write;
use std::path::Path;

use money::Language;
use qr::FindingKind;

const BEGIN: &str = "<!-- findings: written by the test -->\n";
const END: &str = "<!-- end of findings -->";

#[expect(clippy::disallowed_methods, reason = "a test's own setting: whether to write the page anew")]
fn is_update() -> bool {
    std::env::var_os("FARTHING_UPDATE_DOCS").is_some()
}

fn table() -> String {
    let mut table = "| code | weight | 한국어 | English |\n|---|---|---|---|\n".to_owned();
    for &kind in FindingKind::ALL {
        let (code, weight) = (kind.code(), kind.weight().name());
        let (ko, en) = (kind.text(Language::Ko), kind.text(Language::En));
        writeln!(table, "| `{code}` | {weight} | {ko} | {en} |").unwrap();
    }
    table
}

#[test]
fn the_page_lists_the_findings_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/qr-inspect.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).unwrap();
    let (written, tail) = rest.split_once(END).unwrap();
    if is_update() {
        std::fs::write(&path, format!("{head}{BEGIN}{}{END}{tail}", table())).unwrap();
        return;
    }
    assert!(written == table(), "docs/qr-inspect.md is old: FARTHING_UPDATE_DOCS=1 cargo test -p qr document");
}

#[test]
fn the_page_names_every_key_of_an_answer() {
    let page = include_str!("../../../../docs/qr-inspect.md");
    let texts = [
        crate::fixture::make(&crate::fixture::code()),
        "upi://pay?pa=a@b&pn=A&am=1&cu=INR&tr=1&mc=5411&tn=x&sign=MEQ".to_owned(),
        "hello".to_owned(),
    ];
    for text in texts {
        let seen = qr::inspect(&text, Some(&crate::fixture::keys()), crate::fixture::now());
        let seen = serde_json::to_value(&seen).unwrap();
        let keys = seen.as_object().unwrap().keys().chain(seen["fields"].as_object().unwrap().keys());
        for key in keys {
            assert!(page.contains(&format!("`{key}`")), "`{key}` is not in docs/qr-inspect.md");
        }
    }
    let codes: std::collections::BTreeSet<_> = FindingKind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(codes.len(), FindingKind::ALL.len(), "a code stands twice");
}
