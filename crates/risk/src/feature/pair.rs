//! What two parties' history together says about a payment.

use crate::event::Event;
use crate::number::{expf, ln_1p};
use crate::profile::{PairProfile, Profile};

super::facts! {
    /// A fact of two parties together.
    PairFact {
        First "first" Flag Novelty Free true "처음 만나는 상대인지" "whether this is their first payment";
        Payments30d "payments_30d" Count Novelty Free false "둘 사이 한 달 결제 수" "payments between them in a month";
        SecondsSinceLast "seconds_since_last" Seconds Novelty Free false "둘 사이 지난 결제 이후 시간" "time since their last payment";
        SecondsSinceFirst "seconds_since_first" Seconds Novelty Free false "둘 사이 첫 결제 이후 시간" "time since their first payment";
        ShareOfFirst "share" Share Novelty Free true "앞쪽 결제 가운데 비중" "share of the first one's payments that go to the second";
        AmountRatio "amount_ratio" Ratio Amount Free false "둘 사이 평소 금액과의 비" "the amount against what is usual between them";
        FraudRate "fraud_lift" Ratio FraudHistory Up true "둘 사이 알려진 사고 비율과 전체 비율의 비" "known fraud rate between them against everyone's";
    }
}

pub(super) fn value(fact: PairFact, event: &Event, pair: &PairProfile, first: &Profile, everyone: &Profile) -> f32 {
    let met = pair.payments > 0;
    let since = |at: i64| if met { crate::profile::millis_between(at, event.at_millis) } else { f32::NAN };
    match fact {
        PairFact::First => f32::from(u8::from(!met)),
        PairFact::Payments30d => pair.count,
        PairFact::SecondsSinceLast => since(pair.last_at),
        PairFact::SecondsSinceFirst => since(pair.first_at),
        PairFact::ShareOfFirst => {
            let [.., all] = first.counts.0;
            (pair.count + 0.1) / (all + 1.0)
        }
        PairFact::AmountRatio if met => expf((ln_1p(event.amount) - pair.log_mean).clamp(-7.0, 7.0)),
        PairFact::AmountRatio => f32::NAN,
        PairFact::FraudRate => {
            let base = super::payment::base_rate(everyone);
            super::party::ratio((pair.frauds + 5.0 * base) / (pair.known + 5.0), base)
        }
    }
}
