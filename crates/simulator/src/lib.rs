//! A synthetic town of payers, merchants and phones, seeded and repeatable.
//!
//! The same seed makes the same town, the same past and, from one starting moment on, the same traffic. This crate
//! decides who would buy what, when and where; it never decides about money: every payment it makes goes through a
//! real store with a real proof, or over real HTTP. Its keys come from the seed, so it is for demos, tests and
//! measurements only. Read [`Town`] first, then [`History`], then [`settle_history`].

mod town;

mod catalogue;
mod habits;
mod merchant;
mod names;
mod person;
mod seed;

mod crimes;
mod history;
mod settle;
mod swaps;
mod teller;

pub mod http;

mod handset;
mod live;

pub use crimes::{Crime, Labelled, LabelledRow};
pub use handset::{Handset, HandsetError, Source};
pub use history::{Deed, History, Planned};
pub use live::{Live, Tally};
pub use merchant::{Item, Kind, Merchant, Opening};
pub use person::{Pattern, Person};
pub use seed::Dice;
pub use settle::{SettleError, Settled, settle_history};
pub use swaps::{CampaignFigures, SwapFigures, SwapKind, SwapPlan, play_swaps};
pub use town::{Town, TownSize};
