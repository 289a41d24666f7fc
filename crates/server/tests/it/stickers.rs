//! Stickers over HTTP: registered by their merchant, inspected by anyone, paid by a payer, withdrawn.

use protocol::{
    CodeBody, CodeKind, CodeView, IntentView, Page, PaymentStatus, PaymentView, StickerBody, WithdrawCodeBody,
};
use serde_json::{Value, json};

use crate::client::Sent;
use crate::world::{Merchant, World, payment_id, won};

fn sticker(serial: &str) -> CodeBody {
    CodeBody {
        cap: Some(won(50_000)),
        cell: Some("wydm9qw".parse().unwrap()),
        counter: "counter-1".parse().unwrap(),
        days: 90,
        kind: CodeKind::Sticker,
        serial: serial.parse().unwrap(),
        surroundings: vec![7, 11, 13].try_into().unwrap(),
    }
}

async fn register(world: &World, merchant: &Merchant, body: &CodeBody) -> CodeView {
    merchant.sign(world, "/v1/codes", body).await.expect(201)
}

async fn inspect(world: &World, payload: &str) -> (String, Vec<String>) {
    let sent = Sent::new("POST", "/v1/qr/inspect").body(json!({ "payload": payload }).to_string());
    let said: Value = world.send(sent).await.expect(200);
    let reasons = said["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap().to_owned());
    (said["verdict"].as_str().unwrap().to_owned(), reasons.collect())
}

#[tokio::test]
async fn a_sticker_is_registered_scanned_paid_and_withdrawn() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    let made = register(&world, &merchant, &sticker("HAN-1")).await;
    let payload = made.payload.clone().unwrap();
    assert_eq!(register(&world, &merchant, &sticker("HAN-1")).await, made, "the same again, the same answer");
    assert_eq!(inspect(&world, &payload).await, ("trusted".to_owned(), vec![]));

    let body = StickerBody { amount: won(4_500), payload: payload.clone(), purpose: None };
    let terms: IntentView = payer.post(&world, "/v1/stickers/intents", &body).await.expect(201);
    let signer = server::keys::load(world.dir.path()).unwrap();
    let own = (payer.phone.payer(), won(4_500));
    let shown = device::check_sticker(&payload, terms.core.clone(), own, signer.trusted(), world.now()).unwrap();
    let shown = shown.scanned(protocol::Scan { cell: made.cell, ..protocol::Scan::default() });
    let payment = payment_id(&world);
    let answer = payer.call(&world, |phone| phone.pay(&shown, payment, world.moment())).await;
    let paid: PaymentView = answer.expect(201);
    assert_eq!((paid.status, paid.captured), (PaymentStatus::Captured, won(4_500)));
    // The phone itself refuses terms of another amount, or made for another payer.
    let other = (payer.phone.payer(), won(45));
    assert!(device::check_sticker(&payload, terms.core.clone(), other, signer.trusted(), world.now()).is_err());
    let stranger = (world.payer(0).await.phone.payer(), won(4_500));
    assert!(device::check_sticker(&payload, terms.core, stranger, signer.trusted(), world.now()).is_err());

    let listed: Page<CodeView> = merchant.get(&world, "/v1/codes").await.expect(200);
    assert_eq!(listed.items, [CodeView { payload: None, ..made }]);
    let rival = world.merchant().await;
    let withdraw = "/v1/codes/HAN-1/withdraw";
    let theirs = rival.sign(&world, withdraw, &WithdrawCodeBody {}).await;
    assert_eq!(theirs.problem(), (404, "code.unknown".to_owned()));
    let gone: CodeView = merchant.sign(&world, withdraw, &WithdrawCodeBody {}).await.expect(200);
    assert_eq!(gone.withdrawn_at, Some(world.now()));
    assert_eq!(inspect(&world, &payload).await, ("dangerous".to_owned(), vec!["code.revoked".to_owned()]));
    let refused = payer.post(&world, "/v1/stickers/intents", &body).await;
    assert_eq!(refused.problem(), (422, "code.revoked".to_owned()));
}

#[tokio::test]
async fn a_sticker_that_is_not_registered_or_not_as_printed_is_worth_nothing() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    let payload = register(&world, &merchant, &sticker("HAN-1")).await.payload.unwrap();
    let signer = server::keys::load(world.dir.path()).unwrap();
    let code = qr::StaticCode {
        payee: merchant.payee,
        cap: won(50_000),
        place: "counter-1".to_owned(),
        serial: "HAN-9".to_owned(),
        created_at: world.now(),
        expires_at: world.now().checked_add_seconds(86_400).unwrap(),
        kid: String::new(),
    };
    let text = qr::CodeText {
        name: "Hangang Coffee".to_owned(),
        city: "SEOUL".to_owned(),
        category: "5814".to_owned(),
        country: "KR".to_owned(),
        local: None,
    };
    let unregistered = signer.sticker(&code, &text).unwrap();
    let altered = payload.replacen("50000", "90000", 1);
    for (payload, reason) in [(&unregistered, "code.unregistered"), (&altered, "code.altered")] {
        let body = StickerBody { amount: won(4_500), payload: payload.clone(), purpose: None };
        let refused = payer.post(&world, "/v1/stickers/intents", &body).await;
        assert_eq!(refused.problem(), (422, reason.to_owned()));
        assert_eq!(inspect(&world, payload).await, ("dangerous".to_owned(), vec![reason.to_owned()]));
    }
}

#[tokio::test]
async fn a_copy_on_anothers_counter_is_warned_of_refused_and_told_to_staff_and_neighbours() {
    let world = World::start().await;
    let (cafe, mule) = (world.merchant().await, world.merchant().await);
    register(&world, &cafe, &sticker("CAFE-1")).await;
    let far = CodeBody {
        cell: Some("wydm6d6".parse().unwrap()),
        surroundings: vec![90, 91, 92].try_into().unwrap(),
        ..sticker("MULE-1")
    };
    let payload = register(&world, &mule, &far).await.payload.unwrap();
    // Nobody says where: nothing speaks against it. At the café's counter everything does.
    assert_eq!(inspect(&world, &payload).await, ("trusted".to_owned(), vec![]));
    let scan = json!({ "cell": "wydm9qw", "surroundings": [7, 11, 40] });
    let sent = Sent::new("POST", "/v1/qr/inspect").body(json!({ "payload": payload, "scan": scan }).to_string());
    let said: Value = world.send(sent).await.expect(200);
    assert_eq!((&said["verdict"], &said["reasons"]), (&json!("dangerous"), &json!(["code.swap_suspected"])));

    world.clock.advance(1);
    for _ in 0..4 {
        let mut payer = world.payer(50_000).await;
        let body = StickerBody { amount: won(4_500), payload: payload.clone(), purpose: None };
        let terms: IntentView = payer.post(&world, "/v1/stickers/intents", &body).await.expect(201);
        let signer = server::keys::load(world.dir.path()).unwrap();
        let own = (payer.phone.payer(), won(4_500));
        let shown = device::check_sticker(&payload, terms.core, own, signer.trusted(), world.now()).unwrap();
        let shown = shown.scanned(serde_json::from_value(scan.clone()).unwrap());
        let payment = payment_id(&world);
        let answer = payer.call(&world, |phone| phone.pay(&shown, payment, world.moment())).await;
        assert_eq!(answer.problem(), (422, "code.swap_suspected".to_owned()));
        let report = json!({ "payload": payload });
        assert_eq!(payer.post(&world, "/v1/codes/reports", &report).await.status, 202);
    }
    let swaps = async || server::admin::swaps(world.store.as_ref()).await.unwrap();
    while swaps().await.iter().all(|swap| swap.alerted_at.is_none()) {
        tokio::task::yield_now().await;
    }
    let found = swaps().await;
    let [swap] = &found[..] else { panic!("{found:?}") };
    assert_eq!((swap.serial, swap.payee, swap.reports), (Some("MULE-1".parse().unwrap()), Some(mule.payee), 4));
    assert!(swap.reasons.contains(&money::ReasonCode::CodeOthersCounter));
    // The suspected payee is told nothing of it; the café is told that its counter may carry another's code.
    let kinds = async |merchant: &Merchant| -> Vec<String> {
        let page: Page<protocol::AlertView> = merchant.get(&world, "/v1/payee/alerts").await.expect(200);
        page.items.into_iter().map(|alert| alert.kind).collect()
    };
    assert_eq!(kinds(&cafe).await, ["code.swap_nearby", "code.registered"]);
    while kinds(&mule).await.len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(kinds(&mule).await, ["code.suspended", "code.registered"]);
    assert_eq!(inspect(&world, &payload).await, ("dangerous".to_owned(), vec!["code.suspended".to_owned()]));
}

#[tokio::test]
async fn a_foreign_code_that_imitates_a_registered_payee_is_noticed() {
    let world = World::start().await;
    world.merchant().await;
    let plain = |name: &str| {
        let account = [(0, "com.example"), (1, "1234")];
        let payload = qr::PayloadBuilder::new().value(0, "01").value(1, "11").template(26, &account);
        let payload = payload.value(52, "5814").value(53, "410").value(58, "KR").value(59, name).value(60, "SEOUL");
        payload.encode().unwrap()
    };
    assert_eq!(inspect(&world, &plain("Hangang Coffee")).await.0, "unverified");
    assert_eq!(inspect(&world, &plain("Other Coffee")).await.0, "unverified");
    assert_eq!(inspect(&world, &plain("Hangang C0ffee")).await.0, "suspicious");
}
