//! [`Rulebook`]: the packs one provider decides under, whole and under one digest, so that every decision can be made again.

use std::collections::BTreeMap;

use money::{Digest, Instant};
use serde::{Deserialize, Serialize};

use crate::fact::{Fact, Value};
use crate::input::Request;
use crate::library::Library;
use crate::pack::Pack;
use crate::read::PackError;

/// Which packs a provider decides under, and how it reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The packs of this jurisdiction, unless some are named.
    pub jurisdiction: Option<String>,
    /// These packs by id, and no others.
    #[serde(default)]
    pub packs: Vec<String>,
    /// Whose terms hold besides: the `provider` of a pack.
    #[serde(default)]
    pub provider: Option<String>,
    /// Readings chosen: by name, or by `pack.name`.
    #[serde(default)]
    pub modes: BTreeMap<String, String>,
    /// Rules and packs not yet sure that a person approved.
    #[serde(default)]
    pub approvals: Vec<String>,
}

/// Packs with what they refer to, and the choice among them.
#[derive(Debug)]
pub struct Rulebook {
    library: Library,
    choice: Choice,
    digest: Digest,
    text: String,
}

/// What is wrong with a rulebook.
#[derive(Debug, thiserror::Error)]
pub enum RulebookError {
    /// Files that are wrong, each with its place.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Packs(Vec<PackError>),
    /// Nothing answers to this name.
    #[error("there is no pack `{0}`")]
    NoPack(String),
    /// No pack is of this jurisdiction.
    #[error("no pack is of the jurisdiction `{0}`")]
    NoJurisdiction(String),
    /// Nobody would ask this pack: it is of another jurisdiction, or of another provider's terms.
    #[error("the packs in force would never ask `{0}`: it is of another jurisdiction or another provider's terms")]
    NotAsked(String),
    /// The text is no rulebook.
    #[error("not a rulebook")]
    Unreadable(#[source] serde_json::Error),
}

/// As it is stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    choice: Choice,
    files: Vec<(String, String)>,
}

const CARRIER: Fact = Fact::of("payer.carrier");

impl Rulebook {
    /// Chooses among `files`, which are all read and compared before any is left out.
    ///
    /// # Errors
    /// [`RulebookError`]; whoever has an older rulebook keeps it.
    pub fn choose(files: &[(String, String)], choice: Choice) -> Result<Self, RulebookError> {
        let all = read(files)?;
        if let Some(missing) = choice.packs.iter().find(|id| all.packs().iter().all(|pack| pack.id != **id)) {
            return Err(RulebookError::NoPack(missing.clone()));
        }
        let is_chosen = |pack: &&Pack| choice.takes(pack);
        if let Some(jurisdiction) =
            choice.jurisdiction.as_ref().filter(|_| !all.packs().iter().any(|pack| is_chosen(&pack)))
        {
            return Err(RulebookError::NoJurisdiction(jurisdiction.clone()));
        }
        let left_out: Vec<&str> =
            all.packs().iter().filter(|pack| !choice.takes(pack)).map(|pack| pack.file.as_str()).collect();
        let files = files.iter().filter(|(name, _)| !left_out.contains(&name.as_str())).cloned().collect();
        Self::of(Stored { choice, files })
    }

    /// No pack at all.
    #[must_use]
    pub fn empty() -> Self {
        let text =
            r#"{"choice":{"jurisdiction":null,"packs":[],"provider":null,"modes":{},"approvals":[]},"files":[]}"#;
        let digest = crate::read::digest(text);
        Self { library: Library::default(), choice: Choice::default(), digest, text: text.to_owned() }
    }

    /// Reads what [`Rulebook::text`] wrote.
    ///
    /// # Errors
    /// [`RulebookError`].
    pub fn read(text: &str) -> Result<Self, RulebookError> {
        Self::of(serde_json::from_str(text).map_err(RulebookError::Unreadable)?)
    }

    fn of(mut stored: Stored) -> Result<Self, RulebookError> {
        stored.files.sort();
        let library = read(&stored.files)?;
        let text = serde_json::to_string(&stored).map_err(RulebookError::Unreadable)?;
        Ok(Self { library, choice: stored.choice, digest: crate::read::digest(&text), text })
    }

    /// These packs with `candidate` in the place of every version of the same pack, as if it were in force always; beside
    /// the others where they name none like it. For asking only: its text is not one that can be read again.
    ///
    /// # Errors
    /// [`RulebookError`]: where the candidate is none, does not go with the others, or would never be asked.
    pub fn trying(&self, file: &str, candidate: &str) -> Result<Self, RulebookError> {
        let wrong = |error| RulebookError::Packs(vec![error]);
        let pack = Pack::read(file, candidate).map_err(wrong)?;
        if !self.choice.takes(&pack) && self.choice.packs.is_empty() {
            return Err(RulebookError::NotAsked(pack.id));
        }
        let mut choice = self.choice.clone();
        if !choice.packs.is_empty() && !choice.packs.contains(&pack.id) {
            choice.packs.push(pack.id.clone());
        }
        let library = self.library.trying_checked(pack).map_err(RulebookError::Packs)?;
        let text = [self.text.as_str(), candidate].join("\n");
        Ok(Self { library, choice, digest: crate::read::digest(&text), text })
    }

    /// The packs.
    #[must_use]
    pub const fn library(&self) -> &Library {
        &self.library
    }

    /// SHA-256 of [`Rulebook::text`]: two of the same digest decide alike.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Files and choice as one text, to be kept as long as a decision made under it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A question at `at` to these packs.
    #[must_use]
    pub fn request(&self, at: Instant) -> Request {
        let mut request = Request::new(at);
        let Choice { jurisdiction, packs, provider, modes, approvals } = self.choice.clone();
        (request.jurisdiction, request.packs) = (jurisdiction, packs);
        (request.modes, request.approvals) = (modes, approvals);
        if let Some(provider) = provider {
            request.facts.set(CARRIER, Value::Text(provider));
        }
        request
    }
}

impl Choice {
    fn takes(&self, pack: &Pack) -> bool {
        if !self.packs.is_empty() {
            return self.packs.contains(&pack.id);
        }
        let is_theirs = pack.provider.as_deref().is_none_or(|provider| self.provider.as_deref() == Some(provider));
        self.jurisdiction.as_deref() == Some(pack.jurisdiction.as_str()) && is_theirs
    }
}

fn read(files: &[(String, String)]) -> Result<Library, RulebookError> {
    Library::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).map_err(RulebookError::Packs)
}
