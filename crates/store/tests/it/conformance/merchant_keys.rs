//! Merchants' keys: stored, listed by payee, and ended for good.

use payments::{Accepted, Command, KeyMaterial, MerchantKey, Noted, NotedKey, NotedKind};

use super::Place;
use crate::town::staff;

pub(crate) async fn a_merchants_key_is_listed_and_ends_also_after_a_restart(place: Place<'_>) {
    let (cafe, kiosk) = (place.town.shop(&*place.store, "Cafe").await, place.town.shop(&*place.store, "Kiosk").await);
    let public: [u8; 32] = place.town.fresh();
    let key = MerchantKey {
        id: MerchantKey::id_of(&public),
        payee: cafe.id,
        label: "till".parse().unwrap(),
        material: KeyMaterial::Signing { public },
        networks: vec!["203.0.113.0/24".parse().unwrap()],
        created_at: place.town.now(),
        expires_at: None,
    };
    let add = || Command::AddMerchantKey { permit: staff(), key: key.clone() };
    place.run(add()).await.unwrap();
    let place = place.restart().await;
    assert_eq!(place.run(add()).await.unwrap_err().first().code(), "key.exists");
    let of = async |payee| place.store.all_noted(NotedKind::MerchantKey, Some(payee), 10).await.unwrap();
    assert_eq!((of(cafe.id).await, of(kiosk.id).await), (vec![Noted::MerchantKey(key.clone())], Vec::new()));
    let end = Command::EndMerchantKey { permit: staff(), key: key.id, in_seconds: 60 };
    let Accepted::MerchantKey(ended) = place.run(end).await.unwrap() else { panic!("no key") };
    assert!(ended.is_live(place.town.now()));
    let place = place.restart().await;
    place.town.clock.advance(60);
    let stored = place.store.noted(NotedKey::MerchantKey(key.id)).await.unwrap().unwrap();
    assert!(!stored.merchant_key().unwrap().is_live(place.town.now()));
    place.proven().await;
}
