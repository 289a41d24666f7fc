//! Refresh tokens: which session, and how many times it was refreshed, under the server's HMAC. Nothing secret is stored:
//! the session's row knows the one generation that is still good.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use money::{DeviceId, PayerId, SessionId};

/// Apart from every access token's label, so that neither is ever taken for the other.
const LABEL: &[u8; 18] = b"farthing refresh 1";
const CLAIMS_LEN: usize = 52;
const TEXT_LEN: usize = 112;

/// A genuine refresh token. Whether its generation is still the session's is for the decision.
///
/// Not `Clone`, not `Deserialize`; made only by [`crate::Verifier::refresh`].
#[derive(Debug)]
pub struct Refresh {
    session: SessionId,
    generation: u32,
}

impl Refresh {
    /// Of which session.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// After how many refreshes.
    #[must_use]
    pub const fn generation(&self) -> u32 {
        self.generation
    }
}

/// Whose refresh token.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub(crate) payer: PayerId,
    pub(crate) device: DeviceId,
}

pub(crate) fn mint(key: &hmac::Key, owner: Owner, session: SessionId, generation: u32) -> String {
    let message = message(owner, session, generation);
    let (_, claims) = message.split_at(LABEL.len());
    URL_SAFE_NO_PAD.encode([claims, hmac::sign(key, &message).as_ref()].concat())
}

/// Reads a token, checks its MAC and that it is this owner's; `None` says nothing about why.
pub(crate) fn open(key: &hmac::Key, text: &str, owner: Owner) -> Option<Refresh> {
    if text.len() != TEXT_LEN {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (claims, tag) = bytes.split_at_checked(CLAIMS_LEN)?;
    hmac::verify(key, &[LABEL, claims].concat(), tag).ok()?;
    let (payer, rest) = claims.split_first_chunk::<16>()?;
    let (device, rest) = rest.split_first_chunk::<16>()?;
    let (session, rest) = rest.split_first_chunk::<16>()?;
    let generation = u32::from_be_bytes(rest.try_into().ok()?);
    let is_theirs = payer == owner.payer.as_bytes() && device == owner.device.as_bytes();
    is_theirs.then(|| Refresh { session: SessionId::from_bytes(*session), generation })
}

fn message(owner: Owner, session: SessionId, generation: u32) -> Vec<u8> {
    let parts: [&[u8]; 5] =
        [LABEL, owner.payer.as_bytes(), owner.device.as_bytes(), session.as_bytes(), &generation.to_be_bytes()];
    parts.concat()
}
