//! The admin socket, and the keys on disk.

use std::os::unix::fs::PermissionsExt;

use money::PayerId;
use serde_json::json;
use server::admin::{Funding, IssuedPayee, Status, WalletSummary};
use server::{StartError, keys};
use store::{AuditSummary, LedgerSummary, Store};

use crate::client::{Answer, Sent};
use crate::world::{World, won};

async fn call(world: &World, method: &str, path: &str, body: &str) -> Answer {
    Sent::new(method, path).body(body).over_socket(world.running.admin_socket().unwrap()).await
}

#[tokio::test]
async fn staff_register_rekey_fund_and_check() {
    let world = World::start().await;
    let mode = std::fs::metadata(world.running.admin_socket().unwrap()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(call(&world, "GET", "/admin/status", "").await.expect::<Status>(200).ready);
    let new = json!({
        "name": "시장 떡집", "name_latin": "Sijang Tteok", "category": "5499", "place": "망원시장", "city": "SEOUL",
        "currency": "KRW",
    });
    let first: IssuedPayee = call(&world, "POST", "/admin/payees", &new.to_string()).await.expect(200);
    assert!(first.api_key.starts_with("fk_") && first.signing_key.is_some());
    let bearer = |key: &str| Sent::new("GET", "/v1/payee").header("authorization", format!("Bearer {key}"));
    assert_eq!(world.send(bearer(&first.api_key)).await.status, 200);
    let path = format!("/admin/payees/{}/rekey", first.payee);
    let own = json!({ "signing_public_key": "A".repeat(43) }).to_string();
    let second: IssuedPayee = call(&world, "POST", &path, &own).await.expect(200);
    assert!(second.signing_key.is_none());
    assert_eq!(world.send(bearer(&first.api_key)).await.status, 401);
    assert_eq!(world.send(bearer(&second.api_key)).await.status, 200);

    let payer = world.payer(0).await.phone.payer();
    let funds = serde_json::to_string(&Funding { payer, amount: won(3_000) }).unwrap();
    let wallet: WalletSummary = call(&world, "POST", "/admin/funds", &funds).await.expect(200);
    assert_eq!(wallet.balance.available, won(3_000));
    assert!(call(&world, "GET", "/admin/ledger-check", "").await.expect::<LedgerSummary>(200).ok);
    assert!(call(&world, "GET", "/admin/audit-verify", "").await.expect::<AuditSummary>(200).ok);

    let nobody = serde_json::to_string(&Funding { payer: PayerId::from_bytes([1; 16]), amount: won(1) }).unwrap();
    assert_eq!(call(&world, "POST", "/admin/funds", &nobody).await.problem().1, "payer.unknown");
    assert_eq!(call(&world, "POST", "/admin/payees", "{}").await.problem(), (400, "request.malformed".to_owned()));
    assert_eq!(call(&world, "POST", "/admin/nothing", "").await.problem(), (404, "request.not_found".to_owned()));
    // Nothing of this is to be had over the network.
    assert_eq!(world.get("/admin/status").await.problem(), (404, "request.not_found".to_owned()));
}

#[tokio::test]
async fn a_served_socket_is_left_alone_and_a_dead_one_is_replaced() {
    let world = World::start().await;
    let socket = world.running.admin_socket().unwrap().to_owned();
    let config = |world: &World| server::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        public_origin: None,
        trusted_proxies: Vec::new(),
        admin_socket: Some(socket.clone()),
        signing: keys::load(world.dir.path()).unwrap(),
        signer_reader: None,
        token_key: world.store.purpose_key("access tokens").unwrap(),
        nonce_key: world.store.purpose_key("nonces").unwrap(),
        passkeys: server::PasskeyConfig::default(),
        test_mode: false,
        pack_reader: None,
        sign_up_exempt: Vec::new(),
        rate: server::RateLimits::default(),
        web: false,
    };
    let taken = server::start(config(&world), world.store.clone()).await;
    assert!(matches!(taken, Err(StartError::AlreadyServed(_))));
    // A server that was killed leaves its socket behind.
    let dead = world.dir.path().join("dead.sock");
    drop(std::os::unix::net::UnixListener::bind(&dead).unwrap());
    let config = server::Config { admin_socket: Some(dead.clone()), ..config(&world) };
    let running = server::start(config, world.store.clone()).await.unwrap();
    assert_eq!(Sent::new("GET", "/admin/status").over_socket(&dead).await.status, 200);
    running.shutdown().await.unwrap();
    assert!(!dead.exists());
}

#[tokio::test]
async fn keys_are_private_survive_a_restart_and_rotate_under_the_same_root() {
    let world = World::start().await;
    let dir = world.dir.path();
    let first = keys::load(dir).unwrap().key_set().clone();
    for file in [keys::ROOT_FILE, keys::SET_FILE, "code-k1.key"] {
        let mode = std::fs::metadata(dir.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert!(std::fs::read_to_string(dir.join(keys::ROOT_FILE)).unwrap().starts_with("# Farthing's offline root"));
    let published: qr::KeySet = world.get("/.well-known/farthing-keys").await.expect(200);
    assert_eq!(published, first);
    assert_eq!(keys::load_or_create(dir, world.now()).unwrap().key_set(), &first);

    let merchant = world.merchant().await;
    let intent = merchant.intent(&world, 1_000).await;
    let root = keys::read_root(&dir.join(keys::ROOT_FILE)).unwrap();
    world.clock.advance(5);
    let rotated = keys::rotate(dir, &root, world.now()).unwrap();
    assert_eq!(rotated.key_set().set.sequence, 2);
    let trusted = qr::TrustedKeys::check(rotated.key_set(), &first.set.root, Some(1), world.now()).unwrap();
    assert!(qr::verify(&intent.code, &trusted, world.now()).is_ok(), "codes already shown stay good");
    let (row, _) = world.store.intent(intent.intent).await.unwrap().unwrap();
    let payee = world.store.payee(row.payee).await.unwrap().unwrap();
    assert!(qr::verify(&rotated.code(&row, &payee).unwrap(), &trusted, world.now()).is_ok());
    let other = keys::create(&world.dir.path().join("other"), world.now()).unwrap();
    assert_ne!(other.key_set().set.root, first.set.root);
    let stranger = keys::read_root(&world.dir.path().join("other").join(keys::ROOT_FILE)).unwrap();
    assert!(matches!(keys::rotate(dir, &stranger, world.now()), Err(keys::KeysError::OtherRoot)));
}
