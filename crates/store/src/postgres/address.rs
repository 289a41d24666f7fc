//! [`Address`]: where the database is, as the operator wrote it, and how its primary is reached.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::fault::Fault;
use crate::postgres::committer::say;
use crate::postgres::link::Link;
use crate::postgres::told::{Way, told};
use crate::{StoreError, limits};

/// Where the database is. Its `Debug` shows neither user nor password.
#[derive(Clone)]
pub(crate) struct Address {
    hosts: Vec<Config>,
    tls: Option<MakeRustlsConnect>,
    known: Arc<Known>,
}

/// What was learnt about the hosts, for whoever connects next.
#[derive(Default)]
struct Known {
    /// The host that was the primary when last asked: it is tried first.
    primary: AtomicUsize,
    /// The newest timeline that any primary was on. Each promotion begins a new one.
    timeline: AtomicU32,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.shown())
    }
}

impl Address {
    /// Reads a URL. TLS is used, and the server's certificate checked, unless every host is on this machine or the URL
    /// says `sslmode=disable`.
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(unusable(
                "the database URL does not start with `postgres://`; write postgres://USER@HOST/DATABASE",
            ));
        }
        // WHY: read on, the rest of such a password would be taken for a host, and shown.
        if url.matches('@').count() > 1 {
            return Err(unusable("`@` stands in the database URL more than once; in a password write it as `%40`"));
        }
        let (url, mode) = without(url, "sslmode");
        let (url, roots) = without(&url, "sslrootcert");
        let mut all: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            // Its source names the option; the URL itself holds a password and is never repeated.
            let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            unusable(format!("the database URL cannot be read: {why}"))
        })?;
        if all.get_hosts().is_empty() {
            return Err(unusable("the database URL names no host; write postgres://USER@HOST/DATABASE"));
        }
        let tls = match mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            None => !is_local(&all),
            Some(other) => {
                return Err(unusable(format!(
                    "`sslmode={other}` protects nothing; use `verify-full`, or `disable` on a network that is safe"
                )));
            }
        };
        if tls && all.get_hosts().iter().any(|host| matches!(host, Host::Unix(_))) {
            return Err(unusable("a socket of this machine has no TLS; name a host, or leave `sslmode` out"));
        }
        all.ssl_mode(if tls { SslMode::Require } else { SslMode::Disable });
        let hosts = (0..all.get_hosts().len()).filter_map(|index| one_host(&all, index)).collect();
        let tls = if tls { Some(connector(roots.as_deref())?) } else { None };
        Ok(Self { hosts, tls, known: Arc::default() })
    }

    /// The first host, as the URL says it.
    pub(crate) fn first(&self) -> Option<&Config> {
        self.hosts.first()
    }

    /// Whether connections are encrypted.
    pub(crate) const fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    /// Hosts and database, without user and password.
    pub(crate) fn shown(&self) -> String {
        let hosts: Vec<String> = self.hosts.iter().map(place).collect();
        let name = self.first().and_then(Config::get_dbname).unwrap_or("(default)");
        format!("`{name}` at {}", hosts.join(", "))
    }

    /// Opens a connection to the primary, whichever of the hosts it is.
    pub(crate) async fn connect(&self, runtime: &Handle) -> Result<Link, Fault> {
        let first = self.known.primary.load(Ordering::SeqCst);
        let order = (0..self.hosts.len()).cycle().skip(first).take(self.hosts.len());
        let mut reasons = Vec::new();
        for index in order {
            let Some(host) = self.hosts.get(index) else { continue };
            match self.connect_to(host, runtime).await {
                Ok(link) => {
                    self.known.primary.store(index, Ordering::SeqCst);
                    return Ok(link);
                }
                Err(why) => reasons.push((place(host), why)),
            }
        }
        Err(Fault::Away(match reasons.as_slice() {
            [(_, why)] => why.clone(),
            many => many.iter().map(|(host, why)| format!("{host}: {why}")).collect::<Vec<_>>().join("; "),
        }))
    }

    async fn connect_to(&self, host: &Config, runtime: &Handle) -> Result<Link, String> {
        let way = Way { encrypted: self.tls.is_some(), password: host.get_password().is_some() };
        // WHY a bound of our own: the driver's ends where the socket is open, and whoever holds it may say nothing.
        let opening = timeout(Duration::from_secs(limits::CONNECT_SECONDS), async {
            let link = match &self.tls {
                Some(tls) => {
                    let (client, connection) = host.connect(tls.clone()).await?;
                    Link::over(client, connection, runtime)
                }
                None => {
                    let (client, connection) = host.connect(NoTls).await?;
                    Link::over(client, connection, runtime)
                }
            };
            link.begin_session().await.map(|timeline| (link, timeline))
        });
        let opened = opening.await.map_err(|_| {
            let seconds = limits::CONNECT_SECONDS;
            format!("nobody answered within {seconds} s; check host and port of the database URL")
        })?;
        let (link, timeline) = opened.map_err(|error: tokio_postgres::Error| told(&error, Some(way)))?;
        let newest = self.known.timeline.fetch_max(timeline.unwrap_or(0), Ordering::SeqCst);
        match timeline {
            // INVARIANT: after a failover nothing is decided on the primary of before, whoever starts it again.
            Some(timeline) if timeline < newest => Err(format!(
                "this was the primary once, but the database went on elsewhere (timeline {newest}, this one is on \
                 {timeline}); make a standby of it or take it out of the URL"
            )),
            _ => Ok(link),
        }
    }
}

fn unusable(why: impl Into<String>) -> StoreError {
    StoreError::Unusable(why.into())
}

/// A host and its port.
fn place(host: &Config) -> String {
    let port = host.get_ports().first().copied().unwrap_or(5432);
    match host.get_hosts().first() {
        Some(Host::Unix(path)) => path.display().to_string(),
        Some(Host::Tcp(name)) if name.contains(':') => format!("[{name}]:{port}"),
        Some(Host::Tcp(name)) => format!("{name}:{port}"),
        None => "(no host)".to_owned(),
    }
}

/// What a URL of many hosts says of one of them.
fn one_host(all: &Config, index: usize) -> Option<Config> {
    let mut one = Config::new();
    match all.get_hosts().get(index)? {
        Host::Tcp(name) => one.host(name),
        Host::Unix(path) => one.host_path(path),
    };
    if let Some(address) = all.get_hostaddrs().get(index) {
        one.hostaddr(*address);
    }
    if let Some(port) = all.get_ports().get(index).or_else(|| all.get_ports().first()) {
        one.port(*port);
    }
    if let Some(user) = all.get_user() {
        one.user(user);
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    if let Some(name) = all.get_dbname() {
        one.dbname(name);
    }
    if let Some(options) = all.get_options() {
        one.options(options);
    }
    one.ssl_mode(all.get_ssl_mode()).ssl_negotiation(all.get_ssl_negotiation());
    one.channel_binding(all.get_channel_binding()).target_session_attrs(TargetSessionAttrs::ReadWrite);
    one.application_name("farthing");
    one.connect_timeout(Duration::from_secs(limits::CONNECT_SECONDS));
    one.keepalives_idle(Duration::from_secs(limits::CONNECT_SECONDS));
    Some(one)
}

/// Whether every host is this machine, and every address that stands for one.
fn is_local(all: &Config) -> bool {
    let host = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
    };
    all.get_hosts().iter().all(host) && all.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

/// Takes one parameter out of a URL's query.
fn without(url: &str, name: &str) -> (String, Option<String>) {
    let Some((path, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (found, kept): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|part| part.split_once('=').is_some_and(|(key, _)| key == name));
    let value = found.last().and_then(|part| part.split_once('=')).map(|(_, value)| value.to_owned());
    let url = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    (url, value)
}

/// TLS by rustls over aws-lc-rs; trusted are the certificates of `roots`, or the machine's.
fn connector(roots: Option<&str>) -> Result<MakeRustlsConnect, StoreError> {
    let mut store = rustls::RootCertStore::empty();
    if let Some(path) = roots {
        let read = CertificateDer::pem_file_iter(Path::new(path)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let read = read.map_err(|error| unusable(format!("`sslrootcert` `{path}` cannot be read: {error}")))?;
        store.add_parsable_certificates(read);
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(unusable("no certificate authority is trusted; name one with `sslrootcert=FILE`"));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| unusable(format!("TLS cannot be used: {error}")))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(store).with_no_client_auth()))
}

/// The process that answers at `url`, by its number on the server's machine.
///
/// # Errors
/// [`StoreError`] when it cannot be reached.
pub async fn server_process(url: &str) -> Result<u32, StoreError> {
    let address = Address::parse(url)?;
    let failed = |fault: Fault| StoreError::Failed { action: "asking the database", source: say(&fault).into() };
    let link = address.connect(&Handle::current()).await.map_err(failed)?;
    let row = link.maybe("SELECT pg_backend_pid()", &[]).await.map_err(failed)?;
    let process: i32 =
        row.ok_or_else(|| failed(Fault::Unreadable("process")))?.try_get(0).map_err(|error| failed(error.into()))?;
    u32::try_from(process).map_err(|_| failed(Fault::Unreadable("process")))
}

/// What `psql` and its kin are told by their environment to reach the same database: the first host of the URL.
///
/// # Errors
/// [`StoreError::Unusable`] when the URL cannot be read.
pub fn client_environment(url: &str) -> Result<Vec<(&'static str, String)>, StoreError> {
    let address = Address::parse(url)?;
    let mut told = Vec::new();
    let Some(config) = address.first() else { return Ok(told) };
    match config.get_hosts().first() {
        Some(Host::Tcp(name)) => told.push(("PGHOST", name.clone())),
        Some(Host::Unix(path)) => told.push(("PGHOST", path.display().to_string())),
        None => {}
    }
    told.extend(config.get_ports().first().map(|port| ("PGPORT", port.to_string())));
    told.extend(config.get_user().map(|user| ("PGUSER", user.to_owned())));
    told.extend(config.get_dbname().map(|name| ("PGDATABASE", name.to_owned())));
    let password = config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    told.extend(password.map(|password| ("PGPASSWORD", password)));
    if address.is_encrypted() {
        told.push(("PGSSLMODE", "verify-full".to_owned()));
        told.extend(without(url, "sslrootcert").1.map(|roots| ("PGSSLROOTCERT", roots)));
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(url: &str, wanted: &str) {
        let error = Address::parse(url).unwrap_err();
        for said in [error.to_string(), format!("{error:?}")] {
            assert!(said.contains(wanted), "{said}");
            assert!(!said.contains("hunter2") && !said.contains("ter2"), "{said}");
        }
    }

    #[test]
    fn a_wrong_url_is_told_without_its_password() {
        refused("mysql://u:hunter2@h/db", "does not start with `postgres://`");
        refused("u:hunter2@h/db", "does not start with `postgres://`");
        refused("postgres://u:hunter2@h:port/db", "cannot be read");
        refused("postgres://u:hunter2@h:70000/db", "cannot be read");
        refused("postgres://u:hunter2@[::1/db", "cannot be read");
        refused("postgres://u:hun@ter2@h/db", "in a password write it as `%40`");
        refused("postgres://u:hunter2@/db", "names no host");
        refused("postgres://u:hunter2@h/db?colour=red", "cannot be read");
        refused("postgres://u:hunter2@h/db?sslmode=prefer", "`sslmode=prefer` protects nothing");
        refused("postgres://u:hunter2@h/db?sslmode=allow", "`sslmode=allow` protects nothing");
        refused("postgres://u:hunter2@h/db?sslrootcert=/nowhere.pem", "`/nowhere.pem` cannot be read");
        refused("postgres://u:hunter2@%2Frun%2Fpg/db?sslmode=verify-full", "a socket of this machine has no TLS");
    }

    #[test]
    fn an_address_is_shown_without_user_and_password() {
        let address = Address::parse("postgres://u:hunter2@a.test,b.test:5433/shop?sslmode=disable").unwrap();
        assert_eq!(format!("{address:?}"), "`shop` at a.test:5432, b.test:5433");
    }

    #[test]
    fn tls_is_for_every_host_that_is_not_this_machine() {
        for (url, tls) in [
            ("postgres://u@localhost/db", false),
            ("postgres://u@127.0.0.1/db", false),
            ("postgres://u@[::1]/db", false),
            ("postgres://u@%2Frun%2Fpg/db", false),
            ("postgres://u@db.test/db?sslmode=disable", false),
            ("postgres://u@localhost/db?sslmode=verify-full", true),
            ("postgres://u@localhost/db?sslmode=require", true),
            ("postgres://u@localhost,db.test/db", true),
            ("postgres://u@localhost/db?hostaddr=192.0.2.1", true),
        ] {
            assert_eq!(Address::parse(url).unwrap().is_encrypted(), tls, "{url}");
        }
    }
}
