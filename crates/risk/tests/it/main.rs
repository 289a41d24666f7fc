//! The engine from outside: nothing of the future reaches a feature; what explains a score adds up to it; rules say where
//! they are wrong; nothing that fails approves.
#![expect(clippy::float_arithmetic, clippy::as_conversions, reason = "scores are statistics, as in the crate itself")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking, as tests do")]

mod bad_input;
mod dossiers;
mod judging;
mod model;
mod past;
mod rules;
mod unseen;
