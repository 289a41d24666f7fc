//! The server's half of every proof: what a caller sends is verified here into values nobody can forge.
//!
//! This crate decides whether a request was made by the device, merchant or key it claims, for this address, this
//! minute and these bytes. It never decides about money, never reads a clock, never draws a random number and never
//! remembers: whether a proof was used before is for the store, by [`ProofUse`]. Read [`Verifier`] first; the order
//! of its checks and what a refusal may say stand in `docs/proofs.md`.

mod verifier;

mod pairwise;
mod proof;
mod refresh;
mod token;

mod nonce;

mod body;
mod error;
mod signed;

pub mod api_key;
pub mod attestation;
pub mod http_signature;
pub mod pin;
mod signature;

pub use api_key::{ApiKey, ApiKeyError, MerchantPermit};
pub use body::body_reason;
pub use error::ProofError;
pub use http_signature::{MerchantSigned, Presented, SignatureError, SignedRequest};
pub use pairwise::Pairwise;
pub use pin::{HashError, Pepper, PinHash, PinProof, PinTry};
pub use refresh::Refresh;
pub use signature::{SignatureRefused, verify_ed25519, verify_es256};
pub use signed::{Apart, Caller, Enrolling, Possession, ProofUse, Signed, SignedPayment};
pub use token::TokenGrant;
pub use verifier::{DeviceRequest, Verifier, VerifierKeys};
