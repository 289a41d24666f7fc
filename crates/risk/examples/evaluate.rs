//! `cargo run --release -p risk --example evaluate -- DATA.csv.gz SCHEMA.toml PROTOCOL`: one JSON object.
#![allow(
    missing_docs,
    clippy::all,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::panic,
    reason = "an example that measures, not part of the product"
)]

use std::collections::HashSet;
use std::fs::File;

use risk::data::schema::Range;
use risk::data::{Options, Schema, evaluate};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let schema = Schema::parse(&std::fs::read_to_string(&arguments[2]).unwrap()).expect("schema");
    let protocol = schema.protocol(&arguments[3]).expect("protocol");
    let data = std::path::Path::new(&arguments[1]);
    let open = || flate2::read::MultiGzDecoder::new(std::io::BufReader::new(File::open(data).unwrap()));
    let row_file = protocol.folds.iter().find_map(|fold| match &fold.test {
        Range::RowFile(name) => {
            let text = std::fs::read_to_string(data.with_file_name(name)).unwrap();
            Some(text.lines().map(|line| line.trim().parse().unwrap()).collect::<HashSet<u64>>())
        }
        _ => None,
    });
    let rows = csv::Reader::from_reader(open()).byte_records().count() as u64;
    let began = std::time::Instant::now();
    let watch = move || began.elapsed().as_secs_f64();
    let options =
        Options { lenient: false, rows: Some(rows), row_file, model: None, progress: &mut |_| {}, stopwatch: &watch };
    let report = evaluate(open(), &schema, protocol, options).unwrap_or_else(|error| panic!("{error}"));
    println!("{}", serde_json::to_string(&report.report).unwrap());
}
