//! `farthing risk evaluate`: a file of payments through the online engine, trained and measured by a named protocol.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use risk::data::schema::Range;
use risk::data::{Options, Protocol, Report, Schema, evaluate};

use crate::failure::{Failure, failed};
use crate::output::{Output, grouped, pairs};

/// Run a file of payments through the engine in time order: train on one range, score another, print the figures.
#[derive(Debug, clap::Args)]
pub(crate) struct Evaluate {
    /// Payments in time order, as gzipped CSV with a header.
    #[arg(long, value_name = "FILE.csv.gz")]
    data: PathBuf,
    /// What the columns mean, and the protocols.
    #[arg(long, value_name = "FILE.toml")]
    schema: PathBuf,
    /// Which rows train and which are scored.
    #[arg(long, value_name = "NAME")]
    protocol: String,
    /// Skip rows that cannot be understood; they are counted and the first of them named.
    #[arg(long)]
    lenient: bool,
}

impl Evaluate {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let shown = self.schema.display();
        let text = std::fs::read_to_string(&self.schema).map_err(failed(format!("cannot read `{shown}`")))?;
        let schema = Schema::parse(&text).map_err(failed(format!("cannot use `{shown}`")))?;
        let protocol = schema.protocol(&self.protocol).map_err(failed(format!("cannot use `{shown}`")))?;
        let rows = if needs_count(protocol) { Some(self.count()?) } else { None };
        let row_file = self.row_file(protocol)?;
        let file = self.open()?;
        #[expect(clippy::disallowed_methods, reason = "measures the run; no rule or score sees it")]
        let began = std::time::Instant::now();
        let stopwatch = move || began.elapsed().as_secs_f64();
        let mut progress = |rows: u64| output.ticker(&format!("{} rows …", grouped(rows)));
        let options = Options { lenient: self.lenient, rows, row_file, progress: &mut progress, stopwatch: &stopwatch };
        let what = format!("cannot evaluate `{}`", self.data.display());
        let report = evaluate(file, &schema, protocol, options).map_err(failed(what))?;
        if output.is_json() {
            output.object(&report)?;
        } else {
            output.lines(&written(&report));
        }
        Ok(())
    }

    fn open(&self) -> Result<flate2::read::MultiGzDecoder<BufReader<File>>, Failure> {
        let file = File::open(&self.data).map_err(failed(format!("cannot read `{}`", self.data.display())))?;
        Ok(flate2::read::MultiGzDecoder::new(BufReader::new(file)))
    }

    fn count(&self) -> Result<u64, Failure> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(self.open()?);
        let mut record = csv::ByteRecord::new();
        let mut rows = 0;
        let what = || failed(format!("cannot read `{}`", self.data.display()));
        while reader.read_byte_record(&mut record).map_err(what())? {
            rows += 1;
        }
        Ok(rows)
    }

    /// The row numbers of the protocol's row file, which lies beside the data or beside the schema.
    fn row_file(&self, protocol: &Protocol) -> Result<Option<HashSet<u64>>, Failure> {
        let named = protocol.folds.iter().find_map(|fold| match &fold.test {
            Range::RowFile(name) => Some(name),
            _ => None,
        });
        let Some(name) = named else { return Ok(None) };
        let beside = |path: &Path| path.with_file_name(name);
        let (by_data, by_schema) = (beside(&self.data), beside(&self.schema));
        let path = if !by_data.exists() && by_schema.exists() { &by_schema } else { &by_data };
        let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
        let numbers = text.lines().filter(|line| !line.trim().is_empty()).enumerate().map(|(index, line)| {
            let number = line.trim().parse::<u64>();
            number.map_err(|_| {
                Failure::new(format!("`{}` line {}: `{line}` is no row number", path.display(), index + 1))
            })
        });
        numbers.collect::<Result<HashSet<u64>, Failure>>().map(Some)
    }
}

fn needs_count(protocol: &Protocol) -> bool {
    let fraction = |range: &Range| matches!(range, Range::Fraction(_));
    protocol.folds.iter().any(|fold| fraction(&fold.train) || fraction(&fold.test))
}

fn written(report: &Report) -> Vec<String> {
    let figure = |value: f64| format!("{value:.4}");
    let mut lines = pairs(&[
        ("AUC", figure(report.auc)),
        ("average precision", figure(report.average_precision)),
        ("card precision@100", figure(report.card_precision_at_100)),
        ("recall at 0.1 % false alarms", figure(report.recall_at_0_1pct)),
        ("recall at 0.5 % false alarms", figure(report.recall_at_0_5pct)),
        ("recall at 1 % false alarms", figure(report.recall_at_1pct)),
        ("average precision, raw columns", figure(report.raw_average_precision)),
        ("average precision, no labels", figure(report.anomaly_average_precision)),
        ("trained on", format!("{} rows, {} frauds", grouped(report.train_rows), grouped(report.train_frauds))),
        ("scored", format!("{} rows, {} frauds", grouped(report.test_rows), grouped(report.test_frauds))),
        ("training", format!("{:.1} s", report.train_seconds)),
        ("features and score, a row", format!("{:.1} µs", report.score_us)),
        ("broken rows", grouped(report.broken_rows)),
    ]);
    lines.extend(report.broken.iter().map(|broken| format!("  · {broken}")));
    lines
}
