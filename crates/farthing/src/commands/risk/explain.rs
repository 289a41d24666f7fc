//! `farthing risk explain`: why a stored payment was judged as it was, or why one row of a file scores what it scores.

use std::path::PathBuf;

use money::PaymentId;
use risk::data::features_of;
use risk::explain::explain;
use server::admin::Assessed;

use super::source::{Source, model};
use crate::failure::{Failure, failed};
use crate::output::{Output, pairs};
use crate::staff::{DataFolder, Staff};

/// Explain how a stored payment was judged, made again byte for byte from its record; or, with `row`, the score of one
/// row of a file.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Explain {
    /// The payment.
    #[arg(value_name = "PAYMENT", required = true)]
    payment: Option<PaymentId>,
    /// The data folder, served or not.
    #[arg(long, value_name = "DIR", required = true)]
    data: Option<PathBuf>,
    /// A command whose standard output is the key-encryption key, instead of the file DIR/kek.
    #[arg(long, value_name = "COMMAND")]
    key_command: Option<String>,
    #[command(subcommand)]
    row: Option<OfFile>,
}

#[derive(Debug, clap::Subcommand)]
enum OfFile {
    /// Explain the score of one row of a file: the exact parts by family, and at most three sentences in both languages.
    Row(Row),
}

/// One row of a file.
#[derive(Debug, clap::Args)]
struct Row {
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
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        if let Some(OfFile::Row(row)) = self.row {
            return row.run(output);
        }
        let (Some(payment), Some(data)) = (self.payment, self.data) else {
            return Err(Failure::new("name a payment and its data folder"));
        };
        let mut staff = Staff::of(&DataFolder { data, key_command: self.key_command }).await?;
        let told: Assessed = staff.get(&format!("/admin/risk/payments/{payment}")).await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&told);
        }
        output.lines(&written(&told));
        Ok(())
    }
}

fn written(told: &Assessed) -> Vec<String> {
    let digest = |digest: Option<money::Digest>| digest.map_or("none".to_owned(), |digest| digest.to_string());
    let mut lines = pairs(&[
        ("payment", told.payment.to_string()),
        ("decided at", told.at.to_string()),
        ("made again, byte for byte", if told.made_again { "yes" } else { "no" }.to_owned()),
        ("rules", digest(told.rules)),
        ("model", digest(told.model)),
    ]);
    let Some(found) = &told.found else {
        lines.push("nobody judged it".to_owned());
        return lines;
    };
    let list = |words: &[String]| if words.is_empty() { "none".to_owned() } else { words.join(", ") };
    let reasons: Vec<String> = found.reasons.iter().map(ToString::to_string).collect();
    let causes: Vec<String> = found.causes.iter().map(|cause| format!("{cause:?}")).collect();
    lines.extend(pairs(&[
        ("verdict", format!("{:?}", found.verdict)),
        ("reasons", list(&reasons)),
        ("probability of fraud", format!("{:.5}", found.probability)),
        ("expected loss, minor", found.expected_loss_minor.to_string()),
        ("anomaly, nats", format!("{:.1}", found.anomaly)),
        ("rules hit", list(&found.hit)),
        ("shadow rules hit", list(&found.shadow)),
        ("rules unread", list(&found.unread)),
        ("failing data", list(&causes)),
    ]));
    lines.extend(found.families.iter().take(6).map(|(family, part)| format!("  {family:<16} {part:+.3}")));
    lines.extend(found.ko.iter().chain(&found.en).cloned());
    lines.extend(found.analyst.iter().map(|line| format!("analyst: {line}")));
    lines
}

impl Row {
    fn run(self, output: &mut Output) -> Result<(), Failure> {
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
