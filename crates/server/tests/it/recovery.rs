//! Recovery over real HTTP: a code and a passkey bind a new phone; a code alone stops the wallet and tells nothing.

use protocol::{
    BeginSignInBody, CeremonyView, CodesView, FreezeByCodeBody, HeardView, PayerView, PrintCodesBody, RecoverBody,
    RecoveredView, RecoveryCode, RecoveryPasskey, RecoveryView,
};
use testkit::authenticator::Authenticator;

use crate::client::{Answer, Sent};
use crate::passkeys::authenticator;
use crate::world::{Handset, World, payment_id};

impl Handset {
    async fn print(&mut self, world: &World) -> CodesView {
        let body = PrintCodesBody { payer: self.phone.payer() };
        self.post(world, "/v1/recovery/codes", &body).await.expect(201)
    }

    async fn recover(&mut self, world: &World, code: Option<RecoveryCode>, by: Option<&mut Authenticator>) -> Answer {
        let device = self.phone.device();
        let mut passkey = None;
        if let Some(by) = by {
            let begin = BeginSignInBody { device };
            let answer = self.call(world, |phone| phone.enrol("/v1/sign-in/begin", &begin, world.moment())).await;
            let begun: CeremonyView = answer.expect(200);
            passkey = Some(RecoveryPasskey { credential: by.get(&begun.options), ceremony: begun.ceremony });
        }
        let (device_name, payer) = ("새 전화".parse().unwrap(), self.phone.payer());
        let body = RecoverBody { code, device, device_name, passkey, payer };
        self.call(world, |phone| phone.enrol("/v1/recovery", &body, world.moment())).await
    }
}

async fn freeze_by(world: &World, payer: money::PayerId, code: RecoveryCode) -> Answer {
    let body = serde_json::to_vec(&FreezeByCodeBody { code, payer }).unwrap();
    world.send(Sent::new("POST", "/v1/recovery/freeze").body(body)).await
}

#[tokio::test]
async fn a_code_and_a_passkey_bind_a_new_phone_which_waits() {
    let world = World::start().await;
    let (mut mina, shop, mut key) = (world.payer(500_000).await, world.merchant().await, authenticator(&world));
    let sheet = mina.print(&world).await;
    assert_eq!((sheet.codes.len(), sheet.usable_from), (5, world.now()));
    mina.register(&world, &mut key).await;
    assert_eq!(mina.get(&world, "/v1/recovery").await.expect::<RecoveryView>(200).codes_left, 5);

    let mut new = Handset::of(&world, mina.phone.payer());
    let one = new.recover(&world, Some(sheet.codes[0].clone()), None).await;
    assert_eq!(one.problem(), (403, "recovery.factor_missing".to_owned()));
    let again = new.recover(&world, Some(sheet.codes[0].clone()), None).await;
    assert_eq!(again.problem(), (403, "recovery.refused".to_owned()));
    let view: RecoveredView = new.recover(&world, None, Some(&mut key)).await.expect(201);
    assert_eq!(view.payer.payer, mina.phone.payer());
    new.accept(&view.token);
    let intent = shop.intent(&world, 1_000).await;
    let answer = new.pay_answer(&world, &intent, payment_id(&world)).await;
    assert_eq!(answer.problem(), (403, "device.cooling_off".to_owned()));
    let alerts = mina.get(&world, "/v1/alerts").await.text();
    for told in ["recovery.begun", "recovery.granted", "device.bound", "recovery.printed"] {
        assert!(alerts.contains(told), "{told} in {alerts}");
    }
    world.clock.advance(12 * 3_600);
    new.renew(&world).await;
    let intent = shop.intent(&world, 1_000).await;
    assert_eq!(new.pay(&world, &intent).await.captured, intent.core.amount);
}

#[tokio::test]
async fn a_printed_code_freezes_from_anywhere_and_the_answer_tells_nothing() {
    let world = World::start().await;
    let (mut mina, mut jun) = (world.payer(5_000).await, world.payer(5_000).await);
    let sheet = mina.print(&world).await;
    let wrong = freeze_by(&world, mina.phone.payer(), RecoveryCode::from_random([7; 10])).await;
    let others = freeze_by(&world, jun.phone.payer(), sheet.codes[0].clone()).await;
    let nobodys = freeze_by(&world, Handset::new(&world).phone.payer(), sheet.codes[0].clone()).await;
    assert!(!mina.me(&world).await.frozen && !jun.me(&world).await.frozen);
    let right = freeze_by(&world, mina.phone.payer(), sheet.codes[0].clone()).await;
    assert!(right.expect::<HeardView>(200).heard);
    for answer in [wrong, others, nobodys] {
        assert_eq!((answer.status, answer.body), (right.status, right.body.clone()));
    }
    let me: PayerView = mina.me(&world).await;
    assert_eq!(me.unfreezes_at, world.now().checked_add_seconds(86_400));
    assert_eq!(mina.get(&world, "/v1/recovery").await.expect::<RecoveryView>(200).codes_left, 4);
}
