//! Three servers on one PostgreSQL, over HTTP: paid on one, seen on all; a freeze on one binds on the others; codes made
//! by one are accepted by the others.

use device::{Moment, Phone, Shown, SoftwareKey};
use money::{Amount, Currency, DeviceId, PayerId};
use protocol::{
    FreezeBody, IntentBody, IntentView, LimitWindow, LimitsView, PayerView, PaymentStatus, SetLimitBody, SignUpBody,
    TestFundsBody, to_canonical,
};
use simulator::http::{Connection, Outgoing};
use simulator::{Handset, HandsetError, Source};
use store::{Clock, SystemClock, entropy};

use crate::cluster::cluster;
use crate::program::{Running, farthing, json, text};

struct Machine;

impl Source for Machine {
    fn moment(&mut self) -> Result<Moment, HandsetError> {
        Ok(Moment { now: SystemClock.now(), random: entropy::random().map_err(|_| HandsetError::Chance)? })
    }
}

/// The payer's phone, on a line to one of the nodes.
type Line = Handset<SoftwareKey, Machine>;

/// What phones sign for, whichever node they reach: what a load balancer in front would be called.
const ORIGIN: &str = "http://pay.test";

/// A server on the database, in a folder of its own.
fn node(url: &str, dir: &std::path::Path) -> Running {
    Running::start(&[
        "--json",
        "serve",
        "--data",
        &text(dir),
        "--database-url",
        url,
        "--listen",
        "127.0.0.1:0",
        "--test-mode",
        "--no-web",
        "--no-rate-limits",
        "--risk-shadow",
        "--public-origin",
        ORIGIN,
        "--log",
        "error",
    ])
}

#[tokio::test]
async fn three_servers_on_one_database_are_one_provider() {
    let place = tempfile::tempdir().unwrap();
    let url = cluster().url(&cluster().database().await);
    let dirs = ["a", "b", "c"].map(|name| place.path().join(name));
    let first = node(&url, &dirs[0]);

    copied_as_told(&url, &dirs);
    let nodes = [first, node(&url, &dirs[1]), node(&url, &dirs[2])];
    let addresses = nodes.each_ref().map(|node| node.text("listen"));

    let payee = registered(&dirs[0]);
    let api_key = payee["api_key"].as_str().unwrap().to_owned();
    let now = SystemClock.now();
    let (payer, device) = (PayerId::new(now, [7; 10]), DeviceId::new(now, [7; 10]));
    let mut lines = addresses.each_ref().map(|address| {
        let phone = Phone::new(SoftwareKey::from_seed([7; 32]).unwrap(), ORIGIN, payer, device);
        Handset::new(phone, Connection::to(address).unwrap(), Machine)
    });
    let body = SignUpBody {
        currency: Currency::KRW,
        device,
        device_name: "Test phone".parse().unwrap(),
        name: "Test payer".parse().unwrap(),
        payer,
    };
    lines[0].sign_up(&body).await.unwrap();
    let amount = Amount::new(10_000, Currency::KRW);
    let _: PayerView = lines[0].post("/v1/test/funds", &TestFundsBody { amount }).await.unwrap();

    for (at, line) in lines.iter_mut().enumerate() {
        line.ensure_token().await.unwrap();
        // Asked for on one node, paid on the next.
        let intent = ask(&addresses[(at + 1) % 3], &api_key).await;
        let shown = Shown::from_link(intent.core, SystemClock.now()).unwrap();
        let payment = line.payment_id().unwrap();
        assert_eq!(line.pay(&shown, payment).await.unwrap().status, PaymentStatus::Captured);
    }
    one_limit_holds_over_all_nodes(&addresses, &api_key, &mut lines).await;
    let _: PayerView = lines[1].post("/v1/freeze", &FreezeBody { payer }).await.unwrap();
    let intent = ask(&addresses[0], &api_key).await;
    let shown = Shown::from_link(intent.core, SystemClock.now()).unwrap();
    for line in &mut lines {
        let payment = line.payment_id().unwrap();
        let refused = line.pay(&shown, payment).await.unwrap_err().to_string();
        assert!(refused.contains("frozen"), "{refused}");
    }
    for dir in &dirs {
        assert_eq!(json(&["--json", "ledger", "check", "--data", &text(dir)])["ok"], true);
        assert_eq!(json(&["--json", "audit", "verify", "--data", &text(dir)])["ok"], true);
    }
    for node in nodes {
        assert!(node.terminate().0);
    }
}

/// 200 payments at once, over all nodes, against one limit of 1,000: ten of 100 are paid.
async fn one_limit_holds_over_all_nodes(addresses: &[String; 3], api_key: &str, lines: &mut [Line; 3]) {
    let payer = lines[0].phone().payer();
    let amount = Some(Amount::new(1_300, Currency::KRW));
    let (window, from) = (LimitWindow::Day, None);
    let body = SetLimitBody { amount, category: None, channel: None, from, payer, window };
    // Three were paid before, which count.
    let _: LimitsView = lines[0].post("/v1/limits", &body).await.unwrap();
    let mut waiting = Vec::new();
    for number in 0..200 {
        let intent = ask(&addresses[number % 3], api_key).await;
        let shown = Shown::from_link(intent.core, SystemClock.now()).unwrap();
        let line = &mut lines[number % 3];
        let payment = line.payment_id().unwrap();
        let signed = line.phone().pay(&shown, payment, Machine.moment().unwrap()).unwrap();
        let address = addresses[number % 3].clone();
        waiting.push(tokio::spawn(async move {
            let headers: Vec<_> = signed.headers.iter().map(|(name, value)| (*name, value.clone())).collect();
            let outgoing =
                Outgoing { method: signed.method, path: &signed.path, headers: &headers, body: &signed.body };
            Connection::to(&address).unwrap().send(outgoing).await.unwrap().status
        }));
    }
    let mut statuses = Vec::new();
    for answer in waiting {
        statuses.push(answer.await.unwrap());
    }
    let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(201), count(403)), (10, 190), "{statuses:?}");
}

/// Gives the other nodes the keys of the first, each only once its lack was said.
fn copied_as_told(url: &str, dirs: &[std::path::PathBuf; 3]) {
    let dir = text(&dirs[1]);
    let args = [
        "serve",
        "--data",
        &dir,
        "--database-url",
        url,
        "--test-mode",
        "--no-rate-limits",
        "--risk-shadow",
        "--public-origin",
        ORIGIN,
    ];
    // The other nodes are refused without the keys of the first, and told what to copy.
    let bare = farthing().args(args).output().unwrap();
    let said = String::from_utf8_lossy(&bare.stderr).into_owned();
    assert!(!bare.status.success() && said.contains("kek` is missing; copy it from another node"), "{said}");
    for dir in &dirs[1..] {
        std::fs::create_dir_all(dir).unwrap();
        std::fs::copy(dirs[0].join("kek"), dir.join("kek")).unwrap();
    }
    let bare = farthing().args(args).output().unwrap();
    let said = String::from_utf8_lossy(&bare.stderr).into_owned();
    assert!(!bare.status.success() && said.contains("copy the folder `keys` from another node"), "{said}");
    for dir in &dirs[1..] {
        std::fs::create_dir_all(dir.join("keys")).unwrap();
        for entry in std::fs::read_dir(dirs[0].join("keys")).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), dir.join("keys").join(entry.file_name())).unwrap();
        }
    }
}

fn registered(dir: &std::path::Path) -> serde_json::Value {
    json(&[
        "--json",
        "admin",
        "payee",
        "add",
        "--data",
        &text(dir),
        "--name",
        "카페",
        "--name-latin",
        "Cafe",
        "--category",
        "5814",
        "--place",
        "Seoul",
        "--city",
        "Seoul",
    ])
}

async fn ask(address: &str, api_key: &str) -> IntentView {
    let body = to_canonical(&IntentBody {
        terminal: None,
        amount: Amount::new(100, Currency::KRW),
        capture: protocol::CaptureMode::Automatic,
        expires_in_seconds: 600,
        place: None,
        purpose: "tea".parse().unwrap(),
        reference: None,
    });
    let headers = [("authorization", format!("Bearer {api_key}")), ("content-type", "application/json".to_owned())];
    let outgoing = Outgoing { method: "POST", path: "/v1/intents", headers: &headers, body: &body };
    let answer = Connection::to(address).unwrap().send(outgoing).await.unwrap();
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json().unwrap()
}
