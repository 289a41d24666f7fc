//! [`Town`]: merchants and people, all out of one seed.

use std::collections::BTreeSet;

use money::{DeviceId, Instant, PayeeId, PayerId};
use protocol::TextError;

use crate::catalogue::{DISTRICTS, ENTRIES};
use crate::habits::slots;
use crate::history::History;
use crate::merchant::{Kind, Merchant, Name, Secrets};
use crate::names::{FAMILIES, FOREIGN, GIVEN, PHONES};
use crate::person::{Pattern, Person};
use crate::seed::Dice;

/// The town's name in Latin letters, as codes carry it.
pub(crate) const CITY: &str = "Saebyeok";
/// When the town was founded: the moment in every id that the seed makes.
const FOUNDED_AT: Instant = Instant::from_unix_seconds(1_735_689_600);

/// How large a town is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TownSize {
    /// How many merchants; beyond the catalogue they are further shops of the same names.
    pub merchants: usize,
    /// How many payers.
    pub payers: usize,
}

impl Default for TownSize {
    fn default() -> Self {
        Self { merchants: ENTRIES.len(), payers: 50 }
    }
}

/// Merchants and people. The same seed and size make the same town, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Town {
    seed: u64,
    merchants: Vec<Merchant>,
    people: Vec<Person>,
}

impl Town {
    /// The town of `seed`.
    ///
    /// # Errors
    /// [`TextError`] when a name in the catalogue cannot be shown, which the tests rule out.
    pub fn new(seed: u64, size: TownSize) -> Result<Self, TextError> {
        let merchants = (0..size.merchants).map(|number| merchant(seed, number)).collect::<Result<Vec<_>, _>>()?;
        let people = (0..size.payers).map(|number| person(seed, number, &merchants)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { seed, merchants, people })
    }

    /// A merchant of the same make that is not in the town; its id is nobody else's.
    ///
    /// # Errors
    /// [`TextError`] when a name in the catalogue cannot be shown, which the tests rule out.
    pub fn outsider(&self, index: usize) -> Result<Merchant, TextError> {
        merchant(self.seed, self.merchants.len() + index)
    }

    /// The seed.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Who is paid.
    #[must_use]
    pub fn merchants(&self) -> &[Merchant] {
        &self.merchants
    }

    /// Who pays.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// What happened in the `days` whole days (Korean time) before the day of `until`, and on that day up to `until`.
    #[must_use]
    pub fn history(&self, days: u32, until: Instant) -> History<'_> {
        History::new(self, days, until)
    }
}

/// A count as the number of a stream of chance.
pub(crate) fn number(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX)
}

fn merchant(seed: u64, index: usize) -> Result<Merchant, TextError> {
    let mut dice = Dice::new(seed, "merchant", &[number(index)]);
    let secrets =
        Secrets { payee: dice.id(PayeeId::new, FOUNDED_AT), api_secret: dice.bytes(), signing_seed: dice.bytes() };
    // The catalogue is never empty; its first entry stands in where the compiler cannot know that.
    let [first, ..] = ENTRIES else { return Err(TextError::Empty) };
    let entry = ENTRIES.get(index % ENTRIES.len()).unwrap_or(first);
    Merchant::new(entry, index / ENTRIES.len() + 1, secrets)
}

fn person(seed: u64, index: usize, merchants: &[Merchant]) -> Result<Person, TextError> {
    let mut dice = Dice::new(seed, "person", &[number(index)]);
    let (payer, device) = (dice.id(PayerId::new, FOUNDED_AT), dice.id(DeviceId::new, FOUNDED_AT));
    let key_seed = dice.bytes();
    let name = name(&mut dice, index);
    let pattern = match index % 20 {
        0 | 13 => Pattern::NightOwl,
        1 | 5 | 9 | 16 => Pattern::Student,
        3 | 11 | 18 => Pattern::Homebody,
        7 | 15 => Pattern::Elder,
        _ => Pattern::Commuter,
    };
    let districts = i64::try_from(DISTRICTS.len()).unwrap_or(1);
    let mut district = || usize::try_from(dice.between(0, districts - 1)).unwrap_or(0);
    let (home, work) = (district(), district());
    let favourites = favourites(&mut dice, pattern, merchants);
    Ok(Person {
        payer,
        device,
        name: Name::new(name)?,
        device_name: Name::new(dice.pick(PHONES).copied().unwrap_or("My phone"))?,
        pattern,
        home,
        work,
        favourites,
        spending_percent: dice.between(60, 170),
        key_seed,
    })
}

/// For most of the things somebody looks for, one merchant they go back to.
fn favourites(dice: &mut Dice, pattern: Pattern, merchants: &[Merchant]) -> Vec<usize> {
    let kinds: BTreeSet<Kind> = slots(pattern).iter().flat_map(|slot| slot.kinds).copied().collect();
    let mut favourites = Vec::new();
    for kind in kinds {
        let sells = |index: &usize| merchants.get(*index).is_some_and(|shop| shop.kind == kind);
        let shops: Vec<usize> = (0..merchants.len()).filter(sells).collect();
        if dice.percent(70) {
            favourites.extend(dice.pick(&shops).copied());
        }
    }
    favourites.sort_unstable();
    favourites
}

/// Every fifth resident writes their name in Latin letters.
fn name(dice: &mut Dice, index: usize) -> String {
    if index % 5 == 4 {
        let foreign = FOREIGN.get((index / 5) % FOREIGN.len()).copied().unwrap_or("Amelia Hart");
        return foreign.to_owned();
    }
    let family = dice.pick(FAMILIES).copied().unwrap_or(("김", "Kim"));
    let given = dice.pick(GIVEN).copied().unwrap_or(("하늘", "Haneul"));
    if index % 7 == 6 { format!("{} {}", given.1, family.1) } else { format!("{}{}", family.0, given.0) }
}
