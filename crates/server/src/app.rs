//! [`App`]: what every handler shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use credentials::{Pairwise, Pepper, Verifier};
use money::{Instant, ReasonCode};
use payments::{Accepted, Command, Network};
use store::{Store, StoreError};
use tokio::sync::Semaphore;

use crate::generations::Generations;
use crate::http::error::Failure;
use crate::key_uses::KeyUses;
use crate::live::Hub;
use crate::metrics::{Metrics, Stopwatch};
use crate::names::Names;
use crate::packs::PackReader;
use crate::passkeys::Passkeys;
use crate::rate::Rates;
use crate::replay::ReplayCache;
use crate::signing::Signing;

/// One server's parts.
pub(crate) struct App {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) verifier: Verifier,
    /// Which keys it verifies by.
    pub(crate) generations: Generations,
    pub(crate) passkeys: Passkeys,
    pub(crate) pepper: Arc<Pepper>,
    /// Turns to hash a PIN.
    pub(crate) hashes: Semaphore,
    pub(crate) signing: Signing,
    /// Host and port, as merchants sign it.
    pub(crate) authority: String,
    /// How the operator's packs are read anew.
    pub(crate) pack_reader: Option<PackReader>,
    pub(crate) test_mode: bool,
    pub(crate) web: bool,
    /// Whether proxies are trusted: whoever is on loopback then is not therefore on this machine.
    pub(crate) behind_proxy: bool,
    /// Networks whose sign-ups are not counted.
    pub(crate) sign_up_exempt: Vec<Network>,
    pub(crate) rates: Rates,
    pub(crate) replays: ReplayCache,
    pub(crate) key_uses: KeyUses,
    /// For the names merchants know payers by.
    pub(crate) pairwise: Pairwise,
    pub(crate) names: Names,
    pub(crate) live: Hub,
    pub(crate) metrics: Metrics,
    pub(crate) openapi: String,
    pub(crate) docs: String,
    /// When everything that waited was last rolled up, in milliseconds of Unix time.
    pub(crate) rolled_up_at: AtomicI64,
}

impl App {
    /// What signs dynamic codes now, with the published set that vouches for it.
    pub(crate) fn signer(&self) -> Arc<crate::CodeSigner> {
        self.signing.signer()
    }

    /// The present moment.
    pub(crate) fn now(&self) -> Instant {
        self.store.now()
    }

    /// Notes that nothing waits to be rolled up any more.
    pub(crate) fn rolled_up(&self) {
        self.rolled_up_at.store(self.now().unix_millis(), Ordering::Relaxed);
    }

    /// Whether the last time nothing waited is longer ago than so many seconds.
    pub(crate) fn rolled_up_before(&self, seconds: u32) -> bool {
        let waited = self.now().unix_millis().saturating_sub(self.rolled_up_at.load(Ordering::Relaxed));
        waited > i64::from(seconds).saturating_mul(1_000)
    }

    /// Hands a command to the store and counts what became of it.
    pub(crate) async fn submit(&self, command: Command) -> Result<Result<Accepted, payments::Refusal>, StoreError> {
        let name = command_name(&command);
        let watch = Stopwatch::start();
        let waiting = self.metrics.waiting();
        let answer = self.store.submit(command).await;
        drop(waiting);
        let (outcome, reason) = match &answer {
            Ok(committed) => match &committed.outcome {
                Ok(_) => ("accepted", ""),
                Err(refusal) => ("refused", refusal.first().code()),
            },
            Err(_) => ("failed", ""),
        };
        self.metrics.decision(name, outcome, reason, watch.elapsed());
        answer.map(|committed| committed.outcome)
    }

    /// What was accepted, or the failure to answer with.
    pub(crate) async fn accept(&self, command: Command) -> Result<Accepted, Failure> {
        Ok(self.submit(command).await??)
    }
}

/// What was accepted is not what this command leads to: a bug.
pub(crate) fn unexpected() -> Failure {
    tracing::error!("a command was accepted with another command's answer");
    ReasonCode::ServiceFault.into()
}

const fn command_name(command: &Command) -> &'static str {
    match command {
        Command::OpenPayer { .. } => "open_payer",
        Command::ForgetSignUps { .. } => "forget_sign_ups",
        Command::Identity(command) => command.name(),
        Command::Merchant(command) => command.name(),
        Command::OpenSession { .. } => "open_session",
        Command::RefreshSession { .. } => "refresh_session",
        Command::EndSessions { .. } => "end_sessions",
        Command::RevokeDevice { .. } => "revoke_device",
        Command::BindDevice { .. } => "bind_device",
        Command::SetPin { .. } => "set_pin",
        Command::TryPin { .. } => "try_pin",
        Command::ApproveByPin { .. } => "approve_by_pin",
        Command::ChangePin { .. } => "change_pin",
        Command::RemovePin { .. } => "remove_pin",
        Command::PrintCodes { .. } => "print_codes",
        Command::AddContact { .. } => "add_contact",
        Command::RemoveContact { .. } => "remove_contact",
        Command::Vouch { .. } => "vouch",
        Command::VouchIdentity { .. } => "vouch_identity",
        Command::Recover { .. } => "recover",
        Command::FreezeByCode { .. } => "freeze_by_code",
        Command::FreezeFor { .. } => "freeze_for",
        Command::RotateKey { .. } => "rotate_key",
        Command::StaffThaw { .. } => "staff_thaw",
        Command::StaffRevokeDevice { .. } => "staff_revoke_device",
        Command::StaffRemovePin { .. } => "staff_remove_pin",
        Command::BeginPasskey { .. } => "begin_passkey",
        Command::AddPasskey { .. } => "add_passkey",
        Command::RenamePasskey { .. } => "rename_passkey",
        Command::RevokePasskey { .. } => "revoke_passkey",
        Command::ApproveByPasskey { .. } => "approve_by_passkey",
        Command::SignIn { .. } => "sign_in",
        Command::RegisterPayee { .. } => "register_payee",
        Command::RekeyPayee { .. } => "rekey_payee",
        Command::RotateServerKeys { .. } => "rotate_server_keys",
        Command::AddMerchantKey { .. } => "add_merchant_key",
        Command::EndMerchantKey { .. } => "end_merchant_key",
        Command::Fund { .. } => "fund",
        Command::TestFund { .. } => "test_fund",
        Command::CreateIntent { .. } => "create_intent",
        Command::RegisterCode { .. } | Command::RegisterOwnCode { .. } => "register_code",
        Command::WithdrawCode { .. } | Command::WithdrawOwnCode { .. } => "withdraw_code",
        Command::ReportCode { .. } => "report_code",
        Command::ReportStranger { .. } => "report_stranger",
        Command::JudgeCode { .. } => "judge_code",
        Command::ClearSuspicion { .. } => "clear_suspicion",
        Command::FoldSightings { .. } => "fold_sightings",
        Command::TakeSticker { .. } => "take_sticker",
        Command::Quote { .. } => "quote",
        Command::Risk(command) => command.name(),
        Command::Pay { .. } => "pay",
        Command::Capture { .. } => "capture",
        Command::Void { .. } => "void",
        Command::Refund { .. } => "refund",
        Command::Freeze { .. } => "freeze",
        Command::Unfreeze { .. } => "unfreeze",
        Command::CancelPayment { .. } => "cancel_payment",
        Command::JudgeHeld { .. } => "judge_held",
        Command::SetLimit { .. } => "set_limit",
        Command::CancelRaise { .. } => "cancel_raise",
        Command::ShowLimits { .. } => "show_limits",
        Command::ExpireHold { .. } => "expire_hold",
        Command::ExpireIntent { .. } => "expire_intent",
        Command::RollUp { .. } => "roll_up",
    }
}
