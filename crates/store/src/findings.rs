//! [`Findings`]: what a check found wrong, named and bounded.

use crate::limits;

/// What does not agree.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    listed: Vec<String>,
    more: u64,
}

impl Findings {
    pub(crate) fn add(&mut self, finding: impl Into<String>) {
        if self.listed.len() < limits::FINDINGS_MAX {
            self.listed.push(finding.into());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    pub(crate) fn into_list(mut self) -> Vec<String> {
        if self.more > 0 {
            self.listed.push(format!("and {} more", self.more));
        }
        self.listed
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
