//! The HTTP API and its workers: extract, permit, submit, render.
//!
//! This crate decides who is calling and how an answer looks; it never decides about money: every handler builds one
//! [`payments::Command`] from verified parts and submits it to the [`store::Store`]. Read [`start`] first, then
//! `http/payments.rs`, which is the main path, then `http/error.rs`, the one place where a reason becomes a status.

mod config;
pub mod limits;

mod app;
mod extract;
mod http;
mod render;

mod export;
mod generations;
mod key_uses;
mod live;
mod metrics;
mod names;
mod packs;
mod passkeys;
mod rate;
mod replay;
mod serve;
mod workers;

pub mod admin;
pub mod keys;
mod openapi;
mod signer;
mod signing;

pub use config::{Config, Rate, RateLimits};
pub use credentials::attestation::Roots;
pub use http::reasons_markdown;
pub use openapi::openapi;
pub use packs::{PackReader, PacksInForce, ReloadError};
pub use passkeys::PasskeyConfig;
pub use serve::{Running, StartError, start};
pub use signer::{CodeSigner, SignerError};
pub use signing::{SignerReader, SigningError};
pub use store::{Erased, RetentionReport};
