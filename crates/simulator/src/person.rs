//! [`Person`]: who pays in the town, with a phone and habits.

use device::{KeyError, SoftwareKey};
use money::{DeviceId, PayerId};

use crate::merchant::Name;

/// The shape of somebody's days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// To work in the morning, home in the evening.
    Commuter,
    /// School or university.
    Student,
    /// Works or lives mostly at home.
    Homebody,
    /// Up early, shops in the morning.
    Elder,
    /// Sleeps when others work.
    NightOwl,
}

/// Who pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The wallet's owner.
    pub payer: PayerId,
    /// Their one phone.
    pub device: DeviceId,
    /// How they want to be called.
    pub name: Name,
    /// What they call the phone.
    pub device_name: Name,
    /// The shape of their days.
    pub pattern: Pattern,
    /// The district they live in.
    pub home: usize,
    /// The district they work or study in.
    pub work: usize,
    /// Merchants they go back to, by number.
    pub favourites: Vec<usize>,
    /// What they spend, in percent of the usual price.
    pub spending_percent: i64,
    pub(crate) key_seed: [u8; 32],
}

impl Person {
    /// The phone's key, out of the seed.
    ///
    /// # Errors
    /// [`KeyError`], which does not happen in practice.
    pub fn key(&self) -> Result<SoftwareKey, KeyError> {
        SoftwareKey::from_seed(self.key_seed)
    }
}
