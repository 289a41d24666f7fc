//! `farthing policy backtest`: what a candidate pack would have changed.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use money::{Instant, Secret};
use policy::{Backtest, Library, Moved, Pack, Request};
use server::admin::{PolicyTrial, PolicyTried};

use super::diff::read;
use crate::failure::{Failure, failed};
use crate::output::{FAINT, Output, grouped, table};
use crate::staff::{DataFolder, Staff};

/// Say what a candidate pack would have changed: about the payments a server has decided, or about those of a file.
#[derive(Debug, clap::Args)]
pub(crate) struct Try {
    /// The candidate: a pack file.
    candidate: PathBuf,
    /// The payments: JSON objects as `farthing policy decide` reads them, one after the other.
    #[arg(required_unless_present = "data", conflicts_with = "data")]
    payments: Option<PathBuf>,
    /// The payments of this data folder, served or not, each with everything its decision had read.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The payments of this PostgreSQL, where no node serves the data folder, which holds the key.
    #[arg(long, value_name = "URL", env = "FARTHING_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// A command whose standard output is the key-encryption key, instead of the file DIR/kek.
    #[arg(long, value_name = "COMMAND", requires = "data")]
    key_command: Option<String>,
}

impl Try {
    pub(crate) async fn run(self, library: &Library, output: &mut Output) -> Result<(), Failure> {
        let file = self.candidate.display().to_string();
        let text = read(&self.candidate)?;
        // Read here first, so that what is wrong is said before anything is opened.
        let candidate = Pack::read(&file, &text).map_err(|error| Failure::new(error.to_string()))?;
        let report = match (&self.payments, &self.data) {
            (Some(payments), _) => of_file(library, candidate, payments, output)?,
            (None, Some(data)) => {
                let keys = self.key_command.clone();
                let staff = self.staff(&DataFolder { data: data.clone(), key_command: keys }).await?;
                of_store(staff, (file, text), output).await?
            }
            (None, None) => return Err(Failure::new("name payments: a file, or --data DIR")),
        };
        shown(&report, output)
    }

    /// The way to the data folder, or to its database.
    async fn staff(&self, folder: &DataFolder) -> Result<Staff, Failure> {
        match &self.database_url {
            None => Staff::of(folder).await,
            Some(url) => Staff::of_database(&Secret::new(url.clone()), folder).await,
        }
    }
}

/// The payments of a file, one by one as they are read.
fn of_file(library: &Library, candidate: Pack, path: &Path, output: &mut Output) -> Result<Backtest, Failure> {
    let trying = library.trying(candidate);
    let source = path.display().to_string();
    let file = std::fs::File::open(path).map_err(failed(format!("cannot read `{source}`")))?;
    let size = file.metadata().map_or(0, |about| about.len());
    let mut values = serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter::<serde_json::Value>();
    let mut report = Backtest::default();
    while let Some(value) = values.next() {
        let number = report.payments.saturating_add(1);
        let wrong = |what: String| Failure::new(format!("{source}, payment {number}: {what}"));
        let value = value.map_err(|error| wrong(error.to_string()))?;
        let request = Request::from_value(&value).map_err(|error| wrong(error.to_string()))?;
        report.add(library, &trying, &request).map_err(wrong)?;
        if number.is_multiple_of(TOLD_EVERY) {
            let read = u64::try_from(values.byte_offset()).unwrap_or(u64::MAX);
            output.ticker(&bar(read, size, &report));
        }
    }
    Ok(report)
}

/// How many payments of a file pass between two words about them.
const TOLD_EVERY: u64 = 500;

/// The payments of a store, page by page: what is held at once is one page and the report.
async fn of_store(mut staff: Staff, candidate: (String, String), output: &mut Output) -> Result<Backtest, Failure> {
    let mut report = Backtest::default();
    let mut trial = PolicyTrial { candidate, after: None };
    let mut began: Option<Instant> = None;
    loop {
        let page: PolicyTried = match staff.post("/admin/policy/backtest", &trial).await {
            Ok(page) => page,
            Err(failure) => {
                staff.close().await?;
                return Err(failure);
            }
        };
        report.merge(page.report);
        let Some((first, last)) = page.looked_at else { break };
        let began = *began.get_or_insert(first);
        let part = |from: Instant, to: Instant| to.millis_since(from).max(0).unsigned_abs();
        output.ticker(&bar(part(began, last.0), part(began, page.now), &report));
        trial.after = Some(last);
    }
    staff.close().await?;
    Ok(report)
}

/// Columns of the bar.
const BAR: usize = 24;

/// How far it is, by bytes or by the time that the payments span, and what was found so far.
fn bar(done: u64, whole: u64, report: &Backtest) -> String {
    let share = |parts: u64| done.saturating_mul(parts).checked_div(whole.max(1)).unwrap_or(0).min(parts);
    let full = usize::try_from(share(24)).unwrap_or(0);
    format!(
        "{}{} {:>3} %  {} payments, {} otherwise",
        "█".repeat(full),
        "░".repeat(BAR.saturating_sub(full)),
        share(100),
        grouped(report.payments),
        grouped(report.changed)
    )
}

fn shown(report: &Backtest, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        return output.object(report);
    }
    output.line(&format!(
        "{} of {} payments would come out otherwise",
        grouped(report.changed),
        grouped(report.payments)
    ));
    if report.skipped > 0 {
        let skipped = grouped(report.skipped);
        output.line(&format!("{FAINT}{skipped} more never came to these packs, or are of an older program{FAINT:#}"));
    }
    let groups = [
        ("outcome", &report.outcomes),
        ("amount", &report.amounts),
        ("age", &report.ages),
        ("category", &report.categories),
        ("rule", &report.rules),
    ];
    for (heading, moved) in groups.iter().filter(|(_, moved)| !moved.is_empty()) {
        let rows: Vec<Vec<String>> = moved.iter().map(row).collect();
        output.lines(&table(&[heading, "before", "after", "payments", "worth"], &rows, &[3]));
    }
    Ok(())
}

fn row(moved: &Moved) -> Vec<String> {
    let worth = moved.worth.iter().map(|(currency, minor)| money::Amount::new(*minor, *currency).to_string());
    vec![
        moved.group.clone(),
        format!("{:?}", moved.before),
        format!("{:?}", moved.after),
        grouped(moved.count),
        worth.collect::<Vec<_>>().join(", "),
    ]
}
