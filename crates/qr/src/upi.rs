//! UPI links (NPCI UPI linking specification): `upi://pay?pa=…`, read, judged and amended.

use crate::finding::{Finding, FindingKind, Findings};
use crate::limits;

/// A link's fields, in order, names in lower case, values as written and decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpiLink {
    /// What it asks for: `pay`, `mandate`, `collect` …
    pub action: String,
    fields: Vec<UpiField>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct UpiField {
    name: String,
    written: String,
    value: String,
}

/// Why a link may not be amended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmendError {
    /// It is signed: a changed link would no longer be what was signed.
    #[error("a signed link must not be changed")]
    Signed,
}

/// Whether a text is a link of this scheme.
pub(crate) fn is_upi(text: &str) -> bool {
    text.trim().get(..4).is_some_and(|head| head.eq_ignore_ascii_case("upi:"))
}

impl UpiLink {
    /// Reads a link and says what is wrong with it.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<Finding>) {
        let mut found = Findings::default();
        let link = Self::read(text, &mut found);
        (link, found.0)
    }

    /// Reads a link; what is wrong with it is in the findings.
    pub(crate) fn read(text: &str, found: &mut Findings) -> Self {
        let lead = text.chars().take_while(|c| c.is_whitespace()).count();
        let text = text.trim();
        let (head, query) = text.split_once('?').unwrap_or((text, ""));
        let action =
            head.get(4..).unwrap_or_default().trim_start_matches('/').trim_end_matches('/').to_ascii_lowercase();
        found.add(action != "pay", FindingKind::UpiActionUnsupported, lead);
        let mut at = lead.saturating_add(head.chars().count()).saturating_add(1);
        let mut fields: Vec<UpiField> = Vec::new();
        for pair in query.split('&') {
            let (name, written) = pair.split_once('=').unwrap_or((pair, ""));
            let name = name.to_ascii_lowercase();
            let value = decode(written);
            found.add(value.is_none(), FindingKind::UpiEscapeBroken, at);
            found.add(fields.iter().any(|field| field.name == name), FindingKind::UpiKeyRepeated, at);
            if !name.is_empty() && fields.len() < limits::LINK_FIELDS_MAX {
                fields.push(UpiField { name, written: written.to_owned(), value: value.unwrap_or_default() });
            }
            at = at.saturating_add(pair.chars().count()).saturating_add(1);
        }
        let link = Self { action, fields };
        link.check(lead, found);
        link
    }

    /// A field's decoded value.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
    }

    /// Whether it carries a signature; whose, nobody here can tell.
    #[must_use]
    pub fn is_signed(&self) -> bool {
        self.field("sign").is_some_and(|sign| !sign.is_empty())
    }

    /// The amount in paise.
    #[must_use]
    pub fn amount_minor(&self) -> Option<u64> {
        minor(self.field("am")?)
    }

    /// The same link with an amount, everything else as it was written.
    ///
    /// # Errors
    /// [`AmendError::Signed`]: a signature never survives an edit, so a signed link is not edited.
    pub fn with_amount(&self, amount: &str) -> Result<String, AmendError> {
        if self.is_signed() {
            return Err(AmendError::Signed);
        }
        let kept = self.fields.iter().filter(|field| field.name != "am");
        let mut pairs: Vec<String> = kept.map(|field| format!("{}={}", field.name, field.written)).collect();
        pairs.push(format!("am={amount}"));
        Ok(format!("upi://{}?{}", self.action, pairs.join("&")))
    }

    fn check(&self, at: usize, found: &mut Findings) {
        match self.field("pa") {
            None | Some("") => found.add(true, FindingKind::UpiPayeeMissing, at),
            Some(address) => found.add(!is_address(address), FindingKind::UpiAddressFormat, at),
        }
        if let Some(amount) = self.field("am").filter(|amount| !amount.is_empty()) {
            found.add(minor(amount).is_none(), FindingKind::UpiAmountFormat, at);
        }
        let filled = |name| self.field(name).filter(|value| !value.is_empty());
        found.add(filled("cu").is_some_and(|currency| currency != "INR"), FindingKind::UpiCurrencyFormat, at);
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        found.add(filled("mc").is_some_and(|code| !digits(code, 4)), FindingKind::UpiCategoryFormat, at);
        found.add(filled("mode").is_some_and(|mode| !digits(mode, 2)), FindingKind::UpiModeUnknown, at);
        let long = |name, max| filled(name).is_some_and(|value| value.chars().count() > max);
        found.add(long("tr", 35) || long("tid", 35) || long("tn", 80), FindingKind::UpiReferenceTooLong, at);
        if let Some(sign) = filled("sign") {
            found.add(!is_signature(sign), FindingKind::UpiSignatureShape, at);
            found.add(true, FindingKind::UpiSignatureUnchecked, at);
            found.add(filled("am").is_none(), FindingKind::UpiSignedWithoutAmount, at);
        }
    }
}

/// `name@handle`: letters, digits, `.`, `-` and `_` before; a letter, then letters and digits after.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let Some((name, handle)) = text.split_once('@') else { return false };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=255).contains(&name.len())
        && name.chars().all(plain)
        && handle.len() <= 64
        && handle.starts_with(|c: char| c.is_ascii_alphabetic())
        && handle.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Rupees with at most two decimals, above zero, as paise.
fn minor(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 12 || decimals.len() > 2 || !digits(whole) || !digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<2}").parse().ok().filter(|&minor| minor > 0)
}

/// Base64 of a DER sequence of two integers, as ECDSA on P-256 writes it. Only the form: no key is at hand.
fn is_signature(text: &str) -> bool {
    use base64::{Engine, engine::general_purpose::STANDARD};
    // A `+` may have been turned into a space on the way.
    let Ok(der) = STANDARD.decode(text.replace(' ', "+")) else { return false };
    let [0x30, length, rest @ ..] = der.as_slice() else { return false };
    if usize::from(*length) != rest.len() {
        return false;
    }
    let integer = |rest: &[u8]| match rest {
        [0x02, length @ 1..=33, after @ ..] => after.get(usize::from(*length)..).map(<[u8]>::to_vec),
        _ => None,
    };
    integer(rest).and_then(|rest| integer(&rest)).is_some_and(|rest| rest.is_empty())
}

/// Percent escapes (RFC 3986); `+` stays a plus, as payment apps read it.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}
