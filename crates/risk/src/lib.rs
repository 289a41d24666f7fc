//! What is known of how somebody pays, and what it says about a payment: profiles, features, anomaly, a model.
//!
//! This crate decides how unlike its payer a payment is and how likely it is fraud. It must never read a clock, draw a
//! random number, touch money or approve for want of data. One function, [`feature::features`], serves the live
//! decision, training, backtest and re-execution, so that they cannot differ. Read [`feature::Feature`] first.
#![allow(
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "scores are statistics: this is the one crate where numbers are measured, not counted; no sum of money leaves it"
)]

pub mod anomaly;
pub mod assess;
pub mod breaker;
pub mod data;
pub mod dossier;
pub mod event;
pub mod explain;
pub mod feature;
pub mod limits;
pub mod memory;
pub mod metric;
pub mod model;
pub mod number;
pub mod peers;
pub mod plot;
pub mod profile;
pub mod rule;
pub mod settings;
pub mod tell;
