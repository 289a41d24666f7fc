//! Compares the engine with the plain evaluator on random packs and histories: `selftest [CASES]`, a million by default.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test program"
)]

#[path = "../tests/it/reference.rs"]
mod reference;

/// Questions asked of each pack.
const EACH: u32 = 20;

fn main() -> Result<(), String> {
    let cases: u64 =
        std::env::args().nth(1).map_or(Ok(1_000_000), |text| text.parse()).map_err(|_| "selftest [CASES]")?;
    let packs = cases.div_ceil(u64::from(EACH));
    for seed in 0..packs {
        reference::agree(seed, EACH).map_err(|difference| format!("seed {seed}:\n{difference}"))?;
    }
    let asked = packs.saturating_mul(u64::from(EACH));
    println!("{asked} questions to {packs} packs, no difference");
    Ok(())
}
