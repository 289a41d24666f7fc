//! What people come for.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use money::ReasonCode;
use protocol::{
    AlertView, BindDeviceBody, DeviceView, FreezeBody, IntentStatus, Page, PayerView, PaymentStatus, PaymentView,
    QuoteBody, QuoteView, ReceiptView, UnfreezeBody, Via,
};
use server::{Rate, RateLimits};
use store::Store;

use crate::client::Sent;
use crate::world::{Handset, World, payment_id, sent, shown, won};

#[tokio::test]
async fn from_sign_up_to_activity() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    let intent = merchant.intent(&world, 4_500).await;
    let body = QuoteBody {
        funding: protocol::FundingKind::Wallet,
        intent: intent.intent,
        via: Via::Code { payload: intent.code.clone(), scan: None },
    };
    let quote: QuoteView = payer.post(&world, "/v1/quotes", &body).await.expect(200);
    assert_eq!((quote.available_after, quote.refusals.len()), (Some(won(45_500)), 0));

    world.clock.advance(1);
    // One request: the phone has a nonce, its token, the code and the terms.
    let terms = shown(&world, &intent);
    let payment = payment_id(&world);
    let answer = world.send(sent(payer.phone.pay(&terms, payment, world.moment()).unwrap())).await;
    let paid: PaymentView = answer.expect(201);
    assert_eq!((paid.status, paid.captured), (PaymentStatus::Captured, won(4_500)));

    assert_eq!(payer.me(&world).await.balance.available, won(45_500));
    let receipt: ReceiptView = payer.get(&world, &format!("/v1/payments/{payment}/receipt")).await.expect(200);
    assert_eq!((receipt.payment, receipt.quote, receipt.core), (paid, intent.quote, intent.core));
    let list: Page<PaymentView> =
        payer.get(&world, "/v1/payments?status=captured&q=%EC%BB%A4%ED%94%BC").await.expect(200);
    assert_eq!(list.items.len(), 1);
    let alerts: Page<AlertView> = payer.get(&world, "/v1/alerts?limit=1").await.expect(200);
    assert_eq!((alerts.items[0].kind.as_str(), alerts.items[0].payment), ("payment.captured", Some(payment)));
    assert_eq!(alerts.items[0].payee_name.as_deref(), Some("한강 커피"));
    let older: Page<AlertView> =
        payer.get(&world, &format!("/v1/alerts?cursor={}", alerts.next.unwrap())).await.expect(200);
    // Both are of the same moment.
    let kinds: BTreeSet<_> = older.items.iter().map(|alert| alert.kind.as_str()).collect();
    assert_eq!((kinds, older.next), (BTreeSet::from(["payer.funded", "payer.opened"]), None));
    world.running.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_repeated_payment_is_answered_as_the_first_time_and_moves_money_once() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(10_000).await;
    let intent = merchant.intent(&world, 3_000).await;
    let (terms, payment) = (shown(&world, &intent), payment_id(&world));
    let mut answers = Vec::new();
    for _ in 0..3 {
        let answer = payer.call(&world, |phone| phone.pay(&terms, payment, world.moment())).await;
        assert_eq!(answer.status, 201);
        answers.push(answer.body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(payer.me(&world).await.balance.available, won(7_000));
}

#[tokio::test]
async fn a_refused_payment_keeps_its_id_and_its_reasons() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(1_000).await;
    let intent = merchant.intent(&world, 3_000).await;
    let payment = payment_id(&world);
    let first = payer.pay_answer(&world, &intent, payment).await;
    let problem: protocol::Problem = first.expect(402);
    assert_eq!((problem.code, problem.payment), (ReasonCode::FundsInsufficient, Some(payment)));
    let view: PaymentView = payer.get(&world, &format!("/v1/payments/{payment}")).await.expect(200);
    assert_eq!((view.status, view.reasons[0].code), (PaymentStatus::Refused, ReasonCode::FundsInsufficient));
}

#[tokio::test]
async fn a_frozen_wallet_pays_nothing_until_the_delay_has_passed() {
    let world = World::start().await;
    let mut payer = world.payer(10_000).await;
    let id = payer.phone.payer();
    let frozen: PayerView = payer.post(&world, "/v1/freeze", &FreezeBody { payer: id }).await.expect(200);
    assert!(frozen.frozen && frozen.unfreezes_at.is_none());
    let thawing: PayerView = payer.post(&world, "/v1/unfreeze", &UnfreezeBody { payer: id }).await.expect(200);
    assert!(thawing.frozen && thawing.unfreezes_at.is_some());
    world.clock.advance(601);
    payer.renew(&world).await;
    let open = payer.me(&world).await;
    assert!(!open.frozen && open.unfreezes_at.is_none());
}

#[tokio::test]
async fn another_device_is_bound_and_pays_from_the_same_wallet() {
    let world = World::start().await;
    let mut payer = world.payer(10_000).await;
    let mut second = Handset::of(&world, payer.phone.payer());
    second.phone.hear(200, Some(&world.nonce().await));
    let body = BindDeviceBody {
        device: second.phone.device(),
        device_name: "태블릿".parse().unwrap(),
        kind: protocol::SessionKind::Own,
        possession: second.phone.possession(world.moment()).unwrap(),
    };
    let bound: DeviceView = payer.post(&world, "/v1/devices", &body).await.expect(201);
    assert_eq!((bound.device, bound.key), (second.phone.device(), second.phone.jwk().thumbprint()));
    let devices: Page<DeviceView> = payer.get(&world, "/v1/devices").await.expect(200);
    assert_eq!(devices.items.len(), 2);
}

/// Tells when a stream is up, and reads on until it says `words`.
fn until(up: tokio::sync::oneshot::Sender<()>, words: &'static str) -> impl FnMut(&str) -> bool {
    let mut up = Some(up);
    move |text| {
        if let Some(up) = up.take() {
            up.send(()).unwrap();
        }
        text.contains(words)
    }
}

#[tokio::test]
async fn the_merchant_hears_of_its_payment_live_and_so_does_the_payer() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(10_000).await;
    let intent = merchant.intent(&world, 2_000).await;
    let watch =
        Sent::new("GET", &format!("/v1/intents/{}/events", intent.intent)).header("authorization", merchant.bearer());
    let alerts = sent(payer.phone.get("/v1/alerts/stream", world.moment()).unwrap());
    let (merchant_up, merchant_ready) = tokio::sync::oneshot::channel();
    let (payer_up, payer_ready) = tokio::sync::oneshot::channel();
    let heard = async {
        tokio::join!(
            watch.listen(world.address(), until(merchant_up, "\"payment_status\":\"captured\"")),
            alerts.listen(world.address(), until(payer_up, "payment.captured")),
        )
    };
    let pay = async {
        merchant_ready.await.unwrap();
        payer_ready.await.unwrap();
        payer.pay(&world, &intent).await
    };
    let all = async { tokio::join!(heard, pay) };
    let ((merchant_text, payer_text), _) = tokio::time::timeout(Duration::from_secs(30), all).await.unwrap();
    assert!(merchant_text.contains("event: intent\n"), "{merchant_text}");
    assert!(payer_text.contains("event: alert\n") && payer_text.contains("한강 커피"), "{payer_text}");
}

#[tokio::test]
async fn time_expires_intents_by_itself() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let intent = merchant.intent(&world, 2_000).await;
    world.clock.advance(130);
    let watch =
        Sent::new("GET", &format!("/v1/intents/{}/events", intent.intent)).header("authorization", merchant.bearer());
    let text = watch.listen(world.address(), |text| text.contains("\"status\":\"expired\"")).await;
    assert!(text.contains("expired"), "{text}");
    let view: protocol::IntentView = merchant.get(&world, &format!("/v1/intents/{}", intent.intent)).await.expect(200);
    assert_eq!(view.status, IntentStatus::Expired);
}

#[tokio::test]
async fn shutdown_answers_what_is_in_flight_and_ends_streams() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    let watch = Sent::new("GET", "/v1/alerts/stream");
    let mut requests = Vec::new();
    for _ in 0..8 {
        let intent = merchant.intent(&world, 1_000).await;
        let terms = shown(&world, &intent);
        requests.push(sent(payer.phone.pay(&terms, payment_id(&world), world.moment()).unwrap()));
    }
    let _ = payer.me(&world).await;
    let stream = sent(payer.phone.get("/v1/alerts/stream", world.moment()).unwrap());
    let headers = stream.headers;
    let watch = Sent { headers, ..watch };
    let address = world.address();
    let (up, ready) = tokio::sync::oneshot::channel();
    let (paid, one_paid) = tokio::sync::oneshot::channel();
    let (mut is_up, mut paid) = (until(up, "never said"), Some(paid));
    let listening = watch.listen(address, move |text| {
        if text.contains("payment.captured")
            && let Some(paid) = paid.take()
        {
            paid.send(()).unwrap();
        }
        is_up(text)
    });
    let stop = async {
        ready.await.unwrap();
        let mut answered = tokio::task::JoinSet::new();
        for request in requests {
            answered.spawn(async move { request.to(address).await.status });
        }
        // One payment is known to have been made; the others are somewhere on their way.
        one_paid.await.unwrap();
        world.running.shutdown().await.unwrap();
        answered
    };
    let (_, mut answered) = tokio::join!(listening, stop);
    let mut accepted = 0;
    while let Some(status) = answered.join_next().await {
        accepted += i64::from(status.is_ok_and(|status| status == 201));
    }
    drop(world.store);
    let store = store::SqliteStore::open(store::Options::new(world.dir.path().join("data"))).unwrap();
    let (_, account) = store.payer(payer.phone.payer()).await.unwrap().unwrap();
    assert!(accepted > 0 && account.available().minor() <= 50_000 - accepted * 1_000, "{accepted} {account:?}");
    assert!(store.check_ledger().await.unwrap().ok);
}

#[tokio::test]
async fn whoever_calls_too_often_is_told_when_to_come_back() {
    let rate = Some(Rate { per_second: NonZeroU32::MIN, burst: NonZeroU32::new(3).unwrap() });
    let world = World::with(|config| config.rate = RateLimits { address: rate, ..RateLimits::unlimited() }).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = world.get("/v1/reasons").await;
        statuses.push(answer.status);
        if answer.status == 429 {
            assert_eq!(answer.problem(), (429, "request.rate_limited".to_owned()));
            assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
        }
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    // Failing to prove oneself counts as well.
    assert_eq!(world.get("/v1/me").await.problem().1, "request.rate_limited");
}
