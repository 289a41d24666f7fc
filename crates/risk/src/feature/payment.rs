//! What the payment itself says, and what all payments together say about it.

use crate::event::Event;
use crate::feature::Reading;
use crate::feature::party::ratio;
use crate::profile::{Profile, millis_between};

super::facts! {
    /// A fact of the payment.
    PaymentFact {
        Amount "amount" Money Payment Free true "금액" "the amount";
        AmountZ "amount_z" Deviations Amount Free true "전체 결제의 평균에서 벗어난 정도" "standard deviations above all payments' mean, logarithmic";
        TrailingZeros "trailing_zeros" Count Payment Free false "금액 끝의 0의 수" "zeros at the end of the amount";
        LocalHour "local_hour" Hours Payment Free false "결제 시각" "hour of the day on the payer's clock";
        Weekday "weekday" Count Payment Free false "요일" "days since Monday";
        Refused "refused" Flag Payment Free true "이미 거절된 결제인지" "whether it was refused before";
        Balance "balance" Money Payment Free true "결제 전 잔액" "the balance before";
        AmountOfBalance "amount_of_balance" Ratio Payment Free true "잔액 대비 금액" "the amount against the balance before";
        BalanceLeft "balance_left" Money Payment Free false "결제 후 잔액" "the balance after";
        DistanceHome "distance_home" Kilometres Place Free true "집까지의 거리" "distance from home";
        DistanceLast "distance_last" Kilometres Place Free true "지난 결제 장소와의 거리" "distance from the payer's last payment";
        Speed "speed" Kilometres Place Free true "지난 결제 이후 이동 속도" "kilometres an hour since the payer's last payment";
        FraudRateEveryone "fraud_rate_everyone" Share FraudHistory Up true "전체 알려진 사고 비율" "known fraud rate of all payments in a week";
        IncomeAge "income_age" Seconds Balance Free false "마지막으로 받은 뒤의 시간" "time since the payer last received money";
        IncomeRatio "income_ratio" Ratio Balance Free false "하루 동안 받은 금액과의 비" "the amount against what the payer received in a day";
        IncomePartners "income_partners" Count Balance Free false "하루 동안 보내 준 상대 수" "distinct parties that paid this payer in a day";
        IncomeFraudRate "income_fraud_lift" Ratio FraudHistory Free false "받은 결제의 알려진 사고 비율과 전체 비율의 비" "known fraud rate of what the payer received against everyone's";
        PayeeSpendingAge "payee_spending_age" Seconds Balance Free false "받는 쪽이 마지막으로 쓴 뒤의 시간" "time since the payee last paid somebody";
        PayeeSpendingFraudRate "payee_spending_fraud_lift" Ratio FraudHistory Free false "받는 쪽이 한 결제의 사고 비율과 전체 비율의 비" "known fraud rate of what the payee paid against everyone's";
        Anomaly "anomaly" Nats Anomaly Free true "평소와 다른 정도" "how unlike its payer and their peers this payment is";
    }
}

impl PaymentFact {
    /// Whether the payment alone says it, without any history.
    #[must_use]
    pub const fn is_raw(self) -> bool {
        matches!(
            self,
            Self::Amount
                | Self::TrailingZeros
                | Self::LocalHour
                | Self::Weekday
                | Self::Refused
                | Self::Balance
                | Self::AmountOfBalance
                | Self::BalanceLeft
                | Self::DistanceHome
        )
    }
}

/// The known fraud rate of all payments, drawn to one in a thousand while nothing is known.
pub(super) fn base_rate(everyone: &Profile) -> f32 {
    everyone.fraud.slow_rate(0.001, 100.0)
}

pub(super) fn value(fact: PaymentFact, event: &Event, reading: &Reading<'_>) -> f32 {
    use PaymentFact as F;
    let everyone = reading.everyone;
    match fact {
        F::Amount => event.amount,
        F::AmountZ => everyone.spread.log_z(event.amount).unwrap_or(f32::NAN),
        F::TrailingZeros => trailing_zeros(event.amount),
        F::LocalHour => event.local_hour(),
        F::Weekday => event.local_weekday() as f32,
        F::Refused => f32::from(u8::from(event.refused)),
        F::Balance => event.balance.unwrap_or(f32::NAN),
        F::AmountOfBalance => event.balance.map_or(f32::NAN, |before| ratio(event.amount, before)),
        F::BalanceLeft => event.balance.map_or(f32::NAN, |before| before - event.amount),
        F::DistanceHome | F::DistanceLast | F::Speed => place(fact, event, reading),
        F::FraudRateEveryone => {
            let [known, ..] = everyone.fraud.known.0;
            let [frauds, ..] = everyone.fraud.frauds.0;
            (frauds + 100.0 * base_rate(everyone)) / (known + 100.0)
        }
        F::IncomeAge | F::IncomeRatio | F::IncomePartners | F::IncomeFraudRate => income(fact, event, reading),
        F::PayeeSpendingAge => reading.payee_spending.map_or(f32::NAN, |p| since_last(p, event)),
        F::PayeeSpendingFraudRate => reading.payee_spending.map_or(f32::NAN, |p| lift(p, everyone)),
        // Set last, from all the others.
        F::Anomaly => f32::NAN,
    }
}

/// A month's known fraud rate against everyone's: 1 where nothing is known.
fn lift(profile: &Profile, everyone: &Profile) -> f32 {
    let base = base_rate(everyone);
    ratio(profile.fraud.rate(base, 5.0), base)
}

fn since_last(profile: &Profile, event: &Event) -> f32 {
    profile.seconds_since_last(event.at_millis).unwrap_or(f32::NAN)
}

fn income(fact: PaymentFact, event: &Event, reading: &Reading<'_>) -> f32 {
    let Some(profile) = reading.payer_income else { return f32::NAN };
    match fact {
        PaymentFact::IncomeAge => since_last(profile, event),
        PaymentFact::IncomeRatio => {
            let [_, day, ..] = profile.sums.0;
            ratio(event.amount, day)
        }
        PaymentFact::IncomePartners => profile.partners.0[0],
        _ => lift(profile, reading.everyone),
    }
}

fn place(fact: PaymentFact, event: &Event, reading: &Reading<'_>) -> f32 {
    let Some(spot) = event.spot else { return f32::NAN };
    let payer = reading.parties[0];
    match fact {
        PaymentFact::DistanceHome => event.home.map_or(f32::NAN, |home| home.kilometres_to(spot)),
        _ => {
            let Some((payer, last)) = payer.and_then(|payer| Some((payer, payer.last_spot?))) else { return f32::NAN };
            let distance = last.kilometres_to(spot);
            if fact == PaymentFact::DistanceLast {
                return distance;
            }
            let hours = millis_between(payer.last_at, event.at_millis) / 3600.0;
            (distance / hours.max(1.0 / 60.0)).min(50_000.0)
        }
    }
}

/// Zeros at the end of the amount in hundredths: 0 for 12.34, 2 for 12, 4 for 1200.
fn trailing_zeros(amount: f32) -> f32 {
    let mut hundredths = (f64::from(amount) * 100.0 + 0.5).clamp(0.0, 1e15) as u64;
    let mut zeros = 0.0;
    while hundredths > 0 && hundredths.is_multiple_of(10) && zeros < 9.0 {
        hundredths /= 10;
        zeros += 1.0;
    }
    zeros
}
