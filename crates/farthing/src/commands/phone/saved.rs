//! [`Saved`]: what the handset keeps between two runs: its key, its token, and the root it has pinned.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use device::{Phone as Device, SoftwareKey};
use money::{DeviceId, Digest, Instant, PayerId};
use protocol::TokenView;
use qr::{KeySet, TrustedKeys};
use serde::{Deserialize, Serialize};
use simulator::http::Connection;
use simulator::{Handset, HandsetError};
use store::{Clock, SystemClock, entropy};

use super::Line;
use crate::failure::{Failure, failed};
use crate::source::Machine;

const FILE: &str = "phone.json";

/// A phone's state.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    pub(super) url: String,
    pub(super) payer: PayerId,
    pub(super) device: DeviceId,
    /// Base64url of the seed of the device key. A real phone's keystore would never give it out.
    key_seed: String,
    /// SHA-256 of the server's root key, pinned at enrolment.
    root: Option<Digest>,
    keys: Option<KeySet>,
    pub(super) token: Option<TokenView>,
    nonce: Option<String>,
}

impl Saved {
    /// A new phone with a fresh key.
    pub(super) fn new(url: String) -> Result<Self, Failure> {
        let chance = || failed("cannot make a phone");
        let now = SystemClock.now();
        let seed: [u8; 32] = entropy::random().map_err(chance())?;
        Ok(Self {
            url,
            payer: PayerId::new(now, entropy::random().map_err(chance())?),
            device: DeviceId::new(now, entropy::random().map_err(chance())?),
            key_seed: URL_SAFE_NO_PAD.encode(seed),
            root: None,
            keys: None,
            token: None,
            nonce: None,
        })
    }

    pub(super) fn exists(state: &Path) -> bool {
        state.join(FILE).exists()
    }

    pub(super) fn read(state: &Path) -> Result<Self, Failure> {
        let path = state.join(FILE);
        if !path.exists() {
            let failure = Failure::new(format!("`{}` holds no phone", state.display()));
            return Err(failure.hint("farthing phone enrol --url URL --name NAME"));
        }
        let text = std::fs::read(&path).map_err(failed("cannot read the phone's state"))?;
        serde_json::from_slice(&text).map_err(failed(format!("cannot read `{}`", path.display())))
    }

    /// Written beside and renamed, mode 0600 in a folder of mode 0700.
    pub(super) fn write(&self, state: &Path) -> Result<(), Failure> {
        let tried = || failed(format!("cannot write the phone's state in `{}`", state.display()));
        let text = serde_json::to_vec_pretty(self).map_err(failed("cannot write the phone's state"))?;
        let beside: PathBuf = state.join("phone.new");
        let write = || -> std::io::Result<()> {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(state)?;
            if beside.exists() {
                std::fs::remove_file(&beside)?;
            }
            let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::rename(&beside, state.join(FILE))
        };
        write().map_err(tried())
    }

    /// The device key.
    pub(super) fn key(&self) -> Result<SoftwareKey, Failure> {
        let seed = URL_SAFE_NO_PAD.decode(&self.key_seed).ok().and_then(|seed| seed.try_into().ok());
        let seed = seed.ok_or_else(|| Failure::new("the phone's key cannot be read"))?;
        SoftwareKey::from_seed(seed).map_err(failed("the phone's key cannot be used"))
    }

    /// The phone with its line, its token and the last nonce.
    pub(super) fn handset(&self) -> Result<Line, Failure> {
        let mut phone = Device::new(self.key()?, self.url.as_str(), self.payer, self.device);
        if let Some(token) = &self.token {
            phone.accept_token(token);
        }
        phone.hear(200, self.nonce.as_deref());
        let connection = Connection::to(&self.url).map_err(failed("cannot call the server"))?;
        Ok(Handset::new(phone, connection, Machine))
    }

    /// Takes note of what the line has learnt.
    pub(super) fn keep(&mut self, line: &Line) {
        if let Some(nonce) = line.last_nonce() {
            self.nonce = Some(nonce.to_owned());
        }
    }

    /// Renews the access token when it ends soon.
    pub(super) async fn token(&mut self, line: &mut Line) -> Result<(), HandsetError> {
        if let Some(token) = line.ensure_token().await? {
            self.token = Some(token);
        }
        Ok(())
    }

    /// Pins the root of a server's keys: trust on first use, and never another one after that.
    pub(super) fn pin(&mut self, set: KeySet) -> Result<(), Failure> {
        let root = set.set.root;
        TrustedKeys::check(&set, &root, None, SystemClock.now()).map_err(failed("the server's keys do not hold"))?;
        (self.root, self.keys) = (Some(root), Some(set));
        Ok(())
    }

    /// The pinned keys, if they still hold.
    pub(super) fn trusted(&self, now: Instant) -> Result<TrustedKeys, Failure> {
        let (Some(root), Some(keys)) = (&self.root, &self.keys) else {
            return Err(Failure::new("no keys are pinned"));
        };
        TrustedKeys::check(keys, root, None, now).map_err(failed("the pinned keys do not hold"))
    }

    /// Takes a newer set of the pinned root; an older one, or another root's, is refused.
    pub(super) fn renew_keys(&mut self, set: KeySet, now: Instant) -> Result<(), Failure> {
        let last = self.keys.as_ref().map(|keys| keys.set.sequence);
        let root = self.root.unwrap_or(set.set.root);
        TrustedKeys::check(&set, &root, last, now).map_err(failed("the server's keys do not hold"))?;
        self.keys = Some(set);
        Ok(())
    }
}
