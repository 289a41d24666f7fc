//! Any history of commands leaves books that balance, after every step.

use payments::{Command, Intent};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use protocol::CaptureMode;
use store::{Options, SqliteStore, Store};

use crate::town::{Person, Shop, Town, settings, sweeper};

#[derive(Clone, Debug)]
enum Step {
    Ask { shop: usize, minor: i64, manual: bool },
    Pay { person: usize, intent: usize },
    Capture { payment: usize, minor: Option<i64> },
    Void { payment: usize },
    Refund { payment: usize, minor: i64 },
    Fund { person: usize, minor: i64 },
    Freeze { person: usize },
    Unfreeze { person: usize },
    Wait { seconds: i64 },
    Sweep,
    RollUp { shop: usize },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let (who, which, minor) = (0..2_usize, 0..12_usize, 1..4_000_i64);
    prop_oneof![
        4 => (who.clone(), minor.clone(), any::<bool>()).prop_map(|(shop, minor, manual)| Step::Ask { shop, minor, manual }),
        6 => (who.clone(), which.clone()).prop_map(|(person, intent)| Step::Pay { person, intent }),
        3 => (which.clone(), proptest::option::of(minor.clone())).prop_map(|(payment, minor)| Step::Capture { payment, minor }),
        1 => which.clone().prop_map(|payment| Step::Void { payment }),
        3 => (which, minor.clone()).prop_map(|(payment, minor)| Step::Refund { payment, minor }),
        1 => (who.clone(), minor).prop_map(|(person, minor)| Step::Fund { person, minor }),
        1 => who.clone().prop_map(|person| Step::Freeze { person }),
        1 => who.prop_map(|person| Step::Unfreeze { person }),
        2 => prop_oneof![1..700_i64, Just(payments::limits::HOLD_LIFE_SECONDS)].prop_map(|seconds| Step::Wait { seconds }),
        2 => Just(Step::Sweep),
        2 => (0..2_usize).prop_map(|shop| Step::RollUp { shop }),
        1 => Just(Step::Restart),
    ]
}

struct World {
    town: Town,
    store: std::sync::Arc<SqliteStore>,
    people: Vec<Person>,
    shops: Vec<Shop>,
    intents: Vec<(usize, Intent)>,
    payments: Vec<(usize, money::PaymentId)>,
    dir: tempfile::TempDir,
}

fn open(town: &Town, dir: &std::path::Path) -> std::sync::Arc<SqliteStore> {
    SqliteStore::open(Options::new(dir).settings(settings()).clock(town.clock.clone()).readers(1)).unwrap()
}

impl World {
    async fn new() -> Self {
        let (town, dir) = (Town::new(40), tempfile::tempdir().unwrap());
        let store = open(&town, dir.path());
        let (mut people, mut shops) = (Vec::new(), Vec::new());
        for number in 0..2 {
            people.push(town.person(&*store, &format!("person {number}"), 5_000).await);
            shops.push(town.shop(&*store, &format!("shop {number}")).await);
        }
        Self { town, store, people, shops, intents: Vec::new(), payments: Vec::new(), dir }
    }

    async fn run(&mut self, command: Command) {
        // Refusals are part of a history.
        drop(self.store.submit(command).await.unwrap().outcome);
    }

    async fn take(&mut self, step: Step) {
        match step {
            Step::Ask { shop, minor, manual } => {
                let capture = if manual { CaptureMode::Manual } else { CaptureMode::Automatic };
                let body = Town::intent_body(minor, "something", capture);
                let intent = self.town.intent(&*self.store, &self.shops[shop], body).await;
                self.intents.push((shop, intent));
            }
            Step::Pay { person, intent } => {
                let Some((shop, intent)) = self.intents.get(intent).cloned() else { return };
                if intent.core.expires_at <= self.town.now() {
                    return;
                }
                let id = self.town.payment_id();
                let command = self.town.pay(&self.people[person], &intent, id);
                self.payments.push((shop, id));
                self.run(command).await;
            }
            Step::Capture { payment, minor } => {
                let Some((shop, id)) = self.payments.get(payment).copied() else { return };
                self.run(self.town.capture(&self.shops[shop], id, minor)).await;
            }
            Step::Void { payment } => {
                let Some((shop, id)) = self.payments.get(payment).copied() else { return };
                self.run(self.town.void(&self.shops[shop], id)).await;
            }
            Step::Refund { payment, minor } => {
                let Some((shop, id)) = self.payments.get(payment).copied() else { return };
                let refund = money::RefundId::new(self.town.now(), self.town.fresh());
                self.run(self.town.refund(&self.shops[shop], id, refund, minor)).await;
            }
            Step::Fund { person, minor } => self.run(self.town.fund(&self.people[person], minor)).await,
            Step::Freeze { person } => self.run(self.town.freeze(&self.people[person])).await,
            Step::Unfreeze { person } => self.run(self.town.unfreeze(&self.people[person])).await,
            Step::Wait { seconds } => {
                self.town.clock.advance(seconds);
                self.people.iter_mut().for_each(|person| self.town.renew(person));
            }
            Step::Sweep => {
                let due = self.store.due(10).await.unwrap();
                for payment in due.holds {
                    self.run(Command::ExpireHold { permit: sweeper(), payment }).await;
                }
                for intent in due.intents {
                    self.run(Command::ExpireIntent { permit: sweeper(), intent }).await;
                }
            }
            Step::RollUp { shop } => {
                let command = self.town.roll_up(&*self.store, &self.shops[shop]).await;
                self.run(command).await;
            }
            Step::Restart => {
                self.store.close().await.unwrap();
                self.store = open(&self.town, self.dir.path());
            }
        }
    }
}

#[test]
fn any_history_leaves_books_that_balance() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let histories = proptest::collection::vec(step(), 1..60);
    let ran = runner.run(&histories, |steps| {
        runtime.block_on(async {
            let mut world = World::new().await;
            for step in steps {
                world.take(step.clone()).await;
                let ledger = world.store.check_ledger().await.unwrap();
                prop_assert!(ledger.ok, "after {:?}: {:?}", step, ledger.findings);
            }
            let audit = world.store.verify_audit().await.unwrap();
            prop_assert!(audit.ok, "{:?}", audit.findings);
            prop_assert_eq!(audit.decisions, audit.replayed);
            Ok(())
        })
    });
    ran.unwrap();
}
