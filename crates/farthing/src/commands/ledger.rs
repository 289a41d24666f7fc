//! `farthing ledger check`: the books, proven from their postings.

use store::LedgerSummary;

use crate::failure::Failure;
use crate::output::{BAD, GOOD, Output, grouped, pairs};
use crate::staff::{DataFolder, Staff};

/// Look at the books.
#[derive(Debug, clap::Args)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prove from every posting that debits equal credits and balances and holds agree; fails on any finding.
    Check {
        #[command(flatten)]
        folder: DataFolder,
    },
}

impl Ledger {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let Command::Check { folder } = self.command;
        let mut staff = Staff::of(&folder).await?;
        output.ticker("checking every posting …");
        let summary: LedgerSummary = staff.get("/admin/ledger-check").await?;
        staff.close().await?;
        if output.is_json() {
            output.object(&summary)?;
        } else {
            output.lines(&written(&summary));
        }
        if summary.ok { Ok(()) } else { Err(Failure::negative("the books do not agree")) }
    }
}

fn written(summary: &LedgerSummary) -> Vec<String> {
    let mut lines = vec![if summary.ok {
        format!("{GOOD}The books agree.{GOOD:#}")
    } else {
        format!("{BAD}The books do not agree.{BAD:#}")
    }];
    lines.extend(pairs(&[
        ("accounts", grouped(summary.accounts)),
        ("transfers", grouped(summary.transfers)),
        ("postings", grouped(summary.postings)),
        ("holds", grouped(summary.holds)),
        ("credits not rolled up", grouped(summary.appended)),
        ("findings", grouped(u64::try_from(summary.findings.len()).unwrap_or(u64::MAX))),
    ]));
    lines.extend(summary.findings.iter().map(|finding| format!("  {BAD}·{BAD:#} {finding}")));
    lines
}
