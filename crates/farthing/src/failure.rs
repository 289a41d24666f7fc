//! [`Failure`]: what a command says when it cannot do what it was asked: one sentence, and a hint apart.

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Failure {
    what: String,
    hint: Option<String>,
    exit: u8,
}

impl Failure {
    /// One sentence: lower case, no full stop, the user's input in backticks.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None, exit: 1 }
    }

    /// What was tried, and every reason below it.
    pub(crate) fn because(tried: impl std::fmt::Display, error: &dyn std::error::Error) -> Self {
        let mut what = format!("{tried}: {error}");
        let mut source = error.source();
        while let Some(error) = source {
            let text = error.to_string();
            if !what.ends_with(&text) {
                what = format!("{what}: {text}");
            }
            source = error.source();
        }
        Self::new(what)
    }

    /// The command did its work and the answer is "no": findings, refusals.
    pub(crate) fn negative(what: impl Into<String>) -> Self {
        Self { exit: 2, ..Self::new(what) }
    }

    /// With something to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What to do about it.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The process's exit code.
    pub(crate) const fn exit(&self) -> u8 {
        self.exit
    }
}

/// `map_err(failed("…"))`: what was tried, before the reasons.
pub(crate) fn failed<E: std::error::Error>(tried: impl std::fmt::Display) -> impl FnOnce(E) -> Failure {
    move |error| Failure::because(tried, &error)
}
