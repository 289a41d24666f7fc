//! `farthing risk train`: a model from the training rows of a protocol, kept as one file.

use std::path::PathBuf;

use risk::model::file::Origin;

use super::source::Source;
use crate::failure::{Failure, failed};
use crate::output::{Output, grouped, pairs};

/// Train a model on a protocol's training rows and keep it, with what it is worth on the test rows.
#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    #[command(flatten)]
    source: Source,
    /// Which rows train and which are scored; of several folds the last is kept.
    #[arg(long, value_name = "NAME")]
    protocol: String,
    /// Where the model goes; an existing file is replaced.
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Skip rows that cannot be understood; they are counted and the first of them named.
    #[arg(long)]
    lenient: bool,
}

impl Train {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let evaluated = self.source.run(&self.protocol, None, self.lenient, output)?;
        let report = &evaluated.report;
        let last = evaluated.models.last().cloned();
        let mut model = last.ok_or_else(|| Failure::new(format!("protocol `{}` has no fold", self.protocol)))?;
        model.origin = Origin {
            data_sha256: self.source.sha256()?,
            protocol: self.protocol,
            auc: report.auc,
            average_precision: report.average_precision,
        };
        let shown = self.out.display();
        let text = model.written().map_err(failed("cannot keep the model"))?;
        std::fs::write(&self.out, &text).map_err(failed(format!("cannot write `{shown}`")))?;
        if output.is_json() {
            return output.object(&model.origin);
        }
        output.lines(&pairs(&[
            ("model", format!("{shown} ({} bytes)", grouped(text.len().try_into().unwrap_or(u64::MAX)))),
            ("trained on", format!("{} rows, {} frauds", grouped(model.rows), grouped(model.frauds))),
            ("SHA-256 of the data", model.origin.data_sha256.clone()),
            ("average precision, test rows", format!("{:.4}", report.average_precision)),
            ("AUC, test rows", format!("{:.4}", report.auc)),
        ]));
        Ok(())
    }
}
