//! [`Link`]: one connection, with its prepared statements.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, Connection, Row, Statement};

use crate::fault::Fault;
use crate::limits;
use crate::postgres::told::told;

/// WHY the bounds: a transaction whose client is gone must end, and with it its locks; a commit whose outcome is asked
/// for waits for exactly that. WHY no `statement_timeout`: it would also end a commit's wait for its standby, and the
/// commit would be reported as made. `synchronous_commit` is raised to `on`, never lowered from `remote_apply`.
const SESSION: &str = "SET idle_in_transaction_session_timeout = '10s'; SET statement_timeout = 0; \
    SET lock_timeout = '20s'; SET tcp_keepalives_idle = '10s'; SET tcp_keepalives_interval = '5s'; \
    SET tcp_keepalives_count = 3; SET default_transaction_isolation = 'read committed'; \
    SET client_min_messages = warning; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') <> 'remote_apply'";

/// WHY: every statement finds its rows by key, whatever the statistics of a young table say; where an engine does not
/// know these settings, nothing is lost.
const PLANNING: &str = "SET jit = off; SET plan_cache_mode = 'force_generic_plan'; SET enable_seqscan = off";

/// One connection. Statements polled together go out together: the database works on one while the next is on its way.
pub(crate) struct Link {
    client: Client,
    driver: AbortHandle,
    /// Whether the server warned of something since this was last cleared.
    warned: Arc<AtomicBool>,
    statements: Mutex<HashMap<String, Statement>>,
}

/// How a connection that commits plans besides: rows of large tables by their keys, one after another, in the order a
/// statement names them. WHY: its statements are planned once, while a table may be young, and run for days; what reads
/// a whole table when there are ten rows reads it when there are ten million.
const BY_KEY: &str = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_memoize = off";

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A parameter.
pub(crate) type Parameter<'p> = &'p (dyn ToSql + Sync);

/// On which timeline this server writes: the first eight digits of the name of the log's file. No answer, or no such
/// function, where the engine is another one.
const TIMELINE: &str = "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)";

/// Moves bytes until the connection ends. A warning is noted before whatever the server says next is handed on.
async fn drive<S, T>(mut connection: Connection<S, T>, warned: Arc<AtomicBool>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => {
                warned.store(true, Ordering::SeqCst);
                tracing::warn!(notice = notice.message(), "the database warns");
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                tracing::warn!(error = %told(&error, None), "a connection to the database broke");
                return;
            }
            None => return,
        }
    }
}

impl Link {
    /// The connection, driven by a task of its own.
    pub(crate) fn over<S, T>(client: Client, connection: Connection<S, T>, runtime: &Handle) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let warned = Arc::new(AtomicBool::new(false));
        let driver = runtime.spawn(drive(connection, Arc::clone(&warned))).abort_handle();
        Self { client, driver, warned, statements: Mutex::default() }
    }

    /// Settings of the session; the server's timeline, where it has one.
    pub(crate) async fn begin_session(&self) -> Result<Option<u32>, tokio_postgres::Error> {
        self.client.batch_execute(SESSION).await?;
        if let Err(error) = self.client.batch_execute(PLANNING).await {
            tracing::debug!(error = %told(&error, None), "the database plans as it likes");
        }
        let Ok(row) = self.client.query_one(TIMELINE, &[]).await else { return Ok(None) };
        Ok(row.try_get::<_, &str>(0).ok().and_then(|digits| u32::from_str_radix(digits, 16).ok()))
    }

    /// Makes every statement find its rows by key.
    pub(crate) async fn plan_by_key(self) -> Self {
        if let Err(error) = self.client.batch_execute(BY_KEY).await {
            tracing::debug!(error = %told(&error, None), "the database plans as it likes");
        }
        self
    }

    /// Ends the transaction. A commit that comes with a warning is not believed: when somebody cancels its wait for a
    /// standby, the server warns, and reports success.
    pub(crate) async fn commit(&self) -> Result<(), Fault> {
        self.warned.store(false, Ordering::SeqCst);
        self.execute("COMMIT", &[]).await?;
        self.unwarned()
    }

    /// The first row of a statement that is a transaction of its own, and as durable as any commit.
    pub(crate) async fn maybe_committed(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, Fault> {
        self.warned.store(false, Ordering::SeqCst);
        let row = self.maybe(sql, parameters).await?;
        self.unwarned().map(|()| row)
    }

    fn unwarned(&self) -> Result<(), Fault> {
        if self.warned.load(Ordering::SeqCst) { Err(Fault::Warned) } else { Ok(()) }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    pub(crate) const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Cuts the connection, as a broken network would.
    pub(crate) fn cut(&self) {
        self.driver.abort();
    }

    /// The prepared statement of `sql`.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        let known = self.statements.lock().unwrap_or_else(PoisonError::into_inner).get(sql).cloned();
        if let Some(statement) = known {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        let mut statements = self.statements.lock().unwrap_or_else(PoisonError::into_inner);
        if statements.len() >= limits::STATEMENTS_MAX {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Several statements without parameters.
    pub(crate) async fn batch(&self, sql: &str) -> Result<(), Fault> {
        Ok(self.client.batch_execute(sql).await?)
    }

    pub(crate) async fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Fault> {
        let statement = self.prepare(sql).await?;
        Ok(self.client.query(&statement, parameters).await?)
    }

    /// The rows of a statement without parameters, as they come.
    pub(crate) async fn stream(&self, sql: &str) -> Result<tokio_postgres::RowStream, Fault> {
        let statement = self.prepare(sql).await?;
        let none: [Parameter<'_>; 0] = [];
        Ok(self.client.query_raw(&statement, none).await?)
    }

    pub(crate) async fn maybe(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Option<Row>, Fault> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    pub(crate) async fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, Fault> {
        let statement = self.prepare(sql).await?;
        Ok(self.client.execute(&statement, parameters).await?)
    }
}
