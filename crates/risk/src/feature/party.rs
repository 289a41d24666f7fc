//! What the profile of one party says about a payment.

use crate::event::Event;
use crate::profile::{DAY, HOUR, MONTH, Profile, WEEK, millis_between};
use crate::profile::{Recent, Spread};

super::facts! {
    /// A fact of one party.
    PartyFact {
        Payments10m "payments_10m" Count Velocity Free false "최근 10분 결제 수" "payments in the last ten minutes";
        Payments1h "payments_1h" Count Velocity Free true "최근 1시간 결제 수" "payments in the last hour";
        Payments1d "payments_1d" Count Velocity Free true "최근 하루 결제 수" "payments in the last day";
        Payments7d "payments_7d" Count Velocity Free false "최근 일주일 결제 수" "payments in the last week";
        Payments30d "payments_30d" Count Velocity Free false "최근 한 달 결제 수" "payments in the last month";
        BurstHour "burst_hour" Ratio Velocity Free true "최근 1시간 결제 속도와 평소의 비" "pace of the last hour against the month";
        BurstDay "burst_day" Ratio Velocity Free true "최근 하루 결제 속도와 평소의 비" "pace of the last day against the month";
        BurstWeek "burst_week" Ratio Velocity Free false "최근 일주일 결제 속도와 평소의 비" "pace of the last week against the month";
        SpentRatio1d "spent_ratio_1d" Ratio Velocity Free true "최근 하루 금액과 평소 하루의 비" "money of the last day against a usual day";
        SpentRatio7d "spent_ratio_7d" Ratio Velocity Free false "최근 일주일 금액과 평소의 비" "money of the last week against a usual week";
        MeanRatio1d "mean_ratio_1d" Ratio Amount Free false "최근 하루 평균 금액과 평소의 비" "mean amount of the last day against the usual mean";
        Partners1d "partners_1d" Count Novelty Free false "최근 하루 상대 수" "distinct other parties in the last day";
        Partners7d "partners_7d" Count Novelty Free false "최근 일주일 상대 수" "distinct other parties in the last week";
        Partners30d "partners_30d" Count Novelty Free false "최근 한 달 상대 수" "distinct other parties in the last month";
        PartnerShare "partner_share" Share Novelty Free true "결제당 서로 다른 상대의 비율" "distinct other parties for each payment of the month";
        SecondsSinceLast "seconds_since_last" Seconds Velocity Free true "지난 결제 이후 시간" "time since the last payment";
        SecondsSinceFirst "seconds_since_first" Seconds Novelty Free true "첫 결제 이후 시간" "time since the first payment";
        GapRatio "gap_ratio" Ratio Velocity Free false "결제 간격과 평소 간격의 비" "this pause against the usual pause";
        MeanAmount "mean_amount" Money Amount Free false "평균 금액" "mean amount";
        SpreadRatio "spread_ratio" Ratio Amount Free false "금액의 흩어짐" "spread of the amounts against their mean";
        AmountRatio "amount_ratio" Ratio Amount Free true "금액과 평균 금액의 비" "the amount against the mean";
        AmountZ "amount_z" Deviations Amount Free true "평균에서 벗어난 정도" "standard deviations above the mean";
        AmountLogZ "amount_log_z" Deviations Amount Free false "평균에서 벗어난 정도(로그)" "standard deviations above the mean, logarithmic";
        AmountRobustZ "amount_robust_z" Deviations Amount Free true "중앙값에서 벗어난 정도" "distance above the median in usual distances";
        AmountOverLargest "amount_over_largest" Ratio Amount Free true "최근 최대 금액과의 비" "the amount against the largest of the latest";
        AmountRank "amount_rank" Share Amount Free false "최근 금액 가운데 순위" "share of the latest amounts that are not larger";
        AmountOverLatest "amount_over_latest" Ratio Amount Free false "직전 금액과의 비" "the amount against the latest one";
        AmountOverSmallest "amount_over_smallest_today" Ratio Amount Free false "하루 안 최소 금액과의 비" "the amount against the smallest within a day";
        SameAmount "same_amount" Count Velocity Free true "같은 금액의 최근 결제 수" "latest payments of exactly this amount";
        HourSurprise "hour_surprise" Nats Hours Free true "평소와 다른 시간대인 정도" "how unusual this hour of the day is";
        Refusals1d "refusals_1d" Count Refusals Free true "최근 하루 거절 수" "refusals in the last day";
        RefusalShare "refusal_share" Share Refusals Free true "한 달 거절 비율" "refusals for each payment of the month";
        FraudRate "fraud_lift" Ratio FraudHistory Up true "알려진 사고 비율(한 달)과 전체 비율의 비" "known fraud rate over a month against everyone's";
        FraudRateSlow "fraud_lift_slow" Ratio FraudHistory Up true "알려진 사고 비율(반년)과 전체 비율의 비" "known fraud rate over half a year against everyone's";
        Frauds7d "frauds_7d" Count FraudHistory Free false "최근 알려진 사고 수" "frauds that became known in the last week";
        UnexplainedFrauds "unexplained_frauds" Count FraudHistory Up true "금액으로 설명되지 않는 사고 수" "known frauds that their amount does not explain";
        Known30d "known_30d" Count FraudHistory Free false "결과가 알려진 결제 수" "payments whose outcome became known in a month";
        FraudRun "fraud_run" Count FraudHistory Up true "연속된 알려진 사고 수" "run of known frauds at the end of what is known";
        FraudRunAge "fraud_run_age" Seconds FraudHistory Free false "연속 사고가 시작된 뒤의 시간" "time since that run began";
        SecondsSinceFraud "seconds_since_fraud" Seconds FraudHistory Free true "마지막 알려진 사고 이후 시간" "time since the latest known fraud";
        SecondsSinceUnexplained "seconds_since_unexplained" Seconds FraudHistory Free true "금액으로 설명되지 않는 사고 이후 시간" "time since the latest fraud that its amount does not explain";
        SecondsSinceGenuine "seconds_since_genuine" Seconds FraudHistory Free false "마지막 정상 결제 확인 이후 시간" "time since the latest payment known to be genuine";
        CompanyFraudRate "company_fraud_rate" Share FraudHistory Free true "거래 상대의 사고 비율" "fraud rate of the company it keeps";
        CompanyAge "company_age" Ratio Novelty Free false "거래 상대가 알려진 기간" "how long its company has been known";
        Popularity "popularity" Share Novelty Free true "전체 결제 중 비중" "share of all payments of the month";
    }
}

/// How many known outcomes the base rate counts as.
const BASE_WEIGHT: f32 = 5.0;

/// One party's profile against one payment.
pub(super) struct Facts<'a> {
    event: &'a Event,
    profile: &'a Profile,
    everyone: &'a Profile,
    against: Option<crate::profile::Against>,
    base: f32,
}

impl<'a> Facts<'a> {
    pub(super) fn of(event: &'a Event, profile: &'a Profile, everyone: &'a Profile) -> Self {
        let against = Recent::against(&profile.recent, event.at_millis, event.amount);
        Self { event, profile, everyone, against, base: super::payment::base_rate(everyone) }
    }

    pub(super) fn value(&self, fact: PartyFact) -> f32 {
        use PartyFact as F;
        match fact {
            F::Payments10m | F::Payments1h | F::Payments1d | F::Payments7d | F::Payments30d => self.count(fact),
            F::BurstHour | F::BurstDay | F::BurstWeek | F::SpentRatio1d | F::SpentRatio7d | F::MeanRatio1d => {
                self.pace(fact)
            }
            F::Partners1d | F::Partners7d | F::Partners30d | F::PartnerShare => self.company(fact),
            F::SecondsSinceLast => known(self.profile.seconds_since_last(self.event.at_millis)),
            F::SecondsSinceFirst => known(self.profile.seconds_since_first(self.event.at_millis)).min(2.0 * MONTH),
            F::GapRatio => match (self.profile.seconds_since_last(self.event.at_millis), self.against) {
                (Some(pause), Some(against)) => (pause / against.gap_seconds.max(1.0)).min(1000.0),
                _ => f32::NAN,
            },
            F::CompanyFraudRate => self.if_any(self.profile.company_fraud_lift),
            F::CompanyAge => self.if_any(self.profile.company_age),
            F::Popularity => {
                let [.., everyone] = self.everyone.counts.0;
                let [.., own] = self.profile.counts.0;
                own / everyone.max(1.0)
            }
            F::HourSurprise => self.if_any(self.profile.hours.surprise(self.event.local_hour())),
            F::Refusals1d => self.profile.refusals.0[0],
            F::RefusalShare => self.profile.refusals.0[1] / self.profile.counts.0[3].max(1.0),
            F::FraudRate
            | F::FraudRateSlow
            | F::Frauds7d
            | F::UnexplainedFrauds
            | F::Known30d
            | F::FraudRun
            | F::FraudRunAge
            | F::SecondsSinceFraud
            | F::SecondsSinceUnexplained
            | F::SecondsSinceGenuine => self.fraud(fact),
            _ => self.amount(fact),
        }
    }

    /// NaN while the party has never paid.
    fn if_any(&self, value: f32) -> f32 {
        if self.profile.payments > 0 { value } else { f32::NAN }
    }

    fn count(&self, fact: PartyFact) -> f32 {
        let [hour, day, week, month] = self.profile.counts.0;
        match fact {
            PartyFact::Payments10m => self.against.map_or(0.0, |against| f32::from(against.within_ten_minutes)),
            PartyFact::Payments1h => hour,
            PartyFact::Payments1d => day,
            PartyFact::Payments7d => week,
            _ => month,
        }
    }

    /// Short windows against what the party's own month (or its life, while younger) leads one to expect.
    fn pace(&self, fact: PartyFact) -> f32 {
        let [hour, day, week, month] = self.profile.counts.0;
        let [_, spent_day, spent_week, spent_month] = self.profile.sums.0;
        let life = self.profile.seconds_since_first(self.event.at_millis).unwrap_or(0.0);
        // The weight a month's counter can have reached in this life.
        let seen = MONTH * (1.0 - crate::number::expf(-(life / MONTH).min(60.0)));
        let share = |span: f32| span / seen.max(span);
        let amount = self.event.amount;
        match fact {
            PartyFact::BurstHour => (hour + 1.0) / (month * share(HOUR) + 1.0),
            PartyFact::BurstDay => (day + 1.0) / (month * share(DAY) + 1.0),
            PartyFact::BurstWeek => (week + 1.0) / (month * share(WEEK) + 1.0),
            PartyFact::SpentRatio1d => self.if_any(ratio(spent_day + amount, spent_month * share(DAY) + 1.0)),
            PartyFact::SpentRatio7d => self.if_any(ratio(spent_week + amount, spent_month * share(WEEK) + 1.0)),
            _ => self.if_any(ratio(spent_day / day.max(1e-3), self.profile.spread.mean)),
        }
    }

    fn company(&self, fact: PartyFact) -> f32 {
        let [day, week, month] = self.profile.partners.0;
        match fact {
            PartyFact::Partners1d => day,
            PartyFact::Partners7d => week,
            PartyFact::Partners30d => month,
            _ => self.if_any(ratio(month, self.profile.counts.0[3].max(1e-3))),
        }
    }

    fn amount(&self, fact: PartyFact) -> f32 {
        let spread: &Spread = &self.profile.spread;
        let amount = self.event.amount;
        let against = |read: fn(&crate::profile::Against, f32) -> f32| {
            self.against.as_ref().map_or(f32::NAN, |against| read(against, amount))
        };
        match fact {
            PartyFact::MeanAmount => self.if_any(spread.mean),
            PartyFact::SpreadRatio => self.if_any(ratio(crate::number::sqrtf(spread.variance.max(0.0)), spread.mean)),
            PartyFact::AmountRatio => known(spread.ratio(amount)),
            PartyFact::AmountZ => known(spread.z(amount)),
            PartyFact::AmountLogZ => known(spread.log_z(amount)),
            PartyFact::AmountRobustZ => against(|a, amount| {
                let unit = (1.4826 * a.deviation).max(0.05 * a.median.abs()).max(1e-6);
                ((amount - a.median) / unit).clamp(-50.0, 50.0)
            }),
            PartyFact::AmountOverLargest => against(|a, amount| ratio(amount, a.largest)),
            PartyFact::AmountRank => against(|a, _| a.rank),
            PartyFact::AmountOverLatest => against(|a, amount| ratio(amount, a.latest)),
            PartyFact::AmountOverSmallest => {
                against(
                    |a, amount| {
                        if a.smallest_today.is_finite() { ratio(amount, a.smallest_today) } else { f32::NAN }
                    },
                )
            }
            _ => self.against.map_or(0.0, |against| f32::from(against.same)),
        }
    }

    fn fraud(&self, fact: PartyFact) -> f32 {
        let history = &self.profile.fraud;
        let now = self.event.at_millis;
        let since = |at: Option<i64>| at.map_or(f32::NAN, |at| millis_between(at, now));
        match fact {
            PartyFact::FraudRate => ratio(history.rate(self.base, BASE_WEIGHT), self.base),
            PartyFact::FraudRateSlow => ratio(history.slow_rate(self.base, BASE_WEIGHT), self.base),
            PartyFact::Frauds7d => history.frauds.0[0],
            PartyFact::UnexplainedFrauds => history.unexplained.0[0],
            PartyFact::Known30d => history.known.0[1],
            PartyFact::FraudRun => f32::from(history.run),
            PartyFact::FraudRunAge => since((history.run > 0).then_some(history.run_from)),
            PartyFact::SecondsSinceFraud => since(history.last_fraud_at),
            PartyFact::SecondsSinceUnexplained => since(history.last_unexplained_at),
            _ => since(history.last_genuine_at),
        }
    }
}

fn known(value: Option<f32>) -> f32 {
    value.unwrap_or(f32::NAN)
}

/// One number against another that is not below zero, kept within a thousand.
pub(super) fn ratio(part: f32, whole: f32) -> f32 {
    (part / whole.max(1e-6)).clamp(-1000.0, 1000.0)
}
