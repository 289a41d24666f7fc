//! Connections: accepted within bounds, served as HTTP/1.1, ended in order at shutdown.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::crowd::Crowd;
use super::proxies::{Proxies, Sender};
use crate::limits;
use crate::workers::{Stopping, Workers};

/// Accepts clients until the server stops. Whoever has as many connections as it may is hung up on.
pub(crate) async fn accept(listener: TcpListener, proxies: Proxies, router: Router, workers: Arc<Workers>) {
    let slots = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let crowd = Crowd::default();
    let mut stopping = workers.stopping();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = stopping.wait() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                let sender = proxies.sender(address.ip());
                let place = match &sender {
                    Sender::Client(address) => crowd.enter(*address).map(Some),
                    Sender::Proxy(_) | Sender::Staff => Some(None),
                };
                let Some(place) = place else { continue };
                // Small answers should leave at once; a stream that cannot be told so still works.
                let _ = stream.set_nodelay(true);
                workers.spawn(serve(stream, sender, router.clone(), workers.stopping(), (slot, place)));
            }
            Err(error) => pause_after(&error).await,
        }
    }
}

/// Accepts staff until the server stops.
pub(crate) async fn accept_local(listener: UnixListener, router: Router, workers: Arc<Workers>) {
    let slots = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let mut stopping = workers.stopping();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = stopping.wait() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => workers.spawn(serve(stream, Sender::Staff, router.clone(), workers.stopping(), slot)),
            Err(error) => pause_after(&error).await,
        }
    }
}

/// Out of file descriptors, most likely: trying again at once would only burn time.
async fn pause_after(error: &io::Error) {
    tracing::warn!(error = %error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

/// Serves one connection; what it has `taken` is given back at its end.
async fn serve<S, T>(stream: S, sender: Sender, router: Router, mut stopping: Stopping, taken: T)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(router.clone(), sender, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(limits::HEAD_SECONDS_MAX))
        .max_headers(limits::HEADERS_MAX)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .keep_alive(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopping.wait() => None,
    };
    if ended.is_none() {
        // The request in flight is answered; the connection takes no other.
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
    drop(taken);
}

async fn answer(router: Router, sender: Sender, request: http::Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    let peer = sender.peer(request.headers());
    request.extensions_mut().insert(peer);
    router.oneshot(request).await
}
