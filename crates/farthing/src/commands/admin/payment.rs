//! `farthing admin payment`: payments that a rule holds, and what staff say of them.

use money::PaymentId;
use server::admin::{HeldView, JudgedView};

use crate::failure::Failure;
use crate::output::{FAINT, GOOD, Output, table};
use crate::staff::{DataFolder, Staff};

/// Payments that a rule holds.
#[derive(Debug, clap::Subcommand)]
pub(super) enum PaymentCommand {
    /// Those that wait, the one that waits shortest first, each with the rule that holds it.
    Held {
        #[command(flatten)]
        folder: DataFolder,
    },
    /// Let one go on, after a check. Where a rule names a time that nobody may shorten, this is refused.
    Release {
        #[command(flatten)]
        which: Which,
    },
    /// End one: the money is the payer's again.
    Refuse {
        #[command(flatten)]
        which: Which,
    },
}

/// Which payment of which folder.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    #[command(flatten)]
    folder: DataFolder,
    /// Which payment (pay_…).
    #[arg(long, value_name = "PAYMENT")]
    payment: PaymentId,
}

impl PaymentCommand {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (which, word) = match self {
            Self::Held { folder } => return held(&folder, output).await,
            Self::Release { which } => (which, "release"),
            Self::Refuse { which } => (which, "refuse"),
        };
        let mut staff = Staff::of(&which.folder).await?;
        let path = format!("/admin/held/{}/{word}", which.payment);
        let answer: Result<JudgedView, Failure> = staff.post(&path, &()).await;
        staff.close().await?;
        let judged = answer?;
        if output.is_json() {
            return output.object(&judged);
        }
        output.line(&format!("{GOOD}{}{GOOD:#} is {:?}", judged.payment, judged.status));
        Ok(())
    }
}

async fn held(folder: &DataFolder, output: &mut Output) -> Result<(), Failure> {
    let mut staff = Staff::of(folder).await?;
    let waiting: Result<Vec<HeldView>, Failure> = staff.get("/admin/held").await;
    staff.close().await?;
    let waiting = waiting?;
    if output.is_json() {
        return waiting.iter().try_for_each(|held| output.object(held));
    }
    if waiting.is_empty() {
        output.line("nothing waits");
        return Ok(());
    }
    let row = |held: &HeldView| {
        let then = if held.goes_on { "goes on" } else { "back to the payer" };
        let rule = held.rules.first().map(|rule| format!("{}/{}", rule.pack, rule.rule)).unwrap_or_default();
        let from = held.confirmable_from.map_or_else(|| "never".to_owned(), |from| from.to_string());
        let amount = held.amount.for_people().to_string();
        vec![
            held.payment.to_string(),
            amount,
            held.payee_name.clone(),
            held.until.to_string(),
            then.to_owned(),
            from,
            rule,
        ]
    };
    let rows: Vec<Vec<String>> = waiting.iter().map(row).collect();
    output.lines(&table(&["payment", "amount", "to", "until", "then", "may be released", "rule"], &rows, &[1]));
    output.note(&format!("{FAINT}farthing admin payment release|refuse --payment PAYMENT{FAINT:#}"));
    Ok(())
}
