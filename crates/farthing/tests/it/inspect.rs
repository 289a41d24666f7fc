//! `farthing qr inspect` on what no honest camera sees: each broken text has its named finding in its place, one line a
//! payload, and the program ends well.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::program::{farthing, json, run, run_with_input, text};

/// A plain code of the standard, to be broken.
fn plain() -> String {
    let account = [(0, "com.example"), (1, "1234")];
    let code = qr::PayloadBuilder::new().value(0, "01").value(1, "11").template(26, &account).value(52, "5814");
    code.value(53, "410").value(58, "KR").value(59, "HANBIT").value(60, "SEOUL").encode().unwrap()
}

/// The same with other objects, closed by a right checksum.
fn closed(body: &str) -> String {
    let open = format!("{body}6304");
    let crc = open.bytes().fold(0xFFFF_u16, |crc, byte| {
        (0..8)
            .fold(crc ^ (u16::from(byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    });
    format!("{open}{crc:04X}")
}

/// What the program says of bytes, line by line.
fn inspected(args: &[&str], input: &[u8]) -> (Vec<Value>, Option<i32>) {
    let mut child = farthing()
        .args([&["qr", "inspect"], args].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feeding = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    feeding.join().unwrap().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{said}");
    (said.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), output.status.code())
}

#[track_caller]
fn check(input: &[u8], verdict: &str, finding: &str, at: usize) {
    let (lines, code) = inspected(&[], &[input, b"\n"].concat());
    let [line] = &lines[..] else { panic!("one payload, one line: {lines:?}") };
    let found = line["findings"].as_array().unwrap();
    let shown: String = String::from_utf8_lossy(input).chars().take(120).collect();
    assert!(found.iter().any(|found| found["code"] == finding && found["at"] == at), "{shown}: {found:?}");
    assert_eq!((line["verdict"].as_str(), code), (Some(verdict), Some(0)), "{shown}: {found:?}");
}

#[test]
fn broken_texts_have_a_named_finding_in_its_place() {
    let good = plain();
    let (open, crc) = good.split_at(good.len() - 4);
    let crc_at = good.len() - 4;
    // Size and bytes.
    check(&vec![b'A'; 1_000_000], "invalid", "too_long", 8_192);
    check("한".repeat(400_000).as_bytes(), "invalid", "too_long", 2_730);
    check(&[b"00020101", &[0xFF, 0xFE][..]].concat(), "invalid", "not_utf8", 8);
    check(&[0xC3, 0x28], "invalid", "not_utf8", 0);
    check(&[0xED, 0xA0, 0x80], "invalid", "not_utf8", 0);
    check(b"0002\x0001", "invalid", "truncated", 6);
    check(closed("000201010211265\u{0}").as_bytes(), "invalid", "length_not_digits", 14);
    check(closed(&good[..crc_at - 4].replace("HANBIT", "HAN\u{0}IT")).as_bytes(), "invalid", "control_character", 67);
    // The checksum.
    check(open.as_bytes(), "invalid", "truncated", crc_at - 4);
    check(&good.as_bytes()[..crc_at - 4], "invalid", "crc_missing", crc_at - 4);
    check(format!("{open}{}", crc.to_lowercase()).as_bytes(), "unverified", "crc_lower_case", crc_at - 4);
    check(format!("{open}ZZZZ").as_bytes(), "invalid", "crc_not_hex", crc_at);
    check(format!("{open}ａｂｃｄ").as_bytes(), "invalid", "crc_not_hex", crc_at);
    check(format!("{open}0000").as_bytes(), "invalid", "crc_mismatch", crc_at);
    check(format!("{good}9901A").as_bytes(), "invalid", "crc_not_last", crc_at - 4);
    // Lengths and digits.
    check(good.replacen("5906", "5999", 1).as_bytes(), "invalid", "truncated", 60);
    check(good.replacen("5204", "52-4", 1).as_bytes(), "invalid", "length_not_digits", 41);
    check(good.replacen("0102", "０１02", 1).as_bytes(), "invalid", "id_not_digits", 6);
    check(good.replacen("5906", "59６6", 1).as_bytes(), "invalid", "length_not_digits", 62);
    check(closed(&good[..crc_at - 4].replace("5204", "5206")).as_bytes(), "invalid", "truncated", 49);
    // The same object twice.
    let twice = format!("{}5204{}", &good[..crc_at - 4], "4111");
    check(closed(&twice).as_bytes(), "invalid", "root_id_repeated", crc_at - 4);
    check(
        closed(&format!("{}54014540{}", &good[..crc_at - 4], "15")).as_bytes(),
        "invalid",
        "root_id_repeated",
        crc_at + 1,
    );
    let inner = good[..crc_at - 4].replace("26230011com.example01041234", "26310011com.example0104123401045678");
    check(closed(&inner).as_bytes(), "unverified", "id_repeated", 39);
}

#[test]
fn nesting_without_end_is_named_and_ends_well() {
    // Consumer-presented codes nest: 61 in 61 in 61.
    let nested = (0..120).fold(vec![0x4F_u8, 0x00], |inner, _| {
        let mut outer = vec![0x61];
        match u8::try_from(inner.len()) {
            Ok(short @ 0..=0x7F) => outer.push(short),
            _ => {
                outer.extend([0x82, u8::try_from(inner.len() >> 8).unwrap(), u8::try_from(inner.len() & 0xFF).unwrap()])
            }
        }
        outer.extend(inner);
        outer
    });
    let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, nested);
    let (lines, code) = inspected(&[], text.as_bytes());
    assert_eq!(
        (lines[0]["scheme"].as_str(), lines[0]["verdict"].as_str(), code),
        (Some("emv-cpm"), Some("invalid"), Some(0))
    );
    assert!(lines[0]["findings"].to_string().contains("ber_too_deep"), "{}", lines[0]);
    // Templates of a merchant-presented code do not nest without end: what stands deeper is text.
    let deep = (0..20).fold("0001A".to_owned(), |inner, _| format!("50{:02}{inner}", inner.len().min(99)));
    let deep: String = deep.chars().take(95).collect();
    let (lines, code) = inspected(&[], closed(&format!("00020162{:02}{deep}", deep.len())).as_bytes());
    assert_eq!((lines.len(), code), (1, Some(0)));
    // Links in links in links.
    let link = (0..40).fold("https://example.org/".to_owned(), |inner, _| format!("https://example.org/?u={inner}"));
    let (lines, code) = inspected(&[], link.as_bytes());
    assert_eq!((lines[0]["verdict"].as_str(), code), (Some("suspicious"), Some(0)));
}

#[test]
fn each_payload_is_one_line_whatever_stands_beside_it() {
    let input =
        [plain().as_bytes(), b"\n\xFF\xFF\n\n", plain().as_bytes(), b"\r\n", &[b'9'; 20_000], b"\nhello"].concat();
    let (lines, code) = inspected(&[], &input);
    let verdicts: Vec<&str> = lines.iter().map(|line| line["verdict"].as_str().unwrap()).collect();
    assert_eq!((verdicts, code), (vec!["unverified", "invalid", "unverified", "invalid", "invalid"], Some(0)));
    assert_eq!(lines[0], lines[2], "a carriage return before the line feed belongs to neither");
    let (none, code) = inspected(&[], b"");
    assert_eq!((none.len(), code), (0, Some(0)));
}

#[test]
fn the_moment_of_judging_is_the_one_that_was_named() {
    // PayNow: the last day is 28 November 2026, in Singapore.
    let account = [(0, "SG.PAYNOW"), (1, "2"), (2, "197401143C"), (3, "1"), (4, "20261128")];
    let code = qr::PayloadBuilder::new().value(0, "01").value(1, "12").template(26, &account).value(52, "0000");
    let code = code.value(53, "702").value(54, "1.50").value(58, "SG").value(59, "TEST").value(60, "Singapore");
    let code = code.encode().unwrap();
    let at = |now: &str| inspected(&["--now", now], code.as_bytes()).0[0]["verdict"].clone();
    assert_eq!(at("2026-11-28T15:59:59Z"), "unverified");
    assert_eq!(at("2026-11-28T16:00:00Z"), "expired");
    let refused = run_with_input(&["qr", "inspect", "--now", "tomorrow"], &code);
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn a_vector_file_is_run_and_its_agreement_printed_by_profile() {
    let folder = tempfile::tempdir().unwrap();
    let file = text(&folder.path().join("cases.json"));
    let cases = serde_json::json!({ "cases": [
        { "id": "a", "profile": "EMVCo", "payload": plain(), "expect": "valid" },
        { "id": "b", "profile": "EMVCo", "payload": plain(), "expect": "invalid" },
        { "id": "c", "profile": "PIX", "payload": format!("{}x", plain()), "expect": "invalid" },
        { "id": "d", "profile": "UPI", "uri": "upi://pay?pa=shop@bank&am=1.00&cu=INR", "expect": "valid" },
    ] });
    std::fs::write(&file, cases.to_string()).unwrap();
    let output = run(&["qr", "inspect", "--check", &file, "--json"]);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    crate::document::assert_documented("qr inspect --check", &said);
    assert_eq!((&said["total"]["cases"], &said["total"]["agree"]), (&4.into(), &3.into()), "{said}");
    assert_eq!(output.status.code(), Some(1), "a disagreement is a failure");
    assert_eq!((&said["profiles"]["PIX"]["agree"], &said["profiles"]["EMVCo"]["disagree"]), (&1.into(), &1.into()));
    let [wrong] = said["disagreements"].as_array().unwrap().as_slice() else { panic!("one disagrees: {said}") };
    assert_eq!((&wrong["id"], &wrong["profile"]), (&"b".into(), &"EMVCo".into()), "{wrong}");
    let words = String::from_utf8(run(&["qr", "inspect", "--check", &file]).stdout).unwrap();
    assert!(words.contains("EMVCo") && words.contains("PIX") && words.contains("UPI"), "{words}");
    let missing = run(&["qr", "inspect", "--check", "no-such-file.json"]);
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn a_picture_is_read_as_well_and_two_codes_are_two_lines() {
    let folder = tempfile::tempdir().unwrap();
    let picture = text(&folder.path().join("code.png"));
    let args = ["qr", "make", "plain", "--name", "HANBIT", "--city", "SEOUL", "--account", "26:com.example:1234"];
    let made = run(&[&args[..], &["--png", &picture]].concat());
    assert!(made.status.success(), "{made:?}");
    let seen = json(&["qr", "inspect", "--png", &picture]);
    assert_eq!((&seen["verdict"], &seen["fields"]["merchant_name"]), (&"unverified".into(), &"HANBIT".into()));
    let strict = json(&["qr", "inspect", "--strict", "--png", &picture]);
    assert_eq!(strict["valid"], true);
}

#[test]
fn attacks_on_a_small_town_are_counted_as_documented() {
    let args = ["attack", "sticker-swap", "--seed", "7", "--days", "2", "--payers", "12", "--merchants", "24"];
    let said = json(&[&args[..], &["--campaigns", "3", "--json"]].concat());
    crate::document::assert_documented("attack sticker-swap", &said);
    assert_eq!((said["days"].as_u64(), said["kinds"].as_array().map(Vec::len)), (Some(2), Some(3)), "{said}");
    let scans = |name: &str| said[name].as_u64().unwrap();
    assert!(scans("scans") > 20 && scans("swapped_scans") <= scans("scans"), "{said}");
    assert_eq!(scans("honest_scans") + scans("swapped_scans"), scans("scans"));
    let again = json(&[&args[..], &["--campaigns", "3", "--json"]].concat());
    assert_eq!(said, again, "the same seed, the same figures");
    let folder = tempfile::tempdir().unwrap();
    let svg = text(&folder.path().join("noticed.svg"));
    let words = run(&[&args[..], &["--campaigns", "3", "--svg", &svg]].concat());
    let words = String::from_utf8(words.stdout).unwrap();
    assert!(words.contains("false alarms") && words.contains("median to alert"), "{words}");
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg "));
}
