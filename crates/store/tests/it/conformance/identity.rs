//! Who people and merchants are, and how many wallets a network opens: kept, counted and forgotten alike on every store.

use money::{MarkId, PayoutId, ReasonCode};
use payments::{
    Accepted, Command, Identity, IdentityCommand, Kept, KeptKey, MerchantCommand, NewFact, NewGuardian, Noted,
    NotedKind, PayoutSettling, Refusal, VerificationStep,
};
use protocol::{
    Assurance, CaptureMode, DeclareFactBody, FactKind, FactSource, FactValue, PayoutBody, PayoutStatus,
    SubmitVerificationBody, VerificationState,
};
use store::Store;

use super::Place;
use super::commands::refused;
use crate::town::{Person, Shop, Town, paid, staff, sweeper, won};

fn born(day: &str) -> FactValue {
    FactValue::BornOn(day.parse().unwrap())
}

async fn known(store: &dyn Store, person: &Person) -> Option<Identity> {
    match store.kept(KeptKey::Identity(person.payer())).await.unwrap() {
        Some(Kept::Identity(row)) => Some(row),
        _ => None,
    }
}

impl Place<'_> {
    async fn enter(&self, person: &Person, value: FactValue, line: Option<MarkId>) -> Result<Accepted, Refusal> {
        let (source, assurance) = (FactSource::Document, Assurance::High);
        let by = "kim".parse().unwrap();
        let fact = NewFact { value, source, assurance, by, evidence: None, expires_at: None };
        let command = IdentityCommand::Enter { permit: staff(), payer: person.payer(), fact, line };
        self.run(Command::Identity(command)).await
    }

    async fn payout(&self, shop: &Shop, payout: PayoutId, minor: i64) -> Result<Accepted, Refusal> {
        let body = PayoutBody { amount: won(minor), payout };
        let signed = self.town.merchant_signed(shop, "/v1/payouts", &body);
        self.run(Command::Merchant(MerchantCommand::RequestPayout { signed })).await
    }
}

pub(crate) async fn facts_and_guardians_outlive_a_restart_and_go_with_their_payer(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, eve) = (town.person(store, "Mina", 0).await, town.person(store, "Eve", 0).await);
    let bora = town.person(store, "Bora", 0).await;
    assert_eq!(known(store, &mina).await, None);
    let body = DeclareFactBody { fact: born("2013-01-01"), payer: mina.payer() };
    let signed = town.signed(&mina, "/v1/facts", &body);
    place.run(Command::Identity(IdentityCommand::Declare { signed })).await.unwrap();
    place.enter(&mina, born("2012-01-01"), None).await.unwrap();
    place.enter(&eve, born("1980-01-01"), None).await.unwrap();
    place.enter(&bora, born("1981-01-01"), None).await.unwrap();
    let place = place.restart().await;
    let (town, store) = (&place.town, &*place.store);
    let row = known(store, &mina).await.unwrap();
    assert_eq!(row.facts.len(), 2);
    assert_eq!(row.relied(FactKind::BornOn, town.now()).unwrap().value, born("2012-01-01"));
    // One decision writes the rows of three payers: the ward's, the former guardian's and the new one's.
    for guardian in [&eve, &bora] {
        let by = "kim".parse().unwrap();
        let link = NewGuardian { guardian: guardian.payer(), by, evidence: None, expires_at: None };
        let command = IdentityCommand::Link { permit: staff(), payer: mina.payer(), link };
        place.run(Command::Identity(command)).await.unwrap();
    }
    let place = place.restart().await;
    let store = &*place.store;
    assert_eq!(known(store, &eve).await.unwrap().wards, []);
    assert_eq!(known(store, &bora).await.unwrap().wards, [mina.payer()]);
    store.erase(bora.payer()).await.unwrap().unwrap();
    assert_eq!(known(store, &bora).await, None, "what is kept of an erased payer cannot be read");
    assert_eq!(refused(place.enter(&bora, born("1981-01-01"), None).await), ReasonCode::PayerUnknown);
    // The ward of an erased guardian can be given another.
    let by = "kim".parse().unwrap();
    let link = NewGuardian { guardian: eve.payer(), by, evidence: None, expires_at: None };
    let command = IdentityCommand::Link { permit: staff(), payer: mina.payer(), link };
    place.run(Command::Identity(command)).await.unwrap();
    let audit = place.store.verify_audit().await.unwrap();
    assert!(audit.ok, "{:?}", audit.findings);
    place.store.close().await.unwrap();
}

pub(crate) async fn a_line_vouches_for_so_many_wallets_also_after_a_restart(place: Place<'_>) {
    let (line, other) = (MarkId::from_bytes([7; 16]), MarkId::from_bytes([8; 16]));
    let mut people = Vec::new();
    for name in ["Ann", "Bea", "Cho", "Dan"] {
        people.push(place.town.person(&*place.store, name, 0).await);
    }
    let since = || FactValue::LineSince("2020-01-01".parse().unwrap());
    for person in &people[..2] {
        place.enter(person, since(), Some(line)).await.unwrap();
    }
    // The same fact of the same wallet again is no further wallet.
    place.enter(&people[0], since(), Some(line)).await.unwrap();
    let place = place.restart().await;
    place.enter(&people[2], since(), Some(line)).await.unwrap();
    assert_eq!(refused(place.enter(&people[3], since(), Some(line)).await), ReasonCode::SignUpLine);
    place.enter(&people[3], since(), Some(other)).await.unwrap();
    place.proven().await;
}

pub(crate) async fn sign_ups_of_a_network_are_counted_whoever_decides_and_forgotten(place: Place<'_>) {
    let limit = place.store.settings().sign_ups.network;
    let counts = |place: &Place<'_>| {
        let store = std::sync::Arc::clone(&place.store);
        async move {
            let rows = store.all_noted(NotedKind::SignUps, None, 10).await.unwrap();
            rows.iter()
                .filter_map(Noted::sign_ups)
                .map(|row| (row.of.clone(), row.count, row.refused))
                .collect::<Vec<_>>()
        }
    };
    let network = "203.0.113.0/24".to_owned();
    // All at once: each is counted.
    let strangers: Vec<Command> = (0..limit.count).map(|_| place.town.sign_up(&place.town.stranger(), "S")).collect();
    let opened = strangers.into_iter().map(|command| place.store.submit(command));
    for opened in futures_util::future::join_all(opened).await {
        opened.unwrap().outcome.unwrap();
    }
    assert_eq!(counts(&place).await, [(network.clone(), limit.count, 0)]);
    let place = place.restart().await;
    let late = place.town.stranger();
    assert_eq!(refused(place.run(place.town.sign_up(&late, "L")).await), ReasonCode::SignUpNetwork);
    assert_eq!(counts(&place).await, [(network, limit.count, 1)]);
    assert!(place.store.payer(late.payer()).await.unwrap().is_none());
    place.town.clock.advance(limit.seconds);
    let marks = vec![payments::network_mark("203.0.113.0/24")];
    let forgotten = place.run(Command::ForgetSignUps { permit: sweeper(), marks }).await;
    assert_eq!(forgotten, Ok(Accepted::Forgotten { sign_ups: 1 }));
    assert_eq!(counts(&place).await, []);
    place.run(place.town.sign_up(&place.town.stranger(), "N")).await.unwrap();
    place.proven().await;
}

pub(crate) async fn a_payout_leaves_once_and_comes_back_whole(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    for minor in [3_000, 4_000] {
        let intent = town.intent(store, &shop, Town::intent_body(minor, "tea", CaptureMode::Automatic)).await;
        paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    }
    let (first, second) = (PayoutId::new(town.now(), town.fresh()), PayoutId::new(town.now(), town.fresh()));
    assert_eq!(refused(place.payout(&shop, first, 5_000).await), ReasonCode::PayeeUnverified);
    let body = SubmitVerificationBody { evidence: "case 7".parse().unwrap() };
    let signed = town.merchant_signed(&shop, "/v1/verification", &body);
    place.run(Command::Merchant(MerchantCommand::Submit { signed })).await.unwrap();
    let step =
        VerificationStep { state: VerificationState::Verified, by: "kim".parse().unwrap(), evidence: None, note: None };
    place.run(Command::Merchant(MerchantCommand::Judge { permit: staff(), payee: shop.id, step })).await.unwrap();
    let place = place.restart().await;
    let Ok(Accepted::Payout(row)) = place.payout(&shop, first, 5_000).await else { panic!("no payout") };
    assert_eq!(row.status, PayoutStatus::Requested);
    let place = place.restart().await;
    assert_eq!(place.payout(&shop, first, 5_000).await, Ok(Accepted::Payout(row)), "the first answer again");
    assert_eq!(refused(place.payout(&shop, second, 2_001).await), ReasonCode::PayeeFundsInsufficient);
    let settling = |status| PayoutSettling { status, by: "kim".parse().unwrap(), reference: "bank 1".parse().unwrap() };
    let settle = |status| {
        let command = MerchantCommand::SettlePayout { permit: staff(), payout: first, settling: settling(status) };
        place.run(Command::Merchant(command))
    };
    settle(PayoutStatus::Sent).await.unwrap();
    settle(PayoutStatus::Returned).await.unwrap();
    let balance = place.store.payee_balance(shop.id).await.unwrap().unwrap();
    assert_eq!((balance.account.available(), balance.pending), (won(7_000), won(0)));
    let listed = place.store.all_noted(NotedKind::Payout, Some(shop.id), 10).await.unwrap();
    assert_eq!(
        listed.iter().filter_map(Noted::payout).map(|row| row.status).collect::<Vec<_>>(),
        [PayoutStatus::Returned]
    );
    // Several at once never take more than there is.
    let wanted: Vec<PayoutId> = (0..4).map(|_| PayoutId::new(place.town.now(), place.town.fresh())).collect();
    let asked = wanted.iter().map(|id| place.payout(&shop, *id, 3_000));
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 2);
    place.proven().await;
}
