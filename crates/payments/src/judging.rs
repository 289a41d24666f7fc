//! [`Judging`]: the rules and models a decision is judged by. A record names them by their digests, with what the breaker
//! had demoted; whoever makes a decision again brings their content.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use money::Digest;
use risk::assess::Judges;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What identifies the judges of a decision, exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Whether payments are judged at all; without, only a first payment above the operator's threshold is asked about.
    pub on: bool,
    /// SHA-256 over the rules' files.
    pub rules: Option<Digest>,
    /// SHA-256 of the model that counts.
    pub champion: Option<Digest>,
    /// SHA-256 of the model beside it.
    pub challenger: Option<Digest>,
    /// Rules, or the score, whose refusals the breaker has demoted.
    pub demoted: BTreeSet<String>,
    /// Whether payees' files are behind: events wait that should have been folded.
    pub payees_late: bool,
}

/// The judges by their marks, with their content unless they were read from a record.
#[derive(Clone, Debug)]
pub struct Judging {
    marks: Marks,
    judges: Option<Arc<Judges>>,
}

/// A model and the digest of its file.
#[derive(Clone, Debug)]
pub struct KnownModel {
    /// The model.
    pub model: risk::model::Model,
    /// SHA-256 of its file.
    pub digest: Digest,
}

impl Judging {
    /// Nobody judges: only the operator's threshold on first payments holds.
    #[must_use]
    pub fn off() -> Self {
        static NONE: LazyLock<Arc<Judges>> = LazyLock::new(Arc::default);
        Self { marks: Marks::default(), judges: Some(Arc::clone(&NONE)) }
    }

    /// Judged by these. Rules that are not there ask for a step-up of every payment; a model that is not there does not.
    #[must_use]
    pub fn by(
        rules: Option<risk::rule::RuleSet>,
        champion: Option<KnownModel>,
        challenger: Option<KnownModel>,
    ) -> Self {
        let marks = Marks {
            on: true,
            rules: rules.as_ref().map(|rules| rules.digest),
            champion: champion.as_ref().map(|known| known.digest),
            challenger: challenger.as_ref().map(|known| known.digest),
            ..Marks::default()
        };
        let (champion, challenger) = (champion.map(|known| known.model), challenger.map(|known| known.model));
        Self { marks, judges: Some(Arc::new(Judges { rules, champion, challenger })) }
    }

    /// The same judges, with what the breaker demotes and whether payees' files are behind.
    #[must_use]
    pub fn under(&self, demoted: BTreeSet<String>, payees_late: bool) -> Self {
        Self { marks: Marks { demoted, payees_late, ..self.marks.clone() }, judges: self.judges.clone() }
    }

    /// What identifies them.
    #[must_use]
    pub const fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Their content, where it is there.
    #[must_use]
    pub fn judges(&self) -> Option<&Judges> {
        self.judges.as_deref()
    }

    /// Whether these are the judges of a record: rules and models alike, whatever was demoted.
    #[must_use]
    pub fn are(&self, other: &Self) -> bool {
        let content = |marks: &Marks| (marks.on, marks.rules, marks.champion, marks.challenger);
        content(&self.marks) == content(&other.marks)
    }

    /// The marks of a record with the content of `known`, which must be the same judges.
    #[must_use]
    pub(crate) fn bring(&self, known: &Self) -> Option<Self> {
        let judges = known.judges.clone().filter(|_| self.are(known))?;
        Some(Self { marks: self.marks.clone(), judges: Some(judges) })
    }
}

impl PartialEq for Judging {
    fn eq(&self, other: &Self) -> bool {
        self.marks == other.marks
    }
}

impl Eq for Judging {}

impl Serialize for Judging {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.marks.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Judging {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let marks = Marks::deserialize(deserializer)?;
        Ok(if marks.on { Self { marks, judges: None } } else { Self::off() })
    }
}
