//! A payment reads as many rows as it needs, however many there are of others.

use protocol::CaptureMode;
use store::Store;

use crate::cluster::cluster;
use crate::nodes::Nodes;
use crate::town::{Town, paid};

const PAYMENTS: i64 = 20;

/// Index entries read, and rows read by going through a whole table, for each payment, among so many people.
async fn read_for_a_payment(seed: u64, people: usize) -> (i64, i64) {
    let mut all = Nodes::new(seed, 1).await;
    let mut crowd = Vec::new();
    let shop = all.town.shop(&*all.nodes[0], "Cafe").await;
    for _ in 0..people {
        crowd.push(all.town.person(&*all.nodes[0], "Mina", 1_000).await);
    }
    let mut commands = Vec::new();
    for number in 0..PAYMENTS {
        let intent = all.town.intent(&*all.nodes[0], &shop, Town::intent_body(1, "tea", CaptureMode::Automatic)).await;
        let person = &crowd[usize::try_from(number).unwrap() % crowd.len()];
        commands.push(all.town.pay(person, &intent, all.town.payment_id()));
    }
    // A connection tells what it has read when it ends, at the latest. Its plans are made anew among all these rows.
    let before = ended(&mut all).await;
    all.join(&|options| options).await;
    for command in commands {
        paid(all.nodes[0].submit(command).await.unwrap().outcome);
    }
    let after = ended(&mut all).await;
    ((after.0 - before.0) / PAYMENTS, (after.1 - before.1) / PAYMENTS)
}

/// Closes all nodes; what was read in the database up to then.
async fn ended(all: &mut Nodes) -> (i64, i64) {
    for node in all.nodes.drain(..) {
        node.close().await.unwrap();
    }
    let raw = cluster().raw(&all.database).await;
    let others =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'farthing' AND datname = current_database()";
    while raw.query_one(others, &[]).await.unwrap().get::<_, i64>(0) > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let sql = "SELECT (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname <> 'audit_epochs'), \
        (SELECT sum(seq_tup_read)::bigint FROM pg_stat_user_tables WHERE relname <> 'refinery_schema_history')";
    let row = raw.query_one(sql, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test]
async fn a_payment_reads_no_more_rows_among_many_people_than_among_few() {
    let few = read_for_a_payment(330, 5).await;
    let many = read_for_a_payment(331, 120).await;
    assert!(few.0 >= 8, "what is read is counted: {few:?}");
    assert!(many.0 <= few.0 + 5, "index entries a payment: {} among few, {} among many", few.0, many.0);
    assert!(many.1 <= 1, "rows a payment that were met by going through a table: {}", many.1);
}
