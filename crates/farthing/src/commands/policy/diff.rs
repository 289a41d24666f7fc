//! `farthing policy diff` and `schema`.

use std::path::Path;

use policy::{Library, Pack, Way};

use crate::failure::{Failure, failed};
use crate::output::{BAD, GOOD, Output, WARN};

/// Say what a new version of a pack tightens and loosens.
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// The old version: a file, or `ID@VERSION`.
    old: String,
    /// The new version: a file, or `ID@VERSION`.
    new: String,
}

/// Print the JSON Schema of a pack file or of a question.
#[derive(Debug, clap::Args)]
pub(crate) struct Schema {
    /// Of what.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Of {
    /// A pack file.
    Packs,
    /// What `decide` reads.
    Request,
}

impl Schema {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let schema = match self.of {
            Of::Packs => policy::schema::packs(),
            Of::Request => policy::schema::request(),
        };
        output.line(&serde_json::to_string_pretty(&schema).map_err(failed("cannot write the schema"))?);
        Ok(())
    }
}

pub(super) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))
}

fn pack(name: &str, library: &Library) -> Result<Pack, Failure> {
    if let Some(pack) = library.find(name) {
        return Ok(pack.clone());
    }
    if !Path::new(name).is_file() {
        let missing = Failure::new(format!("`{name}` is neither a file nor a pack"));
        return Err(missing.hint("farthing policy list"));
    }
    Pack::read(name, &read(Path::new(name))?).map_err(|error| Failure::new(error.to_string()))
}

impl Diff {
    pub(crate) fn run(self, library: &Library, output: &mut Output) -> Result<(), Failure> {
        let (old, new) = (pack(&self.old, library)?, pack(&self.new, library)?);
        if old.id != new.id {
            let what = format!("`{}` and `{}` are not versions of one pack", old.id, new.id);
            return Err(Failure::new(what));
        }
        let changes = policy::diff(&old, &new);
        if output.is_json() {
            return changes.iter().try_for_each(|change| output.object(change));
        }
        output.line(&format!("{} {} → {}", old.id, old.version, new.version));
        for change in &changes {
            let (style, way) = match change.way {
                Way::Tightens => (GOOD, "tightens"),
                Way::Loosens => (BAD, "loosens"),
                Way::Unclear => (WARN, "look"),
            };
            let rule = if change.rule.is_empty() { "(pack)" } else { &change.rule };
            let numbers = match (change.before.as_str(), change.after.as_str()) {
                ("", after) => after.to_owned(),
                (before, "") => before.to_owned(),
                (before, after) => format!("{before} → {after}"),
            };
            output.line(&format!("  {style}{way}{style:#} {rule}: {} {numbers}", change.what));
        }
        let count = |way| changes.iter().filter(|change| change.way == way).count();
        let (tightens, loosens, look) = (count(Way::Tightens), count(Way::Loosens), count(Way::Unclear));
        output.line(&format!("{tightens} tighten, {loosens} loosen, {look} to look at"));
        Ok(())
    }
}
