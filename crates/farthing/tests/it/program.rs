//! Runs the binary under test.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// The binary, with no terminal and no settings of the developer's own.
pub(crate) fn farthing() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_farthing"));
    command
        .env_remove("FARTHING_PHONE")
        .env_remove("FARTHING_API_KEY")
        .env_remove("FARTHING_LANG")
        .stdin(Stdio::null());
    command
}

/// Runs to the end; prints what was said when it was not as wanted.
#[track_caller]
pub(crate) fn run(args: &[&str]) -> Output {
    farthing().args(args).output().unwrap()
}

/// Runs to a good end and reads the only line of stdout as JSON.
#[track_caller]
pub(crate) fn json(args: &[&str]) -> Value {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?} ended with {}: {stderr}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Feeds `input` to stdin and runs to the end.
pub(crate) fn run_with_input(args: &[&str], input: &str) -> Output {
    let mut child =
        farthing().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let feeding = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    // A program that ends early may leave input unread.
    let _ = feeding.join();
    output
}

/// A running server; killed when dropped.
pub(crate) struct Running {
    child: Child,
    rest: Option<BufReader<ChildStdout>>,
    /// Its first line.
    pub(crate) first: Value,
}

impl Running {
    /// Starts it and reads its first line, which is JSON.
    #[track_caller]
    pub(crate) fn start(args: &[&str]) -> Self {
        let mut child = farthing().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut rest = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        rest.read_line(&mut line).unwrap();
        let first = serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            panic!("{args:?} did not start: {line}{said}")
        });
        Self { child, rest: Some(rest), first }
    }

    /// A text of the first line.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> String {
        self.first[name].as_str().unwrap().to_owned()
    }

    /// Kills it as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and says what it wrote after its first line, and whether it ended well.
    pub(crate) fn terminate(mut self) -> (bool, String) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let mut said = String::new();
        self.rest.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().success(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A path as text.
pub(crate) fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
