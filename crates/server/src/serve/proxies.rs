//! [`Proxies`]: whose word counts about where a caller is.

use std::net::IpAddr;

use http::{HeaderMap, HeaderName};

use crate::extract::Peer;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies the operator trusts.
pub(crate) struct Proxies(Vec<IpAddr>);

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sender {
    /// A caller.
    Client(IpAddr),
    /// A trusted proxy, with callers of its own.
    Proxy(IpAddr),
    /// Staff, on the admin socket.
    Staff,
}

impl Proxies {
    pub(crate) fn new(trusted: &[IpAddr]) -> Self {
        Self(trusted.iter().map(IpAddr::to_canonical).collect())
    }

    /// Who is behind a socket's address.
    pub(crate) fn sender(&self, address: IpAddr) -> Sender {
        let address = address.to_canonical();
        if self.0.contains(&address) { Sender::Proxy(address) } else { Sender::Client(address) }
    }
}

impl Sender {
    /// The addresses behind one request.
    pub(crate) fn peer(self, headers: &HeaderMap) -> Peer {
        match self {
            Self::Client(address) => Peer { socket: Some(address), client: Some(address) },
            Self::Proxy(address) => {
                Peer { socket: Some(address), client: Some(forwarded_for(headers).unwrap_or(address)) }
            }
            Self::Staff => Peer::default(),
        }
    }
}

/// The rightmost entry: the one the proxy itself wrote. What stands left of it is the caller's own word.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(X_FORWARDED_FOR).iter().next_back()?.to_str().ok()?;
    let entry = last.rsplit(',').next()?.trim_matches([' ', '\t']);
    entry.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    fn client(socket: IpAddr, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_str(value).unwrap());
        }
        let peer = Proxies::new(&[PROXY]).sender(socket).peer(&headers);
        assert_eq!(peer.socket, Some(socket.to_canonical()));
        peer.client.unwrap().to_string()
    }

    #[test]
    fn of_a_trusted_proxy_the_rightmost_entry_counts() {
        assert_eq!(client(PROXY, &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(PROXY, &["203.0.113.1, 192.0.2.7"]), "192.0.2.7");
        assert_eq!(client(PROXY, &["192.0.2.7", "192.0.2.8,\t2001:db8::1 "]), "2001:db8::1");
        assert_eq!(client(PROXY, &["::ffff:192.0.2.7"]), "192.0.2.7");
        let mapped: IpAddr = "::ffff:10.0.0.1".parse().unwrap();
        assert_eq!(client(mapped, &["192.0.2.7"]), "192.0.2.7");
    }

    #[test]
    fn what_is_no_address_leaves_the_sockets() {
        assert_eq!(client(PROXY, &[]), "10.0.0.1");
        for wrong in ["", "192.0.2.7,", "192.0.2.7:80", "[2001:db8::1]", "192.0.2.07", "unknown", "192.0.2.7, x"] {
            assert_eq!(client(PROXY, &[wrong]), "10.0.0.1", "{wrong:?}");
        }
        assert_eq!(client(PROXY, &["192.0.2.7", "x"]), "10.0.0.1");
    }

    #[test]
    fn whoever_is_not_trusted_is_where_it_is() {
        let stranger = IpAddr::from([192, 0, 2, 99]);
        assert_eq!(client(stranger, &["10.0.0.1"]), "192.0.2.99");
        assert_eq!(client(stranger, &["192.0.2.7, 192.0.2.8"]), "192.0.2.99");
    }
}
