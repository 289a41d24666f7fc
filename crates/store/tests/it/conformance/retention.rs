//! What is kept until when, what is destroyed, and what is left of a payer who was erased.

use money::ReasonCode;
use payments::Packs;
use policy::{Choice, Rulebook};
use protocol::CaptureMode;

use super::Place;
use crate::town::{Person, Shop, Town, paid};

/// Small payments are kept for a month, others for a year.
fn packs() -> Packs {
    let text = "id = \"t\"\ntitle = \"T\"\nversion = \"1\"\njurisdiction = \"KR\"\nlayer = \"statute\"\nstatus = \"in_force\"\n\
         effective = { from = 2020-01-01 }\ntime_zone = \"Asia/Seoul\"\ncurrency = \"KRW\"\nevidence = \"V1\"\n\
         [citations]\na = { law = \"Act\", article = \"12\", source = \"here\" }\n\
         [[rules]]\nid = \"month\"\nkind = \"retention\"\ncitation = \"a\"\nsay = \"a month\"\nclass = \"record\"\nkeep = \"1mo\"\n\
         when = { \"operation.kind\" = \"payment\" }\n\
         [[rules]]\nid = \"year\"\nkind = \"retention\"\ncitation = \"a\"\nsay = \"a year\"\nclass = \"record\"\nkeep = \"1y\"\n\
         when = { \"operation.kind\" = \"payment\", \"operation.amount\" = { gt = \"100 KRW\" } }\n";
    let choice = Choice { jurisdiction: Some("KR".to_owned()), ..Choice::default() };
    Rulebook::choose(&[("t.toml".to_owned(), text.to_owned())], choice).unwrap().into()
}

const DAY: i64 = 86_400;

impl Place<'_> {
    async fn buys(&self, person: &Person, shop: &Shop, minor: i64) -> payments::Payment {
        let (town, store) = (&self.town, &*self.store);
        let intent = town.intent(store, shop, Town::intent_body(minor, "tea", CaptureMode::Automatic)).await;
        paid(self.run(town.pay(person, &intent, town.payment_id())).await)
    }

    /// The books balance and the chain holds; how many decisions were made again, of how many.
    async fn still_proven(&self) -> (u64, u64) {
        self.store.seal().await.unwrap();
        let (ledger, audit) = (self.store.check_ledger().await.unwrap(), self.store.verify_audit().await.unwrap());
        assert!(ledger.ok && audit.ok, "{:?} {:?}", ledger.findings, audit.findings);
        (audit.replayed, audit.decisions)
    }
}

pub(crate) async fn records_are_destroyed_at_their_date_and_stay_provable(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    store.use_packs(packs()).await.unwrap();
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    place.buys(&mina, &shop, 100).await;
    place.buys(&mina, &shop, 101).await;
    let report = store.retention().await.unwrap();
    assert_eq!((report.kept_by_law, report.due, report.destroyed), (2, 0, 0));
    let (all, decisions) = place.still_proven().await;
    assert_eq!(all, decisions);
    assert_eq!(store.destroy_due().await.unwrap().records, 0, "nothing is due yet");
    town.clock.advance(40 * DAY);
    assert_eq!(store.retention().await.unwrap().due, 1);
    assert_eq!(store.destroy_due().await.unwrap().records, 1);
    assert_eq!(place.still_proven().await, (decisions - 1, decisions), "a digest is left");
    town.clock.advance(330 * DAY);
    assert_eq!(store.destroy_due().await.unwrap().records, 1);
    let report = store.retention().await.unwrap();
    assert_eq!((report.kept_by_law, report.due, report.destroyed, report.next_at), (0, 0, 2, None));
    store.use_packs(Packs::none()).await.unwrap();
    let place = place.restart().await;
    assert_eq!(place.still_proven().await, (decisions - 2, decisions));
    place.store.close().await.unwrap();
}

pub(crate) async fn an_erased_payer_acts_no_more_and_law_keeps_only_what_it_keeps(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    store.use_packs(packs()).await.unwrap();
    let (mina, shop) = (town.person(store, "Mina", 10_000).await, town.shop(store, "Cafe").await);
    let bora = town.person(store, "Bora", 500).await;
    assert_eq!(store.erase(mina.payer()).await.unwrap(), Err(ReasonCode::ErasureNotEmpty));
    assert_eq!(store.erase(town.stranger().payer()).await.unwrap(), Err(ReasonCode::PayerUnknown));
    place.buys(&mina, &shop, 9_950).await;
    place.buys(&mina, &shop, 50).await;
    let erased = store.erase(mina.payer()).await.unwrap().unwrap();
    assert_eq!(erased.kept_by_law, 2);
    assert_eq!(store.erase(mina.payer()).await.unwrap().unwrap(), erased, "again changes nothing");
    let (row, _) = store.payer(mina.payer()).await.unwrap().unwrap();
    assert_eq!((row.name.as_str(), row.erased), ("(erased)", true));
    // What nobody keeps is destroyed at once, the rest at its date.
    assert!(store.destroy_due().await.unwrap().records > 0);
    let report = store.retention().await.unwrap();
    assert_eq!((report.kept_by_law, report.erased, report.erased_with_records), (2, 1, 1));
    let intent = town.intent(store, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
    let refusal = place.run(town.pay(&mina, &intent, town.payment_id())).await.unwrap_err();
    assert_eq!(refusal.first(), ReasonCode::PayerUnknown);
    assert_eq!(place.run(town.fund(&mina, 5)).await.unwrap_err().first(), ReasonCode::PayerUnknown);
    // Nobody else is touched.
    place.buys(&bora, &shop, 500).await;
    store.use_packs(Packs::none()).await.unwrap();
    let place = place.restart().await;
    let (before, decisions) = place.still_proven().await;
    assert!(before < decisions);
    place.town.clock.advance(400 * DAY);
    let done = place.store.destroy_due().await.unwrap();
    // Mina's two and Bora's one; and of Mina's two attempts afterwards, which no law keeps.
    assert_eq!((done.records, done.keys), (5, 1));
    assert_eq!(place.store.retention().await.unwrap().erased_with_records, 0);
    place.still_proven().await;
    place.store.close().await.unwrap();
}
