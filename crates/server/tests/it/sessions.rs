//! Sessions and devices: carried on, copied, ended, revoked; each binds at the next request.

use protocol::{
    BindDeviceBody, EndSessionsBody, FreezeBody, Page, PayerView, RevokeDeviceBody, SessionKind, SessionView,
    TokenView, UnfreezeBody,
};

use crate::world::{Handset, World, payment_id};

/// A second phone of the same payer, bound by the first; still waiting.
async fn second(world: &World, first: &mut Handset) -> Handset {
    let new = Handset::of(world, first.phone.payer());
    joined(world, first, new, SessionKind::Own).await
}

async fn joined(world: &World, first: &mut Handset, mut new: Handset, kind: SessionKind) -> Handset {
    new.phone.hear(200, Some(&world.nonce().await));
    let body = BindDeviceBody {
        device: new.phone.device(),
        device_name: "새 전화".parse().unwrap(),
        kind,
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

#[tokio::test]
async fn a_session_says_which_device_where_and_when_from_the_sign_up_on() {
    let world = World::start().await;
    let mut phone = world.payer(0).await;
    let rows = sessions(&world, &mut phone).await;
    let row = &rows[0];
    assert_eq!((rows.len(), row.device_name.as_str(), row.place.as_str()), (1, "전화", "127.0.0.0/24"));
    assert_eq!((row.opened_at, row.last_at, row.kind), (world.now(), world.now(), SessionKind::Own));
    world.clock.advance(60);
    phone.renew(&world).await;
    let rows = sessions(&world, &mut phone).await;
    assert_eq!((rows[0].last_at, rows.len()), (world.now(), 1));
}

#[tokio::test]
async fn a_session_ends_idle_or_old_and_its_refresh_token_with_it() {
    let world = World::start().await;
    let mut phone = world.payer(0).await;
    let day = 24 * 3_600;
    for _ in 0..3 {
        world.clock.advance(29 * day);
        phone.renew(&world).await;
    }
    world.clock.advance(3 * day);
    let refresh = phone.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(refresh.problem(), (401, "auth.session_ended".to_owned()), "ninety days in any case");
    phone.phone.reset_token();
    phone.renew(&world).await;
    world.clock.advance(30 * day);
    let refresh = phone.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(refresh.problem(), (401, "auth.session_ended".to_owned()), "thirty days unused");
    assert!(sessions_of_store(&world, &phone).await.iter().all(|session| !session.is_live(world.now())));
}

async fn sessions_of_store(world: &World, phone: &Handset) -> Vec<payments::Session> {
    store::Store::device(world.store.as_ref(), phone.phone.device()).await.unwrap().unwrap().1.unwrap().sessions
}

#[tokio::test]
async fn a_sixth_session_ends_the_one_longest_unused() {
    let world = World::start().await;
    let mut phone = world.payer(0).await;
    let mut tokens = Vec::new();
    for _ in 0..6 {
        world.clock.advance(1);
        phone.phone.reset_token();
        let token = phone.call(&world, |phone| phone.token_request(world.moment())).await.expect::<TokenView>(200);
        tokens.push(token);
    }
    phone.accept(&tokens[5]);
    let rows = sessions(&world, &mut phone).await;
    assert_eq!(
        rows.iter().map(|row| row.session).collect::<Vec<_>>(),
        tokens[1..].iter().map(|t| t.session).collect::<Vec<_>>()
    );
    phone.accept(&tokens[0]);
    assert_eq!(phone.get(&world, "/v1/me").await.problem().1, "auth.session_ended");
}

#[tokio::test]
async fn a_shared_device_gets_no_refresh_token_idles_two_minutes_and_leaves_nothing() {
    let world = World::start().await;
    let mut first = world.payer(10_000).await;
    let cafe = Handset::of(&world, first.phone.payer()).shared();
    let own = Handset::of(&world, first.phone.payer());
    // What the machine says of itself is signed: a relay cannot let it in as one of the payer's own.
    let mut relayed = Handset::of(&world, first.phone.payer()).shared();
    relayed.phone.hear(200, Some(&world.nonce().await));
    let body = BindDeviceBody {
        device: relayed.phone.device(),
        device_name: "PC방".parse().unwrap(),
        kind: SessionKind::Own,
        possession: relayed.phone.possession(world.moment()).unwrap(),
    };
    assert_eq!(first.post(&world, "/v1/devices", &body).await.problem().1, "proof.wrong_body");

    let mut cafe = joined(&world, &mut first, cafe, SessionKind::Shared).await;
    let token = cafe.call(&world, |phone| phone.token_request(world.moment())).await;
    assert!(!token.text().contains("refresh_token"), "{}", token.text());
    let token = token.expect::<TokenView>(200);
    assert_eq!(token.expires_at, world.now().checked_add_seconds(120).unwrap());
    cafe.accept(&token);
    let row = sessions(&world, &mut cafe).await.into_iter().find(|row| row.current).unwrap();
    assert_eq!((row.kind, row.session), (SessionKind::Shared, token.session));
    world.clock.advance(100);
    assert!(cafe.phone.needs_token(world.now()), "whoever goes on fetches another long before the end");
    cafe.renew(&world).await;
    world.clock.advance(119);
    assert_eq!(cafe.get(&world, "/v1/me").await.status, 200);
    world.clock.advance(1);
    assert_eq!(cafe.get(&world, "/v1/me").await.problem().1, "auth.token_expired");
    let again = cafe.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(again.problem(), (401, "auth.session_ended".to_owned()));

    let mut cafe = joined(&world, &mut first, own, SessionKind::Own).await;
    cafe = cafe.shared();
    cafe.phone.reset_token();
    cafe.renew(&world).await;
    let device = cafe.phone.device();
    let out = cafe.post(&world, "/v1/sessions/end", &EndSessionsBody { device, session: None }).await;
    assert_eq!(out.header("clear-site-data"), Some("\"cache\", \"cookies\", \"storage\""));
    assert!(out.expect::<protocol::DeviceView>(200).revoked, "with its session, the device goes");
    assert_eq!(cafe.get(&world, "/v1/me").await.problem().1, "device.revoked");
    first = first.shared();
    first.phone.reset_token();
    let last = first.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(last.problem(), (409, "device.last_one".to_owned()));
}
