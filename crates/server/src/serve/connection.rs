//! Connections: accepted within bounds, served as HTTP/1.1, ended in order at shutdown.

use std::convert::Infallible;
use std::io;
use std::net::IpAddr;
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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

use crate::extract::Peer;
use crate::limits;
use crate::workers::{Stopping, Workers};

/// Accepts clients until the server stops.
pub(crate) async fn accept(listener: TcpListener, router: Router, workers: Arc<Workers>) {
    let slots = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    let mut stopping = workers.stopping();
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = stopping.wait() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                // Small answers should leave at once; a stream that cannot be told so still works.
                let _ = stream.set_nodelay(true);
                let peer = Peer(Some(IpAddr::to_canonical(&address.ip())));
                workers.spawn(serve(stream, peer, router.clone(), workers.stopping(), slot));
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
            Ok((stream, _)) => workers.spawn(serve(stream, Peer(None), router.clone(), workers.stopping(), slot)),
            Err(error) => pause_after(&error).await,
        }
    }
}

/// Out of file descriptors, most likely: trying again at once would only burn time.
async fn pause_after(error: &io::Error) {
    tracing::warn!(error = %error, "a connection could not be accepted");
    tokio::time::sleep(Duration::from_millis(50)).await;
}

async fn serve<S>(stream: S, peer: Peer, router: Router, mut stopping: Stopping, slot: OwnedSemaphorePermit)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| answer(router.clone(), peer, request));
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
    drop(slot);
}

async fn answer(router: Router, peer: Peer, request: http::Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(peer);
    router.oneshot(request).await
}
