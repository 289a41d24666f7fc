//! The server's own keys over HTTP: rotated without a restart, on two nodes, with an overlap and without; and those of codes.

use money::ReasonCode;
use server::admin::{RotateServerKeys, rotate_server_keys, server_keys};
use server::{Running, SignerReader, keys};

use crate::client::Answer;
use crate::world::{Handset, World, sent};

async fn rotate(world: &World, overlap_seconds: i64) -> u32 {
    rotate_server_keys(&*world.store, RotateServerKeys { overlap_seconds }).await.unwrap().generation
}

impl Handset {
    /// Asks for its wallet at another node, which wants a nonce of its own.
    async fn me_at(&mut self, world: &World, node: &Running) -> Answer {
        let mut answer = None;
        for _ in 0..2 {
            let request = self.phone.get("/v1/me", world.moment()).unwrap();
            let heard = sent(request).to(node.address()).await;
            self.phone.hear(heard.status, heard.header("dpop-nonce"));
            answer = Some(heard);
        }
        answer.unwrap()
    }
}

#[tokio::test]
async fn the_servers_keys_rotate_without_a_restart_and_old_tokens_live_out_the_overlap() {
    let world = World::start().await;
    let origin = format!("http://{}", world.address());
    let other = world.another(|config| config.public_origin = Some(origin)).await;
    assert_eq!(server_keys(&*world.store).await.unwrap().generation, 0);
    let (mut mina, mut jun) = (world.payer(0).await, world.payer(0).await);
    assert_eq!(mina.me_at(&world, &other).await.status, 200);

    assert_eq!(rotate(&world, 3_600).await, 1);
    world.running.renew_keys().await.unwrap();
    // What was signed before is good here and where nobody has heard of it yet, and so is what is signed from now on.
    assert_eq!(mina.get(&world, "/v1/me").await.status, 200);
    assert_eq!(mina.me_at(&world, &other).await.status, 200);
    let before = mina.token.clone();
    mina.renew(&world).await;
    assert_ne!(mina.token, before);
    assert_eq!(mina.me_at(&world, &other).await.status, 200);
    other.renew_keys().await.unwrap();
    assert_eq!(mina.me_at(&world, &other).await.status, 200);

    // An hour later what the old keys signed is void: also the refresh token of whoever was away. The device opens anew.
    world.clock.advance(3_601);
    world.running.renew_keys().await.unwrap();
    let stale = jun.call(&world, |phone| phone.token_request(world.moment())).await;
    assert_eq!(stale.problem(), (401, "auth.refused".to_owned()));
    jun.phone.reset_token();
    jun.renew(&world).await;
    assert_eq!(jun.get(&world, "/v1/me").await.status, 200);

    // They have leaked: nothing that was signed by them is good any more, on any node that has heard.
    assert_eq!(rotate(&world, 0).await, 2);
    for node in [&world.running, &other] {
        node.renew_keys().await.unwrap();
    }
    assert_eq!(jun.get(&world, "/v1/me").await.problem(), (401, "auth.refused".to_owned()));
    assert_eq!(jun.me_at(&world, &other).await.problem(), (401, "auth.refused".to_owned()));
    jun.phone.reset_token();
    jun.renew(&world).await;
    assert_eq!(jun.get(&world, "/v1/me").await.status, 200);
    let refused = rotate_server_keys(&*world.store, RotateServerKeys { overlap_seconds: -1 }).await.unwrap_err();
    assert_eq!(refused.reason(), ReasonCode::RequestMalformed);
}

#[tokio::test]
async fn a_ceremony_that_was_begun_before_a_rotation_is_finished_after_it() {
    let world = World::start().await;
    let (mut mina, mut key) = (world.payer(0).await, crate::passkeys::authenticator(&world));
    let begun: protocol::CeremonyView = mina.begin_passkey(&world).await.expect(200);
    rotate(&world, 600).await;
    world.running.renew_keys().await.unwrap();
    assert_eq!(mina.add_passkey(&world, &begun, &mut key).await.status, 201);
    let begun: protocol::CeremonyView = {
        let asked = crate::step_up::missing(&mina.begin_passkey(&world).await);
        assert_eq!(mina.approve_by(&world, asked.body.unwrap(), &mut key).await.status, 200);
        mina.begin_passkey(&world).await.expect(200)
    };
    rotate(&world, 0).await;
    world.running.renew_keys().await.unwrap();
    mina.phone.reset_token();
    mina.renew(&world).await;
    let late = mina.add_passkey(&world, &begun, &mut crate::passkeys::authenticator(&world)).await;
    assert_eq!(late.problem(), (403, "passkey.ceremony_over".to_owned()));
}

/// The online key of codes is another one from the next code on, and codes already shown stay good.
#[tokio::test]
async fn code_keys_rotate_without_a_restart() {
    let folder = std::sync::Arc::new(std::sync::Mutex::new(std::path::PathBuf::new()));
    let reads = std::sync::Arc::clone(&folder);
    let reader: SignerReader = std::sync::Arc::new(move || {
        let read = keys::load(&reads.lock().unwrap()).map_err(|error| error.to_string());
        Box::pin(std::future::ready(read))
    });
    let world = World::with(|config| config.signer_reader = Some(reader)).await;
    world.dir.path().clone_into(&mut folder.lock().unwrap());
    let (mut mina, shop) = (world.payer(10_000).await, world.merchant().await);
    let old = shop.intent(&world, 1_000).await;
    let root = keys::read_root(&world.dir.path().join(keys::ROOT_FILE)).unwrap();
    keys::rotate(world.dir.path(), &root, world.now()).unwrap();
    assert_eq!(world.get("/.well-known/farthing-keys").await.json::<serde_json::Value>()["set"]["sequence"], 1);
    assert_eq!(world.running.reload_code_keys().await.unwrap().set.sequence, 2);
    assert_eq!(world.get("/.well-known/farthing-keys").await.json::<serde_json::Value>()["set"]["sequence"], 2);
    let new = shop.intent(&world, 1_000).await;
    for intent in [&old, &new] {
        assert_eq!(mina.pay(&world, intent).await.captured, intent.core.amount);
    }
    // Somebody else's keys are not taken.
    let strange = tempfile::tempdir().unwrap();
    keys::create(strange.path(), world.now()).unwrap();
    strange.path().clone_into(&mut folder.lock().unwrap());
    let error = world.running.reload_code_keys().await.unwrap_err();
    assert!(error.to_string().contains("another root"), "{error}");
    assert_eq!(world.get("/.well-known/farthing-keys").await.json::<serde_json::Value>()["set"]["sequence"], 2);
}
