//! [`Hub`]: who is listening to what, and the task that tells them. Bounded: a stream too slow is closed, and its
//! client reads anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use money::{Digest, IntentId, PayeeId, PayerId};
use payments::{Event, EventKind};
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::mpsc;

use crate::limits;
use crate::workers::Stopping;

/// What can be listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    /// What happens to a payer.
    Payer(PayerId),
    /// What becomes of an intent.
    Intent(IntentId),
}

/// Who listens, for the bound on streams of one caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Listener {
    /// A device, by its key.
    Device(Digest),
    /// A merchant.
    Merchant(PayeeId),
}

/// Why nobody more can listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoStream {
    /// This caller has as many streams as it may.
    TooMany,
    /// The server has, or is stopping.
    Full,
}

/// One stream's sending end, under the number it was given.
type Numbered = (u64, mpsc::Sender<Arc<Event>>);

#[derive(Default)]
struct Inner {
    topics: HashMap<Topic, Vec<Numbered>>,
    callers: HashMap<Listener, usize>,
    streams: usize,
    next: u64,
    closed: bool,
}

/// All live streams of one server.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<Inner>>);

/// One stream's place in the hub; given back when dropped.
pub(crate) struct Subscription {
    hub: Hub,
    topic: Topic,
    listener: Listener,
    id: u64,
}

impl Hub {
    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Listens to a topic from now on.
    pub(crate) fn subscribe(
        &self,
        topic: Topic,
        listener: Listener,
    ) -> Result<(Subscription, mpsc::Receiver<Arc<Event>>), NoStream> {
        let mut inner = self.lock();
        if inner.closed || inner.streams >= limits::STREAMS_MAX {
            return Err(NoStream::Full);
        }
        let streams = inner.callers.entry(listener).or_default();
        if *streams >= limits::STREAMS_PER_CALLER_MAX {
            return Err(NoStream::TooMany);
        }
        *streams = streams.saturating_add(1);
        inner.streams = inner.streams.saturating_add(1);
        inner.next = inner.next.wrapping_add(1);
        let id = inner.next;
        let (sender, receiver) = mpsc::channel(limits::STREAM_EVENTS_MAX);
        inner.topics.entry(topic).or_default().push((id, sender));
        Ok((Subscription { hub: self.clone(), topic, listener, id }, receiver))
    }

    /// Tells everybody whom an event concerns. Whoever is too slow is let go.
    ///
    /// A refusal concerns its payer alone: a payee neither learns of it nor is flooded with them.
    fn publish(&self, event: &Arc<Event>) {
        let intent = event.intent.filter(|_| event.kind != EventKind::PaymentRefused);
        let topics = [event.payer.map(Topic::Payer), intent.map(Topic::Intent)];
        let mut inner = self.lock();
        for topic in topics.into_iter().flatten() {
            if let Some(senders) = inner.topics.get_mut(&topic) {
                senders.retain(|(_, sender)| sender.try_send(Arc::clone(event)).is_ok());
            }
        }
    }

    /// Ends every stream: clients come back and read what they missed.
    fn end_all(&self) {
        self.lock().topics.clear();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.end_all();
    }

    /// Passes the store's events on until the server stops.
    pub(crate) async fn run(self, mut events: broadcast::Receiver<Arc<Event>>, mut stopping: Stopping) {
        loop {
            let heard = tokio::select! {
                () = stopping.wait() => break,
                heard = events.recv() => heard,
            };
            match heard {
                Ok(event) => self.publish(&event),
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "live events were missed; all streams start anew");
                    self.end_all();
                }
                Err(RecvError::Closed) => break,
            }
        }
        self.close();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut inner = self.hub.lock();
        inner.streams = inner.streams.saturating_sub(1);
        if let Some(streams) = inner.callers.get_mut(&self.listener) {
            *streams = streams.saturating_sub(1);
            if *streams == 0 {
                inner.callers.remove(&self.listener);
            }
        }
        if let Some(senders) = inner.topics.get_mut(&self.topic) {
            senders.retain(|(id, _)| *id != self.id);
            if senders.is_empty() {
                inner.topics.remove(&self.topic);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(payer: PayerId) -> Arc<Event> {
        let at = money::Instant::EPOCH;
        Arc::new(Event {
            id: money::EventId::new(at, [0; 10]),
            at,
            kind: EventKind::PayerFunded,
            payer: Some(payer),
            payee: None,
            intent: None,
            payment: None,
            amount: None,
            reasons: Vec::new(),
        })
    }

    #[test]
    fn a_caller_has_so_many_streams_and_gets_each_back() {
        let hub = Hub::default();
        let (topic, listener) =
            (Topic::Payer(PayerId::from_bytes([1; 16])), Listener::Device(Digest::from_bytes([1; 32])));
        let mut held: Vec<_> =
            (0..limits::STREAMS_PER_CALLER_MAX).map(|_| hub.subscribe(topic, listener).unwrap()).collect();
        assert_eq!(hub.subscribe(topic, listener).err(), Some(NoStream::TooMany));
        assert!(hub.subscribe(topic, Listener::Device(Digest::from_bytes([2; 32]))).is_ok());
        held.pop();
        assert!(hub.subscribe(topic, listener).is_ok());
        held.clear();
        let inner = hub.lock();
        assert!(inner.topics.is_empty() && inner.callers.is_empty() && inner.streams == 0);
    }

    #[test]
    fn a_refusal_is_told_to_its_payer_and_not_to_the_payee() {
        let hub = Hub::default();
        let (payer, intent) = (PayerId::from_bytes([1; 16]), IntentId::from_bytes([2; 16]));
        let device = Listener::Device(Digest::from_bytes([1; 32]));
        let (_payer_place, mut of_payer) = hub.subscribe(Topic::Payer(payer), device).unwrap();
        let merchant = Listener::Merchant(PayeeId::from_bytes([3; 16]));
        let (_intent_place, mut of_intent) = hub.subscribe(Topic::Intent(intent), merchant).unwrap();
        let told = |kind| Arc::new(Event { kind, intent: Some(intent), ..Event::clone(&event(payer)) });
        hub.publish(&told(EventKind::PaymentRefused));
        assert!(of_payer.try_recv().is_ok() && of_intent.try_recv().is_err());
        hub.publish(&told(EventKind::PaymentCaptured));
        assert!(of_payer.try_recv().is_ok() && of_intent.try_recv().is_ok());
    }

    #[test]
    fn a_stream_too_slow_is_closed_and_others_hear_on() {
        let hub = Hub::default();
        let payer = PayerId::from_bytes([1; 16]);
        let listener = Listener::Device(Digest::from_bytes([1; 32]));
        let (_slow_place, mut slow) = hub.subscribe(Topic::Payer(payer), listener).unwrap();
        for _ in 0..=limits::STREAM_EVENTS_MAX {
            hub.publish(&event(payer));
        }
        let (_place, mut quick) = hub.subscribe(Topic::Payer(payer), listener).unwrap();
        hub.publish(&event(payer));
        assert!(quick.try_recv().is_ok());
        let heard = std::iter::from_fn(|| slow.try_recv().ok()).count();
        assert_eq!(heard, limits::STREAM_EVENTS_MAX);
        assert!(slow.is_closed());
        hub.close();
        assert_eq!(hub.subscribe(Topic::Payer(payer), listener).err(), Some(NoStream::Full));
    }
}
