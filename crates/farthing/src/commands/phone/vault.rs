//! [`KeyFile`]: the device key on disk. It is a software key and says so: whoever reads the file, and knows the
//! passphrase where there is one, has the key. A real phone's keystore never gives it out.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::pbkdf2;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use device::SoftwareKey;
use money::{DeviceId, PayerId, Secret};
use serde::{Deserialize, Serialize};
use store::entropy;

use crate::failure::{Failure, failed};

/// Rounds of PBKDF2-HMAC-SHA256 for a new file.
const ROUNDS: u32 = 600_000;
/// Rounds a file may ask for: fewer are too weak, more only waste time.
const ROUNDS_ALLOWED: std::ops::RangeInclusive<u32> = 100_000..=10_000_000;
/// Characters of the shortest passphrase worth the name.
const PASSPHRASE_CHARS_MIN: usize = 8;
/// What a sealed key belongs to, first.
const LABEL: &[u8] = b"farthing phone key 1";

/// Where the passphrase comes from: a file, so that it stands in no process list.
#[derive(Debug, clap::Args)]
pub(super) struct Passphrase {
    /// A file whose first line seals the key; without one the key lies open in its folder.
    #[arg(long, value_name = "FILE", env = "FARTHING_PHONE_PASSPHRASE_FILE", global = true)]
    passphrase_file: Option<PathBuf>,
}

/// A device key on disk.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum KeyFile {
    /// Open: base64url of the seed.
    Software { seed: String },
    /// Sealed by a passphrase: AES-256-GCM under PBKDF2-HMAC-SHA256, bound to payer and device.
    SealedSoftware { rounds: u32, salt: String, nonce: String, sealed: String },
}

impl Passphrase {
    pub(super) fn read(&self) -> Result<Option<Secret<String>>, Failure> {
        let Some(path) = &self.passphrase_file else { return Ok(None) };
        let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
        let line = text.lines().next().unwrap_or_default();
        if line.chars().count() < PASSPHRASE_CHARS_MIN {
            let short =
                format!("the passphrase in `{}` is shorter than {PASSPHRASE_CHARS_MIN} characters", path.display());
            return Err(Failure::new(short));
        }
        Ok(Some(Secret::new(line.to_owned())))
    }
}

impl KeyFile {
    /// A fresh key of a new phone.
    pub(super) fn new(owner: (PayerId, DeviceId), passphrase: Option<&Secret<String>>) -> Result<Self, Failure> {
        let chance = || failed("cannot make a key");
        let seed: [u8; 32] = entropy::random().map_err(chance())?;
        let Some(passphrase) = passphrase else { return Ok(Self::Software { seed: URL_SAFE_NO_PAD.encode(seed) }) };
        let salt: [u8; 16] = entropy::random().map_err(chance())?;
        let nonce: [u8; NONCE_LEN] = entropy::random().map_err(chance())?;
        let mut sealed = seed.to_vec();
        let key = stretched(passphrase, &salt, ROUNDS)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to(owner)), &mut sealed)
            .map_err(|_| Failure::new("the key cannot be sealed"))?;
        Ok(Self::SealedSoftware {
            rounds: ROUNDS,
            salt: URL_SAFE_NO_PAD.encode(salt),
            nonce: URL_SAFE_NO_PAD.encode(nonce),
            sealed: URL_SAFE_NO_PAD.encode(sealed),
        })
    }

    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let text = std::fs::read(path).map_err(failed("cannot read the phone's key"))?;
        serde_json::from_slice(&text).map_err(failed(format!("cannot read `{}`", path.display())))
    }

    /// Whether a passphrase is needed.
    pub(super) const fn is_sealed(&self) -> bool {
        matches!(self, Self::SealedSoftware { .. })
    }

    /// The key, ready to sign.
    pub(super) fn open(
        &self,
        owner: (PayerId, DeviceId),
        passphrase: Option<&Secret<String>>,
    ) -> Result<SoftwareKey, Failure> {
        let unreadable = || Failure::new("the phone's key cannot be read");
        let seed = match self {
            Self::Software { seed } => URL_SAFE_NO_PAD.decode(seed).map_err(|_| unreadable())?,
            Self::SealedSoftware { rounds, salt, nonce, sealed } => {
                let passphrase = passphrase.ok_or_else(|| {
                    Failure::new("the phone's key is sealed by a passphrase").hint("--passphrase-file FILE")
                })?;
                if !ROUNDS_ALLOWED.contains(rounds) {
                    return Err(unreadable());
                }
                let salt = URL_SAFE_NO_PAD.decode(salt).map_err(|_| unreadable())?;
                let nonce = URL_SAFE_NO_PAD.decode(nonce).ok().and_then(|nonce| nonce.try_into().ok());
                let nonce = Nonce::assume_unique_for_key(nonce.ok_or_else(unreadable)?);
                let mut sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| unreadable())?;
                let key = stretched(passphrase, &salt, *rounds)?;
                let opened = key.open_in_place(nonce, Aad::from(bound_to(owner)), &mut sealed);
                let wrong = |_| Failure::negative("wrong passphrase, or the key file belongs to another phone");
                opened.map_err(wrong)?.to_vec()
            }
        };
        let seed = seed.try_into().map_err(|_| unreadable())?;
        SoftwareKey::from_seed(seed).map_err(failed("the phone's key cannot be used"))
    }
}

fn stretched(passphrase: &Secret<String>, salt: &[u8], rounds: u32) -> Result<LessSafeKey, Failure> {
    let unusable = || Failure::new("the passphrase cannot be used");
    let rounds = NonZeroU32::new(rounds).ok_or_else(unusable)?;
    let mut key = [0_u8; 32];
    let secret = passphrase.dangerous_reveal().as_bytes();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, secret, &mut key);
    UnboundKey::new(&AES_256_GCM, &key).map(LessSafeKey::new).map_err(|_| unusable())
}

/// WHY: so that a sealed key put into another phone's folder opens nothing there.
fn bound_to((payer, device): (PayerId, DeviceId)) -> Vec<u8> {
    [LABEL, payer.as_bytes(), device.as_bytes()].concat()
}
