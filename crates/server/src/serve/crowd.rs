//! [`Crowd`]: how many connections each address has.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits;
use crate::rate::subscriber;

type Counts = HashMap<IpAddr, usize>;

/// The connections of every address.
#[derive(Clone, Default)]
pub(crate) struct Crowd(Arc<Mutex<Counts>>);

/// One connection's place among its address's; given back when dropped.
pub(crate) struct Place {
    crowd: Crowd,
    subscriber: IpAddr,
}

impl Crowd {
    fn lock(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more connection of `address`; `None` when it has as many as it may.
    pub(crate) fn enter(&self, address: IpAddr) -> Option<Place> {
        let subscriber = subscriber(address);
        let mut counts = self.lock();
        let count = counts.entry(subscriber).or_default();
        if *count >= limits::CONNECTIONS_PER_ADDRESS_MAX {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Place { crowd: self.clone(), subscriber })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.lock();
        if let Some(count) = counts.get_mut(&self.subscriber) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.subscriber);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_so_many_connections_and_gets_each_back() {
        let crowd = Crowd::default();
        let (one, other) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut held: Vec<_> = (0..limits::CONNECTIONS_PER_ADDRESS_MAX).map(|_| crowd.enter(one).unwrap()).collect();
        assert!(crowd.enter(one).is_none());
        assert!(crowd.enter(other).is_some());
        held.pop();
        held.push(crowd.enter(one).unwrap());
        assert!(crowd.enter(one).is_none());
        held.clear();
        assert!(crowd.lock().is_empty());
    }

    #[test]
    fn a_subscriber_of_ipv6_is_one_caller() {
        let crowd = Crowd::default();
        let address = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
        let hosts = (0..=u16::MAX).take(limits::CONNECTIONS_PER_ADDRESS_MAX);
        let _held: Vec<_> = hosts.map(|host| crowd.enter(address(host)).unwrap()).collect();
        assert!(crowd.enter(address(u16::MAX)).is_none());
    }
}
