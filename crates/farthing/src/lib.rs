//! The binary: one clap command a file.
