//! `farthing policy`: packs listed, shown, and asked.

mod decide;
mod diff;
mod list;

use std::path::PathBuf;

use policy::Library;
use rust_embed::RustEmbed;

use crate::failure::{Failure, failed};
use crate::output::Output;

/// The packs that come with the program.
#[derive(RustEmbed)]
#[folder = "../../policies"]
struct Shipped;

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
    Backtest(diff::Try),
    Schema(diff::Schema),
}

impl Policy {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let library = library(self.policies)?;
        match self.command {
            Command::List(list) => list.run(&library, output),
            Command::Show(show) => show.run(&library, output),
            Command::Decide(decide) => decide.run(&library, output),
            Command::Diff(diff) => diff.run(&library, output),
            Command::Backtest(test) => test.run(&library, output),
            Command::Schema(schema) => schema.run(output),
        }
    }
}

fn library(folder: Option<PathBuf>) -> Result<Library, Failure> {
    let files = match folder {
        None => Shipped::iter()
            .filter(|name| name.ends_with(".toml") && !name.starts_with("cases/"))
            .filter_map(|name| {
                Some((format!("policies/{name}"), String::from_utf8(Shipped::get(&name)?.data.into_owned()).ok()?))
            })
            .collect(),
        Some(folder) => {
            let mut files = read(&folder)?;
            if folder.join("calendars").is_dir() {
                files.extend(read(&folder.join("calendars"))?);
            }
            files
        }
    };
    Library::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
        .map_err(|errors| Failure::new(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n       ")))
}

fn read(folder: &std::path::Path) -> Result<Vec<(String, String)>, Failure> {
    let shown = folder.display();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(format!("cannot read `{shown}`")))? {
        let path = entry.map_err(failed(format!("cannot read `{shown}`")))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(failed(format!("cannot read `{}`", path.display())))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}
