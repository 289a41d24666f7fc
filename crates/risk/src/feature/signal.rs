//! What device, carrier, code and limits say about a payment: taken as they come, never derived from a profile.
//!
//! A signal nobody reported is not known, which is no good news: a rule over it is not hit and says so.

use crate::event::Event;

super::facts! {
    /// A fact that somebody else established: the phone, the carrier, the inspection of the code, the policy.
    SignalFact {
        DeviceTier "device_tier" Count Device Free false "기기 보안 수준" "the security tier of the device";
        DeviceAge "device_age" Seconds Device Free false "기기 등록 후 시간" "time since the device was bound";
        RemoteControl "remote_control" Flag Device Up false "원격 제어 중인지" "whether somebody controls the phone from afar";
        OnCall "on_call" Flag Device Up false "통화 중인지" "whether a call is going on";
        Overlay "overlay" Flag Device Up false "다른 앱이 화면을 덮고 있는지" "whether another app draws over the screen";
        SimAge "sim_age" Seconds Telco Free false "유심 변경 후 시간" "time since the SIM was changed";
        PortedAge "ported_age" Seconds Telco Free false "번호 이동 후 시간" "time since the number was ported";
        CallForwarding "call_forwarding" Flag Telco Up false "착신 전환 중인지" "whether calls are forwarded";
        CredentialAge "credential_age" Seconds Device Free false "비밀번호 재설정 후 시간" "time since PIN or passkey was reset";
        PinFailures1d "pin_failures_1d" Count Device Up false "하루 동안 틀린 비밀번호 수" "wrong PINs within a day";
        LimitRaisedAge "limit_raised_age" Seconds Policy Free false "한도 상향 후 시간" "time since a limit was raised";
        LimitShare "limit_share" Share Policy Free false "1회 한도 가운데 쓰는 비율" "share of the limit for one payment that this takes";
        ConsentShare "consent_share" Share Policy Free false "상시 동의 한도 가운데 쓰는 비율" "share of a standing consent that is used with this";
        Scanned "scanned" Flag Code Free false "코드를 스캔했는지" "whether a code was scanned";
        CodeStatic "code_static" Flag Code Free false "고정 코드인지" "whether the code is a sticker";
        CodeDoubt "code_doubt" Share Code Up false "코드가 의심스러운 정도" "how doubtful the inspection found the code";
        StickerReplacedAge "sticker_replaced_age" Seconds Code Free false "스티커가 바뀐 뒤의 시간" "time since the sticker at this place was replaced";
        PayeeAge "payee_age" Seconds Novelty Free false "가맹점 등록 후 시간" "time since the payee was registered";
        CashLike "cash_like" Flag Payment Free false "상품권처럼 현금이 되는 것인지" "whether what is bought is as good as cash, like gift certificates";
    }
}

/// Merchant categories (ISO 18245) whose goods are as good as cash: money orders, quasi cash, gift cards, games, stored
/// value, digital goods sold on.
const CASH_LIKE: [&str; 7] = ["4829", "5816", "5818", "5947", "6050", "6051", "6540"];

/// Whether what a category sells is as good as cash.
#[must_use]
pub fn is_cash_like(category: &str) -> bool {
    CASH_LIKE.contains(&category)
}

/// How many signals there are.
pub const SIGNALS: usize = SignalFact::ALL.len();

/// The signals of one payment; NaN where nobody reported any.
#[derive(Clone, Copy, Debug)]
pub struct Signals([f32; SIGNALS]);

impl Default for Signals {
    fn default() -> Self {
        Self([f32::NAN; SIGNALS])
    }
}

/// Two are alike when their bits are: what is not known equals itself.
impl PartialEq for Signals {
    fn eq(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a.to_bits() == b.to_bits())
    }
}

impl SignalFact {
    /// The signal of that name, without `signal.`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fact| fact.entry().name == name)
    }
}

impl Signals {
    /// With this signal. What is no finite number is not known.
    #[must_use]
    pub fn with(mut self, fact: SignalFact, value: f32) -> Self {
        if let Some(slot) = self.0.get_mut(fact as usize) {
            *slot = if value.is_finite() { value } else { f32::NAN };
        }
        self
    }

    /// With this signal, where there is one.
    #[must_use]
    pub fn with_known(self, fact: SignalFact, value: Option<f32>) -> Self {
        match value {
            Some(value) => self.with(fact, value),
            None => self,
        }
    }

    pub(super) fn value(&self, fact: SignalFact) -> f32 {
        self.0.get(fact as usize).copied().unwrap_or(f32::NAN)
    }
}

pub(super) fn value(fact: SignalFact, event: &Event) -> f32 {
    event.signals.value(fact)
}
