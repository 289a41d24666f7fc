//! The one place where random bytes are drawn.

use crate::StoreError;

/// `N` bytes from the operating system's generator.
///
/// # Errors
/// [`StoreError::Failed`] when the operating system gives none; nothing is done without them.
#[expect(clippy::disallowed_methods, reason = "the one place where random bytes are drawn")]
pub fn random<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0_u8; N];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => Err(StoreError::Failed { action: "drawing random bytes", source: Box::new(error) }),
    }
}
