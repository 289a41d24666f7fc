//! [`ReasonCode`]: every reason Farthing may give, in one closed list, for payer, analyst and regulator alike.
//!
//! A code is stable for ever: the dotted string is what programs match and what the decision record keeps.
//! The order of the list is the order of precedence: when several things are wrong, the first listed is said.

/// The languages every sentence exists in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Korean.
    Ko,
    /// English.
    En,
}

/// A dotted string that is not in the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason code")]
pub struct UnknownReason;

macro_rules! reasons {
    ($($name:ident $code:literal $(under $parent:ident)? : $ko:literal, $en:literal;)+) => {
        /// Why something was refused or answered as it was.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ReasonCode {
            $(#[doc = $en] $name,)+
        }

        impl ReasonCode {
            /// The whole catalogue, in order of precedence.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable dotted string, e.g. `funds.insufficient`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The coarser code shown where this one would tip off an attacker; `None` when it may be shown.
            #[must_use]
            pub const fn parent(self) -> Option<Self> {
                match self { $(Self::$name => reasons!(@parent $($parent)?),)+ }
            }

            /// One sentence for a person.
            #[must_use]
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::Ko) => $ko,
                      (Self::$name, Language::En) => $en,)+
                }
            }
        }
    };
    (@parent) => { None };
    (@parent $parent:ident) => { Some(Self::$parent) };
}

reasons! {
    // What reached the door at all.
    RequestMalformed "request.malformed": "요청을 읽을 수 없습니다.", "The request cannot be read.";
    RequestNotCanonical "request.not_canonical": "요청 본문이 표준 형식(RFC 8785)이 아닙니다.", "The request body is not in canonical form (RFC 8785).";
    RequestTooLarge "request.too_large": "요청이 너무 큽니다.", "The request is too large.";
    RequestTimedOut "request.timed_out": "시간 안에 처리하지 못했습니다. 같은 요청을 다시 보내도 안전합니다.", "This took too long. It is safe to send the same request again.";
    RateLimited "request.rate_limited": "요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.", "Too many requests. Please try again shortly.";
    SignUpNetwork "sign_up.network_full" under RateLimited: "이 네트워크에서 열린 지갑이 너무 많습니다.", "Too many wallets were opened from this network.";
    SignUpLine "sign_up.line_full": "이 회선으로 확인된 지갑이 너무 많습니다.", "Too many wallets were verified by this line.";
    NotFound "request.not_found": "찾을 수 없습니다.", "There is nothing here.";
    MethodNotAllowed "request.method_not_allowed": "이 주소에서 쓸 수 없는 방식입니다.", "This method is not allowed here.";
    CursorInvalid "request.cursor_invalid": "목록 위치 값이 올바르지 않습니다.", "The list cursor is not valid.";
    FilterInvalid "request.filter_invalid": "검색 조건이 올바르지 않습니다.", "A filter is not valid.";
    IdempotencyKeyReused "request.idempotency_key_reused": "같은 키로 다른 내용을 보냈습니다.", "This idempotency key was used with another body.";
    ServiceUnavailable "service.unavailable": "지금은 처리할 수 없습니다. 돈은 움직이지 않았습니다.", "The service is not available right now. Nothing was moved.";
    ServiceOverloaded "service.overloaded": "지금 요청이 많습니다. 잠시 후 다시 시도해 주세요.", "The service is busy. Please try again shortly.";
    ServiceFault "service.fault": "내부 오류가 발생했습니다. 이 요청만 멈췄고 돈은 움직이지 않았습니다.", "An internal fault stopped this request only. Nothing was moved.";

    // Who is calling. An unauthenticated caller only ever learns the first of these.
    AuthRefused "auth.refused": "인증할 수 없습니다.", "The caller could not be authenticated.";
    TokenExpired "auth.token_expired": "접속 시간이 지났습니다. 다시 연결합니다.", "The access token has expired; a new one is needed.";
    SessionEnded "auth.session_ended": "접속이 끝났습니다. 다시 연결합니다.", "This session has ended; a new one is needed.";
    RefreshReused "auth.refresh_reused" under SessionEnded: "이미 쓴 갱신 토큰이 다시 쓰여 접속을 끝냈습니다.", "A refresh token was used a second time, so its session was ended.";
    NonceNeeded "auth.nonce_needed": "서버가 준 값(nonce)으로 다시 서명해야 합니다.", "The proof must carry a fresh server nonce.";
    PermissionMissing "auth.permission_missing": "이 일을 할 권한이 없습니다.", "This caller may not do that.";
    ProofWrongDevice "proof.wrong_device": "이 기기의 증명이 아닙니다.", "The proof was made by another device.";
    ProofWrongMethod "proof.wrong_method": "다른 방식의 요청에 쓰인 증명입니다.", "The proof was made for another method.";
    ProofWrongUrl "proof.wrong_url": "다른 주소에 쓰인 증명입니다.", "The proof was made for another address.";
    ProofWrongToken "proof.wrong_token": "다른 접속 토큰의 증명입니다.", "The proof was made for another access token.";
    ProofWrongBody "proof.wrong_body": "증명한 내용과 보낸 내용이 다릅니다.", "What was sent is not what was approved.";
    ProofStale "proof.stale": "증명이 만들어진 시각이 허용 범위를 벗어났습니다. 기기의 시계를 확인해 주세요.", "The proof is too old or from the future; check the device's clock.";
    ProofReplayed "proof.replayed": "이미 한 번 쓰인 증명입니다.", "This proof was already used.";
    PaymentIdReused "payment.id_reused": "같은 결제 번호로 다른 내용을 보냈습니다.", "This payment id was used with another body.";
    RefundIdReused "refund.id_reused": "같은 환불 번호로 다른 내용을 보냈습니다.", "This refund id was used with another body.";
    IntentIdReused "intent.id_reused": "같은 결제 요청 번호가 이미 있습니다.", "This intent id is already taken.";
    PayerExists "payer.exists": "이미 등록된 지갑입니다.", "This payer is already registered.";
    PayeeExists "payee.exists": "이미 등록된 가맹점입니다.", "This payee is already registered.";
    DeviceExists "device.exists": "이미 등록된 기기입니다.", "This device or its key is already registered.";

    // Who is acting, and whether they stopped it themselves.
    PayerUnknown "payer.unknown" under AuthRefused: "등록되지 않은 지갑입니다.", "This payer is not registered.";
    DeviceUnknown "device.unknown" under AuthRefused: "등록되지 않은 기기입니다.", "This device is not registered.";
    DeviceNotThisPayer "device.not_this_payer" under AuthRefused: "이 지갑의 기기가 아닙니다.", "This device belongs to another payer.";
    DeviceRevoked "device.revoked": "해제된 기기입니다.", "This device has been revoked.";
    DeviceCoolingOff "device.cooling_off": "새로 등록한 기기입니다. 대기 시간이 지나야 쓸 수 있습니다.", "This device is new; it may do that once its waiting time is over.";
    DeviceLast "device.last_one": "마지막 기기는 해제할 수 없습니다. 지갑을 잠가 주세요.", "The last usable device cannot be revoked; freeze the wallet instead.";
    FrozenByOther "payer.frozen_by_other" under PayerFrozen: "잠근 기기에서만 풀 수 있습니다.", "Only the device that froze this wallet may unfreeze it.";
    PayerFrozen "payer.frozen": "지갑이 잠겨 있습니다. 잠금을 풀기 전에는 돈이 나가지 않습니다.", "This wallet is frozen. Nothing leaves it until it is unfrozen.";
    PinNotSet "pin.not_set": "결제 비밀번호가 없습니다.", "There is no payment PIN.";
    PinWaiting "pin.waiting": "새 결제 비밀번호는 대기 시간이 지나야 쓸 수 있습니다.", "The payment PIN is new; it may be used once its waiting time is over.";
    PinLocked "pin.locked": "결제 비밀번호를 여러 번 틀려서 잠시 쓸 수 없습니다.", "The payment PIN was entered wrongly too often and is locked for a while.";
    PinWrong "pin.wrong": "결제 비밀번호가 틀렸습니다.", "The payment PIN is wrong.";
    PinOldNeeded "pin.old_needed": "비밀번호를 바꾸려면 지금 쓰는 비밀번호가 필요합니다.", "The present PIN is needed to set another one.";
    PinTooSimple "pin.too_simple": "쉽게 맞힐 수 있는 비밀번호입니다. 반복되거나 이어지는 숫자, 날짜는 쓸 수 없습니다.", "This PIN is easily guessed: no repeated or running digits and no dates.";
    PinUnchanged "pin.unchanged": "지금과 같은 비밀번호입니다.", "This is the PIN you have now.";
    PasskeyUnavailable "passkey.unavailable": "이 서버에서는 패스키를 쓸 수 없습니다.", "Passkeys cannot be used at this server's address.";
    PasskeyNone "passkey.unknown": "없는 패스키입니다.", "There is no such passkey.";
    PasskeyExists "passkey.exists": "이미 등록된 패스키입니다.", "This passkey is already registered.";
    PasskeyLimitReached "passkey.limit_reached": "등록할 수 있는 패스키 수를 넘었습니다.", "This wallet has as many passkeys as it may.";
    PasskeyWaiting "passkey.waiting": "새 패스키는 대기 시간이 지나야 쓸 수 있습니다.", "This passkey is new; it may be used once its waiting time is over.";
    PasskeyCeremony "passkey.ceremony_over": "확인 시간이 지났거나 이미 끝난 확인입니다. 처음부터 다시 해 주세요.", "This ceremony is over or not this device's; begin again.";
    PasskeyRefused "passkey.refused": "패스키를 확인하지 못했습니다.", "The passkey could not be verified.";
    PasskeyMalformed "passkey.malformed" under PasskeyRefused: "패스키의 응답을 읽을 수 없습니다.", "The authenticator's answer cannot be read.";
    PasskeyUnknown "passkey.not_this_payer" under PasskeyRefused: "이 지갑의 패스키가 아닙니다.", "The passkey is not one of this wallet's.";
    PasskeyWrongOrigin "passkey.wrong_origin" under PasskeyRefused: "다른 사이트에서 만든 응답입니다.", "The answer was made for another site.";
    PasskeyCrossOrigin "passkey.cross_origin" under PasskeyRefused: "다른 사이트 안에 든 화면에서 만든 응답입니다.", "The answer was made inside another site's page.";
    PasskeyWrongChallenge "passkey.wrong_challenge" under PasskeyRefused: "다른 확인에 대한 응답입니다.", "The answer is to another challenge.";
    PasskeyWrongBody "passkey.wrong_body" under PasskeyRefused: "다른 내용을 확인한 응답입니다.", "The answer approves something else.";
    PasskeyUserNotVerified "passkey.user_not_verified" under PasskeyRefused: "본인 확인 없이 만든 응답입니다.", "The authenticator did not verify its user.";
    PasskeyBackupInvalid "passkey.backup_invalid" under PasskeyRefused: "패스키의 백업 표시가 맞지 않습니다.", "What the passkey says of its backup cannot be true.";
    PasskeyAlgorithm "passkey.algorithm" under PasskeyRefused: "받지 않는 종류의 패스키 키입니다.", "The passkey's key is of a kind that is not taken.";
    PasskeyAttestation "passkey.attestation_false" under PasskeyRefused: "패스키 기기의 보증이 사실과 다릅니다.", "What vouches for the passkey's authenticator is not true.";
    PasskeySignature "passkey.wrong_signature" under PasskeyRefused: "패스키의 서명이 맞지 않습니다.", "The passkey's signature does not hold.";
    PasskeyCloned "passkey.cloned" under PasskeyRefused: "패스키가 복제되었을 수 있어 멈췄습니다.", "The passkey's counter went back, so it may have been cloned.";
    PasskeyWeakCheck "passkey.weak_check": "얼굴 인식처럼 약한 방법으로 여는 패스키는 혼자 쓸 수 없습니다. 결제 비밀번호를 써 주세요.", "This passkey is opened by a face or a weak sensor, which is never the only check; use the payment PIN.";
    ContactUnknown "contact.unknown": "믿을 수 있는 사람으로 정할 수 없는 지갑입니다.", "This wallet cannot be a trusted contact, or is none.";
    ContactExists "contact.exists": "이미 믿을 수 있는 사람으로 정한 지갑입니다.", "This wallet is a trusted contact already.";
    ContactLimitReached "contact.limit_reached": "정할 수 있는 사람 수를 넘었습니다.", "This wallet has as many trusted contacts as it may.";
    RecoveryRefused "recovery.refused": "지갑을 되찾을 수 없습니다. 지갑 번호와 복구 코드를 확인해 주세요.", "This does not open the wallet; check the wallet's id and the code.";
    RecoveryFactorMissing "recovery.factor_missing": "확인이 하나 더 필요합니다. 서로 다른 두 가지로 확인해야 합니다.", "One more factor of another kind is needed.";
    PayeeUnknown "payee.unknown": "등록되지 않은 받는 곳입니다.", "This payee is not registered.";
    KeyUnknown "key.unknown": "없는 키입니다.", "There is no such key.";
    KeyLimitReached "key.limit_reached": "가맹점이 가질 수 있는 키 수를 넘었습니다. 먼저 하나를 끝내 주세요.", "This merchant has as many keys as it may; end one first.";
    KeyExists "key.exists": "이미 등록된 키입니다.", "This key is already registered.";
    PayeeClosed "payee.closed": "더 이상 돈을 받지 않는 곳입니다.", "This payee no longer takes payments.";
    RecoveryPapersNeeded "recovery.papers_needed": "등록된 기기가 이 복구를 취소했습니다. 사업자에게 신분증을 보여 주세요.", "A device of the wallet cancelled this recovery; the provider must see papers before it goes on.";
    RecoveryContested "recovery.contested": "신분증을 확인한 복구입니다. 이 기기로는 더 취소할 수 없습니다.", "The provider has seen papers for this recovery; this device cannot cancel it again.";
    PayeeUnverified "payee.unverified": "확인을 마치지 않은 가맹점에는 정산금을 보낼 수 없습니다.", "This payee has not been verified, so nothing is paid out to it yet.";
    VerificationStep "payee.verification_step": "지금 상태에서는 할 수 없는 확인 단계입니다.", "The payee's verification cannot take this step from where it stands.";
    FactUnknown "fact.unknown": "그런 정보가 없습니다.", "There is no such fact.";
    FactImplausible "fact.implausible": "그럴 수 없는 정보입니다. 날짜와 기한을 확인해 주세요.", "This cannot be true; check the dates.";
    FactDeclared "fact.declared_already": "이미 말씀하신 정보입니다. 고치려면 사업자에게 서류로 확인받아 주세요.", "You said this before; the provider corrects it when shown papers.";
    GuardianUnknown "guardian.unknown": "이 지갑의 법정대리인으로 등록되어 있지 않습니다.", "This wallet is not registered as that payer's guardian.";
    GuardianUnfit "guardian.unfit": "법정대리인이 될 수 없는 지갑입니다.", "This wallet cannot be that payer's guardian.";
    GuardianSpan "guardian.span": "동의 기한은 앞으로 1년 안이어야 합니다.", "A guardian's consent ends in the future, and within a year.";
    PayoutIdReused "payout.id_reused": "같은 정산 번호로 다른 내용을 보냈습니다.", "This payout id was used with another body.";
    PayoutUnknown "payout.unknown": "없는 정산입니다.", "There is no such payout.";
    PayoutSettled "payout.settled": "이미 끝난 정산입니다.", "This payout is settled already.";
    DeviceTierTooLow "device.tier_too_low": "이 기기의 보안 수준으로는 할 수 없는 일입니다.", "This device's security tier does not allow that.";
    DeviceLimitReached "device.limit_reached": "등록할 수 있는 기기 수를 넘었습니다.", "This wallet has as many devices as it may.";

    // What was scanned and shown.
    CodeMalformed "code.malformed": "결제 코드로 읽을 수 없습니다.", "This is not a payment code.";
    CodeUnsigned "code.unsigned": "서명되지 않은 코드입니다. 누가 만들었는지 알 수 없습니다.", "This code is not signed, so nobody vouches for it.";
    CodeUnknownKey "code.unknown_key": "알 수 없는 키로 서명된 코드입니다.", "This code is signed with an unknown key.";
    CodeAltered "code.altered": "내용이 바뀐 코드입니다. 결제하지 마세요.", "This code was altered. Do not pay it.";
    CodeExpired "code.expired": "유효 시간이 지난 코드입니다. 새 코드를 받아 주세요.", "This code has expired; ask for a new one.";
    CodeRevoked "code.revoked": "사용이 중지된 코드입니다. 결제하지 마세요.", "This code was withdrawn. Do not pay it.";
    CodeRevocationStale "code.revocation_stale": "사용 중지 목록이 오래되어 확인할 수 없습니다. 인터넷에 연결해 다시 스캔해 주세요.", "The list of withdrawn codes is too old; connect and scan again.";
    CodeUnregistered "code.unregistered": "등록되지 않은 코드입니다. 결제하지 마세요.", "This code is not registered. Do not pay it.";
    CodeSuspended "code.suspended": "확인이 필요해 사용을 멈춘 코드입니다. 가게에 알려 주세요.", "This code is stopped until it has been checked; please tell the shop.";
    CodeSwapSuspected "code.swap_suspected": "다른 가게의 코드로 바꿔치기됐을 수 있습니다. 받는 곳이 맞는지 가게에 확인해 주세요.", "This code may stand where another's belongs. Ask the shop whether this is its name.";
    CodeUnregisteredHere "code.unregistered_here": "이 계산대에 등록된 코드가 아닙니다. 가게에 맞는 코드인지 확인해 주세요.", "It is not the code registered at this counter. Ask the shop whether it is theirs.";
    CodeOthersCounter "code.others_counter" under CodeSwapSuspected: "다른 받는 곳의 계산대에서 스캔됐습니다.", "It was scanned at another payee's counter.";
    CodeFarFromPlace "code.far_from_place" under CodeSwapSuspected: "등록된 자리에서 멀리 떨어진 곳에서 스캔됐습니다.", "It was scanned far from where it is registered.";
    CodeSeenApart "code.seen_apart" under CodeSwapSuspected: "같은 코드가 서로 떨어진 곳에서 스캔됐습니다.", "The same code was scanned in places far apart.";
    CodeOtherPayeeHere "code.other_payee_here" under CodeSwapSuspected: "이 자리에는 다른 받는 곳이 등록되어 있습니다.", "Other payees are registered where it was scanned.";
    CodeSurroundingsDiffer "code.surroundings_differ" under CodeSwapSuspected: "주변이 등록된 자리와 다릅니다.", "What is around it is not what is around its place.";
    CodeNewPayeeHere "code.new_payee_here" under CodeSwapSuspected: "오래된 자리에 오늘 등록된 받는 곳이 나타났습니다.", "A payee registered today appeared at an old place.";
    CodeNeighbourSilent "code.neighbour_silent" under CodeSwapSuspected: "늘 결제되던 이웃 가게가 조용해진 뒤 처음 내는 사람이 몰립니다.", "A neighbour who is usually paid has gone silent, and first-time payers come instead.";
    CodeManyFirstPayers "code.many_first_payers" under CodeSwapSuspected: "처음 내는 사람이 갑자기 많습니다.", "Unusually many pay it for the first time.";
    CodeReported "code.reported" under CodeSwapSuspected: "이상하다고 신고된 코드입니다.", "Payers have reported this code.";
    CodeOtherKind "code.other_kind": "이 방식으로 결제할 수 없는 종류의 코드입니다.", "A code of this kind cannot be paid this way.";
    LinkDangerous "link.dangerous": "위험한 내용입니다. 열지 마세요.", "This is dangerous. Do not open it.";
    LinkSuspicious "link.suspicious": "속임수일 수 있는 내용입니다. 열기 전에 주소를 꼭 확인해 주세요.", "This looks like a trick. Check it before you open it.";
    LinkUnreadable "link.unreadable": "링크로 읽을 수 없습니다.", "This cannot be read as a link.";
    LinkUnverified "link.unverified": "결제 코드가 아닙니다. 누가 만들었는지 알 수 없습니다.", "This is no payment code, and nobody vouches for it.";
    CodeUnknown "code.unknown": "등록된 코드가 아닙니다.", "There is no such registered code.";
    CodeSerialTaken "code.serial_taken": "이미 등록된 일련번호입니다.", "This serial is already registered.";
    CodeAboveCap "code.above_cap": "이 코드로 낼 수 있는 금액을 넘었습니다.", "This is more than one payment by this code may be.";
    CodeOtherIntent "code.other_intent": "다른 결제의 코드입니다.", "This code belongs to another payment.";
    IntentUnknown "intent.unknown": "없는 결제 요청입니다.", "There is no such payment request.";
    IntentExpired "intent.expired": "결제 요청의 유효 시간이 지났습니다.", "The payment request has expired.";
    IntentTaken "intent.taken": "이미 결제된 요청입니다.", "This request has already been paid.";
    IntentCancelled "intent.cancelled": "취소된 결제 요청입니다.", "This payment request was cancelled.";
    QuoteChanged "quote.changed": "보여 드린 내용과 달라졌습니다. 다시 확인해 주세요.", "The terms are not the ones that were shown; look again.";
    FundingNotAccepted "funding.not_accepted": "이 결제에 쓸 수 없는 결제 수단입니다.", "This way of paying is not accepted here.";

    // The sum.
    AmountMalformed "amount.malformed": "금액을 읽을 수 없습니다.", "The amount cannot be read.";
    AmountFractional "amount.fractional": "통화의 최소 단위보다 작은 금액은 쓸 수 없습니다.", "Amounts are whole minor units.";
    AmountOverflow "amount.overflow": "금액이 너무 큽니다.", "The amount is too large.";
    AmountNegative "amount.negative": "금액은 0보다 커야 합니다.", "The amount is below zero.";
    AmountZero "amount.zero": "0원은 결제할 수 없습니다.", "The amount is zero.";
    AmountWrongCurrency "amount.wrong_currency": "통화가 다릅니다.", "The currency does not match.";

    // What the rules say.
    PolicyPaymentLimit "policy.payment_limit": "1회 결제 한도를 넘었습니다.", "This is above the limit for one payment.";
    PolicyOwnLimit "policy.own_limit": "직접 정한 한도를 넘었습니다.", "This is above a limit you set yourself.";
    PolicyLimit "policy.limit": "법이나 약관이 정한 한도를 넘었습니다.", "This is above a limit that law or terms set.";
    PolicyRefused "policy.refused": "법이나 약관이 허용하지 않는 결제입니다.", "Law or terms do not allow this.";
    PolicyGuardian "policy.guardian_consent": "법정대리인의 동의가 필요한 결제입니다. 보호자의 지갑에서 동의해 주세요.", "This needs the consent of the payer's guardian, given in the guardian's own wallet.";
    PolicyFactMissing "policy.fact_missing": "판단에 필요한 정보가 확인되지 않아 가장 엄격하게 처리했습니다.", "Something that has to be known was not verified, so the strictest rule held.";
    PolicyElsewhere "policy.elsewhere": "이 방식으로는 받을 수 없는 결제입니다.", "This may not be paid this way here.";
    PolicyHeld "policy.held": "법이나 약관에 따라 결제를 보류했습니다. 돈은 따로 잡아 두었고 아직 나가지 않았습니다.", "Law or terms have this payment wait. The money is set aside and has not left.";
    PolicyHeldRefused "policy.held_refused": "확인 결과 보류하던 결제를 끝냈습니다. 돈은 지갑에 그대로 있습니다.", "This held payment was ended after a check. The money is in the wallet as before.";
    PolicyHeldUnconfirmed "policy.held_unconfirmed": "정해진 시간 안에 확인되지 않아 보류하던 결제를 끝냈습니다. 돈은 지갑에 그대로 있습니다.", "Nobody confirmed this held payment in time, so it was ended. The money is in the wallet as before.";
    PolicyHoldStands "policy.hold_stands": "법이나 약관이 정한 시간이 지나기 전에는 보류를 풀 수 없습니다.", "The time that law or terms set has not passed, so nobody may let this payment go on yet.";
    PolicyProofImpossible "policy.proof_impossible": "이 결제에 필요한 인증 수단이 여기에는 없습니다.", "The proof that this needs cannot be given here.";
    PolicyProofNeeded "policy.proof_needed": "법이나 약관에 따라 추가 인증이 필요합니다.", "Law or terms ask for one more proof.";
    ErasureNotEmpty "erasure.not_empty": "지갑에 돈이나 진행 중인 결제가 남아 있어 지울 수 없습니다.", "There is still money in this wallet, or a payment on hold, so nothing was erased.";
    LimitChanged "limit.changed": "한도가 보여 드린 값과 달라졌습니다. 다시 확인해 주세요.", "The limit is not the one that was shown; look again.";
    LimitUnknown "limit.unknown": "그런 한도나 기다리는 변경이 없습니다.", "There is no such limit, or nothing waits.";
    LimitsFull "limit.too_many": "정할 수 있는 한도의 수를 넘었습니다.", "There are as many limits as there may be.";
    LimitRaise "limit.raise": "한도를 올리려면 추가 확인이 필요합니다.", "Raising a limit needs one more check.";
    RiskRefused "risk.refused": "안전을 위해 결제를 멈췄습니다.", "This payment was stopped to keep you safe.";
    RiskHeld "risk.held": "안전을 위해 결제를 보류하고 확인하고 있습니다. 돈은 움직이지 않았습니다.", "This payment is held for a check. Nothing was moved.";
    RiskListed "risk.listed" under RiskRefused: "주의 목록에 있는 상대입니다.", "This party is on a list of parties to be careful with.";
    RiskKnownFraud "risk.known_fraud" under RiskRefused: "사고가 알려진 상대이거나 그와 관련이 있습니다.", "Fraud is known of this party or of those it deals with.";
    RiskMule "risk.mule_pattern" under RiskRefused: "여러 사람의 돈을 모아 빼내는 모습과 비슷합니다.", "This looks like an account that collects other people's money.";
    RiskNumberTesting "risk.number_testing" under RiskRefused: "도난 정보를 시험하는 모습과 비슷합니다.", "This looks like stolen details being tried out.";
    RiskTelco "risk.line_changed" under RiskRefused: "최근 유심이나 번호에 변화가 있었습니다.", "The SIM or the number has changed lately.";
    RiskCode "risk.code_doubtful": "스캔한 코드가 의심스럽습니다.", "The scanned code is doubtful.";
    RiskDevice "risk.device_new": "이 기기는 등록한 지 얼마 되지 않았거나 평소와 상태가 다릅니다.", "This device is new or not in its usual state.";
    RiskPhonePressure "risk.under_pressure": "통화나 원격 제어 중에 하는 결제입니다. 누가 시킨 결제라면 멈춰 주세요.", "This is paid during a call or under remote control. If somebody tells you to pay, stop.";
    RiskCashLike "risk.cash_like": "상품권처럼 현금과 같은 것을 평소보다 많이 삽니다.", "More than usual is spent on what is as good as cash.";
    RiskBalance "risk.drains_balance": "잔액을 거의 다 쓰는 결제입니다.", "This takes nearly all of the balance.";
    RiskNewPayee "risk.payee_new": "처음 거래하는 곳입니다.", "This payee was never paid before.";
    RiskAmount "risk.amount_unusual": "평소와 다른 금액입니다.", "This amount is unlike the usual ones.";
    RiskPace "risk.pace_unusual": "짧은 시간에 평소보다 많이 결제했습니다.", "There are more payments in a short time than usual.";
    RiskHour "risk.hour_unusual": "평소에 결제하지 않던 시간입니다.", "This is not an hour at which payments are usual.";
    RiskPlace "risk.place_unusual": "평소와 다른 곳입니다.", "This is not a usual place.";
    RiskRefusals "risk.after_refusals": "거절된 결제가 이어진 뒤의 결제입니다.", "This follows payments that were refused.";
    RiskLimit "risk.near_limit": "한도에 가까운 결제입니다.", "This comes close to a limit.";
    RiskConsent "risk.consent_overused": "상시 동의를 평소보다 많이 씁니다.", "A standing consent is used more than usual.";
    RiskUnlike "risk.unlike_usual": "평소의 결제와 여러 면에서 다릅니다.", "This is unlike the usual payments in several ways.";
    RiskDataMissing "risk.data_missing": "판단에 필요한 정보가 없어 추가 확인이 필요합니다.", "Something needed to judge this is missing, so one more check is needed.";
    RuleUnknown "risk.rule_unknown": "그런 규칙이 없거나 그 결제자에게 유예되어 있지 않습니다.", "There is no such rule, or it is not passed over for this payer.";
    SnoozeRefused "risk.snooze_refused": "이 규칙은 그렇게 유예할 수 없습니다. 거절 규칙은 유예되지 않고, 유예는 최대 30일, 한 사람에 여덟 개까지입니다.", "This rule cannot be passed over so: never one that refuses, for at most thirty days, at most eight for one payer.";
    FactorChange "step_up.factor_change": "확인 수단이나 기기를 바꾸는 일입니다.", "This changes what your wallet is protected by.";
    GuardianConsent "step_up.guardian_consent": "다른 사람의 결제를 허락하는 일입니다.", "This lets somebody else pay.";
    StepUpNeeded "risk.step_up_needed": "추가 확인이 필요합니다. 확인한 뒤 같은 결제를 다시 보내 주세요.", "This needs one more check; do it and send the same request again.";
    StepUpWaiting "step_up.waiting": "추가 확인 수단의 대기 시간이 아직 지나지 않았습니다.", "This needs one more check, and what you set up for it may not be used yet.";
    StepUpNotSetUp "step_up.not_set_up": "추가 확인 수단이 없습니다. 먼저 결제 비밀번호나 패스키를 등록해 주세요.", "This needs one more check, and none is set up: set a payment PIN or a passkey first.";

    // The money.
    FundsInsufficient "funds.insufficient": "잔액이 부족합니다.", "There is not enough money in this wallet.";
    PayeeFundsInsufficient "funds.payee_insufficient": "가맹점의 잔액이 부족합니다.", "The payee's balance does not cover this.";

    // What a payment has become.
    PaymentUnknown "payment.unknown": "없는 결제입니다.", "There is no such payment.";
    PaymentNotCaptured "payment.not_captured": "아직 확정되지 않은 결제라서 환불할 수 없습니다.", "This payment has moved no money yet, so there is nothing to refund.";
    PaymentNotHeld "payment.not_held": "승인만 된 결제가 아니라서 확정하거나 취소할 수 없습니다.", "This payment is not on hold, so it cannot be captured or voided.";
    PaymentHeld "payment.held": "보류 중인 결제라서 아직 확정할 수 없습니다.", "This payment is held by a rule, so it cannot be captured yet.";
    PaymentNotWaiting "payment.not_waiting": "보류 중인 결제가 아닙니다.", "This payment is not held by a rule.";
    PaymentCaptured "payment.captured": "이미 확정된 결제입니다.", "This payment was already captured.";
    PaymentVoided "payment.voided": "이미 취소된 결제입니다.", "This payment was already voided.";
    PaymentExpired "payment.expired": "승인 기간이 지난 결제입니다.", "The hold of this payment has expired.";
    PaymentRefused "payment.refused": "거절된 결제입니다.", "This payment was refused.";
    CaptureExceedsHold "capture.exceeds_hold": "승인된 금액보다 많이 확정할 수 없습니다.", "A capture cannot exceed what is held.";
    VoidDifferentAmount "void.different_amount": "취소는 승인된 금액 전체에만 할 수 있습니다.", "A void takes the whole held amount.";
    RefundExceedsRemaining "refund.exceeds_remaining": "남은 금액보다 많이 환불할 수 없습니다.", "A refund cannot exceed what is left.";
    NotYetExpired "payment.not_yet_expired": "아직 승인 기간이 남아 있습니다.", "The hold has not expired yet.";
    TestModeOff "funding.test_mode_off": "시험용 충전은 시험 모드에서만 할 수 있습니다.", "Test funding works in test mode only.";
}

impl ReasonCode {
    /// What an outsider may be told: the parent where there is one, else the code itself.
    #[must_use]
    pub const fn disclosed(self) -> Self {
        match self.parent() {
            Some(parent) => parent,
            None => self,
        }
    }
}

impl std::fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::str::FromStr for ReasonCode {
    type Err = UnknownReason;

    fn from_str(code: &str) -> Result<Self, UnknownReason> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code).ok_or(UnknownReason)
    }
}

crate::id::text_serde!(ReasonCode, "a reason code");
