//! A merchant's keys: several at a time, scoped, bound to networks, taking over from each other; and what a merchant
//! learns of its payers.

use aws_lc_rs::signature::Ed25519KeyPair;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use payments::Scope;
use protocol::{IntentStatus, IntentView, PaymentView, RefundBody};
use serde_json::json;
use server::admin::{EndKey, IssuedKey, KeyView, NewKey, NewKeyKind, Replaced, add_key, end_key, keys};

use crate::client::{Answer, Sent};
use crate::world::{Merchant, World, refund_id, won};

fn wanted(kind: NewKeyKind) -> NewKey {
    NewKey {
        label: "till".parse().unwrap(),
        kind,
        scopes: Vec::new(),
        networks: Vec::new(),
        expires_in_seconds: None,
        signing_public_key: None,
        replaces: None,
    }
}

async fn added(world: &World, merchant: &Merchant, new: NewKey) -> IssuedKey {
    add_key(world.store.as_ref(), merchant.payee, new).await.unwrap()
}

async fn create(world: &World, key: &IssuedKey) -> Answer {
    let bearer = format!("Bearer {}", key.api_key.as_ref().unwrap());
    let body = json!({"amount": won(500), "purpose": "라떼"}).to_string();
    world.send(Sent::new("POST", "/v1/intents").header("authorization", bearer).body(body)).await
}

async fn look(world: &World, key: &IssuedKey) -> Answer {
    let bearer = format!("Bearer {}", key.api_key.as_ref().unwrap());
    world.send(Sent::new("GET", "/v1/payee").header("authorization", bearer)).await
}

/// The merchant, signing with a key that was added.
fn signing_with(merchant: &Merchant, key: &IssuedKey) -> Merchant {
    let seed = URL_SAFE_NO_PAD.decode(key.signing_key.as_ref().unwrap()).unwrap();
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();
    Merchant { payee: merchant.payee, api_key: String::new(), pair }
}

const REFUSED: (u16, &str) = (401, "auth.refused");

#[track_caller]
fn check(answer: &Answer, expected: (u16, &str)) {
    let (status, code) = answer.problem();
    assert_eq!((status, code.as_str()), expected);
}

#[tokio::test]
async fn an_api_key_does_what_its_scopes_say_until_it_ends() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let till = added(&world, &merchant, NewKey { scopes: vec![Scope::CreateIntents], ..wanted(NewKeyKind::Api) }).await;
    let books = added(&world, &merchant, NewKey { scopes: vec![Scope::Read], ..wanted(NewKeyKind::Api) }).await;
    let both = added(&world, &merchant, NewKey { expires_in_seconds: Some(60), ..wanted(NewKeyKind::Api) }).await;
    assert_eq!(create(&world, &till).await.status, 201);
    check(&look(&world, &till).await, (403, "auth.permission_missing"));
    assert_eq!(look(&world, &books).await.status, 200);
    check(&create(&world, &books).await, (403, "auth.permission_missing"));
    assert_eq!((create(&world, &both).await.status, look(&world, &both).await.status), (201, 200));
    // An API key moves nothing: a refund needs a signature.
    let bearer = format!("Bearer {}", both.api_key.as_ref().unwrap());
    let refund = Sent::new("POST", "/v1/refunds").header("authorization", bearer).body("{}");
    check(&world.send(refund).await, REFUSED);

    world.clock.advance(60);
    check(&create(&world, &both).await, REFUSED);
    end_key(world.store.as_ref(), till.view.key, EndKey::default()).await.unwrap();
    check(&create(&world, &till).await, REFUSED);
    assert_eq!(look(&world, &books).await.status, 200, "the others go on");
    assert_eq!(merchant.get(&world, "/v1/payee").await.status, 200);
}

#[tokio::test]
async fn a_key_takes_over_from_another_without_a_gap_and_never_lengthens_it() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let store = world.store.as_ref();
    let old = added(&world, &merchant, wanted(NewKeyKind::Api)).await;
    let replaces = Some(Replaced { key: old.view.key, overlap_seconds: 3_600 });
    let new = added(&world, &merchant, NewKey { replaces, ..wanted(NewKeyKind::Api) }).await;
    assert_eq!((create(&world, &old).await.status, create(&world, &new).await.status), (201, 201));
    let later = end_key(store, old.view.key, EndKey { in_seconds: 7_200 }).await.unwrap();
    assert_eq!(later.expires_at, world.now().checked_add_seconds(3_600), "an end is only brought forward");
    world.clock.advance(3_600);
    check(&create(&world, &old).await, REFUSED);
    assert_eq!(create(&world, &new).await.status, 201);
    // What is not said is as before: a rotation never widens by silence.
    let networks = vec!["203.0.113.0/24".parse().unwrap()];
    let narrow = NewKey { scopes: vec![Scope::Read], networks: networks.clone(), ..wanted(NewKeyKind::Api) };
    let narrow = added(&world, &merchant, narrow).await;
    let replaces = Some(Replaced { key: narrow.view.key, overlap_seconds: 0 });
    let next = added(&world, &merchant, NewKey { replaces, ..wanted(NewKeyKind::Api) }).await;
    assert_eq!(next.view.networks, networks);
    assert!(matches!(&next.view.material, server::admin::Shown::Api { scopes, .. } if *scopes == [Scope::Read]));
    // Somebody else's key takes over from nothing.
    let rival = world.merchant().await;
    let stolen =
        NewKey { replaces: Some(Replaced { key: new.view.key, overlap_seconds: 0 }), ..wanted(NewKeyKind::Api) };
    let refused = add_key(store, rival.payee, stolen).await.unwrap_err();
    assert_eq!(refused.reason().code(), "key.unknown");
    assert_eq!(create(&world, &new).await.status, 201);
    let unknown = end_key(store, money::KeyId::from_bytes([9; 16]), EndKey::default()).await.unwrap_err();
    assert_eq!(unknown.reason().code(), "key.unknown");
}

#[tokio::test]
async fn several_signing_keys_are_good_at_once_and_each_ends_alone() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(10_000).await;
    let payment = payer.pay(&world, &merchant.intent(&world, 5_000).await).await.payment;
    let body = |minor| RefundBody { amount: won(minor), cause: None, payment, reason: None, refund: refund_id(&world) };
    let first = added(&world, &merchant, wanted(NewKeyKind::Signing)).await;
    let second = added(&world, &merchant, wanted(NewKeyKind::Signing)).await;
    let (by_first, by_second) = (signing_with(&merchant, &first), signing_with(&merchant, &second));
    for signer in [&merchant, &by_first, &by_second] {
        assert_eq!(signer.sign(&world, "/v1/refunds", &body(100)).await.status, 201);
    }
    // Replayed, or with another body, whichever key signed.
    let sent = by_second.signed(&world, "/v1/refunds", &body(100));
    let (headers, bytes) = (sent.headers.clone(), sent.body.clone());
    assert_eq!(world.send(sent).await.status, 201);
    let again = |body: Vec<u8>| Sent { headers: headers.clone(), ..Sent::new("POST", "/v1/refunds").body(body) };
    check(&world.send(again(bytes.clone())).await, (401, "proof.replayed"));
    let other = String::from_utf8(bytes).unwrap().replace("100", "900").into_bytes();
    check(&world.send(again(other)).await, REFUSED);

    end_key(world.store.as_ref(), first.view.key, EndKey::default()).await.unwrap();
    check(&by_first.sign(&world, "/v1/refunds", &body(100)).await, REFUSED);
    assert_eq!(by_second.sign(&world, "/v1/refunds", &body(100)).await.status, 201);
    // A key of one merchant signs for no other.
    let rival = world.merchant().await;
    let borrowed = signing_with(&rival, &second);
    check(&borrowed.sign(&world, "/v1/refunds", &body(100)).await, REFUSED);
}

#[tokio::test]
async fn a_key_bound_to_networks_is_worth_nothing_elsewhere() {
    let proxy: std::net::IpAddr = [127, 0, 0, 1].into();
    let world = World::with(|config| config.trusted_proxies = vec![proxy]).await;
    let merchant = world.merchant().await;
    let networks = vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
    let key = added(&world, &merchant, NewKey { networks, ..wanted(NewKeyKind::Api) }).await;
    for (from, good) in [("203.0.113.9", true), ("198.51.100.1", false), ("2001:db8::5", true), ("2001:db9::5", false)]
    {
        let bearer = format!("Bearer {}", key.api_key.as_ref().unwrap());
        let sent = Sent::new("GET", "/v1/payee").header("authorization", bearer).header("x-forwarded-for", from);
        let answer = world.send(sent).await;
        if good { assert_eq!(answer.status, 200, "{from}") } else { check(&answer, REFUSED) }
    }
    check(&look(&world, &key).await, REFUSED);
}

#[tokio::test]
async fn keys_are_listed_without_their_secrets_with_the_last_use() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let api = added(&world, &merchant, wanted(NewKeyKind::Api)).await;
    let signing = added(&world, &merchant, wanted(NewKeyKind::Signing)).await;
    world.clock.advance(30);
    assert_eq!(create(&world, &api).await.status, 201);
    let socket = world.running.admin_socket().unwrap();
    let path = format!("/admin/payees/{}/keys", merchant.payee);
    let answer = Sent::new("GET", &path).over_socket(socket).await;
    let text = answer.text();
    for secret in [api.api_key.as_ref().unwrap(), signing.signing_key.as_ref().unwrap()] {
        assert!(!text.contains(secret.as_str()));
    }
    let listed: Vec<KeyView> = answer.expect(200);
    assert_eq!(listed.len(), 2);
    let used = |key: &IssuedKey| listed.iter().find(|row| row.key == key.view.key).unwrap().last_used_at;
    assert_eq!((used(&api), used(&signing)), (Some(world.now()), None));
    assert!(keys(world.store.as_ref(), merchant.payee, &std::collections::HashMap::new()).await.unwrap()[0].live);
    let added = Sent::new("POST", &path).body(r#"{"label":"x","kind":"api","scopes":["all"]}"#);
    check(&added.over_socket(socket).await, (400, "request.malformed"));
}

#[tokio::test]
async fn two_merchants_cannot_tell_that_their_payer_is_one_person() {
    let world = World::start().await;
    let (cafe, kiosk) = (world.merchant().await, world.merchant().await);
    let mut payers = [world.payer(20_000).await, world.payer(20_000).await];
    let mut seen = Vec::new();
    let mut said = String::new();
    for merchant in [&cafe, &kiosk] {
        for who in [0, 1, 0] {
            let phone = &mut payers[who];
            let intent = merchant.intent(&world, 500).await;
            assert_eq!(intent.payer, None, "nobody has paid yet");
            let paid: PaymentView = phone.pay(&world, &intent).await;
            let answer = merchant.get(&world, &format!("/v1/intents/{}", intent.intent)).await;
            let view: IntentView = answer.expect(200);
            assert_eq!((view.status, view.payment), (IntentStatus::Taken, Some(paid.payment)));
            seen.push(view.payer.clone().unwrap());
            said.push_str(&answer.text());
            let stream = Sent::new("GET", &format!("/v1/intents/{}/events", intent.intent));
            let stream = stream.header("authorization", merchant.bearer());
            said.push_str(
                &stream.listen(world.address(), |text| text.contains("taken") || text.contains("problem")).await,
            );
            let body = RefundBody {
                amount: won(10),
                cause: None,
                payment: paid.payment,
                reason: None,
                refund: refund_id(&world),
            };
            said.push_str(&merchant.sign(&world, "/v1/refunds", &body).await.text());
        }
    }
    let [ann1, bob1, ann2, ann3, bob2, ann4] = seen.try_into().unwrap();
    assert_eq!((&ann1, &ann3), (&ann2, &ann4), "a payer keeps a name at one merchant");
    let names = std::collections::BTreeSet::from([ann1, bob1, ann3, bob2]);
    assert_eq!(names.len(), 4, "and has another at each");
    for phone in &payers {
        for id in [phone.phone.payer().to_string(), phone.phone.device().to_string()] {
            assert!(!said.contains(&id[4..]), "a merchant was told {id}");
        }
        assert!(!said.contains(&phone.phone.jwk().thumbprint().to_string()));
    }
}
