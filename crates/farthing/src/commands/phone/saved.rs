//! [`Saved`]: what the handset keeps between two runs: its key, its token, and the root it has pinned.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use device::Phone as Device;
use money::{DeviceId, Digest, Instant, PayerId, Secret};
use protocol::{PayBody, SessionKind, Text, TokenView, limits};
use qr::{KeySet, TrustedKeys};
use serde::{Deserialize, Serialize};
use simulator::http::Connection;
use simulator::{Handset, HandsetError};
use store::{Clock, SystemClock, entropy};

use super::Line;
use super::vault::KeyFile;
use crate::failure::{Failure, failed};
use crate::output::Output;
use crate::source::Machine;

const FILE: &str = "phone.json";
const KEY_FILE: &str = "key.json";
/// A key that the server may know already, or not yet.
const NEXT_KEY_FILE: &str = "key.next.json";
const LOCK: &str = "lock";

/// A phone's folder, held for one command: two at once would use one refresh token twice, which ends the session.
pub(super) struct Folder {
    path: PathBuf,
    _lock: File,
}

/// A phone's state, but for its key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Saved {
    pub(super) url: String,
    pub(super) payer: PayerId,
    pub(super) device: DeviceId,
    pub(super) device_name: Text<{ limits::NAME_CHARS_MAX }>,
    /// Whose machine this is.
    #[serde(default)]
    pub(super) kind: SessionKind,
    /// Whether the wallet was seen to know this device; until then it waits to be let in.
    pub(super) bound: bool,
    /// SHA-256 of the server's root key, pinned at enrolment.
    root: Option<Digest>,
    keys: Option<KeySet>,
    pub(super) token: Option<TokenView>,
    /// Whether the shared device was logged out of: nothing of it is to be kept.
    #[serde(skip)]
    pub(super) is_over: bool,
    nonce: Option<String>,
    /// An approval that waits for one more check.
    #[serde(default)]
    pub(super) pending: Option<Pending>,
}

/// What `pay` signed and the server wants one more check for: the same bytes are sent again.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pending {
    pub(super) body: PayBody,
}

impl Folder {
    /// Opens the folder of a phone, making it for a new one, and waits until no other command uses it.
    pub(super) fn open(path: &Path, make: bool, output: &mut Output) -> Result<Self, Failure> {
        if !make && !path.join(FILE).exists() {
            let failure = Failure::new(format!("`{}` holds no phone", path.display()));
            return Err(failure.hint("farthing phone enrol --url URL --name NAME"));
        }
        let tried = || failed(format!("cannot use `{}`", path.display()));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(tried())?;
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path.join(LOCK));
        let lock = lock.map_err(tried())?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                output.note("another command is using this phone; waiting for it");
                lock.lock().map_err(tried())?;
            }
            Err(TryLockError::Error(error)) => return Err(tried()(error)),
        }
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub(super) fn holds_a_phone(&self) -> bool {
        self.path.join(FILE).exists()
    }

    pub(super) fn key(&self) -> Result<KeyFile, Failure> {
        KeyFile::read(&self.path.join(KEY_FILE))
    }

    pub(super) fn write_key(&self, key: &KeyFile) -> Result<(), Failure> {
        self.write(KEY_FILE, key)
    }

    /// The key of a rotation that was not finished.
    pub(super) fn next_key(&self) -> Result<Option<KeyFile>, Failure> {
        let path = self.path.join(NEXT_KEY_FILE);
        if path.exists() { KeyFile::read(&path).map(Some) } else { Ok(None) }
    }

    pub(super) fn write_next_key(&self, key: &KeyFile) -> Result<(), Failure> {
        self.write(NEXT_KEY_FILE, key)
    }

    /// The next key takes the present one's place.
    pub(super) fn adopt_next_key(&self) -> Result<(), Failure> {
        let moved = fs::rename(self.path.join(NEXT_KEY_FILE), self.path.join(KEY_FILE));
        moved.map_err(failed(format!("cannot change the key in `{}`", self.path.display())))
    }

    pub(super) fn read(&self) -> Result<Saved, Failure> {
        let path = self.path.join(FILE);
        let text = fs::read(&path).map_err(failed("cannot read the phone's state"))?;
        serde_json::from_slice(&text).map_err(failed(format!("cannot read `{}`", path.display())))
    }

    pub(super) fn write_state(&self, saved: &Saved) -> Result<(), Failure> {
        self.write(FILE, saved)
    }

    /// Removes key and state: nothing of this phone is left here.
    pub(super) fn forget(&self) -> Result<(), Failure> {
        for name in [NEXT_KEY_FILE, KEY_FILE, FILE] {
            let path = self.path.join(name);
            if name == NEXT_KEY_FILE && !path.exists() {
                continue;
            }
            fs::remove_file(&path).map_err(failed(format!("cannot remove `{}`", path.display())))?;
        }
        Ok(())
    }

    /// Written beside and renamed, mode 0600 in a folder of mode 0700.
    fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(value).map_err(failed("cannot write the phone's state"))?;
        let beside = self.path.join("new");
        let write = || -> std::io::Result<()> {
            if beside.exists() {
                fs::remove_file(&beside)?;
            }
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&beside, self.path.join(name))
        };
        write().map_err(failed(format!("cannot write the phone's state in `{}`", self.path.display())))
    }
}

impl Saved {
    /// A new phone: of a new wallet, or joining one that is there.
    pub(super) fn new(
        url: String,
        device_name: Text<{ limits::NAME_CHARS_MAX }>,
        joins: Option<PayerId>,
        kind: SessionKind,
    ) -> Result<Self, Failure> {
        let chance = || failed("cannot make a phone");
        let now = SystemClock.now();
        let payer = match joins {
            Some(payer) => payer,
            None => PayerId::new(now, entropy::random().map_err(chance())?),
        };
        let device = DeviceId::new(now, entropy::random().map_err(chance())?);
        let (root, keys, token, nonce) = (None, None, None, None);
        let (bound, is_over, pending) = (false, false, None);
        Ok(Self { url, payer, device, device_name, kind, bound, root, keys, token, is_over, nonce, pending })
    }

    /// The phone with its line, its token and the last nonce.
    pub(super) fn handset(&self, key: &KeyFile, passphrase: Option<&Secret<String>>) -> Result<Line, Failure> {
        let key = key.open((self.payer, self.device), passphrase)?;
        let mut phone = Device::new(key, self.url.as_str(), self.payer, self.device);
        if !self.kind.is_own() {
            phone = phone.shared();
        }
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

    /// Renews the access token when it ends soon, or in any case.
    ///
    /// WHY the state is written before: a refresh token works once. If this process dies before it hears the answer, the
    /// next one must open a session anew, and not send the old token a second time.
    pub(super) async fn renew(&mut self, line: &mut Line, always: bool, folder: &Folder) -> Result<(), Renewal> {
        let now = line.now().map_err(Renewal::Line)?;
        if !always && !line.phone().needs_token(now) {
            return Ok(());
        }
        if self.token.take().is_some() {
            folder.write_state(self).map_err(Renewal::Folder)?;
        }
        self.token = Some(line.renew_token().await.map_err(Renewal::Line)?);
        self.bound = true;
        self.keep(line);
        folder.write_state(self).map_err(Renewal::Folder)
    }

    /// Whether no root is pinned yet.
    pub(super) const fn is_unpinned(&self) -> bool {
        self.root.is_none()
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

/// Why there is no new token.
pub(super) enum Renewal {
    /// The server or the way to it.
    Line(HandsetError),
    /// The folder.
    Folder(Failure),
}
