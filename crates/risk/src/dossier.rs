//! [`Dossier`]: everything kept of one payer in one bounded row: their profile, what they have with each of their devices
//! and with the payees they paid last, and the rules passed over for them. And [`PayeeFile`]: the same of a payee.
//!
//! A dossier changes by one function, [`Dossier::observe`], in the payment's own commit; the same function makes it again
//! from the record.

use crate::assess::Snooze;
use crate::event::{Event, Key, Outcome, Pair, Party};
use crate::limits::{DEVICES_IN_DOSSIER, DOSSIER_BYTES_MAX, PAYEES_IN_DOSSIER, RULE_ID_BYTES_MAX, SNOOZES_MAX};
use crate::profile::bytes::{Bytes, Unreadable, Writer};
use crate::profile::{Company, PairProfile, Profile};

/// The form of the bytes; another is refused.
const FORM: u8 = 1;

/// What is kept of one payer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dossier {
    /// How they pay.
    pub profile: Profile,
    /// What they have with each device, the latest used last.
    devices: Vec<(u64, PairProfile)>,
    /// What they have with the payees they paid last, the latest last.
    payees: Vec<(u64, PairProfile)>,
    /// Rules passed over for them.
    snoozes: Vec<Snooze>,
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
        kept.iter().find(|(key, _)| *key == other.word()).map(|(_, profile)| profile)
    }

    /// Rules passed over.
    #[must_use]
    pub fn snoozes(&self) -> &[Snooze] {
        &self.snoozes
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
        self.devices.iter_mut().chain(&mut self.payees).for_each(|(_, pair)| pair.age_to(at));
    }

    /// Takes in one payment. `met` is what they had with its payee where the dossier had forgotten it.
    pub fn observe(&mut self, event: &Event, company: Company, met: Option<PairProfile>) {
        self.age_to(event.at_millis);
        self.profile.observe(event, company);
        let device = event.party(Party::Device);
        let payee = event.party(Party::Payee);
        take_in(&mut self.devices, device, DEVICES_IN_DOSSIER, event, None);
        take_in(&mut self.payees, payee, PAYEES_IN_DOSSIER, event, met);
    }

    /// Takes in that a payment was refused: it counts as a refusal and teaches nothing about amounts, hours or payees, so
    /// that nobody makes something usual by being refused it.
    pub fn refused(&mut self, at_millis: i64) {
        self.age_to(at_millis);
        self.profile.refusals.add([1.0; 2]);
        self.profile.aged_at = self.profile.aged_at.max(at_millis);
    }

    /// Takes in what became known of an earlier payment.
    pub fn learn(&mut self, outcome: &Outcome) {
        self.profile.learn(outcome);
        for (kept, party) in [(&mut self.devices, Party::Device), (&mut self.payees, Party::Payee)] {
            let key = outcome.parties.get(party.index()).copied().flatten();
            let known = key.and_then(|key| kept.iter_mut().find(|(word, _)| *word == key.word()));
            if let Some((_, pair)) = known {
                pair.learn(outcome);
            }
        }
    }

    /// As bytes: at most [`DOSSIER_BYTES_MAX`].
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(512));
        to.byte(FORM);
        self.profile.write(&mut to);
        for kept in [&self.devices, &self.payees] {
            to.byte(kept.len() as u8);
            for (key, pair) in kept {
                to.0.extend_from_slice(&key.to_le_bytes());
                pair.write(&mut to);
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
        if from.byte()? != FORM {
            return Err(Unreadable("another form"));
        }
        let dossier = Self {
            profile: Profile::take(&mut from)?,
            devices: pairs(&mut from, DEVICES_IN_DOSSIER)?,
            payees: pairs(&mut from, PAYEES_IN_DOSSIER)?,
            snoozes: snoozes(&mut from)?,
        };
        if from.0.is_empty() { Ok(dossier) } else { Err(Unreadable("something follows")) }
    }
}

/// The pair's profile moves to the end and takes the payment in; what was longest unused makes room.
fn take_in(
    kept: &mut Vec<(u64, PairProfile)>,
    key: Option<Key>,
    most: usize,
    event: &Event,
    forgotten: Option<PairProfile>,
) {
    let Some(key) = key else { return };
    let known = kept.iter().position(|(word, _)| *word == key.word()).map(|at| kept.remove(at).1);
    let mut pair = known.or(forgotten).unwrap_or_default();
    pair.observe(event);
    if kept.len() >= most {
        kept.remove(0);
    }
    kept.push((key.word(), pair));
}

fn pairs(from: &mut Bytes<'_>, most: usize) -> Result<Vec<(u64, PairProfile)>, Unreadable> {
    let count = usize::from(from.byte()?);
    if count > most {
        return Err(Unreadable("too many pairs"));
    }
    let mut pairs: Vec<(u64, PairProfile)> = Vec::with_capacity(count);
    for _ in 0..count {
        let key = u64::from_le_bytes(from.array()?);
        if pairs.iter().any(|(known, _)| *known == key) {
            return Err(Unreadable("a pair twice"));
        }
        pairs.push((key, PairProfile::take(from)?));
    }
    Ok(pairs)
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

/// What is kept of one payee: its profile, folded from the payments that credit it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PayeeFile {
    /// Who pays it, how often, how much.
    pub profile: Profile,
}

impl PayeeFile {
    /// As bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer(Vec::with_capacity(320));
        to.byte(FORM);
        self.profile.write(&mut to);
        to.0
    }

    /// Reads what [`PayeeFile::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are of another form, too many, or say what no profile says.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.len() > DOSSIER_BYTES_MAX {
            return Err(Unreadable("too many bytes"));
        }
        let mut from = Bytes(bytes);
        if from.byte()? != FORM {
            return Err(Unreadable("another form"));
        }
        let profile = Profile::take(&mut from)?;
        if from.0.is_empty() { Ok(Self { profile }) } else { Err(Unreadable("something follows")) }
    }
}
