//! [`Listener`]: what other nodes commit, for the clients that listen here. Also sweeps out used proofs.
//!
//! WHY heads instead of claims or notifications: every node must hear every event, so there is nothing to claim; NOTIFY
//! takes a lock that all commits share. Each writer commits its leaves one after another, so whoever sees its head sees
//! every event up to it: nothing is missed, whatever the order in which transactions of different writers end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use payments::Event;
use tokio::sync::broadcast;
use tokio::time::timeout;

use crate::fault::Fault;
use crate::limits;
use crate::postgres::Database;
use crate::postgres::agreement::Agreement;
use crate::postgres::committer::{Shared, say};
use crate::postgres::kinds::EVENTS;
use crate::postgres::link::Link;
use crate::postgres::present::Present;
use crate::rows::{self, Columns};

/// One node's ear.
pub(crate) struct Listener {
    pub(crate) database: Arc<Database>,
    pub(crate) present: Arc<Present>,
    pub(crate) agreement: Arc<Agreement>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) events: broadcast::Sender<Arc<Event>>,
    /// How far each chain was heard.
    pub(crate) heard: HashMap<i64, i64>,
}

impl Listener {
    /// Listens until the store closes.
    pub(crate) async fn run(mut self, link: Link) {
        let mut link = Some(link);
        let mut rounds = 0_u32;
        while !self.shared.closing.load(Ordering::SeqCst) {
            tokio::time::sleep(limits::LISTEN).await;
            rounds = rounds.wrapping_add(1);
            let round = async {
                let link = match link.take() {
                    Some(link) if !link.is_closed() => link,
                    _ => self.database.connect().await?,
                };
                self.hear(&link).await?;
                self.look_around(&link).await;
                if rounds.is_multiple_of(SWEEP_ROUNDS) {
                    self.sweep(&link).await?;
                }
                Ok(link)
            };
            let heard = timeout(limits::AWAY, round).await;
            let heard = heard.unwrap_or_else(|_| Err(Fault::Away("the database did not answer in time".to_owned())));
            self.note(heard.as_ref().err());
            link = heard.ok();
        }
    }

    /// Takes note of whether the database is there; says so where that has changed.
    fn note(&self, fault: Option<&Fault>) {
        match (self.shared.deaf.swap(fault.is_some(), Ordering::SeqCst), fault) {
            (false, Some(fault)) => tracing::error!(error = %say(fault), "the database is away"),
            (true, None) => tracing::warn!("the database is back"),
            _ => {}
        }
    }

    /// Looks whether what kept commands from being committed is over, and whether the nodes still agree.
    async fn look_around(&self, link: &Link) {
        if self.shared.full.load(Ordering::SeqCst) && has_room(link).await {
            self.shared.full.store(false, Ordering::SeqCst);
        }
        let was_held = self.agreement.holds();
        match self.present.read(link, &self.agreement).await {
            Err(Fault::OtherSettings) if was_held => tracing::error!("{}", Fault::OtherSettings),
            // The commits tell what else is wrong, and so does readiness.
            _ => {}
        }
    }

    /// Takes note of how far every chain has come, so that only what comes later is told.
    pub(crate) async fn start(&mut self, link: &Link) -> Result<(), Fault> {
        for row in &link.query("SELECT epoch, head_seq FROM audit_epochs", &[]).await? {
            let mut columns = Columns::postgres(row);
            self.heard.insert(columns.take()?, columns.take()?);
        }
        Ok(())
    }

    async fn hear(&mut self, link: &Link) -> Result<(), Fault> {
        // Chains that have ended since they were last heard are still asked for, and those begun in between.
        let sql = "SELECT epoch, head_seq, ended FROM audit_epochs WHERE NOT ended OR epoch = ANY ($1) OR epoch > $2";
        let known: Vec<i64> = self.heard.keys().copied().collect();
        let last = known.iter().copied().max().unwrap_or(0);
        let chains = link.query(sql, &[&known, &last]).await?;
        let chains = chains.iter().map(|row| {
            let mut columns = Columns::postgres(row);
            Ok((columns.take::<i64>()?, columns.take::<i64>()?, columns.take::<bool>()?))
        });
        for (epoch, head, ended) in chains.collect::<Result<Vec<_>, Fault>>()? {
            let heard = self.heard.get(&epoch).copied().unwrap_or(0);
            if head > heard && !self.shared.is_own(epoch) {
                self.tell(link, epoch, heard, head).await?;
            }
            if ended && epoch != last {
                self.heard.remove(&epoch);
            } else {
                self.heard.insert(epoch, head);
            }
        }
        Ok(())
    }

    async fn tell(&self, link: &Link, epoch: i64, heard: i64, head: i64) -> Result<(), Fault> {
        if self.events.receiver_count() == 0 {
            return Ok(());
        }
        let sql = EVENTS.select("", "WHERE t.epoch = $1 AND t.leaf > $2 AND t.leaf <= $3 ORDER BY t.leaf, t.n");
        for row in &link.query(&sql, &[&epoch, &heard, &head]).await? {
            let event = rows::event(&mut Columns::postgres(row))?;
            // Nobody listens any more: the outbox keeps it.
            let _ = self.events.send(Arc::new(event));
        }
        Ok(())
    }

    /// Forgets used proofs that went stale long enough ago.
    async fn sweep(&self, link: &Link) -> Result<(), Fault> {
        let stale = self.present.now().checked_add_seconds(limits::PROOF_GRACE_SECONDS.saturating_neg());
        let stale = stale.map_or(0, money::Instant::unix_millis);
        let most = i64::try_from(limits::PRUNED_PROOFS_MAX).unwrap_or(i64::MAX);
        let sql = "DELETE FROM used_proofs WHERE id = ANY (ARRAY (SELECT id FROM used_proofs WHERE expires_at < $1 \
            ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))";
        while link.execute(sql, &[&stale, &most]).await? == u64::try_from(most).unwrap_or(u64::MAX) {}
        Ok(())
    }
}

/// Whether the database can write again: half a megabyte of a new table, which is gone before anybody sees it.
async fn has_room(link: &Link) -> bool {
    const TRY: &str =
        "BEGIN; CREATE TABLE farthing_room AS SELECT repeat('x', 1900) AS room FROM generate_series(1, 256)";
    let tried = link.batch(TRY).await;
    // Whatever was begun ends here, also when it has failed.
    let ended = link.batch("ROLLBACK").await;
    tried.is_ok() && ended.is_ok()
}

/// Every so many rounds of listening, used proofs are swept out.
const SWEEP_ROUNDS: u32 = 5;
