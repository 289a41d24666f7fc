//! [`evaluate`]: a file through the online code, in the order of its rows; trained, scored and measured by one protocol.
//!
//! A row's features are computed before anything of the row is remembered, and its label is remembered only when its
//! delay has passed. A test row's own label meets its score in the metrics and nowhere else.

use std::collections::{HashMap, HashSet, VecDeque};

use super::backtest::{Backtest, Contest};
use super::groups::{self, Classes, age_band};
use super::kept::KeptRows;
use super::schema::{Fold, Protocol, Range, Schema};
use super::table::{Row, Table, Values};
use crate::event::{Outcome, Party};
use crate::feature::{Feature, PaymentFact};
use crate::limits;
use crate::memory::{Kinds, Memory};
use crate::metric::{self, Scored};
use crate::model::boost::Lessons;
use crate::model::{Baseline, Model, ModelError};
use crate::number::{mixed, unit};

const DAY_MILLIS: i64 = 86_400_000;

/// What a run may do, and what it needs from outside.
pub struct Options<'a> {
    /// Skip rows that cannot be understood.
    pub lenient: bool,
    /// All rows of the file, where a range is a fraction.
    pub rows: Option<u64>,
    /// Row numbers of the protocol's row file.
    pub row_file: Option<HashSet<u64>>,
    /// Scores with this model; nothing is trained.
    pub model: Option<Model>,
    /// Called every some thousand rows with the number of rows read.
    pub progress: &'a mut dyn FnMut(u64),
    /// A moment in seconds, for measuring only.
    pub stopwatch: &'a dyn Fn() -> f64,
}

/// Why a run stopped.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum EvaluateError {
    #[error("the file cannot be read")]
    File(#[from] csv::Error),
    #[error("{0}")]
    Columns(String),
    #[error("line {line}: {what}")]
    Row { line: u64, what: String },
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error("there is no row {asked}: the file has {rows}, counted from 0")]
    NoSuchRow { asked: u64, rows: u64 },
    #[error("the test range of fold {0} scored no labelled row")]
    NothingScored(usize),
}

/// The figures of a run: the mean over its folds.
#[derive(Clone, Debug, Default, serde::Serialize)]
#[expect(missing_docs, reason = "each is called what it is")]
pub struct Report {
    pub auc: f64,
    pub average_precision: f64,
    pub card_precision_at_100: f64,
    pub recall_at_0_1pct: f64,
    pub recall_at_0_5pct: f64,
    pub recall_at_1pct: f64,
    pub raw_average_precision: f64,
    pub anomaly_auc: f64,
    pub anomaly_average_precision: f64,
    pub anomaly_train_average_precision: f64,
    pub train_rows: u64,
    pub train_frauds: u64,
    pub test_rows: u64,
    pub test_frauds: u64,
    pub rows: u64,
    pub broken_rows: u64,
    pub broken: Vec<String>,
    pub train_seconds: f64,
    pub score_us: f64,
    pub recall_by_scenario: std::collections::BTreeMap<u16, f64>,
    pub false_alarms_by_age_band: std::collections::BTreeMap<String, f64>,
    pub false_alarms_by_device_class: std::collections::BTreeMap<String, f64>,
}

/// Rows of one fold on their way.
struct Run<'a> {
    fold: &'a Fold,
    lessons: Lessons,
    kept_share: f64,
    train_rows: u64,
    train_payers: HashSet<u64>,
    known_payers: HashMap<u64, i64>,
    model: Option<Model>,
    /// Rows that wait for a model trained on later ones; genuine ones are thinned where there are too many.
    waiting: Vec<(Vec<f32>, Scored)>,
    waiting_weight: f32,
    model_rows: KeptRows,
    raw_rows: KeptRows,
    anomaly_rows: KeptRows,
    /// The same for the training rows: what the anomaly is looked at while it is being designed.
    anomaly_train_rows: KeptRows,
}

struct Place<'a> {
    number: u64,
    millis: i64,
    schema: &'a Schema,
    all: Option<u64>,
    row_file: Option<&'a HashSet<u64>>,
}

impl Place<'_> {
    fn moment(&self, units: f64) -> i64 {
        ((units * self.schema.unit_seconds() + self.schema.time.origin as f64) * 1000.0) as i64
    }

    fn is_in(&self, range: &Range, fold: &Fold) -> bool {
        match range {
            Range::Time([from, to]) => (self.moment(*from)..self.moment(*to)).contains(&self.millis),
            Range::Rows([from, to]) => (*from..*to).contains(&self.number),
            Range::Fraction([from, to]) => {
                let part = self.number as f64 / self.all.unwrap_or(1).max(1) as f64;
                (*from..*to).contains(&part)
            }
            Range::RowFile(_) => self.row_file.is_some_and(|rows| rows.contains(&self.number)),
            Range::Rest => !matches!(fold.test, Range::Rest) && !self.is_in(&fold.test, fold),
        }
    }
}

/// Runs a file through the engine.
///
/// # Errors
/// At the first row that cannot be understood, unless lenient; when there is nothing to learn or to score.
pub fn evaluate<R: std::io::Read>(
    file: R,
    schema: &Schema,
    protocol: &Protocol,
    options: Options<'_>,
) -> Result<Evaluated, EvaluateError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let table = Table::new(schema, &reader.headers()?.clone()).map_err(EvaluateError::Columns)?;
    let mut stream = Stream::new(schema, protocol, options.model.as_ref());
    let mut report = Report::default();
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line();
        let row = match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => table.row(&record),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => Err("not UTF-8".to_owned()),
            Err(error) => return Err(error.into()),
        };
        let number = report.rows;
        report.rows += 1;
        if number.is_multiple_of(20_000) {
            (options.progress)(number);
        }
        match row {
            Ok(row) => {
                let place = Place {
                    number,
                    millis: row.event.at_millis,
                    schema,
                    all: options.rows,
                    row_file: options.row_file.as_ref(),
                };
                stream.row(row, &place, &mut report, options.stopwatch)?;
            }
            Err(what) if options.lenient => {
                report.broken_rows += 1;
                if report.broken.len() < limits::BROKEN_ROWS_NAMED {
                    report.broken.push(format!("line {line}: {what}"));
                }
            }
            Err(what) => return Err(EvaluateError::Row { line, what }),
        }
    }
    let (models, scored) = stream.finish(&mut report, options.stopwatch)?;
    Ok(Evaluated { report, models, scored })
}

/// What a run found.
#[derive(Debug)]
pub struct Evaluated {
    /// The figures.
    pub report: Report,
    /// The model of each fold.
    pub models: Vec<Model>,
    /// The scored rows of all folds; the score is the log odds.
    pub scored: Vec<Scored>,
}

/// The features of the row of that number (from 0), computed as a run computes them, every label known after its delay.
///
/// # Errors
/// When the file cannot be read, a row before it cannot be understood, or there is no such row.
pub fn features_of<R: std::io::Read>(file: R, schema: &Schema, row: u64) -> Result<Vec<f32>, EvaluateError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let table = Table::new(schema, &reader.headers()?.clone()).map_err(EvaluateError::Columns)?;
    let protocol = Protocol { folds: Vec::new(), delay: None };
    let mut stream = Stream::new(schema, &protocol, None);
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    let mut report = Report::default();
    loop {
        let line = reader.position().line();
        if !reader.read_record(&mut record)? {
            return Err(EvaluateError::NoSuchRow { asked: row, rows: number });
        }
        let read = table.row(&record).map_err(|what| EvaluateError::Row { line, what })?;
        if number == row {
            return Ok(stream.vector(&read));
        }
        let place = Place { number, millis: read.event.at_millis, schema, all: None, row_file: None };
        stream.row(read, &place, &mut report, &|| 0.0)?;
        number += 1;
    }
}

/// Judges a file's payments under two sets of rules, in the order of its rows; labels are known after their delay.
///
/// # Errors
/// At the first row that cannot be understood, unless lenient.
pub fn backtest<R: std::io::Read>(
    file: R,
    schema: &Schema,
    mut contest: Contest,
    lenient: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<(Backtest, u64), EvaluateError> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(1 << 16).from_reader(file);
    let table = Table::new(schema, &reader.headers()?.clone()).map_err(EvaluateError::Columns)?;
    let mut memory = Memory::new(Kinds { shared_ids: schema.shared_ids, served: schema.served });
    let delay_millis = (schema.label.delay * schema.unit_seconds_of_labels() * 1000.0) as i64;
    let mut pending: VecDeque<Outcome> = VecDeque::new();
    let mut record = csv::StringRecord::new();
    let (mut number, mut broken) = (0, 0);
    loop {
        let line = reader.position().line();
        if !reader.read_record(&mut record)? {
            return Ok((contest.finish(), broken));
        }
        if number % 50_000 == 0 {
            progress(number);
        }
        number += 1;
        let row = match table.row(&record) {
            Ok(row) => row,
            Err(_) if lenient => {
                broken += 1;
                continue;
            }
            Err(what) => return Err(EvaluateError::Row { line, what }),
        };
        let now = row.event.at_millis;
        while pending.front().is_some_and(|outcome| outcome.known_at_millis <= now) {
            if let Some(outcome) = pending.pop_front() {
                memory.learn(&outcome);
            }
        }
        let features = memory.features(&row.event);
        let reading = memory.reading(&row.event);
        contest.judge(&row.event, row.event.amount as i64, &reading, &features, row.fraud);
        if let Some(fraud) = row.fraud {
            let explained_by_amount = memory.explains(&row.event);
            let known_at_millis = now.saturating_add(delay_millis);
            let parties = row.event.parties;
            pending.push_back(Outcome { paid_at_millis: now, known_at_millis, parties, fraud, explained_by_amount });
        }
        memory.observe(&row.event);
    }
}

/// The names of the columns a schema adds to the catalogue's, in order.
#[must_use]
pub fn extra_columns(schema: &Schema) -> Vec<String> {
    let numbers = schema.columns.numbers.iter().map(|name| format!("raw.{name}"));
    let names = schema.columns.names.iter().flat_map(|n| Values::PARTS.map(|part| format!("raw.{n}.{part}")));
    numbers.chain(names).collect()
}

struct Stream<'a> {
    schema: &'a Schema,
    memory: Memory,
    values: Values,
    pending: VecDeque<(Outcome, Vec<String>, f32)>,
    runs: Vec<Run<'a>>,
    delay_millis: i64,
    extra: Vec<String>,
    /// Whether rows are kept for training.
    learns: bool,
    classes: Classes,
}

impl<'a> Stream<'a> {
    fn new(schema: &'a Schema, protocol: &'a Protocol, model: Option<&Model>) -> Self {
        let run = |fold: &'a Fold| Run {
            fold,
            lessons: Lessons { interleaved: matches!(fold.train, Range::Rest), ..Lessons::default() },
            kept_share: 1.0,
            train_rows: 0,
            train_payers: HashSet::new(),
            known_payers: HashMap::new(),
            model: model.cloned(),
            waiting: Vec::new(),
            waiting_weight: 1.0,
            model_rows: KeptRows::default(),
            raw_rows: KeptRows::default(),
            anomaly_rows: KeptRows::default(),
            anomaly_train_rows: KeptRows::default(),
        };
        Self {
            schema,
            memory: Memory::new(Kinds { shared_ids: schema.shared_ids, served: schema.served }),
            values: Values::default(),
            pending: VecDeque::new(),
            runs: protocol.folds.iter().map(run).collect(),
            delay_millis: (schema.delay_seconds(protocol) * 1000.0) as i64,
            extra: extra_columns(schema),
            learns: model.is_none(),
            classes: Classes::default(),
        }
    }

    /// Takes in every outcome that is known by now.
    fn catch_up(&mut self, now: i64) {
        while self.pending.front().is_some_and(|(outcome, ..)| outcome.known_at_millis <= now) {
            if let Some((mut outcome, names, amount)) = self.pending.pop_front() {
                outcome.known_at_millis = now;
                self.memory.learn(&outcome);
                self.values.learn(&names, amount, &outcome);
            }
        }
    }

    /// Every column of one row, the schema's own after the catalogue's.
    fn vector(&mut self, row: &Row) -> Vec<f32> {
        self.catch_up(row.event.at_millis);
        let mut vector = self.memory.features(&row.event).values().to_vec();
        vector.extend_from_slice(&row.numbers);
        self.values.features(row, self.memory.base_rate(), &mut vector);
        vector
    }

    fn row(
        &mut self,
        row: Row,
        place: &Place<'_>,
        report: &mut Report,
        watch: &dyn Fn() -> f64,
    ) -> Result<(), EvaluateError> {
        let now = row.event.at_millis;
        self.catch_up(now);
        let used =
            self.runs.iter().any(|run| place.is_in(&run.fold.train, run.fold) || place.is_in(&run.fold.test, run.fold));
        self.memory.prepare(&row.event);
        let hidden = self
            .runs
            .iter()
            .any(|run| matches!(run.fold.test, Range::RowFile(_)) && place.is_in(&run.fold.test, run.fold));
        if let (true, Some(fraud)) = (used, row.fraud) {
            let began = watch();
            let vector = self.vector(&row);
            let anomaly = vector.get(Feature::Payment(PaymentFact::Anomaly).index()).copied().map_or(0.0, f64::from);
            report.score_us += (watch() - began) * 1e6;
            let payer = row.event.party(Party::Payer).map_or(0, |key| key.word());
            let day = now.saturating_sub(self.schema.time.origin.saturating_mul(1000)).div_euclid(DAY_MILLIS);
            let groups = [age_band(row.age), self.classes.number(&row.device_class)];
            let scored = Scored { score: anomaly, fraud, payer, day, scenario: row.scenario, weight: 1.0, groups };
            for run in &mut self.runs {
                let teacher = self.learns.then_some((&self.extra, &self.memory));
                run.take(&vector, scored, place, self.delay_millis, teacher, report, watch)?;
            }
        }
        for run in &mut self.runs {
            if let (Some(true), Range::Time([from, _])) = (row.fraud, &run.fold.test)
                && now >= place.moment(*from) - self.delay_millis - DAY_MILLIS
            {
                let payer = row.event.party(Party::Payer).map_or(0, |key| key.word());
                run.known_payers.entry(payer).or_insert(now);
            }
        }
        let explained_by_amount = self.memory.explains(&row.event);
        self.memory.observe(&row.event);
        if let (Some(fraud), false) = (row.fraud, hidden) {
            let known_at_millis = now.saturating_add(self.delay_millis);
            let parties = row.event.parties;
            let outcome = Outcome { paid_at_millis: now, known_at_millis, parties, fraud, explained_by_amount };
            self.pending.push_back((outcome, row.names, row.event.amount));
        }
        Ok(())
    }

    fn finish(
        mut self,
        report: &mut Report,
        watch: &dyn Fn() -> f64,
    ) -> Result<(Vec<Model>, Vec<Scored>), EvaluateError> {
        let folds = self.runs.len().max(1) as f64;
        let mut scenarios: HashMap<u16, (f64, f64)> = HashMap::new();
        for (number, run) in self.runs.iter_mut().enumerate() {
            if run.model.is_none() {
                run.train(&self.extra, self.memory.baseline(), report, watch)?;
            }
            for (vector, scored) in std::mem::take(&mut run.waiting) {
                run.score(&vector, scored, report, watch);
            }
            let rows = run.model_rows.rows();
            if rows.is_empty() {
                return Err(EvaluateError::NothingScored(number + 1));
            }
            let curve = metric::curve(rows);
            report.auc += metric::auc(&curve) / folds;
            report.average_precision += metric::average_precision(&curve) / folds;
            report.card_precision_at_100 += metric::card_precision(rows, self.schema.card_precision_k) / folds;
            report.recall_at_0_1pct += metric::recall_at(&curve, 0.001) / folds;
            report.recall_at_0_5pct += metric::recall_at(&curve, 0.005) / folds;
            report.recall_at_1pct += metric::recall_at(&curve, 0.01) / folds;
            let precision = |kept: &KeptRows| metric::average_precision(&metric::curve(kept.rows()));
            report.raw_average_precision += precision(&run.raw_rows) / folds;
            report.anomaly_auc += metric::auc(&metric::curve(run.anomaly_rows.rows())) / folds;
            report.anomaly_average_precision += precision(&run.anomaly_rows) / folds;
            report.anomaly_train_average_precision += precision(&run.anomaly_train_rows) / folds;
            report.test_rows += run.model_rows.seen();
            report.test_frauds += rows.iter().filter(|row| row.fraud).count() as u64;
            let above = metric::threshold(rows, FALSE_ALARMS);
            recalls(rows, above, &mut scenarios);
            // Of several folds the last is said.
            report.false_alarms_by_age_band = groups::bands(metric::false_alarms_by(rows, 0, above));
            report.false_alarms_by_device_class = self.classes.named(metric::false_alarms_by(rows, 1, above));
        }
        report.recall_by_scenario =
            scenarios.into_iter().map(|(scenario, (found, all))| (scenario, found / all)).collect();
        report.score_us /= (report.test_rows + report.train_rows).max(1) as f64;
        let mut models = Vec::new();
        let mut scored = Vec::new();
        for run in self.runs {
            models.extend(run.model);
            scored.extend(run.model_rows.into_rows());
        }
        Ok((models, scored))
    }
}

/// The share of false alarms at which scenarios and groups are looked at.
const FALSE_ALARMS: f64 = 0.005;

/// Frauds found above a score, by scenario.
fn recalls(rows: &[Scored], above: f64, into: &mut HashMap<u16, (f64, f64)>) {
    for row in rows.iter().filter(|row| row.fraud) {
        let (found, all) = into.entry(row.scenario).or_default();
        *all += 1.0;
        if row.score > above {
            *found += 1.0;
        }
    }
}

impl Run<'_> {
    #[expect(clippy::too_many_arguments, reason = "one row with all that belongs to it")]
    fn take(
        &mut self,
        vector: &[f32],
        scored: Scored,
        place: &Place<'_>,
        delay: i64,
        teacher: Option<(&Vec<String>, &Memory)>,
        report: &mut Report,
        watch: &dyn Fn() -> f64,
    ) -> Result<(), EvaluateError> {
        if place.is_in(&self.fold.train, self.fold) {
            if teacher.is_some() {
                self.learn(vector, scored, place.number);
            }
        } else if place.is_in(&self.fold.test, self.fold) {
            if self.fold.without_known_payers && self.is_known(scored, place, delay) {
                return Ok(());
            }
            if matches!(self.fold.test, Range::RowFile(_)) || matches!(self.fold.train, Range::Rest) {
                self.wait(vector, scored, place.number);
                return Ok(());
            }
            if let (None, Some((extra, memory))) = (&self.model, teacher) {
                self.train(extra, memory.baseline(), report, watch)?;
            }
            self.score(vector, scored, report, watch);
        }
        Ok(())
    }

    /// Keeps a row until there is a model; when there are too many, genuine rows are thinned by half and weigh twice.
    fn wait(&mut self, vector: &[f32], scored: Scored, number: u64) {
        let stays = |number: u64, weight: f32| unit(mixed(!number)) * f64::from(weight) < 1.0;
        if scored.fraud || stays(number, self.waiting_weight) {
            let weight = if scored.fraud { 1.0 } else { self.waiting_weight };
            self.waiting.push((vector.to_vec(), Scored { weight, ..scored }));
        }
        if self.waiting.len() > limits::WAITING_ROWS_MAX {
            self.waiting_weight *= 2.0;
            let weight = self.waiting_weight;
            let mut number = number;
            self.waiting.retain_mut(|(_, row)| {
                number = mixed(number);
                let stays = row.fraud || unit(number) < 0.5;
                row.weight = if row.fraud { 1.0 } else { weight };
                stays
            });
        }
    }

    fn is_known(&self, scored: Scored, place: &Place<'_>, delay: i64) -> bool {
        let day_from = place.schema.time.origin * 1000 + scored.day * DAY_MILLIS;
        let before = self.known_payers.get(&scored.payer).is_some_and(|at| *at < day_from - delay);
        before || self.train_payers.contains(&scored.payer)
    }

    /// Keeps a row for training; when there are too many, genuine rows are thinned by half and weigh twice.
    fn learn(&mut self, vector: &[f32], scored: Scored, number: u64) {
        self.train_rows += 1;
        self.anomaly_train_rows.push(scored);
        if scored.fraud {
            self.train_payers.insert(scored.payer);
        } else if unit(mixed(number)) >= self.kept_share {
            return;
        }
        self.lessons.rows.push(vector.to_vec());
        self.lessons.labels.push(if scored.fraud { 1.0 } else { 0.0 });
        self.lessons.weights.push(if scored.fraud { 1.0 } else { 1.0 / self.kept_share });
        if self.lessons.rows.len() > limits::TRAINING_ROWS_MAX {
            self.lessons.thin();
            self.kept_share /= 2.0;
        }
    }

    fn train(
        &mut self,
        extra: &[String],
        baseline: Baseline,
        report: &mut Report,
        watch: &dyn Fn() -> f64,
    ) -> Result<(), EvaluateError> {
        let began = watch();
        let model = Model { baseline, ..Model::train(&self.lessons, extra)? };
        report.train_seconds += watch() - began;
        report.train_rows += self.train_rows;
        report.train_frauds += model.frauds;
        self.lessons = Lessons::default();
        self.model = Some(model);
        Ok(())
    }

    fn score(&mut self, vector: &[f32], scored: Scored, report: &mut Report, watch: &dyn Fn() -> f64) {
        let Some(model) = &self.model else { return };
        let began = watch();
        let score = model.log_odds(vector);
        report.score_us += (watch() - began) * 1e6;
        self.model_rows.push(Scored { score, ..scored });
        self.raw_rows.push(Scored { score: model.raw.score(vector), ..scored });
        self.anomaly_rows.push(scored);
    }
}
