//! [`start`]: binds, starts the workers, serves; and [`Running`], which stops it all in order.

mod connection;
mod crowd;
mod proxies;
mod socket;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use credentials::{Pairwise, Pepper, Verifier, VerifierKeys};
use payments::Judging;
use store::{Store, StoreError, entropy};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::app::App;
use crate::generations::{self, Generations};
use crate::key_uses::KeyUses;
use crate::live::Hub;
use crate::metrics::Metrics;
use crate::names::Names;
use crate::packs::{self, PackReader, PacksInForce, ReloadError};
use crate::passkeys::Passkeys;
use crate::rate::Rates;
use crate::replay::ReplayCache;
use crate::signing::{Signing, SigningError};
use crate::workers::{Workers, breaker, folder, renewer, retention, roller, sealer, sign_ups, sweeper, teacher};
use crate::{Config, admin, http, limits, openapi};

use self::proxies::Proxies;

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("cannot listen on `{address}`")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The admin socket cannot be made.
    #[error("cannot make the admin socket `{path}`")]
    AdminSocket {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another server answers on the admin socket.
    #[error("another server answers on `{0}`; stop it first")]
    AlreadyServed(PathBuf),
    /// A key of the server cannot be derived.
    #[error("cannot derive the server's keys")]
    Keys(#[source] StoreError),
    /// The relying party of passkeys does not fit the origin.
    #[error("passkeys cannot be set up: {0}")]
    Passkeys(String),
    /// No randomness.
    #[error("no random bytes can be had")]
    Chance(#[source] store::StoreError),
    /// Not an origin: scheme, host and perhaps port, nothing more.
    #[error("`{0}` is not an origin like `https://pay.example`")]
    Origin(String),
}

/// A server that is up.
pub struct Running {
    address: SocketAddr,
    origin: String,
    admin_socket: Option<PathBuf>,
    store: Arc<dyn Store>,
    workers: Arc<Workers>,
    pack_reader: Option<PackReader>,
    app: Arc<App>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Running {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The origin clients sign for.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Where staff call.
    #[must_use]
    pub fn admin_socket(&self) -> Option<&Path> {
        self.admin_socket.as_deref()
    }

    /// Reads the operator's policy packs anew; while they are broken, the old ones hold.
    ///
    /// # Errors
    /// [`ReloadError`]: the old ones still hold.
    pub async fn reload_packs(&self) -> Result<PacksInForce, ReloadError> {
        packs::reload(self.store.as_ref(), self.pack_reader.as_ref()).await
    }

    /// Looks now, and not within the next second, whether staff have let other keys of the server sign.
    ///
    /// # Errors
    /// [`StoreError`]: those used until now go on.
    pub async fn renew_keys(&self) -> Result<(), StoreError> {
        generations::look(&self.app).await
    }

    /// Reads the keys of dynamic codes anew, and signs by them from now on.
    ///
    /// # Errors
    /// [`SigningError`]: the old ones still hold.
    pub async fn reload_code_keys(&self) -> Result<qr::KeySet, SigningError> {
        self.app.signing.reload().await
    }

    /// Judges payments by these rules and models from now on, on this node, with what the breaker had demoted.
    ///
    /// # Errors
    /// [`StoreError`] when what they are made of could not be kept: the old ones still judge.
    pub async fn use_judging(&self, judging: Judging) -> Result<(), StoreError> {
        let settings = self.store.settings();
        let marks = settings.judging.marks();
        self.store.use_judging(judging.under(marks.demoted.clone(), marks.payees_late)).await
    }

    /// Stops accepting, finishes requests and the commit in flight, stops the workers, closes the store.
    ///
    /// # Errors
    /// [`StoreError`] when the store could not be closed cleanly.
    pub async fn shutdown(self) -> Result<(), StoreError> {
        self.workers.shutdown().await;
        if let Some(path) = &self.admin_socket {
            // Gone already is as good.
            let _ = std::fs::remove_file(path);
        }
        self.store.close().await
    }
}

/// Starts serving `store`.
///
/// # Errors
/// [`StartError`]: nothing has been started then.
pub async fn start(config: Config, store: Arc<dyn Store>) -> Result<Running, StartError> {
    let listen_error = |source| StartError::Listen { address: config.listen, source };
    let listener = TcpListener::bind(config.listen).await.map_err(listen_error)?;
    let address = listener.local_addr().map_err(listen_error)?;
    let origin = config.public_origin.clone().unwrap_or_else(|| format!("http://{address}"));
    let authority = authority(&origin)?;
    let staff = match &config.admin_socket {
        Some(path) => Some(socket::bind(path)?),
        None => None,
    };
    let admin_socket = config.admin_socket.clone();
    let proxies = Proxies::new(&config.trusted_proxies);
    let key = store.purpose_key("passkey ceremonies").map_err(StartError::Keys)?;
    let provider = store.settings().provider.clone();
    let passkeys = Passkeys::new(&origin, &provider, &config.passkeys, &key).map_err(StartError::Passkeys)?;
    let pepper = Pepper::new(store.purpose_key("payment pins").map_err(StartError::Keys)?);
    let pack_reader = config.pack_reader.clone();
    let pairwise = Pairwise::new(&store.purpose_key("pairwise payers").map_err(StartError::Keys)?);
    let process = entropy::random().map_err(StartError::Chance)?;
    let secrets = Secrets { pepper, pairwise, passkeys, process };
    let app = Arc::new(app(config, Arc::clone(&store), (&origin, authority), secrets));
    generations::look(&app).await.map_err(StartError::Keys)?;
    warn_of_old_keys(&app);
    let workers = Arc::new(Workers::new());
    workers.spawn(app.live.clone().run(store.events(), workers.stopping()));
    workers.spawn(sweeper(Arc::clone(&app), workers.stopping()));
    workers.spawn(roller(Arc::clone(&app), workers.stopping()));
    workers.spawn(breaker(Arc::clone(&app), workers.stopping()));
    workers.spawn(folder(Arc::clone(&app), workers.stopping()));
    workers.spawn(teacher(Arc::clone(&app), workers.stopping()));
    workers.spawn(sealer(Arc::clone(&app), workers.stopping()));
    workers.spawn(renewer(Arc::clone(&app), workers.stopping()));
    workers.spawn(retention(Arc::clone(&app), workers.stopping()));
    workers.spawn(sign_ups(Arc::clone(&app), workers.stopping()));
    if let Some(staff) = staff {
        workers.spawn(connection::accept_local(staff, admin::router(Arc::clone(&app)), Arc::clone(&workers)));
    }
    workers.spawn(connection::accept(listener, proxies, http::router(Arc::clone(&app)), Arc::clone(&workers)));
    Ok(Running { address, origin, admin_socket, store, workers, pack_reader, app })
}

/// What is keyed by the store, and what tells this process from others.
struct Secrets {
    pepper: Pepper,
    pairwise: Pairwise,
    passkeys: Passkeys,
    process: [u8; 8],
}

fn app(config: Config, store: Arc<dyn Store>, (origin, authority): (&str, String), secrets: Secrets) -> App {
    let keys = VerifierKeys { token: config.token_key, nonce: config.nonce_key };
    let document = openapi::document();
    let rolled_up_at = store.now().unix_millis().into();
    App {
        store,
        verifier: Verifier::new(origin, keys.clone_of()).of_process(secrets.process),
        generations: Generations::new(keys),
        pepper: Arc::new(secrets.pepper),
        passkeys: secrets.passkeys,
        hashes: Semaphore::new(limits::HASHES_AT_ONCE),
        signing: Signing::new(config.signing, config.signer_reader),
        authority,
        pack_reader: config.pack_reader,
        test_mode: config.test_mode,
        web: config.web,
        behind_proxy: !config.trusted_proxies.is_empty(),
        sign_up_exempt: config.sign_up_exempt,
        rates: Rates::new(&config.rate),
        names: Names::default(),
        replays: ReplayCache::new(limits::REPLAYS_MAX),
        key_uses: KeyUses::default(),
        pairwise: secrets.pairwise,
        live: Hub::default(),
        metrics: Metrics::new(),
        openapi: openapi::openapi(),
        docs: http::docs::render(&document),
        rolled_up_at,
    }
}

/// Host and port as merchants sign them (RFC 9421 §2.2.3): lower case, no port where it is the scheme's own.
fn authority(origin: &str) -> Result<String, StartError> {
    let wrong = || StartError::Origin(origin.to_owned());
    let (scheme, authority) = origin.split_once("://").ok_or_else(wrong)?;
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return Err(wrong()),
    };
    if authority.is_empty() || authority.contains(['/', '?', '#', '@', ' ']) {
        return Err(wrong());
    }
    Ok(authority.strip_suffix(own_port).unwrap_or(authority).to_ascii_lowercase())
}

fn warn_of_old_keys(app: &App) {
    let soon = app.now().checked_add_seconds(limits::KEY_SET_WARNING_DAYS.saturating_mul(86_400));
    let expires_at = app.signer().expires_at();
    if soon.is_none_or(|soon| soon >= expires_at) {
        tracing::warn!(%expires_at, "the code keys expire soon: rotate them with the offline root");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_and_authority_and_nothing_else() {
        assert_eq!(authority("https://Pay.example").unwrap(), "pay.example");
        assert_eq!(authority("https://pay.example:443").unwrap(), "pay.example");
        assert_eq!(authority("http://127.0.0.1:8080").unwrap(), "127.0.0.1:8080");
        for wrong in ["pay.example", "ftp://pay.example", "https://pay.example/", "https://", "https://a@b"] {
            assert!(authority(wrong).is_err(), "{wrong}");
        }
    }
}
