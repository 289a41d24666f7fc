//! The functional core: one pure decision for every command.
//!
//! `(command, loaded state, stamp) → decide() → outcome + changes`. Nothing in here reads a clock, draws a random
//! number, opens a socket or speaks SQL: the moment and the entropy come in with the [`Stamp`], the rows with the
//! [`State`], and what is to be written goes out as [`Change`]s for one transaction. Read [`decide`] first, then
//! [`Command`], then the pipeline of a payment in `pay.rs`.

mod assessed;
mod change;
mod codes;
mod command;
mod decide;
mod demotion;
mod dossiers;
mod enrol;
mod facts;
mod facts_codes;
mod facts_name;
mod fund;
mod identity;
mod intent;
mod judging;
mod kept;
pub mod limits;
mod lockdown;
mod merchant;
mod merchant_key;
mod model;
mod needs;
mod noted;
mod outcome;
mod outcomes;
mod own_limits;
mod packs;
mod passkey;
mod pay;
mod permit;
mod pin;
mod pipeline;
mod place;
mod policy_stage;
mod quote;
mod record;
mod recovery;
mod refund;
mod risk_command;
mod risk_stage;
mod roll_up;
mod server_keys;
mod session;
mod settings;
mod settle;
mod shown_limits;
mod sighting;
mod sign_up;
mod snoozing;
mod stamp;
mod state;
mod step_up;
mod stranger;
mod swap;
mod top_up;
mod tried;
mod usage;
mod wait;
mod watch;

pub use assessed::assessed;
pub use change::{Change, Event, EventKind};
pub use command::{Arrival, CodeVerdict, Command, HeldVerdict, NewPayee, PayerAuthority, Suspect};
pub use decide::{Admitted, Decision, decide};
pub use demotion::Demotion;
pub use dossiers::{Blob, DossierRow, PayeeFileRow, SeenRow};
pub use enrol::NewDevice;
pub use facts::{ArrivalFacts, CallerFacts, Facts, StickerFacts};
pub use identity::{
    GuardianConsent, Guardianship, Identity, IdentityCommand, IdentityFacts, KnownFact, NewFact, NewGuardian,
};
pub use judging::{Judging, KnownModel, MODEL_KEY, Marks};
pub use kept::{Guard, Kept, KeptKey, Session, Standing};
pub use merchant::{
    MerchantCommand, MerchantFacts, Payout, PayoutSettling, Verification, VerificationStep, bank, clearing,
};
pub use merchant_key::{HeldKey, KeyMaterial, KeyRing, MerchantKey, Network, NetworkError, Scope};
pub use model::{Appended, Device, IdempotentIntent, Intent, Lock, Pair, Payee, Payer, Payment, Refund};
pub use needs::needs;
pub use noted::{Noted, NotedKey, NotedKind, RegisteredCode};
pub use outcome::{Accepted, Quoted, Refusal, ShownLimit};
pub use outcomes::{Alarm, Label, OutcomeRow, Said, Voice};
pub use own_limits::{OwnLimit, OwnLimits, PendingRaise};
pub use packs::Packs;
pub use passkey::{NewPasskey, Passkey, PasskeyUse, Passkeys};
pub use permit::{PasskeyPermit, ReadPermit, StaffPermit, SystemPermit};
pub use pin::{Attempt, PaymentPin, PinPurpose};
pub use place::{Pace, Place, Resident, Stranger};
pub use record::{DecisionRecord, ENGINE, ReplayError, replay};
pub use recovery::{Claim, Contact, Recovery};
pub use risk_command::{RiskCommand, RiskFacts};
pub use server_keys::ServerKeys;
pub use settings::Settings;
pub use sign_up::{SignUpBy, SignUpLimit, SignUpLimits, SignUps, network_mark};
pub use stamp::Stamp;
pub use state::{Key, Row, State};
pub use step_up::{Approval, Demand, StepUp};
pub use stranger::stranger_mark;
pub use swap::{Scene, Suspicion, SwapAnswer, SwapSettings, stranger_suspicion, suspicion};
pub use tried::{Tried, tried};
pub use usage::Usage;
pub use wait::Wait;
pub use watch::{Alert, Seen, Sighting, Strike, Watch, Watched};
