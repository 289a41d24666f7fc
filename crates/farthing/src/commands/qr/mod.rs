//! `farthing qr`: codes, looked at and made.

mod check;
mod drawing;
mod inspect;
mod make;
pub(crate) mod picture;
mod sheet;
mod sticker;

use crate::failure::Failure;
use crate::output::Output;

/// Look at payment codes, and make them.
#[derive(Debug, clap::Args)]
pub(crate) struct Qr {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Inspect(inspect::Inspect),
    #[command(subcommand)]
    Make(make::Make),
}

impl Qr {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::Inspect(inspect) => inspect.run(output).await,
            Command::Make(make) => make.run(output).await,
        }
    }
}
