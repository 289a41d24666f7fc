//! Sentences with the payer's own numbers, one a family, at most three, in Korean and English.
//!
//! What would tip off an attacker (known frauds, the line) is said to an analyst only; to the payer its family says
//! nothing here, and the parent of its reason code speaks.

use money::Currency;

use crate::event::{Pair, Party};
use crate::feature::{Family, Feature, Features, PairFact, PartyFact, PaymentFact, SignalFact};
use crate::limits::SENTENCES_MAX;
use crate::model::Model;
use crate::profile::MONTH;

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The payer, whose phone may be in other hands.
    Payer,
    /// An analyst or a regulator.
    Analyst,
}

/// One sentence.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Sentence {
    /// What it speaks of.
    pub family: Family,
    /// In Korean.
    pub ko: String,
    /// In English.
    pub en: String,
}

/// What each family adds to a model's log odds: the exact contributions along every tree's path, added up.
#[must_use]
pub fn parts_by_family(model: &Model, features: &Features) -> Vec<(Family, f64)> {
    let (_, parts) = model.explain(features.values());
    let mut found: Vec<(Family, f64)> = Vec::new();
    for (feature, part) in Feature::all().zip(parts) {
        if part == 0.0 {
            continue;
        }
        let family = feature.entry().family;
        match found.iter_mut().find(|(known, _)| *known == family) {
            Some((_, sum)) => *sum += part,
            None => found.push((family, part)),
        }
    }
    found
}

/// At most three sentences for the families given, the first first.
#[must_use]
pub fn sentences(
    families: &[Family],
    features: &Features,
    currency: Option<Currency>,
    reader: Reader,
) -> Vec<Sentence> {
    let tell = |family: &Family| {
        let (ko, en) = sentence(*family, features, currency, reader)?;
        Some(Sentence { family: *family, ko, en })
    };
    families.iter().filter_map(tell).take(SENTENCES_MAX).collect()
}

/// A payment's features, to be spoken of.
struct Seen<'a> {
    features: &'a Features,
    currency: Option<Currency>,
}

/// The sentence of one family, where its numbers are known and the reader may read it.
#[must_use]
pub fn sentence(
    family: Family,
    features: &Features,
    currency: Option<Currency>,
    reader: Reader,
) -> Option<(String, String)> {
    let seen = Seen { features, currency };
    match family {
        Family::Amount => seen.amount(),
        Family::Velocity => seen.pace(),
        Family::Novelty => seen.novelty(),
        Family::Hours => seen.hour(),
        Family::Refusals => seen.refusals(),
        Family::Place => seen.place(),
        Family::Balance => seen.balance(),
        Family::Device => seen.device(),
        Family::Policy => seen.limit(),
        Family::FraudHistory if reader == Reader::Analyst => seen.frauds(),
        Family::Telco if reader == Reader::Analyst => seen.line(),
        Family::Code => seen.code(),
        Family::Anomaly | Family::Payment => seen.unlike(),
        Family::FraudHistory | Family::Telco => None,
    }
}

impl Seen<'_> {
    fn payer(&self, fact: PartyFact) -> Option<f32> {
        self.features.known(Feature::Party(Party::Payer, fact))
    }

    fn payee(&self, fact: PartyFact) -> Option<f32> {
        self.features.known(Feature::Party(Party::Payee, fact))
    }

    fn payment(&self, fact: PaymentFact) -> Option<f32> {
        self.features.known(Feature::Payment(fact))
    }

    fn signal(&self, fact: SignalFact) -> Option<f32> {
        self.features.known(Feature::Signal(fact))
    }

    fn money(&self, amount: f32) -> (String, String) {
        let number = grouped(amount);
        match self.currency {
            Some(currency) if currency == Currency::KRW => (format!("{number}원"), format!("₩{number}")),
            Some(currency) => (format!("{number} {}", currency.code()), format!("{number} {}", currency.code())),
            None => (number.clone(), number),
        }
    }

    fn amount(&self) -> Option<(String, String)> {
        let (ko, en) = self.money(self.payment(PaymentFact::Amount)?);
        let Some(mean) = self.payer(PartyFact::MeanAmount) else {
            return Some((
                format!("이번 금액은 {ko}이고, 비교할 지난 결제가 없습니다."),
                format!("This is {en}, and there are no earlier payments to compare it with."),
            ));
        };
        let (usual_ko, usual_en) = self.money(mean);
        Some((
            format!("이번 금액은 {ko}이고, 평소에는 평균 {usual_ko}입니다."),
            format!("This is {en}; your average is {usual_en}."),
        ))
    }

    /// The shortest window in which more happened than usual; this payment counts.
    fn pace(&self) -> Option<(String, String)> {
        let month = self.payer(PartyFact::Payments30d)?;
        let life = self.payer(PartyFact::SecondsSinceFirst).unwrap_or(0.0);
        // What a fading month can have counted in this life, in days; the latest day is not part of what is usual.
        let days = 30.0 * (1.0 - crate::number::expf(-(life / MONTH).min(60.0))) - 1.0;
        let today = self.payer(PartyFact::Payments1d).unwrap_or(0.0);
        let usual = (month - today).max(0.0) / days.max(1.0);
        let count = |fact| self.payer(fact).unwrap_or(0.0).max(0.0) + 1.0;
        let windows = [
            (count(PartyFact::Payments10m), usual / 144.0, "10분", "10 minutes"),
            (count(PartyFact::Payments1h), usual / 24.0, "1시간", "an hour"),
            (count(PartyFact::Payments1d), usual, "하루", "a day"),
        ];
        // What counts is by how many more than expected, in the deviations of a Poisson count.
        let excess = |window: &(f32, f32, &str, &str)| (window.0 - window.1) / crate::number::sqrtf(window.1 + 1.0);
        let (now, _, ko, en) = windows.into_iter().max_by(|a, b| excess(a).total_cmp(&excess(b)))?;
        let (now, usual) = (rounded(now), decimal(usual));
        Some((
            format!("{ko} 동안 {now}번째 결제입니다. 평소에는 하루 {usual}번입니다."),
            format!("Payment number {now} in {en}; your usual is {usual} a day."),
        ))
    }

    fn novelty(&self) -> Option<(String, String)> {
        let first = |pair| self.features.known(Feature::Pair(pair, PairFact::First)).is_some_and(|first| first > 0.5);
        let partners = rounded(self.payer(PartyFact::Partners30d).unwrap_or(0.0));
        if first(Pair::PayerPayee) {
            return Some((
                format!("처음 결제하는 곳입니다. 최근 한 달 동안 결제한 곳은 {partners}곳입니다."),
                format!("You have never paid here; in the last month you paid {partners} payees."),
            ));
        }
        if first(Pair::PayerDevice) {
            return Some(("처음 쓰는 기기입니다.".to_owned(), "This device has not paid before.".to_owned()));
        }
        let seconds = self.signal(SignalFact::PayeeAge)?;
        let (ko, en) = span(seconds);
        Some((format!("받는 곳이 등록된 지 {ko} 되었습니다."), format!("The payee was registered {en} ago.")))
    }

    fn hour(&self) -> Option<(String, String)> {
        let hour = rounded(libm::floorf(self.payment(PaymentFact::LocalHour)?));
        let surprise = self.payer(PartyFact::HourSurprise)?;
        if surprise <= 0.0 {
            return None;
        }
        let less = decimal(crate::number::expf(surprise.min(10.0)));
        Some((
            format!("{hour}시대 결제입니다. 이 시간에는 다른 시간보다 {less}배 드물게 결제합니다."),
            format!("It is past {hour}:00, an hour at which you pay {less} times less often than at others."),
        ))
    }

    fn refusals(&self) -> Option<(String, String)> {
        let refused = self.payer(PartyFact::Refusals1d)?;
        let wrong = self.signal(SignalFact::PinFailures1d).unwrap_or(0.0);
        let both = rounded(refused + wrong);
        Some((
            format!("최근 하루 동안 거절되거나 실패한 시도가 {both}번 있었습니다."),
            format!("There were {both} refused or failed attempts within a day."),
        ))
    }

    fn place(&self) -> Option<(String, String)> {
        let distance = self.payment(PaymentFact::DistanceLast).or_else(|| self.payment(PaymentFact::DistanceHome))?;
        let km = grouped(distance);
        Some((format!("평소 장소에서 {km}km 떨어져 있습니다."), format!("This is {km} km from where you were.")))
    }

    fn balance(&self) -> Option<(String, String)> {
        let percent = rounded((self.payment(PaymentFact::AmountOfBalance)? * 100.0).min(999.0));
        Some((format!("잔액의 {percent}%를 씁니다."), format!("This takes {percent} % of your balance.")))
    }

    fn device(&self) -> Option<(String, String)> {
        let (ko, en) = span(self.signal(SignalFact::DeviceAge)?);
        Some((format!("이 기기를 등록한 지 {ko} 되었습니다."), format!("This device was bound {en} ago.")))
    }

    fn limit(&self) -> Option<(String, String)> {
        let percent = rounded(self.signal(SignalFact::LimitShare)? * 100.0);
        Some((
            format!("1회 한도의 {percent}%를 씁니다."),
            format!("This takes {percent} % of the limit for one payment."),
        ))
    }

    fn frauds(&self) -> Option<(String, String)> {
        let known = |value: Option<f32>| value.unwrap_or(0.0);
        let (payee, payer) = (known(self.payee(PartyFact::Frauds7d)), known(self.payer(PartyFact::Frauds7d)));
        let (payee, payer) = (decimal(payee), decimal(payer));
        Some((
            format!("최근 일주일에 알려진 사고가 받는 쪽 {payee}건, 결제자 {payer}건입니다."),
            format!("Known frauds of the last week: payee {payee}, payer {payer}."),
        ))
    }

    fn line(&self) -> Option<(String, String)> {
        let ages = [SignalFact::SimAge, SignalFact::PortedAge].map(|fact| self.signal(fact));
        let (ko, en) = span(ages.into_iter().flatten().reduce(f32::min)?);
        Some((format!("유심이나 번호가 바뀐 지 {ko} 되었습니다."), format!("The SIM or number changed {en} ago.")))
    }

    fn code(&self) -> Option<(String, String)> {
        let percent = rounded(self.signal(SignalFact::CodeDoubt)? * 100.0);
        Some((
            format!("스캔한 코드의 의심도는 100 가운데 {percent}입니다."),
            format!("The scanned code is doubtful: {percent} of 100."),
        ))
    }

    fn unlike(&self) -> Option<(String, String)> {
        let nats = decimal(self.payment(PaymentFact::Anomaly)?);
        Some((
            format!("평소의 결제와 여러 면에서 다릅니다(다름 {nats})."),
            format!("This is unlike the usual payments in several ways (surprise {nats})."),
        ))
    }
}

/// Whole units with the thousands apart.
fn grouped(amount: f32) -> String {
    let whole = rounded(amount);
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |digits| ("-", digits));
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

fn rounded(number: f32) -> String {
    format!("{number:.0}")
}

/// One decimal where it says something.
fn decimal(number: f32) -> String {
    if number >= 10.0 || (number - libm::roundf(number)).abs() < 0.05 {
        rounded(number)
    } else {
        format!("{number:.1}")
    }
}

/// A span of time in words.
fn span(seconds: f32) -> (String, String) {
    let both = |number: f32, ko: &str, one: &str| {
        let number = rounded(libm::floorf(number));
        let plural = if number == "1" { "" } else { "s" };
        (format!("{number}{ko}"), format!("{number} {one}{plural}"))
    };
    match seconds.max(0.0) {
        seconds if seconds >= 86_400.0 => both(seconds / 86_400.0, "일", "day"),
        seconds if seconds >= 3600.0 => both(seconds / 3600.0, "시간", "hour"),
        seconds => both(seconds / 60.0, "분", "minute"),
    }
}
