//! Stickers and terminals: registered to a payee and a place, taken for one payment, withdrawn.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Amount, Currency, Digest, Instant, ReasonCode};
use payments::{Accepted, Arrival, Command, Intent, PayerAuthority, RegisteredCode, StaffPermit};
use protocol::{
    CaptureMode, CodeBody, CodeKind, FundingKind, IntentBody, PayBody, Serial, StickerBody, Text, Via, WithdrawCodeBody,
};
use qr::{CodeText, KeySetBody, PublishedKey, StaticCode, TrustedKeys, VerifiedSticker};

use crate::world::{World, payment_id};

const DAYS: u16 = 90;

pub(crate) fn won(minor: i64) -> Amount {
    Amount::new(minor, Currency::KRW)
}

pub(crate) fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

fn staff() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

pub(crate) fn sticker_body(text: &str, cap: i64) -> CodeBody {
    CodeBody {
        cap: Some(won(cap)),
        cell: Some("wydm9qw".parse().unwrap()),
        counter: "counter-1".parse().unwrap(),
        days: DAYS,
        kind: CodeKind::Sticker,
        serial: serial(text),
        surroundings: protocol::Surroundings::default(),
    }
}

fn terminal_body(text: &str) -> CodeBody {
    CodeBody { cap: None, kind: CodeKind::Terminal, ..sticker_body(text, 1) }
}

/// A sticker of this shop, made and checked with real keys, whether it is registered or not.
pub(crate) fn printed(world: &World, shop: &str, serial: &str, cap: i64) -> VerifiedSticker {
    let (payload, keys) = print(world, shop, serial, cap);
    qr::verify_static(&payload, &keys, world.now).unwrap()
}

fn print(world: &World, shop: &str, serial: &str, cap: i64) -> (String, TrustedKeys) {
    let [root, online] = [[3; 32], [4; 32]].map(|seed| Ed25519KeyPair::from_seed_unchecked(&seed).unwrap());
    let sign = |pair: &Ed25519KeyPair, bytes: &[u8]| -> [u8; 64] { pair.sign(bytes).as_ref().try_into().unwrap() };
    let root_x: [u8; 32] = root.public_key().as_ref().try_into().unwrap();
    let later = |seconds| world.now.checked_add_seconds(seconds).unwrap();
    let key = PublishedKey {
        kid: "key-1".to_owned(),
        not_before: later(-86_400),
        not_after: later(86_400),
        x: URL_SAFE_NO_PAD.encode(online.public_key().as_ref()),
    };
    let body = KeySetBody {
        expires_at: later(86_400),
        issued_at: world.now,
        keys: vec![key],
        revoked_keys: Vec::new(),
        revoked_serials: Vec::new(),
        root: Digest::from_bytes([0; 32]),
        sequence: 1,
    };
    let set = qr::sign_key_set(body, root_x, |bytes| sign(&root, bytes));
    let keys = TrustedKeys::check(&set, &set.set.root, None, world.now).unwrap();
    let code = StaticCode {
        payee: world.shops[shop].id,
        cap: won(cap),
        place: "counter-1".to_owned(),
        serial: serial.to_owned(),
        created_at: Instant::from_unix_seconds(world.now.unix_seconds()),
        expires_at: later(3_600),
        kid: "key-1".to_owned(),
    };
    let text = CodeText {
        name: shop.to_owned(),
        city: "SEOUL".to_owned(),
        category: "5814".to_owned(),
        country: "KR".to_owned(),
        local: None,
    };
    (qr::make_static(&code, &text, |bytes| sign(&online, bytes)).unwrap(), keys)
}

pub(crate) fn register(world: &mut World, shop: &str, body: CodeBody) -> Result<RegisteredCode, ReasonCode> {
    let payee = world.shops[shop].id;
    match world.submit(Command::RegisterCode { permit: staff(), payee, body }) {
        Ok(Accepted::Code(row)) => Ok(row),
        Ok(other) => panic!("no code: {other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

pub(crate) fn take(world: &mut World, name: &str, sticker: VerifiedSticker, minor: i64) -> Result<Intent, ReasonCode> {
    let body = StickerBody { amount: won(minor), payload: "as scanned".to_owned(), purpose: None };
    let signed = world.signed(name, "/v1/stickers/intents", &body);
    match world.submit(Command::TakeSticker { signed, sticker }) {
        Ok(Accepted::Intent(intent)) => Ok(intent),
        Ok(other) => panic!("no intent: {other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

pub(crate) fn body(world: &World, id: &str, name: &str, intent: &Intent, via: Via) -> PayBody {
    let phone = &world.people[name].phone;
    PayBody {
        amount: intent.core.amount,
        client: protocol::ClientFacts { app: Text::new("test").unwrap(), shown_at: world.now.unix_millis() },
        device: phone.device(),
        funding: FundingKind::Wallet,
        intent: intent.id,
        payer: phone.payer(),
        payment: payment_id(id),
        quote: intent.quote,
        via,
    }
}

pub(crate) fn pay(
    world: &mut World,
    id: &str,
    name: &str,
    intent: &Intent,
    arrival: Arrival,
) -> Result<(), ReasonCode> {
    let body = body(world, id, name, intent, Via::Link {});
    let signed = world.signed(name, "/v1/payments", &body);
    let authority = PayerAuthority::SignedPayment { signed, arrival };
    world.submit(Command::Pay { authority }).map(drop).map_err(|refusal| refusal.first())
}

fn town() -> World {
    let mut world = World::new();
    for (name, funds) in [("mina", 100_000), ("joon", 100_000)] {
        world.open_payer(name, funds);
    }
    world.register_payee("cafe");
    world.register_payee("rival");
    world
}

#[test]
fn a_registered_sticker_is_paid_with_the_amount_its_payer_entered() {
    let mut world = town();
    let row = register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)).unwrap();
    assert_eq!(row.expires_at.unwrap().millis_since(row.registered_at), i64::from(DAYS) * 86_400_000);
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    let intent = take(&mut world, "mina", sticker, 4_500).unwrap();
    assert_eq!((intent.core.amount, intent.core.payee.name.as_str()), (won(4_500), "cafe"));
    let again = printed(&world, "cafe", "CAFE-1", 50_000);
    pay(&mut world, "P1", "mina", &intent, Arrival::Sticker(again)).unwrap();
    assert_eq!(world.balance("mina").0, 95_500);
    assert_eq!(world.balance("cafe").3, 4_500);
    // It is used up as any intent is; the sticker itself goes on.
    assert_eq!(pay(&mut world, "P2", "mina", &intent, Arrival::Link), Err(ReasonCode::IntentTaken));
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    take(&mut world, "joon", sticker, 50_000).unwrap();
}

#[test]
fn what_a_sticker_refuses() {
    let mut world = town();
    let unregistered = printed(&world, "cafe", "CAFE-1", 50_000);
    assert_eq!(take(&mut world, "mina", unregistered, 4_500), Err(ReasonCode::CodeUnregistered));
    register(&mut world, "cafe", sticker_body("CAFE-1", 30_000)).unwrap();
    // The rival's own signed sticker with a serial that is the café's.
    let stolen = printed(&world, "rival", "CAFE-1", 50_000);
    assert_eq!(take(&mut world, "mina", stolen, 4_500), Err(ReasonCode::CodeUnregistered));
    // The lowest of the caps holds: signed, registered, the operator's.
    for (signed_cap, minor, reason) in [
        (50_000, 30_001, ReasonCode::CodeAboveCap),
        (20_000, 20_001, ReasonCode::CodeAboveCap),
        (50_000, 0, ReasonCode::AmountZero),
        (50_000, -1, ReasonCode::AmountNegative),
    ] {
        let sticker = printed(&world, "cafe", "CAFE-1", signed_cap);
        assert_eq!(take(&mut world, "mina", sticker, minor), Err(reason), "{minor}");
    }
    world.settings.payment_limit_minor = 10_000;
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    assert_eq!(take(&mut world, "mina", sticker, 10_001), Err(ReasonCode::PolicyPaymentLimit));
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    world.now = world.now.checked_add_seconds(3_600).unwrap();
    assert_eq!(take(&mut world, "mina", sticker, 4_500), Err(ReasonCode::CodeExpired));
}

#[test]
fn terms_made_from_a_sticker_are_for_their_payer_alone() {
    let mut world = town();
    register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)).unwrap();
    register(&mut world, "cafe", sticker_body("CAFE-2", 50_000)).unwrap();
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    let intent = take(&mut world, "mina", sticker, 4_500).unwrap();
    assert_eq!(pay(&mut world, "P1", "joon", &intent, Arrival::Link), Err(ReasonCode::CodeOtherIntent));
    let other = printed(&world, "cafe", "CAFE-2", 50_000);
    assert_eq!(pay(&mut world, "P2", "mina", &intent, Arrival::Sticker(other)), Err(ReasonCode::CodeOtherIntent));
    pay(&mut world, "P3", "mina", &intent, Arrival::Link).unwrap();
}

#[test]
fn a_withdrawn_sticker_takes_nothing_more_not_even_for_terms_already_made() {
    let mut world = town();
    register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)).unwrap();
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    let intent = take(&mut world, "mina", sticker, 4_500).unwrap();
    let not_theirs = world.merchant_signed("rival", "/v1/codes/CAFE-1/withdraw", &WithdrawCodeBody {});
    let refused = world.submit(Command::WithdrawOwnCode { signed: not_theirs, serial: serial("CAFE-1") });
    assert_eq!(refused.unwrap_err().first(), ReasonCode::CodeUnknown);
    for _ in 0..2 {
        let signed = world.merchant_signed("cafe", "/v1/codes/CAFE-1/withdraw", &WithdrawCodeBody {});
        let withdrawn = world.submit(Command::WithdrawOwnCode { signed, serial: serial("CAFE-1") }).unwrap();
        assert!(matches!(withdrawn, Accepted::Code(row) if row.withdrawn_at == Some(world.now)));
    }
    assert_eq!(pay(&mut world, "P1", "mina", &intent, Arrival::Link), Err(ReasonCode::CodeRevoked));
    let sticker = printed(&world, "cafe", "CAFE-1", 50_000);
    assert_eq!(take(&mut world, "mina", sticker, 4_500), Err(ReasonCode::CodeRevoked));
    // Its serial is used up.
    assert_eq!(register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)), Err(ReasonCode::CodeSerialTaken));
}

#[test]
fn a_serial_is_registered_once_and_the_same_again_is_answered_as_the_first_time() {
    let mut world = town();
    let first = register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)).unwrap();
    world.now = world.now.checked_add_seconds(60).unwrap();
    assert_eq!(register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)), Ok(first));
    for (shop, body) in [
        ("rival", sticker_body("CAFE-1", 50_000)),
        ("cafe", sticker_body("CAFE-1", 50_001)),
        ("cafe", terminal_body("CAFE-1")),
        ("cafe", CodeBody { days: 30, ..sticker_body("CAFE-1", 50_000) }),
        ("cafe", CodeBody { cell: None, ..sticker_body("CAFE-1", 50_000) }),
    ] {
        assert_eq!(register(&mut world, shop, body), Err(ReasonCode::CodeSerialTaken));
    }
    let dollars = Amount::new(100, "USD".parse().unwrap());
    for (body, reason) in [
        (CodeBody { cap: None, ..sticker_body("CAFE-2", 1) }, ReasonCode::RequestMalformed),
        (CodeBody { cap: Some(won(1)), ..terminal_body("CAFE-2") }, ReasonCode::RequestMalformed),
        (CodeBody { days: 0, ..sticker_body("CAFE-2", 1) }, ReasonCode::RequestMalformed),
        (CodeBody { days: 397, ..sticker_body("CAFE-2", 1) }, ReasonCode::RequestMalformed),
        (CodeBody { cap: Some(won(0)), ..sticker_body("CAFE-2", 1) }, ReasonCode::AmountZero),
        (CodeBody { cap: Some(dollars), ..sticker_body("CAFE-2", 1) }, ReasonCode::AmountWrongCurrency),
    ] {
        assert_eq!(register(&mut world, "cafe", body.clone()), Err(reason), "{body:?}");
    }
}

#[test]
fn a_terminal_shows_its_own_payees_intents_only() {
    let mut world = town();
    register(&mut world, "cafe", terminal_body("TERM-1")).unwrap();
    register(&mut world, "cafe", sticker_body("CAFE-1", 50_000)).unwrap();
    let mut create = |shop: &str, text: &str| {
        let body = IntentBody {
            amount: won(1_000),
            capture: CaptureMode::Automatic,
            expires_in_seconds: 120,
            place: None,
            purpose: Text::new("coffee").unwrap(),
            reference: None,
            terminal: Some(serial(text)),
        };
        let permit = world.permit(shop);
        match world.submit(Command::CreateIntent { permit, body, idempotency: None }) {
            Ok(Accepted::Intent(intent)) => Ok(intent),
            Ok(other) => panic!("no intent: {other:?}"),
            Err(refusal) => Err(refusal.first()),
        }
    };
    let intent = create("cafe", "TERM-1").unwrap();
    assert_eq!(intent.core.counter.unwrap().taker, None);
    assert_eq!(create("rival", "TERM-1"), Err(ReasonCode::CodeUnregistered));
    assert_eq!(create("cafe", "CAFE-1"), Err(ReasonCode::CodeOtherKind));
    world.submit(Command::WithdrawCode { permit: staff(), serial: serial("TERM-1") }).unwrap();
    assert_eq!(pay(&mut world, "P1", "mina", &intent, Arrival::Link), Err(ReasonCode::CodeRevoked));
}
