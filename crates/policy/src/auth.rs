//! [`Requirement`]: what authentication must be, and what two demands come to together.

use std::collections::{BTreeMap, BTreeSet};

/// What a factor is, from `policies/factors.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Factor {
    /// What it is called, whichever of its names was said.
    pub(crate) name: String,
    /// `knowledge`, `possession`, `inherence`; a passkey is two.
    pub(crate) categories: Vec<String>,
    pub(crate) dynamic: bool,
    pub(crate) phishing_resistant: bool,
}

pub(crate) type Factors = BTreeMap<String, Factor>;

/// What is demanded of the factors presented.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Requirement {
    /// Of how many different categories.
    pub(crate) factors: usize,
    pub(crate) dynamic: bool,
    pub(crate) phishing_resistant: bool,
    pub(crate) linked: bool,
    /// Of each list at least one.
    pub(crate) any_of: Vec<BTreeSet<String>>,
    /// These count for nothing.
    pub(crate) forbid: BTreeSet<String>,
}

impl Requirement {
    /// Both demands at once.
    pub(crate) fn join(mut self, other: &Self) -> Self {
        self.factors = self.factors.max(other.factors);
        self.dynamic |= other.dynamic;
        self.phishing_resistant |= other.phishing_resistant;
        self.linked |= other.linked;
        for list in &other.any_of {
            if !self.any_of.contains(list) {
                self.any_of.push(list.clone());
            }
        }
        self.forbid.extend(other.forbid.iter().cloned());
        self
    }

    /// Whether `presented` meets it; a factor nobody knows counts for nothing.
    pub(crate) fn is_met(&self, presented: &[String], linked: bool, factors: &Factors) -> bool {
        // A pack may name a factor by one of its names and a request by another: what is forbidden is the factor.
        let names = |list: &BTreeSet<String>, factor: &Factor| {
            list.iter().any(|said| factors.get(said).is_some_and(|listed| listed.name == factor.name))
        };
        let counted: Vec<&Factor> = presented
            .iter()
            .filter_map(|name| factors.get(name))
            .filter(|factor| self.forbid.is_empty() || !names(&self.forbid, factor))
            .collect();
        let categories: BTreeSet<&String> = counted.iter().flat_map(|factor| &factor.categories).collect();
        categories.len() >= self.factors
            && (!self.dynamic || counted.iter().any(|factor| factor.dynamic))
            && (!self.phishing_resistant || counted.iter().any(|factor| factor.phishing_resistant))
            && (!self.linked || linked)
            && self.any_of.iter().all(|list| counted.iter().any(|factor| names(list, factor)))
    }

    /// A proof at least as good as `shown` was; what nobody knows asks for nothing.
    pub(crate) fn at_least(shown: &[String], factors: &Factors) -> Self {
        let known = || shown.iter().filter_map(|name| factors.get(name));
        Self {
            factors: known().flat_map(|factor| &factor.categories).collect::<BTreeSet<_>>().len(),
            dynamic: known().any(|factor| factor.dynamic),
            phishing_resistant: known().any(|factor| factor.phishing_resistant),
            ..Self::default()
        }
    }

    /// Two categories, one of them dynamic: what resets a "since strong authentication" counter.
    pub(crate) fn strong() -> Self {
        Self { factors: 2, ..Self::default() }
    }
}
