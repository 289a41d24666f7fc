//! [`Config`]: what the operator says, once; nothing below reads flags or the environment.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use money::Secret;

use crate::packs::PackReader;
use crate::signing::SignerReader;
use crate::{CodeSigner, PasskeyConfig};

/// Everything a server is started with.
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin clients reach this server at, e.g. `https://pay.example`, without a trailing slash.
    /// `http://{address}` when absent.
    pub public_origin: Option<String>,
    /// Proxies in front of this server: of their callers, `X-Forwarded-For` tells the address. Nobody else is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where staff call, e.g. `DIR/admin.sock`; nowhere when absent.
    pub admin_socket: Option<PathBuf>,
    /// The key that signs dynamic codes, and the published set that vouches for it.
    pub signing: CodeSigner,
    /// How the keys of dynamic codes are read anew; `None`: those the server was started with stay.
    pub signer_reader: Option<SignerReader>,
    /// For access tokens; the same on every node.
    pub token_key: Secret<[u8; 32]>,
    /// For nonces; the same on every node.
    pub nonce_key: Secret<[u8; 32]>,
    /// Where passkeys are good.
    pub passkeys: PasskeyConfig,
    /// Whether wallets are told that play money can be had.
    pub test_mode: bool,
    /// How the operator's policy packs are read anew; `None`: those the store was opened with stay.
    pub pack_reader: Option<PackReader>,
    /// Networks from which any number of wallets may be opened: an office, a load generator.
    pub sign_up_exempt: Vec<payments::Network>,
    /// How often each client may call.
    pub rate: RateLimits,
    /// Whether the web UI is served.
    pub web: bool,
}

/// So many calls a second, and so many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls a second, in the long run.
    pub per_second: NonZeroU32,
    /// Calls at once.
    pub burst: NonZeroU32,
}

impl Rate {
    /// `per_second` in the long run, `burst` at once; nought counts as one.
    #[must_use]
    pub fn new(per_second: u32, burst: u32) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self { per_second: at_least_one(per_second), burst: at_least_one(burst) }
    }
}

/// How often each kind of client may call; `None` is without bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// One device key.
    pub device: Option<Rate>,
    /// One merchant.
    pub merchant: Option<Rate>,
    /// One address (IPv6: one /64) of callers that have not proven themselves.
    pub address: Option<Rate>,
    /// One address again, for what is verified before a caller has proven itself: generous, since many share one.
    pub checks: Option<Rate>,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            device: Some(Rate::new(20, 100)),
            merchant: Some(Rate::new(200, 1_000)),
            address: Some(Rate::new(50, 500)),
            checks: Some(Rate::new(1_000, 5_000)),
        }
    }
}

impl RateLimits {
    /// No bounds at all: for benchmarks.
    #[must_use]
    pub const fn unlimited() -> Self {
        Self { device: None, merchant: None, address: None, checks: None }
    }
}
