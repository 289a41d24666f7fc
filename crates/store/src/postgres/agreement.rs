//! [`Agreement`]: what all nodes of a database must have alike. Where nodes differed in a limit, the laxest of them would
//! be the limit; where they differed in their origin, a proof for one would be none for another.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use payments::Packs;
use serde_json::{Map, Value};

use crate::fault::Fault;
use crate::postgres::committer::say;
use crate::postgres::link::Link;
use crate::postgres::schema;
use crate::{PostgresOptions, StoreError};

/// The key of its row.
pub(crate) const KEY: &str = "agreement";

/// Of these hangs what is in the database already: wallets of one currency, and play money or real money.
const FOR_EVER: [&str; 2] = ["currency", "test_mode"];

/// What this node was started with, and whether the database still says the same.
#[derive(Debug)]
pub(crate) struct Agreement {
    ours: RwLock<Arc<Vec<u8>>>,
    broken: AtomicBool,
}

impl Agreement {
    /// Joins the agreement of a database, or makes it where there is none.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the nodes have agreed on something else, naming each difference.
    pub(crate) async fn join(link: &Link, options: &PostgresOptions) -> Result<Self, StoreError> {
        let failed =
            |fault: Fault| StoreError::Failed { action: "agreeing with other nodes", source: say(&fault).into() };
        let ours = said(options)?;
        let bytes = protocol::to_canonical(&ours);
        let add = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING";
        link.execute(add, &[&KEY, &bytes]).await.map_err(failed)?;
        let row = link.maybe("SELECT value FROM meta WHERE key = $1", &[&KEY]).await.map_err(failed)?;
        let theirs = row.map(|row| row.try_get::<_, Vec<u8>>(0)).transpose().map_err(|error| failed(error.into()))?;
        let theirs = theirs.unwrap_or_default();
        if theirs != bytes {
            let parsed = serde_json::from_slice(&theirs);
            let parsed = parsed.map_err(|_| failed(Fault::Unreadable("agreement")))?;
            may_replace(&ours, &parsed, options.change_settings).map_err(StoreError::Unusable)?;
            let change = "UPDATE meta SET value = $2 WHERE key = $1 AND value = $3";
            let changed = link.execute(change, &[&KEY, &bytes, &theirs]).await.map_err(failed)?;
            if changed != 1 {
                return Err(StoreError::Unusable(
                    "another node changes the settings at this moment; try again".to_owned(),
                ));
            }
            tracing::warn!("the settings of all nodes were changed; restart the others with them");
        }
        Ok(Self { ours: RwLock::new(Arc::new(bytes)), broken: AtomicBool::new(false) })
    }

    /// What the database must say, to be compared there.
    pub(crate) fn ours(&self) -> Arc<Vec<u8>> {
        Arc::clone(&self.ours.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has all nodes agree on `packs`. Until another node was told them, too, it decides nothing: where nodes differed,
    /// the laxest would hold.
    pub(crate) async fn exchange_packs(&self, link: &Link, packs: &Packs) -> Result<(), Fault> {
        let old = self.ours();
        let mut said: Map<String, Value> = serde_json::from_slice(&old).map_err(|_| Fault::Unreadable("agreement"))?;
        said.insert("packs".to_owned(), packs.digest().to_string().into());
        let new = protocol::to_canonical(&said);
        let change = "UPDATE meta SET value = $2 WHERE key = $1 AND value IN ($2, $3)";
        let changed = link.execute(change, &[&KEY, &new, &old.as_slice()]).await?;
        *self.ours.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        self.heard(changed == 1)
    }

    /// Takes note of whether the database still says the same.
    pub(crate) fn heard(&self, is_same: bool) -> Result<(), Fault> {
        self.broken.store(!is_same, Ordering::SeqCst);
        if is_same { Ok(()) } else { Err(Fault::OtherSettings) }
    }

    /// Whether the database said the same when it was last asked.
    pub(crate) fn holds(&self) -> bool {
        !self.broken.load(Ordering::SeqCst)
    }
}

/// The schema as this program knows it, and the settings the nodes have agreed on where those are asked for.
pub(crate) async fn prepared(link: &mut Link, options: PostgresOptions) -> Result<PostgresOptions, StoreError> {
    schema::migrate(link).await?;
    if options.as_agreed { agreed(link, options).await } else { Ok(options) }
}

/// `options` with what the nodes have agreed on in the place of what they say; as they are where nobody has agreed yet.
async fn agreed(link: &Link, options: PostgresOptions) -> Result<PostgresOptions, StoreError> {
    let failed =
        |fault: Fault| StoreError::Failed { action: "reading what nodes agreed on", source: say(&fault).into() };
    let row = link.maybe("SELECT value FROM meta WHERE key = $1", &[&KEY]).await.map_err(failed)?;
    let Some(row) = row else { return Ok(options) };
    let text = row.try_get::<_, Vec<u8>>(0).map_err(|error| failed(error.into()))?;
    let unreadable = |_| failed(Fault::Unreadable("agreement"));
    let mut said: Map<String, Value> = serde_json::from_slice(&text).map_err(unreadable)?;
    let origin = said.remove("public_origin").and_then(|origin| origin.as_str().map(str::to_owned));
    let settings = serde_json::from_value(Value::Object(said)).map_err(unreadable)?;
    Ok(PostgresOptions { settings, origin, ..options })
}

/// Everything a node was told that others must have been told, too.
fn said(options: &PostgresOptions) -> Result<Map<String, Value>, StoreError> {
    let unreadable = |_| StoreError::Unusable("the settings cannot be written down".to_owned());
    let Value::Object(mut said) = serde_json::to_value(&options.settings).map_err(unreadable)? else {
        return Err(StoreError::Unusable("the settings cannot be written down".to_owned()));
    };
    said.insert("public_origin".to_owned(), options.origin.clone().into());
    Ok(said)
}

/// Whether `ours` may take the place of `theirs`: when it only adds what a newer program knows, or when that is asked
/// for and nothing changes that must stay.
fn may_replace(ours: &Map<String, Value>, theirs: &Map<String, Value>, is_asked_for: bool) -> Result<(), String> {
    let unknown: Vec<String> =
        theirs.keys().filter(|name| !ours.contains_key(*name)).map(|name| format!("`{name}`")).collect();
    if !unknown.is_empty() {
        return Err(format!(
            "the nodes of this database have agreed on {}, which this program does not know; use a newer one",
            unknown.join(", ")
        ));
    }
    let differing = || ours.iter().filter(|(name, ours)| theirs.get(*name).is_some_and(|theirs| theirs != *ours));
    let said = |(name, ours): (&String, &Value)| {
        format!("`{name}` is {ours} here and {} there", theirs.get(name).unwrap_or(&Value::Null))
    };
    let fixed: Vec<String> = differing().filter(|(name, _)| FOR_EVER.contains(&name.as_str())).map(said).collect();
    if !fixed.is_empty() {
        return Err(format!("this is another provider's database: {}; it never changes", fixed.join("; ")));
    }
    let changed: Vec<String> = differing().map(said).collect();
    if changed.is_empty() || is_asked_for {
        return Ok(());
    }
    Err(format!(
        "the nodes of this database have agreed on other settings: {}; start this node with the same, or with \
         `--change-settings` to change them for all",
        changed.join("; ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ours: &str, theirs: &str, is_asked_for: bool, wanted: Result<(), &str>) {
        let (ours, theirs) = (serde_json::from_str(ours).unwrap(), serde_json::from_str(theirs).unwrap());
        match (may_replace(&ours, &theirs, is_asked_for), wanted) {
            (Ok(()), Ok(())) => {}
            (Err(said), Err(wanted)) => assert!(said.contains(wanted), "{said}"),
            (got, wanted) => panic!("{got:?}, not {wanted:?}"),
        }
    }

    #[test]
    fn settings_are_the_same_on_every_node_unless_a_change_is_asked_for() {
        let theirs = r#"{"currency":"KRW","limit":5,"test_mode":false}"#;
        let lax = r#"{"currency":"KRW","limit":9,"test_mode":false}"#;
        check(lax, theirs, false, Err("`limit` is 9 here and 5 there"));
        check(lax, theirs, true, Ok(()));
        let euro = r#"{"currency":"EUR","limit":5,"test_mode":false}"#;
        for is_asked_for in [false, true] {
            check(euro, theirs, is_asked_for, Err("another provider's database: `currency` is \"EUR\" here"));
        }
        let play = r#"{"currency":"KRW","limit":5,"test_mode":true}"#;
        check(play, theirs, true, Err("`test_mode` is true here and false there"));
        let newer = r#"{"currency":"KRW","limit":5,"tier":1,"test_mode":false}"#;
        check(newer, theirs, false, Ok(()));
        check(theirs, newer, true, Err("agreed on `tier`, which this program does not know"));
    }
}
