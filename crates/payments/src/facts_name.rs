//! What each command is called in records and metrics.

use crate::facts::Facts;

impl Facts {
    /// The command's name in records and metrics.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::OpenPayer { .. } => "open_payer",
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
            Self::StaffRemovePin { .. } => "staff_remove_pin",
            Self::BeginPasskey { .. } => "begin_passkey",
            Self::AddPasskey { .. } => "add_passkey",
            Self::RenamePasskey { .. } => "rename_passkey",
            Self::RevokePasskey { .. } => "revoke_passkey",
            Self::ApproveByPasskey { .. } => "approve_by_passkey",
            Self::SignIn { .. } => "sign_in",
            Self::RegisterPayee { .. } => "register_payee",
            Self::RekeyPayee { .. } => "rekey_payee",
            Self::Fund { .. } => "fund",
            Self::TestFund { .. } => "test_fund",
            Self::CreateIntent { .. } => "create_intent",
            Self::RegisterCode { .. } => "register_code",
            Self::WithdrawCode { .. } => "withdraw_code",
            Self::ReportCode { .. } => "report_code",
            Self::JudgeCode { .. } => "judge_code",
            Self::FoldSightings { .. } => "fold_sightings",
            Self::TakeSticker { .. } => "take_sticker",
            Self::Quote { .. } => "quote",
            Self::Pay { .. } => "pay",
            Self::Capture { .. } => "capture",
            Self::Void { .. } => "void",
            Self::Refund { .. } => "refund",
            Self::Freeze { .. } => "freeze",
            Self::Unfreeze { .. } => "unfreeze",
            Self::SetLimit { .. } => "set_limit",
            Self::CancelRaise { .. } => "cancel_raise",
            Self::ShowLimits { .. } => "show_limits",
            Self::ExpireHold { .. } => "expire_hold",
            Self::ExpireIntent { .. } => "expire_intent",
            Self::RollUp { .. } => "roll_up",
        }
    }
}
