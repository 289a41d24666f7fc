//! Devices and sessions: what is kept about them survives a restart, and what is ended stays ended.

use money::ReasonCode;
use payments::{Accepted, Session};
use protocol::SessionKind;

use super::Place;
use super::commands::refused;
use crate::town::Person;

fn session(outcome: Result<Accepted, payments::Refusal>) -> Session {
    match outcome {
        Ok(Accepted::Session(session)) => session,
        other => panic!("no session: {other:?}"),
    }
}

impl Place<'_> {
    async fn sessions(&self, person: &Person) -> Vec<Session> {
        let (_, standing) = self.store.device(person.phone.device()).await.unwrap().unwrap();
        standing.unwrap().sessions
    }
}

pub(crate) async fn a_session_is_carried_on_once_also_after_a_restart(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 0).await;
    assert_eq!(place.sessions(&mina).await[0].place, "203.0.113.0/24", "the sign-up's own");
    let first = session(place.run(town.open_session(&mina, SessionKind::Own)).await);
    let next = session(place.run(town.refresh_session(&mina, &first)).await);
    assert_eq!((next.id, next.generation), (first.id, 1));
    let place = place.restart().await;
    let town = &place.town;
    assert_eq!(place.sessions(&mina).await.last(), Some(&next));
    assert_eq!(refused(place.run(town.refresh_session(&mina, &first)).await), ReasonCode::RefreshReused);
    let place = place.restart().await;
    assert!(place.sessions(&mina).await.iter().all(|session| session.id != first.id), "the copy ended it");
    assert_eq!(refused(place.run(place.town.refresh_session(&mina, &next)).await), ReasonCode::SessionEnded);
    place.proven().await;
}

pub(crate) async fn what_is_ended_or_revoked_stays_so_after_a_restart(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 0).await;
    let (mut tablet, bind) = town.bind(&mina, "tablet");
    place.run(bind).await.unwrap();
    tablet.session = session(place.run(town.open_session(&tablet, SessionKind::Own)).await).id;
    town.renew(&mut tablet);
    place.run(town.freeze(&tablet)).await.unwrap();
    place.run(town.end_session(&mina, &tablet)).await.unwrap();
    let place = place.restart().await;
    assert_eq!(refused(place.run(place.town.freeze(&tablet)).await), ReasonCode::SessionEnded);
    place.run(place.town.revoke(&mina, &tablet)).await.unwrap();
    let place = place.restart().await;
    assert_eq!(refused(place.run(place.town.freeze(&tablet)).await), ReasonCode::DeviceRevoked);
    let open = place.town.open_session(&tablet, SessionKind::Own);
    assert_eq!(refused(place.run(open).await), ReasonCode::DeviceRevoked);
    assert_eq!(refused(place.run(place.town.revoke(&mina, &mina)).await), ReasonCode::DeviceLast);
    place.proven().await;
}

pub(crate) async fn a_shared_device_has_one_session_also_after_a_restart(place: Place<'_>) {
    let (town, store) = (&place.town, &*place.store);
    let mina = town.person(store, "Mina", 0).await;
    let (pc, bind) = town.bind(&mina, "pc");
    place.run(bind).await.unwrap();
    let first = session(place.run(town.open_session(&pc, SessionKind::Shared)).await);
    let place = place.restart().await;
    place.town.clock.advance(119);
    let next = session(place.run(place.town.open_session(&pc, SessionKind::Own)).await);
    assert_eq!((next.id, next.kind), (first.id, SessionKind::Shared), "carried on, whatever it asks for");
    let place = place.restart().await;
    place.town.clock.advance(120);
    let over = place.town.open_session(&pc, SessionKind::Shared);
    assert_eq!(refused(place.run(over).await), ReasonCode::SessionEnded);
    place.proven().await;
}
