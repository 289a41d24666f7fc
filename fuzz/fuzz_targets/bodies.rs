//! Bodies and requests to join from anywhere: never a panic, and what is read is written again as the same bytes.
//!
//! Run it with `RUSTC_BOOTSTRAP=1 cargo fuzz run bodies`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use protocol::{
    AddContactBody, AddPasskeyBody, BindDeviceBody, PasskeyStepUpBody, PayBody, RecoverBody, RefreshBody,
    RotateKeyBody, SetPinBody, SignInBody, SignUpBody, TokenBody, from_canonical, to_canonical,
};
use serde::{Serialize, de::DeserializeOwned};

fn check<B: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(body) = from_canonical::<B>(bytes) {
        assert_eq!(to_canonical(&body), bytes);
    }
}

fuzz_target!(|bytes: &[u8]| {
    check::<AddContactBody>(bytes);
    check::<AddPasskeyBody>(bytes);
    check::<BindDeviceBody>(bytes);
    check::<PasskeyStepUpBody>(bytes);
    check::<PayBody>(bytes);
    check::<RecoverBody>(bytes);
    check::<RefreshBody>(bytes);
    check::<RotateKeyBody>(bytes);
    check::<SetPinBody>(bytes);
    check::<SignInBody>(bytes);
    check::<SignUpBody>(bytes);
    check::<TokenBody>(bytes);
    if let Ok(text) = str::from_utf8(bytes)
        && let Ok(request) = device::JoinRequest::parse(text)
    {
        assert_eq!(device::JoinRequest::parse(&request.text()).map(|again| again.text()), Ok(request.text()));
    }
});
