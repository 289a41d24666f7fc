//! The wire in one place: what the phone's half and the server's half both say.
//!
//! This crate decides the shape of every body, claim and answer, and what "the same bytes" means
//! ([`canonical`]). It never verifies a signature and never decides about money. Read [`PayBody`] first:
//! its canonical bytes are what a device approves.

mod bodies;
mod canonical;
mod codes;
mod identity;
mod jwk;
pub mod limits;
mod own_limits;
mod passkeys;
mod payouts;
mod place;
mod proof;
mod quote;
mod recovery;
mod reports;
mod step_up;
mod text;
mod views;

pub use bodies::{
    BindDeviceBody, CancelPaymentBody, CaptureBody, CaptureMode, ClientFacts, EndSessionsBody, FreezeBody, IntentBody,
    PayBody, QuoteBody, RefreshBody, RefundBody, RevokeDeviceBody, SessionKind, SignUpBody, TestFundsBody, TokenBody,
    UnfreezeBody, Via, VoidBody,
};
pub use canonical::{CanonicalError, from_canonical, sha256, to_canonical};
pub use codes::{CodeBody, CodeKind, CodeView, Counter, ReportCodeBody, StickerBody, WithdrawCodeBody, taker};
pub use identity::{
    Assurance, ContestFactBody, Country, CountryError, DeclareFactBody, EndWardConsentBody, FactKind, FactSource,
    FactStanding, FactValue, FactView, FactsView, GuardianConsentView, GuardianView, WardConsentBody,
};
pub use jwk::{Jwk, JwkError};
pub use own_limits::{
    CancelRaiseBody, Channel, CitationView, LimitName, LimitWindow, LimitsView, OwnLimitView, PendingRaiseView,
    RuleLimitView, RuleReasonView, RuleTextView, SetLimitBody,
};
pub use passkeys::{
    AddPasskeyBody, AttestationFormat, AttestationView, BeginPasskeyBody, BeginPasskeyStepUpBody, BeginSignInBody,
    Biometric, CeremonyView, KeyPlace, PasskeyStepUpBody, PasskeyView, RenamePasskeyBody, RevokePasskeyBody,
    SignInBody, SignInView,
};
pub use payouts::{PayoutBody, PayoutStatus, PayoutView, SubmitVerificationBody, VerificationState, VerificationView};
pub use place::{Cell, CounterName, PlaceError, Scan, Serial, Surroundings};
pub use proof::{ProofClaims, ProofHeader};
pub use quote::{FundingKind, FundingPath, Hop, HopRole, PayeeCard, QuoteCore};
pub use recovery::{
    AddContactBody, CodesView, ContactView, FreezeByCodeBody, FreezeForBody, HeardView, PrintCodesBody, RecoverBody,
    RecoveredView, RecoveryCode, RecoveryFactor, RecoveryPasskey, RecoveryView, RemoveContactBody, RotateKeyBody,
    VouchBody,
};
pub use reports::{AttackBody, RefundCause, ReportKind, ReportPaymentBody, ReportView};
pub use step_up::{
    ApprovalView, Blind, Pin, PinError, PinStepUpBody, PinView, RemovePinBody, SetPinBody, StepUpMethod, StepUpView,
    Strength,
};
pub use text::{Text, TextError};
pub use views::{
    AlertView, BalanceView, DeviceView, ExportView, IntentStatus, IntentView, LimitLeftView, Page, PayeeBalanceView,
    PayeeView, PayerView, PaymentStatus, PaymentView, Problem, QuoteView, ReasonView, ReceiptView, RefundView,
    SessionView, SignUpView, TokenView, WaitView, Warning,
};
