//! Several nodes on one PostgreSQL: one truth, whichever node is asked, and whatever breaks in between.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use money::ReasonCode;
use payments::{Accepted, Command, EventKind};
use protocol::CaptureMode;
use store::{Committed, KeySource, PostgresOptions, PostgresStore, Store, StoreError};

use crate::cluster::cluster;
use crate::town::{Town, paid, settings, won};

/// Some nodes on one fresh database.
pub(crate) struct Nodes {
    pub(crate) town: Town,
    pub(crate) nodes: Vec<Arc<PostgresStore>>,
    pub(crate) database: String,
    dir: Arc<tempfile::TempDir>,
}

impl Nodes {
    pub(crate) async fn new(seed: u64, count: usize) -> Self {
        Self::with(seed, count, |options| options).await
    }

    pub(crate) async fn with(seed: u64, count: usize, adjust: impl Fn(PostgresOptions) -> PostgresOptions) -> Self {
        let (town, dir) = (Town::new(seed), tempfile::tempdir().unwrap());
        let database = cluster().database().await;
        let mut nodes = Self { town, nodes: Vec::new(), database, dir: Arc::new(dir) };
        for _ in 0..count {
            nodes.join(&adjust).await;
        }
        nodes
    }

    /// One more node, with a folder of its own and the key of the first.
    pub(crate) async fn join(&mut self, adjust: &impl Fn(PostgresOptions) -> PostgresOptions) {
        let number = self.nodes.len();
        let options = PostgresOptions::new(cluster().url(&self.database), self.dir.path().join(number.to_string()));
        let kek = self.dir.path().join("0/kek").display().to_string();
        let keys = if number == 0 { KeySource::File } else { KeySource::Command(format!("cat {kek}")) };
        let options = adjust(options.settings(settings()).clock(self.town.clock.clone()).keys(keys));
        self.nodes.push(PostgresStore::open(options).await.unwrap());
    }

    /// How one more node would be opened, before anything is adjusted.
    pub(crate) fn options(&self) -> PostgresOptions {
        let kek = self.dir.path().join("0/kek").display().to_string();
        let dir = self.dir.path().join("one-more");
        let options = PostgresOptions::new(cluster().url(&self.database), dir).settings(settings());
        options.clock(self.town.clock.clone()).keys(KeySource::Command(format!("cat {kek}")))
    }

    /// A node on another database with the same keys.
    pub(crate) async fn beside(&self, database: &str) -> Arc<PostgresStore> {
        let options = PostgresOptions::new(cluster().url(database), self.dir.path().join(format!("beside-{database}")));
        let kek = self.dir.path().join("0/kek").display().to_string();
        let options = options.settings(settings()).clock(self.town.clock.clone());
        PostgresStore::open(options.keys(KeySource::Command(format!("cat {kek}")))).await.unwrap()
    }

    /// Hands each command to the next node, all before it waits for any.
    pub(crate) async fn all_at_once(&self, commands: Vec<Command>) -> Vec<Result<Committed, StoreError>> {
        let turns = self.nodes.iter().cycle();
        let waiting: Vec<_> = commands.into_iter().zip(turns).map(|(command, node)| node.submit(command)).collect();
        let mut answers = Vec::new();
        for answer in waiting {
            answers.push(answer.await);
        }
        answers
    }

    /// The books balance and the chains hold, whichever node looks; every decision was made again.
    pub(crate) async fn proven(&self) {
        for node in &self.nodes {
            node.seal().await.unwrap();
            let ledger = node.check_ledger().await.unwrap();
            assert!(ledger.ok, "{:?}", ledger.findings);
            let audit = node.verify_audit().await.unwrap();
            assert!(audit.ok, "{:?}", audit.findings);
            assert_eq!(audit.decisions, audit.replayed);
        }
    }
}

#[tokio::test]
async fn one_proof_on_three_nodes_at_once_works_once() {
    let all = Nodes::new(201, 3).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(first, "Mina", 1_000).await, town.shop(first, "Cafe").await);
    for _ in 0..10 {
        let intent = town.intent(first, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
        let (body, jti) = (town.pay_body(&mina, &intent, town.payment_id()), town.fresh());
        let commands = (0..9).map(|_| town.pay_as(&mina, body.clone(), jti)).collect();
        let answers = all.all_at_once(commands).await;
        let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().outcome).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        assert!(refused.into_iter().all(|refusal| refusal.first() == ReasonCode::ProofReplayed));
    }
    assert_eq!(first.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(900));
    all.proven().await;
}

#[tokio::test]
async fn one_payment_id_on_three_nodes_at_once_gives_everybody_the_first_answer() {
    let all = Nodes::new(202, 3).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(first, "Mina", 1_000).await, town.shop(first, "Cafe").await);
    let intent = town.intent(first, &shop, Town::intent_body(30, "tea", CaptureMode::Automatic)).await;
    let body = town.pay_body(&mina, &intent, town.payment_id());
    let commands = (0..30).map(|_| town.pay_as(&mina, body.clone(), town.fresh())).collect();
    let answers = all.all_at_once(commands).await;
    let payments: Vec<_> = answers.into_iter().map(|answer| paid(answer.unwrap().outcome)).collect();
    assert!(payments.iter().all(|payment| *payment == payments[0]));
    assert_eq!(first.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(970));
    all.proven().await;
}

#[tokio::test]
async fn a_freeze_on_one_node_binds_the_others_at_their_next_decision() {
    let all = Nodes::new(203, 3).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(first, "Mina", 1_000).await, town.shop(first, "Cafe").await);
    for node in &all.nodes {
        let intent = town.intent(first, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        paid(node.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    }
    all.nodes[1].submit(town.freeze(&mina)).await.unwrap().outcome.unwrap();
    for node in &all.nodes {
        let intent = town.intent(first, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        let refusal = node.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome.unwrap_err();
        assert_eq!(refusal.first(), ReasonCode::PayerFrozen);
    }
    all.proven().await;
}

#[tokio::test]
async fn two_hundred_payments_over_three_nodes_never_overdraw_one_balance() {
    let all = Nodes::new(204, 3).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(first, "Mina", 1_000).await, town.shop(first, "Cafe").await);
    let mut commands = Vec::new();
    for _ in 0..200 {
        let intent = town.intent(first, &shop, Town::intent_body(30, "tea", CaptureMode::Automatic)).await;
        commands.push(town.pay(&mina, &intent, town.payment_id()));
    }
    let answers = all.all_at_once(commands).await;
    let outcomes: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().outcome).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 33, "1000 / 30");
    assert_eq!(first.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10));
    all.proven().await;
}

#[tokio::test]
async fn many_payers_over_three_nodes_all_get_through() {
    let all = Nodes::new(205, 3).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let mut shops = Vec::new();
    for number in 0..4 {
        shops.push(town.shop(first, &format!("shop {number}")).await);
    }
    let mut commands = Vec::new();
    for number in 0..24 {
        let person = town.person(first, &format!("person {number}"), 1_000).await;
        for shop in &shops {
            let intent = town.intent(first, shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
            commands.push(town.pay(&person, &intent, town.payment_id()));
        }
    }
    for answer in all.all_at_once(commands).await {
        paid(answer.unwrap().outcome);
    }
    for shop in &shops {
        let balance = first.payee_balance(shop.id).await.unwrap().unwrap();
        assert_eq!((balance.account.available(), balance.pending), (won(0), won(240)));
    }
    all.proven().await;
}

#[tokio::test]
async fn what_one_node_commits_is_heard_on_every_node_once() {
    let all = Nodes::new(206, 3).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let mut ears: Vec<_> = all.nodes.iter().map(|node| node.events()).collect();
    let (mina, shop) = (town.person(first, "Mina", 1_000).await, town.shop(first, "Cafe").await);
    let mut commands = Vec::new();
    for _ in 0..30 {
        let intent = town.intent(first, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        commands.push(town.pay(&mina, &intent, town.payment_id()));
    }
    let mut made: BTreeSet<_> = BTreeSet::new();
    for answer in all.all_at_once(commands).await {
        made.insert(paid(answer.unwrap().outcome).id);
    }
    for ear in &mut ears {
        let mut heard = Vec::new();
        while heard.len() < made.len() {
            let event = tokio::time::timeout(Duration::from_secs(10), ear.recv()).await.unwrap().unwrap();
            heard.extend(event.payment.filter(|_| event.kind == EventKind::PaymentCaptured));
        }
        assert_eq!(heard.len(), heard.iter().collect::<BTreeSet<_>>().len(), "each once");
        assert_eq!(heard.into_iter().collect::<BTreeSet<_>>(), made);
    }
}

/// Cuts the connection after the n-th step of a payment's commit, for every n, and asks what became of it.
#[tokio::test]
async fn a_connection_cut_between_any_two_statements_loses_and_doubles_nothing() {
    let (armed, left) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let hook = {
        let (armed, left) = (Arc::clone(&armed), Arc::clone(&left));
        move |_: &'static str| {
            armed.load(Ordering::SeqCst)
                && left.fetch_sub(1, Ordering::SeqCst) == 0
                && armed.swap(false, Ordering::SeqCst)
        }
    };
    let hook: store::StepHook = Arc::new(hook);
    let all = Nodes::with(207, 1, |options| options.after_step(Arc::clone(&hook))).await;
    let (town, node) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(node, "Mina", 1_000).await, town.shop(node, "Cafe").await);
    let mut spent = 0;
    for step in 0.. {
        let intent = town.intent(node, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        let pay = town.pay(&mina, &intent, town.payment_id());
        left.store(step, Ordering::SeqCst);
        armed.store(true, Ordering::SeqCst);
        let payment = paid(node.submit(pay).await.unwrap().outcome);
        spent += 1;
        assert_eq!(node.payment(payment.id).await.unwrap().unwrap().payment, payment);
        assert_eq!(node.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(1_000 - spent));
        if armed.swap(false, Ordering::SeqCst) {
            assert!(step >= 8, "a commit has more steps than {step}");
            break;
        }
    }
    // The same for a roll-up: what waited is counted once, whatever was cut.
    let mut counted = 0;
    for step in 0.. {
        let waits = node.payee_balance(shop.id).await.unwrap().unwrap();
        assert_eq!((waits.account.available(), waits.pending), (won(counted), won(spent - counted)));
        left.store(step, Ordering::SeqCst);
        armed.store(true, Ordering::SeqCst);
        node.submit(town.roll_up(node, &shop).await).await.unwrap().outcome.unwrap();
        counted = spent;
        let rolled_up = node.payee_balance(shop.id).await.unwrap().unwrap();
        assert_eq!((rolled_up.account.available(), rolled_up.pending), (won(spent), won(0)));
        if armed.swap(false, Ordering::SeqCst) {
            assert!(step >= 5, "a roll-up has more steps than {step}");
            break;
        }
        let intent = town.intent(node, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        paid(node.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
        spent += 1;
    }
    assert!(node.is_ready());
    all.proven().await;
}

/// What is paid to a shop changes the list that a roll-up of the same batch would count.
#[tokio::test]
async fn a_roll_up_behind_payments_to_the_same_shop_holds_nobody_up() {
    let commits = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&commits);
    let hook: store::StepHook = Arc::new(move |step| {
        seen.fetch_add(u64::from(step == "load"), Ordering::SeqCst);
        false
    });
    let all = Nodes::with(209, 1, |options| options.after_step(Arc::clone(&hook))).await;
    let (town, node) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(node, "Mina", 10_000).await, town.shop(node, "Cafe").await);
    let mut spent = 0;
    for _ in 0..5 {
        let mut commands = Vec::new();
        for _ in 0..30 {
            let intent = town.intent(node, &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
            commands.push(town.pay(&mina, &intent, town.payment_id()));
            commands.push(town.roll_up(node, &shop).await);
        }
        let before = commits.load(Ordering::SeqCst);
        let answers = all.all_at_once(commands).await;
        assert!(answers.into_iter().all(|answer| answer.unwrap().outcome.is_ok()));
        let loads = commits.load(Ordering::SeqCst) - before;
        assert!(loads < 60, "{loads} times loaded for 60 commands: as if each were alone");
        spent += 30;
    }
    node.submit(town.roll_up(node, &shop).await).await.unwrap().outcome.unwrap();
    let balance = node.payee_balance(shop.id).await.unwrap().unwrap();
    assert_eq!((balance.account.available(), balance.pending), (won(spent), won(0)));
    all.proven().await;
}

#[tokio::test]
async fn a_server_that_drops_every_connection_under_load_loses_and_doubles_nothing() {
    let all = Nodes::new(208, 2).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(first, "Mina", 10_000).await, town.shop(first, "Cafe").await);
    let raw = cluster().raw(&all.database).await;
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
        AND pid <> pg_backend_pid() AND application_name = 'farthing'";
    let mut spent = 0;
    for round in 0..8 {
        let mut commands = Vec::new();
        for _ in 0..40 {
            let intent = loop {
                // Reads and commands alike may meet the broken connections first.
                let body = Town::intent_body(1, "tea", CaptureMode::Automatic);
                let command = Command::CreateIntent { permit: Town::permit(&shop), body, idempotency: None };
                if let Ok(Committed { outcome: Ok(Accepted::Intent(intent)), .. }) = first.submit(command).await {
                    break intent;
                }
            };
            commands.push(town.pay(&mina, &intent, town.payment_id()));
        }
        let killing = async {
            tokio::time::sleep(Duration::from_millis(3 * round)).await;
            raw.query(kill, &[]).await.unwrap()
        };
        let (answers, _) = futures_util::future::join(all.all_at_once(commands), killing).await;
        for answer in answers {
            paid(answer.unwrap().outcome);
            spent += 1;
        }
    }
    let node = &all.nodes[1];
    let balance = loop {
        if let Ok(Some((_, account))) = node.payer(mina.payer()).await {
            break account.available();
        }
    };
    assert_eq!(balance, won(10_000 - spent));
    all.proven().await;
}

#[tokio::test]
async fn another_key_or_none_is_refused_and_nothing_is_made() {
    let all = Nodes::new(209, 1).await;
    let dir = tempfile::tempdir().unwrap();
    let options = |name: &str| PostgresOptions::new(cluster().url(&all.database), dir.path().join(name));
    let error = PostgresStore::open(options("none")).await.unwrap_err().to_string();
    assert!(error.contains("kek` is missing; copy it from another node"), "{error}");
    let wrong = KeySource::Command("head -c 32 /dev/zero".to_owned());
    let error = PostgresStore::open(options("wrong").keys(wrong)).await.unwrap_err().to_string();
    let wanted = "the key-encryption key is not the one of this database; copy `kek` from another node";
    assert!(error.starts_with(wanted), "{error}");
}

#[tokio::test]
async fn nodes_that_disagree_are_refused_and_a_change_is_one_for_all() {
    let with_limit = |limit: i64, origin: &'static str, change: bool| {
        move |options: PostgresOptions| {
            let settings = payments::Settings { payment_limit_minor: limit, ..options.settings.clone() };
            options.settings(settings).origin(origin).change_settings(change)
        }
    };
    let (here, there) = ("https://pay.test", "https://other.test");
    let mut all = Nodes::with(211, 1, with_limit(500, here, false)).await;
    let (mina, shop) =
        (all.town.person(&*all.nodes[0], "Mina", 10_000).await, all.town.shop(&*all.nodes[0], "Cafe").await);
    let refused = async |options: PostgresOptions, adjust: &dyn Fn(PostgresOptions) -> PostgresOptions| {
        PostgresStore::open(adjust(options)).await.unwrap_err().to_string()
    };
    let error = refused(all.options(), &with_limit(900, here, false)).await;
    assert!(error.contains("`payment_limit_minor` is 900 here and 500 there"), "{error}");
    assert!(error.contains("`--change-settings` to change them for all"), "{error}");
    let error = refused(all.options(), &with_limit(500, there, false)).await;
    assert!(error.contains("`public_origin` is \"https://other.test\" here and \"https://pay.test\" there"), "{error}");
    let euro = |options: PostgresOptions| {
        let settings = payments::Settings { currency: money::Currency::EUR, ..options.settings.clone() };
        options.settings(settings).origin(here).change_settings(true)
    };
    let error = refused(all.options(), &euro).await;
    assert!(error.contains("this is another provider's database: `currency` is \"EUR\" here"), "{error}");

    // A change is one for all: whoever still goes by the old limit decides nothing any more.
    all.join(&with_limit(300, here, true)).await;
    let intent = all.town.intent(&*all.nodes[1], &shop, Town::intent_body(400, "tea", CaptureMode::Automatic)).await;
    let pay = || all.town.pay(&mina, &intent, all.town.payment_id());
    let error = all.nodes[0].submit(pay()).await.unwrap_err();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(why.contains("have agreed on other settings; restart this one with them"), "{why}");
    assert_eq!(all.nodes[0].unready(), Some(store::Unready::OtherSettings));
    assert!(all.nodes[1].is_ready());
    let refusal = all.nodes[1].submit(pay()).await.unwrap().outcome.unwrap_err();
    assert_eq!(refusal.first(), ReasonCode::PolicyPaymentLimit);
}

#[tokio::test]
async fn what_cannot_be_served_says_what_to_do() {
    let all = Nodes::new(210, 1).await;
    let dir = tempfile::tempdir().unwrap();
    let open =
        async |url: String| PostgresStore::open(PostgresOptions::new(url, dir.path())).await.unwrap_err().to_string();
    let error = open(cluster().url("nowhere")).await;
    assert!(error.contains("create the database, or correct its name in the URL"), "{error}");
    let error = open("postgres://u:hunter2@127.0.0.1:1/db".to_owned()).await;
    assert!(error.contains("`db` at 127.0.0.1") && error.contains("refused") && !error.contains("hunter2"), "{error}");
    let raw = cluster().raw(&all.database).await;
    let newer = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) VALUES (99, 'x', 'x', '0')";
    raw.batch_execute(newer).await.unwrap();
    let error = open(cluster().url(&all.database)).await;
    assert!(error.contains("was written by a newer Farthing (schema 99, this one knows"), "{error}");
    let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = on", all.database);
    raw.batch_execute(&read_only).await.unwrap();
    let error = open(cluster().url(&all.database)).await;
    assert!(error.contains("does not allow writes") || error.contains("read-only"), "{error}");
}
