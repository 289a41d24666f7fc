//! The wallet signs nothing it has not shown, and shows nothing it has not checked.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use device::{ShowError, Shown, check_link, check_shown};
use money::{Amount, Currency, Instant, IntentId, PayeeId, PaymentId};
use protocol::{FundingKind, FundingPath, PayBody, PayeeCard, QuoteCore, Via, from_canonical, sha256};

use crate::phone::{DEVICE, NOW, PAYER, at, with_token};

fn later(seconds: i64) -> Instant {
    NOW.checked_add_seconds(seconds).unwrap()
}

/// Terms whose times are not whole seconds, as a server's are.
fn core() -> QuoteCore {
    QuoteCore {
        counter: None,
        capture: protocol::CaptureMode::Automatic,
        amount: Amount::new(4500, Currency::KRW),
        created_at: Instant::from_unix_millis(NOW.unix_millis() - 4_999),
        expires_at: Instant::from_unix_millis(NOW.unix_millis() + 115_001),
        funding: vec![FundingPath {
            fee: Amount::zero(Currency::KRW),
            kind: FundingKind::Wallet,
            path: Vec::new(),
            refundable_days: 7,
            settlement_days: 1,
        }],
        intent: IntentId::from_bytes([3; 16]),
        payee: PayeeCard {
            category: "5814".to_owned(),
            id: PayeeId::from_bytes([5; 16]),
            name: "카페".parse().unwrap(),
            name_latin: "Cafe".parse().unwrap(),
        },
        place: "서울".parse().unwrap(),
        purpose: "커피".parse().unwrap(),
    }
}

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn public(pair: &Ed25519KeyPair) -> [u8; 32] {
    pair.public_key().as_ref().try_into().unwrap()
}

fn sign(pair: &Ed25519KeyPair) -> impl FnOnce(&[u8]) -> [u8; 64] {
    |message| pair.sign(message).as_ref().try_into().unwrap()
}

fn keys() -> qr::TrustedKeys {
    let (root, key) = (pair(1), pair(2));
    let body = qr::KeySetBody {
        expires_at: later(1_000_000),
        issued_at: later(-1000),
        keys: vec![qr::PublishedKey {
            kid: "k1".to_owned(),
            not_before: later(-1000),
            not_after: later(1_000_000),
            x: URL_SAFE_NO_PAD.encode(public(&key)),
        }],
        revoked_keys: Vec::new(),
        revoked_serials: Vec::new(),
        root: sha256(&public(&root)),
        sequence: 1,
    };
    let set = qr::sign_key_set(body, public(&root), sign(&root));
    qr::TrustedKeys::check(&set, &sha256(&public(&root)), None, NOW).unwrap()
}

/// What is signed for these terms.
fn signed(core: &QuoteCore) -> qr::DynamicCode {
    qr::DynamicCode {
        intent: core.intent,
        payee: core.payee.id,
        amount: core.amount,
        created_at: core.created_at,
        expires_at: core.expires_at,
        quote: core.digest(),
        kid: "k1".to_owned(),
    }
}

/// The code of these terms, by the server's key (2) or another.
fn code(core: &QuoteCore, seed: u8) -> String {
    let text = qr::CodeText {
        name: "Cafe".to_owned(),
        city: "Seoul".to_owned(),
        category: "5814".to_owned(),
        country: "KR".to_owned(),
        local: None,
    };
    qr::make(&signed(core), &text, sign(&pair(seed))).unwrap()
}

/// The code of `core()`, held against terms after `change`.
fn against(change: impl FnOnce(&mut QuoteCore)) -> Result<Shown, ShowError> {
    let mut other = core();
    change(&mut other);
    check_shown(&code(&core(), 2), other, &keys(), NOW)
}

#[test]
fn what_is_shown_is_what_is_signed() {
    let payload = code(&core(), 2);
    let shown = check_shown(&payload, core(), &keys(), NOW).unwrap();
    let payment = PaymentId::from_bytes([4; 16]);
    let request = with_token().pay(&shown, payment, at(1)).unwrap();
    let body: PayBody = from_canonical(&request.body).unwrap();
    assert_eq!((request.method, request.path.as_str()), ("POST", "/v1/payments"));
    assert_eq!((body.payer, body.device, body.payment), (PAYER, DEVICE, payment));
    assert_eq!((body.amount, body.intent, body.quote), (core().amount, core().intent, core().digest()));
    assert_eq!((body.funding, body.client.shown_at), (FundingKind::Wallet, NOW.unix_millis()));
    assert_eq!(body.via, Via::Code { payload, scan: None });
    assert_eq!(shown.path(), core().funding.first());
}

#[test]
fn terms_of_the_code_only() {
    against(|_| ()).unwrap();
    let intent = against(|core| core.intent = IntentId::from_bytes([9; 16]));
    assert!(matches!(intent, Err(ShowError::OtherIntent)));
    let changes: [fn(&mut QuoteCore); 7] = [
        |core| core.amount = Amount::new(4501, Currency::KRW),
        |core| core.amount = Amount::new(4500, Currency::USD),
        |core| core.payee.id = PayeeId::from_bytes([9; 16]),
        |core| core.payee.name = "다른 카페".parse().unwrap(),
        |core| core.purpose = "선물".parse().unwrap(),
        |core| core.expires_at = later(9999),
        |core| core.funding[0].fee = Amount::new(1, Currency::KRW),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        assert!(matches!(against(change), Err(ShowError::OtherTerms)), "change {index}");
    }
}

#[test]
fn code_of_another_key_is_not_shown() {
    let result = check_shown(&code(&core(), 9), core(), &keys(), NOW);
    assert!(matches!(result, Err(ShowError::Code(qr::CodeError::Altered))));
}

#[test]
fn changed_code_is_not_shown() {
    let payload = code(&core(), 2).replacen("Cafe", "Cafa", 1);
    assert!(matches!(check_shown(&payload, core(), &keys(), NOW), Err(ShowError::Code(qr::CodeError::Altered))));
    assert!(matches!(check_shown("", core(), &keys(), NOW), Err(ShowError::Code(qr::CodeError::Malformed(_)))));
}

#[test]
fn expired_terms_are_not_shown() {
    let late = later(116);
    let result = check_shown(&code(&core(), 2), core(), &keys(), late);
    assert!(matches!(result, Err(ShowError::Code(qr::CodeError::Expired))));
    assert!(matches!(Shown::from_link(core(), late), Err(ShowError::Expired)));
}

#[test]
fn link_needs_a_way_of_paying() {
    assert_eq!(*Shown::from_link(core(), NOW).unwrap().via(), Via::Link {});
    let nothing = QuoteCore { funding: Vec::new(), ..core() };
    assert!(matches!(Shown::from_link(nothing, NOW), Err(ShowError::Funding)));
}

#[test]
fn signed_link_shows_its_own_terms_only() {
    let link = |seed| qr::make_link(&signed(&core()), "https://pay.example/p", sign(&pair(seed))).unwrap();
    let shown = check_link(&link(2), core(), &keys(), NOW).unwrap();
    assert_eq!((shown.quote(), shown.via()), (core().digest(), &Via::Link {}));
    let forged = check_link(&link(9), core(), &keys(), NOW);
    assert!(matches!(forged, Err(ShowError::Code(qr::CodeError::Altered))));
    let other = QuoteCore { purpose: "선물".parse().unwrap(), ..core() };
    assert!(matches!(check_link(&link(2), other, &keys(), NOW), Err(ShowError::OtherTerms)));
    let unsigned = check_link("https://pay.example/p", core(), &keys(), NOW);
    assert!(matches!(unsigned, Err(ShowError::Code(qr::CodeError::Unsigned))));
}
