//! What staff ask and say about risk on a data folder: how payments are judged now, which rule passes whom over, what a
//! payment was, and whom false alarms meet.

use money::{PayerId, PaymentId};
use protocol::{Text, limits};
use server::admin::{Alarms, FalseAlarms, Judgement, RiskStatus, Snoozes, Snoozing};

use crate::failure::Failure;
use crate::output::{GOOD, Output, grouped, pairs, table};
use crate::staff::{DataFolder, Staff};

/// By what payments are judged now, and what the breaker has demoted.
#[derive(Debug, clap::Args)]
pub(crate) struct RiskStanding {
    #[command(flatten)]
    folder: DataFolder,
}

/// Pass a rule over for one payer for a while, or no longer; recorded with its reason. A rule that refuses is never passed
/// over.
#[derive(Debug, clap::Args)]
pub(crate) struct SnoozeRule {
    #[command(flatten)]
    folder: DataFolder,
    /// For whom (pyr_…).
    #[arg(long, value_name = "PAYER")]
    payer: PayerId,
    /// Which rule; without it, those that are passed over are listed.
    #[arg(long, value_name = "ID")]
    rule: Option<String>,
    /// For how long, e.g. 2h or 7d; 30d at most.
    #[arg(long = "for", value_name = "TIME", value_parser = seconds, requires = "rule", required_unless_present_any = ["end", "list"])]
    seconds: Option<u32>,
    /// End it now.
    #[arg(long, conflicts_with = "seconds", requires = "rule")]
    end: bool,
    /// List the rules that are passed over.
    #[arg(long, conflicts_with_all = ["seconds", "end", "rule", "because"])]
    list: bool,
    /// Why, for whoever reads the record.
    #[arg(long, value_name = "TEXT", required_unless_present = "list")]
    because: Option<Text<{ limits::LINE_CHARS_MAX }>>,
}

/// Say what a payment was, in the last instance: risk learns it within a second.
#[derive(Debug, clap::Args)]
pub(crate) struct LabelPayment {
    #[command(flatten)]
    folder: DataFolder,
    /// Which payment.
    #[arg(value_name = "PAYMENT")]
    payment: PaymentId,
    /// What it was.
    #[arg(value_name = "OUTCOME", value_enum)]
    outcome: WhatItWas,
}

/// What a payment was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum WhatItWas {
    /// Fraud.
    Fraud,
    /// Genuine.
    Genuine,
}

/// How often genuine payments were asked about or stopped, by device class and age band: groups that no rule and no model
/// sees. Every recorded payment is judged again as it was.
#[derive(Debug, clap::Args)]
pub(crate) struct FalseAlarmReport {
    #[command(flatten)]
    folder: DataFolder,
}

impl RiskStanding {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let status: RiskStatus = staff.get("/admin/risk/status").await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&status);
        }
        let digest = |digest: Option<money::Digest>| digest.map_or("none".to_owned(), |digest| digest.to_string());
        let [live, shadow, drafts] = status.stages;
        let rules = status.rules.clone().unwrap_or_else(|| "none".to_owned());
        output.lines(&pairs(&[
            ("payments are judged", if status.on { "yes" } else { "no" }.to_owned()),
            ("rules", format!("{rules}: {live} live, {shadow} in shadow, {drafts} drafts")),
            ("their digest", digest(status.rules_digest)),
            ("model", digest(status.model)),
            ("beside it", digest(status.challenger)),
            ("payees' files", if status.payees_late { "late" } else { "up to date" }.to_owned()),
        ]));
        let row = |row: &payments::Demotion| {
            let [stops, of] = row.stopped;
            vec![row.rule.clone(), row.from.to_string(), row.until.to_string(), format!("{stops} of {of}")]
        };
        let rows: Vec<Vec<String>> = status.demoted.iter().map(row).collect();
        if !rows.is_empty() {
            output.line("");
            output.lines(&table(&["demoted", "since", "until", "stopped"], &rows, &[]));
        }
        Ok(())
    }
}

impl SnoozeRule {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let path = format!("/admin/risk/payers/{}/snoozes", self.payer);
        let answer: Result<Snoozes, Failure> = match (self.rule, self.because) {
            (Some(rule), Some(because)) => {
                staff.post(&path, &Snoozing { rule, seconds: self.seconds.unwrap_or(0), because }).await
            }
            _ => staff.get(&path).await,
        };
        staff.close().await?;
        let snoozes = answer?;
        if output.is_json() {
            return output.object(&snoozes);
        }
        if snoozes.snoozes.is_empty() {
            output.line("no rule is passed over for this payer");
            return Ok(());
        }
        let rows: Vec<Vec<String>> =
            snoozes.snoozes.iter().map(|row| vec![row.rule.clone(), row.until.to_string()]).collect();
        output.lines(&table(&["passed over", "until"], &rows, &[]));
        Ok(())
    }
}

impl LabelPayment {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let mut staff = Staff::of(&self.folder).await?;
        let path = format!("/admin/risk/payments/{}/judge", self.payment);
        let fraud = self.outcome == WhatItWas::Fraud;
        let answer: Result<payments::Label, Failure> = staff.post(&path, &Judgement { fraud }).await;
        staff.close().await?;
        let said = answer?;
        if output.is_json() {
            return output.object(&said);
        }
        let word = if said.fraud { "fraud" } else { "genuine" };
        output.line(&format!("{GOOD}{}{GOOD:#} was {word}, says staff since {}", said.payment, said.at));
        Ok(())
    }
}

impl FalseAlarmReport {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        output.ticker("judging every recorded payment again …");
        let mut staff = Staff::of(&self.folder).await?;
        let found: FalseAlarms = staff.get("/admin/risk/false-alarms").await?;
        staff.close().await?;
        if output.is_json() {
            return output.object(&found);
        }
        let groups = |name: &str, of: &std::collections::BTreeMap<String, Alarms>| {
            of.iter().map(|(group, alarms)| row(&format!("{name} {group}"), *alarms)).collect::<Vec<_>>()
        };
        let mut rows = vec![row("all", found.all)];
        rows.extend(groups("device", &found.by_device_class));
        rows.extend(groups("age", &found.by_age_band));
        output.lines(&table(
            &["group", "genuine", "asked", "stopped", "asked, %", "stopped, %"],
            &rows,
            &[1, 2, 3, 4, 5],
        ));
        Ok(())
    }
}

fn row(group: &str, alarms: Alarms) -> Vec<String> {
    let share = |part: u64| {
        let hundredths = part.saturating_mul(10_000).checked_div(alarms.genuine).unwrap_or(0);
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    };
    vec![
        group.to_owned(),
        grouped(alarms.genuine),
        grouped(alarms.asked),
        grouped(alarms.stopped),
        share(alarms.asked),
        share(alarms.stopped),
    ]
}

/// A time such as `90s`, `15m`, `2h` or `7d`, in seconds.
fn seconds(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{text}` is not a time such as 90s, 15m, 2h or 7d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let of_unit = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).and_then(|number| number.parse::<u32>().ok()).filter(|number| *number > 0);
    number.and_then(|number| number.checked_mul(of_unit)).ok_or_else(wrong)
}
