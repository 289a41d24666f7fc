//! What the operator sees: counts and times, never persons.

use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// Time since a start. For measuring only: no rule sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one place where durations are measured")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DecisionLabels {
    command: &'static str,
    outcome: &'static str,
    reason: &'static str,
}

/// Every metric of one server.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    decisions: Family<DecisionLabels, Counter>,
    commits: Histogram,
    waiting: Gauge,
    streams: Gauge,
    rejected: Counter<u64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            decisions: Family::default(),
            // From 0.1 ms to 3 s.
            commits: Histogram::new(exponential_buckets(0.0001, 2.0, 16)),
            waiting: Gauge::default(),
            streams: Gauge::default(),
            rejected: Counter::default(),
        };
        metrics.registered()
    }

    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        registry.register("farthing_requests", "Requests by route and status", self.requests.clone());
        registry.register(
            "farthing_decisions",
            "Decisions by command, outcome and first reason",
            self.decisions.clone(),
        );
        registry.register_with_unit(
            "farthing_commit",
            "Time from submitting a command to its durable answer",
            Unit::Seconds,
            self.commits.clone(),
        );
        registry.register("farthing_commands_waiting", "Commands submitted and not yet answered", self.waiting.clone());
        registry.register("farthing_streams", "Open live streams", self.streams.clone());
        registry.register("farthing_rate_limited", "Calls refused for coming too often", self.rejected.clone());
        self
    }

    /// One answered request.
    pub(crate) fn request(&self, route: &str, status: u16) {
        self.requests.get_or_create(&RequestLabels { route: route.to_owned(), status }).inc();
    }

    /// One decided command.
    pub(crate) fn decision(&self, command: &'static str, outcome: &'static str, reason: &'static str, took: Duration) {
        self.decisions.get_or_create(&DecisionLabels { command, outcome, reason }).inc();
        self.commits.observe(took.as_secs_f64());
    }

    /// Counts a command as waiting for as long as the answer lives.
    pub(crate) fn waiting(&self) -> Counted {
        Counted::new(&self.waiting)
    }

    /// Counts a stream for as long as the answer lives.
    pub(crate) fn stream(&self) -> Counted {
        Counted::new(&self.streams)
    }

    /// One call refused for coming too often.
    pub(crate) fn rate_limited(&self) {
        self.rejected.inc();
    }

    /// The Prometheus text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a text does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts one until it is dropped.
pub(crate) struct Counted(Gauge);

impl Counted {
    fn new(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dec();
    }
}
