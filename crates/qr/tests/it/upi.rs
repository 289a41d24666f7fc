//! UPI links.

use qr::{Scheme, Verdict, inspect, is_address};
use serde_json::Value;

#[track_caller]
fn check(link: &str, verdict: Verdict, code: Option<&str>) {
    let seen = inspect(link, None, money::Instant::EPOCH);
    assert_eq!((seen.scheme, seen.verdict), (Scheme::Upi, verdict), "{link}: {:?}", seen.findings);
    assert!(
        code.is_none_or(|code| seen.findings.iter().any(|found| found.code == code)),
        "{link}: {:?}",
        seen.findings
    );
}

#[test]
fn links_are_judged() {
    check("upi://pay?pa=shop@bank&pn=Shop&am=10.50&cu=INR", Verdict::Unverified, None);
    check("  UPI://PAY?PA=shop@bank  ", Verdict::Unverified, None);
    check("upi://mandate?pa=shop@bank", Verdict::Invalid, Some("upi_action_unsupported"));
    check("upi://pay?pn=Shop", Verdict::Invalid, Some("upi_payee_missing"));
    check("upi://pay?pa=shop@1bank", Verdict::Invalid, Some("upi_address_format"));
    check("upi://pay?pa=shop@bank&pa=thief@bank", Verdict::Invalid, Some("upi_key_repeated"));
    check("upi://pay?pa=shop@bank&am=0.00", Verdict::Invalid, Some("upi_amount_format"));
    check("upi://pay?pa=shop@bank&am=1.001", Verdict::Invalid, Some("upi_amount_format"));
    check("upi://pay?pa=shop@bank&cu=USD", Verdict::Invalid, Some("upi_currency_format"));
    check("upi://pay?pa=shop@bank&pn=%G1", Verdict::Invalid, Some("upi_escape_broken"));
    check("upi://pay?pa=shop@bank&sign=abc", Verdict::Suspicious, Some("upi_signature_shape"));
}

#[test]
fn published_links_are_judged_as_published() {
    let Some(cases) = crate::vectors::cases("upi-deep-links.json") else { return };
    for case in &cases {
        let expect = case["expect"].as_str().unwrap();
        if let Some(address) = case["vpa"].as_str() {
            assert_eq!(is_address(address), expect == "valid", "{}", case["id"]);
        }
        let Some(link) = case["uri"].as_str() else { continue };
        let seen = inspect(link, None, money::Instant::EPOCH);
        let refused = matches!(expect, "invalid" | "not-upi");
        assert_eq!(
            seen.valid && seen.scheme == Scheme::Upi,
            !refused && link.trim_start().len() > 4 && !link.starts_with("ppe:"),
            "{}: {seen:?}",
            case["id"]
        );
        if let Some(fields) = case["fields"].as_object() {
            let read = serde_json::to_value(&seen.fields).unwrap();
            for (name, value) in fields {
                assert!(read.get(name).unwrap_or(&Value::Null) == value, "{} {name}: {read}", case["id"]);
            }
        }
        let shaped = !seen.findings.iter().any(|found| found.code == "upi_signature_shape");
        assert!(case["sign_is_der"] != Value::Bool(true) || shaped, "{}", case["id"]);
    }
}
