//! Profiles as bytes: versioned, bounded, exact. What is read back is bit for bit what was written; bytes that no profile
//! writes are refused, whoever made them.

use super::{Fading, FraudHistory, Hours, PairProfile, Profile, Recent, Spread};
use crate::event::Coordinates;
use crate::limits::{FRAUD_RUN_MAX, RECENT_PAYMENTS, SPREAD_WEIGHT_MAX};

/// Bytes that are no profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a profile of this form: {0}")]
pub struct Unreadable(pub &'static str);

/// Appends numbers.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// Seven bits a byte, the lowest first.
    pub(crate) fn whole(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    /// A whole number of either sign: small ones are short.
    pub(crate) fn signed(&mut self, number: i64) {
        self.whole(((number << 1) ^ (number >> 63)) as u64);
    }

    pub(crate) fn real(&mut self, number: f32) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    fn reals<const N: usize>(&mut self, numbers: &Fading<N>) {
        numbers.0.iter().for_each(|number| self.real(*number));
    }

    /// A moment near another one; `None` is one byte.
    fn near(&mut self, moment: Option<i64>, other: i64) {
        self.byte(u8::from(moment.is_some()));
        if let Some(moment) = moment {
            self.signed(moment.wrapping_sub(other));
        }
    }
}

/// Takes numbers off the front.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

type Read<T> = Result<T, Unreadable>;

impl Bytes<'_> {
    pub(crate) fn byte(&mut self) -> Read<u8> {
        let (first, rest) = self.0.split_first().ok_or(Unreadable("it ends too early"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>().ok_or(Unreadable("it ends too early"))?;
        self.0 = rest;
        Ok(*first)
    }

    pub(crate) fn whole(&mut self) -> Read<u64> {
        let mut number = 0_u64;
        for place in 0..10_u32 {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if place == 9 && part > 1 {
                return Err(Unreadable("a number is too large"));
            }
            number |= part << (7 * place);
            if byte < 0x80 {
                // Each number has one form.
                let short = place == 0 || part > 0;
                return if short { Ok(number) } else { Err(Unreadable("a number is longer than it needs to be")) };
            }
        }
        Err(Unreadable("a number is too long"))
    }

    pub(crate) fn signed(&mut self) -> Read<i64> {
        let word = self.whole()?;
        Ok((word >> 1) as i64 ^ -((word & 1) as i64))
    }

    /// A number that a profile can hold: finite.
    pub(crate) fn real(&mut self) -> Read<f32> {
        let number = f32::from_le_bytes(self.array()?);
        if number.is_finite() { Ok(number) } else { Err(Unreadable("a number is not finite")) }
    }

    /// A count or a sum: not below zero.
    pub(crate) fn count(&mut self) -> Read<f32> {
        let number = self.real()?;
        if number >= 0.0 { Ok(number) } else { Err(Unreadable("a count is below zero")) }
    }

    fn counts<const N: usize>(&mut self) -> Read<Fading<N>> {
        let mut numbers = [0.0; N];
        for number in &mut numbers {
            *number = self.count()?;
        }
        Ok(Fading(numbers))
    }

    fn flag(&mut self) -> Read<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Unreadable("neither yes nor no")),
        }
    }

    fn near(&mut self, other: i64) -> Read<Option<i64>> {
        if self.flag()? { Ok(Some(other.wrapping_add(self.signed()?))) } else { Ok(None) }
    }

    pub(crate) fn u32(&mut self) -> Read<u32> {
        u32::try_from(self.whole()?).map_err(|_| Unreadable("a number is too large"))
    }
}

/// What is written of known outcomes. The form before wrote all of it, or nothing; it is still read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Parts {
    Nothing = 0,
    All = 1,
    Genuine = 2,
}

impl Bytes<'_> {
    fn parts(&mut self) -> Read<Parts> {
        match self.byte()? {
            0 => Ok(Parts::Nothing),
            1 => Ok(Parts::All),
            2 => Ok(Parts::Genuine),
            _ => Err(Unreadable("neither all nor nothing nor what is genuine")),
        }
    }
}

impl Profile {
    /// Appends the profile.
    pub(crate) fn write(&self, to: &mut Writer) {
        to.signed(self.last_at);
        to.signed(self.first_at.wrapping_sub(self.last_at));
        to.signed(self.aged_at.wrapping_sub(self.last_at));
        to.whole(u64::from(self.payments));
        to.reals(&self.counts);
        to.reals(&self.sums);
        to.reals(&self.partners);
        to.reals(&self.refusals);
        let spread = &self.spread;
        let parts = [spread.weight, spread.mean, spread.variance, spread.log_mean, spread.log_variance];
        parts.into_iter().for_each(|part| to.real(part));
        self.recent.write(self.last_at.div_euclid(1000), to);
        self.hours.write(to);
        self.fraud.write(self.last_at, to);
        to.real(self.company_fraud_lift);
        to.real(self.company_age);
        to.byte(u8::from(self.last_spot.is_some()));
        if let Some(spot) = self.last_spot {
            to.real(spot.latitude);
            to.real(spot.longitude);
        }
    }

    /// Takes a profile off the front.
    pub(crate) fn take(from: &mut Bytes<'_>) -> Read<Self> {
        let last_at = from.signed()?;
        Ok(Self {
            first_at: last_at.wrapping_add(from.signed()?),
            last_at,
            aged_at: last_at.wrapping_add(from.signed()?),
            payments: from.u32()?,
            counts: from.counts()?,
            sums: from.counts()?,
            partners: from.counts()?,
            refusals: from.counts()?,
            spread: Spread {
                weight: from.count().and_then(|weight| {
                    if weight <= SPREAD_WEIGHT_MAX { Ok(weight) } else { Err(Unreadable("a weight is too large")) }
                })?,
                mean: from.real()?,
                variance: from.real()?,
                log_mean: from.real()?,
                log_variance: from.real()?,
            },
            recent: Recent::take(last_at.div_euclid(1000), from)?,
            hours: Hours::take(from)?,
            fraud: FraudHistory::take(last_at, from)?,
            company_fraud_lift: from.real()?,
            company_age: from.real()?,
            last_spot: if from.flag()? {
                let (latitude, longitude) = (from.real()?, from.real()?);
                let spot = Coordinates::new(f64::from(latitude), f64::from(longitude));
                Some(spot.ok_or(Unreadable("no place on earth"))?)
            } else {
                None
            },
        })
    }
}

impl PairProfile {
    /// Appends the pair's profile.
    pub(crate) fn write(&self, to: &mut Writer) {
        to.signed(self.last_at);
        to.signed(self.first_at.wrapping_sub(self.last_at));
        to.signed(self.aged_at.wrapping_sub(self.last_at));
        to.whole(u64::from(self.payments));
        to.real(self.count);
        to.real(self.log_mean);
        // Frauds are rare, and a pair without any outcome needs one byte for both.
        let parts = match (self.known != 0.0, self.frauds != 0.0) {
            (false, false) => Parts::Nothing,
            (_, false) => Parts::Genuine,
            (_, true) => Parts::All,
        };
        to.byte(parts as u8);
        if parts != Parts::Nothing {
            to.real(self.known);
        }
        if parts == Parts::All {
            to.real(self.frauds);
        }
    }

    /// Takes a pair's profile off the front.
    pub(crate) fn take(from: &mut Bytes<'_>) -> Read<Self> {
        let last_at = from.signed()?;
        let first_at = last_at.wrapping_add(from.signed()?);
        let aged_at = last_at.wrapping_add(from.signed()?);
        let (payments, count, log_mean) = (from.u32()?, from.count()?, from.real()?);
        let (known, frauds) = match from.parts()? {
            Parts::Nothing => (0.0, 0.0),
            Parts::All => (from.count()?, from.count()?),
            Parts::Genuine => (from.count()?, 0.0),
        };
        Ok(Self { aged_at, first_at, last_at, payments, count, log_mean, known, frauds })
    }
}

impl Recent {
    /// Oldest first, each moment by its distance in seconds from the profile's latest.
    fn write(&self, seconds: i64, to: &mut Writer) {
        to.byte(self.len);
        to.byte(self.next);
        for (amount, at) in self.amounts.iter().zip(&self.at_seconds).take(usize::from(self.len)) {
            to.real(*amount);
            to.signed(seconds.wrapping_sub(i64::from(*at)));
        }
    }

    fn take(seconds: i64, from: &mut Bytes<'_>) -> Read<Self> {
        let (len, next) = (from.byte()?, from.byte()?);
        let most = RECENT_PAYMENTS as u8;
        // A ring that is not full has its next place behind its last.
        if len > most || next >= most || (len < most && next != len) {
            return Err(Unreadable("a ring without order"));
        }
        let mut recent = Self { len, next, ..Self::default() };
        for (amount, at) in recent.amounts.iter_mut().zip(&mut recent.at_seconds).take(usize::from(len)) {
            *amount = from.count()?;
            let moment = seconds.wrapping_sub(from.signed()?);
            *at = u32::try_from(moment).map_err(|_| Unreadable("a moment out of range"))?;
        }
        Ok(recent)
    }
}

impl Hours {
    /// The hours that have bars, and the bars.
    fn write(&self, to: &mut Writer) {
        let filled = self.0.iter().enumerate().filter(|(_, bar)| **bar > 0);
        to.whole(filled.clone().fold(0_u64, |mask, (hour, _)| mask | 1 << hour));
        filled.for_each(|(_, bar)| to.byte(*bar));
    }

    fn take(from: &mut Bytes<'_>) -> Read<Self> {
        let mask = from.whole()?;
        if mask >> 24 != 0 {
            return Err(Unreadable("an hour the day does not have"));
        }
        let mut hours = Self::default();
        for (hour, bar) in hours.0.iter_mut().enumerate() {
            if mask >> hour & 1 == 1 {
                *bar = from.byte()?;
                if *bar == 0 {
                    return Err(Unreadable("an empty bar"));
                }
            }
        }
        Ok(hours)
    }
}

impl FraudHistory {
    /// Most know no fraud: what is known to be genuine, and since when.
    fn write(&self, last_at: i64, to: &mut Writer) {
        let genuine = Self { known: self.known, last_genuine_at: self.last_genuine_at, ..Self::default() };
        let parts = match () {
            () if *self == Self::default() => Parts::Nothing,
            () if *self == genuine => Parts::Genuine,
            () => Parts::All,
        };
        to.byte(parts as u8);
        if parts == Parts::Nothing {
            return;
        }
        to.reals(&self.known);
        if parts == Parts::All {
            to.reals(&self.frauds);
            to.reals(&self.unexplained);
            to.whole(u64::from(self.run));
            to.signed(self.run_from.wrapping_sub(last_at));
            to.near(self.last_fraud_at, last_at);
            to.near(self.last_unexplained_at, last_at);
        }
        to.near(self.last_genuine_at, last_at);
    }

    fn take(last_at: i64, from: &mut Bytes<'_>) -> Read<Self> {
        let parts = from.parts()?;
        if parts == Parts::Nothing {
            return Ok(Self::default());
        }
        let mut history = Self { known: from.counts()?, ..Self::default() };
        if parts == Parts::All {
            history = Self {
                frauds: from.counts()?,
                unexplained: from.counts()?,
                run: u16::try_from(from.whole()?).map_err(|_| Unreadable("a run too long"))?,
                run_from: last_at.wrapping_add(from.signed()?),
                last_fraud_at: from.near(last_at)?,
                last_unexplained_at: from.near(last_at)?,
                ..history
            };
        }
        history.last_genuine_at = from.near(last_at)?;
        if history.run > FRAUD_RUN_MAX || history == Self::default() {
            return Err(Unreadable("a history that no profile writes"));
        }
        Ok(history)
    }
}
