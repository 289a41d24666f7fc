//! `farthing risk`: what the risk engine does with a file of payments.

mod evaluate;

use crate::failure::Failure;
use crate::output::Output;

/// Train, measure and question the risk engine.
#[derive(Debug, clap::Args)]
pub(crate) struct Risk {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Evaluate(evaluate::Evaluate),
}

impl Risk {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::Evaluate(evaluate) => evaluate.run(output),
        }
    }
}
