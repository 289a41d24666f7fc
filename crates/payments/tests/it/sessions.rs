//! Devices and sessions: bound, opened, carried on, ended, revoked; on machines of one's own and of others.

use std::collections::BTreeMap;

use credentials::{Refresh, TokenGrant};
use device::{Phone, SoftwareKey};
use money::{DeviceId, SessionId};
use payments::{Accepted, Command, EventKind, Refusal};
use protocol::{BindDeviceBody, EndSessionsBody, RefreshBody, RevokeDeviceBody, SessionKind, Text, TokenBody};

use crate::scenario::said;
use crate::world::{ORIGIN, Person, World, device_request};

/// The network of whoever names none.
const HOME: &str = "203.0.113.0/24";

/// `join ann tab [shared]`, `open tab [as NAME] [from PLACE] [shared]`, `in tab NAME`, `refresh tab [GENERATION]`,
/// `end ann tab [all]`, `revoke ann tab`, `log-out tab`.
pub(crate) fn step(world: &mut World, words: &[&str]) -> Option<String> {
    let after = |key: &str| words.iter().position(|word| *word == key).map(|at| words[at + 1]);
    let kind = if words.contains(&"shared") { SessionKind::Shared } else { SessionKind::Own };
    Some(match words {
        ["join", owner, name, ..] => bind(world, owner, name, kind),
        ["open", name, ..] => {
            let told = world.events.len();
            let outcome = open(world, name, after("from").unwrap_or(HOME), kind);
            if let (Ok(Accepted::Session(session)), Some(called)) = (&outcome, after("as")) {
                world.sessions.insert(called.to_owned(), session.id);
            }
            let is_told = world.events[told..].iter().any(|event| event.kind == EventKind::SessionOpened);
            spoken(outcome, if is_told { "opened and told" } else { "opened" })
        }
        ["in", name, session] => {
            world.people.get_mut(*name).unwrap().session = world.sessions[*session];
            "there".to_owned()
        }
        ["refresh", name, rest @ ..] => {
            let told = world.events.len();
            let generation = rest.first().map_or(0, |text| text.parse().unwrap());
            let outcome = refresh(world, name, generation);
            if world.events[told..].iter().any(|event| event.kind == EventKind::SessionReused) {
                return Some(format!("{} and told", spoken(outcome, "")));
            }
            spoken(outcome, &format!("generation {}", generation + 1))
        }
        ["end", owner, name, rest @ ..] => {
            let session = rest.is_empty().then(|| world.people[*name].session);
            let body = EndSessionsBody { device: world.people[*name].phone.device(), session };
            let signed = world.signed(owner, "/v1/sessions/end", &body);
            spoken(world.submit(Command::EndSessions { signed }), "ended")
        }
        ["revoke", owner, name] => {
            let body = RevokeDeviceBody { device: world.people[*name].phone.device() };
            let signed = world.signed(owner, "/v1/devices/revoke", &body);
            spoken(world.submit(Command::RevokeDevice { signed }), "revoked")
        }
        ["devices", name] => {
            let payer = payments::Key::Payer(world.people[*name].phone.payer());
            match world.state.row(&payer) {
                Some(payments::Row::Payer(payer)) => payer.devices.to_string(),
                _ => panic!("no payer"),
            }
        }
        _ => return None,
    })
}

fn spoken(outcome: Result<Accepted, Refusal>, good: &str) -> String {
    match outcome {
        Ok(Accepted::Session(_) | Accepted::Device(_)) => good.to_owned(),
        other => said(other),
    }
}

fn bind(world: &mut World, owner: &str, name: &str, kind: SessionKind) -> String {
    let (payer, seed, random) = (world.people[owner].phone.payer(), world.fresh(), world.fresh());
    let device = DeviceId::new(world.now, random[..10].try_into().unwrap());
    let mut phone = Phone::new(SoftwareKey::from_seed(seed).unwrap(), ORIGIN, payer, device);
    if !kind.is_own() {
        phone = phone.shared();
    }
    phone.hear(200, Some(&world.verifier.issue_nonce(world.now)));
    let possession = phone.possession(world.moment()).unwrap();
    let body = BindDeviceBody { device, device_name: Text::new(name).unwrap(), kind, possession: possession.clone() };
    let signed = world.signed(owner, "/v1/devices", &body);
    let joining = TokenBody { device, kind, payer };
    let possession = world.verifier.possession(&possession, "/v1/devices", &joining, world.now).unwrap();
    let outcome = world.submit(Command::BindDevice { signed, possession });
    world.people.insert(name.to_owned(), Person { session: device.into(), phone });
    spoken(outcome, "bound")
}

fn open(world: &mut World, name: &str, place: &str, kind: SessionKind) -> Result<Accepted, Refusal> {
    let (nonce, moment) = (world.verifier.issue_nonce(world.now), world.moment());
    let body = {
        let phone = &mut world.people.get_mut(name).unwrap().phone;
        phone.hear(200, Some(&nonce));
        phone.reset_token();
        TokenBody { device: phone.device(), kind, payer: phone.payer() }
    };
    // The phone says what it is; a row may say otherwise.
    let request = match kind {
        SessionKind::Own => world.people[name].phone.token_request(moment).unwrap(),
        SessionKind::Shared => {
            let phone = world.people.remove(name).unwrap();
            let Person { phone, session } = phone;
            let phone = phone.shared();
            let request = phone.token_request(moment).unwrap();
            world.people.insert(name.to_owned(), Person { phone, session });
            request
        }
    };
    let enrolling = world.verifier.enrolling::<TokenBody>(&device_request(&request), world.now).unwrap();
    assert!(enrolling.body().device == body.device && enrolling.body().payer == body.payer);
    let outcome = world.submit(Command::OpenSession { enrolling, place: place.to_owned() });
    if let Ok(Accepted::Session(session)) = &outcome {
        world.people.get_mut(name).unwrap().session = session.id;
    }
    outcome
}

fn refresh(world: &mut World, name: &str, generation: u32) -> Result<Accepted, Refusal> {
    let (now, moment, nonce) = (world.now, world.moment(), world.verifier.issue_nonce(world.now));
    let Person { phone, session } = world.people.get_mut(name).unwrap();
    let grant =
        TokenGrant { payer: phone.payer(), device: phone.device(), key: phone.jwk().thumbprint(), session: *session };
    phone.accept_token(&world.verifier.issue_token(&grant, generation, now));
    phone.hear(200, Some(&nonce));
    let request = phone.token_request(moment).unwrap();
    let enrolling = world.verifier.enrolling::<RefreshBody>(&device_request(&request), now).unwrap();
    let (text, payer, device) = (enrolling.body().refresh_token.clone(), grant.payer, grant.device);
    let refresh: Refresh = world.verifier.refresh(&text, payer, device).unwrap();
    world.submit(Command::RefreshSession { enrolling, refresh, place: HOME.to_owned() })
}

/// Sessions by the names a scenario gives them.
pub(crate) type Named = BTreeMap<String, SessionId>;

#[test]
fn a_refresh_token_works_once_and_a_copy_ends_its_session() {
    crate::scenario::check(
        "
        payer ann 0
        open ann as one from 203.0.113.0/24 -> opened and told
        open ann as two from 203.0.113.0/24 -> opened
        in ann one
        refresh ann 0 -> generation 1
        refresh ann 1 -> generation 2
        refresh ann 1 -> refused auth.refresh_reused and told
        refresh ann 2 -> refused auth.session_ended
        # the other session goes on
        in ann two
        refresh ann 0 -> generation 1
        # a token of the future is as wrong as one of the past
        refresh ann 9 -> refused auth.refresh_reused and told
        freeze ann -> refused auth.session_ended
    ",
    );
}

#[test]
fn a_session_ends_idle_after_thirty_days_and_in_any_case_after_ninety() {
    crate::scenario::check(
        "
        payer ann 0
        open ann -> opened and told
        wait 2591999
        refresh ann 0 -> generation 1
        wait 2592000
        refresh ann 1 -> refused auth.session_ended
        open ann -> opened
        wait 2591999
        refresh ann 0 -> generation 1
        wait 2591999
        refresh ann 1 -> generation 2
        wait 2591999
        refresh ann 2 -> generation 3
        wait 2
        freeze ann -> frozen
        wait 1
        freeze ann -> refused auth.session_ended
        refresh ann 3 -> refused auth.session_ended
    ",
    );
}

#[test]
fn a_sixth_session_ends_the_one_longest_unused() {
    crate::scenario::check(
        "
        payer ann 0
        wait 1
        open ann as a
        wait 1
        open ann as b
        wait 1
        open ann as c
        wait 1
        open ann as d
        wait 1
        in ann a
        refresh ann 0 -> generation 1
        # with the session of the sign-up there are five; that one was used least recently, then b
        open ann as e
        open ann as f
        in ann b
        freeze ann -> refused auth.session_ended
        in ann a
        freeze ann -> frozen
        in ann f
        freeze ann -> frozen
    ",
    );
}

#[test]
fn what_is_ended_or_revoked_is_refused_from_the_next_decision_on() {
    crate::scenario::check(
        "
        payer ann 0
        join ann tab -> bound
        freeze tab -> refused auth.session_ended
        open tab as one -> opened and told
        open tab as two -> opened
        freeze tab -> frozen
        # still waiting, it touches no other device
        end tab ann -> refused device.cooling_off
        revoke tab ann -> refused device.cooling_off
        end ann tab -> ended
        end ann tab -> ended
        freeze tab -> refused auth.session_ended
        in tab one
        freeze tab -> frozen
        end ann tab all -> ended
        freeze tab -> refused auth.session_ended
        open tab -> opened and told
        revoke ann tab -> revoked
        revoke ann tab -> revoked
        freeze tab -> refused device.revoked
        open tab -> refused device.revoked
        refresh tab 0 -> refused device.revoked
        revoke ann ann -> refused device.last_one
        payer bob 0
        end ann bob -> refused device.unknown
        revoke ann bob -> refused device.unknown
    ",
    );
}

#[test]
fn a_shared_device_idles_two_minutes_lives_half_an_hour_and_nothing_follows() {
    crate::scenario::check(
        "
        payer ann 0
        join ann cafe shared -> bound
        devices ann -> 1
        open cafe shared -> opened and told
        wait 119
        freeze cafe -> frozen
        # its key carries the same session on while it lasts
        open cafe shared -> opened
        wait 119
        open cafe -> opened
        wait 120
        freeze cafe -> refused auth.session_ended
        open cafe shared -> refused auth.session_ended
        open cafe -> refused auth.session_ended
    ",
    );
    let busy = "wait 100\nopen cafe shared -> opened\n".repeat(17);
    let end = "wait 100\nopen cafe shared -> refused auth.session_ended";
    crate::scenario::check(&format!("payer ann 0\njoin ann cafe shared -> bound\nopen cafe shared\n{busy}{end}"));
}

#[test]
fn logging_out_of_a_shared_device_revokes_it_and_the_last_device_cannot_become_one() {
    crate::scenario::check(
        "
        payer ann 0
        open ann shared -> refused device.last_one
        freeze ann -> frozen
        unfreeze ann -> thawing
        wait 600
        join ann pc -> bound
        devices ann -> 2
        open pc shared -> opened and told
        devices ann -> 1
        # a wallet with nothing but a shared device beside is a wallet with one device
        revoke ann ann -> refused device.last_one
        end pc pc -> ended
        open pc shared -> refused device.revoked
        join ann net shared -> bound
        revoke ann net -> revoked
        devices ann -> 1
        revoke ann ann -> refused device.last_one
    ",
    );
}
