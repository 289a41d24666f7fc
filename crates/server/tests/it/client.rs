//! One HTTP request over a connection of its own.

use std::pin::pin;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    #[track_caller]
    pub(crate) fn expect<T: DeserializeOwned>(&self, status: u16) -> T {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// Status and code of a problem.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, String) {
        let problem: protocol::Problem = self.json();
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem.status, self.status);
        (self.status, problem.code.to_string())
    }
}

pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn request(self, host: &str) -> http::Request<Full<Bytes>> {
        let mut request = http::Request::builder().method(self.method.as_str()).uri(self.path).header("host", host);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        request.body(Full::new(Bytes::from(self.body))).unwrap()
    }

    pub(crate) async fn to(self, address: std::net::SocketAddr) -> Answer {
        let stream = TcpStream::connect(address).await.unwrap();
        exchange(stream, self.request(&address.to_string())).await
    }

    pub(crate) async fn over_socket(self, path: &std::path::Path) -> Answer {
        let stream = UnixStream::connect(path).await.unwrap();
        exchange(stream, self.request("admin")).await
    }

    /// Reads a live stream until `done` says so, or the stream ends. `done` is shown nothing first, once the stream is up.
    pub(crate) async fn listen(self, address: std::net::SocketAddr, mut done: impl FnMut(&str) -> bool) -> String {
        let stream = TcpStream::connect(address).await.unwrap();
        let request = self.request(&address.to_string());
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let read = async {
            let mut body: Incoming = sender.send_request(request).await.unwrap().into_body();
            let mut text = String::new();
            done(&text);
            while let Some(frame) = body.frame().await {
                let Ok(data) = frame.unwrap().into_data() else { continue };
                text.push_str(std::str::from_utf8(&data).unwrap());
                if done(&text) {
                    break;
                }
            }
            text
        };
        drive(read, connection).await
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send>(stream: S, request: http::Request<Full<Bytes>>) -> Answer {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    let read = async {
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    };
    drive(read, connection).await
}

async fn drive<T>(read: impl Future<Output = T>, connection: impl Future) -> T {
    let (mut read, mut connection) = (pin!(read), pin!(connection));
    tokio::select! {
        biased;
        answer = &mut read => answer,
        _ = &mut connection => read.await,
    }
}
