//! [`Shown`]: terms that were checked and put before the payer. Only these can be paid.

use money::{Digest, Instant};
use protocol::{FundingKind, FundingPath, QuoteCore, Scan, Via};

/// Terms the payer has before their eyes.
///
/// INVARIANT: made only by [`check_shown`], [`check_link`], [`check_sticker`](crate::check_sticker) and
/// [`Shown::from_link`], so that what is signed is what was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    core: QuoteCore,
    quote: Digest,
    funding: FundingKind,
    via: Via,
    shown_at: Instant,
}

/// Why terms must not be shown for approval.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// The code is not genuine, not ours, or too old.
    #[error(transparent)]
    Code(#[from] qr::CodeError),
    /// A genuine code, but of another intent than the terms.
    #[error("code belongs to another payment request")]
    OtherIntent,
    /// A genuine code of this intent, but not of these terms.
    #[error("terms are not the ones the code was signed for")]
    OtherTerms,
    /// More than one payment by this sticker may be, or not above zero.
    #[error("sticker does not allow this amount")]
    Amount,
    /// Too late to pay.
    #[error("payment request has expired")]
    Expired,
    /// None of the accepted ways of paying is one this phone has.
    #[error("no accepted way of paying")]
    Funding,
}

/// Checks a scanned code against the terms fetched for it: signature and age of the code, then that intent, digest,
/// payee and amount of the terms are the ones it was signed for. The digest covers every other term.
///
/// # Errors
/// [`ShowError`]: nothing may be signed.
pub fn check_shown(payload: &str, core: QuoteCore, keys: &qr::TrustedKeys, now: Instant) -> Result<Shown, ShowError> {
    let verified = qr::verify(payload, keys, now)?;
    signed_for(verified.code(), &core)?;
    Shown::new(core, Via::Code { payload: payload.to_owned(), scan: None }, now)
}

/// The same for a signed checkout link ([`qr::verify_link`]): nothing of it is taken from the page it opens.
///
/// # Errors
/// [`ShowError`]: nothing may be signed.
pub fn check_link(link: &str, core: QuoteCore, keys: &qr::TrustedKeys, now: Instant) -> Result<Shown, ShowError> {
    let verified = qr::verify_link(link, keys, now)?;
    signed_for(verified.code(), &core)?;
    Shown::new(core, Via::Link {}, now)
}

/// Whether these terms are the ones that were signed. The digest covers all of them; the others are told apart first.
fn signed_for(code: &qr::DynamicCode, core: &QuoteCore) -> Result<(), ShowError> {
    if code.intent != core.intent {
        return Err(ShowError::OtherIntent);
    }
    let same = code.quote == core.digest() && code.payee == core.payee.id && code.amount == core.amount;
    if same { Ok(()) } else { Err(ShowError::OtherTerms) }
}

impl Shown {
    /// Terms of a checkout link: fetched from this payer's own server over TLS, without a code to hold them against.
    ///
    /// # Errors
    /// [`ShowError::Expired`] or [`ShowError::Funding`].
    pub fn from_link(core: QuoteCore, now: Instant) -> Result<Self, ShowError> {
        Self::new(core, Via::Link {}, now)
    }

    pub(crate) fn new(core: QuoteCore, via: Via, now: Instant) -> Result<Self, ShowError> {
        if now >= core.expires_at {
            return Err(ShowError::Expired);
        }
        let funding = core.funding(FundingKind::Wallet).ok_or(ShowError::Funding)?.kind;
        Ok(Self { quote: core.digest(), core, funding, via, shown_at: now })
    }

    /// The same, with where the code was scanned: only for a payer who has agreed to that. A link was scanned nowhere.
    #[must_use]
    pub fn scanned(mut self, at: Scan) -> Self {
        if let Via::Code { scan, .. } = &mut self.via {
            *scan = Some(at);
        }
        self
    }

    /// The terms.
    #[must_use]
    pub const fn core(&self) -> &QuoteCore {
        &self.core
    }

    /// Their digest: what is signed.
    #[must_use]
    pub const fn quote(&self) -> Digest {
        self.quote
    }

    /// Out of what will be paid.
    #[must_use]
    pub const fn funding(&self) -> FundingKind {
        self.funding
    }

    /// What that costs and the way the money takes.
    #[must_use]
    pub fn path(&self) -> Option<&FundingPath> {
        self.core.funding(self.funding)
    }

    /// How the payer came to it.
    #[must_use]
    pub const fn via(&self) -> &Via {
        &self.via
    }

    /// When it was shown, by the phone's clock.
    #[must_use]
    pub const fn shown_at(&self) -> Instant {
        self.shown_at
    }
}
