//! Logarithms, roots and hashes that are the same bits on every machine: a pure-Rust libm and nothing of the platform's.

/// e to the power of `x`.
#[must_use]
pub fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// e to the power of `x`, in single precision.
#[must_use]
pub fn expf(x: f32) -> f32 {
    libm::expf(x)
}

/// The natural logarithm.
#[must_use]
pub fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The natural logarithm of 1 + `x`, in single precision.
#[must_use]
pub fn ln_1p(x: f32) -> f32 {
    libm::log1pf(x)
}

/// The natural logarithm, in single precision.
#[must_use]
pub fn lnf(x: f32) -> f32 {
    libm::logf(x)
}

/// The square root, in single precision.
#[must_use]
pub fn sqrtf(x: f32) -> f32 {
    libm::sqrtf(x)
}

/// The square root.
#[must_use]
pub fn sqrt(x: f64) -> f64 {
    libm::sqrt(x)
}

/// The logistic function: a score on the log-odds scale as a probability.
#[must_use]
pub fn sigmoid(log_odds: f64) -> f64 {
    if log_odds >= 0.0 {
        1.0 / (1.0 + exp(-log_odds))
    } else {
        let odds = exp(log_odds);
        odds / (1.0 + odds)
    }
}

/// The inverse of [`sigmoid`], with probabilities kept away from 0 and 1.
#[must_use]
pub fn log_odds(probability: f64) -> f64 {
    let kept = probability.clamp(1e-9, 1.0 - 1e-9);
    ln(kept / (1.0 - kept))
}

/// A well-mixed 64-bit word of another (the finaliser of splitmix64).
#[must_use]
pub const fn mixed(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A 64-bit word of a text (FNV-1a, mixed).
#[must_use]
pub fn hashed(text: &[u8]) -> u64 {
    let mut word = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text {
        word = (word ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    mixed(word)
}

/// A number in [0, 1) of a word.
#[must_use]
pub fn unit(word: u64) -> f64 {
    (mixed(word) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A measured number, or `None` when it is not finite.
#[must_use]
pub fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

/// A sum in whole units of its currency, for statistics only.
#[must_use]
pub fn whole_units(minor: i64, decimals: u8) -> f32 {
    let mut units = minor as f64;
    for _ in 0..decimals {
        units /= 10.0;
    }
    units as f32
}

/// One whole number as a part of another; not known where that is not above zero.
#[must_use]
pub fn part(of: i64, whole: i64) -> Option<f32> {
    (whole > 0).then(|| (of as f64 / whole as f64) as f32)
}

/// Seconds between two moments in milliseconds, not below zero.
#[must_use]
pub fn seconds(from_millis: i64, to_millis: i64) -> f32 {
    crate::profile::millis_between(from_millis, to_millis)
}
