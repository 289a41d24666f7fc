//! Typed ids: what is written is read back, they sort by time, and nothing else is read.

use money::{
    AccountId, DecisionId, DeviceId, EventId, HoldId, IdError, Instant, IntentId, PayeeId, PayerId, PaymentId,
    RefundId, TransferId,
};
use proptest::prelude::*;

#[test]
fn a_known_id_is_written_as_the_standard_says() {
    // typeid-spec, valid.yml: `0188bac7-4afa-78aa-bc3b-bd1eef28d881` is `01h2xcejqtf2nbrexx3vqjhp41`.
    let bytes = 0x0188_bac7_4afa_78aa_bc3b_bd1e_ef28_d881_u128.to_be_bytes();
    assert_eq!(PaymentId::from_bytes(bytes).to_string(), "pay_01h2xcejqtf2nbrexx3vqjhp41");
    assert_eq!("pay_01h2xcejqtf2nbrexx3vqjhp41".parse(), Ok(PaymentId::from_bytes(bytes)));
    assert_eq!(PaymentId::from_bytes([0; 16]).to_string(), "pay_00000000000000000000000000");
    assert_eq!(PaymentId::from_bytes([0xff; 16]).to_string(), "pay_7zzzzzzzzzzzzzzzzzzzzzzzzz");
}

#[test]
fn a_new_id_is_a_version_7_uuid() {
    let id = PaymentId::new(Instant::from_unix_millis(0x0188_bac7_4afa), [0xff; 10]);
    assert_eq!(id.as_bytes(), &0x0188_bac7_4afa_7fff_bfff_ffff_ffff_ffff_u128.to_be_bytes());
}

#[test]
fn every_malformed_form_is_refused() {
    let good = "pay_01h2xcejqtf2nbrexx3vqjhp41";
    for (text, expected) in [
        ("", IdError::Prefix("pay")),
        ("pay", IdError::Prefix("pay")),
        ("pay-01h2xcejqtf2nbrexx3vqjhp41", IdError::Prefix("pay")),
        ("PAY_01h2xcejqtf2nbrexx3vqjhp41", IdError::Prefix("pay")),
        ("rfd_01h2xcejqtf2nbrexx3vqjhp41", IdError::Prefix("pay")),
        (" pay_01h2xcejqtf2nbrexx3vqjhp41", IdError::Prefix("pay")),
        ("01h2xcejqtf2nbrexx3vqjhp41", IdError::Prefix("pay")),
        ("pay_", IdError::Length(0)),
        ("pay_01h2xcejqtf2nbrexx3vqjhp4", IdError::Length(25)),
        ("pay_01h2xcejqtf2nbrexx3vqjhp411", IdError::Length(27)),
        ("pay_01h2xcejqtf2nbrexx3vqjhp41 ", IdError::Length(27)),
        ("pay_81h2xcejqtf2nbrexx3vqjhp41", IdError::Character(4)),
        ("pay_z1h2xcejqtf2nbrexx3vqjhp41", IdError::Character(4)),
        ("pay_01H2xcejqtf2nbrexx3vqjhp41", IdError::Character(6)),
        ("pay_01h2xcejqtf2nbrexx3vqjhpi1", IdError::Character(28)),
        ("pay_01h2xcejqtf2nbrexx3vqjhpl1", IdError::Character(28)),
        ("pay_01h2xcejqtf2nbrexx3vqjhpo1", IdError::Character(28)),
        ("pay_01h2xcejqtf2nbrexx3vqjhpu1", IdError::Character(28)),
        ("pay_01h2xcejqtf2-brexx3vqjhp41", IdError::Character(16)),
        ("pay_01h2xcejqtf2\0brexx3vqjhp41", IdError::Character(16)),
        ("pay_01h2xcejqtf2é2brexx3vqjhp4", IdError::Character(16)),
        ("pay_01h2xcejqtf2é2brexx3vqjhp", IdError::Length(25)),
    ] {
        assert_eq!(text.parse::<PaymentId>(), Err(expected), "`{text}`");
    }
    assert!(good.parse::<PaymentId>().is_ok());
    assert_eq!("pay_é".parse::<PaymentId>().unwrap_err().to_string(), "id has 1 characters after its prefix, not 26");
    assert!(serde_json::from_str::<PaymentId>("17").is_err() && serde_json::from_str::<PaymentId>("null").is_err());
}

#[test]
fn each_kind_has_its_own_prefix() {
    let prefixes = [
        PayerId::PREFIX,
        PayeeId::PREFIX,
        DeviceId::PREFIX,
        IntentId::PREFIX,
        PaymentId::PREFIX,
        RefundId::PREFIX,
        AccountId::PREFIX,
        TransferId::PREFIX,
        HoldId::PREFIX,
        DecisionId::PREFIX,
        EventId::PREFIX,
    ];
    let unique: std::collections::BTreeSet<_> = prefixes.iter().collect();
    assert_eq!(unique.len(), prefixes.len());
    assert!(prefixes.iter().all(|prefix| prefix.len() == 3));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(bytes: [u8; 16]) {
        let id = TransferId::from_bytes(bytes);
        let text = id.to_string();
        prop_assert_eq!(text.len(), 30);
        prop_assert_eq!(text.parse::<TransferId>(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        prop_assert_eq!(serde_json::from_str::<TransferId>(&json).unwrap(), id);
        prop_assert_eq!(format!("{id:?}"), text);
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made(
        a in 0_i64..1 << 47, b in 0_i64..1 << 47, x: [u8; 10], y: [u8; 10],
    ) {
        prop_assume!(a != b);
        let make = |millis, random| EventId::new(Instant::from_unix_millis(millis), random);
        let (first, second) = (make(a, x), make(b, y));
        prop_assert_eq!(first.cmp(&second), a.cmp(&b));
        prop_assert_eq!(first.to_string().cmp(&second.to_string()), a.cmp(&b));
    }

    #[test]
    fn no_other_text_names_the_same_id(bytes: [u8; 16], at in 0_usize..30, other in "[ -~]") {
        let text = HoldId::from_bytes(bytes).to_string();
        let changed = [&text[..at], &other, &text[at + 1..]].concat();
        prop_assume!(changed != text);
        prop_assert_ne!(changed.parse::<HoldId>().ok(), Some(HoldId::from_bytes(bytes)));
    }
}
