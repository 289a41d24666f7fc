//! Payers' data keys in this engine's tables. One writer means that what is remembered is what is stored.

use std::sync::Arc;

use money::PayerId;
use rusqlite::{Connection, OptionalExtension};

use crate::decided::PayerKeys;
use crate::fault::Fault;
use crate::keys::{Class, Keyring, SealKey};

impl Keyring {
    /// A payer's key, if they have one: never made, or erased, means `None`.
    pub(crate) fn payer(
        &self,
        connection: &Connection,
        payer: PayerId,
        class: Class,
    ) -> Result<Option<Arc<SealKey>>, Fault> {
        if let Some(key) = self.remembered(payer, class) {
            return Ok(Some(key));
        }
        let mut statement =
            connection.prepare_cached("SELECT wrapped FROM payer_keys WHERE payer = ?1 AND class = ?2")?;
        let wrapped: Option<Vec<u8>> =
            statement.query_row((payer.as_bytes(), class.word()), |row| row.get(0)).optional()?;
        let Some(wrapped) = wrapped else { return Ok(None) };
        let key = self.unwrap_key(payer, class, &wrapped)?;
        self.remember(payer, class, &key);
        Ok(Some(key))
    }
}

/// The keys behind the writer's connection.
pub(crate) struct StoredKeys<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) ring: &'c Keyring,
}

impl PayerKeys for StoredKeys<'_> {
    fn decision_key(&mut self, payer: PayerId) -> Result<Option<Arc<SealKey>>, Fault> {
        self.ring.payer(self.connection, payer, Class::Decision)
    }

    fn make(&mut self, payer: PayerId) -> Result<(), Fault> {
        for class in Class::ALL {
            if self.ring.payer(self.connection, payer, class)?.is_some() {
                continue;
            }
            let (key, wrapped) = self.ring.new_key(payer, class)?;
            let mut statement =
                self.connection.prepare_cached("INSERT INTO payer_keys (payer, class, wrapped) VALUES (?1, ?2, ?3)")?;
            statement.execute((payer.as_bytes(), class.word(), wrapped))?;
            self.ring.remember(payer, class, &key);
        }
        Ok(())
    }
}
