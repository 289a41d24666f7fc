//! How often each client may call.

use std::net::IpAddr;

use governor::clock::{Clock, DefaultClock};
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use money::{Digest, PayeeId};

use crate::limits;
use crate::{Rate, RateLimits};

/// Who is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Client {
    /// A device, by its key's thumbprint.
    Device(Digest),
    /// A merchant.
    Merchant(PayeeId),
    /// An address, or an IPv6 /64; `None` for a caller on a local socket.
    Address(Option<IpAddr>),
    /// The same, for what is verified on its behalf.
    Checks(Option<IpAddr>),
}

/// Who has an address: one IPv6 subscriber has a whole /64.
pub(crate) fn subscriber(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

impl Client {
    /// The client behind an address.
    pub(crate) fn address(address: Option<IpAddr>) -> Self {
        Self::Address(address.map(subscriber))
    }

    /// The client behind an address, as somebody on whose behalf something is verified.
    pub(crate) fn checks(address: Option<IpAddr>) -> Self {
        Self::Checks(address.map(subscriber))
    }
}

type Limiter = RateLimiter<Client, DashMapStateStore<Client>, DefaultClock>;

/// The counters of all clients.
pub(crate) struct Rates {
    device: Option<Limiter>,
    merchant: Option<Limiter>,
    address: Option<Limiter>,
    checks: Option<Limiter>,
    clock: DefaultClock,
}

/// A client calls too often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TooOften {
    /// Whole seconds after which it may call again.
    pub(crate) wait_seconds: u64,
}

impl Rates {
    pub(crate) fn new(limits: &RateLimits) -> Self {
        let limiter = |rate: Option<Rate>| {
            rate.map(|rate| RateLimiter::dashmap(Quota::per_second(rate.per_second).allow_burst(rate.burst)))
        };
        Self {
            device: limiter(limits.device),
            merchant: limiter(limits.merchant),
            address: limiter(limits.address),
            checks: limiter(limits.checks),
            clock: DefaultClock::default(),
        }
    }

    /// Counts one call.
    pub(crate) fn check(&self, client: Client) -> Result<(), TooOften> {
        let limiter = match client {
            Client::Device(_) => &self.device,
            Client::Merchant(_) => &self.merchant,
            Client::Address(_) => &self.address,
            Client::Checks(_) => &self.checks,
        };
        let Some(limiter) = limiter else { return Ok(()) };
        limiter.check_key(&client).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            TooOften { wait_seconds: wait.as_secs().saturating_add(1) }
        })
    }

    /// Forgets clients that have been silent long enough to start anew.
    pub(crate) fn tidy(&self) {
        for limiter in [&self.device, &self.merchant, &self.address, &self.checks].into_iter().flatten() {
            limiter.retain_recent();
            if limiter.len() > limits::RATE_CLIENTS_WARNING {
                tracing::warn!(clients = limiter.len(), "unusually many clients at once");
            }
        }
    }
}
