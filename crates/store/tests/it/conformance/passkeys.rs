//! Passkeys: what is vouched for, counted and flagged is read back as it was written, and a ceremony works once on every store.

use credentials::ProofUse;
use credentials::attestation::Attested;
use money::ReasonCode;
use payments::{Accepted, Command, Kept, KeptKey, NewPasskey, PasskeyPermit, PasskeyUse, Passkeys};
use protocol::{AttestationFormat, Biometric, KeyPlace, RenamePasskeyBody, RevokePasskeyBody, Strength, sha256};

use super::Place;
use super::commands::refused;
use crate::town::Person;

impl Place<'_> {
    fn ceremony(&self) -> ProofUse {
        let id = money::Digest::from_bytes(self.town.fresh());
        ProofUse { id, expires_at: self.town.now().checked_add_seconds(120).unwrap() }
    }

    fn use_of(&self, made: &NewPasskey, counter: u32) -> PasskeyUse {
        let NewPasskey { id, backup_eligible, backed_up, .. } = *made;
        PasskeyUse { id, counter, backup_eligible, backed_up, biometric: Biometric::Unknown, ceremony: self.ceremony() }
    }

    fn approve_by_passkey(&self, person: &Person, used: PasskeyUse, body: money::Digest) -> Command {
        let (signed, _) = self.town.signed(person, "/v1/step-up/passkey", &serde_json::json!({})).take_body();
        Command::ApproveByPasskey { permit: PasskeyPermit::dangerous_after_webauthn(), signed, body, used }
    }

    async fn passkeys(&self, person: &Person) -> Passkeys {
        match self.store.kept(KeptKey::Passkeys(person.payer())).await.unwrap() {
            Some(Kept::Passkeys(row)) => row,
            _ => panic!("no passkeys"),
        }
    }
}

pub(crate) async fn a_passkey_is_kept_used_once_a_ceremony_and_flagged_for_good(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 0).await;
    let attested = Attested {
        format: AttestationFormat::AndroidKey,
        root: sha256(b"root"),
        place: KeyPlace::TrustedEnvironment,
        biometric: Biometric::Class3,
    };
    let made = NewPasskey {
        id: sha256(b"a credential's id"),
        credential: "{\"열쇠\":1}".to_owned(),
        aaguid: "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa".to_owned(),
        counter: 1,
        backup_eligible: false,
        backed_up: false,
        attested: Some(attested),
        biometric: Biometric::Class3,
    };
    let (signed, _) = town.signed(&mina, "/v1/passkeys", &serde_json::json!({})).take_body();
    let permit = PasskeyPermit::dangerous_after_webauthn();
    let (name, ceremony) = ("내 전화".parse().unwrap(), place.ceremony());
    let add = Command::AddPasskey { permit, signed, made: made.clone(), name, vouched: false, ceremony };
    place.run(add).await.unwrap();
    let place = place.restart().await;
    assert_eq!(place.passkeys(&mina).await.passkeys[0].made, made, "read back as it was written");

    let used = place.use_of(&made, 2);
    let Ok(Accepted::Approved(approval)) = place.run(place.approve_by_passkey(&mina, used, sha256(b"x"))).await else {
        panic!("not approved")
    };
    assert_eq!(approval.strength, Strength::Attested);
    let place = place.restart().await;
    let again = PasskeyUse { counter: 9, ..used };
    let replayed = place.run(place.approve_by_passkey(&mina, again, sha256(b"y"))).await;
    assert_eq!(refused(replayed), ReasonCode::ProofReplayed, "a ceremony works once, also after a restart");
    assert_eq!(place.passkeys(&mina).await.passkeys[0].made.counter, 2);

    let cloned = place.run(place.approve_by_passkey(&mina, place.use_of(&made, 2), sha256(b"x"))).await;
    assert_eq!(refused(cloned), ReasonCode::PasskeyCloned);
    let place = place.restart().await;
    assert!(place.passkeys(&mina).await.passkeys[0].flagged, "the refusal's own change is kept");
    let later = place.run(place.approve_by_passkey(&mina, place.use_of(&made, 99), sha256(b"x"))).await;
    assert_eq!(refused(later), ReasonCode::PasskeyCloned);
    let body = RenamePasskeyBody { name: "낡은 전화".parse().unwrap(), passkey: made.id };
    let signed = place.town.signed(&mina, "/v1/passkeys/rename", &body);
    place.run(Command::RenamePasskey { signed }).await.unwrap();
    let signed = place.town.signed(&mina, "/v1/passkeys/revoke", &RevokePasskeyBody { passkey: made.id });
    place.run(Command::RevokePasskey { signed }).await.unwrap();
    let place = place.restart().await;
    assert!(place.passkeys(&mina).await.passkeys.is_empty());
    place.proven().await;
}
