//! Every limit of this crate, in one place.

/// The most legs one transfer may have, and the most accounts (payer included) one hold may name.
pub const MAX_LEGS: usize = 64;
