//! Files of payments: what their columns mean, which rows train and which test, and how well the engine does on them.

pub mod backtest;
pub mod evaluate;
mod groups;
mod kept;
pub mod schema;
pub mod table;

pub use backtest::{Backtest, Contest, RuleTally, SetTally};
pub use evaluate::{EvaluateError, Evaluated, Options, Report, backtest, evaluate, extra_columns, features_of};
pub use schema::{Protocol, Schema, SchemaError};
