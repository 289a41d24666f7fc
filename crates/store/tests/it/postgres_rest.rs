//! What lies in PostgreSQL: encrypted, guarded, and proven; and one bad command there.

use std::sync::{Arc, Mutex};

use payments::{Admitted, Facts};
use protocol::CaptureMode;
use store::{Store, StoreError};

use crate::cluster::cluster;
use crate::nodes::Nodes;
use crate::town::{Town, paid, won};

#[tokio::test]
async fn no_name_lies_in_the_database_in_clear_and_without_its_key_nobody_has_it() {
    let all = Nodes::new(240, 2).await;
    let (town, first, second) = (&all.town, &*all.nodes[0], &*all.nodes[1]);
    let (mina, shop) = (town.person(first, "Zaphodia", 10_000).await, town.shop(first, "Magrathea").await);
    let (_, bind) = town.bind(&mina, "Heartofgold");
    first.submit(bind).await.unwrap().outcome.unwrap();
    let intent = town.intent(first, &shop, Town::intent_body(42, "towel", CaptureMode::Automatic)).await;
    paid(first.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    assert_eq!(second.payer(mina.payer()).await.unwrap().unwrap().0.name.as_str(), "Zaphodia");
    let raw = cluster().raw(&all.database).await;
    let tables = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
    let mut found = [0_i64; 3];
    for row in raw.query(tables, &[]).await.unwrap() {
        let table: String = row.get(0);
        for (count, word) in found.iter_mut().zip(["Zaphodia", "Heartofgold", "Magrathea"]) {
            // Text as it is, and bytes as they are shown.
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            let sql = format!("SELECT count(*) FROM {table} t WHERE t::text LIKE '%{word}%' OR t::text LIKE '%{hex}%'");
            *count += raw.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0);
        }
    }
    assert_eq!(found[..2], [0, 0]);
    assert!(found[2] > 0, "a payee's name is public: the search does find what is there");

    let before = second.verify_audit().await.unwrap();
    let erase = "DELETE FROM payer_keys WHERE payer = $1";
    assert_eq!(raw.execute(erase, &[&mina.payer().as_bytes().as_slice()]).await.unwrap(), 2);
    for node in [first, second] {
        assert_eq!(
            node.payer(mina.payer()).await.unwrap().unwrap().0.name.as_str(),
            "(erased)",
            "on every node at once"
        );
    }
    let after = second.verify_audit().await.unwrap();
    assert!(after.ok, "{:?}", after.findings);
    assert_eq!(after.decisions, before.decisions);
    assert!(after.replayed < before.replayed);
}

#[tokio::test]
async fn a_command_that_panics_is_quarantined_alone() {
    let poison = Arc::new(Mutex::new(None));
    let hook: store::DecideHook = {
        let poison = Arc::clone(&poison);
        Arc::new(move |command: &Admitted| {
            if let Facts::Pay { body, .. } = command.facts() {
                let poison = *poison.lock().unwrap();
                assert_ne!(poison, Some(body.payment), "poisoned");
            }
        })
    };
    let all = Nodes::with(241, 1, |options| options.before_deciding(Arc::clone(&hook))).await;
    let (town, node) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(node, "Mina", 10_000).await, town.shop(node, "Cafe").await);
    let mut commands = Vec::new();
    for number in 0..40 {
        let intent = town.intent(node, &shop, Town::intent_body(10, "tea", CaptureMode::Automatic)).await;
        let id = town.payment_id();
        if number == 17 {
            *poison.lock().unwrap() = Some(id);
        }
        commands.push(town.pay(&mina, &intent, id));
    }
    for (number, answer) in all.all_at_once(commands).await.into_iter().enumerate() {
        match (number, answer) {
            (17, Err(StoreError::Quarantined(message))) => assert!(message.contains("poisoned"), "{message}"),
            (_, answer) => drop(paid(answer.unwrap().outcome)),
        }
    }
    assert!(node.is_ready());
    assert_eq!(node.payer(mina.payer()).await.unwrap().unwrap().1.available(), won(10_000 - 39 * 10));
    let raw = cluster().raw(&all.database).await;
    let row = raw.query_one("SELECT command, message FROM quarantine", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), "pay");
    assert!(row.get::<_, String>(1).contains("poisoned"));
    all.proven().await;
}

#[tokio::test]
async fn the_database_itself_refuses_what_is_never_done_and_what_was_altered_is_found() {
    let all = Nodes::new(242, 2).await;
    let (town, first) = (&all.town, &*all.nodes[0]);
    let (mina, shop) = (town.person(first, "Mina", 10_000).await, town.shop(first, "Cafe").await);
    let mut payments = Vec::new();
    for (node, capture) in all.nodes.iter().zip([CaptureMode::Automatic, CaptureMode::Manual]) {
        let intent = town.intent(first, &shop, Town::intent_body(500, "tea", capture)).await;
        payments.push(paid(node.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome).id);
    }
    town.refunded(first, &shop, payments[0], 100).await;
    let intent = town.intent(first, &shop, Town::intent_body(70, "tea", CaptureMode::Automatic)).await;
    paid(first.submit(town.pay(&mina, &intent, town.payment_id())).await.unwrap().outcome);
    all.proven().await;
    let mut raw = cluster().raw(&all.database).await;
    for sql in [
        "UPDATE postings SET amount_minor = 1",
        "DELETE FROM postings",
        "UPDATE transfers SET at = 0",
        "DELETE FROM decisions",
        "UPDATE audit_leaves SET at = 0",
        "DELETE FROM audit_epochs",
        "UPDATE audit_seals SET at = 0",
        "DELETE FROM events",
        "UPDATE refunds SET amount_minor = 1",
        "DELETE FROM accounts",
        "UPDATE intents SET core = '{}'",
        "UPDATE accounts SET debits_posted = -1",
    ] {
        assert!(raw.batch_execute(sql).await.is_err(), "{sql}");
    }
    raw.batch_execute("SET session_replication_role = replica").await.unwrap();
    for (sql, wanted) in [
        ("UPDATE decisions SET digest = sha256(digest) WHERE n = 0 AND leaf = 1", "leaf "),
        ("UPDATE decisions SET blob = blob || '\\x00'::bytea", "its record cannot be decrypted"),
        ("DELETE FROM decisions WHERE command = 'refund'", "has 0 decisions, not 1"),
        ("DELETE FROM audit_leaves WHERE seq = 1", "no leaf has this decision"),
        ("UPDATE audit_leaves SET at = at + 1", "is not the hash of its commit"),
        ("UPDATE audit_epochs SET prev = sha256(prev) WHERE epoch = 2", "epoch 2: does not carry on"),
        ("UPDATE audit_epochs SET head = sha256(head)", "its head is not its last leaf"),
        ("UPDATE audit_seals SET heads = heads || heads", "is not the hash of its heads"),
        ("UPDATE postings SET amount_minor = amount_minor + 1", "its transfers or their postings are not the ones"),
        ("DELETE FROM transfers WHERE kind = 'refund'", "its payment and transfer do not agree with it"),
        ("UPDATE holds SET state = 'voided'", "its status does not agree with its hold"),
        ("UPDATE accounts SET credits_posted = credits_posted + 1 WHERE credits_posted > 0", "acc_"),
        ("UPDATE appended SET amount_minor = amount_minor + 1", "acc_"),
    ] {
        // Undone each time: the checks read what others committed, so each is committed and put back from a copy.
        let transaction = raw.transaction().await.unwrap();
        let altered = transaction.execute(sql, &[]).await.unwrap();
        assert!(altered > 0, "{sql} alters something");
        transaction.rollback().await.unwrap();
        let copy = cluster().database_like(&all.database).await;
        raw = cluster().raw(&all.database).await;
        let there = cluster().raw(&copy).await;
        there.batch_execute("SET session_replication_role = replica").await.unwrap();
        there.execute(sql, &[]).await.unwrap();
        drop(there);
        let node = all.beside(&copy).await;
        let mut found = node.check_ledger().await.unwrap().findings;
        found.extend(node.verify_audit().await.unwrap().findings);
        assert!(found.iter().any(|finding| finding.contains(wanted)), "{sql}: {found:?}");
        node.close().await.unwrap();
        raw.batch_execute("SET session_replication_role = replica").await.unwrap();
    }
}
