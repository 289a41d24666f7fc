//! What is known about who the caller is, and what a guardian allows.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use money::PayerId;
use payments::{Accepted, Command, Identity, IdentityCommand, Kept, KeptKey};
use protocol::{ContestFactBody, DeclareFactBody, EndWardConsentBody, FactsView, WardConsentBody};
use store::Store;

use crate::app::{App, unexpected};
use crate::extract::{Approved, Reader};
use crate::http::error::Failure;
use crate::render;

/// Every fact about the caller, with who says so and what it does; who answers for the caller, and for whom the caller
/// answers.
#[utoipa::path(
    get, path = "/v1/facts", operation_id = "show_facts", tag = "identity", security(("device" = [])),
    responses((status = 200, body = FactsView))
)]
pub(crate) async fn show(State(app): State<Arc<App>>, reader: Reader) -> Result<Json<FactsView>, Failure> {
    Ok(Json(facts_of(app.store.as_ref(), reader.payer()).await?))
}

/// Say something about oneself, once of each kind. It may tighten what holds, and never loosens it.
#[utoipa::path(
    post, path = "/v1/facts", operation_id = "declare_fact", tag = "identity", security(("device" = [])),
    request_body = DeclareFactBody, responses((status = 200, body = FactsView))
)]
pub(crate) async fn declare(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<DeclareFactBody>,
) -> Result<Json<FactsView>, Failure> {
    let caller = signed.payer();
    changed(&app, caller, IdentityCommand::Declare { signed }).await
}

/// Say that a fact is wrong. It loosens nothing from then on; the provider corrects it when shown papers.
#[utoipa::path(
    post, path = "/v1/facts/contest", operation_id = "contest_fact", tag = "identity", security(("device" = [])),
    request_body = ContestFactBody, responses((status = 200, body = FactsView))
)]
pub(crate) async fn contest(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<ContestFactBody>,
) -> Result<Json<FactsView>, Failure> {
    let caller = signed.payer();
    changed(&app, caller, IdentityCommand::Contest { signed }).await
}

/// Let a ward pay, up to so much a month and until then. More, or for longer, than was allowed needs a step-up.
#[utoipa::path(
    post, path = "/v1/wards/consent", operation_id = "consent_for_ward", tag = "identity", security(("device" = [])),
    request_body = WardConsentBody, responses((status = 200, body = FactsView))
)]
pub(crate) async fn consent(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<WardConsentBody>,
) -> Result<Json<FactsView>, Failure> {
    let caller = signed.payer();
    changed(&app, caller, IdentityCommand::Consent { signed }).await
}

/// Allow it no longer. Works at once.
#[utoipa::path(
    post, path = "/v1/wards/consent/end", operation_id = "end_ward_consent", tag = "identity",
    security(("device" = [])), request_body = EndWardConsentBody, responses((status = 200, body = FactsView))
)]
pub(crate) async fn end_consent(
    State(app): State<Arc<App>>,
    Approved(signed): Approved<EndWardConsentBody>,
) -> Result<Json<FactsView>, Failure> {
    let caller = signed.payer();
    changed(&app, caller, IdentityCommand::EndConsent { signed }).await
}

/// The caller's own facts after a change: of a ward, their guardian is not told more than what they allow.
async fn changed(app: &App, caller: PayerId, command: IdentityCommand) -> Result<Json<FactsView>, Failure> {
    match app.accept(Command::Identity(command)).await? {
        Accepted::Identity(_) => Ok(Json(facts_of(app.store.as_ref(), caller).await?)),
        _ => Err(unexpected()),
    }
}

/// Everything that is known about who a payer is.
pub(crate) async fn facts_of(store: &dyn Store, payer: PayerId) -> Result<FactsView, Failure> {
    let Some(identity) = identity_of(store, payer).await? else { return Ok(FactsView::default()) };
    let mut wards = Vec::with_capacity(identity.wards.len());
    for ward in &identity.wards {
        let guardianship = identity_of(store, *ward).await?.and_then(|theirs| theirs.guardianship);
        let own = guardianship.filter(|known| known.guardian == payer);
        wards.extend(own.map(|known| render::guardian(*ward, &known)));
    }
    Ok(render::facts(&identity, wards, store.now()))
}

async fn identity_of(store: &dyn Store, payer: PayerId) -> Result<Option<Identity>, Failure> {
    match store.kept(KeptKey::Identity(payer)).await? {
        Some(Kept::Identity(row)) => Ok(Some(row)),
        _ => Ok(None),
    }
}
