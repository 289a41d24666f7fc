//! EMVCo merchant-presented codes (QRCPS-MPM v1.1): reading leniently, writing strictly.

use crate::{DecodeError, Element, EncodeError, Finding, Weight, crc, limits, rules, tlv};

/// IDs of the top level (QRCPS-MPM v1.1, data objects under the root).
pub(crate) mod ids {
    pub(crate) const FORMAT: u8 = 0;
    pub(crate) const INITIATION: u8 = 1;
    pub(crate) const CATEGORY: u8 = 52;
    pub(crate) const CURRENCY: u8 = 53;
    pub(crate) const AMOUNT: u8 = 54;
    pub(crate) const TIP: u8 = 55;
    pub(crate) const FEE_FIXED: u8 = 56;
    pub(crate) const FEE_PERCENT: u8 = 57;
    pub(crate) const COUNTRY: u8 = 58;
    pub(crate) const NAME: u8 = 59;
    pub(crate) const CITY: u8 = 60;
    pub(crate) const POSTAL: u8 = 61;
    pub(crate) const ADDITIONAL: u8 = 62;
    pub(crate) const LANGUAGE: u8 = 64;
}

/// Whether a code is printed once or shown for one payment (ID 01, point of initiation method).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Initiation {
    /// `11`: the same code for more than one payment.
    Static,
    /// `12`: a new code for each payment.
    Dynamic,
}

impl Initiation {
    /// `static` or `dynamic`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::Dynamic => "dynamic",
        }
    }
}

/// A code whose structure and checksum hold. That makes it readable, never trustworthy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    elements: Vec<Element<'a>>,
    findings: Vec<Finding>,
}

/// Reads a merchant-presented code.
///
/// A broken structure or checksum is refused. Real national codes break softer rules every day (no
/// merchant name, format `02`, a plain text where a template belongs): those are [`Payload::findings`].
/// Lengths count characters, as QRCPS-MPM v1.1 says; a code that only adds up in bytes is refused.
///
/// # Errors
/// [`DecodeError`], with the character it is wrong at.
///
/// ```
/// let code = "00020101021126380014PH.INSTAPAY.ME03161234567890123456520459995303608\
///             54041.005802PH5913TEST MERCHANT6006MANILA63044481";
/// let payload = qr::decode(code).unwrap();
/// assert_eq!(payload.merchant_name(), Some("TEST MERCHANT"));
/// assert_eq!(payload.amount(), Some("1.00"));
/// ```
pub fn decode(text: &str) -> Result<Payload<'_>, DecodeError> {
    let elements = tlv::walk(text)?;
    crc::check(text, &elements)?;
    Ok(Payload::of(elements))
}

impl<'a> Payload<'a> {
    pub(crate) fn of(elements: Vec<Element<'a>>) -> Self {
        let findings = rules::findings(&elements);
        Self { elements, findings }
    }

    /// For whoever asks only for a signature: a code that is spelled as ours are breaks no rule.
    pub(crate) const fn unjudged(elements: Vec<Element<'a>>) -> Self {
        Self { elements, findings: Vec::new() }
    }

    /// All objects of the top level, in order, the checksum last.
    #[must_use]
    pub fn elements(&self) -> &[Element<'a>] {
        &self.elements
    }

    /// Which rules of the standard it breaks, without being unreadable.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Whether it breaks no rule of the standard that a strict reader insists on.
    #[must_use]
    pub fn is_strict(&self) -> bool {
        self.findings.iter().all(|found| matches!(found.weight, Weight::Notes | Weight::Strays | Weight::Warns))
    }

    /// The first object of the top level with this ID.
    #[must_use]
    pub fn element(&self, id: u8) -> Option<&Element<'a>> {
        tlv::find(&self.elements, id)
    }

    fn text(&self, id: u8) -> Option<&'a str> {
        self.element(id).map(|element| element.value)
    }

    /// ID 00, `01` by the standard.
    #[must_use]
    pub fn payload_format(&self) -> Option<&'a str> {
        self.text(ids::FORMAT)
    }

    /// ID 01; `None` when absent or neither `11` nor `12`.
    #[must_use]
    pub fn initiation(&self) -> Option<Initiation> {
        match self.text(ids::INITIATION)? {
            "11" => Some(Initiation::Static),
            "12" => Some(Initiation::Dynamic),
            _ => None,
        }
    }

    /// ID 52: the merchant category code (ISO 18245).
    #[must_use]
    pub fn category(&self) -> Option<&'a str> {
        self.text(ids::CATEGORY)
    }

    /// ID 53: the ISO 4217 number.
    #[must_use]
    pub fn currency_numeric(&self) -> Option<&'a str> {
        self.text(ids::CURRENCY)
    }

    /// ID 54 as written.
    #[must_use]
    pub fn amount(&self) -> Option<&'a str> {
        self.text(ids::AMOUNT)
    }

    /// ID 55: `01` ask for a tip, `02` fixed fee, `03` percentage fee.
    #[must_use]
    pub fn tip(&self) -> Option<&'a str> {
        self.text(ids::TIP)
    }

    /// ID 56.
    #[must_use]
    pub fn fee_fixed(&self) -> Option<&'a str> {
        self.text(ids::FEE_FIXED)
    }

    /// ID 57.
    #[must_use]
    pub fn fee_percent(&self) -> Option<&'a str> {
        self.text(ids::FEE_PERCENT)
    }

    /// ID 58: ISO 3166-1 alpha-2.
    #[must_use]
    pub fn country(&self) -> Option<&'a str> {
        self.text(ids::COUNTRY)
    }

    /// ID 59.
    #[must_use]
    pub fn merchant_name(&self) -> Option<&'a str> {
        self.text(ids::NAME)
    }

    /// ID 60.
    #[must_use]
    pub fn merchant_city(&self) -> Option<&'a str> {
        self.text(ids::CITY)
    }

    /// ID 61.
    #[must_use]
    pub fn postal_code(&self) -> Option<&'a str> {
        self.text(ids::POSTAL)
    }

    /// The objects of ID 62, the additional data field template.
    #[must_use]
    pub fn additional(&self) -> &[Element<'a>] {
        self.nested(ids::ADDITIONAL)
    }

    /// The objects of ID 64, the merchant information language template.
    #[must_use]
    pub fn language(&self) -> &[Element<'a>] {
        self.nested(ids::LANGUAGE)
    }

    fn nested(&self, id: u8) -> &[Element<'a>] {
        self.element(id).map(|element| element.children.as_slice()).unwrap_or_default()
    }

    /// IDs 02 to 51: merchant account information, 02–25 primitive, 26–51 templates.
    pub fn accounts(&self) -> impl Iterator<Item = &Element<'a>> {
        self.elements.iter().filter(|element| rules::is_account(element.id))
    }
}

/// The objects of a code to be written, in order, without the checksum.
///
/// ```
/// let code = qr::PayloadBuilder::new().value(0, "01").template(26, &[(0, "shop"), (1, "서울")]).encode().unwrap();
/// assert_eq!(qr::decode(&code).unwrap().element(26).unwrap().child(1), Some("서울"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayloadBuilder {
    body: String,
    error: Option<EncodeError>,
}

impl PayloadBuilder {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one object. What cannot be written is reported by [`PayloadBuilder::encode`].
    #[must_use]
    pub fn value(mut self, id: u8, value: &str) -> Self {
        let written = if id == crc::ID { Err(EncodeError::Id(id)) } else { tlv::write(&mut self.body, id, value) };
        self.error = self.error.or(written.err());
        self
    }

    /// Adds one object made of objects.
    #[must_use]
    pub fn template(mut self, id: u8, objects: &[(u8, &str)]) -> Self {
        let written =
            if id == crc::ID { Err(EncodeError::Id(id)) } else { tlv::write_template(&mut self.body, id, objects) };
        self.error = self.error.or(written.err());
        self
    }

    /// With room for as many characters as a code may have.
    pub(crate) fn roomy() -> Self {
        Self { body: String::with_capacity(limits::CODE_CHARS_MAX), error: None }
    }

    /// The objects alone.
    pub(crate) fn body(self) -> Result<String, EncodeError> {
        self.error.map_or(Ok(self.body), Err)
    }

    /// The code, closed by its checksum.
    ///
    /// # Errors
    /// [`EncodeError`], the first that was met.
    pub fn encode(self) -> Result<String, EncodeError> {
        let code = crc::close(self.body()?);
        if code.chars().count() > limits::CODE_CHARS_MAX { Err(EncodeError::TooLong) } else { Ok(code) }
    }
}

/// The code of `builder`, closed by its checksum; see [`PayloadBuilder::encode`].
///
/// # Errors
/// [`EncodeError`], the first that was met.
pub fn encode(builder: &PayloadBuilder) -> Result<String, EncodeError> {
    builder.clone().encode()
}
