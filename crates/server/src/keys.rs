//! The keys of dynamic codes on disk: an offline root, the online key, and the set the root signed.
//!
//! On the first start all three are made. The root belongs offline: move `offline-root.key` away, and bring it back
//! only to [`rotate`].

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{Instant, Secret};
use protocol::{limits as wire, sha256};
use qr::{KeySet, KeySetBody, PublishedKey, TrustedKeys};
use serde::{Deserialize, Serialize};

use crate::signer::signature;
use crate::{CodeSigner, SignerError, limits};

/// The offline root's file.
pub const ROOT_FILE: &str = "offline-root.key";
/// The published set's file.
pub const SET_FILE: &str = "code-keys.json";

const ROOT_WARNING: &str = "\
# Farthing's offline root. Whoever has it can vouch for any payment code.
# Move this file to a place without a network, and bring it back only to rotate keys.
";
const ONLINE_WARNING: &str = "# Farthing's online key: signs dynamic payment codes.\n";
const DAY_SECONDS: i64 = 24 * 3_600;

/// Why keys cannot be made, read or changed.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file cannot be read or written.
    #[error("cannot use `{path}`")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is not what this module writes.
    #[error("`{0}` is not a key file of this server")]
    Unreadable(PathBuf),
    /// The root is another one than the one clients have pinned.
    #[error("this is not the root that signed the present key set")]
    OtherRoot,
    /// The key that signs now cannot be withdrawn.
    #[error("`{0}` is the key that signs now; rotate it first")]
    OnlineKey(String),
    /// The keys do not belong together.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// No randomness.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The clock cannot be right.
    #[error("the present moment is beyond what a key set can say")]
    Clock,
}

#[derive(Serialize, Deserialize)]
struct Published {
    kid: String,
    set: KeySet,
}

/// The signer of `dir`: loaded where there is one, made with a new root otherwise.
///
/// # Errors
/// [`KeysError`].
pub fn load_or_create(dir: &Path, now: Instant) -> Result<CodeSigner, KeysError> {
    if dir.join(SET_FILE).exists() { load(dir) } else { create(dir, now) }
}

/// The signer of `dir`, which must have been made before.
///
/// # Errors
/// [`KeysError`].
pub fn load(dir: &Path) -> Result<CodeSigner, KeysError> {
    let published = read_set(dir)?;
    let seed = read_seed(&online_file(dir, &published.kid))?;
    Ok(CodeSigner::new(&seed, published.kid, published.set)?)
}

/// Makes a root, an online key and a set with sequence 1. The set is written last: without it nothing counts.
///
/// # Errors
/// [`KeysError`]. A root that is already there is kept.
pub fn create(dir: &Path, now: Instant) -> Result<CodeSigner, KeysError> {
    fs::create_dir_all(dir).map_err(|source| KeysError::File { path: dir.to_owned(), source })?;
    let root_path = dir.join(ROOT_FILE);
    if !root_path.exists() {
        write_seed(&root_path, ROOT_WARNING, &Secret::new(store::entropy::random()?))?;
    }
    let root = read_seed(&root_path)?;
    replace(dir, &root, 1, Kept::default(), now)
}

/// The root's seed in a key file.
///
/// # Errors
/// [`KeysError`] when it cannot be read.
pub fn read_root(path: &Path) -> Result<Secret<[u8; 32]>, KeysError> {
    read_seed(path)
}

/// A new online key, vouched for by the same root; the old one stays in the set, so that codes already shown stay good.
///
/// # Errors
/// [`KeysError::OtherRoot`] when `root` is not the one clients have pinned.
pub fn rotate(dir: &Path, root: &Secret<[u8; 32]>, now: Instant) -> Result<CodeSigner, KeysError> {
    let present = read_set(dir)?.set.set;
    if sha256(&public_key(root)?) != present.root {
        return Err(KeysError::OtherRoot);
    }
    let until = now.checked_add_seconds(1).ok_or(KeysError::Clock)?;
    let kept = present
        .keys
        .into_iter()
        .filter(|key| key.not_before < until)
        .map(|key| PublishedKey { not_after: key.not_after.min(until), ..key });
    let oldest = now.checked_add_seconds(-limits::KEY_SET_DAYS.saturating_mul(DAY_SECONDS)).ok_or(KeysError::Clock)?;
    let mut kept: Vec<_> = kept.filter(|key| key.not_after > oldest).collect();
    let excess = kept.len().saturating_sub(qr::limits::KEYS_MAX.saturating_sub(1));
    kept.drain(..excess);
    let kept = Kept { keys: kept, revoked_keys: present.revoked_keys, revoked_serials: present.revoked_serials };
    replace(dir, root, present.sequence.saturating_add(1), kept, now)
}

/// Withdraws keys and stickers, and dates the set anew: also with nothing to withdraw, so that readers without a
/// network may rely on it for another week. Keys and expiry stay as they are.
///
/// # Errors
/// [`KeysError::OtherRoot`] when `root` is not the one clients have pinned, [`KeysError::OnlineKey`] when the key
/// that signs now would be withdrawn, [`SignerError::Set`] when there is more than a set may hold.
pub fn revoke(
    dir: &Path,
    root: &Secret<[u8; 32]>,
    kids: &[String],
    serials: &[String],
    now: Instant,
) -> Result<KeySet, KeysError> {
    let Published { kid, set } = read_set(dir)?;
    let root_x = public_key(root)?;
    if sha256(&root_x) != set.set.root {
        return Err(KeysError::OtherRoot);
    }
    if kids.contains(&kid) {
        return Err(KeysError::OnlineKey(kid));
    }
    let mut body = set.set;
    for (list, new) in [(&mut body.revoked_keys, kids), (&mut body.revoked_serials, serials)] {
        list.extend_from_slice(new);
        list.sort_unstable();
        list.dedup();
    }
    body.issued_at = now;
    body.sequence = body.sequence.saturating_add(1);
    let pair = pair(root)?;
    let set = qr::sign_key_set(body, root_x, |message| signature(&pair, message));
    TrustedKeys::check(&set, &set.set.root, None, now).map_err(SignerError::Set)?;
    write_set(dir, kid, set.clone())?;
    Ok(set)
}

/// What a new set takes over from the old one.
#[derive(Default)]
struct Kept {
    keys: Vec<PublishedKey>,
    revoked_keys: Vec<String>,
    revoked_serials: Vec<String>,
}

/// A new online key and a set that names it beside `kept`.
fn replace(
    dir: &Path,
    root: &Secret<[u8; 32]>,
    sequence: u64,
    kept: Kept,
    now: Instant,
) -> Result<CodeSigner, KeysError> {
    let seed = Secret::new(store::entropy::random()?);
    let at = |seconds| now.checked_add_seconds(seconds).ok_or(KeysError::Clock);
    let expires_at = at(limits::KEY_SET_DAYS.saturating_mul(DAY_SECONDS))?;
    let kid = format!("k{sequence}");
    let key = PublishedKey {
        kid: kid.clone(),
        // WHY: intents made before the rotation are signed anew whenever they are shown.
        not_before: at(wire::INTENT_LIFE_SECONDS_MAX.saturating_neg())?,
        not_after: expires_at,
        x: URL_SAFE_NO_PAD.encode(public_key(&seed)?),
    };
    let Kept { mut keys, revoked_keys, revoked_serials } = kept;
    keys.push(key);
    let root_x = public_key(root)?;
    let body =
        KeySetBody { expires_at, issued_at: now, keys, revoked_keys, revoked_serials, root: sha256(&root_x), sequence };
    let pair = pair(root)?;
    let set = qr::sign_key_set(body, root_x, |message| signature(&pair, message));
    let signer = CodeSigner::new(&seed, kid.clone(), set.clone())?;
    write_seed(&online_file(dir, &kid), ONLINE_WARNING, &seed)?;
    write_set(dir, kid, set)?;
    Ok(signer)
}

fn write_set(dir: &Path, kid: String, set: KeySet) -> Result<(), KeysError> {
    let path = dir.join(SET_FILE);
    let text = serde_json::to_vec_pretty(&Published { kid, set }).map_err(|_| KeysError::Unreadable(path.clone()))?;
    write_file(&path, &text)
}

/// One file a key, so that a rotation cut short leaves the old key and set as they were.
fn online_file(dir: &Path, kid: &str) -> PathBuf {
    dir.join(format!("code-{kid}.key"))
}

fn pair(seed: &Secret<[u8; 32]>) -> Result<Ed25519KeyPair, KeysError> {
    Ed25519KeyPair::from_seed_unchecked(seed.dangerous_reveal()).map_err(|_| SignerError::Seed.into())
}

/// The public key of an Ed25519 seed.
fn public_key(seed: &Secret<[u8; 32]>) -> Result<[u8; 32], KeysError> {
    pair(seed)?.public_key().as_ref().try_into().map_err(|_| SignerError::Seed.into())
}

fn read_set(dir: &Path) -> Result<Published, KeysError> {
    let path = dir.join(SET_FILE);
    let text = fs::read(&path).map_err(|source| KeysError::File { path: path.clone(), source })?;
    serde_json::from_slice(&text).map_err(|_| KeysError::Unreadable(path))
}

fn read_seed(path: &Path) -> Result<Secret<[u8; 32]>, KeysError> {
    let text = fs::read_to_string(path).map_err(|source| KeysError::File { path: path.to_owned(), source })?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let bytes = line.and_then(|line| URL_SAFE_NO_PAD.decode(line).ok()).and_then(|bytes| bytes.try_into().ok());
    bytes.map(Secret::new).ok_or_else(|| KeysError::Unreadable(path.to_owned()))
}

fn write_seed(path: &Path, warning: &str, seed: &Secret<[u8; 32]>) -> Result<(), KeysError> {
    let text = format!("{warning}{}\n", URL_SAFE_NO_PAD.encode(seed.dangerous_reveal()));
    write_file(path, text.as_bytes())
}

/// Written beside, synced and renamed: a reader sees the old file or the new one, never a part.
fn write_file(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    let beside = path.with_extension("new");
    let write = || {
        if beside.exists() {
            fs::remove_file(&beside)?;
        }
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), |dir| fs::File::open(dir)?.sync_all())
    };
    write().map_err(|source| KeysError::File { path: path.to_owned(), source })
}
