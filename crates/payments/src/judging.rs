//! [`Judging`]: the rules and models a decision is judged by. A record names them by their digests, with what the breaker
//! had demoted; whoever makes a decision again brings their content.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use money::Digest;
use protocol::sha256;
use risk::assess::Judges;
use risk::model::{Model, ModelError};
use risk::rule::RuleSet;
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
    /// The texts they were made of, each under the key it is kept by.
    texts: Arc<Vec<(String, Arc<str>)>>,
}

/// Before a digest: the key under which the files of rules are kept.
const RULES_KEY: &str = "judges/rules/";
/// Before a digest: the key under which a model's file is kept.
pub const MODEL_KEY: &str = "judges/model/";

/// A model as its file says it.
#[derive(Clone, Debug)]
pub struct KnownModel {
    model: Model,
    digest: Digest,
    text: Arc<str>,
}

impl KnownModel {
    /// Reads a model's file, for payments as a server sees them.
    ///
    /// # Errors
    /// When it is no model, or one of another catalogue or other columns: with the difference.
    pub fn read(text: &str) -> Result<Self, ModelError> {
        Ok(Self { model: Model::read(text, &[])?, digest: sha256(text.as_bytes()), text: text.into() })
    }

    /// The model.
    #[must_use]
    pub fn into_model(self) -> Model {
        self.model
    }
}

impl Judging {
    /// Nobody judges: only the operator's threshold on first payments holds.
    #[must_use]
    pub fn off() -> Self {
        static NONE: LazyLock<Arc<Judges>> = LazyLock::new(Arc::default);
        Self { marks: Marks::default(), judges: Some(Arc::clone(&NONE)), texts: Arc::default() }
    }

    /// Judged by these. Rules that are not there ask for a step-up of every payment; a model that is not there does not.
    #[must_use]
    pub fn by(rules: Option<RuleSet>, champion: Option<KnownModel>, challenger: Option<KnownModel>) -> Self {
        let marks = Marks {
            on: true,
            rules: rules.as_ref().map(|rules| rules.digest),
            champion: champion.as_ref().map(|known| known.digest),
            challenger: challenger.as_ref().map(|known| known.digest),
            ..Marks::default()
        };
        let mut texts: Vec<(String, Arc<str>)> = Vec::new();
        if let Some(rules) = &rules {
            let text = serde_json::to_string(rules.files()).unwrap_or_default();
            texts.push((format!("{RULES_KEY}{}", rules.digest), text.into()));
        }
        for known in [&champion, &challenger].into_iter().flatten() {
            texts.push((format!("{MODEL_KEY}{}", known.digest), Arc::clone(&known.text)));
        }
        let (champion, challenger) = (champion.map(|known| known.model), challenger.map(|known| known.model));
        Self { marks, judges: Some(Arc::new(Judges { rules, champion, challenger })), texts: Arc::new(texts) }
    }

    /// What they were made of, each text under the key it is kept by, for as long as decisions stand under them.
    #[must_use]
    pub fn texts(&self) -> &[(String, Arc<str>)] {
        &self.texts
    }

    /// Makes the judges of these marks from the texts that were kept; `None` where one is missing or is not what its key
    /// says.
    #[must_use]
    pub fn made_again(&self, find: &dyn Fn(&str) -> Option<String>) -> Option<Self> {
        let model = |digest: Option<Digest>| match digest {
            None => Some(None),
            Some(digest) => {
                let known = KnownModel::read(&find(&format!("{MODEL_KEY}{digest}"))?).ok()?;
                (known.digest == digest).then_some(Some(known))
            }
        };
        let rules = match self.marks.rules {
            None => None,
            Some(digest) => {
                let files: Vec<(String, String)> =
                    serde_json::from_str(&find(&format!("{RULES_KEY}{digest}"))?).ok()?;
                let files: Vec<(&str, &str)> =
                    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
                Some(RuleSet::read(&files).ok().filter(|rules| rules.digest == digest)?)
            }
        };
        let made = Self::by(rules, model(self.marks.champion)?, model(self.marks.challenger)?);
        Some(made.under(self.marks.demoted.clone(), self.marks.payees_late))
    }

    /// The same judges, with what the breaker demotes and whether payees' files are behind.
    #[must_use]
    pub fn under(&self, demoted: BTreeSet<String>, payees_late: bool) -> Self {
        let marks = Marks { demoted, payees_late, ..self.marks.clone() };
        Self { marks, judges: self.judges.clone(), texts: Arc::clone(&self.texts) }
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
        Some(Self { marks: self.marks.clone(), judges: Some(judges), texts: Arc::clone(&known.texts) })
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
        Ok(if marks.on { Self { marks, judges: None, texts: Arc::default() } } else { Self::off() })
    }
}
