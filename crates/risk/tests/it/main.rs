//! The engine from outside: nothing of the future reaches a feature; what explains a score adds up to it.

mod model;
mod past;
mod rules;
