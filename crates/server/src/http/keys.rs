//! The keys that sign dynamic codes, signed by the offline root.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use qr::KeySet;

use crate::app::App;
use crate::extract::Anyone;

/// The published key set. Clients pin its root and never go back in sequence.
#[utoipa::path(
    get, path = "/.well-known/farthing-keys", operation_id = "code_keys", tag = "codes", security(()),
    responses((status = 200, body = KeySet))
)]
pub(crate) async fn published(State(app): State<Arc<App>>, _: Anyone) -> Json<KeySet> {
    Json(app.signer().key_set().clone())
}
