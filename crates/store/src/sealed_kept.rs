//! Kept rows on their way to disk and back: JSON, compressed where it is long, encrypted; a dossier as the bytes it is.

use money::PayerId;
use payments::{Blob, DossierRow, Kept};

use crate::fault::Fault;
use crate::keys::SealKey;
use crate::packed;

/// The context a kept row's value is encrypted in, before its kind and id.
const KEPT_VALUE: &[u8] = b"kept.value";

/// The same of one that is compressed.
const KEPT_PACKED: &[u8] = b"kept.value/2";

/// The kind whose value is bytes instead of JSON.
const DOSSIER: &str = "dossier";

/// What a kept row says, and how it is stored.
pub(crate) fn seal(row: &Kept, key: &SealKey) -> Result<Vec<u8>, Fault> {
    let at = row.key();
    // A dossier is bytes already, and there is one for every payer.
    let context = [KEPT_VALUE, at.kind().as_bytes(), at.id()];
    let json = match row {
        Kept::Dossier(row) => return key.seal(&context, &row.bytes.0),
        _ => serde_json::to_vec(row).map_err(|_| Fault::Unwritable("kept row"))?,
    };
    if json.len() < packed::KEPT_FROM {
        return key.seal(&context, &json);
    }
    let [_, kind, id] = context;
    key.seal(&[KEPT_PACKED, kind, id], &packed::kept(&json)?)
}

/// The kept row stored under `kind` and `id`. INVARIANT: it is the one that these columns say.
pub(crate) fn open(kind: &str, id: &[u8], payer: PayerId, value: &[u8], key: &SealKey) -> Result<Kept, Fault> {
    let packed = key.open(&[KEPT_PACKED, kind.as_bytes(), id], value);
    let plain = match packed {
        Some(packed) => packed::kept_json(&packed),
        None => key.open(&[KEPT_VALUE, kind.as_bytes(), id], value),
    };
    let row: Option<Kept> = if kind == DOSSIER {
        plain.map(|plain| Kept::Dossier(DossierRow { payer, bytes: Blob(plain) }))
    } else {
        plain.and_then(|plain| serde_json::from_slice(&plain).ok())
    };
    let is_it = |row: &Kept| row.key().kind() == kind && row.key().id() == id && row.payer() == payer;
    row.filter(is_it).ok_or(Fault::Unreadable("kept row"))
}
