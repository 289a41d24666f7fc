//! [`Failure`]: the one place where a reason becomes an HTTP answer (RFC 9457).

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use credentials::{ApiKeyError, ProofError, SignatureError, body_reason};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use money::{Language, PaymentId, ReasonCode};
use payments::{Refusal, StepUp};
use protocol::Problem;
use store::StoreError;

use crate::limits;
use crate::live::NoStream;
use crate::rate::TooOften;
use crate::render;
use crate::replay::NotFirst;

/// What a caller is told when it is not told what it asked for. It becomes a [`Problem`] in the caller's language on
/// its way out.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    reason: ReasonCode,
    detail: Option<Box<str>>,
    payment: Option<PaymentId>,
    rules: Box<[protocol::RuleReasonView]>,
    retry: bool,
    wait_seconds: Option<u64>,
    allow: Option<HeaderValue>,
    step_up: Option<Box<StepUp>>,
}

/// The HTTP status of every reason.
#[expect(
    clippy::too_many_lines,
    reason = "one table, a row a reason; a split one would not be checked for being whole"
)]
pub(crate) const fn status(reason: ReasonCode) -> StatusCode {
    use ReasonCode as R;
    match reason {
        R::RequestMalformed | R::RequestNotCanonical | R::CursorInvalid | R::FilterInvalid => StatusCode::BAD_REQUEST,
        R::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        R::RateLimited | R::SignUpNetwork => StatusCode::TOO_MANY_REQUESTS,
        R::NotFound
        | R::IntentUnknown
        | R::KeyUnknown
        | R::PayeeUnknown
        | R::PaymentUnknown
        | R::PasskeyNone
        | R::ContactUnknown
        | R::FactUnknown
        | R::GuardianUnknown
        | R::PayoutUnknown
        | R::CodeUnknown
        | R::RuleUnknown
        | R::LimitUnknown => StatusCode::NOT_FOUND,
        R::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        R::RequestTimedOut | R::ServiceUnavailable | R::ServiceOverloaded => StatusCode::SERVICE_UNAVAILABLE,
        R::ServiceFault => StatusCode::INTERNAL_SERVER_ERROR,
        R::AuthRefused
        | R::TokenExpired
        | R::SessionEnded
        | R::RefreshReused
        | R::NonceNeeded
        | R::ProofWrongDevice
        | R::ProofWrongMethod
        | R::ProofWrongUrl
        | R::ProofWrongToken
        | R::ProofWrongBody
        | R::ProofStale
        | R::ProofReplayed
        | R::PayerUnknown
        | R::DeviceUnknown
        | R::DeviceNotThisPayer => StatusCode::UNAUTHORIZED,
        R::PermissionMissing
        | R::DeviceRevoked
        | R::DeviceCoolingOff
        | R::FrozenByOther
        | R::PayerFrozen
        | R::DeviceTierTooLow
        | R::PolicyPaymentLimit
        | R::PolicyOwnLimit
        | R::PolicyLimit
        | R::PolicyRefused
        | R::PolicyGuardian
        | R::GuardianConsent
        | R::PayeeUnverified
        | R::PolicyFactMissing
        | R::PolicyElsewhere
        | R::PolicyHeld
        | R::PolicyHeldRefused
        | R::PolicyHeldUnconfirmed
        | R::PolicyProofImpossible
        | R::PolicyProofNeeded
        | R::LimitRaise
        | R::SnoozeRefused
        | R::RiskRefused
        | R::RiskHeld
        | R::RiskListed
        | R::RiskKnownFraud
        | R::RiskMule
        | R::RiskNumberTesting
        | R::RiskTelco
        | R::RiskCode
        | R::RiskDevice
        | R::RiskPhonePressure
        | R::RiskCashLike
        | R::RiskBalance
        | R::RiskNewPayee
        | R::RiskAmount
        | R::RiskPace
        | R::RiskHour
        | R::RiskPlace
        | R::RiskRefusals
        | R::RiskLimit
        | R::RiskConsent
        | R::RiskUnlike
        | R::RiskDataMissing
        | R::StepUpNeeded
        | R::StepUpWaiting
        | R::StepUpNotSetUp
        | R::PinWaiting
        | R::PinLocked
        | R::PinOldNeeded
        | R::RecoveryRefused
        | R::RecoveryFactorMissing
        | R::RecoveryPapersNeeded
        | R::RecoveryContested
        | R::PasskeyWaiting
        | R::PasskeyCeremony
        | R::PasskeyRefused
        | R::PasskeyMalformed
        | R::PasskeyUnknown
        | R::PasskeyWrongOrigin
        | R::PasskeyCrossOrigin
        | R::PasskeyWrongChallenge
        | R::PasskeyWrongBody
        | R::PasskeyUserNotVerified
        | R::PasskeyBackupInvalid
        | R::PasskeyAlgorithm
        | R::PasskeyAttestation
        | R::PasskeySignature
        | R::PasskeyWeakCheck
        | R::PasskeyCloned
        | R::FactorChange
        | R::PinWrong
        | R::TestModeOff => StatusCode::FORBIDDEN,
        R::FundsInsufficient => StatusCode::PAYMENT_REQUIRED,
        R::IdempotencyKeyReused
        | R::PaymentIdReused
        | R::RefundIdReused
        | R::IntentIdReused
        | R::PayerExists
        | R::KeyExists
        | R::KeyLimitReached
        | R::PayeeExists
        | R::DeviceExists
        | R::PayeeClosed
        | R::CodeSerialTaken
        | R::DeviceLimitReached
        | R::DeviceLast
        | R::PinNotSet
        | R::ContactExists
        | R::FactDeclared
        | R::GuardianUnfit
        | R::SignUpLine
        | R::VerificationStep
        | R::PayoutIdReused
        | R::PayoutSettled
        | R::ContactLimitReached
        | R::PasskeyExists
        | R::PasskeyLimitReached
        | R::PasskeyUnavailable
        | R::PinUnchanged
        | R::IntentExpired
        | R::IntentTaken
        | R::IntentCancelled
        | R::QuoteChanged
        | R::LimitChanged
        | R::ErasureNotEmpty
        | R::LimitsFull
        | R::PayeeFundsInsufficient
        | R::PaymentNotCaptured
        | R::PaymentNotHeld
        | R::PaymentHeld
        | R::PaymentNotWaiting
        | R::PolicyHoldStands
        | R::PaymentCaptured
        | R::PaymentVoided
        | R::PaymentExpired
        | R::PaymentRefused
        | R::NotYetExpired => StatusCode::CONFLICT,
        R::CodeRevoked | R::CodeRevocationStale | R::CodeOtherKind => StatusCode::UNPROCESSABLE_ENTITY,
        R::PinTooSimple
        | R::FactImplausible
        | R::GuardianSpan
        | R::CodeMalformed
        | R::CodeUnsigned
        | R::CodeUnknownKey
        | R::CodeAltered
        | R::CodeExpired
        | R::LinkDangerous
        | R::LinkSuspicious
        | R::LinkUnreadable
        | R::LinkUnverified
        | R::CodeUnregistered
        | R::CodeSuspended
        | R::CodeAboveCap
        | R::CodeSwapSuspected
        | R::CodeOthersCounter
        | R::CodeFarFromPlace
        | R::CodeSeenApart
        | R::CodeOtherPayeeHere
        | R::CodeSurroundingsDiffer
        | R::CodeNewPayeeHere
        | R::CodeManyFirstPayers
        | R::CodeNeighbourSilent
        | R::CodeUnregisteredHere
        | R::CodeReported
        | R::CodeOtherIntent
        | R::FundingNotAccepted
        | R::AmountMalformed
        | R::AmountFractional
        | R::AmountOverflow
        | R::AmountNegative
        | R::AmountZero
        | R::AmountWrongCurrency
        | R::CaptureExceedsHold
        | R::VoidDifferentAmount
        | R::RefundExceedsRemaining => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Whether the same request, signed afresh where it is signed, may succeed later.
const fn is_transient(reason: ReasonCode) -> bool {
    use ReasonCode as R;
    matches!(
        reason,
        R::RequestTimedOut
            | R::RateLimited
            | R::ServiceUnavailable
            | R::ServiceOverloaded
            | R::TokenExpired
            | R::SessionEnded
            | R::NonceNeeded
            | R::ProofStale
    )
}

/// How to prove oneself, for a 401 (RFC 9449 §7.1, RFC 6750 §3).
const fn challenge(reason: ReasonCode) -> &'static str {
    match reason {
        ReasonCode::NonceNeeded => r#"DPoP error="use_dpop_nonce", algs="ES256""#,
        ReasonCode::TokenExpired | ReasonCode::SessionEnded => r#"DPoP error="invalid_token", algs="ES256""#,
        ReasonCode::AuthRefused => r#"DPoP algs="ES256", Bearer"#,
        _ => r#"DPoP error="invalid_dpop_proof", algs="ES256""#,
    }
}

impl Failure {
    /// With one sentence on what exactly; only for callers that have proven themselves, or for bad input of anyone.
    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into());
        self
    }

    /// With the methods that would be allowed.
    pub(crate) fn with_allow(mut self, allow: Option<HeaderValue>) -> Self {
        self.allow = allow;
        self
    }

    /// The reason as it is said: never one that would tip off an attacker.
    pub(crate) const fn reason(&self) -> ReasonCode {
        self.reason
    }

    /// A device proof that does not hold; `body` is what came with it.
    pub(crate) fn of_proof(error: &ProofError, body: &[u8]) -> Self {
        match error {
            ProofError::Body(body_error) => {
                Self::from(body_reason(body_error, body)).with_detail(body_error.to_string())
            }
            other => other.reason().into(),
        }
    }

    /// A merchant signature that does not hold; `body` is what came with it.
    pub(crate) fn of_signature(error: &SignatureError, body: &[u8]) -> Self {
        match error {
            SignatureError::Body(body_error) => {
                Self::from(body_reason(body_error, body)).with_detail(body_error.to_string())
            }
            other => other.reason().into(),
        }
    }

    /// The problem document.
    pub(crate) fn problem(&self, language: Language) -> Problem {
        Problem {
            code: self.reason,
            detail: self.detail.as_deref().map(str::to_owned),
            message: self.reason.text(language).to_owned(),
            payment: self.payment,
            rules: self.rules.to_vec(),
            retry: self.retry,
            status: status(self.reason).as_u16(),
            step_up: self.step_up.as_deref().map(render::step_up),
            title: self.reason.text(Language::En).to_owned(),
            kind: format!("/docs/reasons#{}", self.reason),
        }
    }

    /// The answer, in the caller's language.
    pub(crate) fn render(&self, language: Language) -> Response {
        let status = status(self.reason);
        let body = serde_json::to_vec(&self.problem(language)).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        set(headers, header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        set(headers, header::CONTENT_LANGUAGE, HeaderValue::from_static(tag(language)));
        if status == StatusCode::UNAUTHORIZED {
            set(headers, header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge(self.reason)));
        }
        if let Some(seconds) = self.wait_seconds {
            set(headers, header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = &self.allow {
            set(headers, header::ALLOW, allow.clone());
        }
        response
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    headers.insert(name, value);
}

/// The language's tag (RFC 5646).
pub(crate) const fn tag(language: Language) -> &'static str {
    match language {
        Language::Ko => "ko",
        Language::En => "en",
    }
}

/// The caller's language: the better liked of Korean and English (RFC 9110 §12.5.4), English when it likes neither.
pub(crate) fn language(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let quality = |language: &str| wanted.split(',').filter_map(|range| liking(range, language)).max().unwrap_or(0);
    if quality("ko") > quality("en") { Language::Ko } else { Language::En }
}

/// How much one range likes a language, in thousandths.
fn liking(range: &str, language: &str) -> Option<u32> {
    let (tag, weight) = range.split_once(';').unwrap_or((range, "q=1"));
    let primary = tag.trim().split('-').next().unwrap_or_default();
    primary.eq_ignore_ascii_case(language).then(|| thousandths(weight.trim()))
}

/// `q=0.8` in thousandths; 0 when it cannot be read.
fn thousandths(weight: &str) -> u32 {
    let text = weight.strip_prefix("q=").unwrap_or("0");
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{part:0<3}");
    let part = digits.get(..3).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
    whole.parse::<u32>().unwrap_or(0).saturating_mul(1000).saturating_add(part).min(1000)
}

impl IntoResponse for Failure {
    /// Leaves the words to the outermost layer, which knows the caller's language.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status(self.reason);
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ReasonCode> for Failure {
    fn from(reason: ReasonCode) -> Self {
        let reason = reason.disclosed();
        let waits = matches!(status(reason), StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
        Self {
            reason,
            detail: None,
            payment: None,
            rules: Box::default(),
            retry: is_transient(reason),
            wait_seconds: waits.then_some(limits::RETRY_AFTER_SECONDS),
            allow: None,
            step_up: None,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let retry = refusal.is_transient();
        let failure = Self::from(refusal.first());
        let rules = render::rules(&refusal.rules).into();
        let payment = refusal.payment.map(|payment| payment.id);
        Self { payment, rules, retry: retry || failure.retry, step_up: refusal.step_up, ..failure }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let reason = match &error {
            StoreError::Busy => ReasonCode::ServiceOverloaded,
            StoreError::Closed => ReasonCode::ServiceUnavailable,
            // Whether it was written is not known; the same request is safe to send again.
            StoreError::Unknown => ReasonCode::RequestTimedOut,
            StoreError::Quarantined(_) => ReasonCode::ServiceFault,
            StoreError::Failed { .. } | StoreError::Unusable(_) => ReasonCode::ServiceUnavailable,
        };
        if !matches!(error, StoreError::Busy | StoreError::Closed) {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(error = %error, source, "the store failed");
        }
        reason.into()
    }
}

impl From<ApiKeyError> for Failure {
    fn from(error: ApiKeyError) -> Self {
        error.reason().into()
    }
}

impl From<TooOften> for Failure {
    fn from(error: TooOften) -> Self {
        Self { wait_seconds: Some(error.wait_seconds), ..Self::from(ReasonCode::RateLimited) }
    }
}

impl From<NotFirst> for Failure {
    fn from(error: NotFirst) -> Self {
        match error {
            NotFirst::Replayed => ReasonCode::ProofReplayed.into(),
            NotFirst::Full => ReasonCode::ServiceOverloaded.into(),
        }
    }
}

impl From<NoStream> for Failure {
    fn from(error: NoStream) -> Self {
        match error {
            NoStream::TooMany => ReasonCode::RateLimited.into(),
            NoStream::Full => ReasonCode::ServiceOverloaded.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: Language) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accept).unwrap());
        assert_eq!(language(&headers), expected, "{accept}");
    }

    #[test]
    fn the_better_liked_language_is_spoken() {
        check("ko", Language::Ko);
        check("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ko);
        check("en-GB,ko;q=0.9", Language::En);
        check("de, ko;q=0.1", Language::Ko);
        check("de", Language::En);
        check("", Language::En);
        check("ko;q=0", Language::En);
        check("en;q=0.5,ko;q=0.55", Language::Ko);
    }

    #[test]
    fn every_hidden_reason_has_the_status_of_what_is_said_instead() {
        for reason in ReasonCode::ALL {
            assert_eq!(status(*reason), status(reason.disclosed()), "{reason}");
            assert!(status(*reason).is_client_error() || status(*reason).is_server_error());
        }
    }
}
