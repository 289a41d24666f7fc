//! `farthing qr inspect --check`: a file of test vectors, and where this program agrees with it.

use std::collections::BTreeMap;
use std::path::Path;

use money::Instant;
use qr::{Inspection, Network, Scheme, TrustedKeys, UpiAnswer, UpiLink, Verdict};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::failure::{Failure, failed};
use crate::output::{BAD, FAINT, GOOD, Output, table};

/// Bytes of a vector file; the published ones have 300 kB.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Cases between two words of progress.
const PROGRESS_CASES: usize = 64;
/// What a case may be about; the first that it has.
const SUBJECTS: &[&str] = &["payload", "base64", "uri", "vpa", "intent_response", "input"];

/// How one profile fared.
#[derive(Debug, Default, Serialize)]
struct Tally {
    cases: u64,
    agree: u64,
    disagree: u64,
    not_compared: u64,
}

/// A case answered otherwise than the file says.
#[derive(Debug, Serialize)]
struct Disagreement {
    id: String,
    profile: String,
    /// What differs: `valid`, `tree`, `fields` …
    what: &'static str,
    expected: String,
    answered: String,
}

/// With `--json`: everything.
#[derive(Debug, Serialize)]
struct Report {
    file: String,
    total: Tally,
    profiles: BTreeMap<String, Tally>,
    disagreements: Vec<Disagreement>,
}

/// Runs the file; fails with exit code 1 when an answer differs.
pub(crate) fn run(file: &Path, keys: Option<&TrustedKeys>, now: Instant, output: &mut Output) -> Result<(), Failure> {
    let cases = read(file)?;
    let mut report = Report {
        file: file.display().to_string(),
        total: Tally::default(),
        profiles: BTreeMap::new(),
        disagreements: Vec::new(),
    };
    for (index, case) in cases.iter().enumerate() {
        if index % PROGRESS_CASES == 0 {
            output.ticker(&format!("{index} of {} cases", cases.len()));
        }
        let found = Case::of(case, index, file)?.compare(keys, now);
        let tally = report.profiles.entry(found.profile.clone()).or_default();
        for tally in [tally, &mut report.total] {
            tally.cases += 1;
            match (found.compared, found.differences.is_empty()) {
                (false, _) => tally.not_compared += 1,
                (true, true) => tally.agree += 1,
                (true, false) => tally.disagree += 1,
            }
        }
        let (id, profile) = (found.id, found.profile);
        report.disagreements.extend(found.differences.into_iter().map(|(what, expected, answered)| Disagreement {
            id: id.clone(),
            profile: profile.clone(),
            what,
            expected,
            answered,
        }));
    }
    if output.is_json() {
        output.object(&report)?
    } else {
        show(&report, output)
    }
    match report.total.disagree {
        0 => Ok(()),
        count => Err(Failure::new(format!("{count} of {} cases are answered otherwise", report.total.cases))),
    }
}

fn read(file: &Path) -> Result<Vec<Value>, Failure> {
    let path = file.display();
    let size = std::fs::metadata(file).map_err(failed(format!("cannot read `{path}`")))?.len();
    if size > FILE_BYTES_MAX {
        return Err(Failure::new(format!("`{path}` has {size} bytes")).hint(format!("at most {FILE_BYTES_MAX}")));
    }
    let bytes = std::fs::read(file).map_err(failed(format!("cannot read `{path}`")))?;
    let parsed: Value = serde_json::from_slice(&bytes).map_err(failed(format!("`{path}` is not JSON")))?;
    let cases = match parsed {
        Value::Object(mut object) => object.remove("cases"),
        list @ Value::Array(_) => Some(list),
        _ => None,
    };
    match cases {
        Some(Value::Array(cases)) if !cases.is_empty() => Ok(cases),
        _ => Err(Failure::new(format!("`{path}` holds no test vectors"))
            .hint("a vector file is a JSON object with a list `cases` of objects with `expect`")),
    }
}

fn show(report: &Report, output: &mut Output) {
    let row = |name: &str, tally: &Tally| {
        let share = tally.agree.saturating_mul(100).checked_div(tally.agree.saturating_add(tally.disagree));
        let mut row = vec![name.to_owned()];
        row.extend([tally.cases, tally.agree, tally.disagree, tally.not_compared].map(|count| count.to_string()));
        row.push(share.map_or_else(|| "–".to_owned(), |share| format!("{share}%")));
        row
    };
    let mut rows: Vec<_> = report.profiles.iter().map(|(name, tally)| row(name, tally)).collect();
    rows.push(row("total", &report.total));
    let headings = ["profile", "cases", "agree", "differ", "not compared", "agreement"];
    output.lines(&table(&headings, &rows, &[1, 2, 3, 4, 5]));
    for found in &report.disagreements {
        let Disagreement { id, profile, what, expected, answered } = found;
        output.line(&format!(
            "  {BAD}{id}{BAD:#} {FAINT}{profile}{FAINT:#} {what}: expected {GOOD}{expected}{GOOD:#}, answered {answered}"
        ));
    }
}

/// One case of a file.
struct Case<'a> {
    id: String,
    subject: &'static str,
    text: &'a str,
    expect: &'a str,
    all: &'a Map<String, Value>,
}

/// What came of it.
struct Found {
    id: String,
    profile: String,
    compared: bool,
    differences: Vec<Difference>,
}

/// What differs, what the file says, and what was answered.
type Difference = (&'static str, String, String);

impl<'a> Case<'a> {
    fn of(case: &'a Value, index: usize, file: &Path) -> Result<Self, Failure> {
        let unknown = |what: &str| {
            let number = index.saturating_add(1);
            Failure::new(format!("case {number} of `{}` {what}", file.display()))
                .hint(format!("a case has `expect` and one of {}", SUBJECTS.join(", ")))
        };
        let all = case.as_object().ok_or_else(|| unknown("is not an object"))?;
        let text = |name: &str| all.get(name).and_then(Value::as_str);
        let expect = text("expect").ok_or_else(|| unknown("has no `expect`"))?;
        let subject = SUBJECTS.iter().find_map(|&subject| Some((subject, text(subject)?)));
        let (subject, about) = subject.ok_or_else(|| unknown("is about nothing known here"))?;
        let id = text("id").or_else(|| text("statement"));
        let id = id.map_or_else(|| format!("{} {about}", index.saturating_add(1)), str::to_owned);
        Ok(Self { id, subject, text: about, expect, all })
    }

    fn compare(&self, keys: Option<&TrustedKeys>, now: Instant) -> Found {
        let now = self.get("valid_at_ms").as_i64().map_or(now, Instant::from_unix_millis);
        let mut differences = Vec::new();
        let mut compared = true;
        match self.subject {
            "payload" => self.merchant(&qr::inspect(self.text, keys, now), &mut differences),
            "base64" => self.consumer(&qr::inspect(self.text, keys, now), &mut differences),
            "uri" => self.link(&qr::inspect(self.text, keys, now), &mut differences),
            "vpa" => self.valid(qr::is_address(self.text), &mut differences),
            "intent_response" => self.answer(&mut differences),
            // Hosts and mailboxes are judged as a link to them is, names as they would be shown.
            _ => match self.get("kind").as_str() {
                Some("idn") => self.host(keys, now, &mut differences),
                Some("local_part") => {
                    let address = format!("mailto:{}@example.com", self.text);
                    self.alarm(is_doubted(&address, keys, now), &mut differences);
                }
                Some("quoted_string") => self.alarm(is_odd_name(self.text), &mut differences),
                Some("email_address") => self.mailbox(keys, now, &mut differences),
                _ => compared = false,
            },
        }
        Found { id: self.id.clone(), profile: self.profile(), compared, differences }
    }

    fn get(&self, name: &str) -> &Value {
        self.all.get(name).unwrap_or(&Value::Null)
    }

    fn profile(&self) -> String {
        let named = self.get("profile").as_str().or_else(|| self.get("kind").as_str());
        named.map_or_else(
            || match self.subject {
                "base64" => "EMVCo-CPM".to_owned(),
                "payload" => "EMVCo".to_owned(),
                subject => format!("UPI {subject}"),
            },
            str::to_owned,
        )
    }

    fn valid(&self, answered: bool, differences: &mut Vec<Difference>) {
        // A code that adds up in bytes only is refused: see docs/codes.md.
        let refused = ["invalid", "ambiguous", "not-upi"].iter().any(|word| self.expect.starts_with(word));
        if answered == refused {
            let word = if answered { "valid" } else { "invalid" };
            differences.push(("valid", self.expect.to_owned(), word.to_owned()));
        }
    }

    /// Everything that a case of a merchant-presented code says.
    fn merchant(&self, seen: &Inspection, differences: &mut Vec<Difference>) {
        self.valid(seen.valid, differences);
        if seen.verdict == Verdict::Trusted {
            differences.push(("verdict", "not trusted".to_owned(), "trusted".to_owned()));
        }
        if self.expect.starts_with("valid") {
            self.same("tree", &seen.tree, differences);
            self.same("fields", &seen.fields, differences);
            self.same("profile", &seen.network, differences);
        }
        if let Some(strict) = self.get("strict_findings").as_array().filter(|_| seen.valid)
            && strict.is_empty() != seen.is_strict()
        {
            let findings = seen.findings.iter().map(|found| found.code).collect::<Vec<_>>().join(", ");
            differences.push(("strict", self.get("strict_findings").to_string(), findings));
        }
        // The number is Bakong's own: a text that names no account of Bakong gets none.
        let number = self.get("bakong_error_code").as_u64().filter(|_| seen.network == Some(Network::Khqr));
        let given: Vec<u64> = seen.findings.iter().filter_map(|found| found.bakong_error_code.map(u64::from)).collect();
        if let Some(number) = number.filter(|number| !given.contains(number)) {
            differences.push(("bakong_error_code", number.to_string(), format!("{given:?}")));
        }
    }

    /// `"Name" <name@host>`, or an address alone.
    fn mailbox(&self, keys: Option<&TrustedKeys>, now: Instant, differences: &mut Vec<Difference>) {
        let (name, address) =
            self.text.split_once('<').map_or(("", self.text), |(name, rest)| (name, rest.trim_end_matches('>')));
        let odd = is_odd_name(name.trim().trim_matches('"'));
        let doubted = address.contains('@') && is_doubted(&format!("mailto:{address}"), keys, now);
        self.alarm(odd || doubted, differences);
    }

    fn alarm(&self, answered: bool, differences: &mut Vec<Difference>) {
        if answered != (self.expect == "attack") {
            let word = if answered { "attack" } else { "safe" };
            differences.push(("verdict", self.expect.to_owned(), word.to_owned()));
        }
    }

    fn consumer(&self, seen: &Inspection, differences: &mut Vec<Difference>) {
        self.valid(seen.valid, differences);
        self.same("tree", &seen.tree, differences);
    }

    fn link(&self, seen: &Inspection, differences: &mut Vec<Difference>) {
        if self.expect.starts_with("sign is") {
            let broken = seen.scheme != Scheme::Upi
                || !seen.valid
                || seen.findings.iter().any(|found| found.code == "upi_signature_shape");
            if broken != self.expect.contains("malformed") {
                differences.push(("sign", self.expect.to_owned(), format!("broken: {broken}")));
            }
            return;
        }
        self.valid(seen.valid && seen.scheme == Scheme::Upi, differences);
        let fields = serde_json::to_value(&seen.fields).unwrap_or_default();
        for (name, value) in self.get("fields").as_object().into_iter().flatten() {
            let answered = fields.get(name).unwrap_or(&Value::Null);
            if answered != value {
                differences.push(("fields", format!("{name}={value}"), answered.to_string()));
            }
        }
        self.amended(differences);
    }

    /// What becomes of the link when the payer enters an amount.
    fn amended(&self, differences: &mut Vec<Difference>) {
        let (link, _) = UpiLink::parse(self.text);
        let amount = self.get("amend").get("am").and_then(Value::as_str);
        if amount.is_none() && !self.expect.contains("must be refused") && !self.text.contains("sign=") {
            return;
        }
        let texts = |name| self.get(name).as_array().into_iter().flatten().filter_map(Value::as_str);
        match link.with_amount(amount.unwrap_or("1")) {
            Ok(amended) => {
                let kept = texts("amended_must_keep").all(|part| amended.contains(part));
                let clean = texts("amended_must_not_contain").all(|part| !amended.contains(part));
                if !kept || !clean || amended.contains("sign=") {
                    differences.push(("amended", self.expect.to_owned(), amended));
                }
            }
            Err(error) if amount.is_some() => {
                differences.push(("amended", self.expect.to_owned(), error.to_string()));
            }
            Err(_) => {}
        }
    }

    fn answer(&self, differences: &mut Vec<Difference>) {
        let answer = UpiAnswer::parse(self.text);
        let claim = answer.claim().name();
        let id = self.expect.split_once("txnId ").map(|(_, id)| id.trim_matches('"'));
        if !self.expect.starts_with(claim) || id.is_some_and(|id| answer.field("txnid") != Some(id)) {
            differences.push(("claim", self.expect.to_owned(), claim.to_owned()));
        }
    }

    fn host(&self, keys: Option<&TrustedKeys>, now: Instant, differences: &mut Vec<Difference>) {
        let seen = qr::inspect(&format!("https://{}/", self.text), keys, now);
        let warned = matches!(seen.verdict, Verdict::Suspicious | Verdict::Dangerous | Verdict::Invalid);
        if warned != (self.expect == "attack") {
            let word = if warned { "warned of" } else { "nothing found" };
            differences.push(("verdict", self.expect.to_owned(), word.to_owned()));
        }
    }

    /// The case's own value of this name, where it has one, beside ours.
    fn same(&self, name: &'static str, answered: &impl Serialize, differences: &mut Vec<Difference>) {
        let expected = self.get(name);
        let answered = serde_json::to_value(answered).unwrap_or_default();
        if !expected.is_null() && *expected != answered {
            differences.push((name, expected.to_string(), answered.to_string()));
        }
    }
}

fn is_doubted(text: &str, keys: Option<&TrustedKeys>, now: Instant) -> bool {
    qr::inspect(text, keys, now).verdict != Verdict::Unverified
}

fn is_odd_name(text: &str) -> bool {
    qr::shown(text).findings.iter().any(|finding| finding.weight >= qr::Weight::Warns)
}
