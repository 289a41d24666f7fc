//! For tests only: scenario text, generators, a naive auditor and software device keys.

pub mod auditor;
pub mod authenticator;
pub mod maker;
pub mod phone;
pub mod scenario;
