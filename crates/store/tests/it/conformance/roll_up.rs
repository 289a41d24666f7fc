//! Credits to payees: they wait under their payer, and count once.

use payments::{Accepted, Command, limits};
use protocol::CaptureMode;
use store::PayeeBalance;

use super::Place;
use crate::town::{Person, Shop, Town, paid, sweeper, won};

impl Place<'_> {
    async fn balance(&self, shop: &Shop) -> PayeeBalance {
        self.store.payee_balance(shop.id).await.unwrap().unwrap()
    }

    /// Available and pending, in won.
    async fn sums(&self, shop: &Shop) -> (i64, i64) {
        let balance = self.balance(shop).await;
        (balance.account.available().minor(), balance.pending.minor())
    }

    async fn payment(&self, person: &Person, shop: &Shop, minor: i64) -> Command {
        let (town, store) = (&self.town, &*self.store);
        let intent = town.intent(store, shop, Town::intent_body(minor, "tea", CaptureMode::Automatic)).await;
        town.pay(person, &intent, town.payment_id())
    }

    /// How many credits one roll-up counted.
    async fn rolled_up(&self, shop: &Shop) -> usize {
        let command = self.town.roll_up(&*self.store, shop).await;
        match self.run(command).await {
            Ok(Accepted::RolledUp { credits, .. }) => credits,
            other => panic!("not rolled up: {other:?}"),
        }
    }

    async fn balanced(&self) {
        let ledger = self.store.check_ledger().await.unwrap();
        assert!(ledger.ok, "{:?}", ledger.findings);
    }
}

pub(crate) async fn credits_wait_and_are_counted_once(mut place: Place<'_>) {
    let (mut mina, shop) =
        (place.town.person(&*place.store, "Mina", 1_000).await, place.town.shop(&*place.store, "Cafe").await);
    let empty = place.balance(&shop).await;
    assert_eq!((empty.pending, empty.as_of), (won(0), place.town.now()));
    let first_at = place.town.now();
    for minor in [30, 40] {
        let payment = place.payment(&mina, &shop, minor).await;
        paid(place.run(payment).await);
        place.town.clock.advance(1);
        place.town.renew(&mut mina);
    }
    // The process may end at any of these steps: what was committed is all there is.
    for step in 0..3 {
        place.balanced().await;
        let balance = place.balance(&shop).await;
        let sums = (balance.account.available().minor(), balance.pending.minor());
        let (wanted, as_of) = if step == 0 { ((0, 70), first_at) } else { ((70, 0), place.town.now()) };
        assert_eq!((sums, balance.as_of), (wanted, as_of), "step {step}");
        place = place.restart().await;
        assert_eq!(place.sums(&shop).await, wanted, "step {step}, after a restart");
        assert_eq!(place.rolled_up(&shop).await, if step == 0 { 2 } else { 0 });
    }
    place.restart().await.proven().await;
}

pub(crate) async fn what_waits_is_found_oldest_first(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mut mina = town.person(store, "Mina", 10_000).await;
    let mut accounts = Vec::new();
    let mut shops = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let shop = town.shop(store, name).await;
        accounts.push(store.payee(shop.id).await.unwrap().unwrap().account);
        shops.push(shop);
    }
    assert!(store.to_roll_up(10).await.unwrap().is_empty());
    for index in [2, 0, 1, 2, 0] {
        let payment = place.payment(&mina, &shops[index], 10).await;
        paid(place.run(payment).await);
        town.clock.advance(1);
        town.renew(&mut mina);
    }
    assert_eq!(store.to_roll_up(10).await.unwrap(), [accounts[2], accounts[0], accounts[1]]);
    assert_eq!(store.to_roll_up(2).await.unwrap(), [accounts[2], accounts[0]]);
    assert_eq!(place.rolled_up(&shops[2]).await, 2);
    assert_eq!(store.to_roll_up(10).await.unwrap(), [accounts[0], accounts[1]]);
    let nobodys = Command::RollUp { permit: sweeper(), account: money::AccountId::from_bytes([9; 16]) };
    assert!(place.run(nobodys).await.is_err());
    place.proven().await;
}

pub(crate) async fn a_refund_does_not_wait_for_the_roll_up(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let payment = place.payment(&mina, &shop, 100).await;
        ids.push(paid(place.run(payment).await).id);
    }
    town.refunded(store, &shop, ids[0], 100).await;
    assert_eq!(place.sums(&shop).await, (0, 100), "only its own credit was counted");
    place.balanced().await;
    let place = place.restart().await;
    let (town, store) = (&place.town, &*place.store);
    town.refunded(store, &shop, ids[1], 60).await;
    assert_eq!(place.sums(&shop).await, (40, 0));
    assert_eq!(place.rolled_up(&shop).await, 0);
    assert_eq!(store.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(960));
    place.proven().await;
}

pub(crate) async fn payments_go_on_while_credits_are_rolled_up(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 100_000).await, town.shop(store, "Cafe").await);
    let count = limits::ROLL_UP_MAX + 44;
    let mut waiting = Vec::new();
    let mut commands = Vec::new();
    for number in 0..count {
        commands.push(place.payment(&mina, &shop, 3).await);
        if number % 7 == 0 {
            commands.push(town.roll_up(store, &shop).await);
        }
    }
    for command in commands {
        waiting.push(store.submit(command));
    }
    let (mut payments, mut credits) = (0, 0);
    for answer in waiting {
        match answer.await.unwrap().outcome.unwrap() {
            Accepted::Payment { .. } => payments += 1,
            Accepted::RolledUp { credits: some, .. } => credits += some,
            other => panic!("{other:?}"),
        }
        let (available, pending) = place.sums(&shop).await;
        assert!(available + pending <= 3 * i64::try_from(count).unwrap());
        if payments % 32 == 0 {
            place.balanced().await;
        }
    }
    loop {
        let some = place.rolled_up(&shop).await;
        credits += some;
        if some == 0 {
            break;
        }
    }
    assert_eq!((payments, credits), (count, count), "each credit was counted once");
    assert_eq!(place.sums(&shop).await, (3 * i64::try_from(count).unwrap(), 0));
    place.restart().await.proven().await;
}

/// Whether or not the commands meet in one batch, the sum is the same; the store's own tests make them meet.
pub(crate) async fn a_credit_appended_and_counted_in_one_batch_is_counted_once(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let (mina, shop) = (town.person(store, "Mina", 1_000).await, town.shop(store, "Cafe").await);
    for _ in 0..10 {
        let payment = place.payment(&mina, &shop, 10).await;
        let (first, second) = (town.roll_up(store, &shop).await, town.roll_up(store, &shop).await);
        let waiting = [store.submit(payment), store.submit(first), store.submit(second)];
        for answer in waiting {
            answer.await.unwrap().outcome.unwrap();
        }
        place.balanced().await;
    }
    // Commands that were not answered yet have no order: a roll-up may have come before its payment.
    place.rolled_up(&shop).await;
    assert_eq!(place.sums(&shop).await, (100, 0));
    place.restart().await.proven().await;
}
