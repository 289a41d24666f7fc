//! [`Command`]: everything that can be asked of the core, each with the authority it is asked under.

use credentials::{
    Apart, Enrolling, MerchantPermit, MerchantSigned, PinHash, PinProof, Possession, ProofUse, Refresh, Signed,
    SignedPayment,
};
use money::{
    AccountId, Amount, Currency, DeviceId, Digest, IntentId, KeyId, MarkId, PayeeId, PayerId, PaymentId, ReasonCode,
};
use protocol::{
    AddContactBody, BeginPasskeyBody, BindDeviceBody, CancelPaymentBody, CancelRaiseBody, CaptureBody, Cell, CodeBody,
    EndSessionsBody, FreezeBody, FreezeForBody, IntentBody, PayeeCard, PrintCodesBody, QuoteBody, RefreshBody,
    RefundBody, RemoveContactBody, RemovePinBody, RenamePasskeyBody, ReportCodeBody, RevokeDeviceBody,
    RevokePasskeyBody, RotateKeyBody, Serial, SetLimitBody, SignUpBody, StickerBody, TestFundsBody, TokenBody,
    UnfreezeBody, VoidBody, VouchBody, WithdrawCodeBody,
};
use qr::{VerifiedCode, VerifiedSticker};
use serde::{Deserialize, Serialize};

use crate::identity::IdentityCommand;
use crate::merchant::MerchantCommand;
use crate::merchant_key::MerchantKey;
use crate::model::{Line, Name};
use crate::passkey::{NewPasskey, PasskeyUse};
use crate::permit::{PasskeyPermit, ReadPermit, StaffPermit, SystemPermit};
use crate::pin::PinPurpose;
use crate::risk_command::RiskCommand;

/// What may move a payer's money. Each form is bound to payee, amount, count and expiry by an earlier device proof;
/// none can be cloned or read from text. Consents, payer codes and taps follow.
#[derive(Debug)]
pub enum PayerAuthority {
    /// A device's signature over exactly this payment.
    SignedPayment {
        /// The verified proof and its body.
        signed: SignedPayment,
        /// How the payer came to the intent, as far as it could be verified.
        arrival: Arrival,
    },
}

/// How a payer came to an intent, after verification.
#[derive(Debug)]
pub enum Arrival {
    /// By the intent's id alone.
    Link,
    /// By a dynamic code that holds.
    Code(VerifiedCode),
    /// By a sticker that holds.
    Sticker(VerifiedSticker),
    /// By a code that does not hold, and why.
    BadCode(ReasonCode),
}

/// A payee to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPayee {
    /// As payers are shown it.
    pub card: PayeeCard,
    /// Its place.
    pub place: Line,
    /// Its city in Latin letters.
    pub city: String,
    /// The currency it is paid in.
    pub currency: Currency,
    /// SHA-256 of its API key.
    pub api_key: Option<Digest>,
    /// Its Ed25519 public key.
    pub signing_key: Option<[u8; 32]>,
}

/// What staff say of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeVerdict {
    /// It takes no payment until it has been looked at.
    Suspended,
    /// It is in its place: it takes payments, and what was said against it is forgotten.
    Cleared,
}

/// What staff say of a payment that a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldVerdict {
    /// It goes on.
    Release,
    /// It does not; the money is the payer's again.
    Refuse,
}

/// Of what staff have found that nothing is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Suspect {
    /// What a payee shows, apart from its registered codes.
    Payee(PayeeId),
    /// The strangers that were reported in a cell of the map.
    Place(Cell),
}

/// Everything that can be asked. Built by the edge from verified parts, consumed by [`crate::decide`].
#[derive(Debug)]
pub enum Command {
    /// Open a wallet and bind its first device.
    OpenPayer {
        /// The new key's proof.
        enrolling: Enrolling<SignUpBody>,
        /// The caller's network, cut short.
        place: String,
        /// Whether it counts as one of its network's; not where the operator exempted the network.
        counted: bool,
    },
    /// Forget counts of sign-ups whose time is over.
    ForgetSignUps {
        /// The worker that tidies.
        permit: SystemPermit,
        /// Which, at most [`crate::limits::FORGET_MAX`].
        marks: Vec<MarkId>,
    },
    /// Say, check, or allow something about who a payer is.
    Identity(IdentityCommand),
    /// Verify a merchant, or pay out to it.
    Merchant(MerchantCommand),
    /// Open a session of a bound device.
    OpenSession {
        /// The device key's proof.
        enrolling: Enrolling<TokenBody>,
        /// The caller's network, cut short.
        place: String,
    },
    /// Carry a session on.
    RefreshSession {
        /// The device key's proof.
        enrolling: Enrolling<RefreshBody>,
        /// The refresh token, verified.
        refresh: Refresh,
        /// The caller's network, cut short.
        place: String,
    },
    /// End sessions.
    EndSessions {
        /// The device's proof.
        signed: Signed<EndSessionsBody>,
    },
    /// Let a device act no longer.
    RevokeDevice {
        /// A bound device's proof.
        signed: Signed<RevokeDeviceBody>,
    },
    /// Bind another device.
    BindDevice {
        /// A bound device's proof.
        signed: Signed<BindDeviceBody>,
        /// The new key's proof.
        possession: Possession,
    },
    /// Set a first payment PIN, or one that a passkey approves.
    SetPin {
        /// A bound device's proof, its body taken out.
        signed: Signed<Apart>,
        /// What is kept of the PIN.
        hash: PinHash,
    },
    /// Count a try of the payment PIN, before it is verified.
    TryPin {
        /// A bound device's proof, its body taken out.
        signed: Signed<Apart>,
        /// What a right PIN does.
        purpose: PinPurpose,
    },
    /// Approve what a right try named.
    ApproveByPin {
        /// That it was right.
        proof: PinProof,
    },
    /// Replace a PIN that a right try knew.
    ChangePin {
        /// That it was right.
        proof: PinProof,
        /// What is kept of the new one.
        hash: PinHash,
    },
    /// Begin to have another passkey.
    BeginPasskey {
        /// A bound device's proof.
        signed: Signed<BeginPasskeyBody>,
    },
    /// Have another passkey.
    AddPasskey {
        /// That it was verified.
        permit: PasskeyPermit,
        /// A bound device's proof, its body taken out.
        signed: Signed<Apart>,
        /// The passkey.
        made: NewPasskey,
        /// What the payer calls it.
        name: Name,
        /// Whether another factor vouched for it when it was begun.
        vouched: bool,
        /// The ceremony, which works once.
        ceremony: ProofUse,
    },
    /// Call a passkey something else.
    RenamePasskey {
        /// A bound device's proof.
        signed: Signed<RenamePasskeyBody>,
    },
    /// Let a passkey approve nothing any more.
    RevokePasskey {
        /// A bound device's proof.
        signed: Signed<RevokePasskeyBody>,
    },
    /// Approve a body by passkey.
    ApproveByPasskey {
        /// That it was verified.
        permit: PasskeyPermit,
        /// A bound device's proof, its body taken out.
        signed: Signed<Apart>,
        /// The body that is approved.
        body: Digest,
        /// The assertion.
        used: PasskeyUse,
    },
    /// Bind a new device by passkey.
    SignIn {
        /// That it was verified.
        permit: PasskeyPermit,
        /// The new key's proof, its body taken out.
        enrolling: Enrolling<Apart>,
        /// Whose passkey.
        payer: PayerId,
        /// The new device.
        device: DeviceId,
        /// What the payer calls it.
        name: Name,
        /// The assertion.
        used: PasskeyUse,
        /// The caller's network, cut short.
        place: String,
    },
    /// Have a new sheet of printed codes.
    PrintCodes {
        /// A bound device's proof.
        signed: Signed<PrintCodesBody>,
        /// What is kept of each.
        codes: Vec<Digest>,
    },
    /// Trust a contact.
    AddContact {
        /// A bound device's proof.
        signed: Signed<AddContactBody>,
    },
    /// Trust a contact no longer.
    RemoveContact {
        /// A bound device's proof.
        signed: Signed<RemoveContactBody>,
    },
    /// Say whose device a new one is, as a contact.
    Vouch {
        /// The contact's device's proof.
        signed: Signed<VouchBody>,
    },
    /// Say so as the provider, who has seen papers.
    VouchIdentity {
        /// Staff.
        permit: StaffPermit,
        /// Whose device.
        payer: PayerId,
        /// The new device.
        device: DeviceId,
    },
    /// Bind a new device for which two factors speak.
    Recover {
        /// The new key's proof, its body taken out.
        enrolling: Enrolling<Apart>,
        /// Whose wallet.
        payer: PayerId,
        /// The new device.
        device: DeviceId,
        /// What the payer calls it.
        name: Name,
        /// What is kept of the code that was shown.
        code: Option<Digest>,
        /// A passkey that was shown and verified.
        passkey: Option<(PasskeyPermit, PasskeyUse)>,
        /// The caller's network, cut short.
        place: String,
    },
    /// Let nothing leave a wallet for a day, by a printed code.
    FreezeByCode {
        /// Whose.
        payer: PayerId,
        /// What is kept of the code.
        code: Digest,
    },
    /// Let nothing leave a wallet for a day, as a contact.
    FreezeFor {
        /// The contact's device's proof.
        signed: Signed<FreezeForBody>,
    },
    /// Give a device another key.
    RotateKey {
        /// The old key's proof.
        signed: Signed<RotateKeyBody>,
        /// The new key's proof.
        possession: Possession,
    },
    /// Let money leave again, after the delay, for a payer whose freezing device is lost.
    StaffThaw {
        /// Staff.
        permit: StaffPermit,
        /// Whose wallet.
        payer: PayerId,
    },
    /// Let a lost or stolen device act no longer.
    StaffRevokeDevice {
        /// Staff.
        permit: StaffPermit,
        /// Whose.
        payer: PayerId,
        /// Which.
        device: DeviceId,
    },
    /// Take a forgotten PIN away.
    StaffRemovePin {
        /// Staff.
        permit: StaffPermit,
        /// Whose.
        payer: PayerId,
    },
    /// Have no payment PIN.
    RemovePin {
        /// A bound device's proof.
        signed: Signed<RemovePinBody>,
    },
    /// Register a payee.
    RegisterPayee {
        /// Staff.
        permit: StaffPermit,
        /// The payee.
        payee: NewPayee,
    },
    /// Give a payee new keys; `None` leaves the old one.
    RekeyPayee {
        /// Staff.
        permit: StaffPermit,
        /// The payee.
        payee: PayeeId,
        /// SHA-256 of the new API key.
        api_key: Option<Digest>,
        /// The new Ed25519 public key.
        signing_key: Option<[u8; 32]>,
    },
    /// Let the next of the server's own keys sign tokens, nonces and ceremonies.
    RotateServerKeys {
        /// Staff.
        permit: StaffPermit,
        /// For how long what the present ones signed stays good.
        overlap_seconds: i64,
    },
    /// Give a payee one more key.
    AddMerchantKey {
        /// Staff.
        permit: StaffPermit,
        /// The key; since when is the decision's.
        key: MerchantKey,
    },
    /// End a payee's key, now or later.
    EndMerchantKey {
        /// Staff.
        permit: StaffPermit,
        /// Which.
        key: KeyId,
        /// In how many seconds.
        in_seconds: i64,
    },
    /// Put play money into a wallet, by staff.
    Fund {
        /// Staff.
        permit: StaffPermit,
        /// Whose wallet.
        payer: PayerId,
        /// How much.
        amount: Amount,
    },
    /// Put play money into one's own wallet.
    TestFund {
        /// The device's proof.
        signed: Signed<TestFundsBody>,
    },
    /// Ask for money.
    CreateIntent {
        /// The merchant.
        permit: MerchantPermit,
        /// What for.
        body: IntentBody,
        /// SHA-256 of the merchant's idempotency key, with the body's digest.
        idempotency: Option<(Digest, Digest)>,
    },
    /// Register a sticker or terminal, by staff.
    RegisterCode {
        /// Staff.
        permit: StaffPermit,
        /// Whose.
        payee: PayeeId,
        /// What, and where.
        body: CodeBody,
    },
    /// Register a sticker or terminal of one's own.
    RegisterOwnCode {
        /// The merchant's signature.
        signed: MerchantSigned<CodeBody>,
    },
    /// Withdraw any code, by staff.
    WithdrawCode {
        /// Staff.
        permit: StaffPermit,
        /// Which.
        serial: Serial,
    },
    /// Withdraw a code of one's own.
    WithdrawOwnCode {
        /// The merchant's signature.
        signed: MerchantSigned<WithdrawCodeBody>,
        /// Which.
        serial: Serial,
    },
    /// Say that a registered code is not where it belongs.
    ReportCode {
        /// The device's proof.
        signed: Signed<ReportCodeBody>,
        /// The code's serial, read from what was scanned.
        serial: Serial,
    },
    /// Say that a code which is none of ours does not belong where it is.
    ReportStranger {
        /// The device's proof; the body says where.
        signed: Signed<ReportCodeBody>,
    },
    /// Stop a code until it has been looked at, or let it take payments again, by staff.
    JudgeCode {
        /// Staff.
        permit: StaffPermit,
        /// Which.
        serial: Serial,
        /// What staff found.
        verdict: CodeVerdict,
    },
    /// Forget what was said against a payee's unregistered codes, or of a place, by staff.
    ClearSuspicion {
        /// Staff.
        permit: StaffPermit,
        /// Of what.
        of: Suspect,
    },
    /// Fold scans in that were paid.
    FoldSightings {
        /// The worker that folds.
        permit: SystemPermit,
        /// Which, at most [`crate::limits::FOLD_MAX`].
        sightings: Vec<IntentId>,
    },
    /// Ask for the terms of paying by a sticker.
    TakeSticker {
        /// The device's proof.
        signed: Signed<StickerBody>,
        /// The sticker, which holds.
        sticker: VerifiedSticker,
    },
    /// Ask what paying would mean. Writes nothing.
    Quote {
        /// The device's proof.
        signed: Signed<QuoteBody>,
        /// How the payer came to the intent.
        arrival: Arrival,
    },
    /// About risk, beside paying.
    Risk(RiskCommand),
    /// Pay.
    Pay {
        /// Under what.
        authority: PayerAuthority,
    },
    /// Take held money.
    Capture {
        /// The merchant's signature.
        signed: MerchantSigned<CaptureBody>,
        /// Of which payment.
        payment: PaymentId,
    },
    /// Release held money.
    Void {
        /// The merchant's signature.
        signed: MerchantSigned<VoidBody>,
        /// Of which payment.
        payment: PaymentId,
    },
    /// Give money back.
    Refund {
        /// The merchant's signature.
        signed: MerchantSigned<RefundBody>,
    },
    /// Let nothing leave a wallet.
    Freeze {
        /// The device's proof.
        signed: Signed<FreezeBody>,
    },
    /// Let money leave again, after the delay.
    Unfreeze {
        /// The device's proof.
        signed: Signed<UnfreezeBody>,
    },
    /// Call off a payment that a rule holds.
    CancelPayment {
        /// The device's proof.
        signed: Signed<CancelPaymentBody>,
    },
    /// Let a payment that a rule holds go on, or end it, by staff.
    JudgeHeld {
        /// Staff.
        permit: StaffPermit,
        /// Which.
        payment: PaymentId,
        /// What staff found.
        verdict: HeldVerdict,
    },
    /// Set one of the payer's own limits.
    SetLimit {
        /// The device's proof.
        signed: Signed<SetLimitBody>,
    },
    /// Call off a rise that waits.
    CancelRaise {
        /// The device's proof.
        signed: Signed<CancelRaiseBody>,
    },
    /// Show every limit of a wallet. Writes nothing.
    ShowLimits {
        /// Whose, and with which device.
        permit: ReadPermit,
    },
    /// End what time has ended: a hold, or the wait of a payment that a rule held.
    ExpireHold {
        /// The sweeper.
        permit: SystemPermit,
        /// Of which payment.
        payment: PaymentId,
    },
    /// Close an intent whose time has come.
    ExpireIntent {
        /// The sweeper.
        permit: SystemPermit,
        /// Which.
        intent: IntentId,
    },
    /// Count the oldest of the credits that were appended to an account.
    RollUp {
        /// The worker that rolls up.
        permit: SystemPermit,
        /// Which account.
        account: AccountId,
    },
}
