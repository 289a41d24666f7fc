//! What merchants do, and what they may not.

use money::PaymentId;
use protocol::{
    CaptureBody, IntentStatus, IntentView, PayeeView, PaymentStatus, PaymentView, QuoteCore, RefundBody, RefundView,
    VoidBody, sha256,
};
use serde_json::json;
use store::Store;

use crate::client::Sent;
use crate::world::{Merchant, World, refund_id, won};

fn refund(world: &World, payment: PaymentId, minor: i64) -> RefundBody {
    RefundBody {
        amount: won(minor),
        cause: None,
        payment,
        reason: Some("변심".parse().unwrap()),
        refund: refund_id(world),
    }
}

async fn balance(world: &World, merchant: &Merchant) -> i64 {
    let balance = merchant.get(world, "/v1/payee").await.expect::<PayeeView>(200).balance;
    balance.available.checked_add(balance.pending).unwrap().minor()
}

#[tokio::test]
async fn an_intent_is_made_watched_and_its_terms_are_public() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let body = json!({"amount": won(4_500), "purpose": "라떼", "reference": "A-17", "expires_in_seconds": 60});
    let create = |key: &str, body: &serde_json::Value| {
        let sent = Sent::new("POST", "/v1/intents").header("authorization", merchant.bearer());
        world.send(sent.header("idempotency-key", key).body(body.to_string()))
    };
    let view: IntentView = create("order-17", &body).await.expect(201);
    assert_eq!(
        (view.status, view.reference.as_deref(), view.code.len() > 300),
        (IntentStatus::Open, Some("A-17"), true)
    );
    assert_eq!(create("order-17", &body).await.expect::<IntentView>(201), view);
    let other = json!({"amount": won(4_600), "purpose": "라떼"});
    assert_eq!(create("order-17", &other).await.problem(), (409, "request.idempotency_key_reused".to_owned()));
    let terms = world.get(&format!("/v1/intents/{}/core", view.intent)).await;
    assert_eq!(sha256(&terms.body), view.quote);
    assert_eq!(terms.expect::<QuoteCore>(200), view.core);
    let missing = world.get("/v1/intents/int_01k9zj3d8nf2m0000000000000/core").await;
    assert_eq!(missing.problem(), (404, "intent.unknown".to_owned()));
}

#[tokio::test]
async fn a_bad_intent_is_refused_with_its_reason() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let rows = [
        (json!({"amount": won(0), "purpose": "x"}), 422, "amount.zero"),
        (json!({"amount": won(-1), "purpose": "x"}), 422, "amount.negative"),
        (json!({"amount": {"currency": "EUR", "minor": 1}, "purpose": "x"}), 422, "amount.wrong_currency"),
        (json!({"amount": {"currency": "KRW", "minor": 1.5}, "purpose": "x"}), 422, "amount.fractional"),
        (json!({"amount": {"currency": "KRW", "minor": 1e20}, "purpose": "x"}), 422, "amount.overflow"),
        (json!({"amount": won(1), "purpose": ""}), 400, "request.malformed"),
        (json!({"amount": won(1), "purpose": "x", "expires_in_seconds": 1}), 400, "request.malformed"),
        (json!({"amount": won(1), "purpose": "x", "payee": "y"}), 400, "request.malformed"),
    ];
    for (body, status, code) in rows {
        assert_eq!(merchant.create(&world, &body).await.problem(), (status, code.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn a_refund_needs_the_merchants_signature_over_exactly_this_body() {
    let world = World::start().await;
    let (merchant, rival) = (world.merchant().await, world.merchant().await);
    let mut payer = world.payer(10_000).await;
    let payment = payer.pay(&world, &merchant.intent(&world, 5_000).await).await.payment;
    let body = refund(&world, payment, 2_000);
    let refused = (401, "auth.refused".to_owned());
    let text = serde_json::to_vec(&body).unwrap();

    let unsigned = Sent::new("POST", "/v1/refunds").header("authorization", merchant.bearer()).body(text.clone());
    assert_eq!(world.send(unsigned).await.problem(), refused);
    let changed =
        merchant.signed(&world, "/v1/refunds", &body).body(String::from_utf8(text).unwrap().replace("2000", "5000"));
    assert_eq!(world.send(changed).await.problem(), refused);
    let forged = Merchant { payee: merchant.payee, api_key: String::new(), pair: rival.pair };
    assert_eq!(forged.sign(&world, "/v1/refunds", &body).await.problem(), refused);
    let stranger = Merchant { payee: money::PayeeId::from_bytes([3; 16]), ..forged };
    assert_eq!(stranger.sign(&world, "/v1/refunds", &body).await.problem(), refused);
    let mut elsewhere = merchant.signed(&world, "/v1/refunds", &body);
    elsewhere.path = format!("/v1/payments/{payment}/void");
    assert_eq!(world.send(elsewhere).await.problem(), refused);
    let mut queried = merchant.signed(&world, "/v1/refunds", &body);
    queried.path.push_str("?amount=1");
    assert_eq!(world.send(queried).await.problem(), refused);
    let old = merchant.signed(&world, "/v1/refunds", &body);
    world.clock.advance(62);
    assert_eq!(world.send(old).await.problem(), (401, "proof.stale".to_owned()));
    assert_eq!(balance(&world, &merchant).await, 5_000);

    let first: RefundView = merchant.sign(&world, "/v1/refunds", &body).await.expect(201);
    assert_eq!((first.amount, first.remaining), (won(2_000), won(3_000)));
    assert_eq!(merchant.sign(&world, "/v1/refunds", &body).await.expect::<RefundView>(201), first);
    let other = RefundBody { amount: won(1), ..body };
    assert_eq!(merchant.sign(&world, "/v1/refunds", &other).await.problem(), (409, "refund.id_reused".to_owned()));
    let too_much = refund(&world, payment, 3_001);
    assert_eq!(
        merchant.sign(&world, "/v1/refunds", &too_much).await.problem(),
        (422, "refund.exceeds_remaining".to_owned())
    );
    assert_eq!(balance(&world, &merchant).await, 3_000);
    assert_eq!(payer.me(&world).await.balance.available, won(7_000));
}

#[tokio::test]
async fn a_signed_request_works_once() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(10_000).await;
    let payment = payer.pay(&world, &merchant.intent(&world, 5_000).await).await.payment;
    let sent = || merchant.signed(&world, "/v1/refunds", &refund(&world, payment, 100));
    let first = sent();
    let again = Sent {
        method: first.method.clone(),
        path: first.path.clone(),
        headers: first.headers.clone(),
        body: first.body.clone(),
    };
    assert_eq!(world.send(first).await.status, 201);
    assert_eq!(world.send(again).await.problem(), (401, "proof.replayed".to_owned()));
}

#[tokio::test]
async fn held_money_is_captured_in_part_or_voided() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(10_000).await;
    let held = payer.pay(&world, &merchant.manual(&world, 4_000).await).await;
    assert_eq!((held.status, held.captured), (PaymentStatus::Authorized, won(0)));
    assert_eq!(payer.me(&world).await.balance.held, won(4_000));
    let path = format!("/v1/payments/{}/capture", held.payment);
    let too_much = CaptureBody { amount: Some(won(4_001)) };
    assert_eq!(merchant.sign(&world, &path, &too_much).await.problem(), (422, "capture.exceeds_hold".to_owned()));
    let part: PaymentView = merchant.sign(&world, &path, &CaptureBody { amount: Some(won(3_000)) }).await.expect(200);
    assert_eq!((part.status, part.captured), (PaymentStatus::Captured, won(3_000)));
    let again = merchant.sign(&world, &path, &CaptureBody { amount: None }).await;
    assert_eq!(again.problem(), (409, "payment.captured".to_owned()));
    let me = payer.me(&world).await.balance;
    assert_eq!((me.available, me.held), (won(7_000), won(0)));

    let held = payer.pay(&world, &merchant.manual(&world, 2_000).await).await;
    let path = format!("/v1/payments/{}/void", held.payment);
    let voided: PaymentView = merchant.sign(&world, &path, &VoidBody { amount: None }).await.expect(200);
    assert_eq!(voided.status, PaymentStatus::Voided);
    assert_eq!(payer.me(&world).await.balance.available, won(7_000));
    assert_eq!(balance(&world, &merchant).await, 3_000);
}

/// The clock of the world stands still and the roll-up goes by the machine's, so this waits for the fact itself.
#[tokio::test]
async fn what_is_paid_is_pending_and_then_available_without_anybody_asking() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(10_000).await;
    payer.pay(&world, &merchant.intent(&world, 4_000).await).await;
    payer.pay(&world, &merchant.intent(&world, 500).await).await;
    assert_eq!(balance(&world, &merchant).await, 4_500, "counted or not, it is there");
    let counted = async {
        loop {
            let row = world.store.payee_balance(merchant.payee).await.unwrap().unwrap();
            assert_eq!(row.account.available().minor() + row.pending.minor(), 4_500);
            if row.pending.is_zero() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), counted).await.unwrap();
    let view = merchant.get(&world, "/v1/payee").await.expect::<PayeeView>(200).balance;
    assert_eq!((view.available, view.posted, view.held, view.pending), (won(4_500), won(4_500), won(0), won(0)));
    assert_eq!(view.as_of, world.now());
}
