//! [`Teller`]: turns what people do into verified commands, with a real proof for each.
//!
//! It is both halves in one process: the phones sign with the `device` crate, the same bytes are verified with
//! `credentials` and `qr`, and only what holds becomes a command.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use credentials::{
    ApiKey, DeviceRequest, MerchantSigned, ProofError, SignatureError, Signed, SignedRequest, TokenGrant, Verifier,
    VerifierKeys, api_key, http_signature,
};
use device::{Moment, Phone, PhoneError, Request, ShowError, Shown, SoftwareKey};
use money::{Currency, Instant, PaymentId, Secret};
use payments::{Arrival, Command, Intent, PayerAuthority, StaffPermit};
use protocol::{IntentBody, QuoteBody, ReportCodeBody, Scan, Serial, SignUpBody, StickerBody, to_canonical};
use qr::{CodeText, DynamicCode, KeySet, KeySetBody, LocalText, PublishedKey, StaticCode, TrustedKeys};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::merchant::{Kind, Line, Merchant};
use crate::person::Person;
use crate::seed::Dice;
use crate::settle::SettleError;
use crate::town::{CITY, Town};

const ORIGIN: &str = "http://town.invalid";
const AUTHORITY: &str = "town.invalid";
const KID: &str = "town-1";
/// How long an intent of the past waits for its payer.
const INTENT_SECONDS: i64 = 1_800;

/// Both halves of every proof, for one town.
pub(crate) struct Teller {
    verifier: Verifier,
    root: Ed25519KeyPair,
    code_key: Ed25519KeyPair,
    begins_at: Instant,
    keys: TrustedKeys,
    phones: Vec<Phone<SoftwareKey>>,
    dice: Dice,
}

impl Teller {
    pub(crate) fn new(town: &Town, begins_at: Instant, until: Instant) -> Result<Self, SettleError> {
        let mut dice = Dice::new(town.seed(), "teller", &[]);
        let keys = VerifierKeys { token: Secret::new(dice.bytes()), nonce: Secret::new(dice.bytes()) };
        let pair = |seed: [u8; 32]| Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| SettleError::Key);
        let (root, code_key) = (pair(dice.bytes())?, pair(dice.bytes())?);
        let phones = town.people().iter().map(phone).collect::<Result<_, _>>()?;
        let keys_of_codes = trusted(&root, &code_key, (begins_at, begins_at), until)?;
        let verifier = Verifier::new(ORIGIN, keys);
        Ok(Self { verifier, root, code_key, begins_at, keys: keys_of_codes, phones, dice })
    }

    fn moment(&mut self, now: Instant) -> Moment {
        Moment { now, random: self.dice.bytes() }
    }

    /// Somebody opens a wallet.
    pub(crate) fn sign_up(&mut self, payer: usize, person: &Person, now: Instant) -> Result<Command, SettleError> {
        let at = self.moment(now);
        let nonce = self.verifier.issue_nonce(now);
        let phone = self.phones.get_mut(payer).ok_or(SettleError::Unknown("payer"))?;
        phone.hear(200, Some(&nonce));
        let body = SignUpBody {
            currency: Currency::KRW,
            device: person.device,
            device_name: person.device_name.clone(),
            name: person.name.clone(),
            payer: person.payer,
        };
        let request = phone.sign_up(body, at)?;
        let enrolling = self.verifier.enrolling(&received(&request), now)?;
        Ok(Command::OpenPayer { enrolling, place: String::new(), counted: false })
    }

    /// A merchant asks for money.
    pub(crate) fn ask(shop: &Merchant, item: usize, amount: money::Amount) -> Result<Command, SettleError> {
        let presented = ApiKey::parse(&format!("Bearer {}", shop.api_key().text())).map_err(|_| SettleError::Key)?;
        let stored = shop.api_key().stored();
        let permit = api_key::permit(&presented, &stored, shop.card.id).ok_or(SettleError::Key)?;
        let purpose = shop.items.get(item).ok_or(SettleError::Unknown("item"))?.purpose.clone();
        let body = IntentBody {
            terminal: None,
            amount,
            capture: shop.capture,
            expires_in_seconds: INTENT_SECONDS,
            place: None,
            purpose,
            reference: None,
        };
        Ok(Command::CreateIntent { permit, body, idempotency: None })
    }

    /// Somebody scans the code, reads the terms and approves. Online, the terms come by link.
    pub(crate) fn pay(
        &mut self,
        payer: usize,
        shop: &Merchant,
        intent: &Intent,
        now: Instant,
    ) -> Result<(PaymentId, Command), SettleError> {
        let payload = if shop.kind == Kind::Online { None } else { Some(self.code(shop, intent)?) };
        let shown = match &payload {
            Some(payload) => device::check_shown(payload, intent.core.clone(), &self.keys, now)?,
            None => Shown::from_link(intent.core.clone(), now)?,
        };
        let payment = self.dice.id(PaymentId::new, now);
        let at = self.moment(now);
        let nonce = self.verifier.issue_nonce(now);
        let phone = self.phones.get_mut(payer).ok_or(SettleError::Unknown("payer"))?;
        phone.hear(200, Some(&nonce));
        if phone.needs_token(now) {
            let grant = TokenGrant {
                payer: phone.payer(),
                device: phone.device(),
                key: phone.jwk().thumbprint(),
                session: phone.device().into(),
            };
            phone.accept_token(&self.verifier.issue_token(&grant, 0, now));
        }
        let request = phone.pay(&shown, payment, at)?;
        let signed = self.verifier.signed(&received(&request), now)?;
        let arrival = match payload {
            Some(payload) => Arrival::Code(qr::verify(&payload, &self.keys, now).map_err(ShowError::Code)?),
            None => Arrival::Link,
        };
        Ok((payment, Command::Pay { authority: PayerAuthority::SignedPayment { signed, arrival } }))
    }

    /// A device-signed body, verified.
    fn device_signs<B: Serialize + DeserializeOwned>(
        &mut self,
        payer: usize,
        path: &str,
        body: &B,
        now: Instant,
    ) -> Result<Signed<B>, SettleError> {
        let at = self.moment(now);
        let nonce = self.verifier.issue_nonce(now);
        let phone = self.phones.get_mut(payer).ok_or(SettleError::Unknown("payer"))?;
        phone.hear(200, Some(&nonce));
        if phone.needs_token(now) {
            let (payer, device, key) = (phone.payer(), phone.device(), phone.jwk().thumbprint());
            let grant = TokenGrant { payer, device, key, session: device.into() };
            phone.accept_token(&self.verifier.issue_token(&grant, 0, now));
        }
        let request = phone.post(path, body, at)?;
        Ok(self.verifier.signed(&received(&request), now)?)
    }

    /// Dates the published keys anew: phones take no sticker by a list of withdrawn ones that is a week old.
    pub(crate) fn renew_keys(&mut self, now: Instant, until: Instant) -> Result<(), SettleError> {
        self.keys = trusted(&self.root, &self.code_key, (self.begins_at, now), until)?;
        Ok(())
    }

    /// The text of a sticker, signed now.
    pub(crate) fn sticker(
        &self,
        shop: &Merchant,
        serial: Serial,
        cap: money::Amount,
        now: Instant,
    ) -> Result<String, SettleError> {
        let code = StaticCode {
            payee: shop.card.id,
            cap,
            place: "counter".to_owned(),
            serial: serial.to_string(),
            created_at: now,
            expires_at: now.checked_add_seconds(86_400).unwrap_or(now),
            kid: KID.to_owned(),
        };
        qr::make_static(&code, &words(shop), |bytes| signature_bytes(&self.code_key, bytes)).map_err(SettleError::Code)
    }

    /// Somebody scans a sticker and enters an amount.
    pub(crate) fn take_sticker(
        &mut self,
        payer: usize,
        payload: &str,
        amount: money::Amount,
        now: Instant,
    ) -> Result<Command, SettleError> {
        let body = StickerBody { amount, payload: payload.to_owned(), purpose: None };
        let signed = self.device_signs(payer, "/v1/stickers/intents", &body, now)?;
        let sticker = qr::verify_static(payload, &self.keys, now).map_err(ShowError::Code)?;
        Ok(Command::TakeSticker { signed, sticker })
    }

    /// The phone holds the terms against the sticker, and says where it was scanned.
    pub(crate) fn show_sticker(
        &self,
        payer: usize,
        payload: &str,
        intent: Intent,
        (amount, scan): (money::Amount, Option<Scan>),
        now: Instant,
    ) -> Result<Shown, SettleError> {
        let phone = self.phones.get(payer).ok_or(SettleError::Unknown("payer"))?;
        let shown = device::check_sticker(payload, intent.core, (phone.payer(), amount), &self.keys, now)?;
        Ok(match scan {
            Some(scan) => shown.scanned(scan),
            None => shown,
        })
    }

    /// What paying would mean.
    pub(crate) fn quote_sticker(
        &mut self,
        payer: usize,
        shown: &Shown,
        payload: &str,
        now: Instant,
    ) -> Result<Command, SettleError> {
        let body = QuoteBody { funding: shown.funding(), intent: shown.core().intent, via: shown.via().clone() };
        let signed = self.device_signs(payer, "/v1/quotes", &body, now)?;
        let sticker = qr::verify_static(payload, &self.keys, now).map_err(ShowError::Code)?;
        Ok(Command::Quote { signed, arrival: Arrival::Sticker(sticker) })
    }

    /// The payer approves.
    pub(crate) fn pay_sticker(
        &mut self,
        payer: usize,
        shown: &Shown,
        payload: &str,
        now: Instant,
    ) -> Result<Command, SettleError> {
        let payment = self.dice.id(PaymentId::new, now);
        let phone = self.phones.get(payer).ok_or(SettleError::Unknown("payer"))?;
        let body = phone.pay_body(shown, payment);
        let signed = self.device_signs(payer, "/v1/payments", &body, now)?;
        let sticker = qr::verify_static(payload, &self.keys, now).map_err(ShowError::Code)?;
        let arrival = Arrival::Sticker(sticker);
        Ok(Command::Pay { authority: PayerAuthority::SignedPayment { signed, arrival } })
    }

    /// A payer says that a code is not where it belongs.
    pub(crate) fn report(&mut self, payer: usize, now: Instant) -> Result<Signed<ReportCodeBody>, SettleError> {
        let body = ReportCodeBody { payload: "as scanned".to_owned(), scan: None };
        self.device_signs(payer, "/v1/codes/reports", &body, now)
    }

    /// What a merchant signs: a capture, a void, a refund.
    pub(crate) fn merchant_signs<B: Serialize + DeserializeOwned>(
        &mut self,
        shop: &Merchant,
        path: &str,
        body: &B,
        now: Instant,
    ) -> Result<MerchantSigned<B>, SettleError> {
        let body = to_canonical(body);
        let key = shop.signing_key().ok_or(SettleError::Key)?;
        let signature = sign_as_merchant(&key, shop, (AUTHORITY, path), &body, self.moment(now));
        let request = SignedRequest {
            method: "POST",
            authority: AUTHORITY,
            path,
            signature_input: &signature.input,
            signature: &signature.signature,
            content_digest: &signature.content_digest,
            body: &body,
        };
        let public = key.public_key().as_ref().try_into().map_err(|_| SettleError::Key)?;
        Ok(http_signature::read(&request)?.verify(public, now)?)
    }

    fn code(&self, shop: &Merchant, intent: &Intent) -> Result<String, SettleError> {
        let core = &intent.core;
        let code = DynamicCode {
            intent: intent.id,
            payee: intent.payee,
            amount: core.amount,
            created_at: core.created_at,
            expires_at: core.expires_at,
            quote: intent.quote,
            kid: KID.to_owned(),
        };
        qr::make(&code, &words(shop), |bytes| signature_bytes(&self.code_key, bytes)).map_err(SettleError::Code)
    }
}

/// What people read in a code.
fn words(shop: &Merchant) -> CodeText {
    let local = LocalText { language: "ko".to_owned(), name: shop.card.name.to_string(), city: None };
    CodeText {
        name: shop.card.name_latin.to_string(),
        city: CITY.to_owned(),
        category: shop.card.category.clone(),
        country: "KR".to_owned(),
        local: Some(local),
    }
}

/// Staff fill up a wallet.
pub(crate) fn top_up(person: &Person, amount: money::Amount) -> Command {
    Command::Fund { permit: StaffPermit::dangerous_from_operating_system(), payer: person.payer, amount }
}

/// Staff register a merchant.
pub(crate) fn register(shop: &Merchant) -> Command {
    Command::RegisterPayee { permit: StaffPermit::dangerous_from_operating_system(), payee: shop.registration() }
}

/// The words of a refund.
pub(crate) fn refund_reason() -> Option<Line> {
    Line::new("고객 요청 환불").ok()
}

/// The three headers of a merchant's signature (RFC 9421).
pub(crate) struct MerchantSignature {
    pub(crate) input: String,
    pub(crate) signature: String,
    pub(crate) content_digest: String,
}

/// Signs a `POST` of `body` as `shop`; the address is authority and path.
pub(crate) fn sign_as_merchant(
    key: &Ed25519KeyPair,
    shop: &Merchant,
    (authority, path): (&str, &str),
    body: &[u8],
    at: Moment,
) -> MerchantSignature {
    let content_digest = http_signature::content_digest(body);
    let nonce = money::Digest::from_bytes(*protocol::sha256(&at.random).as_bytes()).to_string();
    let terms = http_signature::Terms {
        method: "POST",
        authority,
        path,
        content_digest: &content_digest,
        created: at.now.unix_seconds(),
        payee: shop.card.id,
        nonce: &nonce,
    };
    let signature = signature_bytes(key, terms.base().as_bytes());
    let (input, signature) = (terms.signature_input(), http_signature::signature_header(&signature));
    MerchantSignature { input, signature, content_digest }
}

fn phone(person: &Person) -> Result<Phone<SoftwareKey>, PhoneError> {
    Ok(Phone::new(person.key()?, ORIGIN, person.payer, person.device))
}

fn received(request: &Request) -> DeviceRequest<'_> {
    DeviceRequest {
        authorization: request.header("authorization"),
        dpop: request.header("dpop"),
        method: request.method,
        path: &request.path,
        body: &request.body,
    }
}

/// An Ed25519 signature is 64 bytes (RFC 8032 §5.1.6).
fn signature_bytes(key: &Ed25519KeyPair, message: &[u8]) -> [u8; 64] {
    let mut bytes = [0_u8; 64];
    for (slot, byte) in bytes.iter_mut().zip(key.sign(message).as_ref()) {
        *slot = *byte;
    }
    bytes
}

fn trusted(
    root: &Ed25519KeyPair,
    code_key: &Ed25519KeyPair,
    (begins_at, issued_at): (Instant, Instant),
    until: Instant,
) -> Result<TrustedKeys, SettleError> {
    let public = |pair: &Ed25519KeyPair| pair.public_key().as_ref().try_into().map_err(|_| SettleError::Key);
    let root_x: [u8; 32] = public(root)?;
    let x: [u8; 32] = public(code_key)?;
    let pinned = protocol::sha256(&root_x);
    let end = until.checked_add_seconds(86_400).unwrap_or(until);
    let key = PublishedKey { kid: KID.to_owned(), not_before: begins_at, not_after: end, x: base64(&x) };
    let body = KeySetBody {
        expires_at: end,
        issued_at,
        keys: vec![key],
        revoked_keys: Vec::new(),
        revoked_serials: Vec::new(),
        root: pinned,
        sequence: 1,
    };
    let set: KeySet = qr::sign_key_set(body, root_x, |bytes| signature_bytes(root, bytes));
    TrustedKeys::check(&set, &pinned, None, issued_at).map_err(|_| SettleError::Key)
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    URL_SAFE_NO_PAD.encode(bytes)
}

impl From<ProofError> for SettleError {
    fn from(error: ProofError) -> Self {
        Self::Proof(error.to_string())
    }
}

impl From<SignatureError> for SettleError {
    fn from(error: SignatureError) -> Self {
        Self::Proof(error.to_string())
    }
}
