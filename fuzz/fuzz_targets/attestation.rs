//! Attestation objects, roots and authenticator data from anywhere: never a panic, and nothing vouched for where nobody is
//! trusted.
//!
//! The input is a length in two bytes, so many bytes of an object, and client data. Run it with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run attestation`.
#![no_main]

use credentials::attestation::{self, Object, Roots, without_statement};
use libfuzzer_sys::fuzz_target;
use money::Instant;

const NOW: Instant = Instant::from_unix_seconds(1_790_000_000);

fuzz_target!(|bytes: &[u8]| {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (object, client) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
    assert!(!matches!(attestation::verify(object, client, &Roots::default(), NOW), Ok(Some(_))));
    if let Some(read) = Object::read(object) {
        // What is left of it without its statement is the same registration.
        let bare = Object::read(&without_statement(&read)).expect("what was written is read");
        assert_eq!((bare.data, bare.format.as_str()), (read.data, "none"));
    }
    let _ = attestation::told_by_assertion(object);
    let _ = Roots::default().with_pem(object);
    let _ = Roots::default().with_metadata(object);
});
