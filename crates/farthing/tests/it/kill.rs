//! Nothing acknowledged is lost: a server under load is killed without warning, again and again.

use std::path::Path;
use std::sync::mpsc;

use device::{Moment, Phone, Shown, SoftwareKey};
use money::{Amount, Currency, DeviceId, PayerId, PaymentId};
use protocol::{
    IntentBody, IntentView, PayerView, PaymentStatus, PaymentView, SignUpBody, TestFundsBody, to_canonical,
};
use simulator::http::{Connection, Outgoing};
use simulator::{Handset, HandsetError, Source};
use store::{Clock, SystemClock, entropy};
use tokio::task::JoinSet;

use crate::program::{Running, json, text};

const ROUNDS: usize = 10;
const PAYERS: u8 = 4;
/// How many acknowledged payments a round waits for before it kills.
const ACKNOWLEDGED_A_ROUND: usize = 12;

struct Machine;

impl Source for Machine {
    fn moment(&mut self) -> Result<Moment, HandsetError> {
        Ok(Moment { now: SystemClock.now(), random: entropy::random().map_err(|_| HandsetError::Chance)? })
    }
}

type Line = Handset<SoftwareKey, Machine>;

/// A payer and everything the server has acknowledged to them.
#[derive(Clone)]
struct Payer {
    seed: u8,
    payer: PayerId,
    device: DeviceId,
    acknowledged: Vec<PaymentId>,
}

impl Payer {
    fn new(seed: u8) -> Self {
        let now = SystemClock.now();
        let (payer, device) = (PayerId::new(now, [seed; 10]), DeviceId::new(now, [seed; 10]));
        Self { seed, payer, device, acknowledged: Vec::new() }
    }

    fn line(&self, url: &str) -> Line {
        let key = SoftwareKey::from_seed([self.seed; 32]).unwrap();
        Handset::new(Phone::new(key, url, self.payer, self.device), Connection::to(url).unwrap(), Machine)
    }

    async fn enrol(&self, url: &str) {
        let mut line = self.line(url);
        let body = SignUpBody {
            currency: Currency::KRW,
            device: self.device,
            device_name: "Test phone".parse().unwrap(),
            name: "Test payer".parse().unwrap(),
            payer: self.payer,
        };
        line.sign_up(&body).await.unwrap();
        let amount = Amount::new(500_000, Currency::KRW);
        let _: PayerView = line.post("/v1/test/funds", &TestFundsBody { amount }).await.unwrap();
    }

    /// Pays until the server is gone, and tells of each acknowledgement.
    async fn pay_until_it_is_gone(mut self, url: String, api_key: String, tell: mpsc::Sender<()>) -> Self {
        let (mut line, mut shop) = (self.line(&url), Connection::to(&url).unwrap());
        loop {
            let Ok(intent) = ask(&mut shop, &api_key).await else { return self };
            let shown = Shown::from_link(intent.core, SystemClock.now()).unwrap();
            let payment = line.payment_id().unwrap();
            match line.pay(&shown, payment).await {
                Ok(paid) => {
                    assert_eq!(paid.status, PaymentStatus::Captured);
                    self.acknowledged.push(payment);
                    // Nobody listens any more once enough were counted.
                    let _ = tell.send(());
                }
                // What was not acknowledged may or may not have happened.
                Err(HandsetError::Http(_)) => return self,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

async fn ask(shop: &mut Connection, api_key: &str) -> Result<IntentView, HandsetError> {
    let body = IntentBody {
        terminal: None,
        amount: Amount::new(100, Currency::KRW),
        capture: protocol::CaptureMode::Automatic,
        expires_in_seconds: 600,
        place: None,
        purpose: "Load".parse().unwrap(),
        reference: None,
    };
    let headers = [("authorization", format!("Bearer {api_key}")), ("content-type", "application/json".to_owned())];
    let body = to_canonical(&body);
    let answer = shop.send(Outgoing { method: "POST", path: "/v1/intents", headers: &headers, body: &body }).await?;
    assert_eq!(answer.status, 201, "{answer:?}");
    Ok(answer.json()?)
}

fn serve(data: &Path) -> Running {
    let data = text(data);
    let flags = ["--test-mode", "--no-rate-limits", "--risk-shadow", "--log", "error"];
    Running::start(&[&["--json", "serve", "--listen", "127.0.0.1:0", "--data", &data], &flags[..]].concat())
}

/// The books agree, and every acknowledged payment is found.
async fn check(data: &Path, url: &str, payers: &[Payer]) -> usize {
    let books = json(&["--json", "ledger", "check", "--data", &text(data)]);
    assert_eq!(books["ok"], true, "{books}");
    let mut found = 0;
    for payer in payers {
        let mut line = payer.line(url);
        for payment in &payer.acknowledged {
            let view: PaymentView = line.get(&format!("/v1/payments/{payment}")).await.unwrap();
            assert_eq!((view.payment, view.status), (*payment, PaymentStatus::Captured));
            found += 1;
        }
    }
    found
}

#[test]
fn kill_a_server_under_load_ten_times_and_no_acknowledged_payment_is_lost() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut payers: Vec<Payer> = (1..=PAYERS).map(Payer::new).collect();
    let mut server = serve(&data);
    let shop = json(&[
        "--json",
        "admin",
        "payee",
        "add",
        "--data",
        &text(&data),
        "--name",
        "시험 가게",
        "--name-latin",
        "Test Shop",
        "--category",
        "5812",
        "--place",
        "1",
        "--city",
        "Saebyeok",
    ]);
    let api_key = shop["api_key"].as_str().unwrap().to_owned();
    runtime.block_on(async {
        for payer in &payers {
            payer.enrol(&server.text("url")).await;
        }
    });
    for round in 0..ROUNDS {
        let url = server.text("url");
        let (tell, told) = mpsc::channel();
        let mut paying = JoinSet::new();
        for payer in payers.drain(..) {
            let (url, api_key, tell) = (url.clone(), api_key.clone(), tell.clone());
            paying.spawn_on(payer.pay_until_it_is_gone(url, api_key, tell), runtime.handle());
        }
        drop(tell);
        assert_eq!(told.iter().take(ACKNOWLEDGED_A_ROUND).count(), ACKNOWLEDGED_A_ROUND);
        server.kill();
        payers = runtime.block_on(paying.join_all());
        server = serve(&data);
        let found = runtime.block_on(check(&data, &server.text("url"), &payers));
        assert!(found >= ACKNOWLEDGED_A_ROUND * (round + 1), "{found} in round {round}");
    }
    assert!(server.terminate().0);
    let audit = json(&["--json", "audit", "verify", "--data", &text(&data)]);
    assert_eq!(audit["ok"], true, "{audit}");
}
