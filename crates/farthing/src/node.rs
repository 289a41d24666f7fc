//! [`start`]: one server on one data folder, as `serve` and `demo` run it, and the signals that end it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use payments::Settings;
use server::{Config, RateLimits, Running};
use store::{Clock, KeySource, Options, SqliteStore, Store, SystemClock};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::failure::{Failure, failed};
use crate::staff::SOCKET;

/// Where in a data folder the keys of dynamic codes are.
const KEYS: &str = "keys";

/// What a server is started with.
pub(crate) struct Plan {
    pub(crate) data: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) public_origin: Option<String>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) settings: Settings,
    pub(crate) keys: KeySource,
    pub(crate) rate: RateLimits,
    pub(crate) web: bool,
}

/// The folder of the keys of dynamic codes.
pub(crate) fn keys_folder(data: &Path) -> PathBuf {
    data.join(KEYS)
}

/// Opens the data folder and serves it.
pub(crate) async fn start(plan: Plan) -> Result<Running, Failure> {
    let options = Options::new(&plan.data).settings(plan.settings.clone()).keys(plan.keys);
    let store = SqliteStore::open(options).map_err(failed("cannot open the data folder"))?;
    let keys = keys_folder(&plan.data);
    let signing = server::keys::load_or_create(&keys, SystemClock.now());
    let signing = signing.map_err(failed("cannot use the keys of dynamic codes"))?;
    let config = Config {
        listen: plan.listen,
        public_origin: plan.public_origin,
        trusted_proxies: plan.trusted_proxies,
        admin_socket: Some(plan.data.join(SOCKET)),
        signing,
        token_key: store.purpose_key("access-token").map_err(failed("cannot derive keys"))?,
        nonce_key: store.purpose_key("nonce").map_err(failed("cannot derive keys"))?,
        test_mode: plan.settings.test_mode,
        settings: plan.settings,
        rate: plan.rate,
        web: plan.web,
    };
    let store: Arc<dyn Store> = store;
    match server::start(config, Arc::clone(&store)).await {
        Ok(running) => Ok(running),
        Err(error) => {
            let failure = Failure::because("cannot serve", &error);
            // The folder is free again before anybody is told.
            let _ = store.close().await;
            Err(failure.hint("another address: --listen 127.0.0.1:0 takes a free port"))
        }
    }
}

/// Finishes what is in flight and closes the folder.
pub(crate) async fn stop(running: Running) -> Result<(), Failure> {
    running.shutdown().await.map_err(failed("cannot close the data folder"))
}

/// Ctrl-C, and a request to end. Listened for before anybody is told that the server is there, so that the first one
/// to hear of it can already stop it cleanly.
pub(crate) struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed("cannot wait for signals"))?,
            terminate: signal(SignalKind::terminate()).map_err(failed("cannot wait for signals"))?,
        })
    }

    /// Waits until one of them comes.
    pub(crate) async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Logs as JSON on stderr, from `level` on.
pub(crate) fn log(level: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(level)
        .map_err(|_| Failure::new(format!("`{level}` is not a log level")).hint("error, warn, info, debug or trace"))?;
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
    Ok(())
}
