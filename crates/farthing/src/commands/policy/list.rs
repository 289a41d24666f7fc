//! `farthing policy list` and `show`.

use policy::{Library, Pack};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, table};

/// List the packs.
#[derive(Debug, clap::Args)]
pub(crate) struct List {}

/// Show the rules of one pack.
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// The pack, as `ID` or `ID@VERSION`.
    pack: String,
    /// Only what holds on this day, or at this moment (RFC 3339).
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    version: &'a str,
    title: &'a str,
    jurisdiction: &'a str,
    layer: policy::Layer,
    status: policy::Status,
    from: Option<String>,
    to: Option<String>,
    grade: policy::Grade,
    rules: usize,
    digest: String,
}

#[derive(Serialize)]
struct Row<'a> {
    rule: &'a str,
    say: &'a str,
    citation: Option<&'a policy::Citation>,
    grade: policy::Grade,
    from: Option<String>,
    to: Option<String>,
}

fn line(pack: &Pack) -> Line<'_> {
    Line {
        id: &pack.id,
        version: &pack.version,
        title: &pack.title,
        jurisdiction: &pack.jurisdiction,
        layer: pack.layer,
        status: pack.status,
        from: pack.effective.from.map(|from| from.to_string()),
        to: pack.effective.to.map(|to| to.to_string()),
        grade: pack.grade,
        rules: pack.rules.len(),
        digest: pack.digest.to_string(),
    }
}

impl List {
    pub(crate) fn run(self, library: &Library, output: &mut Output) -> Result<(), Failure> {
        if output.is_json() {
            return library.packs().iter().try_for_each(|pack| output.object(&line(pack)));
        }
        let rows: Vec<Vec<String>> = library
            .packs()
            .iter()
            .map(line)
            .map(|line| {
                let from = line.from.unwrap_or_else(|| "not started".to_owned());
                vec![line.id.to_owned(), line.version.to_owned(), from, line.rules.to_string(), line.title.to_owned()]
            })
            .collect();
        output.lines(&table(&["pack", "version", "from", "rules", "what it is"], &rows, &[3]));
        Ok(())
    }
}

impl Show {
    pub(crate) fn run(self, library: &Library, output: &mut Output) -> Result<(), Failure> {
        let versions = || library.packs().iter().filter(|pack| pack.id == self.pack);
        let missing = || Failure::new(format!("there is no pack `{}`", self.pack)).hint("farthing policy list");
        let named = library.find(&self.pack).ok_or_else(missing)?;
        let Some(at) = &self.at else { return show(named, None, output) };
        let moment = |pack: &Pack| moment(at, pack);
        for pack in versions() {
            if pack.is_in_force(moment(pack)?) {
                return show(pack, Some(moment(pack)?), output);
            }
        }
        if self.pack.contains('@') && named.is_in_force(moment(named)?) {
            return show(named, Some(moment(named)?), output);
        }
        Err(Failure::new(format!("no version of `{}` is in force at {at}", self.pack)).hint("farthing policy list"))
    }
}

/// `text` as a moment: a day is its beginning by the clock of `pack`.
fn moment(text: &str, pack: &Pack) -> Result<money::Instant, Failure> {
    let wrong = || Failure::new(format!("--at: `{text}` is no date such as 2026-07-01 and no RFC 3339 moment"));
    pack.zone.read(text).ok_or_else(wrong)
}

fn show(pack: &Pack, at: Option<money::Instant>, output: &mut Output) -> Result<(), Failure> {
    if let Some(at) = at.filter(|_| !output.is_json()) {
        output.line(&format!("{}@{} at {}", pack.id, pack.version, pack.zone.show(at)));
    }
    for rule in pack.rules.iter().filter(|rule| at.is_none_or(|at| rule.is_live(pack, at))) {
        let row = Row {
            rule: &rule.id,
            say: &rule.say,
            citation: pack.citations.get(&rule.citation),
            grade: rule.grade,
            from: rule.period.from.map(|from| from.to_string()),
            to: rule.period.to.map(|to| to.to_string()),
        };
        if output.is_json() {
            output.object(&row)?;
        } else {
            let article =
                row.citation.map(|citation| format!("{} {}", citation.law, citation.article)).unwrap_or_default();
            output.line(&format!("  {} — {} ({article}, {:?})", row.rule, row.say, row.grade));
        }
    }
    Ok(())
}
