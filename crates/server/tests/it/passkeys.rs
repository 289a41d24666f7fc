//! Passkeys over real HTTP, with a software authenticator: registered, used for one payment, for signing in, and not cloned.

use protocol::{
    AddPasskeyBody, ApprovalView, BeginPasskeyBody, BeginPasskeyStepUpBody, BeginSignInBody, CeremonyView, Page,
    PasskeyStepUpBody, PasskeyView, PaymentView, RenamePasskeyBody, RevokePasskeyBody, SignInBody, SignInView,
    Strength, sha256, to_canonical,
};
use testkit::authenticator::Authenticator;

use crate::client::Answer;
use crate::step_up::missing;
use crate::world::{Handset, World, fresh, payment_id};

/// An authenticator for this server's pages, which are opened as `localhost`.
pub(crate) fn authenticator(world: &World) -> Authenticator {
    let mut seed = [3; 32];
    seed[..8].copy_from_slice(&fresh().to_be_bytes());
    Authenticator::new(seed, &format!("http://localhost:{}", world.address().port()), "localhost")
}

impl Handset {
    pub(crate) async fn begin_passkey(&mut self, world: &World) -> Answer {
        self.post(world, "/v1/passkeys/begin", &BeginPasskeyBody { name: "내 전화".parse().unwrap() }).await
    }

    pub(crate) async fn add_passkey(&mut self, world: &World, begun: &CeremonyView, by: &mut Authenticator) -> Answer {
        let (ceremony, credential) = (begun.ceremony.clone(), by.create(&begun.options));
        let body = AddPasskeyBody { biometric: None, ceremony, credential };
        self.post(world, "/v1/passkeys", &body).await
    }

    /// Registers `by` while the wallet is new.
    pub(crate) async fn register(&mut self, world: &World, by: &mut Authenticator) -> PasskeyView {
        let begun: CeremonyView = self.begin_passkey(world).await.expect(200);
        self.add_passkey(world, &begun, by).await.expect(201)
    }

    pub(crate) async fn begin_step_up(&mut self, world: &World, body: money::Digest) -> Answer {
        self.post(world, "/v1/step-up/passkey/begin", &BeginPasskeyStepUpBody { body, strength: None }).await
    }

    /// Approves the body of this digest by passkey.
    pub(crate) async fn approve_by(&mut self, world: &World, body: money::Digest, by: &mut Authenticator) -> Answer {
        let begun: CeremonyView = self.begin_step_up(world, body).await.expect(200);
        let (ceremony, credential) = (begun.ceremony, by.get(&begun.options));
        let sent = PasskeyStepUpBody { biometric: None, body, ceremony, credential };
        self.post(world, "/v1/step-up/passkey", &sent).await
    }

    pub(crate) async fn passkeys(&mut self, world: &World) -> Vec<PasskeyView> {
        self.get(world, "/v1/passkeys").await.expect::<Page<PasskeyView>>(200).items
    }

    /// Signs in by passkey as a new device that has this phone's key.
    pub(crate) async fn sign_in(&mut self, world: &World, by: &mut Authenticator) -> Answer {
        let device = self.phone.device();
        let begin = BeginSignInBody { device };
        let answer = self.call(world, |phone| phone.enrol("/v1/sign-in/begin", &begin, world.moment())).await;
        let begun: CeremonyView = answer.expect(200);
        let body = SignInBody {
            ceremony: begun.ceremony,
            credential: by.get(&begun.options),
            device,
            device_name: "새 전화".parse().unwrap(),
        };
        self.call(world, |phone| phone.enrol("/v1/sign-in", &body, world.moment())).await
    }
}

#[tokio::test]
async fn a_passkey_approves_one_payment_and_its_ceremony_works_once() {
    let world = World::start().await;
    let (mut mina, shop, mut key) = (world.payer(500_000).await, world.merchant().await, authenticator(&world));
    let added = mina.register(&world, &mut key).await;
    assert_eq!((added.name.as_str(), added.usable_from), ("내 전화", world.now()));

    let intent = shop.intent(&world, 150_000).await;
    let bytes = mina.written(&world, &intent, payment_id(&world));
    let asked = missing(&mina.send_payment(&world, &bytes).await);
    assert_eq!((asked.methods[0].strength, asked.methods[0].path.as_str()), (Strength::Passkey, "/v1/step-up/passkey"));
    let digest = asked.body.unwrap();
    let begun: CeremonyView = mina.begin_step_up(&world, digest).await.expect(200);
    let credential = key.get(&begun.options);
    let sent = PasskeyStepUpBody { biometric: None, body: digest, ceremony: begun.ceremony, credential };
    let approval: ApprovalView = mina.post(&world, "/v1/step-up/passkey", &sent).await.expect(200);
    assert_eq!((approval.body, approval.strength), (digest, Strength::Passkey));
    // The same assertion again, freshly signed by the device.
    let again = mina.post(&world, "/v1/step-up/passkey", &sent).await;
    assert_eq!(again.problem(), (401, "proof.replayed".to_owned()));
    let paid: PaymentView = mina.send_payment(&world, &bytes).await.expect(201);
    assert_eq!(paid.captured, intent.core.amount);
    assert_eq!(mina.passkeys(&world).await[0].last_used_at, Some(world.now()));
}

#[tokio::test]
async fn an_assertion_for_another_payment_or_from_another_device_is_refused() {
    let world = World::start().await;
    let (mut mina, mut jun, mut key) = (world.payer(0).await, world.payer(0).await, authenticator(&world));
    mina.register(&world, &mut key).await;
    let (body, other) = (sha256(b"this payment"), sha256(b"another"));
    let begun: CeremonyView = mina.begin_step_up(&world, body).await.expect(200);
    let credential = key.get(&begun.options);
    let sent = PasskeyStepUpBody { biometric: None, body: other, ceremony: begun.ceremony.clone(), credential };
    let answer = mina.post(&world, "/v1/step-up/passkey", &sent).await;
    assert_eq!(answer.problem(), (403, "passkey.refused".to_owned()));
    let theirs = PasskeyStepUpBody { body, ..sent.clone() };
    let answer = jun.post(&world, "/v1/step-up/passkey", &theirs).await;
    assert_eq!(answer.problem(), (403, "passkey.ceremony_over".to_owned()));
    // The ceremony of one purpose is not that of another.
    let add = AddPasskeyBody { biometric: None, ceremony: sent.ceremony, credential: sent.credential };
    let answer = mina.post(&world, "/v1/passkeys", &add).await;
    assert_eq!(answer.problem(), (403, "passkey.ceremony_over".to_owned()));
    assert_eq!(jun.begin_step_up(&world, body).await.problem(), (404, "passkey.unknown".to_owned()));
    world.clock.advance(121);
    assert_eq!(mina.post(&world, "/v1/step-up/passkey", &theirs).await.problem().1, "passkey.ceremony_over");
}

/// A synced passkey may be anywhere its owner's account is: on a device that was never bound it signs in, and pays nothing.
#[tokio::test]
async fn a_synced_passkey_signs_in_on_a_new_device_which_waits() {
    let world = World::start().await;
    let (mut mina, shop) = (world.payer(500_000).await, world.merchant().await);
    let mut key = authenticator(&world).synced();
    let added = mina.register(&world, &mut key).await;
    assert!(added.backup_eligible && added.backed_up);

    let mut new = Handset::of(&world, mina.phone.payer());
    let view: SignInView = new.sign_in(&world, &mut key).await.expect(201);
    assert_eq!(view.payer.payer, mina.phone.payer());
    new.accept(&view.token);
    let intent = shop.intent(&world, 1_000).await;
    let answer = new.pay_answer(&world, &intent, payment_id(&world)).await;
    assert_eq!(answer.problem(), (403, "device.cooling_off".to_owned()));
    let begun: CeremonyView = new.begin_step_up(&world, sha256(b"x")).await.expect(200);
    let (body, credential) = (sha256(b"x"), key.get(&begun.options));
    let sent = PasskeyStepUpBody { biometric: None, body, ceremony: begun.ceremony, credential };
    let answer = new.post(&world, "/v1/step-up/passkey", &sent).await;
    assert_eq!(answer.problem(), (403, "device.cooling_off".to_owned()));
    assert!(mina.get(&world, "/v1/alerts").await.text().contains("device.bound"));
    world.clock.advance(12 * 3_600);
    new.renew(&world).await;
    let intent = shop.intent(&world, 1_000).await;
    assert_eq!(new.pay(&world, &intent).await.captured, intent.core.amount);
}

#[tokio::test]
async fn a_stranger_signs_in_nowhere_and_learns_one_code() {
    let world = World::start().await;
    let (mut mina, mut key) = (world.payer(0).await, authenticator(&world));
    mina.register(&world, &mut key).await;
    let mut new = Handset::of(&world, mina.phone.payer());
    // A passkey nobody registered, one of a wallet that is not there, and a right one from a wrong page.
    let mut unknown = authenticator(&world);
    let user = serde_json::json!({"user": {"id": "AAECAwQFBgcICQoLDA0ODw"}});
    let _ = unknown.create(&user);
    assert_eq!(new.sign_in(&world, &mut unknown).await.problem(), (403, "passkey.refused".to_owned()));
    key.origin = "http://localhost:1".to_owned();
    assert_eq!(new.sign_in(&world, &mut key).await.problem(), (403, "passkey.refused".to_owned()));
    key.origin = format!("http://localhost:{}", world.address().port());
    assert_eq!(mina.post(&world, "/v1/freeze", &serde_json::json!({"payer": mina.phone.payer()})).await.status, 200);
    assert_eq!(new.sign_in(&world, &mut key).await.problem(), (403, "payer.frozen".to_owned()));
}

#[tokio::test]
async fn a_counter_that_goes_back_flags_the_passkey_and_tells_the_payer() {
    let world = World::start().await;
    let (mut mina, mut key) = (world.payer(0).await, authenticator(&world));
    let added = mina.register(&world, &mut key).await;
    assert_eq!(mina.approve_by(&world, sha256(b"one"), &mut key).await.status, 200);
    key.counter = 1;
    let answer = mina.approve_by(&world, sha256(b"two"), &mut key).await;
    assert_eq!(answer.problem(), (403, "passkey.refused".to_owned()));
    assert!(mina.passkeys(&world).await[0].flagged);
    assert!(mina.get(&world, "/v1/alerts").await.text().contains("passkey.cloned"));
    // From now on it approves nothing; and nothing is needed to be rid of it.
    key.counter = 1_000;
    let begun = mina.begin_step_up(&world, sha256(b"three")).await;
    assert_eq!(begun.problem(), (403, "passkey.waiting".to_owned()));
    let revoke = RevokePasskeyBody { passkey: added.passkey };
    assert_eq!(mina.post(&world, "/v1/passkeys/revoke", &revoke).await.status, 200);
    assert!(mina.passkeys(&world).await.is_empty());
}

#[tokio::test]
async fn another_passkey_is_vouched_for_by_the_strongest_or_waits() {
    let world = World::start().await;
    let (mut mina, mut key) = (world.payer(0).await, authenticator(&world));
    world.clock.advance(700);
    mina.renew(&world).await;
    let first = mina.register(&world, &mut key).await;
    assert_eq!(Some(first.usable_from), world.now().checked_add_seconds(12 * 3_600));
    assert_eq!(mina.begin_step_up(&world, sha256(b"x")).await.problem(), (403, "passkey.waiting".to_owned()));
    world.clock.advance(12 * 3_600);
    mina.renew(&world).await;
    let mut second = authenticator(&world);
    let asked = missing(&mina.begin_passkey(&world).await);
    assert_eq!(asked.strength, Strength::Passkey);
    assert_eq!(asked.reasons[0].code.code(), "step_up.factor_change");
    assert_eq!(mina.approve_by(&world, asked.body.unwrap(), &mut key).await.status, 200);
    let begun: CeremonyView = mina.begin_passkey(&world).await.expect(200);
    let added: PasskeyView = mina.add_passkey(&world, &begun, &mut second).await.expect(201);
    assert_eq!(added.usable_from, world.now());
    let again = mina.add_passkey(&world, &begun, &mut second).await;
    assert_eq!(again.problem(), (401, "proof.replayed".to_owned()));
    // A weaker factor is not set beside a passkey without it.
    let asked = missing(&mina.set_pin(&world, "493817", None).await);
    assert_eq!(asked.strength, Strength::Passkey);

    let rename = RenamePasskeyBody { name: "열쇠고리".parse().unwrap(), passkey: added.passkey };
    assert_eq!(mina.post(&world, "/v1/passkeys/rename", &rename).await.expect::<PasskeyView>(200).name, "열쇠고리");
    let revoke = RevokePasskeyBody { passkey: first.passkey };
    assert_eq!(missing(&mina.post(&world, "/v1/passkeys/revoke", &revoke).await).strength, Strength::Passkey);
    let digest = sha256(&to_canonical(&revoke));
    assert_eq!(mina.approve_by(&world, digest, &mut second).await.status, 200);
    assert_eq!(mina.post(&world, "/v1/passkeys/revoke", &revoke).await.status, 200);
    assert_eq!(mina.post(&world, "/v1/passkeys/revoke", &revoke).await.problem().1, "passkey.unknown");
    assert_eq!(mina.passkeys(&world).await.len(), 1);
}
