//! What a town of swaps comes to, in numbers.

use money::{Amount, Instant};
use serde::Serialize;

use super::{Outcome, SwapKind};

/// What one attacker came to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CampaignFigures {
    /// How it was made.
    pub kind: &'static str,
    /// Scans of its copies.
    pub scans: u64,
    /// Of these, paid.
    pub paid: u64,
    /// Of these, stopped: a warning that was heeded, one more check, a refusal.
    pub stopped: u64,
    /// What it was paid, in minor units.
    pub taken_minor: i64,
    /// Of that, before the first alert.
    pub taken_before_alert_minor: i64,
    /// Seconds from its first scan to the first alert.
    pub alerted_after_seconds: Option<i64>,
    /// Scans before the first alert.
    pub alerted_after_scans: Option<u64>,
    #[serde(skip)]
    first_at: Option<Instant>,
    #[serde(skip)]
    alerted_at: Option<Instant>,
    #[serde(skip)]
    suspended_at: Option<Instant>,
}

impl CampaignFigures {
    pub(super) fn count(&mut self, outcome: Outcome, amount: Amount, at: Instant) {
        self.first_at.get_or_insert(at);
        self.scans += 1;
        match outcome {
            Outcome::Paid | Outcome::PaidWarned => {
                self.paid += 1;
                self.taken_minor += amount.minor();
                if self.alerted_at.is_none() {
                    self.taken_before_alert_minor += amount.minor();
                }
            }
            Outcome::Heeded | Outcome::Checked | Outcome::Stopped => self.stopped += 1,
            Outcome::Other => {}
        }
    }

    pub(super) fn alerted(&mut self, at: Instant) {
        if self.alerted_at.is_none() {
            self.alerted_at = Some(at);
            self.alerted_after_scans = Some(self.scans);
            self.alerted_after_seconds = self.first_at.map(|first| at.millis_since(first) / 1000);
        }
    }

    pub(super) const fn suspended(&mut self, at: Instant) {
        if self.suspended_at.is_none() {
            self.suspended_at = Some(at);
        }
    }

    /// Whether its sticker is suspended: the shop has been told and takes the copy off.
    pub(super) const fn is_stopped(&self) -> bool {
        self.suspended_at.is_some()
    }
}

/// What a town came to.
#[derive(Clone, Debug, Serialize)]
pub struct SwapFigures {
    /// Its seed.
    pub seed: u64,
    /// Days measured.
    pub days: u32,
    /// Honest shops that opened within these days, each in a cell where another was at home.
    pub newcomers: usize,
    /// Scans of stickers in these days.
    pub scans: u64,
    /// Of these, of a sticker put over another's.
    pub swapped_scans: u64,
    /// Honest scans that were warned of, asked for one more check, refused.
    pub honest_warned: u64,
    /// Of these.
    pub honest_checked: u64,
    /// Of these.
    pub honest_stopped: u64,
    /// Alerts about honest codes.
    pub false_alarms: u64,
    /// Honest codes that were suspended.
    pub false_stops: u64,
    /// The attackers.
    pub campaigns: Vec<CampaignFigures>,
}

impl SwapFigures {
    pub(super) const fn new(seed: u64, days: u32, newcomers: usize) -> Self {
        Self {
            seed,
            days,
            newcomers,
            scans: 0,
            swapped_scans: 0,
            honest_warned: 0,
            honest_checked: 0,
            honest_stopped: 0,
            false_alarms: 0,
            false_stops: 0,
            campaigns: Vec::new(),
        }
    }

    pub(super) fn count(&mut self, measured: bool, outcome: Outcome, swapped: bool) {
        if !measured {
            return;
        }
        self.scans += 1;
        if swapped {
            self.swapped_scans += 1;
            return;
        }
        match outcome {
            Outcome::PaidWarned | Outcome::Heeded => self.honest_warned += 1,
            Outcome::Checked => self.honest_checked += 1,
            Outcome::Stopped => self.honest_stopped += 1,
            Outcome::Paid | Outcome::Other => {}
        }
    }

    pub(super) fn false_alarm(&mut self, measured: bool) {
        self.false_alarms += u64::from(measured);
    }

    pub(super) fn false_stop(&mut self, measured: bool) {
        self.false_stops += u64::from(measured);
    }

    pub(super) fn take(&mut self, kind: SwapKind, figures: CampaignFigures) {
        // An attacker whose copies nobody scanned has done nothing yet.
        if figures.scans > 0 {
            self.campaigns.push(CampaignFigures { kind: kind.word(), ..figures });
        }
    }
}
