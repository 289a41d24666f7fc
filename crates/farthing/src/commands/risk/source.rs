//! The files a risk command reads: payments, their schema, the protocol's rows, a model.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use flate2::read::MultiGzDecoder;
use risk::data::schema::Range;
use risk::data::{Evaluated, Options, Protocol, Schema, evaluate, extra_columns};
use risk::model::Model;

use crate::failure::{Failure, failed};
use crate::output::{Output, grouped};

/// Payments and what their columns mean.
#[derive(Debug, clap::Args)]
pub(super) struct Source {
    /// Payments in time order, as gzipped CSV with a header.
    #[arg(long, value_name = "FILE.csv.gz")]
    pub(super) data: PathBuf,
    /// What the columns mean, and the protocols.
    #[arg(long, value_name = "FILE.toml")]
    schema: PathBuf,
}

impl Source {
    /// The schema.
    pub(super) fn schema(&self) -> Result<Schema, Failure> {
        let shown = self.schema.display();
        let text = std::fs::read_to_string(&self.schema).map_err(failed(format!("cannot read `{shown}`")))?;
        Schema::parse(&text).map_err(failed(format!("cannot use `{shown}`")))
    }

    /// The rows, as CSV.
    pub(super) fn open(&self) -> Result<MultiGzDecoder<BufReader<File>>, Failure> {
        let file = File::open(&self.data).map_err(failed(format!("cannot read `{}`", self.data.display())))?;
        Ok(MultiGzDecoder::new(BufReader::new(file)))
    }

    /// Runs the file by a protocol; with a model nothing is trained.
    pub(super) fn run(
        &self,
        protocol: &str,
        model: Option<Model>,
        lenient: bool,
        output: &mut Output,
    ) -> Result<Evaluated, Failure> {
        let schema = self.schema()?;
        let shown = self.schema.display();
        let protocol = schema.protocol(protocol).map_err(failed(format!("cannot use `{shown}`")))?;
        let rows = if needs_count(protocol) { Some(self.count()?) } else { None };
        let row_file = self.row_file(protocol)?;
        let file = self.open()?;
        #[expect(clippy::disallowed_methods, reason = "measures the run; no rule or score sees it")]
        let began = std::time::Instant::now();
        let stopwatch = move || began.elapsed().as_secs_f64();
        let mut progress = |read: u64| output.ticker(&shown_progress(read, rows));
        let options = Options { lenient, rows, row_file, model, progress: &mut progress, stopwatch: &stopwatch };
        let what = format!("cannot evaluate `{}`", self.data.display());
        evaluate(file, &schema, protocol, options).map_err(failed(what))
    }

    /// SHA-256 of the file as it lies there, in hexadecimal.
    pub(super) fn sha256(&self) -> Result<String, Failure> {
        let what = || failed(format!("cannot read `{}`", self.data.display()));
        let mut file = File::open(&self.data).map_err(what())?;
        let mut context = digest::Context::new(&digest::SHA256);
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer).map_err(what())?;
            let Some(part) = buffer.get(..read).filter(|part| !part.is_empty()) else { break };
            context.update(part);
        }
        Ok(context.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn count(&self) -> Result<u64, Failure> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(self.open()?);
        let mut record = csv::ByteRecord::new();
        let mut rows = 0;
        let what = || failed(format!("cannot read `{}`", self.data.display()));
        while reader.read_byte_record(&mut record).map_err(what())? {
            rows += 1;
        }
        Ok(rows)
    }

    /// The row numbers of the protocol's row file, which lies beside the data or beside the schema.
    fn row_file(&self, protocol: &Protocol) -> Result<Option<HashSet<u64>>, Failure> {
        let named = protocol.folds.iter().find_map(|fold| match &fold.test {
            Range::RowFile(name) => Some(name),
            _ => None,
        });
        let Some(name) = named else { return Ok(None) };
        let beside = |path: &Path| path.with_file_name(name);
        let (by_data, by_schema) = (beside(&self.data), beside(&self.schema));
        let path = if !by_data.exists() && by_schema.exists() { &by_schema } else { &by_data };
        let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
        let numbers = text.lines().filter(|line| !line.trim().is_empty()).enumerate().map(|(index, line)| {
            let number = line.trim().parse::<u64>();
            number.map_err(|_| {
                Failure::new(format!("`{}` line {}: `{line}` is no row number", path.display(), index + 1))
            })
        });
        numbers.collect::<Result<HashSet<u64>, Failure>>().map(Some)
    }
}

/// Reads a model for rows of this schema.
pub(super) fn model(path: &Path, schema: &Schema) -> Result<Model, Failure> {
    let shown = path.display();
    let file = File::open(path).map_err(failed(format!("cannot read `{shown}`")))?;
    let mut text = String::new();
    let most = u64::try_from(risk::limits::MODEL_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_string(&mut text).map_err(failed(format!("cannot read `{shown}`")))?;
    Model::read(&text, &extra_columns(schema)).map_err(failed(format!("cannot use `{shown}`")))
}

fn needs_count(protocol: &Protocol) -> bool {
    let fraction = |range: &Range| matches!(range, Range::Fraction(_));
    protocol.folds.iter().any(|fold| fraction(&fold.train) || fraction(&fold.test))
}

fn shown_progress(read: u64, rows: Option<u64>) -> String {
    match rows.filter(|rows| *rows > 0) {
        Some(rows) => format!("{} of {} rows, {} % …", grouped(read), grouped(rows), read.saturating_mul(100) / rows),
        None => format!("{} rows …", grouped(read)),
    }
}
