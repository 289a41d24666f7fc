//! What each command is called in records and metrics, and whom it is about.

use money::PayerId;
use protocol::{FreezeForBody, VouchBody};

use crate::facts::Facts;

impl Facts {
    /// The command's name in records and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenPayer { .. } => "open_payer",
            Self::ForgetSignUps { .. } => "forget_sign_ups",
            Self::Identity(facts) => facts.name(),
            Self::Merchant(facts) => facts.name(),
            Self::OpenSession { .. } => "open_session",
            Self::RefreshSession { .. } => "refresh_session",
            Self::EndSessions { .. } => "end_sessions",
            Self::RevokeDevice { .. } => "revoke_device",
            Self::BindDevice { .. } => "bind_device",
            Self::SetPin { .. } => "set_pin",
            Self::TryPin { .. } => "try_pin",
            Self::ApproveByPin { .. } => "approve_by_pin",
            Self::ChangePin { .. } => "change_pin",
            Self::RemovePin { .. } => "remove_pin",
            Self::PrintCodes { .. } => "print_codes",
            Self::AddContact { .. } => "add_contact",
            Self::RemoveContact { .. } => "remove_contact",
            Self::Vouch { .. } => "vouch",
            Self::VouchIdentity { .. } => "vouch_identity",
            Self::Recover { .. } => "recover",
            Self::FreezeByCode { .. } => "freeze_by_code",
            Self::FreezeFor { .. } => "freeze_for",
            Self::RotateKey { .. } => "rotate_key",
            Self::StaffThaw { .. } => "staff_thaw",
            Self::StaffRevokeDevice { .. } => "staff_revoke_device",
            Self::StaffRemovePin { .. } => "staff_remove_pin",
            Self::BeginPasskey { .. } => "begin_passkey",
            Self::AddPasskey { .. } => "add_passkey",
            Self::RenamePasskey { .. } => "rename_passkey",
            Self::RevokePasskey { .. } => "revoke_passkey",
            Self::ApproveByPasskey { .. } => "approve_by_passkey",
            Self::SignIn { .. } => "sign_in",
            Self::RegisterPayee { .. } => "register_payee",
            Self::RekeyPayee { .. } => "rekey_payee",
            Self::RotateServerKeys { .. } => "rotate_server_keys",
            Self::AddMerchantKey { .. } => "add_merchant_key",
            Self::EndMerchantKey { .. } => "end_merchant_key",
            Self::Fund { .. } => "fund",
            Self::TestFund { .. } => "test_fund",
            Self::CreateIntent { .. } => "create_intent",
            Self::RegisterCode { .. } => "register_code",
            Self::WithdrawCode { .. } => "withdraw_code",
            Self::ReportCode { .. } => "report_code",
            Self::ReportStranger { .. } => "report_stranger",
            Self::JudgeCode { .. } => "judge_code",
            Self::ClearSuspicion { .. } => "clear_suspicion",
            Self::FoldSightings { .. } => "fold_sightings",
            Self::TakeSticker { .. } => "take_sticker",
            Self::Quote { .. } => "quote",
            Self::Risk { asked } => asked.name(),
            Self::Pay { .. } => "pay",
            Self::Capture { .. } => "capture",
            Self::Void { .. } => "void",
            Self::Refund { .. } => "refund",
            Self::Freeze { .. } => "freeze",
            Self::Unfreeze { .. } => "unfreeze",
            Self::CancelPayment { .. } => "cancel_payment",
            Self::JudgeHeld { .. } => "judge_held",
            Self::SetLimit { .. } => "set_limit",
            Self::CancelRaise { .. } => "cancel_raise",
            Self::ShowLimits { .. } => "show_limits",
            Self::ExpireHold { .. } => "expire_hold",
            Self::ExpireIntent { .. } => "expire_intent",
            Self::RollUp { .. } => "roll_up",
        }
    }

    /// The payer this is about, where the command itself says so.
    #[must_use]
    pub const fn payer(&self) -> Option<PayerId> {
        match self {
            // The wallet that is spoken about, not who speaks.
            Self::Vouch { body: VouchBody { payer, .. }, .. }
            | Self::FreezeFor { body: FreezeForBody { payer }, .. } => Some(*payer),
            Self::OpenPayer { body, .. } => Some(body.payer),
            Self::Identity(facts) => Some(facts.payer()),
            Self::OpenSession { body, .. } | Self::RefreshSession { body, .. } => Some(body.payer),
            Self::Risk { asked } => asked.payer(),
            Self::ShowLimits { payer, .. }
            | Self::Fund { payer, .. }
            | Self::ApproveByPin { payer, .. }
            | Self::ChangePin { payer, .. }
            | Self::SignIn { payer, .. }
            | Self::VouchIdentity { payer, .. }
            | Self::Recover { payer, .. }
            | Self::FreezeByCode { payer, .. }
            | Self::StaffThaw { payer }
            | Self::StaffRevokeDevice { payer, .. }
            | Self::StaffRemovePin { payer } => Some(*payer),
            Self::EndSessions { caller, .. }
            | Self::RevokeDevice { caller, .. }
            | Self::BindDevice { caller, .. }
            | Self::SetPin { caller, .. }
            | Self::TryPin { caller, .. }
            | Self::RemovePin { caller, .. }
            | Self::BeginPasskey { caller, .. }
            | Self::PrintCodes { caller, .. }
            | Self::AddContact { caller, .. }
            | Self::RemoveContact { caller, .. }
            | Self::RotateKey { caller, .. }
            | Self::AddPasskey { caller, .. }
            | Self::RenamePasskey { caller, .. }
            | Self::RevokePasskey { caller, .. }
            | Self::ApproveByPasskey { caller, .. }
            | Self::TestFund { caller, .. }
            | Self::TakeSticker { caller, .. }
            | Self::ReportCode { caller, .. }
            | Self::ReportStranger { caller, .. }
            | Self::Quote { caller, .. }
            | Self::Pay { caller, .. }
            | Self::Freeze { caller, .. }
            | Self::CancelPayment { caller, .. }
            | Self::SetLimit { caller, .. }
            | Self::CancelRaise { caller, .. }
            | Self::Unfreeze { caller, .. } => Some(caller.payer),
            _ => None,
        }
    }
}
