//! Counters that fade: each holds a sum in which a thing weighs e^(−age/span), so that one number stands for a window.

use crate::number::expf;

/// Seconds of an hour.
pub const HOUR: f32 = 3600.0;
/// Seconds of a day.
pub const DAY: f32 = 86_400.0;
/// Seconds of a week.
pub const WEEK: f32 = 7.0 * DAY;
/// Seconds of thirty days.
pub const MONTH: f32 = 30.0 * DAY;
/// Seconds of a hundred and eighty days.
pub const HALF_YEAR: f32 = 180.0 * DAY;

/// What is left of each span after some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Kept {
    pub(crate) hour: f32,
    pub(crate) day: f32,
    pub(crate) week: f32,
    pub(crate) month: f32,
    pub(crate) half_year: f32,
}

impl Kept {
    pub(crate) fn after(seconds: f32) -> Self {
        let kept = |span: f32| if seconds > 60.0 * span { 0.0 } else { expf(-seconds / span) };
        Self { hour: kept(HOUR), day: kept(DAY), week: kept(WEEK), month: kept(MONTH), half_year: kept(HALF_YEAR) }
    }
}

/// Counters over `N` spans.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fading<const N: usize>(pub [f32; N]);

impl<const N: usize> Default for Fading<N> {
    fn default() -> Self {
        Self([0.0; N])
    }
}

impl<const N: usize> Fading<N> {
    /// Multiplies each by what is left of it.
    pub fn fade(&mut self, kept: [f32; N]) {
        for (value, kept) in self.0.iter_mut().zip(kept) {
            *value *= kept;
        }
    }

    /// Adds to each.
    pub fn add(&mut self, more: [f32; N]) {
        for (value, more) in self.0.iter_mut().zip(more) {
            *value += more;
        }
    }
}

/// What a meeting adds to a fading count of distinct partners: with every partner weighing e^(−age of the last
/// meeting/span), the count is exact and needs only the time of that last meeting.
pub(crate) fn distinct_share(met_seconds_ago: Option<f32>, span: f32) -> f32 {
    match met_seconds_ago {
        None => 1.0,
        Some(seconds) => 1.0 - expf(-(seconds / span).min(60.0)),
    }
}
