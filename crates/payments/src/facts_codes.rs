//! The facts of commands about registered codes and what is scanned.

use crate::command::Command;
use crate::facts::{Facts, caller, sticker};

impl Facts {
    pub(crate) fn of_codes(command: Command) -> Self {
        match command {
            Command::RegisterCode { permit: _, payee, body } => Self::RegisterCode { payee, proof: None, body },
            Command::ReportCode { signed, serial } => {
                Self::ReportCode { caller: caller(&signed), body: signed.into_body(), serial }
            }
            Command::ReportStranger { signed } => {
                Self::ReportStranger { caller: caller(&signed), body: signed.into_body() }
            }
            Command::JudgeCode { permit: _, serial, verdict } => Self::JudgeCode { serial, verdict },
            Command::ClearSuspicion { permit: _, of } => Self::ClearSuspicion { of },
            Command::FoldSightings { permit: _, sightings } => Self::FoldSightings { sightings },
            Command::WithdrawCode { permit: _, serial } => Self::WithdrawCode { payee: None, proof: None, serial },
            Command::TakeSticker { signed, sticker: verified } => {
                // INVARIANT: a verified sticker's serial is one; `qr` and `protocol` spell it alike (tested).
                let Ok(sticker) = sticker(&verified) else { unreachable!("a verified sticker has no serial") };
                Self::TakeSticker { caller: caller(&signed), body: signed.into_body(), sticker }
            }
            other => Self::from(other),
        }
    }
}
