//! The phone's half, without IO: keys, proofs and codes, as an app embeds them.
