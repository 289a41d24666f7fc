//! Limits under crowds, packs exchanged while payments are made, and decisions made again under the packs of their day.

use money::ReasonCode;
use payments::{Command, Packs};
use policy::{Choice, Rulebook};
use protocol::{CaptureMode, LimitWindow, SetLimitBody};

use super::Place;
use crate::town::{Person, Town, paid, won};

/// One cap a day over all payments.
fn packs(version: &str, cap: i64) -> Packs {
    let text = format!(
        "id = \"t\"\ntitle = \"T\"\nversion = \"{version}\"\njurisdiction = \"KR\"\nlayer = \"provider\"\nstatus = \"in_force\"\n\
         effective = {{ from = 2020-01-01 }}\ntime_zone = \"Asia/Seoul\"\ncurrency = \"KRW\"\nevidence = \"V1\"\n\
         [citations]\na = {{ law = \"Terms\", article = \"7\", source = \"here\" }}\n[[rules]]\nid = \"day\"\nkind = \"limit\"\n\
         citation = \"a\"\nsay = \"a day's limit\"\nwhen = {{ \"operation.kind\" = \"payment\" }}\ncap = \"{cap} KRW\"\nwindow = \"day\"\n"
    );
    let choice = Choice { jurisdiction: Some("KR".to_owned()), ..Choice::default() };
    Rulebook::choose(&[("t.toml".to_owned(), text)], choice).unwrap().into()
}

fn limit(town: &Town, person: &Person, window: LimitWindow, minor: i64) -> Command {
    let body = SetLimitBody {
        amount: Some(won(minor)),
        category: None,
        channel: None,
        from: None,
        payer: person.payer(),
        window,
    };
    Command::SetLimit { signed: town.signed(person, "/v1/limits", &body) }
}

/// 200 payments of 30 at once, every second one held; how many were accepted, and why the others were not.
async fn crowd(place: &Place<'_>, mina: &Person) -> (usize, Vec<ReasonCode>) {
    let (town, store) = (&place.town, &*place.store);
    let shop = town.shop(store, "Cafe").await;
    let mut commands = Vec::new();
    for number in 0..200 {
        let capture = if number % 2 == 0 { CaptureMode::Automatic } else { CaptureMode::Manual };
        let intent = town.intent(store, &shop, Town::intent_body(30, "tea", capture)).await;
        commands.push(town.pay(mina, &intent, town.payment_id()));
    }
    let outcomes: Vec<_> =
        place.all_at_once(commands).await.into_iter().map(|answer| answer.unwrap().outcome).collect();
    let mut reasons: Vec<_> =
        outcomes.iter().filter_map(|one| one.as_ref().err()).map(payments::Refusal::first).collect();
    reasons.dedup();
    (outcomes.iter().filter(|outcome| outcome.is_ok()).count(), reasons)
}

pub(crate) async fn many_payments_never_pass_a_limit_the_payer_set(place: Place<'_>) {
    let mina = place.town.person(&*place.store, "Mina", 100_000).await;
    place.run(limit(&place.town, &mina, LimitWindow::Day, 1_000)).await.unwrap();
    assert_eq!(crowd(&place, &mina).await, (33, vec![ReasonCode::PolicyOwnLimit]), "1000 / 30");
    place.restart().await.proven().await;
}

pub(crate) async fn many_payments_never_pass_a_packs_cap_and_are_made_again_under_it(place: Place<'_>) {
    let mina = place.town.person(&*place.store, "Mina", 100_000).await;
    place.store.use_packs(packs("1", 1_000)).await.unwrap();
    assert_eq!(crowd(&place, &mina).await, (33, vec![ReasonCode::PolicyLimit]), "1000 / 30");
    // A new version with another cap counts on.
    place.store.use_packs(packs("2", 2_000)).await.unwrap();
    assert_eq!(crowd(&place, &mina).await, (33, vec![ReasonCode::PolicyLimit]), "66 of 2000");
    // It is opened without any packs: those that decided are kept in the store itself.
    place.store.use_packs(Packs::none()).await.unwrap();
    place.restart().await.proven().await;
}

pub(crate) async fn a_refused_payment_keeps_the_rules_behind_it(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 100_000).await, town.shop(store, "Cafe").await);
    store.use_packs(packs("1", 1_000)).await.unwrap();
    let intent = town.intent(store, &shop, Town::intent_body(1_001, "tea", CaptureMode::Automatic)).await;
    let payment = town.payment_id();
    let refusal = place.run(town.pay(&mina, &intent, payment)).await.unwrap_err();
    assert_eq!(refusal.rules[0].citation.article, "7");
    store.use_packs(Packs::none()).await.unwrap();
    let place = place.restart().await;
    let stored = place.store.payment(payment).await.unwrap().unwrap().payment;
    assert_eq!(stored.rules, refusal.rules);
    let (town, store) = (&place.town, &*place.store);
    let intent = town.intent(store, &shop, Town::intent_body(1_001, "tea", CaptureMode::Automatic)).await;
    // Without the packs it is paid.
    paid(place.run(town.pay(&mina, &intent, town.payment_id())).await);
    place.proven().await;
}
