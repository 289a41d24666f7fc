//! What an operator is told when the database refuses or is not there: its words, and what to do about it. Never a
//! password: the driver's errors hold none, and the URL is never repeated.

use std::error::Error as _;
use std::io;

use rustls::CertificateError;

/// How a connection was tried, as far as it says what to do when it failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) encrypted: bool,
    /// Whether the URL holds a password.
    pub(crate) password: bool,
}

/// A database error with what to do about it, where that is known; `way` when it was met on connecting.
pub(crate) fn told(error: &tokio_postgres::Error, way: Option<Way>) -> String {
    let text = match error.as_db_error() {
        Some(refused) => refused.message().to_owned(),
        None => error.source().map_or_else(|| error.to_string(), |why| format!("{error}: {why}")),
    };
    match hint(error, way) {
        Some(hint) => format!("{text}; {hint}"),
        None => text,
    }
}

fn hint(error: &tokio_postgres::Error, way: Option<Way>) -> Option<&'static str> {
    if let Some(code) = error.code() {
        return hint_of_code(code.code());
    }
    let source = error.source()?;
    if let Some(error) = source.downcast_ref::<io::Error>() {
        return error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .map_or_else(|| hint_of_io(error), hint_of_tls);
    }
    match way? {
        // What is left are the handshake's own words, for which the driver has no codes.
        Way { encrypted: true, password: true } => {
            Some("the server must speak TLS: switch `ssl` on there, or say `sslmode=disable` where the network is safe")
        }
        Way { password: false, .. } => {
            Some("the server asks for a password: write postgres://USER:PASSWORD@HOST/DATABASE")
        }
        Way { .. } => None,
    }
}

const STANDBY: &str = "this is a read-only standby: name the primary in the URL, or all hosts, separated by commas";

fn hint_of_code(code: &str) -> Option<&'static str> {
    Some(match code {
        "28P01" => "check user and password of the database URL",
        "28000" => "the server's pg_hba.conf does not let this user in from here, or not without TLS: see `sslmode`",
        "3D000" => "create the database, or correct its name in the URL",
        "42501" => "the user must own the database's tables",
        "25006" => STANDBY,
        "53100" => "the database's disk is full: make room; nothing was written",
        "53300" => "the database has no connection left: raise max_connections or run fewer nodes",
        "57P03" => "the database is starting or stopping: try again shortly",
        _ => return None,
    })
}

fn hint_of_io(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        // The driver's own refusal, not the operating system's.
        io::ErrorKind::PermissionDenied if error.raw_os_error().is_none() => Some(STANDBY),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::NotFound => {
            Some("nobody listens there: start PostgreSQL, or correct host and port of the database URL")
        }
        io::ErrorKind::PermissionDenied => Some("the database's socket is not open to this user"),
        // The resolver's errors have a kind of their own in no stable version of Rust.
        _ if error.raw_os_error().is_none() => Some("check the host of the database URL"),
        _ => None,
    }
}

fn hint_of_tls(error: &rustls::Error) -> Option<&'static str> {
    match error {
        // A bad signature: an authority of the same name with another key.
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            Some("name the authority that signed the server's certificate with `sslrootcert=FILE`")
        }
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Some("write the host as it stands in the server's certificate"),
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            Some("renew the server's certificate")
        }
        _ => None,
    }
}
