//! The `farthing` binary: one clap command a file, under `commands/`.
//!
//! This crate decides nothing: it says what was meant (flags), starts what does the work, and writes what came out.
//! Read [`cli::Command`] first: it is the table of contents.

mod cli;
mod commands;
mod failure;
mod node;
mod output;
mod source;
mod staff;
mod temporary;

fn main() -> std::process::ExitCode {
    cli::main()
}
