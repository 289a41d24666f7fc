//! [`Hours`]: when in the day a party pays.

use crate::number::lnf;

/// A circular histogram of the hours of the day; halved when a bar is full, so that old habits fade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hours(pub [u8; 24]);

impl Hours {
    /// Counts one payment at this hour of the day.
    pub fn observe(&mut self, hour: f32) {
        let index = hour.clamp(0.0, 23.0) as usize;
        let Some(bar) = self.0.get_mut(index) else { return };
        *bar = bar.saturating_add(1);
        if *bar == u8::MAX {
            for bar in &mut self.0 {
                *bar /= 2;
            }
        }
    }

    /// How surprising this hour is: −ln of its share against an even day, the neighbouring hours counting half.
    /// 0 when nothing is known, negative at usual hours.
    #[must_use]
    pub fn surprise(&self, hour: f32) -> f32 {
        let index = hour.clamp(0.0, 23.0) as usize;
        let bar = |index: usize| f32::from(self.0.get(index % 24).copied().unwrap_or(0));
        let all: f32 = self.0.iter().map(|bar| f32::from(*bar)).sum();
        let here = bar(index) + 0.5 * (bar(index + 1) + bar(index + 23));
        let share = (here + 2.0) / (2.0 * all + 48.0);
        -lnf(share * 24.0)
    }
}
