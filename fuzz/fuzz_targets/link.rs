//! Any text: judging it never panics, places lie inside, and the answer is the same twice. The same body runs as the
//! properties of `crates/qr/tests/it/links.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

include!("../../crates/qr/tests/it/judged.rs");

fuzz_target!(|text: &str| holds(text));
