//! [`Spread`]: mean and spread of amounts in one pass, plain and logarithmic.

use crate::limits::SPREAD_WEIGHT_MAX;
use crate::number::{ln_1p, sqrtf};

/// Running mean and variance. After [`SPREAD_WEIGHT_MAX`] amounts the oldest begin to fade.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spread {
    /// How many amounts it stands for.
    pub weight: f32,
    /// Mean amount.
    pub mean: f32,
    /// Variance of the amounts.
    pub variance: f32,
    /// Mean of ln(1 + amount).
    pub log_mean: f32,
    /// Variance of ln(1 + amount).
    pub log_variance: f32,
}

impl Spread {
    /// Takes in one amount.
    pub fn observe(&mut self, amount: f32) {
        self.weight = (self.weight + 1.0).min(SPREAD_WEIGHT_MAX);
        let share = 1.0 / self.weight;
        let step = |mean: &mut f32, variance: &mut f32, value: f32| {
            let distance = value - *mean;
            *mean += share * distance;
            *variance += share * (distance * (value - *mean) - *variance);
        };
        step(&mut self.mean, &mut self.variance, amount);
        step(&mut self.log_mean, &mut self.log_variance, ln_1p(amount));
    }

    /// How many standard deviations an amount lies above the mean; `None` below three amounts.
    #[must_use]
    pub fn z(&self, amount: f32) -> Option<f32> {
        (self.weight >= 3.0).then(|| {
            let spread = sqrtf(self.variance.max(0.0)).max(0.05 * self.mean.abs()).max(1e-6);
            ((amount - self.mean) / spread).clamp(-50.0, 50.0)
        })
    }

    /// The same on the logarithmic scale.
    #[must_use]
    pub fn log_z(&self, amount: f32) -> Option<f32> {
        (self.weight >= 3.0).then(|| {
            let spread = sqrtf(self.log_variance.max(0.0)).max(0.05);
            ((ln_1p(amount) - self.log_mean) / spread).clamp(-50.0, 50.0)
        })
    }

    /// An amount against the mean; `None` when nothing is known.
    #[must_use]
    pub fn ratio(&self, amount: f32) -> Option<f32> {
        (self.weight > 0.0).then(|| (amount / self.mean.max(1e-6)).min(1000.0))
    }
}
