//! Registered codes, as staff see and change them.

use money::{PayeeId, ReasonCode};
use payments::{Accepted, Command, Noted, NotedKind};
use protocol::{CodeBody, CodeView, Serial};
use serde::{Deserialize, Serialize};
use store::Store;

use super::calls::{permit, submit};
use super::wire::AdminError;
use crate::{limits, render};

/// `POST /admin/codes`: a sticker or terminal to register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewCode {
    /// Whose.
    pub payee: PayeeId,
    /// What, and where.
    pub code: CodeBody,
}

/// Registers a sticker or terminal.
///
/// # Errors
/// [`AdminError`].
pub async fn register_code(store: &dyn Store, new: NewCode) -> Result<CodeView, AdminError> {
    let command = Command::RegisterCode { permit: permit(), payee: new.payee, body: new.code };
    answered(submit(store, command).await?)
}

/// Withdraws a sticker or terminal.
///
/// # Errors
/// [`AdminError`].
pub async fn withdraw_code(store: &dyn Store, serial: Serial) -> Result<CodeView, AdminError> {
    answered(submit(store, Command::WithdrawCode { permit: permit(), serial }).await?)
}

/// All stickers and terminals, by serial.
///
/// # Errors
/// [`AdminError`].
pub async fn codes(store: &dyn Store) -> Result<Vec<CodeView>, AdminError> {
    let rows = store.all_noted(NotedKind::Code, None, limits::CODES_LISTED_MAX).await?;
    Ok(rows.iter().filter_map(Noted::code).map(|row| render::code(row, None)).collect())
}

fn answered(accepted: Accepted) -> Result<CodeView, AdminError> {
    match accepted {
        Accepted::Code(row) => Ok(render::code(&row, None)),
        _ => Err(ReasonCode::ServiceFault.into()),
    }
}
