//! Every address, and the layers every answer passes on its way out.

mod alerts;
mod assets;
mod codes;
mod devices;
pub(crate) mod docs;
pub(crate) mod error;
pub(crate) mod facts;
pub(crate) mod health;
mod intents;
mod keys;
mod layers;
mod limits;
mod lists;
mod lockdown;
mod merchant;
mod passkeys;
mod payers;
mod payments;
mod payouts;
mod pin;
mod quotes;
mod reasons;
mod recovery;
mod registered;
mod reports;
mod sessions;
mod streams;
mod surroundings;
mod test_funds;
mod tokens;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub use reasons::reasons_markdown;

/// The described part of the API: what `/v1/openapi.json` says and what the router answers cannot differ.
pub(crate) fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(payers::sign_up))
        .routes(routes!(tokens::issue))
        .routes(routes!(tokens::refresh))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::end))
        .routes(routes!(devices::revoke))
        .routes(routes!(payers::me))
        .routes(routes!(payers::take_along))
        .routes(routes!(facts::show, facts::declare))
        .routes(routes!(facts::contest))
        .routes(routes!(facts::consent))
        .routes(routes!(facts::end_consent))
        .routes(routes!(devices::list, devices::bind))
        .routes(routes!(quotes::quote))
        .routes(routes!(payments::list, payments::pay))
        .routes(routes!(payments::cancel))
        .routes(routes!(payments::show))
        .routes(routes!(payments::receipt))
        .routes(routes!(reports::payment))
        .routes(routes!(limits::show, limits::set))
        .routes(routes!(limits::cancel))
        .routes(routes!(lockdown::freeze))
        .routes(routes!(lockdown::unfreeze))
        .routes(routes!(reports::attack))
        .routes(routes!(recovery::show, recovery::recover))
        .routes(routes!(recovery::print))
        .routes(routes!(recovery::add_contact))
        .routes(routes!(recovery::remove_contact))
        .routes(routes!(recovery::vouch))
        .routes(routes!(recovery::freeze_for))
        .routes(routes!(recovery::freeze_by_code))
        .routes(routes!(recovery::rotate))
        .routes(routes!(passkeys::list, passkeys::add))
        .routes(routes!(passkeys::begin))
        .routes(routes!(passkeys::rename))
        .routes(routes!(passkeys::revoke))
        .routes(routes!(passkeys::begin_step_up))
        .routes(routes!(passkeys::step_up))
        .routes(routes!(passkeys::begin_sign_in))
        .routes(routes!(passkeys::sign_in))
        .routes(routes!(pin::show, pin::set))
        .routes(routes!(pin::remove))
        .routes(routes!(pin::step_up))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::stream))
        .routes(routes!(test_funds::add))
        .routes(routes!(intents::create))
        .routes(routes!(intents::show))
        .routes(routes!(intents::events))
        .routes(routes!(intents::core))
        .routes(routes!(merchant::payee))
        .routes(routes!(merchant::capture))
        .routes(routes!(merchant::void))
        .routes(routes!(merchant::refund))
        .routes(routes!(payouts::verification, payouts::submit))
        .routes(routes!(payouts::list, payouts::request))
        .routes(routes!(registered::list, registered::register))
        .routes(routes!(registered::withdraw))
        .routes(routes!(registered::take))
        .routes(routes!(registered::report))
        .routes(routes!(registered::alerts))
        .routes(routes!(codes::inspect))
        .routes(routes!(codes::findings))
        .routes(routes!(reasons::catalogue))
        .routes(routes!(keys::published))
}

/// The whole server.
pub(crate) fn router(app: Arc<App>) -> Router {
    let (api, _) = api().split_for_parts();
    api.route("/v1/openapi.json", get(docs::description))
        .route("/docs", get(docs::page))
        .route("/docs/style.css", get(docs::style))
        .route("/docs/reasons", get(reasons::page))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(assets::router())
        .fallback(assets::client_route)
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&app), layers::outermost))
        .with_state(app)
}
