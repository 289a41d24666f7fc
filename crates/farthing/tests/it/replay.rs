//! A proof works once, also when the server that saw it is gone: read or write, after `kill -9` and a new start.

use device::{Heard, Moment, Phone, Request, SoftwareKey};
use money::{Currency, DeviceId, PayerId};
use protocol::{FreezeBody, Problem, SignUpBody, SignUpView};
use simulator::http::{Answer, Connection, Outgoing};
use store::{Clock, SystemClock, entropy};

use crate::program::{Running, text};

/// What phones sign for: the same before and after.
const ORIGIN: &str = "http://pay.test";

fn serve(data: &std::path::Path) -> (Running, Connection) {
    let (data, at) = (text(data), ["--listen", "127.0.0.1:0", "--public-origin", ORIGIN]);
    let running = Running::start(&[&["--json", "serve", "--data", &data, "--test-mode", "--no-web"], &at[..]].concat());
    let line = Connection::to(&running.text("listen")).unwrap();
    (running, line)
}

fn moment() -> Moment {
    Moment { now: SystemClock.now(), random: entropy::random().unwrap() }
}

async fn send(line: &mut Connection, request: &Request) -> Answer {
    let Request { method, path, headers, body } = request;
    line.send(Outgoing { method, path, headers, body }).await.unwrap()
}

/// Sends what `make` makes until the server has no other nonce to give; the request that was answered, and its answer.
async fn heard(
    line: &mut Connection,
    phone: &mut Phone<SoftwareKey>,
    make: impl Fn(&Phone<SoftwareKey>) -> Request,
) -> (Request, Answer) {
    let request = make(phone);
    let answer = send(line, &request).await;
    match phone.hear(answer.status, answer.nonce.as_deref()) {
        Heard::Answered => (request, answer),
        Heard::SignAgain => {
            let request = make(phone);
            let answer = send(line, &request).await;
            (request, answer)
        }
    }
}

fn code(answer: &Answer) -> (u16, String) {
    let problem: Problem = answer.json().unwrap();
    (answer.status, problem.code.to_string())
}

#[tokio::test]
async fn kill_and_start_anew_and_no_proof_works_a_second_time() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    let (server, mut line) = serve(&data);
    let (payer, device) = (PayerId::new(SystemClock.now(), [7; 10]), DeviceId::new(SystemClock.now(), [7; 10]));
    let mut phone = Phone::new(SoftwareKey::from_seed([7; 32]).unwrap(), ORIGIN, payer, device);
    let body = SignUpBody {
        currency: Currency::KRW,
        device,
        device_name: "phone".parse().unwrap(),
        name: "Ada".parse().unwrap(),
        payer,
    };
    let (_, answer) = heard(&mut line, &mut phone, |phone| phone.sign_up(body.clone(), moment()).unwrap()).await;
    phone.accept_token(&answer.json::<SignUpView>().unwrap().token);

    let get = |phone: &Phone<SoftwareKey>| phone.get("/v1/me", moment()).unwrap();
    let (read, answer) = heard(&mut line, &mut phone, get).await;
    assert!(answer.is_success());
    assert_eq!(code(&send(&mut line, &read).await), (401, "proof.replayed".to_owned()));
    let freeze = |phone: &Phone<SoftwareKey>| phone.post("/v1/freeze", &FreezeBody { payer }, moment()).unwrap();
    let (write, answer) = heard(&mut line, &mut phone, freeze).await;
    assert!(answer.is_success());

    server.kill();
    let (_server, mut line) = serve(&data);
    let answer = send(&mut line, &read).await;
    assert_eq!(code(&answer), (401, "auth.nonce_needed".to_owned()), "no process remembers it, so none takes it");
    assert_eq!(code(&send(&mut line, &write).await), (401, "proof.replayed".to_owned()), "the store remembers it");
    phone.hear(answer.status, answer.nonce.as_deref());
    assert!(send(&mut line, &get(&phone)).await.is_success(), "an honest phone signs again and goes on");
}
