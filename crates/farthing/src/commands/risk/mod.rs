//! `farthing risk`: what the risk engine does with a file of payments, and what staff ask and say about a server's.

mod backtest;
mod evaluate;
mod explain;
pub(crate) mod files;
mod source;
mod staff;
mod town;
mod train;

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
    Backtest(backtest::Backtest),
    Evaluate(evaluate::Evaluate),
    Explain(explain::Explain),
    FalseAlarms(staff::FalseAlarmReport),
    Label(staff::LabelPayment),
    Snooze(staff::SnoozeRule),
    Status(staff::RiskStanding),
    Town(town::TownFile),
    Train(train::Train),
}

impl Risk {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::Backtest(backtest) => backtest.run(output).await,
            Command::Evaluate(evaluate) => evaluate.run(output),
            Command::Explain(explain) => explain.run(output).await,
            Command::FalseAlarms(report) => report.run(output).await,
            Command::Label(label) => label.run(output).await,
            Command::Snooze(snooze) => snooze.run(output).await,
            Command::Status(status) => status.run(output).await,
            Command::Town(town) => town.run(output),
            Command::Train(train) => train.run(output),
        }
    }
}
