//! [`Dossier`]: everything kept of one payer in one bounded row: their profile, what they have with each of their devices
//! and with the payees they paid last, and the rules passed over for them. And [`PartyFile`]: the same of a payee, a place or
//! a network.
//!
//! A dossier changes by one function, [`Dossier::observe`], in the payment's own commit; the same function makes it again
//! from the record.

use crate::assess::Snooze;
use crate::event::{Event, Key, Outcome, Pair, Party};
use crate::limits::{DEVICES_IN_DOSSIER, DOSSIER_BYTES_MAX, PAYEES_IN_DOSSIER, RULE_ID_BYTES_MAX, SNOOZES_MAX};
use crate::memory::EXPLAINED_DEVIATIONS;
use crate::profile::bytes::{Bytes, Unreadable, Writer};
use crate::profile::{Company, PairProfile, Profile, Ripening};

/// The form of the bytes.
const FORM: u8 = 2;
/// The form before payments ripened; it is still read.
const FORM_WITHOUT_RIPENING: u8 = 1;

/// What is kept of one payer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dossier {
    /// How they pay.
    pub profile: Profile,
    /// Their payments nobody has said anything of yet.
    ripening: Ripening,
    /// What they have with each device, the latest used last.
    devices: Vec<Acquaintance>,
    /// What they have with the payees they paid last, the latest last.
    payees: Vec<Acquaintance>,
    /// Rules passed over for them.
    snoozes: Vec<Snooze>,
}

/// What a payer has with one other party.
#[derive(Clone, Debug, Default, PartialEq)]
struct Acquaintance {
    key: u64,
    pair: PairProfile,
    ripening: Ripening,
}

/// What became known of a payment, beside what had been learnt of it before.
#[derive(Clone, Copy, Debug)]
pub struct Lesson<'a> {
    /// What became known.
    pub outcome: &'a Outcome,
    /// What somebody had said of it before and is not so.
    pub earlier: Option<&'a Outcome>,
    /// After what time a payment that nobody says anything of counts as genuine, in milliseconds.
    pub delay_millis: i64,
}

impl Dossier {
    /// What they have with a party of a payment; `None` where nothing is remembered.
    #[must_use]
    pub fn pair(&self, pair: Pair, other: Key) -> Option<&PairProfile> {
        let kept = match pair {
            Pair::PayerDevice => &self.devices,
            Pair::PayerPayee => &self.payees,
            _ => return None,
        };
        kept.iter().find(|known| known.key == other.word()).map(|known| &known.pair)
    }

    /// Whether an amount alone would have told of a fraud: far above what they spend.
    #[must_use]
    pub fn explains(&self, amount: f32) -> bool {
        self.profile.spread.z(amount).is_some_and(|z| z > EXPLAINED_DEVIATIONS)
    }

    /// Rules passed over.
    #[must_use]
    pub fn snoozes(&self) -> &[Snooze] {
        &self.snoozes
    }

    /// Passes a rule over no longer. Whether it was.
    pub fn wake(&mut self, rule: &str) -> bool {
        let before = self.snoozes.len();
        self.snoozes.retain(|known| known.rule != rule);
        self.snoozes.len() < before
    }

    /// Passes a rule over until some moment; what is over goes, and where there are too many nothing changes.
    #[must_use]
    pub fn snooze(&mut self, snooze: Snooze, now_millis: i64) -> bool {
        self.snoozes.retain(|known| known.until_millis > now_millis && known.rule != snooze.rule);
        let fits = self.snoozes.len() < SNOOZES_MAX && snooze.rule.len() <= RULE_ID_BYTES_MAX;
        if fits && snooze.until_millis > now_millis {
            self.snoozes.push(snooze);
        }
        fits
    }

    /// Lets time pass up to `at`.
    pub fn age_to(&mut self, at: i64) {
        self.profile.age_to(at);
        self.acquaintances().for_each(|known| known.pair.age_to(at));
    }

    /// Lets time pass up to `at`; what nobody has said anything of for `delay_millis` counts as genuine.
    pub fn ripen(&mut self, at: i64, delay_millis: i64) {
        let Self { profile, ripening, .. } = self;
        ripening.ripe(at, delay_millis).into_iter().for_each(|ripe| profile.learn_ripe(ripe));
        for Acquaintance { pair, ripening, .. } in self.acquaintances() {
            ripening.ripe(at, delay_millis).into_iter().for_each(|ripe| pair.learn_ripe(ripe));
        }
        self.age_to(at);
    }

    fn acquaintances(&mut self) -> impl Iterator<Item = &mut Acquaintance> {
        self.devices.iter_mut().chain(&mut self.payees)
    }

    /// Takes in one payment. `met` is what they had with its payee where the dossier had forgotten it.
    pub fn observe(&mut self, event: &Event, company: Company, met: Option<PairProfile>, delay_millis: i64) {
        self.ripen(event.at_millis, delay_millis);
        self.profile.observe(event, company);
        self.ripening.add(event.at_millis, delay_millis);
        let device = event.party(Party::Device);
        let payee = event.party(Party::Payee);
        take_in(&mut self.devices, device, DEVICES_IN_DOSSIER, event, None, delay_millis);
        take_in(&mut self.payees, payee, PAYEES_IN_DOSSIER, event, met, delay_millis);
    }

    /// Takes in that a payment was refused: it counts as a refusal and teaches nothing about amounts, hours or payees, so
    /// that nobody makes something usual by being refused it.
    pub fn refused(&mut self, at_millis: i64) {
        self.age_to(at_millis);
        self.profile.refusals.add([1.0; 2]);
        self.profile.aged_at = self.profile.aged_at.max(at_millis);
    }

    /// Takes in what became known of an earlier payment.
    pub fn learn(&mut self, lesson: Lesson<'_>) {
        let outcome = lesson.outcome;
        self.ripen(outcome.known_at_millis, lesson.delay_millis);
        if let Some(wrong) = lesson.wrong(&mut self.ripening) {
            self.profile.unlearn(&wrong);
        }
        self.profile.learn(outcome);
        for (kept, party) in [(&mut self.devices, Party::Device), (&mut self.payees, Party::Payee)] {
            let key = outcome.parties.get(party.index()).copied().flatten();
            let known = key.and_then(|key| kept.iter_mut().find(|known| known.key == key.word()));
            if let Some(known) = known {
                if let Some(wrong) = lesson.wrong(&mut known.ripening) {
                    known.pair.unlearn(&wrong);
                }
                known.pair.learn(outcome);
            }
        }
    }

    /// As bytes: at most [`DOSSIER_BYTES_MAX`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(512));
        to.byte(FORM);
        self.profile.write(&mut to);
        self.ripening.write(self.profile.last_at, &mut to);
        for kept in [&self.devices, &self.payees] {
            to.byte(kept.len() as u8);
            for known in kept {
                to.0.extend_from_slice(&known.key.to_le_bytes());
                known.pair.write(&mut to);
                known.ripening.write(known.pair.last_at, &mut to);
            }
        }
        to.byte(self.snoozes.len() as u8);
        for snooze in &self.snoozes {
            to.byte(snooze.rule.len() as u8);
            to.0.extend_from_slice(snooze.rule.as_bytes());
            to.signed(snooze.until_millis);
        }
        to.0
    }

    /// Reads what [`Dossier::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another form, too many, or say what no dossier says.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > DOSSIER_BYTES_MAX {
            return Err(Unreadable("too many bytes"));
        }
        let mut from = Bytes(bytes);
        let ripens = ripens(&mut from)?;
        let profile = Profile::take(&mut from)?;
        let dossier = Self {
            ripening: ripening(profile.last_at, &mut from, ripens)?,
            profile,
            devices: acquaintances(&mut from, DEVICES_IN_DOSSIER, ripens)?,
            payees: acquaintances(&mut from, PAYEES_IN_DOSSIER, ripens)?,
            snoozes: snoozes(&mut from)?,
        };
        if from.0.is_empty() { Ok(dossier) } else { Err(Unreadable("something follows")) }
    }
}

impl Lesson<'_> {
    /// What had been learnt of the payment and is to be taken back: what somebody said, or that it counted as genuine when
    /// its delay was over.
    fn wrong(&self, ripening: &mut Ripening) -> Option<Outcome> {
        let paid_at = self.outcome.paid_at_millis;
        if let Some(earlier) = self.earlier {
            return Some(earlier.clone());
        }
        let ripened = || Outcome {
            known_at_millis: paid_at.saturating_add(self.delay_millis),
            fraud: false,
            ..self.outcome.clone()
        };
        (!ripening.take_back(paid_at)).then(ripened)
    }
}

/// The pair moves to the end and takes the payment in; what was longest unused makes room.
fn take_in(
    kept: &mut Vec<Acquaintance>,
    key: Option<Key>,
    most: usize,
    event: &Event,
    forgotten: Option<PairProfile>,
    delay_millis: i64,
) {
    let Some(key) = key else { return };
    let known = kept.iter().position(|known| known.key == key.word()).map(|at| kept.remove(at));
    let new = || Acquaintance { key: key.word(), pair: forgotten.unwrap_or_default(), ripening: Ripening::default() };
    let mut known = known.unwrap_or_else(new);
    known.pair.observe(event);
    known.ripening.add(event.at_millis, delay_millis);
    if kept.len() >= most {
        kept.remove(0);
    }
    kept.push(known);
}

/// Whether bytes are of the form with payments that ripen, or of the one before.
fn ripens(from: &mut Bytes<'_>) -> Result<bool, Unreadable> {
    match from.byte()? {
        FORM => Ok(true),
        FORM_WITHOUT_RIPENING => Ok(false),
        _ => Err(Unreadable("another form")),
    }
}

fn ripening(near: i64, from: &mut Bytes<'_>, ripens: bool) -> Result<Ripening, Unreadable> {
    if ripens { Ripening::take(near, from) } else { Ok(Ripening::default()) }
}

fn acquaintances(from: &mut Bytes<'_>, most: usize, ripens: bool) -> Result<Vec<Acquaintance>, Unreadable> {
    let count = usize::from(from.byte()?);
    if count > most {
        return Err(Unreadable("too many pairs"));
    }
    let mut kept: Vec<Acquaintance> = Vec::with_capacity(count);
    for _ in 0..count {
        let key = u64::from_le_bytes(from.array()?);
        if kept.iter().any(|known| known.key == key) {
            return Err(Unreadable("a pair twice"));
        }
        let pair = PairProfile::take(from)?;
        kept.push(Acquaintance { key, pair, ripening: ripening(pair.last_at, from, ripens)? });
    }
    Ok(kept)
}

fn snoozes(from: &mut Bytes<'_>) -> Result<Vec<Snooze>, Unreadable> {
    let count = usize::from(from.byte()?);
    if count > SNOOZES_MAX {
        return Err(Unreadable("too many snoozes"));
    }
    let mut snoozes = Vec::with_capacity(count);
    for _ in 0..count {
        let len = usize::from(from.byte()?);
        let (rule, rest) = from.0.split_at_checked(len).ok_or(Unreadable("it ends too early"))?;
        from.0 = rest;
        let rule = std::str::from_utf8(rule).ok().filter(|rule| rule.len() <= RULE_ID_BYTES_MAX);
        let rule = rule.ok_or(Unreadable("no rule's id"))?.to_owned();
        snoozes.push(Snooze { rule, until_millis: from.signed()? });
    }
    Ok(snoozes)
}

/// What a payment says about whom its payee meets, until it is folded into the payee's file: whole numbers, exact in a
/// record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Met {
    /// How long ago the two met, in seconds; `None` at the first time.
    pub seconds_ago: Option<u32>,
    /// How old the payer's profile is, in seconds.
    pub age_seconds: u32,
    /// The payer's fraud rate against everyone's, in thousandths.
    pub fraud_lift_milli: u32,
}

impl From<Company> for Met {
    fn from(company: Company) -> Self {
        Self {
            seconds_ago: company.met_seconds_ago.map(|seconds| seconds as u32),
            age_seconds: company.age_seconds as u32,
            fraud_lift_milli: (company.fraud_lift * 1000.0) as u32,
        }
    }
}

impl From<Met> for Company {
    fn from(met: Met) -> Self {
        Self {
            met_seconds_ago: met.seconds_ago.map(|seconds| seconds as f32),
            age_seconds: met.age_seconds as f32,
            fraud_lift: met.fraud_lift_milli as f32 / 1000.0,
        }
    }
}

/// What is kept of one payee, place or network: its profile, folded from the payments that meet it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PartyFile {
    /// Who pays there, how often, how much.
    pub profile: Profile,
    /// Its payments nobody has said anything of yet.
    ripening: Ripening,
}

impl PartyFile {
    /// Lets time pass up to `at`; what nobody has said anything of for `delay_millis` counts as genuine.
    pub fn ripen(&mut self, at: i64, delay_millis: i64) {
        let Self { profile, ripening } = self;
        ripening.ripe(at, delay_millis).into_iter().for_each(|ripe| profile.learn_ripe(ripe));
        profile.age_to(at);
    }

    /// Takes in one payment.
    pub fn observe(&mut self, event: &Event, company: Company, delay_millis: i64) {
        self.ripen(event.at_millis, delay_millis);
        self.profile.observe(event, company);
        self.ripening.add(event.at_millis, delay_millis);
    }

    /// Takes in what became known of an earlier payment.
    pub fn learn(&mut self, lesson: Lesson<'_>) {
        self.ripen(lesson.outcome.known_at_millis, lesson.delay_millis);
        if let Some(wrong) = lesson.wrong(&mut self.ripening) {
            self.profile.unlearn(&wrong);
        }
        self.profile.learn(lesson.outcome);
    }

    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(320));
        to.byte(FORM);
        self.profile.write(&mut to);
        self.ripening.write(self.profile.last_at, &mut to);
        to.0
    }

    /// Reads what [`PartyFile::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another form, too many, or say what no profile says.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > DOSSIER_BYTES_MAX {
            return Err(Unreadable("too many bytes"));
        }
        let mut from = Bytes(bytes);
        let ripens = ripens(&mut from)?;
        let profile = Profile::take(&mut from)?;
        let file = Self { ripening: ripening(profile.last_at, &mut from, ripens)?, profile };
        if from.0.is_empty() { Ok(file) } else { Err(Unreadable("something follows")) }
    }
}
