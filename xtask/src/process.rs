//! [`Run`]: another program, echoed before it starts, with a clear sentence when it fails.

use std::{
    ffi::OsStr,
    fmt,
    io::ErrorKind,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use crate::{
    console::say,
    environment,
    failure::{Failure, Outcome},
    workspace,
};

/// A program about to be run, from the repository's root unless [`Run::inside`] says otherwise.
pub(crate) struct Run(Command);

impl Run {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(workspace::root()).env("RUST_BACKTRACE", "1");
        // WHY: a CI machine builds once, so incremental state only costs it time and disk.
        if environment::is_ci() && !environment::is_set("CARGO_INCREMENTAL") {
            command.env("CARGO_INCREMENTAL", "0");
        }
        Self(command)
    }

    pub(crate) fn cargo(subcommand: &str) -> Self {
        Self::new("cargo").arg(subcommand)
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub(crate) fn args(mut self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn inside(mut self, folder: impl AsRef<Path>) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Runs it with this terminal's input and output.
    ///
    /// # Errors
    /// When it cannot be started or does not succeed.
    pub(crate) fn go(mut self) -> Outcome {
        self.echo();
        let status = self.0.status().map_err(|error| self.not_started(&error))?;
        self.succeeded(status)
    }

    /// Runs it quietly and returns what it wrote to standard output; its errors still go to the terminal.
    ///
    /// # Errors
    /// When it cannot be started, does not succeed, or writes something other than UTF-8.
    pub(crate) fn read(mut self) -> Result<String, Failure> {
        let output = self.0.stderr(Stdio::inherit()).output().map_err(|error| self.not_started(&error))?;
        self.succeeded(output.status)?;
        String::from_utf8(output.stdout).map_err(|_| Failure::new(format!("`{self}` wrote something other than text")))
    }

    /// Runs it with no output at all, to learn whether it succeeds. Not being there is not succeeding.
    pub(crate) fn succeeds(mut self) -> bool {
        self.0.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.0.status().is_ok_and(|status| status.success())
    }

    /// Starts it and returns at once: standard output is piped to the caller, standard error goes to `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub(crate) fn start(mut self, log: std::fs::File) -> Result<Child, Failure> {
        self.echo();
        self.0.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        self.0.spawn().map_err(|error| self.not_started(&error))
    }

    /// Becomes that program, so that signals, the terminal and the exit code are its own. Returns only on failure.
    #[cfg(unix)]
    pub(crate) fn become_it(mut self) -> Failure {
        self.echo();
        let error = std::os::unix::process::CommandExt::exec(&mut self.0);
        self.not_started(&error)
    }

    fn echo(&self) {
        say(&format!("$ {self}"));
    }

    fn not_started(&self, error: &std::io::Error) -> Failure {
        let program = self.0.get_program().display();
        match error.kind() {
            ErrorKind::NotFound => Failure::new(format!("`{program}` is not on this machine; `{self}` needs it")),
            _ => Failure::new(format!("`{self}` could not be started: {error}")),
        }
    }

    fn succeeded(&self, status: ExitStatus) -> Outcome {
        if status.success() { Ok(()) } else { Err(Failure::new(format!("`{self}` failed ({status})"))) }
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.get_program().display())?;
        for arg in self.0.get_args() {
            let arg = arg.display().to_string();
            if arg.is_empty() || arg.contains(char::is_whitespace) {
                write!(f, " '{arg}'")?;
            } else {
                write!(f, " {arg}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        assert_eq!(Run::cargo("clippy").args(["--", "-D", "warnings"]).to_string(), "cargo clippy -- -D warnings");
        assert_eq!(Run::new("echo").args(["two words", ""]).to_string(), "echo 'two words' ''");
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = Run::new("no-such-program-here").go().unwrap_err();
        assert!(failure.to_string().contains("`no-such-program-here` is not on this machine"), "{failure}");
    }

    #[cfg(unix)]
    #[test]
    fn a_failing_program_is_named_with_its_exit_code() {
        let failure = Run::new("sh").args(["-c", "exit 3"]).go().unwrap_err();
        assert!(failure.to_string().contains("exit status: 3"), "{failure}");
    }
}
