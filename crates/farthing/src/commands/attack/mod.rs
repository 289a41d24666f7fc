//! `farthing attack`: attacks on a synthetic town, and what was noticed of them.

mod plot;
mod sticker_swap;

use crate::failure::Failure;
use crate::output::Output;

/// Play attacks on a synthetic town and print what was noticed; nothing real is touched.
#[derive(Debug, clap::Args)]
pub(crate) struct Attack {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    StickerSwap(sticker_swap::StickerSwap),
}

impl Attack {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        match self.command {
            Command::StickerSwap(swap) => swap.run(output),
        }
    }
}
