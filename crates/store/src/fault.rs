//! [`Fault`]: what goes wrong inside a store, before it is told to a caller as a [`StoreError`].

use crate::StoreError;

/// What to do about a database that was set back.
pub(crate) const BEHIND: &str = "a standby that was not synchronous was promoted, or an older state restored: restart \
    this node to go on from there, and look for what is lost in its log";

/// What goes wrong inside.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// SQLite refuses.
    #[error("the database refused")]
    Sql(#[from] rusqlite::Error),
    /// PostgreSQL refuses, or cannot be reached.
    #[error("the database refused")]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to the database; why, with what to do about it.
    #[error("{0}")]
    Away(String),
    /// A commit was reported as made, with a warning: whether it is durable has to be found out.
    #[error("the database warned while it committed")]
    Warned,
    /// The database does not know commits that this node has acknowledged.
    #[error("the database lacks commits of this node; {BEHIND}")]
    Behind,
    /// The nodes of this database have agreed on other settings than this one was started with.
    #[error("the nodes of this database have agreed on other settings; restart this one with them")]
    OtherSettings,
    /// Somebody else's commit came in between.
    #[error("another commit came in between")]
    Conflict,
    /// A test has cut the connection.
    #[cfg(feature = "testing")]
    #[error("the connection was cut")]
    Cut,
    /// A stored row is not one this program wrote.
    #[error("stored {0} cannot be read")]
    Unreadable(&'static str),
    /// A row that was loaded is not there to be updated, or one to be added is not what it must be.
    #[error("{0} cannot be written as it is")]
    Unwritable(&'static str),
    /// A key is not there or does not fit.
    #[error("{0}")]
    Key(&'static str),
    /// Random bytes, files: already in a caller's words.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A command asks for rows without end: a bug.
    #[error("the rows of a command could not be loaded in {0} rounds")]
    Rounds(usize),
}

impl Fault {
    /// In a caller's words: what was tried.
    pub(crate) fn during(self, action: &'static str) -> StoreError {
        match self {
            Self::Store(error) => error,
            other => StoreError::Failed { action, source: Box::new(other) },
        }
    }

    /// Whether the rows themselves are refused: the same commit would be refused again, so a command is to blame.
    pub(crate) fn blames_command(&self) -> bool {
        match self {
            Self::Sql(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation),
            Self::Unwritable(_) | Self::Rounds(_) => true,
            Self::Postgres(error) => {
                error.code().is_some_and(|code| code.code().starts_with("23") || code.code().starts_with("22"))
            }
            #[cfg(feature = "testing")]
            Self::Cut => false,
            Self::Away(_) | Self::Warned | Self::Behind | Self::OtherSettings => false,
            Self::Conflict | Self::Unreadable(_) | Self::Key(_) | Self::Store(_) => false,
        }
    }

    /// Whether the database cannot write: its disk is full or fails.
    pub(crate) fn is_storage(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.code().is_some_and(|code| matches!(code.code(), "53100" | "58030")))
    }

    /// Whether no command can be committed, whichever it is: to try each of a batch alone would help nobody.
    pub(crate) fn concerns_all(&self) -> bool {
        matches!(self, Self::Behind | Self::OtherSettings) || self.is_storage()
    }
}
