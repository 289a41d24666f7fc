//! What a scanned text is, field by field, with a verdict: the answer of `POST /v1/qr/inspect`.

use std::collections::BTreeMap;

use money::{Instant, ReasonCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::finding::{Finding, FindingKind, Findings, Weight};
use crate::link;
use crate::names::{self, KnownNames};
use crate::profiles::{self, Network};
use crate::{
    BerObject, CodeError, Element, Initiation, Payload, TrustedKeys, UpiLink, checkout, cpm, crc, dynamic, layout,
    limits, sticker, tlv, upi,
};

/// What kind of text was scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum Scheme {
    /// An EMVCo merchant-presented code.
    #[serde(rename = "emv-mpm")]
    EmvMpm,
    /// An EMVCo consumer-presented code.
    #[serde(rename = "emv-cpm")]
    EmvCpm,
    /// A UPI payment link.
    #[serde(rename = "upi")]
    Upi,
    /// A link, judged by what it says alone.
    #[serde(rename = "link")]
    Link,
    /// Neither.
    #[serde(rename = "unknown")]
    Unknown,
}

/// What to make of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Signed by a key that the pinned root vouches for, unchanged and in time.
    Trusted,
    /// Nobody vouches for it, nobody contradicts it.
    Unverified,
    /// It claims to be ours and cannot show it.
    Suspicious,
    /// It was changed after it was signed.
    Dangerous,
    /// It is no readable code.
    Invalid,
    /// Genuine, but not valid at this moment.
    Expired,
}

impl Verdict {
    /// Which of two verdicts says more against a code.
    const fn gravity(self) -> u8 {
        match self {
            Self::Trusted => 0,
            Self::Unverified => 1,
            Self::Suspicious => 2,
            Self::Expired => 3,
            Self::Invalid => 4,
            Self::Dangerous => 5,
        }
    }
}

/// Something wrong, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingView {
    /// A stable name, e.g. `crc_mismatch` or `name_missing`.
    pub code: &'static str,
    /// The character (not byte) concerned, from 0.
    pub at: usize,
    /// What it means: `notes`, `strays`, `breaks`, `warns`, `refuses` or `alarms`.
    pub weight: &'static str,
    /// The error number of Bakong's own kit, for a KHQR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bakong_error_code: Option<u16>,
}

/// One data object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ElementView {
    /// Two digits.
    pub id: String,
    /// Characters of the value.
    pub len: usize,
    /// The value as it stands.
    pub value: String,
    /// The objects of a template.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub sub: Vec<ElementView>,
}

/// One data object of a consumer-presented code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BerView {
    /// Hexadecimal, upper case.
    pub tag: String,
    /// Bytes of the value.
    pub len: usize,
    /// The value, hexadecimal, upper case.
    pub hex: String,
    /// The objects of a template.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub sub: Vec<BerView>,
}

/// One data object of either kind of code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum NodeView {
    /// Of a merchant-presented code.
    Emv(ElementView),
    /// Of a consumer-presented code.
    Ber(BerView),
}

/// One way to be paid that a code names (IDs 02–51).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AccountView {
    /// Two digits.
    pub id: String,
    /// The whole value of a primitive object (02–25).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The globally unique identifier of a template (26–51).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guid: Option<String>,
    /// The other objects of a template, by ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<BTreeMap<String, String>>,
}

/// The fields of an EMVCo code by name; absent ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldsView {
    /// `static` or `dynamic` (ID 01).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiation: Option<&'static str>,
    /// Merchant category code (ID 52).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcc: Option<String>,
    /// ISO 4217 number (ID 53).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency_numeric: Option<String>,
    /// As written (ID 54).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Tip or fee indicator (ID 55).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tip: Option<String>,
    /// Fixed fee (ID 56).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee_fixed: Option<String>,
    /// Percentage fee (ID 57).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee_percent: Option<String>,
    /// ISO 3166-1 alpha-2 (ID 58).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// ID 59.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_name: Option<String>,
    /// ID 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_city: Option<String>,
    /// ID 61.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// IDs 02–51.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<AccountView>,
    /// The objects of ID 62, by ID.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub additional: BTreeMap<String, String>,
    /// The objects of ID 64, by ID.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub language: BTreeMap<String, String>,
    /// UPI: the payee's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pa: Option<String>,
    /// UPI: the payee's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pn: Option<String>,
    /// UPI: the amount as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub am: Option<String>,
    /// UPI: the amount in paise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub am_minor: Option<u64>,
    /// UPI: the currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cu: Option<String>,
    /// UPI: the reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tr: Option<String>,
    /// UPI: the merchant category; absent for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mc: Option<String>,
    /// UPI: the note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tn: Option<String>,
    /// UPI: the signature as written; nothing follows from its being there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign: Option<String>,
}

/// Everything there is to say about a scanned text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Inspection {
    /// What kind of text it is.
    pub scheme: Scheme,
    /// The payment network it names, if it is one we know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// Whether structure and checksum hold. It says nothing about who made the code.
    pub valid: bool,
    /// What is wrong: one hard error, or broken rules of the standard.
    pub findings: Vec<FindingView>,
    /// The data objects, also when only the checksum is wrong.
    pub tree: Vec<NodeView>,
    /// The same by name.
    pub fields: FieldsView,
    /// What to make of it.
    pub verdict: Verdict,
    /// Why, in order of precedence; empty for a trusted code.
    pub reasons: Vec<ReasonCode>,
    /// For a code of ours: how old the reader's knowledge of withdrawn keys and stickers is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revocation_age_seconds: Option<i64>,
}

impl Inspection {
    /// Whether it is valid and breaks no rule of the standard either.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        let mild = |finding: &FindingView| matches!(finding.weight, "notes" | "strays" | "warns");
        self.valid && self.findings.iter().all(mild)
    }

    /// The same, when more is known than the text says: the verdict never gets better by it.
    #[must_use]
    pub fn lowered(mut self, verdict: Verdict, reasons: &[ReasonCode]) -> Self {
        if self.verdict.gravity() < verdict.gravity() {
            self.verdict = verdict;
        }
        self.reasons.extend_from_slice(reasons);
        self.reasons.sort_unstable();
        self.reasons.dedup();
        self
    }

    /// Bytes that are no text: nothing was read, and the first bad byte is named.
    #[must_use]
    pub fn not_text(valid_up_to: usize) -> Self {
        let findings = vec![view(FindingKind::NotUtf8.at(valid_up_to), Network::Emvco, &[])];
        Self { scheme: Scheme::Unknown, findings, reasons: vec![ReasonCode::CodeMalformed], ..empty(Verdict::Invalid) }
    }
}

/// Says what a scanned text is. Without `keys` no code is ever `Trusted`.
#[must_use]
pub fn inspect(text: &str, keys: Option<&TrustedKeys>, now: Instant) -> Inspection {
    inspect_among(text, keys, now, &KnownNames::default())
}

/// [`inspect`], by someone who knows payees: names and hosts that imitate theirs are found too.
#[must_use]
pub fn inspect_among(text: &str, keys: Option<&TrustedKeys>, now: Instant, known: &KnownNames) -> Inspection {
    if text.len() > limits::SCANNED_BYTES_MAX {
        let ends = text.char_indices().skip(1).map(|(byte, _)| byte);
        let fit = ends.take_while(|end| *end <= limits::SCANNED_BYTES_MAX).count();
        let finding = view(FindingKind::TooLong.at(fit), Network::Emvco, &[]);
        let unknown = Inspection { scheme: Scheme::Unknown, ..empty(Verdict::Invalid) };
        return Inspection { findings: vec![finding], reasons: vec![ReasonCode::CodeMalformed], ..unknown };
    }
    if is_emv(text) {
        return inspect_emv(text, keys, now, known);
    }
    if upi::is_upi(text) {
        return inspect_upi(text, known);
    }
    if cpm::is_cpm(text) {
        return inspect_cpm(text);
    }
    if link::is_link(text) {
        return inspect_link(text, keys, now, known);
    }
    let kind = if text.is_empty() { FindingKind::Empty } else { FindingKind::Unrecognised };
    Inspection { scheme: Scheme::Unknown, ..unsigned(&[kind.at(0)]) }
}

/// A code opens with its format indicator, ID 00 of two characters (QRCPS-MPM v1.1); one whose objects are out of
/// order still opens with digits and ends in a checksum.
fn is_emv(text: &str) -> bool {
    let opens = text.as_bytes().get(..4).is_some_and(|head| head.iter().all(u8::is_ascii_digit));
    opens && (text.starts_with("000") || text.contains("6304"))
}

fn empty(verdict: Verdict) -> Inspection {
    Inspection {
        scheme: Scheme::EmvMpm,
        network: None,
        valid: false,
        findings: Vec::new(),
        tree: Vec::new(),
        fields: FieldsView::default(),
        verdict,
        reasons: Vec::new(),
        revocation_age_seconds: None,
    }
}

fn inspect_emv(text: &str, keys: Option<&TrustedKeys>, now: Instant, known: &KnownNames) -> Inspection {
    let (elements, broken) = tlv::survey(text);
    let damage = broken.or_else(|| crc::check(text, &elements).err());
    let network = profiles::network(&elements);
    let parsed = Payload::of(elements);
    let mut found = Findings(Vec::new());
    found.0.extend(damage.map(|error| error.kind.finding().at(error.at)));
    // WHY: after an object that cannot be read, everything behind it seems missing; the one finding says enough.
    if broken.is_none() {
        found.0.extend_from_slice(parsed.findings());
        profiles::check(network, parsed.elements(), now, &mut found);
        words(parsed.elements(), known, &mut found);
    }
    let ours = network == Network::Farthing;
    let answer = match (damage, keys) {
        (Some(error), _) if broken.is_some() => Err(CodeError::Malformed(error)),
        (Some(_), _) => dynamic::checksum(text, parsed.elements()),
        (None, Some(keys)) => answer(text, &parsed, keys, now),
        (None, None) if layout::carries_signature(parsed.elements()) => Err(CodeError::UnknownKey),
        (None, None) => Err(CodeError::Unsigned),
    };
    found.withdrawn(answer);
    let refused = found.0.iter().any(|finding| finding.weight >= Weight::Refuses);
    let (verdict, reasons) = judge(answer, ours, keys.is_some(), &found.0);
    Inspection {
        scheme: Scheme::EmvMpm,
        network: (ours || !parsed.elements().is_empty()).then_some(network),
        valid: !refused,
        findings: found.0.iter().map(|&finding| view(finding, network, parsed.elements())).collect(),
        tree: views(parsed.elements()).into_iter().map(NodeView::Emv).collect(),
        fields: fields(&parsed),
        verdict,
        reasons,
        revocation_age_seconds: age(layout::carries_signature(parsed.elements()), keys, now),
    }
}

/// What the signature of either kind of code says.
fn answer(text: &str, parsed: &Payload<'_>, keys: &TrustedKeys, now: Instant) -> Result<(), CodeError> {
    match parsed.initiation() {
        Some(Initiation::Static) => sticker::verify_decoded(text, parsed, keys, now).map(drop),
        _ => dynamic::verify_decoded(text, parsed, keys, now).map(drop),
    }
}

fn age(ours: bool, keys: Option<&TrustedKeys>, now: Instant) -> Option<i64> {
    keys.filter(|_| ours).map(|keys| keys.revocation_age_seconds(now))
}

impl Findings {
    /// What a signature's answer adds to the findings.
    fn withdrawn(&mut self, answer: Result<(), CodeError>) {
        self.add(answer == Err(CodeError::Revoked), FindingKind::CodeRevoked, 0);
        self.add(answer == Err(CodeError::Stale), FindingKind::RevocationStale, 0);
    }
}

/// A link is judged by its text; one of ours by its signature too, and the worse of the two answers stands.
fn inspect_link(text: &str, keys: Option<&TrustedKeys>, now: Instant, known: &KnownNames) -> Inspection {
    let mut found = Findings::default();
    link::check(text, known, &mut found);
    if checkout::is_ours(text) { inspect_checkout(text, keys, now, found) } else { judged_link(&found) }
}

fn judged_link(found: &Findings) -> Inspection {
    let judged = unsigned(&found.0);
    let reason = match judged.verdict {
        Verdict::Dangerous => ReasonCode::LinkDangerous,
        Verdict::Suspicious => ReasonCode::LinkSuspicious,
        Verdict::Invalid => ReasonCode::LinkUnreadable,
        Verdict::Trusted | Verdict::Unverified | Verdict::Expired => ReasonCode::LinkUnverified,
    };
    Inspection { scheme: Scheme::Link, reasons: vec![reason], ..judged }
}

/// A link that says it is a checkout of ours: the worse of what its address and its signature say.
fn inspect_checkout(text: &str, keys: Option<&TrustedKeys>, now: Instant, mut found: Findings) -> Inspection {
    let answer = keys.map_or(Err(CodeError::UnknownKey), |keys| checkout::verify_link(text, keys, now).map(drop));
    let by_text = judged_link(&found);
    let (signed, reasons) = judge(answer, true, keys.is_some(), &found.0);
    found.withdrawn(answer);
    let verdict = match (by_text.verdict, signed) {
        (Verdict::Unverified, signed) => signed,
        (Verdict::Suspicious | Verdict::Invalid, Verdict::Dangerous | Verdict::Expired) => signed,
        (worse, _) => worse,
    };
    let reasons = if reasons.is_empty() && verdict != Verdict::Trusted { by_text.reasons } else { reasons };
    Inspection {
        scheme: Scheme::Link,
        network: Some(Network::Farthing),
        verdict,
        reasons,
        revocation_age_seconds: age(true, keys, now),
        ..unsigned(&found.0)
    }
}

/// The objects that are words for people: name and city (59, 60), the second language (64) and the additional data (62).
fn words(elements: &[Element<'_>], known: &KnownNames, found: &mut Findings) {
    for element in elements {
        match element.id {
            59 | 60 => word(element, known, found),
            62 | 64 => element.children.iter().for_each(|child| word(child, known, found)),
            _ => {}
        }
    }
}

fn word(element: &Element<'_>, known: &KnownNames, found: &mut Findings) {
    let start = element.at.saturating_add(4);
    for finding in names::shown(element.value).findings {
        // WHY: a control character is refused anywhere in a code, and named there.
        if finding.kind != FindingKind::TextControl {
            found.0.push(Finding { at: finding.at.saturating_add(start), ..finding });
        }
    }
    found.add(known.imitates(element.value), FindingKind::NameLikeRegistered, start);
}

fn inspect_cpm(text: &str) -> Inspection {
    let code = cpm::decode_consumer(text);
    let tree = code.objects.iter().map(ber_view).map(NodeView::Ber).collect();
    Inspection { scheme: Scheme::EmvCpm, tree, ..unsigned(&code.findings) }
}

fn inspect_upi(text: &str, known: &KnownNames) -> Inspection {
    let mut found = Findings::default();
    let link = UpiLink::read(text, &mut found);
    for name in ["pn", "tn"] {
        let at = text.find(&format!("{name}=")).and_then(|at| text.get(..at)).map_or(0, |head| head.chars().count());
        let value = link.field(name).unwrap_or_default();
        let hidden = names::shown(value).findings.into_iter();
        found.0.extend(hidden.map(|finding| Finding { at, ..finding }));
        found.add(name == "pn" && known.imitates(value), FindingKind::NameLikeRegistered, at);
    }
    let field =
        |name| link.field(name).filter(|value| !value.is_empty()).map(|value| names::shown(value).text.into_owned());
    let fields = FieldsView {
        pa: field("pa"),
        pn: field("pn"),
        am: field("am"),
        am_minor: link.amount_minor(),
        cu: field("cu"),
        tr: field("tr"),
        mc: field("mc"),
        tn: field("tn"),
        sign: field("sign"),
        ..FieldsView::default()
    };
    Inspection { scheme: Scheme::Upi, network: Some(Network::Upi), fields, ..unsigned(&found.0) }
}

/// What findings alone make of a text that nobody signed.
fn unsigned(found: &[Finding]) -> Inspection {
    let heaviest = found.iter().map(|finding| finding.weight).max();
    let (verdict, reason) = match heaviest {
        Some(Weight::Alarms) => (Verdict::Dangerous, ReasonCode::CodeUnsigned),
        Some(Weight::Refuses) => (Verdict::Invalid, ReasonCode::CodeMalformed),
        Some(Weight::Warns) => (Verdict::Suspicious, ReasonCode::CodeUnsigned),
        _ => (Verdict::Unverified, ReasonCode::CodeUnsigned),
    };
    Inspection {
        valid: !found.iter().any(|finding| finding.weight >= Weight::Refuses),
        findings: found.iter().map(|&finding| view(finding, Network::Emvco, &[])).collect(),
        reasons: vec![reason],
        ..empty(verdict)
    }
}

fn ber_view(object: &BerObject) -> BerView {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<String>();
    BerView {
        tag: format!("{:02X}", object.tag),
        len: object.value.len(),
        hex: hex(&object.value),
        sub: object.children.iter().map(ber_view).collect(),
    }
}

/// The signature's answer first; a code that is merely unsigned is judged by what was found in it.
fn judge(answer: Result<(), CodeError>, ours: bool, keys: bool, found: &[Finding]) -> (Verdict, Vec<ReasonCode>) {
    let has = |weight: Weight| found.iter().any(|finding| finding.weight == weight);
    let expired = found.iter().any(|finding| finding.kind == FindingKind::CodeExpired);
    match (verdict(answer, ours, keys), answer) {
        (Verdict::Unverified, Err(CodeError::Unsigned)) if has(Weight::Refuses) => {
            (Verdict::Invalid, vec![ReasonCode::CodeMalformed])
        }
        (Verdict::Unverified, Err(CodeError::Unsigned)) if expired => (Verdict::Expired, vec![ReasonCode::CodeExpired]),
        (Verdict::Unverified, Err(CodeError::Unsigned)) if has(Weight::Warns) => {
            (Verdict::Suspicious, vec![ReasonCode::CodeUnsigned])
        }
        (verdict, answer) => (verdict, answer.err().iter().map(CodeError::reason).collect()),
    }
}

fn view(finding: Finding, network: Network, elements: &[Element<'_>]) -> FindingView {
    FindingView {
        code: finding.kind.code(),
        at: finding.at,
        weight: finding.weight.name(),
        bakong_error_code: profiles::number(network, finding, elements),
    }
}

const fn verdict(answer: Result<(), CodeError>, ours: bool, have_keys: bool) -> Verdict {
    match answer {
        Ok(()) => Verdict::Trusted,
        Err(CodeError::Malformed(_)) => Verdict::Invalid,
        Err(CodeError::Unsigned) if ours => Verdict::Suspicious,
        Err(CodeError::Unsigned) => Verdict::Unverified,
        Err(CodeError::UnknownKey) if have_keys => Verdict::Suspicious,
        Err(CodeError::UnknownKey) => Verdict::Unverified,
        Err(CodeError::Altered | CodeError::Revoked) => Verdict::Dangerous,
        Err(CodeError::Stale | CodeError::OtherKind) => Verdict::Unverified,
        Err(CodeError::Expired) => Verdict::Expired,
    }
}

fn views(elements: &[Element<'_>]) -> Vec<ElementView> {
    let view = |element: &Element<'_>| ElementView {
        id: element.id_text(),
        len: element.value.chars().count(),
        value: element.value.to_owned(),
        sub: views(&element.children),
    };
    elements.iter().map(view).collect()
}

fn fields(parsed: &Payload<'_>) -> FieldsView {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let shown = |text: Option<&str>| text.map(|text| names::shown(text).text.into_owned());
    FieldsView {
        initiation: parsed.initiation().map(crate::Initiation::name),
        mcc: owned(parsed.category()),
        currency_numeric: owned(parsed.currency_numeric()),
        amount: owned(parsed.amount()),
        tip: owned(parsed.tip()),
        fee_fixed: owned(parsed.fee_fixed()),
        fee_percent: owned(parsed.fee_percent()),
        country: owned(parsed.country()),
        merchant_name: shown(parsed.merchant_name()),
        merchant_city: shown(parsed.merchant_city()),
        postal_code: owned(parsed.postal_code()),
        accounts: parsed.accounts().map(account).collect(),
        additional: shown_by_id(parsed.additional()),
        language: shown_by_id(parsed.language()),
        ..FieldsView::default()
    }
}

fn account(element: &Element<'_>) -> AccountView {
    let template = tlv::Nesting::of(None, element.id) == tlv::Nesting::Template;
    let others = || element.children.iter().filter(|child| child.id != 0);
    AccountView {
        id: element.id_text(),
        value: (!template).then(|| element.value.to_owned()),
        guid: element.child(0).map(str::to_owned),
        data: template.then(|| by_id(others())),
    }
}

/// The first object of each ID.
fn by_id<'a>(elements: impl IntoIterator<Item = &'a Element<'a>>) -> BTreeMap<String, String> {
    let mut map = BTreeMap::new();
    for element in elements {
        map.entry(element.id_text()).or_insert_with(|| element.value.to_owned());
    }
    map
}

/// The same as people are shown it.
fn shown_by_id<'a>(elements: impl IntoIterator<Item = &'a Element<'a>>) -> BTreeMap<String, String> {
    let shown = |(id, value): (String, String)| (id, names::shown(&value).text.into_owned());
    by_id(elements).into_iter().map(shown).collect()
}
