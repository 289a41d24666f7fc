//! Anomaly without labels: how unlike this payer, and their peers, a payment is.
//!
//! Every part is a surprise in nats: −ln of about how often a payment this unlike would come by chance. On the first day
//! the payer's own profile alone says it, part by part ([`of`]); once enough payments of others were seen, their bins say
//! it ([`crate::peers`]), which finds by itself which facts are telling here. Nothing is trained on labels.

use crate::event::{Pair, Party};
use crate::feature::{Family, Feature, Features, PairFact, PartyFact, PaymentFact};
use crate::number::lnf;
use crate::peers::Peers;

/// The parts of an anomaly score, in nats.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anomaly {
    /// The amount against the payer's own.
    pub amount: f32,
    /// The amount against the payee's, the category's and everyone's.
    pub peers: f32,
    /// More payments than the payer's own pace.
    pub pace: f32,
    /// A payee, device, place or category new to this payer, against how often the payer meets new ones.
    pub novelty: f32,
    /// An hour at which the payer does not pay.
    pub hour: f32,
    /// A balance emptied.
    pub drained: f32,
    /// Far from home or from the last payment.
    pub distance: f32,
}

impl Anomaly {
    /// The parts against the peers, once they are known.
    fn against(features: &Features, peers: &Peers) -> Self {
        let mut anomaly = Self::default();
        for (family, surprise) in peers.surprises(features) {
            let part = match family {
                Family::Amount => &mut anomaly.amount,
                Family::Velocity => &mut anomaly.pace,
                Family::Novelty => &mut anomaly.novelty,
                Family::Hours => &mut anomaly.hour,
                Family::Balance => &mut anomaly.drained,
                Family::Place => &mut anomaly.distance,
                _ => &mut anomaly.peers,
            };
            *part += surprise;
        }
        anomaly
    }

    /// All parts together.
    #[must_use]
    pub fn total(&self) -> f32 {
        self.amount + self.peers + self.pace + self.novelty + self.hour + self.drained + self.distance
    }

    /// The parts by the family they speak of.
    #[must_use]
    pub fn by_family(&self) -> Vec<(Family, f64)> {
        vec![
            (Family::Amount, f64::from(self.amount + self.peers)),
            (Family::Velocity, f64::from(self.pace)),
            (Family::Novelty, f64::from(self.novelty)),
            (Family::Hours, f64::from(self.hour)),
            (Family::Balance, f64::from(self.drained)),
            (Family::Place, f64::from(self.distance)),
        ]
    }
}

/// The anomaly of a payment, from its features and, where enough of them are known, its peers.
#[must_use]
pub fn of(features: &Features, peers: &Peers) -> Anomaly {
    if peers.is_known() {
        return Anomaly::against(features, peers);
    }
    let party = |party, fact| features.known(Feature::Party(party, fact));
    let payment = |fact| features.known(Feature::Payment(fact));
    let tail = |z: Option<f32>| z.map_or(0.0, tail_surprise);
    let own = tail(party(Party::Payer, PartyFact::AmountRobustZ)).min(tail(party(Party::Payer, PartyFact::AmountZ)));
    let peers = [
        tail(party(Party::Payee, PartyFact::AmountLogZ)),
        tail(party(Party::Category, PartyFact::AmountLogZ)),
        tail(payment(PaymentFact::AmountZ)),
    ];
    let pace = |who, fact| party(who, fact).map_or(0.0, |ratio: f32| lnf(ratio.max(1.0)));
    Anomaly {
        amount: own.min(12.0),
        peers: peers.into_iter().sum::<f32>() / 3.0,
        pace: pace(Party::Payer, PartyFact::BurstHour).max(pace(Party::Payer, PartyFact::BurstDay))
            + 0.5 * pace(Party::Payee, PartyFact::BurstDay)
            + 0.5 * pace(Party::Device, PartyFact::BurstHour),
        novelty: [Pair::PayerPayee, Pair::PayerDevice, Pair::PayerPlace, Pair::PayerCategory]
            .into_iter()
            .map(|pair| novelty(features, pair))
            .sum(),
        hour: 0.5 * party(Party::Payer, PartyFact::HourSurprise).map_or(0.0, |surprise| surprise.max(0.0)),
        drained: payment(PaymentFact::AmountOfBalance).map_or(0.0, |share| 2.0 * (share - 0.5).clamp(0.0, 1.0)),
        distance: payment(PaymentFact::DistanceHome).map_or(0.0, |km| lnf(1.0 + km / 50.0))
            + payment(PaymentFact::Speed).map_or(0.0, |speed| lnf((speed / 200.0).max(1.0))),
    }
}

/// −ln of the chance of lying this many deviations above the middle, for tails fatter than the normal one.
fn tail_surprise(z: f32) -> f32 {
    if z <= 0.0 { 0.0 } else { 2.0 * crate::number::ln_1p(z * z / 2.0) }
}

/// A first meeting, against how often this payer meets new parties at all.
fn novelty(features: &Features, pair: Pair) -> f32 {
    let first = features.known(Feature::Pair(pair, PairFact::First));
    let share = features.known(Feature::Pair(pair, PairFact::ShareOfFirst));
    match (first, share, features.known(Feature::Party(Party::Payer, PartyFact::PartnerShare))) {
        (Some(first), Some(_), Some(usual)) if first > 0.5 && pair == Pair::PayerPayee => -lnf(usual.clamp(0.02, 1.0)),
        (Some(first), Some(share), _) if first > 0.5 => -lnf(share.clamp(0.01, 1.0)).max(0.0) * 0.5,
        _ => 0.0,
    }
}
