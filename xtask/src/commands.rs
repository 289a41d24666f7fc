//! One file a command.

pub(crate) mod codegen;
pub(crate) mod demo;
pub(crate) mod fuzz_long;
pub(crate) mod test;
pub(crate) mod tidy;
