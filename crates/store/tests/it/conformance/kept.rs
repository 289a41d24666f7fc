//! What is kept about a payer's security: read back as it was written, and spent in the commit that relies on it.

use money::ReasonCode;
use payments::{Accepted, Command, Kept, KeptKey, PaymentPin, PinPurpose};
use protocol::{CaptureMode, Pin, PinStepUpBody, SetPinBody, sha256, to_canonical};
use store::Store;

use super::Place;
use super::commands::refused;
use crate::town::{Person, Town, paid};

fn pin(text: &str) -> Pin {
    Pin::new(text.to_owned()).unwrap()
}

async fn kept_pin(store: &dyn Store, person: &Person) -> Option<PaymentPin> {
    match store.kept(KeptKey::Pin(person.payer())).await.unwrap() {
        Some(Kept::Pin(row)) => Some(row),
        _ => None,
    }
}

impl Place<'_> {
    /// Counts a try and, if the PIN is right, lets it approve `body`.
    async fn approve(&self, person: &Person, text: &str, body: money::Digest) -> Result<Accepted, ReasonCode> {
        let (town, sent) = (&self.town, PinStepUpBody { blind: self.town.blind(), body, pin: pin(text) });
        let (signed, sent) = town.signed(person, "/v1/step-up/pin", &sent).take_body();
        let tried = self.run(Command::TryPin { signed, purpose: PinPurpose::Approve(body) }).await;
        let Accepted::Tried(counted) = tried.map_err(|refusal| refusal.first())? else { panic!("not counted") };
        let proof = town.pepper().verify(&sent.pin, counted).unwrap().ok_or(ReasonCode::PinWrong)?;
        self.run(Command::ApproveByPin { proof }).await.map_err(|refusal| refusal.first())
    }
}

pub(crate) async fn an_approval_outlives_a_restart_and_is_spent_once(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 900_000).await, town.shop(store, "Hotel").await);
    assert_eq!(kept_pin(store, &mina).await, None);
    let body = SetPinBody { blind: town.blind(), new: pin("493817"), old: None };
    let (signed, body) = town.signed(&mina, "/v1/pin", &body).take_body();
    let hash = town.pepper().hash(&body.new, mina.payer(), [5; 16]).unwrap();
    place.run(Command::SetPin { signed, hash: hash.clone() }).await.unwrap();
    assert_eq!(kept_pin(store, &mina).await.unwrap().hash, Some(hash));

    assert_eq!(place.approve(&mina, "805264", sha256(b"x")).await, Err(ReasonCode::PinWrong));
    assert_eq!(kept_pin(store, &mina).await.unwrap().tries.len(), 1);
    let place = place.restart().await;
    let (town, store) = (&place.town, &*place.store);
    assert_eq!(kept_pin(store, &mina).await.unwrap().tries.len(), 1, "a restart gives no try back");

    let intent = town.intent(store, &shop, Town::intent_body(150_000, "suite", CaptureMode::Automatic)).await;
    let (id, other) = (town.payment_id(), town.payment_id());
    assert_eq!(refused(place.run(town.pay(&mina, &intent, id)).await), ReasonCode::StepUpNeeded);
    assert!(store.payment(id).await.unwrap().is_none(), "a missing check is no fate");
    let digest = sha256(&to_canonical(&town.pay_body(&mina, &intent, id)));
    place.approve(&mina, "493817", digest).await.unwrap();
    let place = place.restart().await;
    let town = &place.town;
    assert_eq!(refused(place.run(town.pay(&mina, &intent, other)).await), ReasonCode::StepUpNeeded);
    paid(place.run(town.pay(&mina, &intent, id)).await);
    let Some(Kept::Guard(guard)) = place.store.kept(KeptKey::Guard(mina.payer())).await.unwrap() else {
        panic!("no guard")
    };
    assert!(guard.approvals.is_empty());
    place.proven().await;
}
