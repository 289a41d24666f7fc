//! [`Command`]: what can be asked of this program, and how a command is run.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands;
use crate::failure::{Failure, failed};
use crate::output::Output;

/// Secure mobile micropayments, self-hosted.
///
/// `farthing demo` starts everything with a synthetic town and says what to try.
#[derive(Debug, Parser)]
#[command(name = "farthing", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// Answer with JSON on stdout: one object, or one object a line where there are many.
    #[arg(long, global = true)]
    json: bool,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one, for the life of the program")]
enum Command {
    Serve(commands::serve::Serve),
    Demo(commands::demo::Demo),
    Phone(commands::phone::Phone),
    Bench(commands::bench::Bench),
    Attack(commands::attack::Attack),
    Ledger(commands::ledger::Ledger),
    Audit(commands::audit::Audit),
    Qr(commands::qr::Qr),
    Policy(commands::policy::Policy),
    Risk(commands::risk::Risk),
    Admin(commands::admin::Admin),
    Openapi(commands::openapi::Openapi),
    #[command(hide = true)]
    CliDoc(commands::cli_doc::CliDoc),
}

/// Reads the command line, runs the command, and turns a failure into one sentence and an exit code.
pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut output = Output::new(cli.json);
    match run(cli.command, &mut output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(failure.exit())
        }
    }
}

fn run(command: Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Serve(serve) => runtime(None)?.block_on(serve.run(output)),
        Command::Demo(demo) => runtime(None)?.block_on(demo.run(output)),
        Command::Phone(phone) => runtime(Some(1))?.block_on(phone.run(output)),
        Command::Bench(bench) => runtime(Some(2))?.block_on(bench.run(output)),
        Command::Attack(attack) => runtime(Some(2))?.block_on(attack.run(output)),
        Command::Ledger(ledger) => runtime(Some(1))?.block_on(ledger.run(output)),
        Command::Audit(audit) => runtime(Some(1))?.block_on(audit.run(output)),
        Command::Qr(qr) => runtime(Some(1))?.block_on(qr.run(output)),
        Command::Policy(policy) => runtime(Some(1))?.block_on(policy.run(output)),
        Command::Admin(admin) => runtime(Some(1))?.block_on(admin.run(output)),
        Command::Risk(risk) => runtime(Some(1))?.block_on(risk.run(output)),
        Command::Openapi(openapi) => openapi.run(output),
        Command::CliDoc(doc) => {
            doc.run(output);
            Ok(())
        }
    }
}

/// A runtime with so many worker threads; as many as there are cores when `None`.
fn runtime(workers: Option<usize>) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    if let Some(workers) = workers {
        builder.worker_threads(workers);
    }
    builder.enable_all().build().map_err(failed("cannot start"))
}
