//! The policy packs a server decides under: those that come with the program or those of a folder, and the choice among
//! them. They are read anew when the operator asks; what is broken then never replaces what is good.

use std::path::{Path, PathBuf};

use payments::Packs;
use policy::{Choice, Rulebook, RulebookError};
use rust_embed::RustEmbed;

use crate::failure::{Failure, failed};

/// The packs that come with the program.
#[derive(RustEmbed)]
#[folder = "../../policies"]
struct Shipped;

/// The jurisdiction of the currency that is the default.
const HOME: (money::Currency, &str) = (money::Currency::KRW, "KR");

/// Under which packs a server decides.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct PackArgs {
    /// A folder of policy packs, instead of those that come with the program.
    #[arg(long = "packs", value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Decide under the packs of this jurisdiction, or `none`; KR when absent, where the currency is KRW.
    #[arg(long, value_name = "CODE")]
    jurisdiction: Option<String>,
    /// Decide under these packs by id, and no others; may be repeated.
    #[arg(long = "pack", value_name = "ID")]
    packs: Vec<String>,
    /// Whose terms hold besides law and regulators: the `provider` of a pack, or `none`.
    #[arg(long, value_name = "PROVIDER", default_value = "wallet")]
    terms: String,
    /// A rule or pack that is not sure (grade K) and that somebody here approved: PACK or PACK/RULE; may be repeated.
    #[arg(long = "approve", value_name = "RULE")]
    approvals: Vec<String>,
    /// A reading of a text that can be read in several ways: NAME=VALUE or PACK.NAME=VALUE; may be repeated.
    #[arg(long = "reading", value_name = "NAME=VALUE", value_parser = reading)]
    readings: Vec<(String, String)>,
    /// How long the rise of a payer's own limit waits where no pack says.
    #[arg(long, value_name = "SECONDS", default_value_t = payments::Settings::default().raise_delay_seconds)]
    pub(crate) raise_delay: i64,
}

fn reading(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("`{text}` is not NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Where packs come from, so that they can be read again.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    folder: Option<PathBuf>,
    choice: Choice,
}

impl PackArgs {
    /// What was said, meant for wallets of `currency`.
    pub(crate) fn source(&self, currency: money::Currency) -> Source {
        let said = |word: &str| (word != "none").then(|| word.to_owned());
        let home = || (currency == HOME.0).then(|| HOME.1.to_owned());
        let jurisdiction =
            self.jurisdiction.as_deref().map_or_else(home, |code| said(code).map(|code| code.to_uppercase()));
        let choice = Choice {
            jurisdiction,
            packs: self.packs.clone(),
            provider: said(&self.terms),
            modes: self.readings.iter().cloned().collect(),
            approvals: self.approvals.clone(),
        };
        Source { folder: self.folder.clone(), choice }
    }
}

impl Source {
    /// The packs of the default currency's jurisdiction, and the wallet's terms.
    pub(crate) fn home() -> Self {
        let (jurisdiction, provider) = (Some(HOME.1.to_owned()), Some("wallet".to_owned()));
        Self { folder: None, choice: Choice { jurisdiction, provider, ..Choice::default() } }
    }

    /// Reads them.
    pub(crate) fn read(&self) -> Result<Packs, Failure> {
        if self.choice.jurisdiction.is_none() && self.choice.packs.is_empty() {
            return Ok(Packs::none());
        }
        let files = files(self.folder.as_deref())?;
        let book = Rulebook::choose(&files, self.choice.clone()).map_err(|error| {
            let hint = match &error {
                RulebookError::Packs(_) | RulebookError::Unreadable(_) => "farthing policy schema packs",
                RulebookError::NoPack(_) | RulebookError::NoJurisdiction(_) | RulebookError::NotAsked(_) => {
                    "farthing policy list"
                }
            };
            Failure::new(error.to_string()).hint(hint)
        })?;
        Ok(book.into())
    }
}

/// Pack files with their names: those of `folder` and its `calendars`, else those that come with the program.
pub(crate) fn files(folder: Option<&Path>) -> Result<Vec<(String, String)>, Failure> {
    let Some(folder) = folder else {
        let shipped = Shipped::iter().filter(|name| name.ends_with(".toml") && !name.starts_with("cases/"));
        let text = |name: &str| String::from_utf8(Shipped::get(name)?.data.into_owned()).ok();
        return Ok(shipped.filter_map(|name| Some((name.to_string(), text(&name)?))).collect());
    };
    let mut files = read(folder, "")?;
    if folder.join("calendars").is_dir() {
        files.extend(read(&folder.join("calendars"), "calendars/")?);
    }
    Ok(files)
}

fn read(folder: &Path, before: &str) -> Result<Vec<(String, String)>, Failure> {
    let shown = folder.display();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed(format!("cannot read `{shown}`")))? {
        let path = entry.map_err(failed(format!("cannot read `{shown}`")))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = std::fs::read_to_string(&path).map_err(failed(format!("cannot read `{}`", path.display())))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((format!("{before}{name}"), text));
        }
    }
    files.sort();
    Ok(files)
}
