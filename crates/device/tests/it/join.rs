//! Two phones, one wallet: what a new phone hands over, and what a bound one makes of it.

use device::{JoinError, JoinRequest, Phone, SoftwareKey};
use money::DeviceId;
use proptest::prelude::*;
use protocol::SessionKind;

use crate::phone::{NOW, ORIGIN, PAYER, at};

fn request(seed: u8) -> JoinRequest {
    let new = Phone::new(SoftwareKey::from_seed([seed; 32]).unwrap(), ORIGIN, PAYER, DeviceId::from_bytes([9; 16]));
    JoinRequest {
        device: new.device(),
        device_name: "새 전화".parse().unwrap(),
        kind: SessionKind::Own,
        payer: PAYER,
        possession: new.possession(at(seed)).unwrap(),
    }
}

#[test]
fn a_request_survives_the_way_and_keeps_its_digits() {
    let sent = request(4);
    let read = JoinRequest::parse(&format!("  {}\n", sent.text())).unwrap();
    assert_eq!(read, sent);
    let digits = read.check_digits().unwrap();
    assert_eq!(digits, sent.check_digits().unwrap());
    assert!(digits.len() == 9 && digits.as_bytes()[4] == b' ', "{digits}");
    assert_eq!(read.body().possession, sent.possession);
    assert!(NOW.unix_seconds() > 0);
}

#[test]
fn another_key_in_between_shows_other_digits() {
    assert_ne!(request(4).check_digits(), request(5).check_digits());
}

#[test]
fn what_is_no_request_is_refused() {
    let good = request(4).text();
    let long = format!("farthing-join:{}", "A".repeat(9_000));
    let no_proof = JoinRequest { possession: "a.b.c".to_owned(), ..request(4) }.text();
    for text in ["", "farthing-join:", "farthing-join:e30", &good[1..], &good[..good.len() - 3], &long, &no_proof] {
        assert_eq!(JoinRequest::parse(text), Err(JoinError), "{text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(farthing-join:)?[A-Za-z0-9_-]{0,200}") {
        let _ = JoinRequest::parse(&text);
    }
}
