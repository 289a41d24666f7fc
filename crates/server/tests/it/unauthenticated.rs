//! Whoever has not proven itself learns one thing, always in the same bytes.

use std::collections::BTreeSet;

use protocol::{TokenBody, to_canonical};

use crate::attempt::Attempt;
use crate::client::{Answer, Sent};
use crate::world::{Handset, World};

fn told(answer: &Answer) -> (u16, Vec<u8>, Option<&str>) {
    (answer.status, answer.body.clone(), answer.header("www-authenticate"))
}

#[tokio::test]
async fn every_way_of_not_being_anybody_is_answered_in_the_same_bytes() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let payer = world.payer(1_000).await;
    let other = world.payer(0).await;
    let good = Attempt::good(&world, &payer, "GET", "/v1/me", b"").await;
    let token = payer.token.clone();
    let proof = good.proof();
    let (head, tail) = proof.rsplit_once('.').unwrap();
    let flipped = format!("{head}.{}{}", if tail.starts_with('A') { 'B' } else { 'A' }, &tail[1..]);
    let forged = format!("{}{}", &token[..token.len() - 1], if token.ends_with('A') { 'E' } else { 'A' });
    let me = || Sent::new("GET", "/v1/me");
    let dpop = |token: &str| format!("DPoP {token}");
    let rows: Vec<(&str, Sent)> = vec![
        ("nothing", me()),
        ("no proof", me().header("authorization", dpop(&token))),
        ("no token", me().header("dpop", good.proof())),
        ("bearer", me().header("authorization", format!("Bearer {token}")).header("dpop", good.proof())),
        ("basic", me().header("authorization", "Basic YTpi").header("dpop", good.proof())),
        ("garbage token", me().header("authorization", "DPoP garbage").header("dpop", good.proof())),
        ("forged token", me().header("authorization", dpop(&forged)).header("dpop", good.proof())),
        ("garbage proof", me().header("authorization", dpop(&token)).header("dpop", "a.b.c")),
        ("empty proof", me().header("authorization", dpop(&token)).header("dpop", "")),
        ("bad signature", me().header("authorization", dpop(&token)).header("dpop", flipped)),
        ("no signature", me().header("authorization", dpop(&token)).header("dpop", format!("{head}."))),
        ("two proofs", good.sent().header("dpop", good.proof())),
        ("two tokens", good.sent().header("authorization", dpop(&token))),
        ("merchant key", me().header("authorization", merchant.bearer())),
        ("unknown payment", Sent::new("GET", "/v1/payments/pay_01k9zj3d8nf2m0000000000000")),
        (
            "wrong API key",
            Sent::new("GET", "/v1/payee").header("authorization", format!("Bearer fk_{}", "A".repeat(43))),
        ),
        ("token as API key", Sent::new("GET", "/v1/payee").header("authorization", dpop(&token))),
        ("unsigned refund", Sent::new("POST", "/v1/refunds").header("authorization", merchant.bearer()).body("{}")),
    ];
    let mut answers = BTreeSet::new();
    for (name, sent) in rows {
        let answer = world.send(sent).await;
        assert_eq!(answer.problem(), (401, "auth.refused".to_owned()), "{name}");
        let (status, body, challenge) = told(&answer);
        answers.insert((status, body, challenge.map(ToOwned::to_owned)));
    }
    // A token for a device that is not bound, is another's, or whose key is another.
    let strangers =
        [(&payer, &other), (&other, &payer)].map(|(who, device)| (who.phone.payer(), device.phone.device(), who.seed));
    let own_device = (payer.phone.payer(), payer.phone.device(), other.seed);
    let unbound = Handset::new(&world);
    let never_seen = (unbound.phone.payer(), unbound.phone.device(), unbound.seed);
    for (payer_id, device, seed) in strangers.into_iter().chain([own_device, never_seen]) {
        let body = to_canonical(&TokenBody { device, kind: protocol::SessionKind::Own, payer: payer_id });
        let mut attempt = Attempt::good(&world, &payer, "POST", "/v1/tokens", &body).await;
        (attempt.authorization, attempt.claims.ath, attempt.seed) = (None, None, seed);
        let answer = world.send(attempt.sent()).await;
        let (status, body, challenge) = told(&answer);
        answers.insert((status, body, challenge.map(ToOwned::to_owned)));
    }
    assert_eq!(
        answers.len(),
        1,
        "{:?}",
        answers.iter().map(|answer| String::from_utf8_lossy(&answer.1)).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_read_proof_works_once_and_a_token_proof_works_once() {
    let world = World::start().await;
    let payer = world.payer(0).await;
    let read = Attempt::good(&world, &payer, "GET", "/v1/me", b"").await;
    assert_eq!(world.send(read.sent()).await.status, 200);
    assert_eq!(world.send(read.sent()).await.problem(), (401, "proof.replayed".to_owned()));
    let body = to_canonical(&TokenBody {
        device: payer.phone.device(),
        kind: protocol::SessionKind::Own,
        payer: payer.phone.payer(),
    });
    let mut token = Attempt::good(&world, &payer, "POST", "/v1/tokens", &body).await;
    (token.authorization, token.claims.ath) = (None, None);
    assert_eq!(world.send(token.sent()).await.status, 200);
    assert_eq!(world.send(token.sent()).await.problem(), (401, "proof.replayed".to_owned()));
}

#[tokio::test]
async fn what_belongs_to_another_does_not_exist() {
    let world = World::start().await;
    let (merchant, rival) = (world.merchant().await, world.merchant().await);
    let (mut payer, mut other) = (world.payer(10_000).await, world.payer(0).await);
    let intent = merchant.intent(&world, 1_000).await;
    let payment = payer.pay(&world, &intent).await.payment;
    for path in
        [format!("/v1/payments/{payment}"), format!("/v1/payments/{payment}/receipt"), "/v1/payments/x".to_owned()]
    {
        assert_eq!(other.get(&world, &path).await.problem(), (404, "payment.unknown".to_owned()));
    }
    for path in [format!("/v1/intents/{}", intent.intent), format!("/v1/intents/{}/events", intent.intent)] {
        assert_eq!(rival.get(&world, &path).await.problem(), (404, "intent.unknown".to_owned()));
    }
    let refund = protocol::RefundBody {
        amount: crate::world::won(1_000),
        cause: None,
        payment,
        reason: None,
        refund: crate::world::refund_id(&world),
    };
    assert_eq!(rival.sign(&world, "/v1/refunds", &refund).await.problem(), (404, "payment.unknown".to_owned()));
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let world = World::start().await;
    assert_eq!(world.get("/v1/nothing").await.problem(), (404, "request.not_found".to_owned()));
    let answer = world.send(Sent::new("DELETE", "/v1/payments")).await;
    assert_eq!(answer.problem(), (405, "request.method_not_allowed".to_owned()));
    assert!(answer.header("allow").unwrap().contains("POST"));
    let answer = world.send(Sent::new("PUT", "/anything")).await;
    assert_eq!(answer.problem(), (404, "request.not_found".to_owned()));
    let answer = world.get("/v1/payments/%FF").await;
    assert!(answer.status == 400 || answer.status == 401, "{}", answer.status);
    answer.problem();
}

/// Two servers on one store: what one of them only remembers, the other does not know, and so it does not take it.
#[tokio::test]
async fn a_proof_that_was_read_with_on_one_node_is_worth_nothing_on_another() {
    let origin = || Some("http://pay.test".to_owned());
    let world = World::with(|config| config.public_origin = origin()).await;
    let mut phone = world.payer(0).await;
    let other = world.another(|config| config.public_origin = origin()).await;
    for make in [
        |phone: &device::Phone<device::SoftwareKey>, at| phone.get("/v1/me", at),
        |phone: &device::Phone<device::SoftwareKey>, at| {
            let intent = money::IntentId::from_bytes([3; 16]);
            let (funding, via) = (protocol::FundingKind::Wallet, protocol::Via::Link {});
            phone.post("/v1/quotes", &protocol::QuoteBody { funding, intent, via }, at)
        },
    ] {
        phone.phone.hear(200, Some(&world.nonce().await));
        let request = make(&phone.phone, world.moment()).unwrap();
        let first = world.send(crate::world::sent(request.clone())).await;
        assert_ne!(first.status, 401, "{}", first.text());
        let again = crate::world::sent(request.clone()).to(other.address()).await;
        assert_eq!(again.problem(), (401, "auth.nonce_needed".to_owned()));
        phone.phone.hear(401, again.header("dpop-nonce"));
        let fresh = make(&phone.phone, world.moment()).unwrap();
        let answer = crate::world::sent(fresh).to(other.address()).await;
        assert_eq!(answer.status, first.status, "an honest phone signs again: {}", answer.text());
    }
}
