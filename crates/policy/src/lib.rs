//! Policy as dated, cited data: packs of rules, and the one function that says what they make of an operation.
//!
//! A pack is a file: who made the rules (statute, regulator, scheme, provider), from when to when, in which time zone, and
//! for every number its citation and how sure it is. [`decide`] is pure: the same facts under the same packs give the same
//! decision. It must never read a clock, know a country, or let a missing fact loosen anything. Read [`Pack`] first.

mod auth;
mod backtest;
mod calendar;
mod condition;
mod counters;
mod decide;
mod decision;
mod diff;
mod effects;
mod fact;
mod input;
mod library;
mod limit;
mod limits;
mod own;
mod pack;
mod possible;
mod ratio;
mod read;
mod read_rule;
mod rulebook;
pub mod schema;
mod synonyms;
mod time;
mod vocabulary;
mod window;
mod words;

pub use backtest::{Backtest, Moved};
pub use calendar::Calendar;
pub use counters::{Counters, CountersError};
pub use decide::decide;
pub use decision::{Counter, Deadline, Decision, Held, Liability, Obligation, Outcome, Reason, Retained, StepUp};
pub use diff::{Change, Way, diff};
pub use fact::{Fact, Facts, Name, Value};
pub use input::{Block, Event, InputError, OwnLimit, Request};
pub use library::Library;
pub use own::raise_starts;
pub use pack::{Citation, Grade, Layer, Pack, Rule, Status, Translation, Wording};
pub use ratio::{Ratio, RatioError, Rounding};
pub use read::PackError;
pub use rulebook::{Choice, Rulebook, RulebookError};
pub use time::{Span, SpanError, Zone, ZoneError};
pub use vocabulary::{VOCABULARY, Word};
