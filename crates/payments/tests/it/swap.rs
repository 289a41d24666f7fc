//! A code where another's belongs: what is weighed, what is done about one scan, and when somebody is told.

use money::{Instant, PayeeId, ReasonCode};
use payments::{
    Accepted, Alert, Arrival, CodeVerdict, Command, Event, EventKind, Intent, Noted, NotedKey, PayerAuthority, Place,
    RegisteredCode, Row, Scene, Seen, StaffPermit, Suspect, SwapAnswer, SwapSettings, SystemPermit, Watch, Watched,
    suspicion,
};
use protocol::{Cell, CodeBody, ReportCodeBody, Scan, Surroundings, Via};

use crate::codes::{body, printed, register, serial, sticker_body, take};
use crate::world::World;

const DAY: i64 = 86_400;

fn cell(text: &str) -> Cell {
    text.parse().unwrap()
}

fn here() -> Cell {
    cell("wydm9qw")
}

/// So many rows further north: each 152 m.
fn north(rows: u32) -> Cell {
    let (row, column) = here().indexes();
    Cell::at(row + rows, column).unwrap()
}

fn marks(marks: &[u16]) -> Surroundings {
    Surroundings::try_from(marks.to_vec()).unwrap()
}

fn at(cell: Option<Cell>, seen: &[u16]) -> Scan {
    Scan { cell, surroundings: marks(seen) }
}

fn now() -> Instant {
    Instant::from_unix_seconds(1_790_000_000)
}

fn ago(seconds: i64) -> Instant {
    Instant::from_unix_seconds(1_790_000_000 - seconds)
}

fn payee(number: u8) -> PayeeId {
    PayeeId::from_bytes([number; 16])
}

fn resident(number: u8, since: Instant, seen: &[u16]) -> payments::Resident {
    payments::Resident::new(payee(number), since, marks(seen))
}

/// Everything a scan may be weighed by; the payee is number 1, its neighbour number 2.
struct Facts {
    payee_since: Instant,
    scan: Scan,
    code: Option<RegisteredCode>,
    of_code: Watch,
    of_payee: Watch,
    place: Place,
}

impl Facts {
    fn new(scan: Scan) -> Self {
        let registered = RegisteredCode {
            serial: serial("CAFE-1"),
            payee: payee(1),
            kind: protocol::CodeKind::Sticker,
            counter: "counter-1".parse().unwrap(),
            cell: Some(here()),
            surroundings: marks(&[1, 2, 3, 4]),
            cap: None,
            registered_at: ago(90 * DAY),
            expires_at: None,
            withdrawn_at: None,
            suspended_at: None,
        };
        let mut of_payee = Watch::new(Watched::Payee(payee(1)), payee(1));
        of_payee.homes = vec![here()];
        Self {
            payee_since: ago(90 * DAY),
            scan,
            code: Some(registered),
            of_code: Watch::new(Watched::Code(serial("CAFE-1")), payee(1)),
            of_payee,
            place: Place::new(here()),
        }
    }

    /// Somebody else is at home where it was scanned.
    fn neighbour(mut self, seen: &[u16]) -> Self {
        self.place.residents.push(payments::Resident { scans: 9, ..resident(2, ago(60 * DAY), seen) });
        self
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}

fn found(facts: &Facts) -> payments::Suspicion {
    suspicion(&Scene {
        at: now(),
        payee: payee(1),
        payee_since: facts.payee_since,
        scan: &facts.scan,
        code: facts.code.as_ref(),
        of_code: Some(&facts.of_code),
        of_payee: Some(&facts.of_payee),
        place: Some(&facts.place),
    })
}

#[track_caller]
fn check(facts: &Facts, points: u32, reasons: &[&str]) {
    let found = found(facts);
    let said: Vec<&str> = found.reasons.iter().map(|reason| reason.code()).collect();
    assert_eq!((found.points, said.as_slice()), (points, reasons));
}

#[test]
fn what_speaks_for_a_swap() {
    let home = || Facts::new(at(Some(here()), &[1, 2, 3, 9]));
    check(&home(), 0, &[]);
    check(&home().neighbour(&[7, 8, 9]), 0, &[]);
    check(&Facts::new(at(None, &[])), 0, &[]);
    // Neighbouring cells are the same place; 300 m are not; nor are 2 km.
    check(&Facts::new(at(Some(north(2)), &[])), 0, &[]);
    check(&Facts::new(at(Some(north(4)), &[])), 35, &["code.far_from_place"]);
    check(&Facts::new(at(Some(north(20)), &[])), 60, &["code.far_from_place"]);
    check(&Facts::new(at(Some(here()), &[20, 21, 22])), 20, &["code.surroundings_differ"]);
    check(&Facts::new(at(Some(here()), &[20, 21])), 0, &[]);
    // At another's counter, whether or not the cell is the own one.
    let counter = Facts::new(at(Some(here()), &[7, 8])).neighbour(&[7, 8, 9]);
    check(&counter, 50, &["code.others_counter"]);
    let away = Facts::new(at(Some(north(20)), &[])).neighbour(&[7, 8, 9]);
    check(&away, 90, &["code.far_from_place", "code.other_payee_here"]);
    // A printed code in two places: at home it is in its place, elsewhere it is a copy.
    let seen = Seen { cell: north(40), last_at: ago(3_600), scans: 1 };
    check(&home().but(|facts| facts.of_code.seen.push(seen)), 0, &[]);
    let copy = Facts::new(at(Some(north(20)), &[])).but(|facts| facts.of_code.seen.push(seen));
    check(&copy, 90, &["code.far_from_place", "code.seen_apart"]);
    let old = Seen { last_at: ago(2 * DAY), ..seen };
    check(
        &Facts::new(at(Some(north(20)), &[])).but(|facts| facts.of_code.seen.push(old)),
        60,
        &["code.far_from_place"],
    );
}

#[test]
fn what_speaks_against_a_payee_without_a_registered_code() {
    let free = |scan: Scan| Facts::new(scan).but(|facts| facts.code = None);
    // A taxi is registered nowhere and is everywhere.
    let taxi = || free(at(Some(here()), &[])).but(|facts| facts.of_payee.homes.clear()).neighbour(&[]);
    check(&taxi(), 5, &["code.other_payee_here"]);
    check(&taxi().but(|facts| facts.payee_since = ago(3_600)), 30, &["code.other_payee_here", "code.new_payee_here"]);
    // A shop that belongs elsewhere.
    let elsewhere = free(at(Some(here()), &[])).but(|facts| facts.of_payee.homes = vec![north(20)]).neighbour(&[]);
    check(&elsewhere, 30, &["code.other_payee_here"]);
    // A new shop in an old street is nothing much.
    let opened = free(at(Some(here()), &[])).neighbour(&[]).but(|facts| {
        facts.payee_since = ago(3_600);
        facts.place.residents.push(resident(1, ago(3_600), &[]));
    });
    check(&opened, 10, &["code.new_payee_here"]);
    let crowd = |scans, firsts| {
        free(at(None, &[])).but(|facts| {
            (facts.of_payee.day, facts.of_payee.scans, facts.of_payee.firsts) = (1_790_000_000 / DAY, scans, firsts);
        })
    };
    check(&crowd(8, 7), 25, &["code.many_first_payers"]);
    check(&crowd(8, 6), 0, &[]);
    check(&crowd(7, 7), 0, &[]);
    // At its opening everybody pays a shop for the first time.
    check(&crowd(8, 8).but(|facts| facts.payee_since = ago(2 * DAY)), 15, &["code.many_first_payers"]);
}

#[test]
fn each_sign_by_itself_makes_the_payer_look_again() {
    let settings = SwapSettings::default();
    let warns = |facts: &Facts, reason: &str| {
        let found = found(facts);
        assert!(found.reasons.iter().any(|found| found.code() == reason), "{reason}: {found:?}");
        assert!(settings.answer(found.points) >= SwapAnswer::Warn, "{reason}: {found:?}");
    };
    let home = || Facts::new(at(Some(here()), &[]));
    let free = |scan: Scan| Facts::new(scan).but(|facts| facts.code = None);
    // A payee that appears where another is registered.
    let elsewhere = free(at(Some(here()), &[])).neighbour(&[]).but(|facts| facts.of_payee.homes = vec![north(20)]);
    warns(&elsewhere, "code.other_payee_here");
    // One serial seen far apart.
    let seen = Seen { cell: north(40), last_at: ago(3_600), scans: 1 };
    warns(&Facts::new(at(Some(north(20)), &[])).but(|facts| facts.of_code.seen.push(seen)), "code.seen_apart");
    // An unregistered code at a registered counter.
    let counter = free(at(Some(here()), &[7, 8])).but(|facts| facts.of_payee.homes.clear()).neighbour(&[7, 8, 9]);
    warns(&counter, "code.others_counter");
    // A first-day payee at an old place.
    let first_day = free(at(Some(here()), &[])).but(|facts| {
        facts.of_payee.homes.clear();
        facts.payee_since = ago(3_600);
    });
    warns(&first_day.neighbour(&[]), "code.new_payee_here");
    // Many first-time payers.
    let crowd = home().but(|facts| {
        (facts.of_payee.day, facts.of_payee.scans, facts.of_payee.firsts) = (1_790_000_000 / DAY, 8, 8);
    });
    warns(&crowd, "code.many_first_payers");
}

#[test]
fn a_code_of_another_network_on_a_registered_counter_is_doubted() {
    let place = Facts::new(at(None, &[])).neighbour(&[7, 8, 9]).place;
    let weigh = |scan: &Scan, pays: bool| {
        let found = payments::stranger_suspicion(&place, scan, (1, pays), now());
        (found.points, found.reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>())
    };
    assert_eq!(weigh(&at(Some(here()), &[7, 8]), true), (50, vec!["code.unregistered_here"]));
    // Somewhere in the cell there are many counters; and a menu beside the code is no code to pay by.
    assert_eq!(weigh(&at(Some(here()), &[1, 2, 7]), true), (0, vec![]));
    assert_eq!(weigh(&at(Some(here()), &[7, 8]), false), (0, vec![]));
}

#[test]
fn reports_and_alerts_weigh_and_never_close_a_shop_by_themselves() {
    let reported = |people: u64| {
        Facts::new(at(None, &[])).but(|facts| facts.of_code.reports = (0..people).map(|by| (by, ago(60))).collect())
    };
    for (people, points) in [(1, 15), (2, 30), (3, 50), (16, 50)] {
        check(&reported(people), points, &["code.reported"]);
    }
    let old = reported(3).but(|facts| facts.of_code.reports.iter_mut().for_each(|report| report.1 = ago(8 * DAY)));
    check(&old, 0, &[]);
    assert!(SwapSettings::default().answer(50) < SwapAnswer::Refuse, "three wallets cannot close a shop");
    let alert = Alert { at: ago(3_600), reasons: Vec::new(), amount_minor: 0 };
    let alerted = |scan: Scan| Facts::new(scan).but(|facts| facts.of_code.alert = Some(alert.clone()));
    check(&alerted(at(None, &[])), 40, &["code.swap_suspected"]);
    check(&alerted(at(Some(here()), &[])), 0, &[]);
    check(&alerted(at(Some(north(20)), &[])), 100, &["code.swap_suspected", "code.far_from_place"]);
}

fn town() -> World {
    let mut world = World::new();
    for name in ["mina", "joon", "sora", "hana", "dami"] {
        world.open_payer(name, 1_000_000);
    }
    world.register_payee("cafe");
    world.register_payee("mule");
    let place = |text: &str, home: Cell, seen: &[u16]| CodeBody {
        cell: Some(home),
        surroundings: marks(seen),
        ..sticker_body(text, 50_000)
    };
    register(&mut world, "cafe", place("CAFE-1", here(), &[1, 2, 3])).unwrap();
    register(&mut world, "mule", place("MULE-1", north(40), &[7, 8, 9])).unwrap();
    world
}

fn scan_and_pay(
    world: &mut World,
    id: &str,
    name: &str,
    (shop, text): (&str, &str),
    scan: Scan,
) -> Result<Intent, ReasonCode> {
    let sticker = printed(world, shop, text, 50_000);
    let intent = take(world, name, sticker, 5_000)?;
    let via = Via::Code { payload: "as scanned".to_owned(), scan: Some(scan) };
    let pay_body = body(world, id, name, &intent, via);
    let signed = world.signed(name, "/v1/payments", &pay_body);
    let arrival = Arrival::Sticker(printed(world, shop, text, 50_000));
    let authority = PayerAuthority::SignedPayment { signed, arrival };
    let outcome = world.submit(Command::Pay { authority });
    outcome.map(|_| intent).map_err(|refusal| refusal.first())
}

/// What a shop asks for without a registered terminal.
fn ask(world: &mut World, shop: &str) -> Intent {
    let body = protocol::IntentBody {
        amount: crate::codes::won(3_000),
        capture: protocol::CaptureMode::Automatic,
        expires_in_seconds: 300,
        place: None,
        purpose: protocol::Text::new("tea").unwrap(),
        reference: None,
        terminal: None,
    };
    let permit = world.permit(shop);
    match world.submit(Command::CreateIntent { permit, body, idempotency: None }).unwrap() {
        Accepted::Intent(intent) => intent,
        other => panic!("no intent: {other:?}"),
    }
}

fn later(world: &mut World, seconds: i64) {
    world.now = world.now.checked_add_seconds(seconds).unwrap();
}

fn fold(world: &mut World, intents: &[&Intent]) -> usize {
    let sightings = intents.iter().map(|intent| intent.id).collect();
    let permit = SystemPermit::dangerous_for_sweeper();
    match world.submit(Command::FoldSightings { permit, sightings }).unwrap() {
        Accepted::Folded { sightings } => sightings,
        other => panic!("not folded: {other:?}"),
    }
}

fn told(world: &World, kind: EventKind) -> Vec<&Event> {
    world.events.iter().filter(|event| event.kind == kind).collect()
}

fn waiting(world: &World, intent: &Intent) -> bool {
    world.state.row(&payments::Key::Noted(NotedKey::Sighting(intent.id))).is_some()
}

#[test]
fn an_honest_scan_is_folded_once_and_says_nothing() {
    let mut world = town();
    let intent = scan_and_pay(&mut world, "P1", "mina", ("cafe", "CAFE-1"), at(Some(here()), &[1, 2])).unwrap();
    assert!(waiting(&world, &intent));
    assert_eq!(fold(&mut world, &[&intent]), 1);
    assert!(!waiting(&world, &intent));
    assert_eq!(fold(&mut world, &[&intent]), 0, "what was folded is gone");
    let place = world.state.row(&payments::Key::Noted(NotedKey::Place(here())));
    let Some(Row::Noted(Noted::Place(place))) = place else { panic!("no place") };
    assert_eq!((place.residents.len(), place.residents[0].scans), (1, 1));
    assert!(told(&world, EventKind::CodeSwapSuspected).is_empty());
}

#[test]
fn copies_on_anothers_counter_are_refused_alerted_and_suspended() {
    let mut world = town();
    let cafe = world.shops["cafe"].id;
    // The café is scanned as usual, then a copy of the mule's sticker lies on its counter.
    for id in ["C1", "C2", "C3", "C4", "C5"] {
        let intent = scan_and_pay(&mut world, id, "mina", ("cafe", "CAFE-1"), at(Some(here()), &[1, 2])).unwrap();
        fold(&mut world, &[&intent]);
    }
    let mut refused = Vec::new();
    for (index, name) in ["mina", "joon", "sora", "hana", "dami"].into_iter().enumerate() {
        let sticker = printed(&world, "mule", "MULE-1", 50_000);
        let Ok(intent) = take(&mut world, name, sticker, 5_000) else { break };
        let via = Via::Code { payload: "as scanned".to_owned(), scan: Some(at(Some(here()), &[1, 2])) };
        let pay_body = body(&world, &format!("M{index}"), name, &intent, via);
        let signed = world.signed(name, "/v1/payments", &pay_body);
        let arrival = Arrival::Sticker(printed(&world, "mule", "MULE-1", 50_000));
        let authority = PayerAuthority::SignedPayment { signed, arrival };
        let refusal = world.submit(Command::Pay { authority }).unwrap_err();
        assert_eq!(refusal.first(), ReasonCode::CodeSwapSuspected);
        fold(&mut world, &[&intent]);
        refused.push(intent);
    }
    assert_eq!(world.balance("mule"), (0, 0, 0, 0), "nobody paid it");
    let [alert] = told(&world, EventKind::CodeSwapSuspected)[..] else { panic!("one alert, not one a scan") };
    assert_eq!(alert.payee, Some(world.shops["mule"].id));
    assert!(alert.reasons.contains(&ReasonCode::CodeOthersCounter), "{:?}", alert.reasons);
    let nearby: Vec<_> = told(&world, EventKind::CodeSwapNearby).iter().map(|event| event.payee).collect();
    assert_eq!(nearby, [Some(cafe)]);
    assert_eq!(told(&world, EventKind::CodeSuspended).len(), 1);
    assert!(refused.len() >= 4, "one phone may err: {}", refused.len());
    let sticker = printed(&world, "mule", "MULE-1", 50_000);
    assert_eq!(take(&mut world, "mina", sticker, 5_000), Err(ReasonCode::CodeSuspended));

    let permit = StaffPermit::dangerous_from_operating_system();
    let clear = Command::JudgeCode { permit, serial: serial("MULE-1"), verdict: CodeVerdict::Cleared };
    world.submit(clear).unwrap();
    let home = at(Some(north(40)), &[7, 8]);
    scan_and_pay(&mut world, "P9", "mina", ("mule", "MULE-1"), home).unwrap();
}

#[test]
fn a_doubtful_scan_asks_for_one_more_check_and_a_mild_one_only_warns() {
    let mut world = town();
    let doubtful = scan_and_pay(&mut world, "P1", "mina", ("cafe", "CAFE-1"), at(Some(north(20)), &[]));
    assert_eq!(doubtful.map(drop), Err(ReasonCode::StepUpNotSetUp), "she has no PIN yet");
    assert_eq!(world.balance("cafe"), (0, 0, 0, 0));
    scan_and_pay(&mut world, "P2", "mina", ("cafe", "CAFE-1"), at(Some(north(4)), &[])).unwrap();
}

#[test]
fn one_phone_that_errs_alerts_nobody() {
    let mut world = town();
    let wrong = scan_and_pay(&mut world, "P1", "mina", ("cafe", "CAFE-1"), at(Some(north(4)), &[1, 2])).unwrap();
    fold(&mut world, &[&wrong]);
    assert!(told(&world, EventKind::CodeSwapSuspected).is_empty());
    let stopped = told(&world, EventKind::CodeSuspended);
    assert!(stopped.is_empty());
}

#[test]
fn a_payer_reports_once_and_a_stranger_to_the_register_not_at_all() {
    let mut world = town();
    let report = |world: &mut World, name: &str, text: &str| {
        let body = ReportCodeBody { payload: "as scanned".to_owned(), scan: None };
        let signed = world.signed(name, "/v1/codes/reports", &body);
        world.submit(Command::ReportCode { signed, serial: serial(text) }).map(drop).map_err(|refusal| refusal.first())
    };
    for name in ["mina", "mina", "joon"] {
        report(&mut world, name, "CAFE-1").unwrap();
    }
    assert_eq!(told(&world, EventKind::CodeReported).len(), 2);
    let watch = world.state.row(&payments::Key::Noted(NotedKey::Watch(Watched::Code(serial("CAFE-1")))));
    let Some(Row::Noted(Noted::Watch(watch))) = watch else { panic!("no watch") };
    assert_eq!(watch.reports_lately(world.now), 2);
    assert_eq!(report(&mut world, "mina", "NONE-1"), Err(ReasonCode::CodeUnregistered));
}

#[test]
fn a_stranger_on_a_counter_is_told_to_staff_and_to_the_neighbour_once() {
    let mut world = town();
    let cafe = world.shops["cafe"].id;
    let report = |world: &mut World, name: &str, payload: &str, scan: Option<Scan>| {
        let body = ReportCodeBody { payload: payload.to_owned(), scan };
        let signed = world.signed(name, "/v1/codes/reports", &body);
        world.submit(Command::ReportStranger { signed }).map(drop).map_err(|refusal| refusal.first())
    };
    let nowhere = report(&mut world, "mina", "upi://pay?pa=x@y", Some(at(Some(north(20)), &[])));
    assert_eq!(nowhere, Err(ReasonCode::CodeUnregistered), "nobody is registered there");
    assert_eq!(report(&mut world, "mina", "upi://pay?pa=x@y", None), Err(ReasonCode::CodeUnregistered));
    // Where the phone saw nothing of the counter, one wallet alone alerts nobody; a second person does.
    report(&mut world, "mina", "upi://pay?pa=x@y", Some(at(Some(here()), &[]))).unwrap();
    report(&mut world, "mina", "upi://pay?pa=x@y", Some(at(Some(here()), &[]))).unwrap();
    assert!(told(&world, EventKind::CodeSwapSuspected).is_empty());
    report(&mut world, "joon", "upi://pay?pa=x@y", Some(at(Some(here()), &[1, 2]))).unwrap();
    let [alert] = told(&world, EventKind::CodeSwapSuspected)[..] else { panic!("one alert") };
    assert_eq!((alert.payee, alert.reasons.as_slice()), (None, &[ReasonCode::CodeUnregisteredHere][..]));
    let nearby: Vec<_> = told(&world, EventKind::CodeSwapNearby).iter().map(|event| event.payee).collect();
    assert_eq!(nearby, [Some(cafe)]);
    // The same day nobody is told again; staff clear the place.
    report(&mut world, "sora", "upi://pay?pa=other@y", Some(at(Some(here()), &[1, 2]))).unwrap();
    assert_eq!(told(&world, EventKind::CodeSwapSuspected).len(), 1);
    let permit = StaffPermit::dangerous_from_operating_system();
    world.submit(Command::ClearSuspicion { permit, of: Suspect::Place(here()) }).unwrap();
    let place = world.state.row(&payments::Key::Noted(NotedKey::Place(here())));
    let Some(Row::Noted(Noted::Place(place))) = place else { panic!("no place") };
    assert!(place.strangers.is_empty() && place.residents.len() == 1);
}

#[test]
fn what_a_payee_shows_without_a_registered_code_is_alerted_and_cleared_by_staff() {
    let mut world = town();
    let mule = world.shops["mule"].id;
    let of_payee = |world: &World| match world.state.row(&payments::Key::Noted(NotedKey::Watch(Watched::Payee(mule)))) {
        Some(Row::Noted(Noted::Watch(watch))) => watch.clone(),
        other => panic!("no watch: {other:?}"),
    };
    // Codes of the mule without a registered terminal, scanned at the café's counter: each asks for one more check, which
    // nobody here can meet.
    for (index, name) in ["mina", "joon", "sora"].into_iter().enumerate() {
        let intent = ask(&mut world, "mule");
        let via = Via::Code { payload: "as scanned".to_owned(), scan: Some(at(Some(here()), &[1, 2])) };
        let pay_body = body(&world, &format!("M{index}"), name, &intent, via);
        let signed = world.signed(name, "/v1/payments", &pay_body);
        let arrival = Arrival::Link;
        let refusal = world.submit(Command::Pay { authority: PayerAuthority::SignedPayment { signed, arrival } });
        assert!(refusal.is_err(), "{refusal:?}");
        fold(&mut world, &[&intent]);
    }
    let [alert] = told(&world, EventKind::CodeSwapSuspected)[..] else { panic!("one alert") };
    assert_eq!(alert.payee, Some(mule));
    assert!(of_payee(&world).is_alerted(world.now));
    let permit = StaffPermit::dangerous_from_operating_system();
    let cleared = world.submit(Command::ClearSuspicion { permit, of: Suspect::Payee(mule) }).unwrap();
    assert!(matches!(cleared, Accepted::Payee(payee) if payee.card.id == mule));
    assert!(!of_payee(&world).is_alerted(world.now) && of_payee(&world).strikes.is_empty());
    let permit = StaffPermit::dangerous_from_operating_system();
    let nobody = world.submit(Command::ClearSuspicion { permit, of: Suspect::Payee(payee(9)) });
    assert_eq!(nobody.unwrap_err().first(), ReasonCode::PayeeUnknown);
}

#[test]
fn a_neighbours_sticker_on_a_counter_is_told_by_the_silence_of_its_owner() {
    let mut world = town();
    let (cafe, mule) = (world.shops["cafe"].id, world.shops["mule"].id);
    let place = |text: &str| CodeBody { cell: Some(here()), ..sticker_body(text, 50_000) };
    register(&mut world, "mule", place("MULE-2")).unwrap();
    // Ten days of customers at the café, who come back; then the neighbour's sticker lies on its counter.
    let scan = at(Some(here()), &[]);
    for hour in 0..40 {
        let name = ["mina", "joon"][hour % 2];
        let intent = scan_and_pay(&mut world, &format!("C{hour}"), name, ("cafe", "CAFE-1"), scan.clone()).unwrap();
        fold(&mut world, &[&intent]);
        later(&mut world, 6 * 3_600);
    }
    later(&mut world, 24 * 3_600);
    for name in ["mina", "joon", "sora", "hana", "dami"] {
        let intent = scan_and_pay(&mut world, &format!("M-{name}"), name, ("mule", "MULE-2"), scan.clone()).unwrap();
        fold(&mut world, &[&intent]);
        later(&mut world, 6 * 3_600);
    }
    assert!(told(&world, EventKind::CodeSwapSuspected).is_empty(), "five first-time payers are not enough to be sure");
    for name in ["ara", "bora", "cha"] {
        world.open_payer(name, 100_000);
        let intent = scan_and_pay(&mut world, &format!("N-{name}"), name, ("mule", "MULE-2"), scan.clone()).unwrap();
        fold(&mut world, &[&intent]);
        later(&mut world, 6 * 3_600);
    }
    let [alert] = told(&world, EventKind::CodeSwapSuspected)[..] else { panic!("one alert") };
    assert_eq!(alert.payee, Some(mule));
    assert!(alert.reasons.contains(&ReasonCode::CodeNeighbourSilent), "{:?}", alert.reasons);
    let nearby: Vec<_> = told(&world, EventKind::CodeSwapNearby).iter().map(|event| event.payee).collect();
    assert_eq!(nearby, [Some(cafe)]);
}

#[test]
fn a_payee_is_at_home_where_its_codes_are_and_no_longer() {
    let mut world = town();
    let homes = |world: &World| {
        let key = payments::Key::Noted(NotedKey::Watch(Watched::Payee(world.shops["cafe"].id)));
        match world.state.row(&key) {
            Some(Row::Noted(Noted::Watch(watch))) => watch.homes.clone(),
            other => panic!("no watch: {other:?}"),
        }
    };
    register(&mut world, "cafe", CodeBody { cell: Some(north(9)), ..sticker_body("CAFE-2", 50_000) }).unwrap();
    register(&mut world, "cafe", CodeBody { cell: Some(north(9)), ..sticker_body("CAFE-3", 50_000) }).unwrap();
    assert_eq!(homes(&world), [here(), north(9)]);
    for (text, left) in [("CAFE-2", 2), ("CAFE-3", 1)] {
        let permit = StaffPermit::dangerous_from_operating_system();
        world.submit(Command::WithdrawCode { permit, serial: serial(text) }).unwrap();
        assert_eq!(homes(&world).len(), left);
    }
}
