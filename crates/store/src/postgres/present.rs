//! [`Present`]: which moment it is, the same for every node: the database's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use money::Instant;

use crate::fault::Fault;
use crate::postgres::agreement::Agreement;
use crate::postgres::link::Link;
use crate::{Clock, StoreError, SystemClock, limits};

/// The present of one node: never before the last committed moment.
pub(crate) struct Present {
    /// Asked instead of the database, where there is one: tests and simulated pasts.
    given: Option<Arc<dyn Clock>>,
    /// What the database's clock was ahead of this machine's when it was last read, in milliseconds.
    ahead: AtomicI64,
    known: AtomicBool,
    /// The last committed moment, Unix milliseconds.
    last: AtomicI64,
    /// Whether one of the two clocks has jumped.
    jumped: AtomicBool,
}

/// WHY both at once: they are asked for in every commit, and are one way there and back.
const MOMENT: &str = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \
    coalesce((SELECT value = $1::bytea FROM meta WHERE key = 'agreement'), false)";

impl Present {
    pub(crate) fn new(given: Option<Arc<dyn Clock>>) -> Self {
        Self {
            given,
            ahead: AtomicI64::new(0),
            known: AtomicBool::new(false),
            last: AtomicI64::new(0),
            jumped: AtomicBool::new(false),
        }
    }

    /// Makes ready to read it.
    pub(crate) async fn prepare(link: &Link) -> Result<(), Fault> {
        link.prepare(MOMENT).await?;
        Ok(())
    }

    /// The moment of the next commit; and that the nodes' agreement still is what this one was started with.
    pub(crate) async fn read(&self, link: &Link, agreement: &Agreement) -> Result<Instant, Fault> {
        let ours = agreement.ours();
        let row = link.maybe(MOMENT, &[&ours.as_slice()]).await?.ok_or(Fault::Unreadable("clock"))?;
        agreement.heard(row.try_get(1)?)?;
        if self.given.is_none() {
            self.heard(row.try_get(0)?, SystemClock.now().unix_millis())?;
        }
        Ok(self.now())
    }

    /// Takes note of what the database's clock says while this machine's says `here`.
    fn heard(&self, there: i64, here: i64) -> Result<(), Fault> {
        let ahead = there.saturating_sub(here);
        if self.known.swap(true, Ordering::SeqCst) {
            let jump = ahead.saturating_sub(self.ahead.load(Ordering::SeqCst));
            let jumped = jump.saturating_abs() > limits::CLOCK_JUMP_MILLIS;
            self.jumped.store(jumped, Ordering::SeqCst);
            if jumped {
                return Err(Fault::Store(StoreError::Unusable(format!(
                    "the clocks of the database and of this node have moved apart by {jump} ms at once; set them \
                     right, then restart this node"
                ))));
            }
        }
        self.ahead.store(ahead, Ordering::SeqCst);
        Ok(())
    }

    /// The present, without asking the database.
    pub(crate) fn now(&self) -> Instant {
        let now = match &self.given {
            Some(clock) => clock.now(),
            None => {
                let here = SystemClock.now().unix_millis();
                Instant::from_unix_millis(here.saturating_add(self.ahead.load(Ordering::SeqCst)))
            }
        };
        now.max(Instant::from_unix_millis(self.last.load(Ordering::SeqCst)))
    }

    /// Something was committed at `at`.
    pub(crate) fn committed(&self, at: Instant) {
        self.last.fetch_max(at.unix_millis(), Ordering::SeqCst);
    }

    /// Whether the clocks agree as well as they did.
    pub(crate) fn is_steady(&self) -> bool {
        !self.jumped.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_is_refused_until_it_is_undone_and_drift_is_followed() {
        let present = Present::new(None);
        present.heard(1_000_000, 990_000).unwrap();
        present.heard(1_014_000, 1_000_000).unwrap();
        assert!(present.is_steady());
        let error = present.heard(1_030_000, 1_010_000).unwrap_err().to_string();
        assert!(error.contains("moved apart by 6000 ms"), "{error}");
        assert!(!present.is_steady());
        present.heard(1_034_000, 1_020_000).unwrap();
        assert!(present.is_steady());
    }
}
