//! `farthing risk explain`: why one row of a file scores what it scores.

use std::path::PathBuf;

use risk::data::features_of;
use risk::explain::explain;

use super::source::{Source, model};
use crate::failure::{Failure, failed};
use crate::output::{Output, pairs};

/// Explain the score of one row: the exact parts by family, and at most three sentences in Korean and English.
#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    #[command(flatten)]
    source: Source,
    /// A model kept by `farthing risk train`.
    #[arg(long, value_name = "MODEL")]
    model: PathBuf,
    /// The number of the row, counted from 0 after the header.
    #[arg(long, value_name = "N")]
    row: u64,
}

impl Explain {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let schema = self.source.schema()?;
        let model = model(&self.model, &schema)?;
        let what = format!("cannot explain `{}`", self.source.data.display());
        let vector = features_of(self.source.open()?, &schema, self.row).map_err(failed(what))?;
        let told = explain(&model, &vector);
        if output.is_json() {
            return output.object(&told);
        }
        let mut rows = vec![
            ("probability of fraud", format!("{:.4}", told.probability)),
            ("log odds", format!("{:+.3}", told.log_odds)),
            ("begins at", format!("{:+.3}", told.begin)),
        ];
        rows.extend(told.families.iter().map(|(family, part)| (family.as_str(), format!("{part:+.3}"))));
        output.lines(&pairs(&rows));
        output.lines(&told.ko);
        output.lines(&told.en);
        Ok(())
    }
}
