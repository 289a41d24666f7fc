//! Random histories over three nodes at once end as the same commands, one after another in the order of the commits.

use std::collections::HashMap;

use money::{AccountId, DecisionId, PaymentId, RefundId};
use payments::{Accepted, Command, Intent, Refusal};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use protocol::CaptureMode;
use store::{Committed, KeySource, PostgresOptions, PostgresStore, Store};

use crate::cluster::cluster;
use crate::town::{Person, Shop, Town, paid, settings, sweeper};

#[derive(Clone, Debug)]
enum Step {
    Pay { person: usize, intent: usize },
    Capture { payment: usize, minor: Option<i64> },
    Void { payment: usize },
    Refund { payment: usize, minor: i64 },
    Fund { person: usize, minor: i64 },
    Freeze { person: usize },
    RollUp { shop: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let (who, which, minor) = (0..3_usize, 0..8_usize, 1..900_i64);
    prop_oneof![
        10 => (who.clone(), which.clone()).prop_map(|(person, intent)| Step::Pay { person, intent }),
        4 => (which.clone(), proptest::option::of(minor.clone())).prop_map(|(payment, minor)| Step::Capture { payment, minor }),
        2 => which.clone().prop_map(|payment| Step::Void { payment }),
        4 => (which, minor.clone()).prop_map(|(payment, minor)| Step::Refund { payment, minor }),
        2 => (who.clone(), minor).prop_map(|(person, minor)| Step::Fund { person, minor }),
        1 => who.clone().prop_map(|person| Step::Freeze { person }),
        2 => (0..2_usize).prop_map(|shop| Step::RollUp { shop }),
    ]
}

/// The same beginning for both runs: people, shops, open intents, and payments already made.
struct World {
    town: Town,
    people: Vec<Person>,
    shops: Vec<Shop>,
    accounts: Vec<AccountId>,
    intents: Vec<Intent>,
    payments: Vec<(usize, PaymentId)>,
    dir: tempfile::TempDir,
}

impl World {
    async fn open(&self, database: &str, folder: &str) -> std::sync::Arc<PostgresStore> {
        let options = PostgresOptions::new(cluster().url(database), self.dir.path().join(folder));
        let kek = self.dir.path().join("first/kek").display().to_string();
        let keys = if folder == "first" { KeySource::File } else { KeySource::Command(format!("cat {kek}")) };
        PostgresStore::open(options.settings(settings()).clock(self.town.clock.clone()).keys(keys)).await.unwrap()
    }

    async fn begin() -> (Self, String) {
        let (town, dir) = (Town::new(230), tempfile::tempdir().unwrap());
        let (people, shops, accounts) = (Vec::new(), Vec::new(), Vec::new());
        let mut world = Self { town, people, shops, accounts, intents: Vec::new(), payments: Vec::new(), dir };
        let database = cluster().database().await;
        let store = world.open(&database, "first").await;
        for number in 0..3 {
            world.people.push(world.town.person(&*store, &format!("person {number}"), 1_500).await);
        }
        for number in 0..2 {
            let shop = world.town.shop(&*store, &format!("shop {number}")).await;
            world.accounts.push(store.payee(shop.id).await.unwrap().unwrap().account);
            world.shops.push(shop);
        }
        for number in 0..16_usize {
            let capture = if number.is_multiple_of(2) { CaptureMode::Automatic } else { CaptureMode::Manual };
            let body = Town::intent_body(if number < 8 { 700 } else { 100 }, "tea", capture);
            let intent = world.town.intent(&*store, &world.shops[number % 2], body).await;
            if number < 8 {
                world.intents.push(intent);
            } else {
                let pay = world.town.pay(&world.people[number % 3], &intent, world.town.payment_id());
                world.payments.push((number % 2, paid(store.submit(pay).await.unwrap().outcome).id));
            }
        }
        store.close().await.unwrap();
        (world, database)
    }

    /// The command of a step, twice: once for each run.
    fn commands(&self, step: &Step) -> [Command; 2] {
        let town = &self.town;
        let (id, refund) = (town.payment_id(), RefundId::new(town.now(), town.fresh()));
        [(); 2].map(|()| match step {
            Step::Pay { person, intent } => {
                let (person, intent) = (&self.people[*person], &self.intents[*intent]);
                town.pay_as(person, town.pay_body(person, intent, id), town.fresh())
            }
            Step::Capture { payment, minor } => {
                let (shop, payment) = self.payments[*payment];
                town.capture(&self.shops[shop], payment, *minor)
            }
            Step::Void { payment } => {
                let (shop, payment) = self.payments[*payment];
                town.void(&self.shops[shop], payment)
            }
            Step::Refund { payment, minor } => {
                let (shop, payment) = self.payments[*payment];
                town.refund(&self.shops[shop], payment, refund, *minor)
            }
            Step::Fund { person, minor } => town.fund(&self.people[*person], *minor),
            Step::Freeze { person } => town.freeze(&self.people[*person]),
            Step::RollUp { shop } => Command::RollUp { permit: sweeper(), account: self.accounts[*shop] },
        })
    }

    /// What is left: wallets, and what each shop has together with what is on the way to it.
    async fn balances(&self, store: &dyn Store) -> Vec<i64> {
        let mut all = Vec::new();
        for person in &self.people {
            let account = store.payer(person.payer()).await.unwrap().unwrap().1;
            all.extend([account.available().minor(), account.debits_held]);
        }
        for shop in &self.shops {
            let balance = store.payee_balance(shop.id).await.unwrap().unwrap();
            all.push(balance.account.available().minor() + balance.pending.minor());
        }
        all
    }
}

/// What an outcome comes to, without what each run draws for itself.
fn gist(outcome: &Result<Accepted, Refusal>) -> String {
    match outcome {
        Ok(Accepted::Payment { payment, .. }) => {
            format!("{:?} {} {}", payment.status, payment.captured, payment.refunded)
        }
        Ok(Accepted::Refund(refund)) => format!("refunded {} remaining {}", refund.amount, refund.remaining),
        Ok(Accepted::Payer { account, .. }) => format!("wallet {}", account.available()),
        // Payments do not wait for a roll-up, nor it for them: how many it found is nobody's outcome.
        Ok(Accepted::RolledUp { .. }) => "rolled up".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(refusal) => format!("{:?}", refusal.reasons),
    }
}

/// The decisions of a database in the order in which they were committed.
async fn order(database: &str) -> Vec<DecisionId> {
    let raw = cluster().raw(database).await;
    let sql = "SELECT id FROM decisions ORDER BY pg_xact_commit_timestamp(xmin), epoch, leaf, n";
    let found = raw.query(sql, &[]).await.unwrap();
    found.iter().map(|row| DecisionId::from_bytes(row.get::<_, &[u8]>(0).try_into().unwrap())).collect()
}

async fn run(steps: Vec<Step>) -> Result<(), TestCaseError> {
    let (world, database) = World::begin().await;
    let twin = cluster().database_like(&database).await;
    let nodes =
        [world.open(&database, "first").await, world.open(&database, "b").await, world.open(&database, "c").await];
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for step in &steps {
        let [one, other] = world.commands(step);
        first.push(one);
        second.push(Some(other));
    }
    let turns = nodes.iter().cycle();
    let waiting: Vec<_> = first.into_iter().zip(turns).map(|(command, node)| node.submit(command)).collect();
    let mut made: Vec<Committed> = Vec::new();
    for answer in waiting {
        made.push(answer.await.unwrap());
    }
    let numbers: HashMap<DecisionId, usize> = made.iter().enumerate().map(|(n, one)| (one.decision, n)).collect();

    let alone = world.open(&twin, "alone").await;
    for decision in order(&database).await {
        let Some(&number) = numbers.get(&decision) else { continue };
        let again = alone.submit(second[number].take().unwrap()).await.unwrap();
        prop_assert_eq!(gist(&made[number].outcome), gist(&again.outcome), "step {} {:?}", number, &steps[number]);
    }
    prop_assert_eq!(world.balances(&*nodes[1]).await, world.balances(&*alone).await);
    let ledger = nodes[2].check_ledger().await.unwrap();
    prop_assert!(ledger.ok, "{:?}", ledger.findings);
    let audit = nodes[2].verify_audit().await.unwrap();
    prop_assert!(audit.ok, "{:?}", audit.findings);
    prop_assert_eq!(audit.decisions, audit.replayed);
    for node in nodes {
        node.close().await.unwrap();
    }
    alone.close().await.unwrap();
    Ok(())
}

#[test]
fn histories_over_three_nodes_are_as_if_one_after_another() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases: 3, max_shrink_iters: 20, failure_persistence: None, ..Config::default() };
    let histories = proptest::collection::vec(step(), 10..80);
    TestRunner::new(config).run(&histories, |steps| runtime.block_on(run(steps))).unwrap();
}
