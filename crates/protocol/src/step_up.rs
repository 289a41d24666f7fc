//! Stand-in.
use serde::{Deserialize, Serialize};
/// How strongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Strength {
    /// a
    DeviceKey,
    /// a
    Pin,
    /// a
    Passkey,
    /// a
    Attested,
}
