//! The `farthing` binary: one clap command a file, under `commands/`.
//!
//! This crate decides nothing: it says what was meant (flags), starts what does the work, and writes what came out.
//! Read [`cli::Command`] first: it is the table of contents.

mod cli;
mod commands;
mod failure;
mod node;
mod output;
mod packs;
mod source;
mod staff;
mod temporary;

/// WHY: a server frees on one thread what another allocated, a dozen times a request. Under load this allocator takes a
/// fifth off the load generator's time and some hundredths off the server's (docs/bench.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::main()
}
