//! [`Rules`]: the settings decisions are made with. Their packs may be exchanged while decisions are being made; every
//! version that ever decided is kept by its digest, so that its decisions can be made again.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use money::Digest;
use payments::{Judging, Packs, Settings};
use policy::Rulebook;

use crate::findings::Findings;

/// Before a digest: the key in `meta` under which packs are kept.
pub(crate) const PREFIX: &str = "packs/";

/// The settings of now, shared by whoever decides and whoever asks.
#[derive(Debug)]
pub(crate) struct Rules(RwLock<Arc<Settings>>);

impl Rules {
    pub(crate) fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Arc::new(settings))))
    }

    /// As they are now.
    pub(crate) fn now(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From the next decision on under `packs`, which are kept already.
    pub(crate) fn exchange(&self, packs: Packs) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = Arc::new(Settings { packs, ..Settings::clone(&now) });
    }

    /// From the next decision on judged by `judging`, whose texts are kept already.
    pub(crate) fn exchange_judging(&self, judging: Judging) {
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *now = Arc::new(Settings { judging, ..Settings::clone(&now) });
    }
}

/// The key in `meta` and the text to keep there.
pub(crate) fn stored(packs: &Packs) -> Option<(String, &str)> {
    packs.book().map(|book| (format!("{PREFIX}{}", book.digest()), book.text()))
}

/// All packs and judges that ever decided.
#[derive(Default)]
pub(crate) struct Kept {
    packs: HashMap<Digest, Packs>,
    texts: HashMap<String, String>,
    /// Judges that were made again already.
    judges: RefCell<Vec<Judging>>,
}

/// Before all keys of judges' texts.
pub(crate) const JUDGES: &str = "judges/";

impl Kept {
    /// Takes a row of `meta` in; what cannot be read, or is not what its key says, is a finding.
    pub(crate) fn add(&mut self, key: &str, text: &[u8], findings: &mut Findings) {
        if key.starts_with(JUDGES) {
            match std::str::from_utf8(text) {
                Ok(text) => drop(self.texts.insert(key.to_owned(), text.to_owned())),
                Err(_) => findings.add(format!("{key}: is not the text that was kept")),
            }
            return;
        }
        let book = std::str::from_utf8(text).ok().and_then(|text| Rulebook::read(text).ok());
        match book.filter(|book| key.strip_prefix(PREFIX) == Some(book.digest().to_string().as_str())) {
            Some(book) => drop(self.packs.insert(book.digest(), book.into())),
            None => findings.add(format!("{key}: its packs are not the ones that were kept")),
        }
    }

    pub(crate) fn find(&self, digest: Digest) -> Option<Packs> {
        self.packs.get(&digest).cloned()
    }

    /// The judges of a record, made again from the texts that were kept; each once.
    pub(crate) fn judging(&self, wanted: &Judging) -> Option<Judging> {
        let known = self.judges.borrow().iter().find(|known| known.are(wanted)).cloned();
        known.or_else(|| {
            let made = wanted.made_again(&|key| self.texts.get(key).cloned())?;
            self.judges.borrow_mut().push(made.clone());
            Some(made)
        })
    }
}
