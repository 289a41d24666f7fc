//! `farthing risk backtest`: what a set of rules would have done, against the set that is live.

use std::path::PathBuf;

use risk::data::{Backtest as Found, Contest, RuleTally, SetTally, backtest};
use risk::settings::RiskSettings;
use server::admin::Candidate;

use super::files::{model_file, rules};
use super::source::Source;
use crate::failure::{Failure, failed};
use crate::output::{Output, grouped, pairs};
use crate::staff::{DataFolder, Staff};

/// Judge a history again under a candidate set of rules: what each rule and the set would have caught, cost and annoyed.
#[derive(Debug, clap::Args)]
pub(crate) struct Backtest {
    #[command(flatten)]
    source: Option<Source>,
    /// Judge the payments of this data folder, served or not, from their records, instead of a file's.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["Source", "live", "model", "lenient"])]
    folder: Option<PathBuf>,
    /// The candidate: a folder of TOML files, or one of them.
    #[arg(long, value_name = "PATH")]
    rules: PathBuf,
    /// The set that is live; the starter set when absent.
    #[arg(long, value_name = "PATH")]
    live: Option<PathBuf>,
    /// The model that scores under both; without it the anomaly alone does.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Skip rows that cannot be understood; they are counted.
    #[arg(long)]
    lenient: bool,
}

impl Backtest {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        match (&self.folder, &self.source) {
            (Some(folder), _) => self.of_folder(folder.clone(), output).await,
            (None, Some(source)) => self.of_file(source, output),
            (None, None) => Err(Failure::new("name a history: --data FILE.csv.gz --schema FILE.toml, or --folder DIR")),
        }
    }

    /// The payments a server has decided.
    async fn of_folder(&self, data: PathBuf, output: &mut Output) -> Result<(), Failure> {
        // Compiled here first, so that what is wrong is said with its place.
        let files = rules(Some(&self.rules))?.files().to_vec();
        output.ticker("judging every recorded payment again …");
        let mut staff = Staff::of(&DataFolder { data, key_command: None }).await?;
        let found: Found = staff.post("/admin/risk/backtest", &Candidate { files }).await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&serde_json::json!({ "backtest": found }));
        }
        output.lines(&written(&found, 0, None));
        Ok(())
    }

    /// The payments of a file.
    fn of_file(&self, source: &Source, output: &mut Output) -> Result<(), Failure> {
        let schema = source.schema()?;
        let candidate = rules(Some(&self.rules))?;
        let live = rules(self.live.as_deref())?;
        let model = self.model.as_deref().map(model_file).transpose()?.map(payments::KnownModel::into_model);
        let contest = Contest::new(live, candidate, model, RiskSettings::default());
        #[expect(clippy::disallowed_methods, reason = "measures the run; no rule or score sees it")]
        let began = std::time::Instant::now();
        let mut progress = |read: u64| output.ticker(&format!("{} payments …", grouped(read)));
        let what = format!("cannot judge `{}`", source.data.display());
        let judged = backtest(source.open()?, &schema, contest, self.lenient, &mut progress);
        let (found, broken) = judged.map_err(failed(what))?;
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX).max(1);
        let a_second = found.payments.saturating_mul(1_000_000) / micros;
        if output.is_json() {
            let shown = serde_json::json!({ "backtest": found, "broken_rows": broken, "payments_a_second": a_second });
            return output.object(&shown);
        }
        output.lines(&written(&found, broken, Some(a_second)));
        Ok(())
    }
}

fn written(found: &Found, broken: u64, a_second: Option<u64>) -> Vec<String> {
    let pace = a_second.map_or_else(String::new, |pace| format!(" ({} a second)", grouped(pace)));
    let mut lines = pairs(&[
        ("payments", format!("{}{pace}", grouped(found.payments))),
        ("frauds, genuine", format!("{}, {}", grouped(found.frauds), grouped(found.genuine))),
        ("judged differently", grouped(found.differ)),
        ("broken rows", grouped(broken)),
    ]);
    lines.push(String::new());
    lines.push(format!("{:<20} {:>14} {:>14}", "", "live", "candidate"));
    type Column = fn(&SetTally) -> i64;
    let rows: [(&str, Column); 8] = [
        ("caught", |set| count(set.caught)),
        ("missed", |set| count(set.missed)),
        ("annoyed", |set| count(set.annoyed)),
        ("asked once more", |set| count(set.stepped_up)),
        ("held", |set| count(set.held)),
        ("refused", |set| count(set.refused)),
        ("friction, minor", |set| set.friction_minor),
        ("still lost, minor", |set| set.loss_minor),
    ];
    for (name, read) in rows {
        lines.push(format!("{name:<20} {:>14} {:>14}", signed(read(&found.live)), signed(read(&found.candidate))));
    }
    lines.push(String::new());
    let heading = ("rule", "hits", "frauds", "only", "genuine", "unread", "live hits");
    lines.push(format!(
        "{:<34} {:>9} {:>8} {:>8} {:>9} {:>9} {:>10}",
        heading.0, heading.1, heading.2, heading.3, heading.4, heading.5, heading.6
    ));
    for (id, rule) in &found.candidate.rules {
        lines.push(row(id, rule, found.live.rules.get(id)));
    }
    let gone = found.live.rules.iter().filter(|(id, _)| !found.candidate.rules.contains_key(*id));
    lines.extend(gone.map(|(id, rule)| format!("{id:<34} gone; live: {} hits, {} frauds", rule.hits, rule.frauds)));
    lines
}

fn row(id: &str, rule: &RuleTally, live: Option<&RuleTally>) -> String {
    let before = live.map_or("new".to_owned(), |live| grouped(live.hits));
    format!(
        "{id:<34} {:>9} {:>8} {:>8} {:>9} {:>9} {before:>10}",
        grouped(rule.hits),
        grouped(rule.frauds),
        grouped(rule.only),
        grouped(rule.genuine),
        grouped(rule.unread),
    )
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn signed(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}
