//! [`Facts`]: a command after its authority was consumed. Plain data, so that it can be recorded and re-executed;
//! only [`crate::decide`] turns a command into facts that lead to a commit.

use credentials::{PinHash, ProofUse};
use money::{
    AccountId, Amount, DecisionId, DeviceId, Digest, Instant, IntentId, KeyId, MarkId, PayeeId, PayerId, PaymentId,
    ReasonCode, SessionId,
};
use protocol::{
    AddContactBody, BeginPasskeyBody, BindDeviceBody, CancelPaymentBody, CancelRaiseBody, CaptureBody, CodeBody,
    EndSessionsBody, FreezeBody, FreezeForBody, IntentBody, PayBody, PrintCodesBody, QuoteBody, RefundBody,
    RemoveContactBody, RemovePinBody, RenamePasskeyBody, ReportCodeBody, RevokeDeviceBody, RevokePasskeyBody, Serial,
    SessionKind, SetLimitBody, SignUpBody, StickerBody, TestFundsBody, TokenBody, UnfreezeBody, VoidBody, VouchBody,
};
use qr::VerifiedSticker;
use serde::{Deserialize, Serialize};

use crate::command::{Arrival, CodeVerdict, Command, HeldVerdict, NewPayee, PayerAuthority, Suspect};
use crate::enrol::NewDevice;
use crate::identity::IdentityFacts;
use crate::merchant::MerchantFacts;
use crate::merchant_key::MerchantKey;
use crate::model::Name;
use crate::passkey::{NewPasskey, PasskeyUse};
use crate::pin::PinPurpose;
use crate::risk_command::RiskFacts;

/// What a verified device proof said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallerFacts {
    /// The payer.
    pub payer: PayerId,
    /// The device.
    pub device: DeviceId,
    /// Thumbprint of the key that signed.
    pub key: Digest,
    /// The proof, to be used up.
    pub proof: ProofUse,
    /// Digest of the signed body.
    pub body: Digest,
    /// The session its token belongs to.
    pub session: SessionId,
}

/// How a payer came to an intent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalFacts {
    /// By its id.
    Link,
    /// By a code that holds.
    Code {
        /// The code's intent.
        intent: IntentId,
        /// The code's payee.
        payee: PayeeId,
        /// The code's amount.
        amount: Amount,
        /// The code's end.
        expires_at: Instant,
        /// The code's terms.
        quote: Digest,
    },
    /// By a sticker that holds.
    Sticker(StickerFacts),
    /// By a code that does not hold.
    BadCode(ReasonCode),
}

/// What a verified sticker says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickerFacts {
    /// Its serial.
    pub serial: Serial,
    /// Its payee.
    pub payee: PayeeId,
    /// Its cap.
    pub cap: Amount,
    /// Its end.
    pub expires_at: Instant,
}

/// What is asked, by whom, under what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
#[expect(missing_docs, reason = "each mirrors the command of the same name, whose parts are documented there")]
pub enum Facts {
    OpenPayer {
        body: SignUpBody,
        key: Digest,
        proof: ProofUse,
        #[serde(default)]
        place: String,
        #[serde(default)]
        counted: bool,
    },
    ForgetSignUps {
        marks: Vec<MarkId>,
    },
    Identity(IdentityFacts),
    Merchant(MerchantFacts),
    OpenSession {
        body: TokenBody,
        key: Digest,
        proof: ProofUse,
        place: String,
    },
    RefreshSession {
        body: TokenBody,
        key: Digest,
        proof: ProofUse,
        session: SessionId,
        generation: u32,
        place: String,
    },
    EndSessions {
        caller: CallerFacts,
        body: EndSessionsBody,
    },
    RevokeDevice {
        caller: CallerFacts,
        body: RevokeDeviceBody,
    },
    BindDevice {
        caller: CallerFacts,
        body: BindDeviceBody,
        key: Digest,
        possession: ProofUse,
    },
    SetPin {
        caller: CallerFacts,
        hash: PinHash,
    },
    TryPin {
        caller: CallerFacts,
        purpose: PinPurpose,
    },
    ApproveByPin {
        payer: PayerId,
        attempt: DecisionId,
        matched: PinHash,
    },
    ChangePin {
        payer: PayerId,
        attempt: DecisionId,
        matched: PinHash,
        hash: PinHash,
    },
    RemovePin {
        caller: CallerFacts,
        body: RemovePinBody,
    },
    PrintCodes {
        caller: CallerFacts,
        body: PrintCodesBody,
        codes: Vec<Digest>,
    },
    AddContact {
        caller: CallerFacts,
        body: AddContactBody,
    },
    RemoveContact {
        caller: CallerFacts,
        body: RemoveContactBody,
    },
    Vouch {
        caller: CallerFacts,
        body: VouchBody,
    },
    VouchIdentity {
        payer: PayerId,
        device: DeviceId,
    },
    Recover {
        payer: PayerId,
        device: NewDevice,
        proof: ProofUse,
        code: Option<Digest>,
        passkey: Option<PasskeyUse>,
        place: String,
    },
    FreezeByCode {
        payer: PayerId,
        code: Digest,
    },
    FreezeFor {
        caller: CallerFacts,
        body: FreezeForBody,
    },
    RotateKey {
        caller: CallerFacts,
        key: Digest,
        possession: ProofUse,
    },
    StaffThaw {
        payer: PayerId,
    },
    StaffRevokeDevice {
        payer: PayerId,
        device: DeviceId,
    },
    StaffRemovePin {
        payer: PayerId,
    },
    BeginPasskey {
        caller: CallerFacts,
        body: BeginPasskeyBody,
    },
    AddPasskey {
        caller: CallerFacts,
        made: NewPasskey,
        name: Name,
        vouched: bool,
        ceremony: ProofUse,
    },
    RenamePasskey {
        caller: CallerFacts,
        body: RenamePasskeyBody,
    },
    RevokePasskey {
        caller: CallerFacts,
        body: RevokePasskeyBody,
    },
    ApproveByPasskey {
        caller: CallerFacts,
        body: Digest,
        used: PasskeyUse,
    },
    SignIn {
        payer: PayerId,
        device: NewDevice,
        proof: ProofUse,
        used: PasskeyUse,
        place: String,
    },
    RegisterPayee {
        payee: NewPayee,
    },
    AddMerchantKey {
        key: MerchantKey,
    },
    RotateServerKeys {
        overlap_seconds: i64,
    },
    EndMerchantKey {
        key: KeyId,
        in_seconds: i64,
    },
    RekeyPayee {
        payee: PayeeId,
        api_key: Option<Digest>,
        signing_key: Option<[u8; 32]>,
    },
    Fund {
        payer: PayerId,
        amount: Amount,
    },
    TestFund {
        caller: CallerFacts,
        body: TestFundsBody,
    },
    CreateIntent {
        payee: PayeeId,
        body: IntentBody,
        idempotency: Option<(Digest, Digest)>,
    },
    RegisterCode {
        payee: PayeeId,
        proof: Option<ProofUse>,
        body: CodeBody,
    },
    WithdrawCode {
        payee: Option<PayeeId>,
        proof: Option<ProofUse>,
        serial: Serial,
    },
    ReportCode {
        caller: CallerFacts,
        body: ReportCodeBody,
        serial: Serial,
    },
    ReportStranger {
        caller: CallerFacts,
        body: ReportCodeBody,
    },
    JudgeCode {
        serial: Serial,
        verdict: CodeVerdict,
    },
    ClearSuspicion {
        of: Suspect,
    },
    FoldSightings {
        sightings: Vec<IntentId>,
    },
    TakeSticker {
        caller: CallerFacts,
        body: StickerBody,
        sticker: StickerFacts,
    },
    Quote {
        caller: CallerFacts,
        body: QuoteBody,
        arrival: ArrivalFacts,
    },
    Risk {
        asked: RiskFacts,
    },
    Pay {
        caller: CallerFacts,
        body: PayBody,
        arrival: ArrivalFacts,
    },
    Capture {
        payee: PayeeId,
        proof: ProofUse,
        payment: PaymentId,
        body: CaptureBody,
    },
    Void {
        payee: PayeeId,
        proof: ProofUse,
        payment: PaymentId,
        body: VoidBody,
    },
    Refund {
        payee: PayeeId,
        proof: ProofUse,
        body: RefundBody,
        digest: Digest,
    },
    Freeze {
        caller: CallerFacts,
        body: FreezeBody,
    },
    Unfreeze {
        caller: CallerFacts,
        body: UnfreezeBody,
    },
    CancelPayment {
        caller: CallerFacts,
        body: CancelPaymentBody,
    },
    JudgeHeld {
        payment: PaymentId,
        verdict: HeldVerdict,
    },
    SetLimit {
        caller: CallerFacts,
        body: SetLimitBody,
    },
    CancelRaise {
        caller: CallerFacts,
        body: CancelRaiseBody,
    },
    ShowLimits {
        payer: PayerId,
        device: DeviceId,
    },
    ExpireHold {
        payment: PaymentId,
    },
    ExpireIntent {
        intent: IntentId,
    },
    RollUp {
        account: AccountId,
    },
}

pub(crate) fn caller<B>(signed: &credentials::Signed<B>) -> CallerFacts {
    CallerFacts {
        payer: signed.payer(),
        device: signed.device(),
        key: signed.key(),
        proof: *signed.proof_use(),
        body: signed.body_digest(),
        session: signed.session(),
    }
}

impl From<Arrival> for ArrivalFacts {
    fn from(arrival: Arrival) -> Self {
        match arrival {
            Arrival::Link => Self::Link,
            Arrival::BadCode(reason) => Self::BadCode(reason),
            Arrival::Sticker(verified) => sticker(&verified).map_or_else(Self::BadCode, Self::Sticker),
            Arrival::Code(verified) => {
                let code = verified.code();
                Self::Code {
                    intent: code.intent,
                    payee: code.payee,
                    amount: code.amount,
                    expires_at: code.expires_at,
                    quote: code.quote,
                }
            }
        }
    }
}

/// What a sticker says, in the wire's types; both sides spell a serial alike.
pub(crate) fn sticker(verified: &VerifiedSticker) -> Result<StickerFacts, ReasonCode> {
    let code = verified.code();
    let serial = code.serial.parse().map_err(|_| ReasonCode::CodeMalformed)?;
    Ok(StickerFacts { serial, payee: code.payee, cap: code.cap, expires_at: code.expires_at })
}

impl From<Command> for Facts {
    #[expect(clippy::too_many_lines, reason = "one arm for each command")]
    fn from(command: Command) -> Self {
        match command {
            Command::OpenPayer { enrolling, place, counted } => {
                let (key, proof) = (enrolling.key(), *enrolling.proof_use());
                Self::OpenPayer { body: enrolling.into_body(), key, proof, place, counted }
            }
            Command::ForgetSignUps { permit: _, marks } => Self::ForgetSignUps { marks },
            Command::Identity(command) => Self::Identity(command.into()),
            Command::Merchant(command) => Self::Merchant(command.into()),
            Command::OpenSession { enrolling, place } => {
                let (key, proof) = (enrolling.key(), *enrolling.proof_use());
                Self::OpenSession { body: enrolling.into_body(), key, proof, place }
            }
            Command::RefreshSession { enrolling, refresh, place } => Self::RefreshSession {
                // WHY: the refresh token's text is a secret and stays out of every record.
                body: TokenBody {
                    device: enrolling.body().device,
                    kind: SessionKind::Own,
                    payer: enrolling.body().payer,
                },
                key: enrolling.key(),
                proof: *enrolling.proof_use(),
                session: refresh.session(),
                generation: refresh.generation(),
                place,
            },
            Command::EndSessions { signed } => Self::EndSessions { caller: caller(&signed), body: signed.into_body() },
            Command::RevokeDevice { signed } => {
                Self::RevokeDevice { caller: caller(&signed), body: signed.into_body() }
            }
            Command::BindDevice { signed, possession } => Self::BindDevice {
                caller: caller(&signed),
                body: signed.into_body(),
                key: possession.key(),
                possession: *possession.proof_use(),
            },
            // WHY: the PIN itself was taken out of these bodies and stays out of every record.
            Command::SetPin { signed, hash } => Self::SetPin { caller: caller(&signed), hash },
            Command::TryPin { signed, purpose } => Self::TryPin { caller: caller(&signed), purpose },
            Command::ApproveByPin { proof } => {
                Self::ApproveByPin { payer: proof.payer(), attempt: proof.attempt(), matched: proof.hash().clone() }
            }
            Command::ChangePin { proof, hash } => {
                let (payer, attempt, matched) = (proof.payer(), proof.attempt(), proof.hash().clone());
                Self::ChangePin { payer, attempt, matched, hash }
            }
            Command::PrintCodes { signed, codes } => {
                Self::PrintCodes { caller: caller(&signed), body: signed.into_body(), codes }
            }
            Command::AddContact { signed } => Self::AddContact { caller: caller(&signed), body: signed.into_body() },
            Command::RemoveContact { signed } => {
                Self::RemoveContact { caller: caller(&signed), body: signed.into_body() }
            }
            Command::Vouch { signed } => Self::Vouch { caller: caller(&signed), body: signed.into_body() },
            Command::VouchIdentity { permit: _, payer, device } => Self::VouchIdentity { payer, device },
            Command::Recover { enrolling, payer, device, name, code, passkey, place } => {
                let device = NewDevice { id: device, name, key: enrolling.key(), kind: SessionKind::Own };
                let (proof, passkey) = (*enrolling.proof_use(), passkey.map(|(_, used)| used));
                Self::Recover { payer, device, proof, code, passkey, place }
            }
            Command::FreezeByCode { payer, code } => Self::FreezeByCode { payer, code },
            Command::FreezeFor { signed } => Self::FreezeFor { caller: caller(&signed), body: signed.into_body() },
            Command::RotateKey { signed, possession } => {
                Self::RotateKey { caller: caller(&signed), key: possession.key(), possession: *possession.proof_use() }
            }
            Command::StaffThaw { permit: _, payer } => Self::StaffThaw { payer },
            Command::StaffRevokeDevice { permit: _, payer, device } => Self::StaffRevokeDevice { payer, device },
            Command::StaffRemovePin { permit: _, payer } => Self::StaffRemovePin { payer },
            Command::BeginPasskey { signed } => {
                Self::BeginPasskey { caller: caller(&signed), body: signed.into_body() }
            }
            Command::AddPasskey { permit: _, signed, made, name, vouched, ceremony } => {
                Self::AddPasskey { caller: caller(&signed), made, name, vouched, ceremony }
            }
            Command::RenamePasskey { signed } => {
                Self::RenamePasskey { caller: caller(&signed), body: signed.into_body() }
            }
            Command::RevokePasskey { signed } => {
                Self::RevokePasskey { caller: caller(&signed), body: signed.into_body() }
            }
            Command::ApproveByPasskey { permit: _, signed, body, used } => {
                Self::ApproveByPasskey { caller: caller(&signed), body, used }
            }
            Command::SignIn { permit: _, enrolling, payer, device, name, used, place } => {
                let device = NewDevice { id: device, name, key: enrolling.key(), kind: SessionKind::Own };
                Self::SignIn { payer, device, proof: *enrolling.proof_use(), used, place }
            }
            Command::RemovePin { signed } => Self::RemovePin { caller: caller(&signed), body: signed.into_body() },
            Command::RegisterPayee { permit: _, payee } => Self::RegisterPayee { payee },
            Command::RotateServerKeys { permit: _, overlap_seconds } => Self::RotateServerKeys { overlap_seconds },
            Command::AddMerchantKey { permit: _, key } => Self::AddMerchantKey { key },
            Command::EndMerchantKey { permit: _, key, in_seconds } => Self::EndMerchantKey { key, in_seconds },
            Command::RekeyPayee { permit: _, payee, api_key, signing_key } => {
                Self::RekeyPayee { payee, api_key, signing_key }
            }
            Command::Risk(command) => Self::Risk { asked: command.into() },
            Command::Fund { permit: _, payer, amount } => Self::Fund { payer, amount },
            Command::TestFund { signed } => Self::TestFund { caller: caller(&signed), body: signed.into_body() },
            Command::CreateIntent { permit, body, idempotency } => {
                Self::CreateIntent { payee: permit.payee(), body, idempotency }
            }
            Command::TakeSticker { .. }
            | Command::RegisterCode { .. }
            | Command::WithdrawCode { .. }
            | Command::ReportCode { .. }
            | Command::ReportStranger { .. }
            | Command::JudgeCode { .. }
            | Command::ClearSuspicion { .. }
            | Command::FoldSightings { .. } => Self::of_codes(command),
            Command::Quote { signed, arrival } => {
                Self::Quote { caller: caller(&signed), body: signed.into_body(), arrival: arrival.into() }
            }
            Command::Pay { authority: PayerAuthority::SignedPayment { signed, arrival } } => {
                Self::Pay { caller: caller(&signed), body: signed.into_body(), arrival: arrival.into() }
            }
            Command::Freeze { signed } => Self::Freeze { caller: caller(&signed), body: signed.into_body() },
            Command::Unfreeze { signed } => Self::Unfreeze { caller: caller(&signed), body: signed.into_body() },
            Command::CancelPayment { signed } => {
                Self::CancelPayment { caller: caller(&signed), body: signed.into_body() }
            }
            Command::JudgeHeld { permit: _, payment, verdict } => Self::JudgeHeld { payment, verdict },
            Command::SetLimit { signed } => Self::SetLimit { caller: caller(&signed), body: signed.into_body() },
            Command::CancelRaise { signed } => Self::CancelRaise { caller: caller(&signed), body: signed.into_body() },
            Command::ShowLimits { permit } => Self::ShowLimits { payer: permit.payer(), device: permit.device() },
            Command::ExpireHold { permit: _, payment } => Self::ExpireHold { payment },
            Command::ExpireIntent { permit: _, intent } => Self::ExpireIntent { intent },
            Command::RollUp { permit: _, account } => Self::RollUp { account },
            Command::Capture { .. }
            | Command::Void { .. }
            | Command::Refund { .. }
            | Command::RegisterOwnCode { .. }
            | Command::WithdrawOwnCode { .. } => Self::of_merchant(command),
        }
    }
}

impl Facts {
    fn of_merchant(command: Command) -> Self {
        match command {
            Command::Capture { signed, payment } => {
                let (payee, proof) = (signed.payee(), *signed.proof_use());
                Self::Capture { payee, proof, payment, body: signed.into_body() }
            }
            Command::Void { signed, payment } => {
                let (payee, proof) = (signed.payee(), *signed.proof_use());
                Self::Void { payee, proof, payment, body: signed.into_body() }
            }
            Command::Refund { signed } => {
                let (payee, proof, digest) = (signed.payee(), *signed.proof_use(), signed.body_digest());
                Self::Refund { payee, proof, body: signed.into_body(), digest }
            }
            Command::RegisterOwnCode { signed } => {
                let (payee, proof) = (signed.payee(), Some(*signed.proof_use()));
                Self::RegisterCode { payee, proof, body: signed.into_body() }
            }
            Command::WithdrawOwnCode { signed, serial } => {
                Self::WithdrawCode { payee: Some(signed.payee()), proof: Some(*signed.proof_use()), serial }
            }
            other => Self::from(other),
        }
    }
}
