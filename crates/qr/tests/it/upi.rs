//! UPI links.

use qr::{Scheme, UpiAnswer, UpiClaim, Verdict, inspect, is_address};
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
fn an_amount_is_added_to_an_unsigned_link_only_and_nothing_else_changes() {
    let (link, _) = qr::UpiLink::parse("upi://pay?pa=shop@bank&pn=A%20B&mc=8398");
    assert_eq!(link.with_amount("33").unwrap(), "upi://pay?pa=shop@bank&pn=A%20B&mc=8398&am=33");
    let (signed, _) = qr::UpiLink::parse("upi://pay?pa=shop@bank&sign=MEQ");
    assert_eq!(signed.with_amount("33"), Err(qr::AmendError::Signed));
}

#[test]
fn web_links_are_judged_without_a_call() {
    for (link, verdict, code) in [
        ("https://pay.example/x", Verdict::Unverified, None),
        ("http://pay.example/x", Verdict::Suspicious, Some("link_not_https")),
        ("javascript:alert(1)", Verdict::Dangerous, Some("link_scheme_forbidden")),
        ("intent://pay#Intent;end", Verdict::Dangerous, Some("link_scheme_forbidden")),
        ("https://bank.example@evil.example/", Verdict::Dangerous, Some("link_userinfo")),
        ("https://0x7f000001/", Verdict::Dangerous, Some("link_host_disguised_ip")),
        ("https://127.0.0.1/", Verdict::Suspicious, Some("link_host_ip")),
        ("https://x.example:8443/", Verdict::Suspicious, Some("link_port")),
        ("https://x.example/app.apk?v=1", Verdict::Dangerous, Some("link_download")),
        ("https://x.example/\u{202E}gnp", Verdict::Suspicious, Some("text_bidi")),
        ("https://%65vil.example/", Verdict::Dangerous, Some("link_host_escaped")),
        ("ppe://mandate?pa=a@b", Verdict::Suspicious, Some("link_scheme_unknown")),
    ] {
        let seen = inspect(link, None, money::Instant::EPOCH);
        let named = code.is_none_or(|code| seen.findings.iter().any(|found| found.code == code));
        assert!(seen.verdict == verdict && named, "{link}: {:?} {:?}", seen.verdict, seen.findings);
    }
}

#[test]
fn published_links_are_judged_as_published() {
    let Some(cases) = crate::vectors::cases("upi-deep-links.json") else { return };
    for case in &cases {
        let expect = case["expect"].as_str().unwrap();
        if let Some(address) = case["vpa"].as_str() {
            assert_eq!(is_address(address), expect == "valid", "{}", case["id"]);
        }
        if let Some(answer) = case["intent_response"].as_str() {
            let answer = UpiAnswer::parse(answer);
            assert!(expect.starts_with(answer.claim().name()), "{}: {answer:?}", case["id"]);
            let id = expect.split_once("txnId ").map(|(_, id)| id.trim_matches('"'));
            assert!(id.is_none_or(|id| answer.field("txnid") == Some(id)), "{}: {answer:?}", case["id"]);
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

#[test]
fn an_app_that_contradicts_itself_claims_nothing() {
    for (answer, claim) in [
        ("Status=SUCCESS&responseCode=00", UpiClaim::Success),
        ("STATUS=success", UpiClaim::Success),
        ("Status=SUCCESS&responseCode=U30", UpiClaim::Unknown),
        ("Status=SUCCESS&Status=FAILURE", UpiClaim::Unknown),
        ("Status=SUCCESSFUL", UpiClaim::Unknown),
        ("Status=", UpiClaim::Unknown),
        ("txnId=A1&responseCode=00", UpiClaim::Unknown),
        ("Status=SUBMITTED", UpiClaim::Pending),
        ("Status=FAILED", UpiClaim::Failure),
        ("", UpiClaim::Cancelled),
        ("  ", UpiClaim::Cancelled),
        ("null", UpiClaim::Cancelled),
    ] {
        assert_eq!(UpiAnswer::parse(answer).claim(), claim, "{answer}");
    }
}
