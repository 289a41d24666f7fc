//! What a person reads while a command runs, and how long things took.

use std::{
    io::Write,
    time::{Duration, Instant},
};

/// One line to standard output. A closed pipe is no reason to stop.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// One line to standard error.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Measures one step.
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where xtask reads a clock, to say how long steps took"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// For a person: `0.4s`, `12.0s`, `3m 7s`, `1h 2m`.
    pub(crate) fn elapsed(&self) -> String {
        spell(self.0.elapsed())
    }
}

fn spell(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..60 => format!("{seconds}.{}s", duration.subsec_millis() / 100),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        _ => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(millis: u64, expected: &str) {
        assert_eq!(spell(Duration::from_millis(millis)), expected);
    }

    #[test]
    fn durations_are_spelled_for_people() {
        check(0, "0.0s");
        check(450, "0.4s");
        check(59_999, "59.9s");
        check(60_000, "1m 0s");
        check(723_000, "12m 3s");
        check(3_720_000, "1h 2m");
    }
}
