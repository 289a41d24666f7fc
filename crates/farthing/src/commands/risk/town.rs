//! `farthing risk town`: the simulated town's payments with crimes among them, as a file to learn from.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use money::Instant;
use simulator::{LabelledRow, Town, TownSize};

use crate::failure::{Failure, failed};
use crate::output::{Output, grouped, pairs};

/// When the history ends: the same file for everybody, whenever it is made.
const UNTIL_SECONDS: i64 = 1_790_000_000;

/// Write the payments of a simulated town, crimes among them, as gzipped CSV: what the model that ships learns from.
#[derive(Debug, clap::Args)]
pub(crate) struct TownFile {
    /// Where the file goes; an existing one is replaced.
    #[arg(long, value_name = "FILE.csv.gz")]
    out: PathBuf,
    /// All chance comes from it.
    #[arg(long, value_name = "N", default_value_t = 20_260_901)]
    seed: u64,
    /// How many people pay.
    #[arg(long, value_name = "N", default_value_t = 600)]
    payers: usize,
    /// How many shops there are.
    #[arg(long, value_name = "N", default_value_t = 120)]
    merchants: usize,
    /// How many days.
    #[arg(long, value_name = "N", default_value_t = 84)]
    days: u32,
}

impl TownFile {
    pub(crate) fn run(self, output: &mut Output) -> Result<(), Failure> {
        let size = TownSize { merchants: self.merchants, payers: self.payers };
        let town = Town::new(self.seed, size).map_err(failed("cannot found the town"))?;
        let shown = self.out.display().to_string();
        let wrote = || failed(format!("cannot write `{shown}`"));
        let file = File::create(&self.out).map_err(wrote())?;
        let mut file = GzEncoder::new(BufWriter::new(file), Compression::default());
        writeln!(file, "{}", LabelledRow::HEADING).map_err(wrote())?;
        let (mut rows, mut frauds) = (0_u64, 0_u64);
        for row in town.labelled(self.days, Instant::from_unix_seconds(UNTIL_SECONDS)) {
            writeln!(file, "{}", row.line()).map_err(wrote())?;
            rows = rows.saturating_add(1);
            frauds = frauds.saturating_add(u64::from(row.crime.is_some()));
        }
        file.finish().and_then(|mut file| file.flush()).map_err(wrote())?;
        if output.is_json() {
            return output.object(&serde_json::json!({ "file": shown, "rows": rows, "frauds": frauds }));
        }
        output.lines(&pairs(&[("payments", grouped(rows)), ("crimes", grouped(frauds)), ("file", shown)]));
        Ok(())
    }
}
