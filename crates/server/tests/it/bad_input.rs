//! THE table: everything that may be wrong with a payment, one row each. Nothing ever moves.

use money::{Amount, Digest, PayeeId};
use protocol::{FreezeBody, IntentView, Page, PayeeView, PayerView, PaymentStatus, PaymentView, Problem};
use server::keys;
use store::Store;

use crate::attempt::Attempt;
use crate::world::{Handset, Merchant, World, payment_id, shown};

/// A world in which everything that can go wrong has been prepared.
struct Scene {
    world: World,
    merchant: Merchant,
    payer: Handset,
    frozen: Handset,
    old_token: String,
    intent: IntentView,
    dear: IntentView,
    beyond_limit: IntentView,
    unusual: IntentView,
    expired: IntentView,
    taken: IntentView,
    first: Attempt,
}

impl Scene {
    async fn prepare() -> Self {
        let world = World::start().await;
        let merchant = world.merchant().await;
        let mut payer = world.payer(50_000).await;
        let mut frozen = world.payer(50_000).await;
        let body = FreezeBody { payer: frozen.phone.payer() };
        assert_eq!(frozen.post(&world, "/v1/freeze", &body).await.status, 200);
        let expired = merchant.intent(&world, 4_500).await;
        let old_token = payer.token.clone();
        world.clock.advance(700);
        payer.renew(&world).await;
        frozen.renew(&world).await;
        let intent = merchant.intent(&world, 4_500).await;
        let taken = merchant.intent(&world, 1_000).await;
        let first = pay(&world, &payer, &taken).await;
        assert_eq!(first.send(&world, "en").await.status, 201);
        Self {
            dear: merchant.intent(&world, 90_000).await,
            beyond_limit: merchant.intent(&world, 300_001).await,
            unusual: world.merchant().await.intent(&world, 100_001).await,
            world,
            merchant,
            payer,
            frozen,
            old_token,
            intent,
            expired,
            taken,
            first,
        }
    }

    /// A good payment of `intent`.
    async fn good(&self, intent: &IntentView) -> Attempt {
        pay(&self.world, &self.payer, intent).await
    }

    /// Everything that must stay as it is.
    async fn state(&mut self) -> (PayerView, PayerView, Amount, Vec<PaymentView>, IntentView) {
        let list: Page<PaymentView> = self.payer.get(&self.world, "/v1/payments?limit=200").await.expect(200);
        let balance = self.merchant.get(&self.world, "/v1/payee").await.expect::<PayeeView>(200).balance;
        let moved = |payment: &PaymentView| payment.status != PaymentStatus::Refused;
        (
            self.payer.me(&self.world).await,
            self.frozen.me(&self.world).await,
            // When a payment is counted is no movement.
            balance.available.checked_add(balance.pending).unwrap(),
            list.items.into_iter().filter(moved).collect(),
            self.merchant.get(&self.world, &format!("/v1/intents/{}", self.intent.intent)).await.expect(200),
        )
    }

    /// One row of the table, in both languages, each with a proof of its own: a decision uses its proof up.
    async fn refused(&mut self, name: &str, attempt: Attempt, expected: (u16, &str)) {
        let with_jti = |suffix: &str| {
            let mut attempt = attempt.clone();
            attempt.claims.jti.push_str(suffix);
            attempt
        };
        self.refused_exactly(name, [with_jti("-en"), with_jti("-ko")], expected).await;
    }

    async fn refused_exactly(&mut self, name: &str, attempts: [Attempt; 2], expected: (u16, &str)) {
        let before = self.state().await;
        let [english, korean] = attempts;
        for (language, attempt) in [("en", english), ("ko", korean)] {
            let answer = attempt.send(&self.world, language).await;
            assert_eq!(answer.problem(), (expected.0, expected.1.to_owned()), "{name}: {}", answer.text());
            let problem: Problem = answer.json();
            let has_korean = problem.message.chars().any(|c| ('가'..='힣').contains(&c));
            assert_eq!(has_korean, language == "ko", "{name}: {}", problem.message);
            assert!(problem.title.is_ascii() && !problem.message.is_empty(), "{name}: {}", problem.title);
        }
        assert!(self.state().await == before, "{name}: something moved");
    }
}

/// A good payment of `intent` by its code.
async fn pay(world: &World, payer: &Handset, intent: &IntentView) -> Attempt {
    let body = match world.now() < intent.core.expires_at {
        true => protocol::to_canonical(&payer.phone.pay_body(&shown(world, intent), payment_id(world))),
        false => late(world, payer, intent),
    };
    Attempt::good(world, payer, "POST", "/v1/payments", &body).await
}

/// The body a phone would have signed in time.
fn late(world: &World, payer: &Handset, intent: &IntentView) -> Vec<u8> {
    let at = intent.core.created_at;
    let trusted = keys::load(world.dir.path()).unwrap();
    let terms = device::check_shown(&intent.code, intent.core.clone(), trusted.trusted(), at).unwrap();
    protocol::to_canonical(&payer.phone.pay_body(&terms, payment_id(world)))
}

/// The `via` member by link.
fn by_link(attempt: Attempt, intent: &IntentView) -> Attempt {
    let code = serde_json::to_string(&intent.code).unwrap();
    attempt.replaced(&format!("{{\"kind\":\"code\",\"payload\":{code}}}"), "{\"kind\":\"link\"}")
}

#[tokio::test]
async fn the_body_is_wrong() {
    let mut scene = Scene::prepare().await;
    let intent = scene.intent.clone();
    let quote = |digest: Digest| format!("\"quote\":\"{digest}\"");
    let rows: [(&str, &str, &str, u16, &str); 15] = [
        ("malformed json", "\"via\":", "\"via\"", 400, "request.malformed"),
        ("unknown member", "{\"amount\"", "{\"again\":1,\"amount\"", 400, "request.malformed"),
        ("missing member", "\"funding\":\"wallet\",", "", 400, "request.malformed"),
        (
            "member twice",
            "\"funding\":\"wallet\",",
            "\"funding\":\"wallet\",\"funding\":\"wallet\",",
            400,
            "request.malformed",
        ),
        ("not canonical", "{\"amount\"", "{ \"amount\"", 400, "request.not_canonical"),
        ("another currency", "\"currency\":\"KRW\"", "\"currency\":\"EUR\"", 422, "amount.wrong_currency"),
        ("no currency", "\"currency\":\"KRW\"", "\"currency\":\"WON\"", 422, "amount.wrong_currency"),
        ("zero", "\"minor\":4500", "\"minor\":0", 422, "amount.zero"),
        ("negative", "\"minor\":4500", "\"minor\":-4500", 422, "amount.negative"),
        ("beyond the wire", "\"minor\":4500", "\"minor\":9007199254740992", 422, "amount.overflow"),
        ("beyond 64 bits", "\"minor\":4500", "\"minor\":99999999999999999999", 422, "amount.overflow"),
        ("fractional", "\"minor\":4500", "\"minor\":4500.5", 422, "amount.fractional"),
        ("text for a number", "\"minor\":4500", "\"minor\":\"4500\"", 422, "amount.malformed"),
        ("another sum", "\"minor\":4500", "\"minor\":4499", 409, "quote.changed"),
        ("an id that is none", "\"payer\":\"pyr_", "\"payer\":\"pyr_0", 400, "request.malformed"),
    ];
    for (name, from, to, status, code) in rows {
        let attempt = scene.good(&intent).await.replaced(from, to);
        scene.refused(name, attempt, (status, code)).await;
    }
    let changed = scene.good(&intent).await.replaced(&quote(intent.quote), &quote(protocol::sha256(b"other terms")));
    scene.refused("changed quote", changed, (409, "quote.changed")).await;
    let (own, other) = (scene.payer.phone.payer().to_string(), scene.frozen.phone.payer().to_string());
    let attempt = scene.good(&intent).await.replaced(&own, &other);
    scene.refused("somebody else's wallet", attempt, (401, "auth.refused")).await;
    let attempt = scene.good(&intent).await.with_body(vec![b' '; protocol::limits::BODY_BYTES_MAX + 1]);
    scene.refused("too large", attempt, (413, "request.too_large")).await;
    let attempt = scene.good(&intent).await.with_body("");
    scene.refused("no body", attempt, (400, "request.malformed")).await;
}

#[tokio::test]
async fn the_code_is_wrong() {
    let mut scene = Scene::prepare().await;
    let intent = scene.intent.clone();
    let foreign = tempfile::tempdir().unwrap();
    let same_name = keys::create(foreign.path(), scene.world.now()).unwrap();
    let root = keys::read_root(&foreign.path().join(keys::ROOT_FILE)).unwrap();
    let other_name = keys::rotate(foreign.path(), &root, scene.world.now()).unwrap();
    let ours = keys::load(scene.world.dir.path()).unwrap();
    let (row, _) = scene.world.store.intent(intent.intent).await.unwrap().unwrap();
    let payee = scene.world.store.payee(intent.core.payee.id).await.unwrap().unwrap();
    let mut other_payee = row.clone();
    other_payee.core.payee.id = PayeeId::from_bytes([1; 16]);
    let mut dearer = row.clone();
    dearer.core.amount = crate::world::won(9_900);
    let rows: [(&str, String, &str); 8] = [
        ("no code", "hello".to_owned(), "code.malformed"),
        ("unsigned code", crate::emv::UNSIGNED.to_owned(), "code.unsigned"),
        ("altered sum", intent.code.replace("54044500", "54044400"), "code.altered"),
        ("altered last character", altered_end(&intent.code), "code.altered"),
        ("foreign key under our name", same_name.code(&row, &payee).unwrap(), "code.altered"),
        ("foreign key", other_name.code(&row, &payee).unwrap(), "code.unknown_key"),
        ("unknown payee in the code", ours.code(&other_payee, &payee).unwrap(), "code.other_intent"),
        ("another sum in the code", ours.code(&dearer, &payee).unwrap(), "code.other_intent"),
    ];
    for (name, code, reason) in rows {
        let attempt = scene.good(&intent).await.replaced(&intent.code, &code);
        scene.refused(name, attempt, (422, reason)).await;
    }
    let other = scene.taken.code.clone();
    let attempt = scene.good(&intent).await.replaced(&intent.code, &other);
    scene.refused("another intent's code", attempt, (422, "code.other_intent")).await;
    let expired = scene.expired.clone();
    let attempt = scene.good(&expired).await;
    scene.refused("expired code", attempt, (422, "code.expired")).await;
}

fn altered_end(code: &str) -> String {
    let (head, last) = code.split_at(code.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}

type Spoil = fn(&mut Attempt, &Scene);

#[tokio::test]
async fn the_proof_is_wrong() {
    let mut scene = Scene::prepare().await;
    let intent = scene.intent.clone();
    let good = scene.good(&intent).await;
    let rows: [(&str, Spoil, &str); 12] = [
        ("stale proof", |attempt, _| attempt.claims.iat -= 61, "proof.stale"),
        ("proof from the future", |attempt, _| attempt.claims.iat += 61, "proof.stale"),
        ("another device's proof", |attempt, scene| attempt.seed = scene.frozen.seed, "proof.wrong_device"),
        ("another method", |attempt, _| attempt.claims.htm = "PUT".to_owned(), "proof.wrong_method"),
        ("another url", |attempt, _| attempt.claims.htu.push('s'), "proof.wrong_url"),
        (
            "another server",
            |attempt, _| attempt.claims.htu = "https://other.example/v1/payments".to_owned(),
            "proof.wrong_url",
        ),
        ("changed body", |attempt, _| attempt.claims.body_s256 = Some(protocol::sha256(b"shown")), "proof.wrong_body"),
        ("no digest of the body", |attempt, _| attempt.claims.body_s256 = None, "proof.wrong_body"),
        (
            "another token's proof",
            |attempt, _| attempt.claims.ath = Some(protocol::sha256(b"token")),
            "proof.wrong_token",
        ),
        ("no nonce", |attempt, _| attempt.claims.nonce = None, "auth.nonce_needed"),
        ("made-up nonce", |attempt, _| attempt.claims.nonce = Some("AAAA".to_owned()), "auth.nonce_needed"),
        ("token of ten minutes ago", expired_token, "auth.token_expired"),
    ];
    for (name, spoil, code) in rows {
        let mut attempt = good.clone();
        spoil(&mut attempt, &scene);
        scene.refused(name, attempt, (401, code)).await;
    }
    let first = scene.first.clone();
    scene.refused_exactly("reused proof", [first.clone(), first], (401, "proof.replayed")).await;
    let answer = scene.good(&intent).await;
    let challenge = Attempt { claims: protocol::ProofClaims { nonce: None, ..answer.claims.clone() }, ..answer };
    let answer = challenge.send(&scene.world, "en").await;
    assert!(answer.header("www-authenticate").unwrap().starts_with("DPoP error=\"use_dpop_nonce\""));
}

fn expired_token(attempt: &mut Attempt, scene: &Scene) {
    attempt.authorization = Some(format!("DPoP {}", scene.old_token));
    attempt.claims.ath = Some(protocol::sha256(scene.old_token.as_bytes()));
}

#[tokio::test]
async fn the_payment_itself_is_refused() {
    let mut scene = Scene::prepare().await;
    let (intent, dear) = (scene.intent.clone(), scene.dear.clone());
    let attempt = scene.good(&dear).await;
    scene.refused("insufficient funds", attempt, (402, "funds.insufficient")).await;
    let attempt = scene.good(&scene.beyond_limit).await;
    scene.refused("beyond the limit", attempt, (403, "policy.payment_limit")).await;
    let attempt = scene.good(&scene.unusual).await;
    scene.refused("one more check is wanted and none is set up", attempt, (403, "step_up.not_set_up")).await;
    let attempt = by_link(scene.good(&scene.taken).await, &scene.taken);
    scene.refused("already paid", attempt, (409, "intent.taken")).await;
    let attempt = by_link(scene.good(&scene.expired).await, &scene.expired);
    scene.refused("expired intent", attempt, (409, "intent.expired")).await;
    let attempt = pay(&scene.world, &scene.frozen, &intent).await;
    scene.refused("frozen payer", attempt, (403, "payer.frozen")).await;
    let unknown = money::IntentId::from_bytes([9; 16]).to_string();
    let attempt = by_link(scene.good(&intent).await, &intent).replaced(&intent.intent.to_string(), &unknown);
    scene.refused("unknown intent", attempt, (404, "intent.unknown")).await;
    let attempt = scene.first.clone().replaced("\"shown_at\":", "\"shown_at\":1");
    scene.refused("reused id with another body", attempt, (409, "payment.id_reused")).await;
}
