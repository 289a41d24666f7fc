//! Step-up over real HTTP: asked for beforehand, done by PIN, and no more than that.

use money::PaymentId;
use protocol::{
    ApprovalView, Blind, IntentView, PaymentView, Pin, PinStepUpBody, PinView, Problem, QuoteView, RemovePinBody,
    SetPinBody, StepUpView, Strength, sha256,
};
use serde_json::{Value, json};

use crate::client::Answer;
use crate::world::{Handset, World, fresh16, payment_id, sent, shown};

pub(crate) fn pin(text: &str) -> Pin {
    Pin::new(text.to_owned()).unwrap()
}

impl Handset {
    pub(crate) async fn set_pin(&mut self, world: &World, new: &str, old: Option<&str>) -> Answer {
        let body = SetPinBody { blind: Blind::from_random(fresh16()), new: pin(new), old: old.map(pin) };
        self.post(world, "/v1/pin", &body).await
    }

    /// Approves the body of this digest by PIN.
    pub(crate) async fn approve(&mut self, world: &World, body: money::Digest, text: &str) -> Answer {
        let body = PinStepUpBody { blind: Blind::from_random(fresh16()), body, pin: pin(text) };
        self.post(world, "/v1/step-up/pin", &body).await
    }

    /// The bytes of a payment, to be sent as often as wanted.
    pub(crate) fn written(&self, world: &World, intent: &IntentView, payment: PaymentId) -> Vec<u8> {
        self.phone.pay(&shown(world, intent), payment, world.moment()).unwrap().body
    }

    /// Sends these bytes as a payment, freshly signed.
    pub(crate) async fn send_payment(&mut self, world: &World, bytes: &[u8]) -> Answer {
        let value: Value = serde_json::from_slice(bytes).unwrap();
        let answer = self.post(world, "/v1/payments", &value).await;
        assert_eq!(sent(self.phone.post("/v1/payments", &value, world.moment()).unwrap()).body, bytes);
        answer
    }
}

#[track_caller]
pub(crate) fn missing(answer: &Answer) -> StepUpView {
    let problem: Problem = answer.expect(403);
    problem.step_up.unwrap_or_else(|| panic!("no step-up in {}", answer.text()))
}

#[tokio::test]
async fn a_large_first_payment_is_asked_for_a_pin_and_goes_through_with_it() {
    let world = World::start().await;
    let (mut mina, shop) = (world.payer(500_000).await, world.merchant().await);
    let set: PinView = mina.set_pin(&world, "493817", None).await.expect(200);
    assert!(set.set && set.tries_left == 5 && set.usable_from == Some(world.now()));

    let intent = shop.intent(&world, 150_000).await;
    let quote = json!({"funding": "wallet", "intent": intent.intent, "via": {"kind": "link"}});
    let quoted: QuoteView = mina.post(&world, "/v1/quotes", &quote).await.expect(200);
    let asked = quoted.step_up.unwrap();
    assert_eq!((asked.strength, asked.body), (Strength::Pin, None));
    assert!(quoted.refusals.is_empty());

    let bytes = mina.written(&world, &intent, payment_id(&world));
    let refused = mina.send_payment(&world, &bytes).await;
    assert_eq!(refused.problem(), (403, "risk.step_up_needed".to_owned()));
    let asked = missing(&refused);
    assert_eq!(asked.body, Some(sha256(&bytes)));
    assert_eq!(asked.reasons[0].code.code(), "risk.payee_new");
    assert_eq!(asked.methods[0].path, "/v1/step-up/pin");

    let approval: ApprovalView = mina.approve(&world, sha256(&bytes), "493817").await.expect(200);
    assert_eq!((approval.body, approval.strength), (sha256(&bytes), Strength::Pin));
    let paid: PaymentView = mina.send_payment(&world, &bytes).await.expect(201);
    assert_eq!(paid.captured, intent.core.amount);
    // The approval is gone; the same bytes are the first answer.
    let again: PaymentView = mina.send_payment(&world, &bytes).await.expect(201);
    assert_eq!(again, paid);
}

#[tokio::test]
async fn who_has_no_factor_is_told_so_in_a_code_of_its_own() {
    let world = World::start().await;
    let (mut mina, shop) = (world.payer(500_000).await, world.merchant().await);
    let intent = shop.intent(&world, 150_000).await;
    let bytes = mina.written(&world, &intent, payment_id(&world));
    let answer = mina.send_payment(&world, &bytes).await;
    assert_eq!(answer.problem(), (403, "step_up.not_set_up".to_owned()));
    assert!(missing(&answer).methods.is_empty());
    assert!(mina.approve(&world, sha256(&bytes), "493817").await.problem().1 == "pin.not_set");

    world.clock.advance(700);
    mina.renew(&world).await;
    let set: PinView = mina.set_pin(&world, "493817", None).await.expect(200);
    assert_eq!(set.usable_from, world.now().checked_add_seconds(12 * 3_600));
    let intent = shop.intent(&world, 150_000).await;
    let bytes = mina.written(&world, &intent, payment_id(&world));
    let answer = mina.send_payment(&world, &bytes).await;
    assert_eq!(answer.problem(), (403, "step_up.waiting".to_owned()));
    assert_eq!(missing(&answer).ready_at, set.usable_from);
    let removed: PinView =
        mina.post(&world, "/v1/pin/remove", &RemovePinBody { payer: mina.phone.payer() }).await.expect(200);
    assert!(!removed.set);
}

#[tokio::test]
async fn a_wrong_pin_says_what_is_left_and_the_sixth_is_not_heard() {
    let world = World::start().await;
    let mut mina = world.payer(0).await;
    assert_eq!(mina.set_pin(&world, "493817", None).await.status, 200);
    for left in (0..5).rev() {
        let answer = mina.approve(&world, sha256(b"x"), "805264").await;
        assert_eq!(answer.problem(), (403, "pin.wrong".to_owned()));
        assert_eq!(answer.json::<Problem>().detail, Some(format!("{left} tries are left")));
    }
    assert_eq!(mina.approve(&world, sha256(b"x"), "493817").await.problem(), (403, "pin.locked".to_owned()));
    let view: PinView = mina.get(&world, "/v1/pin").await.expect(200);
    assert_eq!(view.locked_until, world.now().checked_add_seconds(300));
    assert_eq!(view.tries_left, 0);
    let alerts = mina.get(&world, "/v1/alerts").await.text();
    assert!(alerts.contains("pin.guessed") && alerts.contains("pin.set"), "{alerts}");
}

/// Every try is committed before it is hashed: twenty requests at once are five tries, and a right one among the later
/// ones is not heard.
#[tokio::test]
async fn guesses_at_the_same_moment_are_five() {
    let world = World::start().await;
    let mut mina = world.payer(0).await;
    assert_eq!(mina.set_pin(&world, "493817", None).await.status, 200);
    let guesses = (0..20).map(|guess| {
        let text = format!("80526{}", guess % 10);
        let body = PinStepUpBody { blind: Blind::from_random(fresh16()), body: sha256(b"x"), pin: pin(&text) };
        sent(mina.phone.post("/v1/step-up/pin", &body, world.moment()).unwrap())
    });
    let answers = guesses.map(|guess| guess.to(world.address())).collect::<Vec<_>>();
    let mut codes = Vec::new();
    let mut tasks = tokio::task::JoinSet::new();
    answers.into_iter().for_each(|answer| drop(tasks.spawn(answer)));
    while let Some(answer) = tasks.join_next().await {
        codes.push(answer.unwrap().problem().1);
    }
    codes.sort();
    assert_eq!(codes.iter().filter(|code| *code == "pin.wrong").count(), 5, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "pin.locked").count(), 15, "{codes:?}");
}

#[tokio::test]
async fn a_pin_that_is_easily_guessed_or_the_same_is_refused() {
    let world = World::start().await;
    let mut mina = world.payer(0).await;
    for simple in ["123456", "000000", "900131", "121212"] {
        assert_eq!(mina.set_pin(&world, simple, None).await.problem(), (422, "pin.too_simple".to_owned()));
    }
    assert_eq!(mina.set_pin(&world, "493817", None).await.status, 200);
    assert_eq!(mina.set_pin(&world, "493817", Some("493817")).await.problem(), (409, "pin.unchanged".to_owned()));
    assert_eq!(mina.set_pin(&world, "805264", None).await.problem(), (403, "pin.old_needed".to_owned()));
    assert_eq!(mina.set_pin(&world, "805264", Some("111119")).await.problem(), (403, "pin.wrong".to_owned()));
    assert_eq!(mina.set_pin(&world, "805264", Some("493817")).await.status, 200);
    assert_eq!(mina.approve(&world, sha256(b"x"), "805264").await.status, 200);
}

/// Not six digits: refused while reading, and the answer does not repeat it.
#[tokio::test]
async fn a_malformed_pin_is_not_repeated_in_the_answer() {
    let world = World::start().await;
    let mut mina = world.payer(0).await;
    let body = json!({"blind": "AAECAwQFBgcICQoLDA0ODw", "new": "49381x"});
    let answer = mina.post(&world, "/v1/pin", &body).await;
    assert_eq!(answer.problem(), (400, "request.malformed".to_owned()));
    assert!(!answer.text().contains("49381x"), "{}", answer.text());
}
