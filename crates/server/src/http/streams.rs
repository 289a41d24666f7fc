//! Server-sent events: one shape for every live stream.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use payments::Event;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::Sleep;
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

/// What comes in, until its time is over: whoever may listen today need not be allowed to for ever.
struct Lasting<S> {
    events: S,
    end: Pin<Box<Sleep>>,
}

impl<S> Lasting<S> {
    fn new(events: S, life: Duration) -> Self {
        Self { events, end: Box::pin(tokio::time::sleep(life)) }
    }
}

impl<S: Stream + Unpin> Stream for Lasting<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        match self.end.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => Pin::new(&mut self.events).poll_next(context),
        }
    }
}

/// Sends `first`, then what `render` makes of every event, until the client goes, the hub ends the stream or its time
/// is over.
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
    let events = Lasting::new(ReceiverStream::new(events), Duration::from_secs(limits::STREAM_SECONDS_MAX));
    let later = events.then(move |event| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_hears_until_its_time_is_over_although_nobody_ends_it() {
        let (sender, receiver) = mpsc::channel(2);
        let mut events = Lasting::new(ReceiverStream::new(receiver), Duration::from_millis(50));
        sender.send(1).await.unwrap();
        assert_eq!(events.next().await, Some(1));
        assert_eq!(events.next().await, None);
        sender.send(2).await.unwrap();
        assert_eq!(events.next().await, None);
    }
}
