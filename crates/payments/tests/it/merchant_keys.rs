//! Merchants' keys in the core: how many, for whom, and that an end is only ever brought forward; and the server's own.

use money::{PayeeId, ReasonCode};
use payments::{
    Accepted, Command, Key, KeyMaterial, KeyRing, MerchantKey, Noted, NotedKey, Row, ServerKeys, StaffPermit, limits,
};

use crate::scenario::{check, run};
use crate::world::World;

const fn staff() -> StaffPermit {
    StaffPermit::dangerous_from_operating_system()
}

fn key(world: &mut World, payee: PayeeId) -> MerchantKey {
    let public = world.fresh();
    MerchantKey {
        id: MerchantKey::id_of(&public),
        payee,
        label: "till".parse().unwrap(),
        material: KeyMaterial::Signing { public },
        networks: Vec::new(),
        created_at: world.now,
        expires_at: None,
    }
}

fn add(world: &mut World, key: MerchantKey) -> Result<MerchantKey, ReasonCode> {
    match world.submit(Command::AddMerchantKey { permit: staff(), key }) {
        Ok(Accepted::MerchantKey(key)) => Ok(key),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    }
}

fn end(world: &mut World, key: &MerchantKey, in_seconds: i64) -> MerchantKey {
    let command = Command::EndMerchantKey { permit: staff(), key: key.id, in_seconds };
    let Ok(Accepted::MerchantKey(key)) = world.submit(command) else { panic!("no key") };
    key
}

fn ring(world: &World, payee: PayeeId) -> KeyRing {
    match world.state.row(&Key::Noted(NotedKey::KeyRing(payee))) {
        Some(Row::Noted(Noted::KeyRing(row))) => row.clone(),
        _ => panic!("no keys"),
    }
}

#[test]
fn a_merchant_has_sixteen_keys_and_another_when_one_has_ended() {
    let mut world = check("payee cafe\npayee kiosk");
    let (cafe, kiosk) = (world.shops["cafe"].id, world.shops["kiosk"].id);
    let keys: Vec<MerchantKey> = (0..limits::KEYS_PER_MERCHANT_MAX)
        .map(|_| {
            let next = key(&mut world, cafe);
            add(&mut world, next).unwrap()
        })
        .collect();
    let one_more = key(&mut world, cafe);
    assert_eq!(add(&mut world, one_more.clone()), Err(ReasonCode::KeyLimitReached));
    let theirs = key(&mut world, kiosk);
    assert!(add(&mut world, theirs).is_ok(), "another merchant has its own");
    // One that ends later counts until then.
    end(&mut world, &keys[0], 60);
    assert_eq!(add(&mut world, one_more.clone()), Err(ReasonCode::KeyLimitReached));
    run(&mut world, "wait 60");
    assert!(add(&mut world, one_more.clone()).is_ok());
    assert_eq!(ring(&world, cafe).keys.len(), limits::KEYS_PER_MERCHANT_MAX);
    end(&mut world, &keys[1], 0);
    let last = key(&mut world, cafe);
    assert!(add(&mut world, last).is_ok());
}

#[test]
fn what_is_refused_of_a_key_has_its_code() {
    let mut world = check("payee cafe");
    let cafe = world.shops["cafe"].id;
    let known = key(&mut world, cafe);
    let known = add(&mut world, known).unwrap();
    assert_eq!(add(&mut world, known.clone()), Err(ReasonCode::KeyExists));
    let nobodys = key(&mut world, PayeeId::from_bytes([9; 16]));
    assert_eq!(add(&mut world, nobodys), Err(ReasonCode::PayeeUnknown));
    let networks = vec!["203.0.113.7".parse().unwrap(); limits::NETWORKS_PER_KEY_MAX + 1];
    let wide = MerchantKey { networks, ..key(&mut world, cafe) };
    assert_eq!(add(&mut world, wide), Err(ReasonCode::RequestMalformed));
    let unknown = Command::EndMerchantKey { permit: staff(), key: key(&mut world, cafe).id, in_seconds: 0 };
    assert_eq!(world.submit(unknown).unwrap_err().first(), ReasonCode::KeyUnknown);
    // An end is only ever brought forward.
    let early = end(&mut world, &known, 60).expires_at;
    assert_eq!(end(&mut world, &known, 3_600).expires_at, early);
    assert!(end(&mut world, &known, 0).expires_at < early);
}

#[test]
fn the_servers_keys_are_counted_up_and_the_ones_before_stay_good_for_a_while() {
    let mut world = check("payee cafe");
    let rotate = |world: &mut World, overlap_seconds| match world
        .submit(Command::RotateServerKeys { permit: staff(), overlap_seconds })
    {
        Ok(Accepted::ServerKeys(keys)) => Ok(keys),
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal.first()),
    };
    let ServerKeys { generation, since, previous_until } = rotate(&mut world, 3_600).unwrap();
    assert_eq!((generation, since, previous_until.millis_since(since)), (1, world.now, 3_600_000));
    let now = rotate(&mut world, 0).unwrap();
    assert_eq!((now.generation, now.previous_until), (2, world.now));
    for wrong in [-1, limits::SERVER_KEYS_OVERLAP_SECONDS_MAX + 1] {
        assert_eq!(rotate(&mut world, wrong), Err(ReasonCode::RequestMalformed));
    }
}
