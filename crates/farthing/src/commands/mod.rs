//! One command a file.

pub(crate) mod admin;
pub(crate) mod attack;
pub(crate) mod audit;
pub(crate) mod bench;
pub(crate) mod cli_doc;
mod code;
pub(crate) mod demo;
pub(crate) mod ledger;
pub(crate) mod merchant_key;
pub(crate) mod openapi;
pub(crate) mod phone;
pub(crate) mod policy;
mod privacy;
pub(crate) mod qr;
pub(crate) mod risk;
pub(crate) mod serve;
