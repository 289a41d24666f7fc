//! Scenario text: what people do, line by line, and what comes of it. `# …` is a comment; `-> …` is what must be said.

use credentials::{PinProof, PinTry, Signed};
use money::{Amount, Currency, Digest, ReasonCode};
use payments::{
    Accepted, Arrival, Command, HeldVerdict, Lock, PayerAuthority, PinPurpose, Refusal, StaffPermit, SystemPermit,
};
use protocol::{
    CancelPaymentBody, CaptureBody, CaptureMode, ClientFacts, FreezeBody, FundingKind, IntentBody, IntentStatus,
    PayBody, PaymentStatus, Pin, PinStepUpBody, QuoteBody, RefundBody, RemovePinBody, SetPinBody, Text, UnfreezeBody,
    Via, VoidBody, sha256, to_canonical,
};

use crate::world::{World, intent_id, payment_id, refund_id};

/// Runs a scenario in a new world.
#[track_caller]
pub(crate) fn check(text: &str) -> World {
    let mut world = World::new();
    run(&mut world, text);
    world
}

/// Runs a scenario in `world`.
#[track_caller]
pub(crate) fn run(world: &mut World, text: &str) {
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (command, expected) = match line.split_once("->") {
            Some((command, expected)) => (command.trim(), Some(expected.trim())),
            None => (line, None),
        };
        let said = step(world, command);
        match expected {
            Some(expected) => assert_eq!(said, expected, "in `{line}`"),
            None => assert!(!said.starts_with("refused"), "`{line}` was {said}"),
        }
    }
}

/// Carries out one line and says what came of it.
pub(crate) fn step(world: &mut World, line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["payer", name, funds] => {
            world.open_payer(name, funds.parse().unwrap());
            "opened".to_owned()
        }
        ["payee", name] => {
            world.register_payee(name);
            "registered".to_owned()
        }
        ["wait", seconds] => {
            world.now = world.now.checked_add_seconds(seconds.parse().unwrap()).unwrap();
            "later".to_owned()
        }
        ["show", name] => {
            let (posted, held, available, pending) = world.balance(name);
            let pending = if pending == 0 { String::new() } else { format!(" pending {pending}") };
            format!("posted {posted} held {held} available {available}{pending}")
        }
        ["intent", id, shop, amount, options @ ..] => intent(world, id, shop, amount, options),
        ["pay", id, name, intent, options @ ..] => {
            let command = pay_command(world, id, name, intent, options);
            said(world.submit(command))
        }
        ["quote", name, intent] => quote(world, name, intent),
        ["capture", shop, id, amount @ ..] => {
            let body = CaptureBody { amount: amount.first().map(|text| won(text)) };
            let signed = world.merchant_signed(shop, "/v1/capture", &body);
            said(world.submit(Command::Capture { signed, payment: payment_id(id) }))
        }
        ["void", shop, id, amount @ ..] => {
            let body = VoidBody { amount: amount.first().map(|text| won(text)) };
            let signed = world.merchant_signed(shop, "/v1/void", &body);
            said(world.submit(Command::Void { signed, payment: payment_id(id) }))
        }
        ["refund", refund, shop, id, amount] => {
            let body = RefundBody {
                amount: won(amount),
                cause: None,
                payment: payment_id(id),
                reason: None,
                refund: refund_id(refund),
            };
            let signed = world.merchant_signed(shop, "/v1/refunds", &body);
            said(world.submit(Command::Refund { signed }))
        }
        ["expire-hold", id] => {
            let permit = SystemPermit::dangerous_for_sweeper();
            said(world.submit(Command::ExpireHold { permit, payment: payment_id(id) }))
        }
        ["roll-up", name] => {
            let (permit, account) = (SystemPermit::dangerous_for_sweeper(), world.account_of(name));
            said(world.submit(Command::RollUp { permit, account }))
        }
        ["expire-intent", id] => {
            let permit = SystemPermit::dangerous_for_sweeper();
            let intent = world.intents.get(*id).map_or_else(|| intent_id(id), |intent| intent.id);
            said(world.submit(Command::ExpireIntent { permit, intent }))
        }
        _ => guarded(world, &words)
            .or_else(|| crate::sessions::step(world, &words))
            .unwrap_or_else(|| panic!("nobody knows how to `{line}`")),
    }
}

/// The lines about brakes, devices and PINs.
fn guarded(world: &mut World, words: &[&str]) -> Option<String> {
    Some(match words {
        ["cancel", name, id] => {
            let body = CancelPaymentBody { payment: payment_id(id) };
            let signed = world.signed(name, "/v1/payments/cancel", &body);
            said(world.submit(Command::CancelPayment { signed }))
        }
        ["release", id] => judge(world, id, HeldVerdict::Release),
        ["refuse", id] => judge(world, id, HeldVerdict::Refuse),
        ["freeze", name] => {
            let body = FreezeBody { payer: world.people[*name].phone.payer() };
            let signed = world.signed(name, "/v1/freeze", &body);
            said(world.submit(Command::Freeze { signed }))
        }
        ["unfreeze", name] => {
            let body = UnfreezeBody { payer: world.people[*name].phone.payer() };
            let signed = world.signed(name, "/v1/unfreeze", &body);
            said(world.submit(Command::Unfreeze { signed }))
        }
        ["bind", owner, name] => {
            world.bind(owner, name);
            "bound".to_owned()
        }
        ["pin", name, new, old @ ..] => set_pin(world, name, new, old.first().copied()),
        ["unpin", name] => {
            let body = RemovePinBody { payer: world.people[*name].phone.payer() };
            let signed = world.signed(name, "/v1/pin/remove", &body);
            said(world.submit(Command::RemovePin { signed }))
        }
        ["step-up", name, pin, id, intent] => by_pin(world, name, pin, id, intent),
        _ => return None,
    })
}

/// What staff say of a payment that waits.
fn judge(world: &mut World, id: &str, verdict: HeldVerdict) -> String {
    let permit = StaffPermit::dangerous_from_operating_system();
    said(world.submit(Command::JudgeHeld { permit, payment: payment_id(id), verdict }))
}

pub(crate) fn pin(text: &str) -> Pin {
    Pin::new(text.to_owned()).unwrap()
}

/// Sets a PIN, or another one where the old one is given.
fn set_pin(world: &mut World, name: &str, new: &str, old: Option<&str>) -> String {
    let salt = *world.fresh().first_chunk().unwrap();
    let payer = world.people[name].phone.payer();
    let body = SetPinBody { blind: world.blind(), new: pin(new), old: old.map(pin) };
    let (signed, body) = world.signed(name, "/v1/pin", &body).take_body();
    let hash = world.pepper.hash(&body.new, payer, salt).unwrap();
    let Some(old) = body.old else { return said(world.submit(Command::SetPin { signed, hash })) };
    match world.submit(Command::TryPin { signed, purpose: PinPurpose::Change }) {
        Ok(Accepted::Tried(counted)) => match verify(world, &old, counted) {
            Some(proof) => said(world.submit(Command::ChangePin { proof, hash })),
            None => "refused pin.wrong".to_owned(),
        },
        other => said(other),
    }
}

pub(crate) fn verify(world: &World, pin: &Pin, counted: PinTry) -> Option<PinProof> {
    world.pepper.verify(pin, counted).unwrap()
}

/// Counts a try of a PIN for the payment `id` of `intent`.
pub(crate) fn attempt(
    world: &mut World,
    name: &str,
    text: &str,
    id: &str,
    intent: &str,
) -> (Pin, Result<PinTry, ReasonCode>) {
    let digest = sha256(&to_canonical(&pay_body(world, id, name, intent)));
    let body = PinStepUpBody { blind: world.blind(), body: digest, pin: pin(text) };
    let (signed, body) = world.signed(name, "/v1/step-up/pin", &body).take_body();
    let counted = match world.submit(Command::TryPin { signed, purpose: PinPurpose::Approve(body.body) }) {
        Ok(Accepted::Tried(counted)) => Ok(counted),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    };
    (body.pin, counted)
}

/// Approves any body by PIN.
pub(crate) fn approve_by_pin<B: serde::Serialize>(world: &mut World, name: &str, text: &str, body: &B) {
    let digest = sha256(&to_canonical(body));
    let tried = PinStepUpBody { blind: world.blind(), body: digest, pin: pin(text) };
    let (signed, tried) = world.signed(name, "/v1/step-up/pin", &tried).take_body();
    match world.submit(Command::TryPin { signed, purpose: PinPurpose::Approve(digest) }) {
        Ok(Accepted::Tried(counted)) => {
            let proof = verify(world, &tried.pin, counted).unwrap();
            world.submit(Command::ApproveByPin { proof }).unwrap();
        }
        other => panic!("not tried: {other:?}"),
    }
}

/// Approves the payment `id` of `intent` by PIN.
fn by_pin(world: &mut World, name: &str, text: &str, id: &str, intent: &str) -> String {
    let (pin, counted) = attempt(world, name, text, id, intent);
    match counted.map(|counted| verify(world, &pin, counted)) {
        Err(reason) => format!("refused {reason}"),
        Ok(None) => "refused pin.wrong".to_owned(),
        Ok(Some(proof)) => said(world.submit(Command::ApproveByPin { proof })),
    }
}

fn intent(world: &mut World, id: &str, shop: &str, amount: &str, options: &[&str]) -> String {
    let mut body = IntentBody {
        terminal: None,
        amount: won(amount),
        capture: CaptureMode::Automatic,
        expires_in_seconds: 120,
        place: None,
        purpose: Text::new("coffee").unwrap(),
        reference: None,
    };
    let mut idempotency = None;
    for option in options {
        match option.split_once('=') {
            None if *option == "manual" => body.capture = CaptureMode::Manual,
            Some(("life", seconds)) => body.expires_in_seconds = seconds.parse().unwrap(),
            Some(("key", key)) => {
                let digest = protocol::sha256(&serde_json::to_vec(&body).unwrap());
                idempotency = Some((protocol::sha256(key.as_bytes()), digest));
            }
            _ => panic!("an intent has no `{option}`"),
        }
    }
    let permit = world.permit(shop);
    let outcome = world.submit(Command::CreateIntent { permit, body, idempotency });
    if let Ok(Accepted::Intent(intent)) = &outcome {
        world.intents.insert(id.to_owned(), intent.clone());
    }
    said(outcome)
}

/// `pay ID PAYER INTENT`, with the options `amount=`, `quote=other`, `via=code.altered`, `body=other`.
pub(crate) fn pay_command(world: &mut World, id: &str, name: &str, intent: &str, options: &[&str]) -> Command {
    let mut body = pay_body(world, id, name, intent);
    let mut arrival = Arrival::Link;
    for option in options {
        match option.split_once('=') {
            Some(("amount", amount)) => body.amount = won(amount),
            Some(("quote", "other")) => body.quote = Digest::from_bytes([9; 32]),
            Some(("body", "other")) => body.client.shown_at += 1,
            Some(("via", reason)) => arrival = Arrival::BadCode(reason.parse::<ReasonCode>().unwrap()),
            _ => panic!("a payment has no `{option}`"),
        }
    }
    let signed: Signed<PayBody> = world.signed(name, "/v1/payments", &body);
    Command::Pay { authority: PayerAuthority::SignedPayment { signed, arrival } }
}

pub(crate) fn pay_body(world: &World, id: &str, name: &str, intent: &str) -> PayBody {
    let phone = &world.people[name].phone;
    let (intent, amount, quote) = match world.intents.get(intent) {
        Some(intent) => (intent.id, intent.core.amount, intent.quote),
        None => (intent_id(intent), won("1"), Digest::from_bytes([0; 32])),
    };
    PayBody {
        amount,
        client: ClientFacts { app: Text::new("test").unwrap(), shown_at: 1 },
        device: phone.device(),
        funding: FundingKind::Wallet,
        intent,
        payer: phone.payer(),
        payment: payment_id(id),
        quote,
        via: Via::Link {},
    }
}

fn quote(world: &mut World, name: &str, intent: &str) -> String {
    let intent = world.intents.get(intent).map_or_else(|| intent_id(intent), |intent| intent.id);
    let body = QuoteBody { funding: FundingKind::Wallet, intent, via: Via::Link {} };
    let signed = world.signed(name, "/v1/quotes", &body);
    said(world.submit(Command::Quote { signed, arrival: Arrival::Link }))
}

pub(crate) fn won(text: &str) -> Amount {
    match text.split_once('/') {
        Some((minor, currency)) => Amount::new(minor.parse().unwrap(), currency.parse().unwrap()),
        None => Amount::new(text.parse().unwrap(), Currency::KRW),
    }
}

pub(crate) fn said(outcome: Result<Accepted, Refusal>) -> String {
    match outcome {
        Err(refusal) => format!("refused {}", refusal.first()),
        Ok(Accepted::Payer { payer, .. }) => match payer.lock {
            Lock::Open => "open".to_owned(),
            Lock::Frozen => "frozen".to_owned(),
            Lock::Thawing(_) => "thawing".to_owned(),
        },
        Ok(Accepted::Payment { payment, .. }) => match payment.status {
            PaymentStatus::Captured => format!("captured {}", payment.captured.minor()),
            PaymentStatus::Authorized => format!("authorized {}", payment.amount.minor()),
            PaymentStatus::Held => {
                let wait = payment.wait.expect("what is held waits");
                let then = if wait.goes_on { "goes on" } else { "comes back" };
                format!(
                    "held {} {then} in {}",
                    payment.amount.minor(),
                    wait.until.millis_since(payment.created_at) / 1000
                )
            }
            PaymentStatus::Voided => "voided".to_owned(),
            PaymentStatus::Expired => "expired".to_owned(),
            // One that waited and was stopped: the command that stopped it was carried out.
            PaymentStatus::Refused => format!("stopped {}", payment.reasons[0]),
        },
        Ok(Accepted::Refund(refund)) => {
            format!("refunded {} left {}", refund.amount.minor(), refund.remaining.minor())
        }
        Ok(Accepted::Pin(pin)) if pin.hash.is_none() => "no pin".to_owned(),
        Ok(Accepted::Pin(pin)) => format!("pin from {}", pin.usable_from.millis_since(pin.set_at) / 1000),
        Ok(Accepted::Approved(approval)) => format!("approved {:?}", approval.strength).to_lowercase(),
        Ok(Accepted::RolledUp { credits, .. }) => format!("rolled up {credits}"),
        Ok(Accepted::Intent(intent)) => match intent.status {
            IntentStatus::Open => format!("asks {}", intent.core.amount.minor()),
            IntentStatus::Taken => "taken".to_owned(),
            IntentStatus::Expired => "expired".to_owned(),
        },
        Ok(Accepted::Quoted(quoted)) => {
            let after = quoted.available_after.map_or("-".to_owned(), |after| after.minor().to_string());
            let reasons: Vec<&str> = quoted.refusals.iter().map(|reason| reason.code()).collect();
            let step_up =
                quoted.step_up.map(|step_up| format!(" asks {:?} by {:?}", step_up.demand.strength, step_up.methods));
            format!("{} -> {after} {:?} [{}]", quoted.available_before.minor(), quoted.warnings, reasons.join(","))
                .replace("->", "leaves")
                + &step_up.unwrap_or_default()
        }
        Ok(other) => format!("{other:?}"),
    }
}

const TOWN: &str = "
    payer ann 10000
    payer bob 2000
    payee cafe
    payee kiosk
";

#[track_caller]
fn in_town(text: &str) {
    let mut world = check(TOWN);
    run(&mut world, text);
}

#[test]
fn a_payment_moves_the_money_once() {
    in_town(
        "
        intent i1 cafe 4500 -> asks 4500
        pay p1 ann i1 -> captured 4500
        show ann -> posted 5500 held 0 available 5500
        show cafe -> posted 0 held 0 available 0 pending 4500
        roll-up cafe -> rolled up 1
        show cafe -> posted 4500 held 0 available 4500
        # an honest retry signs afresh and gets the first answer
        pay p1 ann i1 -> captured 4500
        show ann -> posted 5500 held 0 available 5500
    ",
    );
}

#[test]
fn the_first_answer_is_given_also_when_the_payer_could_no_longer_pay() {
    in_town(
        "
        intent i1 cafe 9000
        pay p1 ann i1 -> captured 9000
        freeze ann -> frozen
        pay p1 ann i1 -> captured 9000
        show ann -> posted 1000 held 0 available 1000
    ",
    );
}

#[test]
fn a_refused_payment_stays_refused_under_its_id() {
    in_town(
        "
        intent i1 cafe 4500
        pay p1 bob i1 -> refused funds.insufficient
        intent i2 kiosk 1000
        # somebody else pays the first intent; bob's id still says why it was refused
        pay p2 ann i1 -> captured 4500
        pay p1 bob i1 -> refused funds.insufficient
        show bob -> posted 2000 held 0 available 2000
    ",
    );
}

#[test]
fn a_manual_capture_holds_then_takes_a_part_and_releases_the_rest() {
    in_town(
        "
        intent i1 cafe 4500 manual
        pay p1 ann i1 -> authorized 4500
        show ann -> posted 10000 held 4500 available 5500
        capture cafe p1 3000 -> captured 3000
        show ann -> posted 7000 held 0 available 7000
        show cafe -> posted 0 held 0 available 0 pending 3000
        capture cafe p1 -> refused payment.captured
        void cafe p1 -> refused payment.captured
    ",
    );
}

#[test]
fn a_void_releases_everything_and_is_final() {
    in_town(
        "
        intent i1 cafe 4500 manual
        pay p1 ann i1 -> authorized 4500
        void cafe p1 4400 -> refused void.different_amount
        void cafe p1 4500 -> voided
        show ann -> posted 10000 held 0 available 10000
        capture cafe p1 -> refused payment.voided
        void cafe p1 -> refused payment.voided
        refund r1 cafe p1 100 -> refused payment.voided
    ",
    );
}

#[test]
fn a_hold_expires_once_and_not_before_its_time() {
    in_town(
        "
        intent i1 cafe 4500 manual
        pay p1 ann i1 -> authorized 4500
        expire-hold p1 -> refused payment.not_yet_expired
        wait 604800
        capture cafe p1 -> refused payment.expired
        expire-hold p1 -> expired
        show ann -> posted 10000 held 0 available 10000
        expire-hold p1 -> refused payment.expired
        capture cafe p1 -> refused payment.expired
    ",
    );
}

#[test]
fn refunds_never_exceed_what_was_captured() {
    in_town(
        "
        intent i1 cafe 4500
        pay p1 ann i1 -> captured 4500
        refund r1 cafe p1 1500 -> refunded 1500 left 3000
        refund r1 cafe p1 1500 -> refunded 1500 left 3000
        refund r1 cafe p1 1600 -> refused refund.id_reused
        refund r2 cafe p1 3001 -> refused refund.exceeds_remaining
        refund r3 cafe p1 3000 -> refunded 3000 left 0
        refund r4 cafe p1 1 -> refused refund.exceeds_remaining
        show ann -> posted 10000 held 0 available 10000
        show cafe -> posted 0 held 0 available 0
    ",
    );
}

#[test]
fn freezing_binds_at_once_and_unfreezing_waits() {
    in_town(
        "
        intent i1 cafe 1000 life=3600
        freeze ann -> frozen
        freeze ann -> frozen
        quote ann i1 -> 10000 leaves - [FirstTimePayee] [payer.frozen]
        unfreeze ann -> thawing
        wait 300
        # asking again does not restart the delay
        unfreeze ann -> thawing
        pay p1 ann i1 -> refused payer.frozen
        wait 300
        pay p2 ann i1 -> captured 1000
        freeze ann -> frozen
    ",
    );
}

#[test]
fn a_preview_says_what_the_payment_will_do_and_writes_nothing() {
    let mut world = check(TOWN);
    run(
        &mut world,
        "
        intent i1 cafe 4500
        intent i2 cafe 9500 life=10
        quote ann i1 -> 10000 leaves 5500 [FirstTimePayee] []
        quote ann i2 -> 10000 leaves 500 [FirstTimePayee, ExpiresSoon, LeavesLittle] []
        quote bob i1 -> 2000 leaves - [FirstTimePayee] [funds.insufficient]
        quote ann nowhere -> refused intent.unknown
        pay p1 ann i1 -> captured 4500
        quote ann i1 -> 5500 leaves - [] [intent.taken]
        ",
    );
    let written = world.events.len();
    run(&mut world, "quote ann i2 -> 5500 leaves - [ExpiresSoon] [funds.insufficient]");
    assert_eq!(world.events.len(), written);
}

#[test]
fn an_idempotency_key_makes_one_intent() {
    in_town(
        "
        intent i1 cafe 4500 key=order-1 -> asks 4500
        intent i1 cafe 4500 key=order-1 -> asks 4500
        intent i2 cafe 4600 key=order-1 -> refused request.idempotency_key_reused
        # L10: the same key of another merchant is another operation
        intent i3 kiosk 4600 key=order-1 -> asks 4600
        pay p1 ann i1 -> captured 4500
        intent i1 cafe 4500 key=order-1 -> taken
    ",
    );
}

#[test]
fn an_intent_expires_once() {
    in_town(
        "
        intent i1 cafe 4500 life=5
        expire-intent i1 -> refused payment.not_yet_expired
        wait 5
        expire-intent i1 -> expired
        expire-intent i1 -> refused intent.expired
        expire-intent nowhere -> refused intent.unknown
    ",
    );
}
