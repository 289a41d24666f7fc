//! `farthing admin retention`, `export` and `erase`: what is kept until when, and a payer's own data.

use money::PayerId;
use server::{Erased, RetentionReport};

use crate::failure::Failure;
use crate::output::{Output, grouped, pairs};
use crate::staff::{DataFolder, Staff};

/// Say what is kept until when, and what was destroyed.
#[derive(Debug, clap::Args)]
pub(crate) struct Retention {
    #[command(flatten)]
    folder: DataFolder,
}

/// Print everything about one payer as one JSON object, to be handed to them.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    folder: DataFolder,
    /// Whose (pyr_…).
    #[arg(long, value_name = "PAYER")]
    payer: PayerId,
}

/// Make a payer's names, devices and limits unreadable for ever; what law keeps stays readable until its date.
#[derive(Debug, clap::Args)]
pub(crate) struct Erase {
    #[command(flatten)]
    folder: DataFolder,
    /// Whose (pyr_…); their wallet must be empty.
    #[arg(long, value_name = "PAYER")]
    payer: PayerId,
}

impl Retention {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let report: RetentionReport = staff.get("/admin/retention").await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&report);
        }
        let next = report.next_at.map_or_else(|| "nothing dated".to_owned(), |at| at.to_string());
        output.lines(&pairs(&[
            ("kept by law", grouped(report.kept_by_law)),
            ("kept until erasure", grouped(report.kept_until_erasure)),
            ("due now", grouped(report.due)),
            ("destroyed", grouped(report.destroyed)),
            ("next date", next),
            ("erased payers", grouped(report.erased)),
            ("of whom law keeps something", grouped(report.erased_with_records)),
        ]));
        Ok(())
    }
}

impl Export {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let everything: serde_json::Value = staff.get(&format!("/admin/payers/{}/export", self.payer)).await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&everything);
        }
        output.line(&format!("{everything:#}"));
        Ok(())
    }
}

impl Erase {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let erased: Erased = staff.post(&format!("/admin/payers/{}/erase", self.payer), &()).await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&erased);
        }
        let kept = erased.kept_until.map_or_else(String::new, |until| format!(", the last until {until}"));
        let kept = format!("{} records are kept by law{kept}", grouped(erased.kept_by_law));
        output.line(&format!("{} was erased at {}; {kept}", erased.payer, erased.at));
        Ok(())
    }
}
