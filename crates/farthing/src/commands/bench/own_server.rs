//! [`OwnServer`]: this very program as a child process, so that its processor time can be told from the load's.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use crate::failure::{Failure, failed};
use crate::staff::SOCKET;
use crate::temporary::Folder;

/// How long the child may take to finish what is in flight.
const STOP_TRIES: u32 = 100;
const STOP_PAUSE: Duration = Duration::from_millis(100);

/// A server on a store of its own. It ends with this process, however that ends: its stdin closes.
pub(super) struct OwnServer {
    child: Child,
    folder: Folder,
    /// Where it listens.
    pub(super) url: String,
}

/// The first line of `farthing serve --json`.
#[derive(Deserialize)]
struct Serving {
    url: String,
}

impl OwnServer {
    /// Starts `farthing serve` in test mode without rate limits, and waits until it listens.
    pub(super) fn start(data: Option<PathBuf>, database: Option<&str>) -> Result<Self, Failure> {
        let folder = Folder::or_temporary(data)?;
        let program = std::env::current_exe().map_err(failed("cannot find this program"))?;
        let mut command = Command::new(program);
        if let Some(url) = database {
            // In its environment, where other users of this machine cannot read the password.
            command.env("FARTHING_DATABASE_URL", url);
        }
        let mut child = command
            .args([
                "--json",
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--test-mode",
                "--no-rate-limits",
                "--risk-shadow",
                "--no-web",
            ])
            // Every wallet of the load comes from this machine.
            .args(["--sign-up-exempt", "127.0.0.0/8"])
            .args(["--log", "warn", "--until-stdin-closes", "--data"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(failed("cannot start a server"))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(failed("cannot hear the server"))?;
        }
        let mut server = Self { child, folder, url: String::new() };
        let serving: Serving = serde_json::from_str(&line)
            .map_err(|_| Failure::new("the server did not start").hint("its own words stand above"))?;
        server.url = serving.url;
        Ok(server)
    }

    /// Its process.
    pub(super) fn process_id(&self) -> u32 {
        self.child.id()
    }

    /// Its admin socket.
    pub(super) fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// Its data folder, when it is kept.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        (!self.folder.is_temporary()).then(|| Path::to_owned(self.folder.path()))
    }

    /// Closes its stdin and waits for it to end well.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        drop(self.child.stdin.take());
        for _ in 0..STOP_TRIES {
            match self.child.try_wait().map_err(failed("cannot wait for the server"))? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(Failure::new(format!("the server ended with {status}"))),
                None => std::thread::sleep(STOP_PAUSE),
            }
        }
        Err(Failure::new("the server did not end in time"))
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
