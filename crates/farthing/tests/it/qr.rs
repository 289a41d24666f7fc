//! Codes through the command line: read, drawn, made.

use std::path::PathBuf;

use serde_json::Value;

use crate::program::{run, run_with_input};

/// A parsed file of the published vectors, or `None` after saying aloud that it is not there.
fn vectors(path: &str) -> Option<Value> {
    let file = root().join("vectors").join(path);
    let Ok(bytes) = std::fs::read(&file) else {
        println!("not run: {} is not there", file.display());
        return None;
    };
    Some(serde_json::from_slice(&bytes).unwrap())
}

#[expect(clippy::disallowed_methods, reason = "a test's own setting: where the published vectors are")]
fn root() -> PathBuf {
    std::env::var_os("FARTHING_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")), PathBuf::from)
}

fn inspected(args: &[&str], payloads: &str) -> (Vec<Value>, bool) {
    let output = run_with_input(&[&["qr", "inspect"], args].concat(), payloads);
    let text = String::from_utf8(output.stdout).unwrap();
    (text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.success())
}

#[test]
fn every_published_valid_code_is_read_one_line_each() {
    let Some(file) = vectors("01-emv-qr/mpm-valid.json") else { return };
    let cases = file["cases"].as_array().unwrap();
    let payloads: Vec<&str> = cases.iter().map(|case| case["payload"].as_str().unwrap()).collect();
    let (inspections, done) = inspected(&[], &format!("{}\n", payloads.join("\n")));
    assert!(done);
    assert_eq!(inspections.len(), cases.len());
    for (case, inspection) in cases.iter().zip(&inspections) {
        // Decision 0014: `v028` has what another published file refuses, and the Brazilian manual forbids.
        assert_eq!(inspection["valid"], case["id"] != "v028", "{}: {inspection}", case["id"]);
        assert_ne!(inspection["verdict"], "trusted");
        let amount = &case["fields"]["amount"];
        assert_eq!(amount.as_str(), inspection["fields"]["amount"].as_str(), "{}", case["id"]);
    }
}

#[test]
fn strict_refuses_what_breaks_a_rule_and_says_so_by_its_exit_code() {
    let plain = run(&[
        "qr",
        "make",
        "plain",
        "--name",
        "SOLIP NOODLES",
        "--city",
        "SAEBYEOK",
        "--category",
        "5812",
        "--amount",
        "7500",
        "--account",
        "26:com.example:1234",
    ]);
    let clean = String::from_utf8(plain.stdout).unwrap();
    let (inspections, done) = inspected(&["--strict", "--now", "2026-11-22T00:00:00Z"], &clean);
    assert!(done && inspections[0]["valid"] == true, "{inspections:?}");
    assert_eq!(inspections[0]["fields"]["amount"], "7500");

    let no_city = "00020101021126380014PH.INSTAPAY.ME03161234567890123456520459995303608540\
                   41.005802PH5913TEST MERCHANT6304";
    let (inspections, done) = inspected(&["--strict"], no_city);
    assert!(!done && inspections[0]["valid"] == false, "{inspections:?}");
}

#[test]
fn a_drawn_code_can_be_scanned() {
    let output = run(&[
        "qr",
        "make",
        "plain",
        "--name",
        "SOLIP NOODLES",
        "--city",
        "SAEBYEOK",
        "--account",
        "26:com.example:1234",
        "--draw",
    ]);
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let (payload, picture) = lines.split_last().unwrap();
    assert_eq!(&scanned(picture), payload);
}

/// Scans the half blocks of a terminal: what is drawn is light.
fn scanned(picture: &[&str]) -> String {
    const SCALE: usize = 4;
    let rows: Vec<Vec<char>> = picture.iter().map(|line| line.chars().collect()).collect();
    let (width, height) = (rows[0].len() * SCALE, rows.len() * 2 * SCALE);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| {
        let (x, y) = (x / SCALE, y / SCALE);
        let cell = rows[y / 2][x];
        let light = if y % 2 == 0 { matches!(cell, '█' | '▀') } else { matches!(cell, '█' | '▄') };
        if light { 255 } else { 0 }
    });
    prepared.detect_grids()[0].decode().unwrap().1
}

#[test]
fn svg_is_a_picture_and_a_wrong_account_is_explained() {
    let args = ["qr", "make", "plain", "--name", "A", "--city", "B", "--account"];
    let svg = run(&[&args[..], &["26:com.example:1", "--svg"]].concat());
    assert!(String::from_utf8(svg.stdout).unwrap().contains("<svg"));
    let wrong = run(&[&args[..], &["99:com.example:1"]].concat());
    assert_eq!(wrong.status.code(), Some(1));
    let said = String::from_utf8(wrong.stderr).unwrap();
    assert_eq!(said, "error: `99:com.example:1` is not ID:GUID:VALUE\n hint: ID is 26 to 51\n");
}
