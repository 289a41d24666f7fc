//! Server-sent events: one shape for every live stream.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use payments::Event;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};

use crate::app::App;
use crate::http::error::Failure;
use crate::limits;
use crate::live::{Listener, Topic};
use crate::metrics::Counted;

/// A place in the hub: what comes in, and what is given back when the stream ends.
pub(crate) struct Live {
    events: mpsc::Receiver<Arc<Event>>,
    place: (crate::live::Subscription, Counted),
}

/// Takes a place for `listener`.
pub(crate) fn listen(app: &App, topic: Topic, listener: Listener) -> Result<Live, Failure> {
    let (subscription, events) = app.live.subscribe(topic, listener)?;
    Ok(Live { events, place: (subscription, app.metrics.stream()) })
}

/// Sends `first`, then what `render` makes of every event, until the client goes or the hub ends the stream.
pub(crate) fn stream<F, T>(
    live: Live,
    name: &'static str,
    first: Option<T>,
    render: impl Fn(Arc<Event>) -> F + Send + 'static,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>>
where
    F: Future<Output = Option<T>> + Send + 'static,
    T: Serialize + Send + 'static,
{
    let Live { events, place } = live;
    let later = ReceiverStream::new(events).then(move |event| {
        // The place is given back when this closure is dropped with its stream.
        let _held = &place;
        render(event)
    });
    let sent = tokio_stream::iter([first]).chain(later).filter_map(move |value| {
        let data = serde_json::to_string(&value?).ok()?;
        Some(Ok(Sent::default().event(name).data(data)))
    });
    let comment = KeepAlive::new().interval(Duration::from_secs(limits::STREAM_COMMENT_SECONDS));
    Sse::new(sent).keep_alive(comment)
}
