//! [`StoreError`]: what may go wrong below a decision. None of it ever means that money may have moved unnoticed,
//! except [`StoreError::Unknown`], which says so.

/// Why the store could not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// More commands wait than the named bound; try again shortly.
    #[error("the store is busy")]
    Busy,
    /// The store is closing or closed.
    #[error("the store is closed")]
    Closed,
    /// This command alone cannot be decided: a bug, isolated. Nothing was written for it.
    #[error("the command was quarantined: {0}")]
    Quarantined(String),
    /// Nothing was written.
    #[error("{action} failed")]
    Failed {
        /// What was tried, in words.
        action: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Whether the commit is durable could not be learnt; the same command may be sent again.
    #[error("the outcome is not known")]
    Unknown,
    /// The data folder is not usable as it is.
    #[error("{0}")]
    Unusable(String),
}
