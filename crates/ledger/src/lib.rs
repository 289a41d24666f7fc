//! Double entry: accounts, transfers, holds, balances and the audit that proves them.
//!
//! This crate decides whether money may move and what every balance is afterwards. It is handed the rows an
//! [`Operation`] touches, applies it in whole or not at all, and hands back the rows to write. It must never
//! read a clock, draw an id, touch a store, or change a transfer once it is posted: undoing is a new transfer.
//! Read [`Ledger`] first.
//!
//! ```
//! use ledger::{Intake, Ledger, Normal, Operation, Overdraft, Refusal};
//! use money::{AccountId, Amount, Currency, HoldId, Instant};
//!
//! let (wallet, cafe) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
//! let open = |account| Operation::Open {
//!     account, currency: Currency::KRW, normal: Normal::Credit, overdraft: Overdraft::None,
//!     intake: Intake::AtOnce,
//! };
//! let mut ledger = Ledger::new();
//! ledger.apply_all(&[open(wallet), open(cafe)]).unwrap();
//! let hold = Operation::Hold {
//!     hold: HoldId::from_bytes([3; 16]),
//!     from: wallet,
//!     to: vec![(cafe, Amount::new(4500, Currency::KRW))],
//!     expires_at: None,
//!     at: Instant::EPOCH,
//! };
//! assert_eq!(ledger.apply(&hold), Err(Refusal::InsufficientFunds { account: wallet }));
//! ```
#![deny(clippy::arithmetic_side_effects)]

mod account;
mod appended;
mod audit;
mod hold;
mod ledger;
mod limits;
mod movement;
mod operation;
mod proportion;
mod refusal;
mod transfer;

pub use account::{Account, Intake, Normal, Overdraft, Side};
pub use appended::Appended;
pub use audit::{AuditReport, Counter, CurrencyTotals, Finding, audit};
pub use hold::{Hold, HoldState};
pub use ledger::{Applied, Ledger};
pub use limits::MAX_LEGS;
pub use operation::Operation;
pub use refusal::{LinkedReason, LinkedRefusal, Refusal};
pub use transfer::{Leg, Transfer, TransferKind};
