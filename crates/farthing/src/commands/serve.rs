//! `farthing serve`: the server on a data folder.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use money::{Currency, Secret};
use payments::{Network, Settings, SignUpLimit, SignUpLimits};
use serde::Serialize;
use server::{PasskeyConfig, RateLimits, Roots};
use store::KeySource;
use tokio::sync::oneshot;

use crate::commands::risk::files::JudgingArgs;
use crate::failure::{Failure, failed};
use crate::node::{self, Plan};
use crate::output::{LINK, Output, STRONG};
use crate::packs::PackArgs;

/// Serve a data folder over HTTP until Ctrl-C or SIGTERM; logs go to stderr as JSON.
#[derive(Debug, clap::Args)]
pub(crate) struct Serve {
    /// The data folder; made, for its owner only, when it is not there.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Serve from this PostgreSQL, which other nodes may share, instead of a database in the data folder:
    /// postgres://USER:PASSWORD@HOST[,HOST…]/DATABASE.
    #[arg(long, value_name = "URL", env = "FARTHING_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Make this node's settings those of all nodes of the database; the others stop deciding until they are restarted
    /// with them.
    #[arg(long, requires = "database_url")]
    change_settings: bool,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The origin clients reach this server at, when that is not http://ADDRESS.
    #[arg(long, value_name = "URL")]
    public_origin: Option<String>,
    /// The domain passkeys are made for, when that is not the public origin's: a parent of it.
    #[arg(long, value_name = "DOMAIN")]
    passkey_domain: Option<String>,
    /// A further origin whose passkeys are accepted: a site of that domain, or an app as android:apk-key-hash:…; may be
    /// repeated.
    #[arg(long = "passkey-origin", value_name = "ORIGIN")]
    passkey_origins: Vec<String>,
    /// Certificates, as PEM, of makers whose word about an authenticator counts: what they vouch for is asked for, and
    /// approves as `attested`; may be repeated.
    #[arg(long = "passkey-roots", value_name = "FILE")]
    passkey_roots: Vec<PathBuf>,
    /// What the FIDO Alliance publishes about authenticators: the JSON payload of its metadata BLOB, whose signature you
    /// have checked.
    #[arg(long, value_name = "FILE")]
    passkey_metadata: Option<PathBuf>,
    /// A proxy in front of this server, believed when it tells its callers' addresses; may be repeated.
    #[arg(long = "trusted-proxy", value_name = "ADDRESS")]
    trusted_proxies: Vec<IpAddr>,
    /// Let wallets be filled with play money.
    #[arg(long)]
    test_mode: bool,
    /// Let every client call as often as it likes: for measurements only.
    #[arg(long)]
    no_rate_limits: bool,
    /// A network from which any number of wallets may be opened, e.g. 203.0.113.0/24: an office, a load generator; may be
    /// repeated.
    #[arg(long = "sign-up-exempt", value_name = "NETWORK")]
    sign_up_exempt: Vec<Network>,
    /// Answer the API only, without wallet and shop pages.
    #[arg(long)]
    no_web: bool,
    /// A command whose standard output is the key-encryption key, instead of the file DIR/kek.
    #[arg(long, value_name = "COMMAND")]
    key_command: Option<String>,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    risk: JudgingArgs,
    #[command(flatten)]
    packs: PackArgs,
    /// The least important log lines to write: error, warn, info, debug or trace.
    #[arg(long, value_name = "LEVEL", default_value = "info")]
    log: String,
    /// Also stop when stdin is closed: for programs that must not leave a server behind.
    #[arg(long)]
    until_stdin_closes: bool,
}

/// What the operator may set.
#[derive(Debug, clap::Args)]
struct Limits {
    /// The one currency of this provider's wallets and payees.
    #[arg(long, value_name = "CODE", default_value_t = Settings::default().currency)]
    currency: Currency,
    /// The most one payment may take, in minor units.
    #[arg(long, value_name = "MINOR", default_value_t = Settings::default().payment_limit_minor)]
    payment_limit: i64,
    /// The most a first payment to a payee may take, in minor units.
    #[arg(long, value_name = "MINOR", default_value_t = Settings::default().first_payee_limit_minor)]
    first_payee_limit: i64,
    /// How long unfreezing takes.
    #[arg(long, value_name = "SECONDS", default_value_t = Settings::default().unfreeze_delay_seconds)]
    unfreeze_delay: i64,
    /// How many wallets one network (an IPv4 /24, an IPv6 /48) may open in a day.
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().sign_ups.network.count)]
    sign_ups_per_network: u32,
    /// How many wallets one line may vouch for in thirty days.
    #[arg(long, value_name = "COUNT", default_value_t = Settings::default().sign_ups.line.count)]
    wallets_per_line: u32,
    /// The provider's name, as payers are shown it.
    #[arg(long, value_name = "NAME", default_value_t = Settings::default().provider)]
    provider: String,
}

/// With `--json`: where the server is.
#[derive(Serialize)]
struct Serving<'a> {
    url: &'a str,
    /// Where it really listens, also when `url` is what a proxy is called.
    listen: String,
    admin_socket: Option<String>,
    data: String,
}

impl Serve {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        node::log(&self.log)?;
        let until_stdin_closes = self.until_stdin_closes;
        let risk = self.risk.clone();
        let data = self.data.display().to_string();
        let mut stop = node::Stop::listen()?;
        let running = node::start(self.plan()?).await?;
        let admin_socket = running.admin_socket().map(|path| path.display().to_string());
        if output.is_json() {
            let listen = format!("http://{}", running.address());
            output.object(&Serving { url: running.origin(), listen, admin_socket, data })?;
        } else {
            let (version, url) = (env!("CARGO_PKG_VERSION"), running.origin());
            output.line(&format!(
                "{STRONG}Farthing {version}{STRONG:#} serves {data} at {LINK}{url}{LINK:#} · API {LINK}{url}/docs{LINK:#} · staff {} · Ctrl-C stops it",
                admin_socket.unwrap_or_default()
            ));
        }
        tokio::select! {
            () = stop.asked(&running, &risk) => {}
            () = stdin_closes(), if until_stdin_closes => {}
        }
        node::stop(running).await
    }

    fn plan(self) -> Result<Plan, Failure> {
        let packs = self.packs.source(self.limits.currency);
        let usual = SignUpLimits::default();
        let sign_ups = SignUpLimits {
            network: SignUpLimit { count: self.limits.sign_ups_per_network, ..usual.network },
            line: SignUpLimit { count: self.limits.wallets_per_line, ..usual.line },
        };
        let settings = Settings {
            packs: packs.read()?,
            sign_ups,
            raise_delay_seconds: self.packs.raise_delay,
            currency: self.limits.currency,
            payment_limit_minor: self.limits.payment_limit,
            first_payee_limit_minor: self.limits.first_payee_limit,
            unfreeze_delay_seconds: self.limits.unfreeze_delay,
            provider: self.limits.provider,
            test_mode: self.test_mode,
            judging: self.risk.judging()?,
            risk: self.risk.settings()?,
            ..Settings::default()
        };
        Ok(Plan {
            data: self.data,
            database: self.database_url.map(Secret::new),
            change_settings: self.change_settings,
            listen: self.listen,
            public_origin: self.public_origin,
            trusted_proxies: self.trusted_proxies,
            passkeys: PasskeyConfig {
                rp_id: self.passkey_domain,
                origins: self.passkey_origins,
                roots: roots(&self.passkey_roots, self.passkey_metadata.as_deref())?,
            },
            settings,
            packs: Some(packs),
            keys: self.key_command.map_or(KeySource::File, KeySource::Command),
            sign_up_exempt: self.sign_up_exempt,
            rate: if self.no_rate_limits { RateLimits::unlimited() } else { RateLimits::default() },
            web: !self.no_web,
        })
    }
}

/// Reads stdin to its end on a thread of its own, which ends with the process.
async fn stdin_closes() {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = tell.send(());
    });
    // An error means that the thread is gone, and stdin with it.
    let _ = told.await;
}

/// Whose word about an authenticator counts.
fn roots(files: &[PathBuf], metadata: Option<&Path>) -> Result<Roots, Failure> {
    let read = |path: &Path| std::fs::read(path).map_err(failed(format!("cannot read `{}`", path.display())));
    let unfit = |path: &Path| failed(format!("cannot take `{}`", path.display()));
    let mut roots = Roots::default();
    for path in files {
        roots = roots.with_pem(&read(path)?).map_err(unfit(path))?;
    }
    match metadata {
        Some(path) => roots.with_metadata(&read(path)?).map_err(unfit(path)),
        None => Ok(roots),
    }
}
