//! All packs of one jurisdiction over a payer with 1,000 past events: in counters, and as a history to look through.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use policy::{Counters, Library, Request};

fn library() -> Library {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut files = Vec::new();
    for folder in [folder.clone(), folder.join("calendars")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                files.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    Library::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

fn request(events: u32) -> Request {
    let history: Vec<serde_json::Value> = (0..events)
        .map(|place| {
            let (day, hour, minute) = (1 + place / 60 % 28, place % 24, place % 60);
            serde_json::json!({
                "at": format!("2026-03-{day:02}T{hour:02}:{minute:02}:00+09:00"), "amount": "100 KRW",
                "channel": "carrier_bill_pg", "category": "digital_content", "line": "010-1", "auth": ["passkey"],
            })
        })
        .collect();
    Request::from_value(&serde_json::json!({
        "at": "2026-03-29T12:00:00+09:00", "jurisdiction": "KR", "auth": ["pass_app", "pin"], "history": history,
        "operation": {"amount": "5000 KRW", "channel": "carrier_bill_pg", "category": "digital_content", "line": "010-1"},
        "payer": {"age": 30, "carrier": "kt", "last_used_at": "2026-03-20T12:00:00+09:00"},
        "settings": {"limits": [{"window": "day", "amount": "50000 KRW"}, {"window": "month", "amount": "300000 KRW"}]},
    }))
    .unwrap()
}

fn decide(criterion: &mut Criterion) {
    let library = library();
    let told = request(1_000);
    let counters = Counters::of(&library, &told);
    let asked = request(0);
    let (a, b) = (policy::decide(&library, &told).unwrap(), counters.decide(&library, &asked).unwrap());
    assert_eq!(a.counters, b.counters, "both look at the same 1,000 events");
    criterion.bench_function("KR, 1,000 events in counters", |bench| {
        bench.iter(|| counters.decide(&library, black_box(&asked)).unwrap());
    });
    criterion.bench_function("KR, 1,000 events as history", |bench| {
        bench.iter(|| policy::decide(&library, black_box(&told)).unwrap());
    });
    let event = told.history.last().unwrap();
    criterion.bench_function("KR, one event counted and released", |bench| {
        let mut kept = counters.clone();
        let mut key = 0_u64;
        bench.iter(|| {
            key += 1;
            let name = key.to_string();
            kept.reserve(&library, &asked, &name, event);
            kept.release(&name);
        });
    });
}

criterion_group!(benches, decide);
criterion_main!(benches);
