//! `farthing risk evaluate`: a file of payments through the online engine, trained and measured by a named protocol.

use std::path::{Path, PathBuf};

use risk::data::{Evaluated, Report};
use risk::plot;

use super::source::{Source, model};
use crate::failure::{Failure, failed};
use crate::output::{Output, grouped, pairs};

/// Run a file of payments through the engine in time order: train on one range, score another, print the figures.
#[derive(Debug, clap::Args)]
pub(crate) struct Evaluate {
    #[command(flatten)]
    source: Source,
    /// Which rows train and which are scored.
    #[arg(long, value_name = "NAME")]
    protocol: String,
    /// Score with a kept model instead of training one, also one trained on another file of the same columns.
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Write the precision-recall and the reliability curve there, as SVG.
    #[arg(long, value_name = "DIR")]
    svg: Option<PathBuf>,
    /// Skip rows that cannot be understood; they are counted and the first of them named.
    #[arg(long)]
    lenient: bool,
}

impl Evaluate {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let kept = match &self.model {
            Some(path) => Some(model(path, &self.source.schema()?)?),
            None => None,
        };
        let evaluated = self.source.run(&self.protocol, kept, self.lenient, output)?;
        if let Some(folder) = &self.svg {
            draw(folder, &evaluated)?;
        }
        if output.is_json() {
            output.object(&evaluated.report)?;
        } else {
            output.lines(&written(&evaluated.report));
        }
        Ok(())
    }
}

fn draw(folder: &Path, evaluated: &Evaluated) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(failed(format!("cannot make `{}`", folder.display())))?;
    let scored = &evaluated.scored;
    let curves =
        [("precision-recall.svg", plot::precision_recall(scored)), ("reliability.svg", plot::reliability(scored))];
    for (name, svg) in curves {
        let path = folder.join(name);
        std::fs::write(&path, svg).map_err(failed(format!("cannot write `{}`", path.display())))?;
    }
    Ok(())
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
