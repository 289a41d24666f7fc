//! Who people and merchants are, over real HTTP and the admin socket; and the attacks on it.

use money::{PayeeId, PayerId, PayoutId};
use payments::{Network, Settings, SignUpLimit};
use protocol::{
    AlertView, ContestFactBody, DeclareFactBody, EndWardConsentBody, ExportView, FactKind, FactSource, FactStanding,
    FactValue, FactsView, Page, PayoutBody, PayoutStatus, PayoutView, SubmitVerificationBody, VerificationState,
    VerificationView, WardConsentBody, sha256, to_canonical,
};
use serde_json::{Value, json};
use server::admin::{SignUpsView, StaffPayoutView};

use crate::client::{Answer, Sent};
use crate::world::{Handset, Merchant, World, refund_id, sent, won};

async fn staff(world: &World, method: &str, path: &str, body: &Value) -> Answer {
    let body = if method == "GET" { String::new() } else { body.to_string() };
    Sent::new(method, path).body(body).over_socket(world.running.admin_socket().unwrap()).await
}

async fn enter(world: &World, payer: PayerId, fact: Value) -> Answer {
    let body = json!({
        "fact": fact, "source": "document", "assurance": "substantial", "staff": "kim", "evidence": "passport 1",
    });
    staff(world, "POST", &format!("/admin/payers/{payer}/facts"), &body).await
}

fn born(day: &str) -> FactValue {
    FactValue::BornOn(day.parse().unwrap())
}

impl Handset {
    async fn declare(&mut self, world: &World, fact: FactValue) -> Answer {
        let body = DeclareFactBody { fact, payer: self.phone.payer() };
        self.post(world, "/v1/facts", &body).await
    }

    async fn facts(&mut self, world: &World) -> FactsView {
        self.get(world, "/v1/facts").await.expect(200)
    }
}

#[tokio::test]
async fn facts_are_declared_entered_contested_exported_and_erased() {
    let world = World::start().await;
    let mut mina = world.payer(0).await;
    assert_eq!(mina.facts(&world).await, FactsView::default());
    let said: FactsView = mina.declare(&world, born("1990-01-02")).await.expect(200);
    assert_eq!(said.facts[0].standing, FactStanding::Tightens, "a payer's word is not relied on");
    assert_eq!(mina.declare(&world, born("1991-01-02")).await.problem().1, "fact.declared_already");
    let payer = mina.phone.payer();
    enter(&world, payer, json!({ "born_on": "2011-03-04" })).await.expect::<FactsView>(200);
    enter(&world, payer, json!({ "legal_name": "김미나" })).await.expect::<FactsView>(200);
    let known = mina.facts(&world).await;
    let shown: Vec<_> = known.facts.iter().map(|fact| (fact.source, fact.standing, fact.by.as_str())).collect();
    let relied = (FactSource::Document, FactStanding::Relied, "kim");
    assert_eq!(shown, [(FactSource::SelfDeclared, FactStanding::Tightens, "김하늘"), relied, relied]);
    // The payer is told that, by whom stands with the fact, and what it is stands in no alert.
    let alerts = mina.get(&world, "/v1/alerts").await.text();
    assert!(alerts.contains("fact.entered") && alerts.contains("fact.declared"), "{alerts}");
    assert!(!alerts.contains("2011-03-04") && !alerts.contains("1990-01-02"), "{alerts}");
    let body = ContestFactBody { kind: FactKind::BornOn, payer, source: FactSource::Document };
    let contested: FactsView = mina.post(&world, "/v1/facts/contest", &body).await.expect(200);
    assert_eq!(contested.facts[1].standing, FactStanding::Tightens);
    let seen: FactsView = staff(&world, "GET", &format!("/admin/payers/{payer}/facts"), &Value::Null).await.expect(200);
    assert!(seen.facts.iter().any(|fact| fact.contested_at.is_some()));
    let export: ExportView = mina.get(&world, "/v1/export").await.expect(200);
    assert_eq!(export.facts, contested);
    let which = json!({ "kind": "born_on", "source": "document", "staff": "lee" });
    staff(&world, "POST", &format!("/admin/payers/{payer}/withdraw-fact"), &which).await.expect::<FactsView>(200);
    assert_eq!(mina.facts(&world).await.facts.len(), 2);
    staff(&world, "POST", &format!("/admin/payers/{payer}/erase"), &Value::Null).await.expect::<Value>(200);
    let left: FactsView = staff(&world, "GET", &format!("/admin/payers/{payer}/facts"), &Value::Null).await.expect(200);
    assert_eq!(left, FactsView::default(), "nothing of it can be read any more");
}

#[tokio::test]
async fn a_thief_with_the_phone_does_not_raise_his_age() {
    let world = World::start().await;
    let (mut mina, mut thief) = (world.payer(0).await, world.payer(0).await);
    let payer = mina.phone.payer();
    enter(&world, payer, json!({ "born_on": "2013-01-01" })).await.expect::<FactsView>(200);
    // He says he is older; he says staff are wrong; he says it of her with his own phone.
    mina.declare(&world, born("1980-01-01")).await.expect::<FactsView>(200);
    let body = ContestFactBody { kind: FactKind::BornOn, payer, source: FactSource::Document };
    let known: FactsView = mina.post(&world, "/v1/facts/contest", &body).await.expect(200);
    assert!(known.facts.iter().all(|fact| fact.standing == FactStanding::Tightens));
    let hers = DeclareFactBody { fact: born("1980-01-01"), payer };
    assert_eq!(thief.post(&world, "/v1/facts", &hers).await.problem(), (401, "auth.refused".to_owned()));
    // What only staff may say is not said over the network, and not in a payer's name.
    let entry =
        json!({ "fact": { "born_on": "1980-01-01" }, "source": "document", "staff": "kim", "assurance": "high" });
    let path = format!("/admin/payers/{payer}/facts");
    assert_eq!(world.send(Sent::new("POST", &path).body(entry.to_string())).await.status, 404);
    for source in ["self_declared", "guardian"] {
        let entry = json!({ "fact": { "born_on": "1980-01-01" }, "source": source, "staff": "x", "assurance": "high" });
        assert_eq!(staff(&world, "POST", &path, &entry).await.problem(), (400, "request.malformed".to_owned()));
    }
    for malformed in [json!({ "born_on": "1980-1-1" }), json!({ "born_on": 1980 }), json!({ "age": 40 }), json!({})] {
        let body = json!({ "fact": malformed, "payer": payer });
        assert_eq!(mina.post(&world, "/v1/facts", &body).await.problem().0, 400, "{body}");
    }
}

#[tokio::test]
async fn a_guardian_sees_and_allows_and_nobody_else_does() {
    let world = World::start().await;
    let (mut mina, mut eve) = (world.payer(0).await, world.payer(0).await);
    eve.set_pin(&world, "493817", None).await.expect::<protocol::PinView>(200);
    let (ward, guardian) = (mina.phone.payer(), eve.phone.payer());
    enter(&world, guardian, json!({ "born_on": "1980-01-01" })).await.expect::<FactsView>(200);
    enter(&world, ward, json!({ "born_on": "2013-01-01" })).await.expect::<FactsView>(200);
    let entry = json!({ "guardian": guardian, "staff": "kim", "evidence": "family register 2" });
    let linked: FactsView = staff(&world, "POST", &format!("/admin/payers/{ward}/guardian"), &entry).await.expect(200);
    assert_eq!(linked.guardian.unwrap().guardian, guardian);
    let until = world.now().checked_add_seconds(30 * 86_400).unwrap();
    let consent = WardConsentBody { cap: won(30_000), until, ward };
    let answer = eve.post(&world, "/v1/wards/consent", &consent).await;
    assert_eq!(answer.problem(), (403, "risk.step_up_needed".to_owned()));
    eve.approve(&world, sha256(&to_canonical(&consent)), "493817").await.expect::<protocol::ApprovalView>(200);
    let view: FactsView = eve.post(&world, "/v1/wards/consent", &consent).await.expect(200);
    // The guardian is told of their own facts and of what they allow, never of the ward's date of birth.
    assert_eq!(view.wards[0].consent.as_ref().unwrap().cap, won(30_000));
    assert!(!serde_json::to_string(&view).unwrap().contains("2013"));
    let own = mina.facts(&world).await.guardian.unwrap();
    assert_eq!(own.consent.unwrap().expires_at, until);
    for phone in [&mut mina, &mut eve] {
        let alerts: Page<AlertView> = phone.get(&world, "/v1/alerts").await.expect(200);
        assert!(alerts.items.iter().any(|alert| alert.kind == "guardian.consented"));
    }
    let nobody = mina.post(&world, "/v1/wards/consent", &consent).await;
    assert_eq!(nobody.problem(), (404, "guardian.unknown".to_owned()), "a ward allows themselves nothing");
    let end = EndWardConsentBody { ward };
    let view: FactsView = eve.post(&world, "/v1/wards/consent/end", &end).await.expect(200);
    assert!(view.wards[0].consent.as_ref().unwrap().withdrawn_at.is_some());
}

async fn sign_up_from(world: &World, address: &str) -> Answer {
    let mut handset = Handset::new(world);
    let body = handset.sign_up_body();
    handset.phone.hear(401, Some(&world.nonce().await));
    let request = handset.phone.sign_up(body, world.moment()).unwrap();
    world.send(sent(request).header("x-forwarded-for", address)).await
}

fn few(settings: &mut Settings) {
    settings.sign_ups.network = SignUpLimit { count: 2, seconds: 3_600 };
}

#[tokio::test]
async fn a_farm_of_wallets_is_stopped_by_its_network_and_learns_nothing() {
    let proxy = std::net::IpAddr::from([127, 0, 0, 1]);
    let office: Network = "198.51.100.0/24".parse().unwrap();
    let world = World::of(few, |config| {
        config.trusted_proxies = vec![proxy];
        config.sign_up_exempt = vec![office];
    })
    .await;
    // Ever new keys, ever new addresses of one network.
    assert_eq!(sign_up_from(&world, "203.0.113.1").await.status, 201);
    assert_eq!(sign_up_from(&world, "203.0.113.2").await.status, 201);
    let refused = sign_up_from(&world, "203.0.113.3").await;
    assert_eq!(refused.problem(), (429, "request.rate_limited".to_owned()));
    assert!(!refused.text().contains("network"), "{}", refused.text());
    // What a caller writes in front of the proxy's own entry moves nobody elsewhere.
    assert_eq!(sign_up_from(&world, "192.0.2.1, 203.0.113.4").await.status, 429);
    assert_eq!(sign_up_from(&world, "203.0.114.1").await.status, 201);
    for (address, status) in [("2001:db8:1:1::1", 201), ("2001:db8:1:2::1", 201), ("2001:db8:1:3::1", 429)] {
        assert_eq!(sign_up_from(&world, address).await.status, status, "{address}");
    }
    for last in 1..=4 {
        assert_eq!(sign_up_from(&world, &format!("198.51.100.{last}")).await.status, 201, "an exempt network");
    }
    let seen: Vec<SignUpsView> = staff(&world, "GET", "/admin/sign-ups", &Value::Null).await.expect(200);
    let counts: Vec<_> = seen.iter().map(|view| (view.of.as_str(), view.count, view.refused)).collect();
    assert_eq!(counts, [("203.0.113.0/24", 2, 2), ("2001:db8:1::/48", 2, 1), ("203.0.114.0/24", 1, 0)]);
    // Another server on the same store counts on.
    let other = world.another(|config| config.trusted_proxies = vec![proxy]).await;
    let mut late = Handset::new(&world);
    late.phone = device::Phone::new(
        device::SoftwareKey::from_seed(late.seed).unwrap(),
        other.origin(),
        late.phone.payer(),
        late.phone.device(),
    );
    let nonce = Sent::new("GET", "/v1/nothing").to(other.address()).await.header("dpop-nonce").unwrap().to_owned();
    late.phone.hear(401, Some(&nonce));
    let request = late.phone.sign_up(late.sign_up_body(), world.moment()).unwrap();
    let answer = sent(request).header("x-forwarded-for", "203.0.113.9").to(other.address()).await;
    assert_eq!(answer.status, 429, "{}", answer.text());
}

#[tokio::test]
async fn one_key_opens_one_wallet() {
    let world = World::start().await;
    let mina = world.payer(0).await;
    let mut again = Handset::new(&world);
    again.phone = device::Phone::new(
        device::SoftwareKey::from_seed(mina.seed).unwrap(),
        world.running.origin(),
        again.phone.payer(),
        again.phone.device(),
    );
    let body = again.sign_up_body();
    let answer = again.call(&world, |phone| phone.sign_up(body.clone(), world.moment())).await;
    assert_eq!(answer.problem(), (409, "device.exists".to_owned()));
}

#[tokio::test]
async fn a_line_vouches_for_few_wallets_and_is_not_kept() {
    let world = World::of(|settings| settings.sign_ups.line.count = 1, |_| {}).await;
    let (mina, jun) = (world.payer(0).await, world.payer(0).await);
    let entry = |line: &str| {
        let fact = json!({ "line_since": "2020-01-01" });
        json!({ "fact": fact, "source": "carrier", "assurance": "substantial", "staff": "skt", "line": line })
    };
    let path = |phone: &Handset| format!("/admin/payers/{}/facts", phone.phone.payer());
    staff(&world, "POST", &path(&mina), &entry("+82 10-1234-5678")).await.expect::<FactsView>(200);
    let again = staff(&world, "POST", &path(&jun), &entry("821012345678")).await;
    assert_eq!(again.problem(), (409, "sign_up.line_full".to_owned()), "however it is written");
    assert_eq!(staff(&world, "POST", &path(&jun), &entry("123")).await.problem().0, 400);
    let seen = staff(&world, "GET", "/admin/sign-ups", &Value::Null).await.text();
    assert!(!seen.contains("1234"), "{seen}");
}

impl Merchant {
    async fn payout(&self, world: &World, id: u8, minor: i64) -> Answer {
        let body = PayoutBody { amount: won(minor), payout: PayoutId::from_bytes([id; 16]) };
        self.sign(world, "/v1/payouts", &body).await
    }
}

async fn judge(world: &World, payee: PayeeId, state: &str) -> Answer {
    let body = json!({ "state": state, "staff": "kim", "note": "as registered" });
    staff(world, "POST", &format!("/admin/payees/{payee}/verification"), &body).await
}

#[tokio::test]
async fn a_shop_nobody_verified_gets_nothing_out_and_may_always_refund() {
    let world = World::start().await;
    let (mut mina, shop) = (world.payer(50_000).await, world.merchant().await);
    let intent = shop.intent(&world, 10_000).await;
    let payment = mina.pay(&world, &intent).await.payment;
    assert_eq!(shop.payout(&world, 1, 5_000).await.problem(), (403, "payee.unverified".to_owned()));
    // It says of itself that it is verified.
    let body = json!({ "state": "verified", "staff": "shop" });
    let path = format!("/admin/payees/{}/verification", shop.payee);
    assert_eq!(world.send(Sent::new("POST", &path).body(body.to_string())).await.status, 404);
    assert_eq!(judge(&world, shop.payee, "verified").await.problem(), (409, "payee.verification_step".to_owned()));
    let evidence = SubmitVerificationBody { evidence: "business registration 123".parse().unwrap() };
    let view: VerificationView = shop.sign(&world, "/v1/verification", &evidence).await.expect(200);
    assert_eq!(view.state, VerificationState::Submitted);
    assert_eq!(shop.payout(&world, 1, 5_000).await.problem(), (403, "payee.unverified".to_owned()));
    let refund =
        protocol::RefundBody { amount: won(1_000), payment, reason: None, cause: None, refund: refund_id(&world) };
    assert_eq!(shop.sign(&world, "/v1/refunds", &refund).await.status, 201, "a refund is never blocked");

    assert_eq!(
        judge(&world, shop.payee, "verified").await.expect::<VerificationView>(200).state,
        VerificationState::Verified
    );
    let shown: VerificationView = shop.get(&world, "/v1/verification").await.expect(200);
    assert_eq!((shown.state, shown.note.as_deref()), (VerificationState::Verified, Some("as registered")));
    // An API key moves nothing; the signing key does, once for each id.
    let body = json!({ "amount": won(5_000), "payout": PayoutId::from_bytes([1; 16]) }).to_string();
    let with_key = Sent::new("POST", "/v1/payouts").header("authorization", shop.bearer()).body(body);
    assert_eq!(world.send(with_key).await.status, 401);
    let first: PayoutView = shop.payout(&world, 1, 5_000).await.expect(201);
    assert_eq!(shop.payout(&world, 1, 5_000).await.expect::<PayoutView>(201), first);
    assert_eq!(shop.payout(&world, 1, 4_000).await.problem(), (409, "payout.id_reused".to_owned()));
    assert_eq!(shop.payout(&world, 2, 4_001).await.problem(), (409, "funds.payee_insufficient".to_owned()));
    let waiting: Vec<StaffPayoutView> = staff(&world, "GET", "/admin/payouts", &Value::Null).await.expect(200);
    assert_eq!((waiting[0].payee, waiting[0].payout.status), (shop.payee, PayoutStatus::Requested));
    let settled = json!({ "status": "sent", "staff": "lee", "reference": "KFTC 77" });
    let path = format!("/admin/payouts/{}", first.payout);
    let sent: StaffPayoutView = staff(&world, "POST", &path, &settled).await.expect(200);
    assert_eq!((sent.payout.status, sent.settled_by.as_deref()), (PayoutStatus::Sent, Some("lee")));
    let listed: Page<PayoutView> = shop.get(&world, "/v1/payouts").await.expect(200);
    assert_eq!(listed.items.len(), 1);
    assert_eq!(listed.items[0].reference.as_deref(), Some("KFTC 77"));
    // Another merchant sees none of it.
    let rival = world.merchant().await;
    assert!(rival.get(&world, "/v1/payouts").await.expect::<Page<PayoutView>>(200).items.is_empty());
    assert_eq!(staff(&world, "GET", "/admin/ledger-check", &Value::Null).await.status, 200);
}
