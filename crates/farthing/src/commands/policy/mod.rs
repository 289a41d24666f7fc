//! `farthing policy`: packs listed, shown, and asked.

mod backtest;
mod decide;
mod diff;
mod list;

use std::path::{Path, PathBuf};

use policy::Library;

use crate::failure::Failure;
use crate::output::Output;
use crate::packs;

/// Look at policy packs, and ask them.
#[derive(Debug, clap::Args)]
pub(crate) struct Policy {
    /// A folder of packs, instead of those that come with the program.
    #[arg(long, value_name = "DIR", global = true)]
    policies: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::List),
    Show(list::Show),
    Decide(decide::Decide),
    Diff(diff::Diff),
    Backtest(backtest::Try),
    Schema(diff::Schema),
}

impl Policy {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let library = library(self.policies)?;
        match self.command {
            Command::List(list) => list.run(&library, output),
            Command::Show(show) => show.run(&library, output),
            Command::Decide(decide) => decide.run(&library, output),
            Command::Diff(diff) => diff.run(&library, output),
            Command::Backtest(test) => test.run(&library, output).await,
            Command::Schema(schema) => schema.run(output),
        }
    }
}

fn library(folder: Option<PathBuf>) -> Result<Library, Failure> {
    let place = folder.as_deref().unwrap_or_else(|| Path::new("policies")).to_owned();
    let files = packs::files(folder.as_deref())?;
    let named: Vec<(String, String)> =
        files.into_iter().map(|(name, text)| (place.join(name).display().to_string(), text)).collect();
    Library::read(named.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map_err(|errors| Failure::new(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n       ")))
}
