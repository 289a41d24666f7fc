//! Files of payments: what their columns mean, which rows train and which test, and how well the engine does on them.


pub mod schema;

pub use schema::{Protocol, Schema, SchemaError};
