//! Many callers at one address, and proxies in front: whom a flood stops, and whom it does not.

use std::net::IpAddr;

use protocol::FreezeBody;
use server::{Config, Rate, RateLimits};

use crate::client::Sent;
use crate::world::World;

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// One call a second, `burst` at once, for each address.
fn by_address(burst: u32) -> RateLimits {
    RateLimits { address: Some(Rate::new(1, burst)), ..RateLimits::unlimited() }
}

fn limited() -> (u16, String) {
    (429, "request.rate_limited".to_owned())
}

async fn from(world: &World, client: &str) -> u16 {
    world.send(Sent::new("GET", "/v1/reasons").header("x-forwarded-for", client)).await.status
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_caller_is_counted_alone() {
    let behind = |config: &mut Config| (config.rate, config.trusted_proxies) = (by_address(2), vec![LOOPBACK]);
    let world = World::with(behind).await;
    for (client, status) in [("192.0.2.1", 200), ("192.0.2.1", 200), ("192.0.2.1", 429), ("192.0.2.2", 200)] {
        assert_eq!(from(&world, client).await, status, "{client}");
    }
    // What the caller wrote itself changes nothing.
    assert_eq!(from(&world, "198.51.100.9, 192.0.2.1").await, 429);
    // What is no address counts for the proxy's own.
    let statuses = [from(&world, "a").await, from(&world, "b").await, from(&world, "c").await];
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn nobody_else_is_believed_about_addresses() {
    let world = World::with(|config| config.rate = by_address(2)).await;
    let statuses = [from(&world, "192.0.2.1").await, from(&world, "192.0.2.2").await, from(&world, "192.0.2.3").await];
    assert_eq!(statuses, [200, 200, 429]);
}

#[tokio::test]
async fn a_flood_from_an_address_stops_neither_tokens_nor_freezing_there() {
    let world = World::with(|config| config.rate = by_address(3)).await;
    let mut payer = world.payer(0).await;
    while world.get("/v1/me").await.status != 429 {}
    // A nonce too old does not make a payer a stranger.
    world.clock.advance(400);
    payer.renew(&world).await;
    let body = FreezeBody { payer: payer.phone.payer() };
    let answer = payer.post(&world, "/v1/freeze", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(world.get("/v1/me").await.problem(), limited());
}

#[tokio::test]
async fn a_token_is_counted_by_its_key() {
    let device = RateLimits { device: Some(Rate::new(1, 2)), ..RateLimits::unlimited() };
    let world = World::with(|config| config.rate = device).await;
    let (mut payer, mut other) = (world.payer(0).await, world.payer(0).await);
    payer.renew(&world).await;
    payer.renew(&world).await;
    let answer = payer.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(answer.problem(), limited());
    other.renew(&world).await;
}

#[tokio::test]
async fn a_merchant_is_looked_up_only_while_its_address_may_have_something_verified() {
    let checks = RateLimits { checks: Some(Rate::new(1, 2)), ..RateLimits::unlimited() };
    let behind = |config: &mut Config| (config.rate, config.trusted_proxies) = (checks, vec![LOOPBACK]);
    let world = World::with(behind).await;
    let merchant = world.merchant().await;
    let body = protocol::VoidBody { amount: None };
    let path = format!("/v1/payments/{}/void", money::PaymentId::from_bytes([1; 16]));
    let key = |client: &str| {
        Sent::new("GET", "/v1/payee").header("authorization", merchant.bearer()).header("x-forwarded-for", client)
    };
    let signed = |client: &str| merchant.signed(&world, &path, &body).header("x-forwarded-for", client);
    assert_eq!(world.send(key("192.0.2.1")).await.status, 200);
    assert_eq!(world.send(signed("192.0.2.1")).await.problem(), (404, "payment.unknown".to_owned()));
    assert_eq!(world.send(key("192.0.2.1")).await.problem(), limited());
    assert_eq!(world.send(signed("192.0.2.1")).await.problem(), limited());
    assert_eq!(world.send(key("192.0.2.2")).await.status, 200);
}

#[tokio::test]
async fn a_merchant_that_proves_itself_spends_nothing_of_its_addresss_calls() {
    let world = World::with(|config| config.rate = by_address(1)).await;
    let merchant = world.merchant().await;
    for _ in 0..4 {
        assert_eq!(merchant.get(&world, "/v1/payee").await.status, 200);
    }
}

#[tokio::test]
async fn behind_a_proxy_the_operators_addresses_are_on_the_admin_socket_only() {
    let world = World::with(|config| config.trusted_proxies = vec![IpAddr::from([192, 0, 2, 9])]).await;
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(world.get(path).await.problem(), (404, "request.not_found".to_owned()), "{path}");
    }
    let socket = world.running.admin_socket().unwrap();
    let ask = |method: &str, path: &str| Sent::new(method, path).over_socket(socket);
    assert!(ask("GET", "/admin/metrics").await.text().contains("farthing_requests"));
    assert_eq!(ask("GET", "/admin/healthz").await.status, 200);
    assert_eq!(ask("GET", "/admin/readyz").await.text(), "ready\n");
    assert_eq!(ask("POST", "/admin/metrics").await.problem(), (404, "request.not_found".to_owned()));
    assert_eq!(world.get("/admin/metrics").await.problem(), (404, "request.not_found".to_owned()));
}
