//! What is kept until when, what was destroyed, and who was erased. An engine runs the statements; the words are here.

use money::{Instant, PayerId, ReasonCode};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::rows::Columns;

/// What one round of the retention worker destroyed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destroyed {
    /// Records of decisions, whose digests stay.
    pub records: u64,
    /// Keys of erased payers of whom no record is kept any more.
    pub keys: u64,
}

/// How records stand: what is readable and until when, and what is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionReport {
    /// The moment of the report.
    pub at: Instant,
    /// Records that law keeps until a date, readable.
    pub kept_by_law: u64,
    /// Records of payers that are kept until their erasure, readable.
    pub kept_until_erasure: u64,
    /// Records whose date has passed and that the worker has not destroyed yet.
    pub due: u64,
    /// Records that were destroyed; their digests stay in the audit chain.
    pub destroyed: u64,
    /// The earliest date to come.
    pub next_at: Option<Instant>,
    /// Payers who were erased.
    pub erased: u64,
    /// Of these, those of whom law still keeps something.
    pub erased_with_records: u64,
}

/// What became of a payer's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Whose.
    pub payer: PayerId,
    /// When their names, devices, limits and everything else that only they need became unreadable.
    pub at: Instant,
    /// Records that law keeps on.
    pub kept_by_law: u64,
    /// Until when the last of them is kept.
    pub kept_until: Option<Instant>,
}

/// Erased, or why not.
pub type Erasure = Result<Erased, ReasonCode>;

/// How many records one statement destroys.
pub(crate) const ROUND: i64 = 500;

/// The report in one row: kept by law, until erasure, due, destroyed, erased, erased with records, the next date.
macro_rules! report {
    ($now:literal) => {
        concat!(
            "SELECT (SELECT count(*) FROM decisions WHERE length(blob) > 0 AND keep_until > ",
            $now,
            "), (SELECT count(*) FROM decisions WHERE length(blob) > 0 AND payer IS NOT NULL AND keep_until IS NULL), \
             (SELECT count(*) FROM decisions WHERE length(blob) > 0 AND keep_until <= ",
            $now,
            "), (SELECT count(*) FROM decisions WHERE length(blob) = 0), (SELECT count(*) FROM erasures), \
             (SELECT count(*) FROM erasures e WHERE EXISTS (SELECT 1 FROM payer_keys k WHERE k.payer = e.payer)), \
             (SELECT min(keep_until) FROM decisions WHERE length(blob) > 0 AND keep_until > ",
            $now,
            ")"
        )
    };
}

pub(crate) const REPORT_SQLITE: &str = report!("?1");
pub(crate) const REPORT_POSTGRES: &str = report!("$1");

/// The one row of the report, in the order of its columns.
pub(crate) fn read(columns: &mut Columns<'_, '_>, at: Instant) -> Result<RetentionReport, Fault> {
    let mut count = || Ok::<_, Fault>(u64::try_from(columns.take::<i64>()?).unwrap_or(0));
    let (kept_by_law, kept_until_erasure, due, destroyed) = (count()?, count()?, count()?, count()?);
    let (erased, erased_with_records) = (count()?, count()?);
    let next_at = columns.maybe_instant()?;
    Ok(RetentionReport { at, kept_by_law, kept_until_erasure, due, destroyed, next_at, erased, erased_with_records })
}
