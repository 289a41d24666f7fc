//! Files of payments: what their columns mean, which rows train and which test, and how well the engine does on them.

pub mod evaluate;
pub mod schema;
pub mod table;

pub use evaluate::{EvaluateError, Options, Report, evaluate};
pub use schema::{Protocol, Schema, SchemaError};
