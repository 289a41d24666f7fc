//! Attackers over the town's stickers: the same seed, the same figures; and what is far from home is noticed.

use money::Instant;
use payments::Settings;
use simulator::{SwapPlan, TownSize, play_swaps};

fn plan(campaigns: usize) -> SwapPlan {
    SwapPlan {
        seed: 5,
        size: TownSize { merchants: 40, payers: 24 },
        days: 4,
        campaigns,
        settings: Settings::default(),
        until: Instant::from_unix_seconds(1_790_000_000),
    }
}

#[test]
fn a_town_of_swaps_is_the_same_twice_and_notices_copies() {
    let (first, again) = (play_swaps(&plan(9)).unwrap(), play_swaps(&plan(9)).unwrap());
    assert_eq!(format!("{first:?}"), format!("{again:?}"));
    assert!(first.swapped_scans > 0 && first.swapped_scans < first.scans, "{first:?}");
    let away = first.campaigns.iter().filter(|campaign| campaign.kind != "neighbour");
    assert!(away.map(|campaign| campaign.stopped).sum::<u64>() > 0, "{first:?}");
}

#[test]
fn a_town_without_attackers_pays_as_ever() {
    let figures = play_swaps(&plan(0)).unwrap();
    assert!(figures.scans > 50 && figures.campaigns.is_empty(), "{figures:?}");
    assert_eq!((figures.swapped_scans, figures.false_stops), (0, 0));
}
