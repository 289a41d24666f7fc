//! Sessions and devices: carried on, copied, ended, revoked; each binds at the next request.

use protocol::{
    BindDeviceBody, EndSessionsBody, FreezeBody, Page, PayerView, RevokeDeviceBody, SessionView, TokenView,
    UnfreezeBody,
};

use crate::world::{Handset, World, payment_id};

/// A second phone of the same payer, bound by the first; still waiting.
async fn second(world: &World, first: &mut Handset) -> Handset {
    let mut new = Handset::of(world, first.phone.payer());
    new.phone.hear(200, Some(&world.nonce().await));
    let body = BindDeviceBody {
        device: new.phone.device(),
        device_name: "새 전화".parse().unwrap(),
        possession: new.phone.possession(world.moment()).unwrap(),
    };
    assert_eq!(first.post(world, "/v1/devices", &body).await.status, 201);
    new.renew(world).await;
    new
}

async fn sessions(world: &World, phone: &mut Handset) -> Vec<SessionView> {
    phone.get(world, "/v1/sessions").await.expect::<Page<SessionView>>(200).items
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_its_session_and_tells_the_payer() {
    let world = World::start().await;
    let mut phone = world.payer(0).await;
    let stolen = phone.call(&world, |phone| phone.token_request(world.moment())).await.expect::<TokenView>(200);
    // The phone still holds the token of its sign-up, which was used just now.
    let answer = phone.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(answer.problem(), (401, "auth.session_ended".to_owned()));
    phone.accept(&stolen);
    let answer = phone.get(&world, "/v1/me").await;
    assert_eq!(answer.problem(), (401, "auth.session_ended".to_owned()), "the copy's access token ends with it");
    phone.phone.reset_token();
    phone.renew(&world).await;
    assert!(phone.get(&world, "/v1/alerts").await.text().contains("session.refresh_reused"));
}

#[tokio::test]
async fn an_ended_session_and_a_revoked_device_are_refused_at_the_next_request() {
    let world = World::start().await;
    let mut first = world.payer(10_000).await;
    let mut new = second(&world, &mut first).await;
    assert!(sessions(&world, &mut first).await.iter().any(|session| session.current));
    let device = new.phone.device();
    let ended = first.post(&world, "/v1/sessions/end", &EndSessionsBody { device, session: None }).await;
    assert_eq!((ended.status, ended.header("clear-site-data")), (200, None));
    assert_eq!(new.get(&world, "/v1/me").await.problem().1, "auth.session_ended");
    new.phone.reset_token();
    new.renew(&world).await;
    assert_eq!(new.get(&world, "/v1/me").await.status, 200);
    assert_eq!(first.post(&world, "/v1/devices/revoke", &RevokeDeviceBody { device }).await.status, 200);
    assert_eq!(new.get(&world, "/v1/me").await.problem(), (403, "device.revoked".to_owned()));
    new.phone.reset_token();
    let answer = new.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(answer.problem(), (401, "auth.refused".to_owned()));
    let device = first.phone.device();
    let answer = first.post(&world, "/v1/devices/revoke", &RevokeDeviceBody { device }).await;
    assert_eq!(answer.problem(), (409, "device.last_one".to_owned()));
    let own = first.post(&world, "/v1/sessions/end", &EndSessionsBody { device, session: None }).await;
    assert_eq!(own.header("clear-site-data"), Some("\"cache\", \"cookies\""));
    assert_eq!(first.get(&world, "/v1/me").await.problem().1, "auth.session_ended");
}

#[tokio::test]
async fn a_new_device_only_looks_and_freezes_until_its_wait_is_over() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut first = world.payer(10_000).await;
    let mut new = second(&world, &mut first).await;
    let intent = merchant.intent(&world, 1_000).await;
    let answer = new.pay_answer(&world, &intent, payment_id(&world)).await;
    assert_eq!(answer.problem(), (403, "device.cooling_off".to_owned()));
    let device = first.phone.device();
    let answer = new.post(&world, "/v1/devices/revoke", &RevokeDeviceBody { device }).await;
    assert_eq!(answer.problem(), (403, "device.cooling_off".to_owned()));
    let body = FreezeBody { payer: new.phone.payer() };
    assert!(new.post(&world, "/v1/freeze", &body).await.expect::<PayerView>(200).frozen);
    world.clock.advance(12 * 3_600);
    new.phone.reset_token();
    new.renew(&world).await;
    let intent = merchant.intent(&world, 1_000).await;
    let answer = new.pay_answer(&world, &intent, payment_id(&world)).await;
    assert_eq!(answer.problem().1, "payer.frozen", "it waits no longer, and the brake is on");
}

#[tokio::test]
async fn whoever_is_being_stopped_neither_thaws_nor_revokes_the_one_who_stopped_them() {
    let world = World::start().await;
    let mut stolen = world.payer(10_000).await;
    let mut own = second(&world, &mut stolen).await;
    world.clock.advance(12 * 3_600);
    for phone in [&mut stolen, &mut own] {
        phone.phone.reset_token();
        phone.renew(&world).await;
    }
    let payer = own.phone.payer();
    assert_eq!(own.post(&world, "/v1/freeze", &FreezeBody { payer }).await.status, 200);
    assert_eq!(stolen.post(&world, "/v1/freeze", &FreezeBody { payer }).await.status, 200);
    let refused = (403, "payer.frozen".to_owned());
    assert_eq!(stolen.post(&world, "/v1/unfreeze", &UnfreezeBody { payer }).await.problem(), refused);
    let device = own.phone.device();
    assert_eq!(stolen.post(&world, "/v1/devices/revoke", &RevokeDeviceBody { device }).await.problem(), refused);
    let thawing: PayerView = own.post(&world, "/v1/unfreeze", &UnfreezeBody { payer }).await.expect(200);
    assert!(thawing.unfreezes_at.is_some());
}
