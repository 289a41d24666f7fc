//! [`Workers`]: every task of the server, so that shutdown can wait for all of them.

mod breaker;
mod folder;
mod renewer;
mod retention;
mod roller;
mod sealer;
mod sign_ups;
mod sweeper;
mod teacher;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) use breaker::breaker;
pub(crate) use folder::folder;
pub(crate) use renewer::renewer;
pub(crate) use retention::retention;
pub(crate) use roller::roller;
pub(crate) use sealer::sealer;
pub(crate) use sign_ups::sign_ups;
pub(crate) use sweeper::sweeper;
pub(crate) use teacher::teacher;

use crate::limits;

/// The tasks of one server and the signal that stops them.
pub(crate) struct Workers {
    tasks: Mutex<JoinSet<()>>,
    stop: watch::Sender<bool>,
}

/// Tells a task to stop.
#[derive(Clone)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Whether the server stops.
    pub(crate) fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits until the server stops.
    pub(crate) async fn wait(&mut self) {
        // A closed channel means that the server is gone, which is the same answer.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

impl Workers {
    pub(crate) fn new() -> Self {
        Self { tasks: Mutex::default(), stop: watch::Sender::new(false) }
    }

    /// Starts a task that shutdown waits for. The one place where tasks are started.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        // Finished tasks are let go here, so that the set does not grow with every connection.
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    pub(crate) fn stopping(&self) -> Stopping {
        Stopping(self.stop.subscribe())
    }

    /// Tells every task to stop and waits; what is still running after the bound is cut off.
    pub(crate) async fn shutdown(&self) {
        self.stop.send_replace(true);
        let drain = async {
            loop {
                let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
                if tasks.is_empty() {
                    return;
                }
                while tasks.join_next().await.is_some() {}
            }
        };
        if tokio::time::timeout(Duration::from_secs(limits::DRAIN_SECONDS_MAX), drain).await.is_err() {
            tracing::warn!("requests in flight were cut off at shutdown");
        }
    }
}
