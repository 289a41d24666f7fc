//! The engine and the plain evaluator agree; `cargo run --release -p policy --example selftest` does it a million times.

use proptest::prelude::*;

proptest! {
    #[test]
    fn the_engine_says_what_the_plain_evaluator_says(seed in any::<u64>()) {
        if let Err(difference) = crate::reference::agree(seed, 8) {
            prop_assert!(false, "{difference}");
        }
    }
}
