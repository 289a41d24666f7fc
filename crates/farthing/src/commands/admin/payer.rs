//! `farthing admin payer`: what staff do for a payer whose papers they saw.

use money::{DeviceId, PayerId};
use server::admin::{Done, Vouching};

use crate::failure::Failure;
use crate::output::{GOOD, Output};
use crate::staff::{DataFolder, Staff};

/// For somebody whose papers were seen. Each is recorded and told to the payer.
#[derive(Debug, clap::Subcommand)]
pub(super) enum PayerCommand {
    /// Speak for a new device: one of the two factors that recovery needs.
    Vouch {
        #[command(flatten)]
        whose: Whose,
        /// The new device, as its owner reads it out (dev_…).
        #[arg(long, value_name = "DEVICE")]
        device: DeviceId,
    },
    /// Let money leave again, after a wait: the device that froze the wallet is lost.
    Thaw {
        #[command(flatten)]
        whose: Whose,
    },
    /// Let a lost or stolen device act no longer, from the next request on; also the last one.
    RevokeDevice {
        #[command(flatten)]
        whose: Whose,
        /// Which (dev_…).
        #[arg(long, value_name = "DEVICE")]
        device: DeviceId,
    },
    /// Take a forgotten payment PIN away; a new one waits as a first one does.
    RemovePin {
        #[command(flatten)]
        whose: Whose,
    },
}

/// Which payer of which folder.
#[derive(Debug, clap::Args)]
pub(super) struct Whose {
    #[command(flatten)]
    folder: DataFolder,
    /// Whose wallet (pyr_…).
    #[arg(long, value_name = "PAYER")]
    payer: PayerId,
}

impl PayerCommand {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let (whose, call, body, done) = match self {
            Self::Vouch { whose, device } => {
                (whose, "vouch", serde_json::to_value(Vouching { device }).ok(), "was vouched for")
            }
            Self::Thaw { whose } => (whose, "thaw", None, "thaws after the wait"),
            Self::RevokeDevice { whose, device } => {
                (whose, "revoke-device", serde_json::to_value(Vouching { device }).ok(), "has that device no more")
            }
            Self::RemovePin { whose } => (whose, "remove-pin", None, "has no payment PIN any more"),
        };
        let path = format!("/admin/payers/{}/{call}", whose.payer);
        let mut staff = Staff::of(&whose.folder).await?;
        let answer: Result<Done, Failure> = staff.post(&path, &body).await;
        staff.close().await?;
        let answer = answer?;
        if output.is_json() {
            output.object(&answer)
        } else {
            output.line(&format!("{GOOD}{}{GOOD:#} {done}", answer.payer));
            Ok(())
        }
    }
}
