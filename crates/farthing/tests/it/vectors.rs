//! `farthing qr inspect --check`: agreement with a file of vectors, and what is said of a file that is none.

use serde_json::{Value, json};

use crate::program::run;

const CLEAN: &str = "00020101021126380014PH.INSTAPAY.ME0316123456789012345652045999530360854041.005802PH5913TEST \
                     MERCHANT6006MANILA63044481";

#[track_caller]
fn check(file: &Value, args: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vectors.json");
    std::fs::write(&path, file.to_string()).unwrap();
    let path = path.to_str().unwrap();
    let output = run(&[&["qr", "inspect", "--check", path], args].concat());
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(path, "FILE");
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn agreement_is_shown_by_profile() {
    let file = json!({"cases": [
        {"id": "a", "profile": "QRPH", "payload": CLEAN, "expect": "valid", "strict_findings": []},
        {"id": "b", "profile": "QRPH", "payload": CLEAN.replace("1.00", "9.00"), "expect": "invalid"},
        {"id": "c", "vpa": "shop@bank", "expect": "valid"},
        {"id": "d", "intent_response": "Status=SUBMITTED", "expect": "pending (not paid)"},
        {"id": "e", "kind": "quoted_string", "input": "x", "expect": "safe"},
        {"id": "f", "kind": "idn", "input": "shop.example", "expect": "safe"},
    ]});
    let (code, said, _) = check(&file, &[]);
    assert_eq!(code, 0, "{said}");
    insta::assert_snapshot!(said, @r"
      profile              cases  agree  differ  not compared  agreement
      QRPH                     2      2       0             0       100%
      UPI intent_response      1      1       0             0       100%
      UPI vpa                  1      1       0             0       100%
      idn                      1      1       0             0       100%
      quoted_string            1      1       0             0       100%
      total                    6      6       0             0       100%
    ");
}

#[test]
fn a_difference_is_named_and_fails() {
    let file = json!({"cases": [
        {"id": "a", "profile": "PIX", "payload": CLEAN, "expect": "valid", "fields": {}},
        {"id": "b", "uri": "upi://pay?pa=shop@bank", "expect": "invalid"},
        {"id": "c", "intent_response": "Status=FAILED", "expect": "success"},
    ]});
    let (code, said, error) = check(&file, &["--json"]);
    assert_eq!((code, error.as_str()), (1, "error: 3 of 3 cases are answered otherwise\n"));
    let report: Value = serde_json::from_str(&said).unwrap();
    let whats: Vec<_> = report["disagreements"].as_array().unwrap().iter().map(|found| found["what"].clone()).collect();
    assert_eq!(whats, ["fields", "profile", "valid", "claim"]);
    assert_eq!(report["profiles"]["PIX"]["disagree"], 1);
    assert_eq!(report["total"]["cases"], 3);
    crate::document::assert_documented("qr inspect --check", &report);
}

#[test]
fn a_file_of_another_shape_is_explained() {
    let (code, _, error) = check(&json!({"rows": []}), &[]);
    assert_eq!(code, 1);
    assert!(error.starts_with("error: `FILE` holds no test vectors\n hint: "), "{error}");
    let (_, _, error) = check(&json!({"cases": [{"expect": "valid", "colour": "red"}]}), &[]);
    assert!(error.starts_with("error: case 1 of `FILE` is about nothing known here\n hint: "), "{error}");
    let (_, _, error) = check(&json!({"cases": [{"payload": "x"}]}), &[]);
    assert!(error.starts_with("error: case 1 of `FILE` has no `expect`\n"), "{error}");
}
