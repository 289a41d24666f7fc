// What must hold for any text whatever; the properties of `links.rs` and the fuzz target `link` both run it.

/// Judging never panics, places lie inside, the answer is the same twice and its verdict follows from its findings.
fn holds(text: &str) {
    let seen = qr::inspect(text, None, money::Instant::EPOCH);
    let chars = text.chars().count();
    assert!(seen.findings.iter().all(|finding| finding.at <= chars), "{text:?} {:?}", seen.findings);
    assert_eq!(seen, qr::inspect(text, None, money::Instant::EPOCH));
    if seen.scheme == qr::Scheme::Link {
        let dangerous = seen.findings.iter().any(|finding| finding.weight == "alarms");
        assert_eq!(dangerous, seen.verdict == qr::Verdict::Dangerous);
        assert_eq!(seen.reasons.len(), 1);
    }
    let shown = qr::shown(text);
    assert!(shown.findings.iter().all(|finding| finding.at <= chars));
    assert_eq!(qr::shown(&shown.text).text, shown.text);
}
