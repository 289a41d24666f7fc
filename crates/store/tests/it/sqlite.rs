//! The suite, on the embedded store.

use std::sync::Arc;

use store::{ManualClock, Options, SqliteStore, Store};

use crate::conformance::conformance;
use crate::town::settings;

#[tokio::test]
async fn the_embedded_store_passes_the_suite() {
    let dir = tempfile::tempdir().unwrap();
    let open = |place: u64, clock: Arc<ManualClock>| -> Arc<dyn Store> {
        let options = Options::new(dir.path().join(place.to_string())).settings(settings()).clock(clock);
        SqliteStore::open(options).unwrap()
    };
    conformance(&open).await;
}
