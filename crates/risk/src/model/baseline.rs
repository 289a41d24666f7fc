//! [`Baseline`]: what all payments together looked like when a model was trained; what rates and peers are compared with
//! where no row may be written that every payment writes.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::peers::Peers;
use crate::profile::Profile;
use crate::profile::bytes::{Bytes, Unreadable, Writer};

/// Everyone's profile, and how payments usually look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baseline {
    /// All payments as one party's.
    pub everyone: Profile,
    /// How payments usually look.
    pub peers: Peers,
}

impl Baseline {
    fn to_bytes(&self) -> Vec<u8> {
        let mut to = Writer::default();
        self.everyone.write(&mut to);
        self.peers.write(&mut to);
        to.0
    }

    fn of_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let mut from = Bytes(bytes);
        let baseline = Self { everyone: Profile::take(&mut from)?, peers: Peers::take(&mut from)? };
        if from.0.is_empty() { Ok(baseline) } else { Err(Unreadable("something follows")) }
    }
}

/// In a model's file it is its bytes in hexadecimal.
impl Serialize for Baseline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hex: String = self.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        hex.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Baseline {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        let pairs =
            hex.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap_or(""), 16));
        let bytes: Result<Vec<u8>, _> = pairs.collect();
        let bytes = bytes.map_err(|_| D::Error::custom("the baseline is not hexadecimal"))?;
        Self::of_bytes(&bytes).map_err(D::Error::custom)
    }
}
