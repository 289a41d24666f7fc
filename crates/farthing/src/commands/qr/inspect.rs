//! `farthing qr inspect`: what scanned texts are, one line of stdin and one JSON object a code.

use std::io::BufRead;
use std::path::PathBuf;

use money::{Digest, Instant};
use qr::{Inspection, KeySet, TrustedKeys};
use serde::Serialize;
use simulator::http::{Connection, Outgoing};
use store::{Clock, SystemClock};

use crate::failure::{Failure, failed};
use crate::output::Output;

/// Say what scanned texts are: one payload a line on stdin, one JSON object a line on stdout.
#[derive(Debug, clap::Args)]
pub(crate) struct Inspect {
    /// A code that breaks any rule of the standard is not valid; fails when one is not.
    #[arg(long)]
    strict: bool,
    /// The moment to judge at, instead of now.
    #[arg(long, value_name = "RFC3339")]
    now: Option<Instant>,
    /// A published key set (as `/.well-known/farthing-keys` answers) to check signatures with.
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    keys: Option<PathBuf>,
    /// Fetch the key set from this server.
    #[arg(long)]
    url: Option<String>,
    /// SHA-256 of the root key that must have signed the set; the set's own root is taken as it comes when absent.
    #[arg(long, value_name = "DIGEST")]
    root: Option<Digest>,
    /// Run a file of test vectors (a JSON object with `cases`) and say, by profile, where the answers agree.
    #[arg(long, value_name = "FILE", conflicts_with = "strict")]
    check: Option<PathBuf>,
    /// Read the codes of this picture instead of stdin.
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    png: Option<PathBuf>,
}

/// An inspection, with what strictness makes of it.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    inspection: Inspection,
}

impl Inspect {
    pub(crate) async fn run(self, output: &mut Output) -> Result<(), Failure> {
        let now = self.now.unwrap_or_else(|| SystemClock.now());
        let keys = self.trusted(now).await?;
        if let Some(file) = &self.check {
            return super::check::run(file, keys.as_ref(), now, output);
        }
        let mut invalid = 0_u64;
        let lines: Box<dyn Iterator<Item = std::io::Result<Vec<u8>>>> = match &self.png {
            Some(path) => Box::new(super::picture::read(path)?.into_iter().map(Ok)),
            None => Box::new(std::io::stdin().lock().split(b'\n')),
        };
        for line in lines {
            let line = line.map_err(failed("cannot read stdin"))?;
            let payload = line.strip_suffix(b"\r").unwrap_or(&line);
            if payload.is_empty() {
                continue;
            }
            let mut inspection = match std::str::from_utf8(payload) {
                Ok(text) => qr::inspect(text, keys.as_ref(), now),
                Err(error) => Inspection::not_text(error.valid_up_to()),
            };
            if self.strict {
                inspection.valid = inspection.is_strict();
            }
            invalid += u64::from(!inspection.valid);
            output.object(&Line { inspection })?;
        }
        match invalid {
            count if self.strict && count > 0 => Err(Failure::negative(format!("{count} codes are not valid"))),
            _ => Ok(()),
        }
    }

    async fn trusted(&self, now: Instant) -> Result<Option<TrustedKeys>, Failure> {
        let set: KeySet = match (&self.keys, &self.url) {
            (None, None) => return Ok(None),
            (Some(path), _) => {
                let text = std::fs::read(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
                serde_json::from_slice(&text).map_err(failed(format!("`{}` is not a key set", path.display())))?
            }
            (None, Some(url)) => {
                let mut line = Connection::to(url).map_err(failed("cannot call the server"))?;
                let request = Outgoing { method: "GET", path: "/.well-known/farthing-keys", headers: &[], body: &[] };
                let answer = line.send(request).await.map_err(failed("cannot fetch the key set"))?;
                answer.json().map_err(failed("cannot read the key set"))?
            }
        };
        let root = self.root.unwrap_or(set.set.root);
        TrustedKeys::check(&set, &root, None, now).map(Some).map_err(failed("the key set does not hold"))
    }
}
