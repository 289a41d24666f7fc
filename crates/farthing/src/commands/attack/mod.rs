//! `farthing attack`: attacks on a synthetic town, and what was noticed of them.

mod plot;
mod revoked;
mod sticker_swap;

use crate::failure::Failure;
use crate::output::Output;

/// Play attacks, on a synthetic town or on a server in test mode, and print what was noticed.
#[derive(Debug, clap::Args)]
pub(crate) struct Attack {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    StickerSwap(sticker_swap::StickerSwap),
    Revoked(revoked::Revoked),
}

impl Attack {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::StickerSwap(swap) => swap.run(output),
            Command::Revoked(revoked) => revoked.run(output).await,
        }
    }
}
