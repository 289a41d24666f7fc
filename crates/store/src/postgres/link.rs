//! [`Address`]: where the database is, as the operator wrote it. [`Link`]: one connection, with its prepared
//! statements.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, NoTls, Row, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::fault::Fault;
use crate::{StoreError, limits};

/// Where the database is. Its `Debug` shows no password.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: Option<MakeRustlsConnect>,
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
            return Err(StoreError::Unusable(
                "the database URL does not start with `postgres://`; write postgres://USER@HOST/DATABASE".to_owned(),
            ));
        }
        let (url, mode) = without(url, "sslmode");
        let (url, roots) = without(&url, "sslrootcert");
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            // Its source names the option; the URL itself holds a password and is never repeated.
            let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            StoreError::Unusable(format!("the database URL cannot be read: {why}"))
        })?;
        if config.get_hosts().is_empty() {
            return Err(StoreError::Unusable("the database URL names no host".to_owned()));
        }
        let local = config.get_hosts().iter().all(is_local);
        let tls = match mode.as_deref() {
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            None => !local,
            Some(other) => {
                return Err(StoreError::Unusable(format!(
                    "`sslmode={other}` protects nothing; use `verify-full`, or `disable` on a network that is safe"
                )));
            }
        };
        config.ssl_mode(if tls { SslMode::Require } else { SslMode::Disable });
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        config.application_name("farthing");
        config.connect_timeout(Duration::from_secs(limits::CONNECT_SECONDS));
        config.keepalives_idle(Duration::from_secs(limits::CONNECT_SECONDS));
        let tls = if tls { Some(connector(roots.as_deref())?) } else { None };
        Ok(Self { config, tls })
    }

    /// Hosts and database, without user and password.
    pub(crate) fn shown(&self) -> String {
        let host = |host: &Host| match host {
            Host::Tcp(name) => name.clone(),
            Host::Unix(path) => path.display().to_string(),
        };
        let hosts: Vec<String> = self.config.get_hosts().iter().map(host).collect();
        format!("`{}` at {}", self.config.get_dbname().unwrap_or("(default)"), hosts.join(", "))
    }

    /// Opens a connection to the primary.
    pub(crate) async fn connect(&self, runtime: &Handle) -> Result<Link, Fault> {
        let (client, driver) = match &self.tls {
            Some(tls) => {
                let (client, driver) = self.config.connect(tls.clone()).await?;
                let driver = runtime.spawn(async move { log_end(driver.await) });
                (client, driver.abort_handle())
            }
            None => {
                let (client, driver) = self.config.connect(NoTls).await?;
                let driver = runtime.spawn(async move { log_end(driver.await) });
                (client, driver.abort_handle())
            }
        };
        client.batch_execute(SESSION).await?;
        if let Err(error) = client.batch_execute(PLANNING).await {
            tracing::debug!(error = %told(&error), "the database plans as it likes");
        }
        Ok(Link { client, driver, statements: Mutex::default() })
    }
}

/// What `psql` and its kin are told by their environment to reach the same database.
///
/// # Errors
/// [`StoreError::Unusable`] when the URL cannot be read.
pub fn client_environment(url: &str) -> Result<Vec<(&'static str, String)>, StoreError> {
    let config = Address::parse(url)?.config;
    let mut told = Vec::new();
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
    Ok(told)
}

/// WHY the bounds: a transaction whose client is gone must end, and with it its locks; a commit whose outcome is asked
/// for waits for exactly that.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = '30s'; \
    SET lock_timeout = '20s'; SET tcp_keepalives_idle = '10s'; SET tcp_keepalives_interval = '5s'; \
    SET tcp_keepalives_count = 3; SET synchronous_commit = on; SET default_transaction_isolation = 'read committed'; \
    SET client_min_messages = warning";

/// WHY: every statement finds its rows by key, whatever the statistics of a young table say; where an engine does not
/// know these settings, nothing is lost.
const PLANNING: &str = "SET jit = off; SET plan_cache_mode = 'force_generic_plan'; SET enable_seqscan = off";

fn log_end(ended: Result<(), tokio_postgres::Error>) {
    if let Err(error) = ended {
        tracing::warn!(error = %told(&error), "a connection to the database broke");
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
    }
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
    let unusable = |why: String| StoreError::Unusable(why);
    let mut store = rustls::RootCertStore::empty();
    if let Some(path) = roots {
        let read = CertificateDer::pem_file_iter(Path::new(path)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let read = read.map_err(|error| unusable(format!("`sslrootcert` `{path}` cannot be read: {error}")))?;
        store.add_parsable_certificates(read);
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(unusable("no certificate authority is trusted; name one with `sslrootcert=FILE`".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(|error| unusable(format!("TLS cannot be used: {error}")))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(store).with_no_client_auth()))
}

/// One connection. Statements polled together go out together: the database works on one while the next is on its way.
pub(crate) struct Link {
    client: Client,
    driver: AbortHandle,
    statements: Mutex<HashMap<String, Statement>>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A parameter.
pub(crate) type Parameter<'p> = &'p (dyn ToSql + Sync);

impl Link {
    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Cuts the connection, as a broken network would.
    #[cfg(feature = "testing")]
    pub(crate) fn cut(&self) {
        self.driver.abort();
    }

    /// The prepared statement of `sql`.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = self.statements.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        let mut statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= limits::STATEMENTS_MAX {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub(crate) async fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Fault> {
        let statement = self.prepare(sql).await?;
        Ok(self.client.query(&statement, parameters).await?)
    }

    /// The rows of a statement without parameters, as they come.
    pub(crate) async fn stream(&self, sql: &str) -> Result<tokio_postgres::RowStream, Fault> {
        let statement = self.prepare(sql).await?;
        let none: [Parameter<'_>; 0] = [];
        Ok(self.client.query_raw(&statement, none).await?)
    }

    pub(crate) async fn maybe(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, Fault> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    pub(crate) async fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, Fault> {
        let statement = self.prepare(sql).await?;
        Ok(self.client.execute(&statement, parameters).await?)
    }
}

/// A database error with what to do about it, where that is known.
pub(crate) fn told(error: &tokio_postgres::Error) -> String {
    let text = match error.as_db_error() {
        Some(refused) => refused.message().to_owned(),
        None => std::error::Error::source(error).map_or_else(|| error.to_string(), |why| format!("{error}: {why}")),
    };
    match error.code().and_then(|code| hint(code.code())) {
        Some(hint) => format!("{text}; {hint}"),
        None => text,
    }
}

fn hint(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" | "28000" => "check user and password of the database URL, and pg_hba.conf",
        "3D000" => "create the database, or correct its name in the URL",
        "42501" => "the user must own the database's tables",
        "25006" => "this is a read-only standby: name the primary in the URL, or all hosts, separated by commas",
        "53100" => "the database's disk is full: make room; nothing was written",
        "53300" => "the database has no connection left: raise max_connections or run fewer nodes",
        "57P03" => "the database is starting or stopping: try again shortly",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(url: &str, wanted: &str) {
        let error = Address::parse(url).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_wrong_url_is_told_without_its_password() {
        refused("mysql://u:hunter2@h/db", "does not start with `postgres://`");
        refused("postgres://u:hunter2@h:port/db", "cannot be read");
        refused("postgres://u:hunter2@h/db?colour=red", "cannot be read");
        refused("postgres://u:hunter2@h/db?sslmode=prefer", "`sslmode=prefer` protects nothing");
        refused("postgres://u:hunter2@h/db?sslrootcert=/nowhere.pem", "`/nowhere.pem` cannot be read");
    }

    #[test]
    fn an_address_is_shown_without_user_and_password() {
        let address = Address::parse("postgres://u:hunter2@a.test,b.test:5433/shop?sslmode=disable").unwrap();
        assert_eq!(format!("{address:?}"), "`shop` at a.test, b.test");
    }

    #[test]
    fn tls_is_for_every_host_that_is_not_this_machine() {
        for (url, tls) in [
            ("postgres://u@localhost/db", false),
            ("postgres://u@127.0.0.1/db", false),
            ("postgres://u@%2Frun%2Fpg/db", false),
            ("postgres://u@db.test/db?sslmode=disable", false),
            ("postgres://u@localhost/db?sslmode=verify-full", true),
            ("postgres://u@localhost,db.test/db", true),
        ] {
            assert_eq!(Address::parse(url).unwrap().tls.is_some(), tls, "{url}");
        }
    }
}
