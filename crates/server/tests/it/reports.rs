//! What a payer says was fraud reaches the profiles of the running server within a second; staff correct it, let rules
//! sleep and see what is demoted; the breaker's demotion is a row that every server of the store obeys.

use std::time::Duration;

use money::{PaymentId, ReasonCode};
use payments::{Judging, Noted, NotedKey, NotedKind};
use protocol::{AlertView, AttackBody, Page, PayerView, PaymentView, ReportKind, ReportPaymentBody, ReportView};
use risk::dossier::PartyFile;
use risk::rule::RuleSet;
use serde_json::{Value, json};
use store::Store;

use crate::client::{Answer, Sent};
use crate::world::{Handset, Merchant, World, payment_id};

async fn judged_by(world: &World, rules: &str) {
    let set = format!("[set]\nname = \"t\"\nversion = 1\nauthor = \"t\"\n{rules}");
    let rules = RuleSet::read(&[("t.toml", &set)]).unwrap();
    world.store.use_judging(Judging::by(Some(rules), None, None)).await.unwrap();
}

fn rule(id: &str, when: &str, action: &str) -> String {
    format!(
        "[[rule]]\nid = \"{id}\"\nstage = \"live\"\nwhen = \"{when}\"\naction = {action}\nreason = \"risk.listed\"\nko = \"가\"\nen = \"a\"\n"
    )
}

async fn staff(world: &World, method: &str, path: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Sent::new(method, path).body(body).over_socket(world.running.admin_socket().unwrap()).await
}

/// Waits until the payee's file knows of so many frauds; the workers go on meanwhile.
async fn learnt(world: &World, merchant: &Merchant, frauds: std::ops::RangeInclusive<f32>) {
    let wait = async {
        loop {
            let row = world.store.noted(NotedKey::PayeeFile(merchant.payee)).await.unwrap();
            if let Some(Noted::PayeeFile(row)) = row {
                let known = PartyFile::of_bytes(&row.bytes.0).unwrap().profile.fraud.frauds.0[2];
                if frauds.contains(&known) {
                    return;
                }
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
}

/// Waits until everything the merchant was paid is counted, and so in its file.
async fn counted(world: &World, merchant: &Merchant) {
    let wait = async {
        while !world.store.payee_balance(merchant.payee).await.unwrap().unwrap().pending.is_zero() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.unwrap();
}

async fn report(world: &World, payer: &mut Handset, payment: PaymentId) -> Answer {
    let body = ReportPaymentBody { kind: ReportKind::NotMe, payment };
    payer.post(world, &format!("/v1/payments/{payment}/report"), &body).await
}

#[tokio::test]
async fn not_me_reaches_the_payees_profile_within_seconds_and_staff_take_it_back() {
    let world = World::start().await;
    judged_by(&world, "").await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    let paid: PaymentView = payer.pay(&world, &merchant.intent(&world, 4_000).await).await;
    counted(&world, &merchant).await;
    let said: ReportView = report(&world, &mut payer, paid.payment).await.expect(202);
    assert_eq!((said.payment, said.reported_at), (paid.payment, world.now()));
    learnt(&world, &merchant, 0.99..=1.0).await;
    assert_eq!(report(&world, &mut payer, paid.payment).await.expect::<ReportView>(202), said);
    let alerts: Page<AlertView> = payer.get(&world, "/v1/alerts").await.expect(200);
    assert_eq!(alerts.items.iter().filter(|alert| alert.kind == "payment.reported").count(), 1);

    let path = format!("/admin/risk/payments/{}/judge", paid.payment);
    let judged: Value = staff(&world, "POST", &path, &json!({ "fraud": false })).await.expect(200);
    assert_eq!((&judged["fraud"], &judged["by"]), (&json!(false), &json!("staff")));
    learnt(&world, &merchant, 0.0..=0.01).await;
    report(&world, &mut payer, paid.payment).await.expect::<ReportView>(202);
    let Some(Noted::Label(said)) = world.store.noted(NotedKey::Label(paid.payment)).await.unwrap() else {
        panic!("nothing is said of it")
    };
    assert!(!said.fraud, "staff have the last word");
}

#[tokio::test]
async fn a_report_is_of_ones_own_payment_at_its_own_address() {
    let world = World::start().await;
    let merchant = world.merchant().await;
    let (mut payer, mut other) = (world.payer(50_000).await, world.payer(1_000).await);
    let paid: PaymentView = payer.pay(&world, &merchant.intent(&world, 4_000).await).await;
    assert_eq!(report(&world, &mut other, paid.payment).await.problem(), (404, "payment.unknown".to_owned()));
    let body = ReportPaymentBody { kind: ReportKind::Deceived, payment: paid.payment };
    let path = format!("/v1/payments/{}/report", payment_id(&world));
    assert_eq!(payer.post(&world, &path, &body).await.problem(), (400, "request.malformed".to_owned()));
    let intent = merchant.intent(&world, 900_000).await;
    let refused = payment_id(&world);
    assert!(payer.pay_answer(&world, &intent, refused).await.status >= 400);
    let answer = report(&world, &mut payer, refused).await.problem();
    assert!(answer.1 == "payment.refused" || answer.1 == "payment.unknown", "{answer:?}");
}

#[tokio::test]
async fn an_attack_freezes_and_its_payments_are_learnt_within_seconds() {
    let world = World::start().await;
    judged_by(&world, "").await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    payer.pay(&world, &merchant.intent(&world, 1_000).await).await;
    world.clock.advance(60);
    let since = world.now();
    payer.pay(&world, &merchant.intent(&world, 2_000).await).await;
    payer.pay(&world, &merchant.intent(&world, 3_000).await).await;
    counted(&world, &merchant).await;
    let body = AttackBody { payer: payer.phone.payer(), since };
    let frozen: PayerView = payer.post(&world, "/v1/attack", &body).await.expect(200);
    assert!(frozen.frozen);
    // Both are learnt by the payer's profiles; against one payee one payer counts once.
    learnt(&world, &merchant, 0.99..=1.0).await;
    assert!(world.store.all_noted(NotedKind::Alarm, None, 9).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_rule_sleeps_for_a_payer_by_staffs_word() {
    let world = World::start().await;
    judged_by(&world, &rule("held", "payment.amount >= 3000", "\"hold\"")).await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    payer.pay(&world, &merchant.intent(&world, 1_000).await).await;
    let held = payer.pay_answer(&world, &merchant.intent(&world, 3_000).await, payment_id(&world)).await;
    assert_eq!(held.problem().1, ReasonCode::RiskHeld.code());
    let path = format!("/admin/risk/payers/{}/snoozes", payer.phone.payer());
    let asked = json!({ "rule": "held", "seconds": 600, "because": "case 12" });
    let snoozes: Value = staff(&world, "POST", &path, &asked).await.expect(200);
    assert_eq!(snoozes["snoozes"][0]["rule"], "held");
    payer.pay(&world, &merchant.intent(&world, 3_000).await).await;
    assert_eq!(staff(&world, "GET", &path, &Value::Null).await.expect::<Value>(200), snoozes);
    world.clock.advance(601);
    payer.renew(&world).await;
    let held = payer.pay_answer(&world, &merchant.intent(&world, 3_000).await, payment_id(&world)).await;
    assert_eq!(held.problem().1, ReasonCode::RiskHeld.code());
    assert_eq!(staff(&world, "GET", &path, &Value::Null).await.expect::<Value>(200)["snoozes"], json!([]));
    let unknown = json!({ "rule": "hold", "seconds": 600, "because": "case 12" });
    assert_eq!(staff(&world, "POST", &path, &unknown).await.problem(), (404, "risk.rule_unknown".to_owned()));
    let summary = world.store.verify_audit().await.unwrap();
    assert!(summary.ok && summary.replayed == summary.decisions, "{:?}", summary.findings);
}

/// A rule that holds everything: after enough payments it only asks for a passkey, on every server of the store, and is
/// itself again when its window is over.
#[tokio::test]
async fn the_breakers_demotion_holds_on_every_server_and_ends() {
    let world = World::with_risk(risk::settings::RiskSettings {
        breaker_payments_min: 4,
        breaker_share_bp: 2_500,
        breaker_window_seconds: 60,
        ..risk::settings::RiskSettings::default()
    })
    .await;
    judged_by(&world, &rule("held", "payment.amount >= 100", "\"hold\"")).await;
    let _another = world.another(|_| {}).await;
    let merchant = world.merchant().await;
    let mut payer = world.payer(50_000).await;
    for _ in 0..5 {
        let answer = payer.pay_answer(&world, &merchant.intent(&world, 1_000).await, payment_id(&world)).await;
        assert_eq!(answer.problem().1, ReasonCode::RiskHeld.code());
    }
    let demoted = |is: bool| {
        let world = &world;
        async move {
            while world.store.settings().judging.marks().demoted.contains("held") != is {
                tokio::task::yield_now().await;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), demoted(true)).await.expect("it is demoted");
    let status: Value = staff(&world, "GET", "/admin/risk/status", &Value::Null).await.expect(200);
    assert_eq!(status["demoted"][0]["rule"], "held");
    assert_eq!(status["demoted"][0]["stopped"], json!([5, 5]));
    let answer = payer.pay_answer(&world, &merchant.intent(&world, 1_000).await, payment_id(&world)).await;
    let said = answer.problem().1;
    assert!(said.starts_with("step_up.") || said == "risk.step_up_needed", "never allowed, but asked about: {said}");
    world.clock.advance(61);
    tokio::time::timeout(Duration::from_secs(20), demoted(false)).await.expect("it ends");
    assert!(world.store.all_noted(NotedKind::Demotion, None, 9).await.unwrap().is_empty());
    payer.renew(&world).await;
    let answer = payer.pay_answer(&world, &merchant.intent(&world, 1_000).await, payment_id(&world)).await;
    assert_eq!(answer.problem().1, ReasonCode::RiskHeld.code());
}
