//! Recovery: codes are used up, what spoke is remembered, and who called a recovery off too, on every store and after a restart.

use money::{Digest, ReasonCode};
use payments::{Accepted, Command, Kept, KeptKey, Lock, Recovery};
use protocol::{PrintCodesBody, RevokeDeviceBody, SessionKind, TokenBody, sha256};

use super::Place;
use super::commands::refused;
use crate::town::{Person, staff};

fn code(number: u8) -> Digest {
    sha256(&[number])
}

impl Place<'_> {
    async fn recovery(&self, person: &Person) -> Recovery {
        match self.store.kept(KeptKey::Recovery(person.payer())).await.unwrap() {
            Some(Kept::Recovery(row)) => row,
            _ => panic!("nothing is kept of recovery"),
        }
    }

    /// `new`, a phone of its own, shows a code for `owner`'s wallet, or nothing.
    fn recover(&self, owner: &Person, new: &Person, code: Option<Digest>) -> Command {
        let (device, payer) = (new.phone.device(), owner.payer());
        let body = TokenBody { device, kind: SessionKind::Own, payer };
        let (enrolling, _) = self.town.enrolling(new, "/v1/recovery", &body).take_body();
        let (name, place) = ("새 전화".parse().unwrap(), "203.0.113.0/24".to_owned());
        Command::Recover { enrolling, payer, device, name, code, passkey: None, place }
    }

    fn vouched(&self, owner: &Person, new: &Person) -> Command {
        Command::VouchIdentity { permit: staff(), payer: owner.payer(), device: new.phone.device() }
    }
}

pub(crate) async fn a_code_is_used_up_and_what_spoke_is_remembered(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 0).await;
    let signed = town.signed(&mina, "/v1/recovery/codes", &PrintCodesBody { payer: mina.payer() });
    let codes = (0..5).map(code).collect();
    place.run(Command::PrintCodes { signed, codes }).await.unwrap();
    let place = place.restart().await;
    assert_eq!(place.recovery(&mina).await.codes.len(), 5);

    // A freeze by a code lasts a day, and the code is gone.
    place.run(Command::FreezeByCode { payer: mina.payer(), code: code(0) }).await.unwrap();
    place.run(Command::FreezeByCode { payer: mina.payer(), code: code(9) }).await.unwrap();
    let place = place.restart().await;
    let (payer, _) = place.store.payer(mina.payer()).await.unwrap().unwrap();
    assert_eq!(payer.lock, Lock::Thawing(place.town.now().checked_add_seconds(86_400).unwrap()));
    assert_eq!(place.recovery(&mina).await.codes.len(), 4);

    let new = place.town.stranger();
    let once = place.run(place.recover(&mina, &new, Some(code(1)))).await;
    assert_eq!(refused(once), ReasonCode::RecoveryFactorMissing);
    let place = place.restart().await;
    let kept = place.recovery(&mina).await;
    assert_eq!((kept.codes.len(), kept.claims.len()), (3, 1), "used up and remembered, though the answer was no");
    let twice = place.run(place.recover(&mina, &new, Some(code(1)))).await;
    assert_eq!(refused(twice), ReasonCode::RecoveryRefused);
    place.run(place.vouched(&mina, &new)).await.unwrap();
    let place = place.restart().await;
    assert!(matches!(place.run(place.recover(&mina, &new, None)).await, Ok(Accepted::Session(_))));

    // The old device calls it off; the next one needs papers, and is not called off.
    let body = RevokeDeviceBody { device: new.phone.device() };
    let signed = place.town.signed(&mina, "/v1/devices/revoke", &body);
    place.run(Command::RevokeDevice { signed }).await.unwrap();
    let place = place.restart().await;
    assert_eq!(place.recovery(&mina).await.cancelled.map(|cancelled| cancelled.by), Some(mina.phone.device()));
    let other = place.town.stranger();
    let unpapered = place.run(place.recover(&mina, &other, Some(code(2)))).await;
    assert_eq!(refused(unpapered), ReasonCode::RecoveryFactorMissing);
    place.run(place.vouched(&mina, &other)).await.unwrap();
    assert!(matches!(place.run(place.recover(&mina, &other, None)).await, Ok(Accepted::Session(_))));
    let place = place.restart().await;
    let signed = place.town.signed(&mina, "/v1/devices/revoke", &RevokeDeviceBody { device: other.phone.device() });
    assert_eq!(refused(place.run(Command::RevokeDevice { signed }).await), ReasonCode::RecoveryContested);
    let command = Command::StaffRevokeDevice { permit: staff(), payer: mina.payer(), device: mina.phone.device() };
    place.run(command).await.unwrap();
    let place = place.restart().await;
    assert_eq!(refused(place.run(place.town.freeze(&mina)).await), ReasonCode::DeviceRevoked);
    place.proven().await;
}
