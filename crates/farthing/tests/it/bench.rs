//! The measurement runs and says everything; how fast it is, no test says.

use crate::document::assert_documented;
use crate::program::{Running, json, run, text};

const KEYS: [&str; 9] = [
    "payments_per_second",
    "p50_ms",
    "p99_ms",
    "p999_ms",
    "cpu_us_per_payment",
    "p256_verify_per_second",
    "store",
    "seconds",
    "payers",
];

#[test]
fn a_short_measurement_gives_every_key_and_loses_no_payment() {
    let report = json(&["--json", "bench", "--seconds", "1", "--rate", "50", "--payers", "10", "--merchants", "2"]);
    for key in KEYS {
        assert!(!report[key].is_null(), "{key} in {report}");
    }
    assert_documented("bench", &report);
    assert_eq!((report["payments"].as_u64(), report["operations"].as_u64()), (Some(50), Some(50)));
    assert_eq!(report["errors"], serde_json::json!({}));
    assert_eq!((report["rate"].as_u64(), report["rate_searched"].as_bool()), (Some(50), Some(false)));
}

#[test]
fn another_server_is_measured_through_its_socket_and_its_books_agree_afterwards() {
    let place = tempfile::tempdir().unwrap();
    let data = text(&place.path().join("data"));
    let server = Running::start(&[
        "--json",
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--test-mode",
        "--no-rate-limits",
        "--risk-shadow",
        "--log",
        "error",
        "--data",
        &data,
    ]);
    assert_documented("serve", &server.first);
    let (url, socket) = (server.text("url"), server.text("admin_socket"));
    let report = json(&[
        "--json",
        "bench",
        "--seconds",
        "1",
        "--rate",
        "20",
        "--payers",
        "5",
        "--merchants",
        "2",
        "--with-intents",
        "--poisson",
        "--url",
        &url,
        "--admin-socket",
        &socket,
    ]);
    assert_eq!((report["payments"].as_u64(), report["with_intents"].as_bool()), (Some(20), Some(true)));
    assert!(report["cpu_us_per_payment"].is_null() && report["store"].is_null());
    assert_eq!(json(&["--json", "ledger", "check", "--data", &data])["ok"], true);
    assert!(server.terminate().0);
}

#[test]
fn a_refusing_server_makes_the_measurement_fail() {
    let place = tempfile::tempdir().unwrap();
    let data = text(&place.path().join("data"));
    // Without test mode nobody can fill a wallet.
    let server = Running::start(&["--json", "serve", "--listen", "127.0.0.1:0", "--log", "error", "--data", &data]);
    let (url, socket) = (server.text("url"), server.text("admin_socket"));
    let output =
        run(&["bench", "--seconds", "1", "--rate", "5", "--payers", "1", "--url", &url, "--admin-socket", &socket]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("error: cannot open wallets"), "{said}");
}
