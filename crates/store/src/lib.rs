//! Loads what decisions read, commits what they change, once: SQLite, embedded.
