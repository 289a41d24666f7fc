//! A data set nobody tuned anything for, made by a generator of its own: an island with ferries, markets and tourists,
//! described by nothing but a schema file; and its sibling, scored by the model of the first.

use risk::data::{Evaluated, Options, Schema, evaluate};
use risk::model::Model;

const SCHEMA: &str = r#"
amount_scale = 0.01

[columns]
payer = "cust_no"
payee = "shop"
category = "goods"
time = "when"
amount = "cents"
label = "verdict"
latitude = "lat"
longitude = "lon"
home_latitude = "home_lat"
home_longitude = "home_lon"
age = "years"
device_class = "handset"

[time]
unit = "datetime"

[label]
fraud = ["stolen", "skimmed"]
unlabelled = [""]
delay = 259200

[protocols.autumn]
folds = [{ train = { fraction = [0.2, 0.7] }, test = { fraction = [0.75, 1.0] } }]
"#;

/// Chance that is the same everywhere (a linear congruential generator, the high half).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1_u64 << 31) as f64
    }

    fn below(&mut self, most: usize) -> usize {
        ((self.roll() * most as f64) as usize).min(most - 1)
    }

    /// About normal.
    fn spread(&mut self) -> f64 {
        (0..6).map(|_| self.roll()).sum::<f64>() - 3.0
    }
}

const GOODS: [&str; 5] = ["ferry", "fish", "coffee", "phone credit", "lodging"];

struct Islander {
    home: (f64, f64),
    usual: f64,
    shops: [usize; 4],
    years: u32,
}

/// Some days of an island: three hundred people, forty shops. Stolen wallets pay large sums far from home at shops their
/// owner never visits; a shop whose terminal is skimmed has a week of frauds among its genuine payments.
fn island(seed: u64, prefix: &str, age_shift: u32, days: u32) -> String {
    let mut dice = Dice(seed);
    let shops: Vec<((f64, f64), usize)> =
        (0..40).map(|_| ((33.2 + dice.roll() * 0.4, 126.2 + dice.roll() * 0.8), dice.below(GOODS.len()))).collect();
    let people: Vec<Islander> = (0..300)
        .map(|_| Islander {
            home: (33.2 + dice.roll() * 0.4, 126.2 + dice.roll() * 0.8),
            usual: 300.0 + 4_000.0 * dice.roll() * dice.roll(),
            shops: std::array::from_fn(|_| dice.below(40)),
            years: 14 + dice.below(70) as u32,
        })
        .collect();
    let mut text = "when,cust_no,shop,goods,cents,lat,lon,home_lat,home_lon,years,handset,verdict\n".to_owned();
    let (mut skimmed, mut stolen) = (usize::MAX, Vec::<(usize, u32)>::new());
    for slot in 0..days * 24 * 6 {
        let (day, minute) = (slot / 144, slot % 144 * 10);
        if slot % (144 * 7) == 0 {
            skimmed = dice.below(40);
        }
        if dice.roll() < 0.01 {
            stolen.push((dice.below(people.len()), 4 + dice.below(5) as u32));
        }
        let busy = (minute / 60).abs_diff(14) < 7;
        let count = if busy { 2 } else { usize::from(dice.roll() < 0.3) };
        let mut pay = |who: usize, shop: usize, cents: f64, verdict: &str, dice: &mut Dice| {
            let (person, ((lat, lon), goods)) = (&people[who], shops[shop]);
            let handset = ["old", "new", "watch"][who % 3];
            let second = dice.below(60);
            let years = (person.years + age_shift - 14) % 70 + 14;
            text.push_str(&format!(
                "2025-{:02}-{:02} {:02}:{:02}:{second:02},{prefix}{who},{prefix}s{shop},{},{:.0},{lat:.5},{lon:.5},{:.5},{:.5},{years},{handset},{verdict}\n",
                8 + day / 30, 1 + day % 30, minute / 60, minute % 60, GOODS[goods], cents.max(10.0), person.home.0, person.home.1,
            ));
        };
        for _ in 0..count {
            let who = dice.below(people.len());
            let (at_random, favourite) = (dice.below(40), people[who].shops[dice.below(4)]);
            let shop = if dice.roll() < 0.9 { favourite } else { at_random };
            let cents = people[who].usual * (1.0 + 0.25 * dice.spread());
            let bad = shop == skimmed && dice.roll() < 0.5;
            pay(who, shop, cents, if bad { "skimmed" } else { "fine" }, &mut dice);
        }
        if let Some((who, left)) = stolen.pop() {
            let (shop, cents) = (dice.below(40), people[who].usual * (2.5 + 3.0 * dice.roll()));
            pay(who, shop, cents, "stolen", &mut dice);
            if left > 1 {
                stolen.push((who, left - 1));
            }
        }
    }
    text
}

fn run(text: &str, model: Option<Model>) -> Evaluated {
    let schema = Schema::parse(SCHEMA).unwrap();
    let protocol = schema.protocol("autumn").unwrap();
    let rows = Some(text.lines().count() as u64 - 1);
    let options = Options { lenient: false, rows, row_file: None, model, progress: &mut |_| {}, stopwatch: &|| 0.0 };
    evaluate(text.as_bytes(), &schema, protocol, options).unwrap()
}

#[test]
fn an_unseen_data_set_and_its_sibling_need_a_schema_file_only() {
    let own = run(&island(20_250_801, "c", 0, 90), None);
    let base = own.report.test_frauds as f64 / own.report.test_rows as f64;
    println!("own: {:?}, base rate {base:.4}", own.report);
    assert!(own.report.test_frauds > 50, "{:?}", own.report);
    assert!(own.report.average_precision > 0.6 && own.report.average_precision > 8.0 * base, "{:?}", own.report);
    assert!(own.report.average_precision > own.report.raw_average_precision, "{:?}", own.report);
    let model = own.models.last().cloned().unwrap();
    let sibling = run(&island(777, "zz-", 0, 90), Some(model));
    println!("sibling: {:?}", sibling.report);
    assert!(sibling.report.average_precision > 0.6, "transferred: {:?}", sibling.report);
    assert_eq!(sibling.report.train_rows, 0);
}

/// An age is read for reports, and changes no score by a bit.
#[test]
fn ages_change_reports_and_no_score() {
    let (young, old) = (run(&island(5, "c", 0, 30), None), run(&island(5, "c", 30, 30), None));
    let scores = |run: &Evaluated| run.scored.iter().map(|row| row.score.to_bits()).collect::<Vec<_>>();
    assert_eq!(scores(&young), scores(&old));
    assert_ne!(young.report.false_alarms_by_age_band, old.report.false_alarms_by_age_band);
    let bands: Vec<&str> = young.report.false_alarms_by_age_band.keys().map(String::as_str).collect();
    assert_eq!(bands, ["20 to 29", "30 to 39", "40 to 49", "50 to 59", "60 to 69", "70 and over", "under 20"]);
    let classes: Vec<&str> = young.report.false_alarms_by_device_class.keys().map(String::as_str).collect();
    assert_eq!(classes, ["new", "old", "watch"]);
    let all = young.report.false_alarms_by_age_band.values();
    assert!(all.copied().all(|share| (0.0..0.1).contains(&share)), "{:?}", young.report.false_alarms_by_age_band);
}
