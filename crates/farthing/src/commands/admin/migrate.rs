//! `farthing admin migrate`: an embedded store moves to PostgreSQL.

use std::path::PathBuf;

use serde::Serialize;
use store::{CopyStep, KeySource, Options, SqliteStore, Store};

use crate::failure::{Failure, failed};
use crate::node::keys_folder;
use crate::output::{GOOD, Output, grouped, table};

/// What is copied, and where to.
#[derive(Debug, clap::Args)]
pub(super) struct Migrate {
    /// The data folder to copy, not served meanwhile: sqlite:DIR.
    #[arg(long, value_name = "sqlite:DIR", value_parser = sqlite_folder)]
    from: PathBuf,
    /// The empty database: postgres://USER:PASSWORD@HOST/DATABASE.
    #[arg(long, value_name = "URL", env = "FARTHING_DATABASE_URL", hide_env_values = true)]
    to: String,
    /// A command whose standard output is the folder's key-encryption key, instead of the file DIR/kek.
    #[arg(long, value_name = "COMMAND")]
    key_command: Option<String>,
}

/// `sqlite:DIR` as its folder.
fn sqlite_folder(text: &str) -> Result<PathBuf, String> {
    text.strip_prefix("sqlite:").map(PathBuf::from).ok_or_else(|| "write sqlite:DIR".to_owned())
}

/// With `--json`: what was copied.
#[derive(Serialize)]
struct Migrated {
    tables: Vec<store::CopiedTable>,
    rows: u64,
}

impl Migrate {
    pub(super) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        self.prove(output).await?;
        let copied = {
            let output = &mut *output;
            let mut tell = move |step: CopyStep<'_>| match step {
                CopyStep::Copying { table, rows } => output.ticker(&format!("{table}: {} rows …", grouped(rows))),
                CopyStep::Compared(table) => {
                    output.progress(&format!("{}: {} rows, the same on both sides", table.table, grouped(table.rows)));
                }
            };
            store::copy(&self.from, &self.to, &mut tell).await.map_err(failed("nothing was copied"))?
        };
        let rows = copied.iter().map(|table| table.rows).sum();
        if output.is_json() {
            return output.object(&Migrated { tables: copied, rows });
        }
        let lines = copied.iter().map(|copied| {
            let digest: String = copied.digest.chars().take(16).collect();
            vec![copied.table.clone(), copied.rows.to_string(), digest]
        });
        for line in table(&["table", "rows", "digest"], &lines.collect::<Vec<_>>(), &[1]) {
            output.line(&line);
        }
        output.line(&format!("{GOOD}copied and compared {} rows{GOOD:#}", grouped(rows)));
        output.note(&format!(
            "every node needs `{}` and `{}` in its own folder; then: farthing serve --data FOLDER --database-url URL",
            self.from.join("kek").display(),
            keys_folder(&self.from).display()
        ));
        Ok(())
    }

    /// What is altered or damaged is found where it is, before anything is made of it.
    async fn prove(&self, output: &mut Output) -> Result<(), Failure> {
        let from = self.from.display();
        if !self.from.join("farthing.db").exists() {
            return Err(Failure::new(format!("`{from}` holds no embedded store"))
                .hint("name the folder that `farthing serve --data` uses"));
        }
        let keys = self.key_command.clone().map_or(KeySource::File, KeySource::Command);
        let store = SqliteStore::open(Options::new(&self.from).keys(keys)).map_err(failed("nothing was copied"))?;
        output.progress("proving the books and the audit chain of what is to be copied …");
        let proof = async {
            // What has been committed since the last seal is sealed, so that it is under the chain that moves.
            store.seal().await?;
            let (ledger, audit) = (store.check_ledger().await?, store.verify_audit().await?);
            Ok::<_, store::StoreError>([ledger.findings, audit.findings].concat())
        };
        let findings = proof.await.map_err(failed("nothing was copied"));
        store.close().await.map_err(failed("cannot close the data folder"))?;
        match findings?.as_slice() {
            [] => Ok(()),
            [first, rest @ ..] => {
                let others = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
                Err(Failure::negative(format!(
                    "nothing was copied: `{from}` does not agree with itself: {first}{others}"
                ))
                .hint("look at all of it with `farthing ledger check` and `farthing audit verify`"))
            }
        }
    }
}
