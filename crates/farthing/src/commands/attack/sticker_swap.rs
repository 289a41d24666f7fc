//! `farthing attack sticker-swap`: attackers put copies of their own stickers over the town's, and what is noticed.

use std::path::PathBuf;

use money::Instant;
use payments::Settings;
use serde::Serialize;
use simulator::{CampaignFigures, SwapFigures, SwapKind, SwapPlan, TownSize, play_swaps};

use super::plot;
use crate::failure::{Failure, failed};
use crate::output::{Output, pairs, table};

/// When every played town ends: a figure must not depend on the day it is made.
const UNTIL: Instant = Instant::from_unix_seconds(1_790_000_000);

/// Stickers over stickers: how many are noticed, how soon, what it costs until then, and how often honest codes are
/// doubted.
#[derive(Debug, clap::Args)]
pub(crate) struct StickerSwap {
    /// The town's seed; may be repeated: each is a town of its own.
    #[arg(long = "seed", value_name = "NUMBER", default_values_t = [101, 102, 103])]
    seeds: Vec<u64>,
    /// Days that are measured, after 7 quiet ones.
    #[arg(long, value_name = "DAYS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=20))]
    days: u32,
    /// Payers in each town.
    #[arg(long, value_name = "COUNT", default_value_t = 60, value_parser = clap::value_parser!(u32).range(2..=5_000))]
    payers: u32,
    /// Merchants in each town.
    #[arg(long, value_name = "COUNT", default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=2_000))]
    merchants: u32,
    /// Attackers in each town, of each kind in turn.
    #[arg(long, value_name = "COUNT", default_value_t = 12, value_parser = clap::value_parser!(u32).range(0..=500))]
    campaigns: u32,
    /// Draw how the attackers are noticed over time into this file, as SVG.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// With `--json`: all towns together.
#[derive(Serialize)]
struct Report<'a> {
    towns: &'a [SwapFigures],
    scans: u64,
    swapped_scans: u64,
    campaigns: usize,
    alerted: usize,
    kinds: Vec<KindReport>,
    false_alarms: u64,
    false_stops: u64,
    days: u64,
    newcomers: usize,
    honest_scans: u64,
    honest_warned: u64,
    honest_checked: u64,
    honest_stopped: u64,
}

#[derive(Serialize)]
struct KindReport {
    kind: &'static str,
    campaigns: usize,
    alerted: usize,
    scans: u64,
    stopped: u64,
    median_alert_seconds: Option<i64>,
    median_alert_scans: Option<u64>,
    taken_minor: i64,
    taken_before_alert_minor: i64,
}

impl StickerSwap {
    pub(crate) fn run(&self, output: &mut Output) -> Result<(), Failure> {
        let count = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let mut towns = Vec::with_capacity(self.seeds.len());
        for seed in &self.seeds {
            output.progress(&format!("playing town {seed}"));
            let plan = SwapPlan {
                seed: *seed,
                size: TownSize { merchants: count(self.merchants), payers: count(self.payers) },
                days: self.days,
                campaigns: count(self.campaigns),
                settings: Settings::default(),
                until: UNTIL,
            };
            towns.push(play_swaps(&plan).map_err(failed("the town cannot be played"))?);
        }
        let report = report(&towns);
        if let Some(file) = &self.svg {
            let svg = plot::noticed(&towns);
            std::fs::write(file, svg).map_err(failed(format!("cannot write `{}`", file.display())))?;
        }
        if output.is_json() {
            return output.object(&report);
        }
        show(&report, output);
        Ok(())
    }
}

fn report(towns: &[SwapFigures]) -> Report<'_> {
    let all = || towns.iter().flat_map(|town| &town.campaigns);
    let sum = |of: fn(&SwapFigures) -> u64| towns.iter().map(of).sum::<u64>();
    let swapped_scans = sum(|town| town.swapped_scans);
    Report {
        scans: sum(|town| town.scans),
        swapped_scans,
        campaigns: all().count(),
        alerted: all().filter(|campaign| campaign.alerted_after_seconds.is_some()).count(),
        kinds: SwapKind::ALL.iter().map(|kind| kind_report(kind.word(), all())).collect(),
        false_alarms: sum(|town| town.false_alarms),
        false_stops: sum(|town| town.false_stops),
        days: sum(|town| u64::from(town.days)),
        newcomers: towns.iter().map(|town| town.newcomers).sum(),
        honest_scans: sum(|town| town.scans).saturating_sub(swapped_scans),
        honest_warned: sum(|town| town.honest_warned),
        honest_checked: sum(|town| town.honest_checked),
        honest_stopped: sum(|town| town.honest_stopped),
        towns,
    }
}

fn kind_report<'a>(kind: &'static str, all: impl Iterator<Item = &'a CampaignFigures>) -> KindReport {
    let campaigns: Vec<&CampaignFigures> = all.filter(|campaign| campaign.kind == kind).collect();
    let seconds = campaigns.iter().filter_map(|campaign| campaign.alerted_after_seconds).collect();
    let scans = campaigns.iter().filter_map(|campaign| campaign.alerted_after_scans).collect();
    KindReport {
        kind,
        campaigns: campaigns.len(),
        alerted: campaigns.iter().filter(|campaign| campaign.alerted_after_seconds.is_some()).count(),
        scans: campaigns.iter().map(|campaign| campaign.scans).sum(),
        stopped: campaigns.iter().map(|campaign| campaign.stopped).sum(),
        median_alert_seconds: median(seconds),
        median_alert_scans: median(scans),
        taken_minor: campaigns.iter().map(|campaign| campaign.taken_minor).sum(),
        taken_before_alert_minor: campaigns.iter().map(|campaign| campaign.taken_before_alert_minor).sum(),
    }
}

/// The middle one, the lower of two.
fn median<T: Ord + Copy>(mut values: Vec<T>) -> Option<T> {
    values.sort_unstable();
    let middle = values.len().checked_sub(1)? / 2;
    values.get(middle).copied()
}

fn show(report: &Report<'_>, output: &mut Output) {
    output.lines(&pairs(&[
        ("scans", format!("{}, of these {} of swapped codes", report.scans, report.swapped_scans)),
        ("attackers", format!("{}, of these {} alerted", report.campaigns, report.alerted)),
        (
            "false alarms",
            format!("{} in {} days; {} honest codes suspended", report.false_alarms, report.days, report.false_stops),
        ),
        ("newcomers", format!("{} honest shops opened beside others", report.newcomers)),
        (
            "honest scans",
            format!(
                "{}, of these {} warned of, {} asked for one more check, {} refused",
                report.honest_scans, report.honest_warned, report.honest_checked, report.honest_stopped
            ),
        ),
    ]));
    output.line("");
    let row = |kind: &KindReport| {
        let hours = |seconds: i64| format!("{}:{:02} h", seconds / 3_600, seconds % 3_600 / 60);
        vec![
            kind.kind.to_owned(),
            kind.campaigns.to_string(),
            kind.alerted.to_string(),
            kind.scans.to_string(),
            kind.stopped.to_string(),
            kind.median_alert_seconds.map(hours).unwrap_or_default(),
            kind.median_alert_scans.map(|scans| scans.to_string()).unwrap_or_default(),
            kind.taken_before_alert_minor.to_string(),
            kind.taken_minor.to_string(),
        ]
    };
    let headings =
        ["kind", "attackers", "alerted", "scans", "stopped", "median to alert", "scans to alert", "won before", "won"];
    let rows: Vec<Vec<String>> = report.kinds.iter().map(row).collect();
    output.lines(&table(&headings, &rows, &[1, 2, 3, 4, 5, 6, 7, 8]));
}
