//! `farthing audit verify`: the audit chain recomputed, decisions made again.

use store::AuditSummary;

use crate::failure::Failure;
use crate::output::{BAD, GOOD, Output, grouped, pairs};
use crate::staff::{DataFolder, Staff};

/// Look at the audit chain.
#[derive(Debug, clap::Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Recompute every leaf and seal, and make every recorded decision again; fails on any finding.
    Verify {
        #[command(flatten)]
        folder: DataFolder,
    },
}

impl Audit {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let Command::Verify { folder } = self.command;
        let mut staff = Staff::of(&folder).await?;
        output.ticker("recomputing the audit chain and making every decision again …");
        let summary: AuditSummary = staff.get("/admin/audit-verify").await?;
        staff.close().await?;
        if output.is_json() {
            output.object(&summary)?;
        } else {
            output.lines(&written(&summary));
        }
        if summary.ok { Ok(()) } else { Err(Failure::negative("the audit chain does not hold")) }
    }
}

fn written(summary: &AuditSummary) -> Vec<String> {
    let mut lines = vec![if summary.ok {
        format!("{GOOD}The audit chain holds.{GOOD:#}")
    } else {
        format!("{BAD}The audit chain does not hold.{BAD:#}")
    }];
    lines.extend(pairs(&[
        ("leaves", grouped(summary.leaves)),
        ("seals", grouped(summary.seals)),
        ("decisions", grouped(summary.decisions)),
        ("made again", grouped(summary.replayed)),
        ("findings", grouped(u64::try_from(summary.findings.len()).unwrap_or(u64::MAX))),
    ]));
    lines.extend(summary.findings.iter().map(|finding| format!("  {BAD}·{BAD:#} {finding}")));
    lines
}
