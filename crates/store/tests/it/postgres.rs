//! The suite, on PostgreSQL.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use store::{ManualClock, PostgresOptions, PostgresStore, Store};

use crate::cluster::cluster;
use crate::conformance::conformance;
use crate::town::settings;

#[tokio::test(flavor = "multi_thread")]
async fn postgres_passes_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    let databases = Mutex::new(HashMap::new());
    let open = |place: u64, clock: Arc<ManualClock>| -> Arc<dyn Store> {
        tokio::task::block_in_place(|| {
            tokio::runtime::Handle::current().block_on(async {
                let known = databases.lock().unwrap().get(&place).cloned();
                let database: String = match known {
                    Some(database) => database,
                    None => cluster().database().await,
                };
                databases.lock().unwrap().insert(place, database.clone());
                let options = PostgresOptions::new(cluster().url(&database), dir.path().join(place.to_string()));
                let store: Arc<dyn Store> =
                    PostgresStore::open(options.settings(settings()).clock(clock)).await.unwrap();
                store
            })
        })
    };
    conformance(&open).await;
}
