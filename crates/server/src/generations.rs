//! The server's own keys by their number: what signs tokens, nonces and ceremonies now, what still opens them, and how a node
//! learns that staff have let the next ones sign.

use std::sync::Mutex;
use std::sync::PoisonError;

use credentials::VerifierKeys;
use money::Secret;
use payments::{Noted, NotedKey, ServerKeys};
use store::{Store, StoreError};

use crate::app::App;

/// The purposes whose keys are numbered; number 0 has no number in its label.
const TOKENS: &str = "access-token";
const NONCES: &str = "nonce";
const CEREMONIES: &str = "passkey ceremonies";

/// The keys of number 0, and what this node last heard.
pub(crate) struct Generations {
    first: VerifierKeys,
    /// Nothing yet, until it has looked.
    heard: Mutex<Option<Heard>>,
}

/// Which keys are in use: the number of those that sign, and whether the ones before are still good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Heard {
    signing: u32,
    previous: bool,
}

impl Generations {
    pub(crate) fn new(first: VerifierKeys) -> Self {
        Self { first, heard: Mutex::default() }
    }

    fn keys(&self, store: &dyn Store, number: u32) -> Result<VerifierKeys, StoreError> {
        if number == 0 {
            return Ok(self.first.clone_of());
        }
        let of = |purpose: &str| store.purpose_key(&format!("{purpose}/{number}"));
        Ok(VerifierKeys { token: of(TOKENS)?, nonce: of(NONCES)? })
    }
}

fn ceremonies(store: &dyn Store, number: u32) -> Result<Secret<[u8; 32]>, StoreError> {
    match number {
        0 => store.purpose_key(CEREMONIES),
        number => store.purpose_key(&format!("{CEREMONIES}/{number}")),
    }
}

/// Looks which keys are to be used, and uses them.
///
/// # Errors
/// [`StoreError`]: the ones used until now go on.
pub(crate) async fn look(app: &App) -> Result<(), StoreError> {
    let store = app.store.as_ref();
    let keys = match store.noted(NotedKey::ServerKeys).await? {
        Some(Noted::ServerKeys(keys)) => Some(keys),
        _ => None,
    };
    let wanted = keys.map_or(Heard::default(), |ServerKeys { generation, previous_until, .. }| Heard {
        signing: generation,
        previous: app.now() < previous_until,
    });
    let generations = &app.generations;
    if *generations.heard.lock().unwrap_or_else(PoisonError::into_inner) == Some(wanted) {
        return Ok(());
    }
    // WHY the next one opens, too: another node may have heard of it a moment earlier.
    let next = wanted.signing.checked_add(1);
    let previous = wanted.signing.checked_sub(1).filter(|_| wanted.previous);
    let numbers = || [previous, next].into_iter().flatten();
    let others = numbers().map(|number| generations.keys(store, number)).collect::<Result<Vec<_>, _>>()?;
    let signing = generations.keys(store, wanted.signing)?;
    let sealing = std::iter::once(wanted.signing).chain(numbers()).map(|number| ceremonies(store, number));
    let sealing = sealing.collect::<Result<Vec<_>, _>>()?;
    app.verifier.renew(&signing, &others);
    app.passkeys.sealer().renew(&sealing);
    *generations.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(wanted);
    tracing::info!(generation = wanted.signing, previous = wanted.previous, "the server's keys are in use");
    Ok(())
}
