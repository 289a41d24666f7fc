//! [`Connection`]: one kept-alive HTTP/1.1 connection, over TCP or a Unix socket, for clients of Farthing's own API.
//!
//! It is small on purpose: one request at a time, no redirects, no TLS, no task of its own. Whoever waits for an answer
//! also drives the connection, so a thousand of them cost nothing while they are idle.

use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

/// Bytes of the largest answer that is read.
const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long an answer is waited for, unless the caller says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// `host:port`.
    Tcp(String),
    /// A socket file.
    Unix(PathBuf),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// Not `http://host[:port]`.
    #[error("`{0}` is not an address of the form http://host:port")]
    Address(String),
    /// Nobody listens there.
    #[error("cannot connect to {0}")]
    Connect(String, #[source] std::io::Error),
    /// The connection broke; whether the request was acted on is not known.
    #[error("the connection broke")]
    Broken(#[source] hyper::Error),
    /// The answer is longer than anything this API says.
    #[error("the answer is too long or broke off")]
    Answer,
    /// No answer came in time.
    #[error("no answer within {} s", .0.as_secs())]
    Slow(Duration),
    /// A header or path that cannot be sent.
    #[error("the request cannot be written")]
    Request(#[from] http::Error),
    /// The answer is not what this API says.
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[source] serde_json::Error),
}

/// An answer, read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The `DPoP-Nonce` header.
    pub nonce: Option<String>,
    /// The body.
    pub body: Bytes,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`HttpError::Unreadable`].
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, HttpError> {
        serde_json::from_slice(&self.body).map_err(HttpError::Unreadable)
    }
}

/// What is sent. Headers have lower-case names.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query.
    pub path: &'a str,
    /// The headers; `host` and `content-length` are added.
    pub headers: &'a [(&'static str, String)],
    /// The body.
    pub body: &'a [u8],
}

type Driver = Pin<Box<dyn Future<Output = Result<(), hyper::Error>> + Send>>;

struct Open {
    sender: SendRequest<Full<Bytes>>,
    driver: Driver,
    is_fresh: bool,
}

/// One connection, opened when it is first needed and again when the server has closed it.
pub struct Connection {
    address: Address,
    host: String,
    open: Option<Open>,
    patience: Duration,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Connection {
    /// To the server at `base`, e.g. `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// [`HttpError::Address`]; `https` is not spoken here.
    pub fn to(base: &str) -> Result<Self, HttpError> {
        let authority = authority(base).ok_or_else(|| HttpError::Address(base.to_owned()))?;
        let with_port = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
        Ok(Self { address: Address::Tcp(with_port), host: authority.to_owned(), open: None, patience: PATIENCE })
    }

    /// To the server behind a socket file.
    #[must_use]
    pub fn to_socket(path: impl Into<PathBuf>) -> Self {
        Self { address: Address::Unix(path.into()), host: "localhost".to_owned(), open: None, patience: PATIENCE }
    }

    /// The same, waiting so long for an answer.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Sends a request and reads the answer to its end.
    ///
    /// A kept connection that the server closed in the meantime is opened anew, once, before anything is sent twice:
    /// only when it broke without a byte of an answer on a connection used before.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn send(&mut self, request: Outgoing<'_>) -> Result<Answer, HttpError> {
        let patience = self.patience;
        tokio::time::timeout(patience, self.send_again_if_closed(request)).await.unwrap_or_else(|_| {
            self.open = None;
            Err(HttpError::Slow(patience))
        })
    }

    async fn send_again_if_closed(&mut self, request: Outgoing<'_>) -> Result<Answer, HttpError> {
        match self.send_once(request).await {
            Err(Attempt::Stale) => self.send_once(request).await.map_err(Attempt::into_error),
            answer => answer.map_err(Attempt::into_error),
        }
    }

    async fn send_once(&mut self, request: Outgoing<'_>) -> Result<Answer, Attempt> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => connect(&self.address).await?,
        };
        let request = build(&self.host, request)?;
        let Open { sender, driver, is_fresh } = &mut open;
        let exchange = async {
            let answer = sender.send_request(request).await?;
            read(answer).await
        };
        match drive(driver, exchange).await {
            Ok(answer) => {
                *is_fresh = false;
                self.open = Some(open);
                Ok(answer)
            }
            Err(Attempt::Broken(error)) if !*is_fresh && is_closed(&error) => Err(Attempt::Stale),
            Err(error) => Err(error),
        }
    }
}

/// `host[:port]` of `http://host[:port]`, with or without a slash at the end.
fn authority(base: &str) -> Option<&str> {
    let rest = base.strip_prefix("http://")?;
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    (!authority.is_empty() && !authority.contains(['/', '?', '#', '@', ' '])).then_some(authority)
}

/// One try, and whether another is safe.
enum Attempt {
    /// A kept connection had been closed: nothing was read from it.
    Stale,
    Broken(hyper::Error),
    Other(HttpError),
}

impl Attempt {
    fn into_error(self) -> HttpError {
        match self {
            // A second stale connection cannot be: the second is fresh.
            Self::Stale => HttpError::Answer,
            Self::Broken(error) => HttpError::Broken(error),
            Self::Other(error) => error,
        }
    }
}

impl From<hyper::Error> for Attempt {
    fn from(error: hyper::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<HttpError> for Attempt {
    fn from(error: HttpError) -> Self {
        Self::Other(error)
    }
}

fn is_closed(error: &hyper::Error) -> bool {
    error.is_closed() || error.is_canceled() || error.is_incomplete_message()
}

async fn connect(address: &Address) -> Result<Open, HttpError> {
    match address {
        Address::Tcp(target) => {
            let stream = TcpStream::connect(target).await.map_err(|error| HttpError::Connect(target.clone(), error))?;
            stream.set_nodelay(true).map_err(|error| HttpError::Connect(target.clone(), error))?;
            handshake(stream).await
        }
        Address::Unix(path) => {
            let name = || path.display().to_string();
            let stream = UnixStream::connect(path).await.map_err(|error| HttpError::Connect(name(), error))?;
            handshake(stream).await
        }
    }
}

async fn handshake<S: AsyncRead + AsyncWrite + Send + Unpin + 'static>(stream: S) -> Result<Open, HttpError> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(HttpError::Broken)?;
    Ok(Open { sender, driver: Box::pin(connection), is_fresh: true })
}

fn build(host: &str, request: Outgoing<'_>) -> Result<http::Request<Full<Bytes>>, HttpError> {
    let mut builder = http::Request::builder().method(request.method).uri(request.path).header("host", host);
    for (name, value) in request.headers {
        builder = builder.header(*name, value.as_str());
    }
    Ok(builder.body(Full::new(Bytes::copy_from_slice(request.body)))?)
}

async fn read(answer: http::Response<hyper::body::Incoming>) -> Result<Answer, Attempt> {
    let (head, body) = answer.into_parts();
    let nonce = head.headers.get("dpop-nonce").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|_| HttpError::Answer)?.to_bytes();
    Ok(Answer { status: head.status.as_u16(), nonce, body })
}

/// Waits for `work` while moving the connection's bytes.
async fn drive<T>(driver: &mut Driver, work: impl Future<Output = Result<T, Attempt>>) -> Result<T, Attempt> {
    let mut work = pin!(work);
    let mut is_over = false;
    poll_fn(|context| {
        if let Poll::Ready(done) = work.as_mut().poll(context) {
            return Poll::Ready(done);
        }
        if !is_over {
            is_over = driver.as_mut().poll(context).is_ready();
        }
        work.as_mut().poll(context)
    })
    .await
}
