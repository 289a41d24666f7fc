//! [`Library`]: all packs, calendars and factors that were loaded together; a broken file spoils none of the good ones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{DateTime, Weekday};

use crate::auth::{Factor, Factors, Requirement};
use crate::calendar::Calendar;
use crate::decision::StepUp;
use crate::pack::{Body, Cap, Limit, Pack, Rule, Status};
use crate::read::{self, PackError};

/// Packs and what they refer to.
#[derive(Clone, Debug, Default)]
pub struct Library {
    packs: Vec<Pack>,
    calendars: BTreeMap<String, Calendar>,
    /// By merchant category code (ISO 18245).
    categories: BTreeMap<String, String>,
    pub(crate) factors: Factors,
}

impl Library {
    /// Reads files by path and text: packs, `factors.toml`, and calendars in a folder `calendars/`.
    ///
    /// # Errors
    /// Everything that is wrong, each with its place; then nothing is loaded, and whoever has an older library keeps it.
    pub fn read<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, Vec<PackError>> {
        let mut library = Self::default();
        let mut errors = Vec::new();
        for (file, text) in files {
            if let Err(error) = library.add(file, text) {
                errors.push(error);
            }
        }
        errors.extend(library.overlaps());
        errors.extend(library.loosenings());
        errors.extend(library.dangling());
        if errors.is_empty() { Ok(library) } else { Err(errors) }
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), PackError> {
        if file.ends_with("factors.toml") {
            self.factors = factors(file, text)?;
        } else if file.ends_with("categories.toml") {
            self.categories = categories(file, text)?;
        } else if file.contains("calendars/") {
            let calendar = calendar(file, text)?;
            self.calendars.insert(calendar.id.clone(), calendar);
        } else {
            self.packs.push(read::pack(file, text)?);
        }
        Ok(())
    }

    /// Every pack, in the order of the files.
    #[must_use]
    pub fn packs(&self) -> &[Pack] {
        &self.packs
    }

    /// The rule called `pack/rule`, of the version in force at `at`, else of the last.
    #[must_use]
    pub fn rule(&self, name: &str, at: money::Instant) -> Option<(&Pack, &Rule)> {
        let (pack, rule) = name.split_once('/')?;
        let of = |pack: &'_ Pack| pack.rules.iter().position(|known| known.id == rule);
        let versions = || self.packs.iter().filter(|known| known.id == pack && of(known).is_some());
        let pack = versions().find(|pack| pack.is_in_force(at)).or_else(|| versions().next_back())?;
        pack.rules.get(of(pack)?).map(|rule| (pack, rule))
    }

    /// What packs call the goods of merchant category `code` (ISO 18245): the code itself where they have no word.
    #[must_use]
    pub fn category<'a>(&'a self, code: &'a str) -> &'a str {
        self.categories.get(code).map_or(code, String::as_str)
    }

    /// Every word for categories, each once.
    #[must_use]
    pub fn categories(&self) -> BTreeSet<&str> {
        self.categories.values().map(String::as_str).collect()
    }

    /// Whether `presented`, bound to amount and payee, meets what was asked for.
    #[must_use]
    pub fn meets(&self, asked: &StepUp, presented: &[&str]) -> bool {
        let StepUp { factors, dynamic, phishing_resistant, linked, any_of, forbid } = asked.clone();
        let presented: Vec<String> = presented.iter().map(|factor| (*factor).to_owned()).collect();
        Requirement { factors, dynamic, phishing_resistant, linked, any_of, forbid }.is_met(
            &presented,
            true,
            &self.factors,
        )
    }

    /// The pack written `ID` or `ID@VERSION`; without a version, the last in the order of the files.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Pack> {
        let (id, version) = name.split_once('@').map_or((name, None), |(id, version)| (id, Some(version)));
        self.packs.iter().rev().find(|pack| pack.id == id && version.is_none_or(|wanted| pack.version == wanted))
    }

    /// The same with `pack` in the place of every version of it.
    pub(crate) fn replacing(&self, pack: Pack) -> Self {
        let mut library = self.clone();
        library.packs.retain(|other| other.id != pack.id);
        library.packs.push(pack);
        library
    }

    /// The same, checked against the other packs as when they were read.
    pub(crate) fn trying_checked(&self, candidate: Pack) -> Result<Self, Vec<PackError>> {
        let library = self.trying(candidate);
        let errors = [library.loosenings(), library.dangling()].concat();
        if errors.is_empty() { Ok(library) } else { Err(errors) }
    }

    /// The calendar `pack` counts business days by.
    pub(crate) fn calendar(&self, pack: &Pack) -> &Calendar {
        pack.calendar.as_ref().and_then(|id| self.calendars.get(id)).unwrap_or_else(|| crate::calendar::weekends())
    }

    /// Two versions of one pack never hold at the same moment.
    fn overlaps(&self) -> Vec<PackError> {
        let mut errors = Vec::new();
        for (place, pack) in self.packs.iter().enumerate() {
            for other in self.packs.iter().skip(place.saturating_add(1)).filter(|other| other.id == pack.id) {
                let (Some(a), Some(b)) = (pack.effective.from, other.effective.from) else { continue };
                let ends = |to: Option<DateTime>| to.unwrap_or(DateTime::MAX);
                if a < ends(other.effective.to) && b < ends(pack.effective.to) {
                    let what = format!("overlaps version {} in {}", pack.version, pack.file);
                    errors.push(PackError { file: other.file.clone(), line: 1, key: "effective".to_owned(), what });
                }
            }
        }
        errors
    }

    /// A lower layer's cap on the very thing a higher layer caps is not above it.
    fn loosenings(&self) -> Vec<PackError> {
        let mut errors = Vec::new();
        for low in &self.packs {
            let higher =
                self.packs.iter().filter(|high| high.layer < low.layer && high.jurisdiction == low.jurisdiction);
            for high in higher.filter(|high| high.status == Status::InForce && high.currency == low.currency) {
                for rule in &low.rules {
                    if let Some(loosened) = high.rules.iter().find(|other| loosens(rule, other)) {
                        let what = format!("loosens `{}` of the {:?} layer ({})", loosened.id, high.layer, high.id);
                        let key = format!("rules.{}.cap", rule.id);
                        errors.push(PackError { file: low.file.clone(), line: rule.line, key, what });
                    }
                }
            }
        }
        errors
    }

    /// An exemption exempts from a rule of its own pack that demands authentication; a calendar exists.
    fn dangling(&self) -> Vec<PackError> {
        let mut errors = Vec::new();
        for pack in &self.packs {
            let demands: BTreeSet<&str> = pack
                .rules
                .iter()
                .filter(|rule| matches!(rule.body, Body::Authentication { .. }))
                .map(|rule| rule.id.as_str())
                .collect();
            for rule in &pack.rules {
                let Body::Exemption { from, .. } = &rule.body else { continue };
                for name in from.iter().filter(|name| !demands.contains(name.as_str())) {
                    let key = format!("rules.{}.exempts", rule.id);
                    let what = format!("`{name}` demands no authentication in this pack: this can never apply");
                    errors.push(PackError { file: pack.file.clone(), line: rule.line, key, what });
                }
            }
            if let Some(name) = pack.calendar.as_ref().filter(|name| !self.calendars.contains_key(*name)) {
                let what = format!("there is no calendar `{name}`");
                errors.push(PackError { file: pack.file.clone(), line: 1, key: "calendar".to_owned(), what });
            }
        }
        errors
    }
}

fn loosens(low: &Rule, high: &Rule) -> bool {
    let (Body::Limit(a), Body::Limit(b)) = (&low.body, &high.body) else { return false };
    let same = |a: &Limit, b: &Limit| {
        a.measure == b.measure && a.window == b.window && a.subject == b.subject && a.counts == b.counts
    };
    let above = match (a.cap, b.cap) {
        (Cap::Money(a), Cap::Money(b)) => a.exceeds(b).unwrap_or(false),
        (Cap::Count(a), Cap::Count(b)) => a > b,
        (Cap::Share(a), Cap::Share(b)) => a > b,
        _ => false,
    };
    same(a, b) && low.when == high.when && above
}

fn categories(file: &str, text: &str) -> Result<BTreeMap<String, String>, PackError> {
    read::document(file, text, |top| {
        let mut categories = BTreeMap::new();
        for word in top.keys() {
            let one = top.need(word)?.table()?;
            one.only(&["codes", "about"])?;
            for code in one.texts("codes")? {
                if code.len() != 4 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(one.error("codes", format!("`{code}` is not four digits")));
                }
                if let Some(other) = categories.insert(code.clone(), word.to_owned()) {
                    return Err(one.error("codes", format!("`{code}` is `{other}` already")));
                }
            }
        }
        Ok(categories)
    })
}

fn factors(file: &str, text: &str) -> Result<Factors, PackError> {
    read::document(file, text, |top| {
        let mut factors = Factors::new();
        for name in top.keys() {
            let one = top.need(name)?.table()?;
            one.only(&["categories", "dynamic", "phishing_resistant", "about", "aliases"])?;
            let factor = Factor {
                name: name.to_owned(),
                categories: one.texts("categories")?,
                dynamic: one.flag("dynamic")?,
                phishing_resistant: one.flag("phishing_resistant")?,
            };
            for alias in one.texts("aliases")? {
                factors.insert(alias, factor.clone());
            }
            factors.insert(name.to_owned(), factor);
        }
        Ok(factors)
    })
}

fn calendar(file: &str, text: &str) -> Result<Calendar, PackError> {
    read::document(file, text, |top| {
        top.only(&["id", "version", "weekend", "holidays"])?;
        let days = [
            ("monday", Weekday::Monday),
            ("tuesday", Weekday::Tuesday),
            ("wednesday", Weekday::Wednesday),
            ("thursday", Weekday::Thursday),
            ("friday", Weekday::Friday),
            ("saturday", Weekday::Saturday),
            ("sunday", Weekday::Sunday),
        ];
        let weekend = top.need("weekend")?.items()?.iter().map(|node| node.choice(&days)).collect::<Result<_, _>>()?;
        let holidays = top
            .need("holidays")?
            .items()?
            .iter()
            .map(|node| node.moment().map(DateTime::date))
            .collect::<Result<_, _>>()?;
        Ok(Calendar::new(
            top.need("id")?.text()?.to_owned(),
            top.need("version")?.text()?.to_owned(),
            weekend,
            holidays,
        ))
    })
}
