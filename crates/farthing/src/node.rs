//! [`start`]: one server on one data folder, as `serve` and `demo` run it, and the signals that end it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use money::Secret;
use payments::{Network, Settings};
use server::{CodeSigner, Config, PackReader, PasskeyConfig, RateLimits, Running, SignerReader};
use store::{Clock, KeySource, Options, PostgresOptions, PostgresStore, SqliteStore, Store, SystemClock};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::commands::risk::files::JudgingArgs;
use crate::failure::{Failure, failed};
use crate::packs::Source;
use crate::staff::SOCKET;

/// Where in a data folder the keys of dynamic codes are.
const KEYS: &str = "keys";

/// What a server is started with.
pub(crate) struct Plan {
    pub(crate) data: PathBuf,
    /// The PostgreSQL to serve from; the embedded store in the data folder when absent.
    pub(crate) database: Option<Secret<String>>,
    /// Whether this node's settings take the place of those the nodes of the database have agreed on.
    pub(crate) change_settings: bool,
    pub(crate) listen: SocketAddr,
    pub(crate) public_origin: Option<String>,
    pub(crate) trusted_proxies: Vec<IpAddr>,
    pub(crate) passkeys: PasskeyConfig,
    pub(crate) settings: Settings,
    /// Where the packs of `settings` came from, to be read anew.
    pub(crate) packs: Option<Source>,
    pub(crate) keys: KeySource,
    /// Networks from which any number of wallets may be opened.
    pub(crate) sign_up_exempt: Vec<Network>,
    pub(crate) rate: RateLimits,
    pub(crate) web: bool,
}

/// This machine's own addresses.
pub(crate) fn loopback() -> Vec<Network> {
    ["127.0.0.0/8", "::1"].iter().filter_map(|network| network.parse().ok()).collect()
}

/// The folder of the keys of dynamic codes.
pub(crate) fn keys_folder(data: &Path) -> PathBuf {
    data.join(KEYS)
}

/// Opens the data folder and serves it.
pub(crate) async fn start(plan: Plan) -> Result<Running, Failure> {
    let (store, signing, signer_reader) = match &plan.database {
        None => embedded(&plan)?,
        Some(url) => shared(&plan, url).await?,
    };
    let config = Config {
        listen: plan.listen,
        public_origin: plan.public_origin,
        trusted_proxies: plan.trusted_proxies,
        admin_socket: Some(plan.data.join(SOCKET)),
        signing,
        signer_reader: Some(signer_reader),
        token_key: store.purpose_key("access-token").map_err(failed("cannot derive keys"))?,
        nonce_key: store.purpose_key("nonce").map_err(failed("cannot derive keys"))?,
        passkeys: plan.passkeys,
        test_mode: plan.settings.test_mode,
        pack_reader: plan
            .packs
            .map(|source| -> PackReader { Arc::new(move || source.read().map_err(|failure| failure.to_string())) }),
        sign_up_exempt: plan.sign_up_exempt,
        rate: plan.rate,
        web: plan.web,
    };
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

/// The embedded store, and the keys of dynamic codes beside it.
fn embedded(plan: &Plan) -> Result<(Arc<dyn Store>, CodeSigner, SignerReader), Failure> {
    let options = Options::new(&plan.data).settings(plan.settings.clone()).keys(plan.keys.clone());
    let store = SqliteStore::open(options).map_err(failed("cannot open the data folder"))?;
    let keys = keys_folder(&plan.data);
    let signing = server::keys::load_or_create(&keys, SystemClock.now());
    let signing = signing.map_err(failed("cannot use the keys of dynamic codes"))?;
    let reader: SignerReader = Arc::new(move || {
        let read = server::keys::load(&keys).map_err(|error| error.to_string());
        Box::pin(std::future::ready(read))
    });
    Ok((store, signing, reader))
}

/// The name under which the nodes of a database keep the root that vouches for their codes.
const CODE_ROOT: &str = "code-root";

/// The name under which the nodes keep which published set of keys is the newest.
const CODE_SET: &str = "code-set";

/// A database that other nodes may share. All of them sign codes under one root, so that each accepts the others'.
async fn shared(plan: &Plan, url: &Secret<String>) -> Result<(Arc<dyn Store>, CodeSigner, SignerReader), Failure> {
    let options = PostgresOptions::new(url.dangerous_reveal().clone(), &plan.data);
    let options = options.settings(plan.settings.clone()).keys(plan.keys.clone());
    let origin = plan.public_origin.clone().unwrap_or_else(|| format!("http://{}", plan.listen));
    let options = options.origin(origin).change_settings(plan.change_settings);
    let store = PostgresStore::open(options).await.map_err(failed("cannot use the database"))?;
    let keys = keys_folder(&plan.data);
    let others = |_| {
        let folder = keys.display();
        Failure::new(format!("the keys of dynamic codes in `{folder}` are not those of this database's other nodes"))
            .hint(format!("copy the folder `{KEYS}` from another node"))
    };
    let pinned = store.pinned(CODE_ROOT).await.map_err(failed("cannot read the database"))?;
    if pinned.is_some() && !keys.join(server::keys::SET_FILE).exists() {
        return Err(others(()));
    }
    let signing = server::keys::load_or_create(&keys, SystemClock.now());
    let signing = signing.map_err(failed("cannot use the keys of dynamic codes"))?;
    let root = signing.key_set().set.root.as_bytes().to_vec();
    let first = store.pin(CODE_ROOT, root.clone()).await.map_err(failed("cannot write the database"))?;
    if first != root {
        return Err(others(()));
    }
    newest(&store, &keys, &signing).await?;
    let others = Arc::clone(&store);
    let reader: SignerReader = Arc::new(move || {
        let (store, keys) = (Arc::clone(&others), keys.clone());
        Box::pin(async move {
            let signing = server::keys::load(&keys).map_err(|error| error.to_string())?;
            newest(&store, &keys, &signing).await.map_err(|failure| failure.to_string())?;
            Ok(signing)
        })
    });
    Ok((store, signing, reader))
}

/// Whether this node's set of keys is the newest that any node has published; it is from now on.
async fn newest(store: &PostgresStore, keys: &Path, signing: &CodeSigner) -> Result<(), Failure> {
    let published = signing.key_set().set.sequence;
    let digest = protocol::sha256(&protocol::to_canonical(signing.key_set())).as_bytes().to_vec();
    let newest = store.pin_newest(CODE_SET, published, digest.clone()).await;
    let (newest, theirs) = newest.map_err(failed("cannot write the database"))?;
    if newest == published && theirs == digest {
        return Ok(());
    }
    let folder = keys.display();
    let what = if newest > published { "are older than" } else { "were changed apart from" };
    Err(Failure::new(format!(
        "the keys of dynamic codes in `{folder}` {what} those of this database's other nodes (set {published} here, \
         {newest} there)"
    ))
    .hint(format!("copy the folder `{KEYS}` from the node on which keys were last rotated or withdrawn")))
}

/// Finishes what is in flight and closes the folder.
pub(crate) async fn stop(running: Running) -> Result<(), Failure> {
    running.shutdown().await.map_err(failed("cannot close the data folder"))
}

/// Ctrl-C, a request to end, and one to read policy packs and keys of dynamic codes anew. Listened for before anybody is told that the server is there, so that the first one
/// to hear of it can already stop it cleanly.
pub(crate) struct Stop {
    interrupt: Signal,
    hangup: Signal,
    terminate: Signal,
}

impl Stop {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            hangup: signal(SignalKind::hangup()).map_err(failed("cannot wait for signals"))?,
            interrupt: signal(SignalKind::interrupt()).map_err(failed("cannot wait for signals"))?,
            terminate: signal(SignalKind::terminate()).map_err(failed("cannot wait for signals"))?,
        })
    }

    /// Waits until one of them comes. A hang-up (SIGHUP) has the policy packs and the risk rules and models read anew, and
    /// is no end.
    pub(crate) async fn asked(&mut self, running: &Running, risk: &JudgingArgs) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                // What came of it stands in the log.
                _ = self.hangup.recv() => {
                    drop(running.reload_packs().await);
                    if let Err(error) = running.reload_code_keys().await {
                        tracing::error!(%error, "the keys of dynamic codes were not exchanged");
                    }
                    judge_anew(running, risk).await;
                }
            }
        }
    }
}

/// Reads rules and models anew; while they are broken, the old ones judge.
async fn judge_anew(running: &Running, risk: &JudgingArgs) {
    match risk.judging() {
        Ok(judging) => match running.use_judging(judging).await {
            Ok(()) => tracing::info!("risk rules and models were read"),
            Err(error) => tracing::error!(%error, "risk rules and models were not exchanged"),
        },
        Err(error) => tracing::error!(error = %error, "risk rules and models are broken, the old ones still judge"),
    }
}

/// Logs as JSON on stderr, from `level` on.
pub(crate) fn log(level: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(level)
        .map_err(|_| Failure::new(format!("`{level}` is not a log level")).hint("error, warn, info, debug or trace"))?;
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
    Ok(())
}
