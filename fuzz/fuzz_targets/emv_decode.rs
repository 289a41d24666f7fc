//! Any text: reading never panics, positions lie inside, and what was read can be written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use money::Instant;
use qr::PayloadBuilder;

fuzz_target!(|text: &str| {
    let inspection = qr::inspect(text, None, Instant::EPOCH);
    match qr::decode(text) {
        Err(error) => assert!(error.at <= text.chars().count()),
        Ok(payload) => {
            let (checksum, elements) = payload.elements().split_last().expect("a code has a checksum");
            let written = elements
                .iter()
                .fold(PayloadBuilder::new(), |builder, element| builder.value(element.id, element.value))
                .encode()
                .expect("what was read can be written");
            assert!(written.eq_ignore_ascii_case(text) && written.ends_with(&checksum.value.to_uppercase()));
            assert!(inspection.valid || !inspection.findings.is_empty());
        }
    }
});
