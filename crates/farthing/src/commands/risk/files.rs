//! The files the judges are made of: folders of rules, models, settings.

use std::path::{Path, PathBuf};

use payments::{Judging, KnownModel};
use risk::model::file::DEFAULT;
use risk::rule::{RuleSet, STARTER};
use risk::settings::RiskSettings;

use crate::failure::{Failure, failed};

/// The rules of a folder or a file; the starter set when none is named.
pub(crate) fn rules(path: Option<&Path>) -> Result<RuleSet, Failure> {
    let Some(path) = path else { return compiled(&[("starter.toml".to_owned(), STARTER.to_owned())]) };
    let shown = path.display();
    let read = |path: &Path| {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{}`", path.display())))?;
        Ok::<_, Failure>((name, text))
    };
    let mut files: Vec<PathBuf> = if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(failed(format!("cannot read `{shown}`")))?;
        let paths =
            entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed(format!("cannot read `{shown}`"))));
        let all = paths.collect::<Result<Vec<_>, _>>()?;
        all.into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml")).collect()
    } else {
        vec![path.to_owned()]
    };
    files.sort();
    if files.is_empty() {
        return Err(Failure::new(format!("`{shown}` has no rules")).hint("put files that end in .toml there"));
    }
    let files = files.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    compiled(&files)
}

fn compiled(files: &[(String, String)]) -> Result<RuleSet, Failure> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    RuleSet::read(&files).map_err(|errors| {
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::new(errors.join("\n"))
    })
}

/// A model for payments as a server sees them, with the digest of its file.
pub(crate) fn model_file(path: &Path) -> Result<KnownModel, Failure> {
    let shown = path.display();
    let size = std::fs::metadata(path).map_err(failed(format!("cannot read `{shown}`")))?.len();
    if usize::try_from(size).unwrap_or(usize::MAX) > risk::limits::MODEL_BYTES_MAX {
        return Err(Failure::new(format!("`{shown}` is larger than a model may be")));
    }
    let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{shown}`")))?;
    known(&text).map_err(failed(format!("cannot use `{shown}`")))
}

fn known(text: &str) -> Result<KnownModel, risk::model::ModelError> {
    KnownModel::read(text)
}

/// How payments are judged.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct JudgingArgs {
    /// Rules payments are judged by: a folder of TOML files, or one of them; the starter set when absent.
    #[arg(long, value_name = "PATH", env = "FARTHING_RISK_RULES")]
    risk_rules: Option<PathBuf>,
    /// The model that counts; the one that ships when absent.
    #[arg(long, value_name = "MODEL", env = "FARTHING_RISK_MODEL")]
    risk_model: Option<PathBuf>,
    /// A model scored beside it, without effect.
    #[arg(long, value_name = "MODEL", env = "FARTHING_RISK_CHALLENGER")]
    risk_challenger: Option<PathBuf>,
    /// What friction costs and what is asked where data fails, as TOML.
    #[arg(long, value_name = "FILE.toml", env = "FARTHING_RISK_SETTINGS")]
    risk_settings: Option<PathBuf>,
    /// Judge payments and keep the judgement, but let nothing follow from it.
    #[arg(long, conflicts_with = "no_risk")]
    risk_shadow: bool,
    /// Judge nothing: only a first payment above its limit is asked about.
    #[arg(long, conflicts_with_all = ["risk_rules", "risk_model", "risk_challenger", "risk_settings"])]
    no_risk: bool,
}

impl JudgingArgs {
    /// The judges that these files make.
    pub(crate) fn judging(&self) -> Result<Judging, Failure> {
        if self.no_risk {
            return Ok(Judging::off());
        }
        let champion = match &self.risk_model {
            Some(path) => model_file(path)?,
            None => known(DEFAULT).map_err(failed("cannot use the model that ships"))?,
        };
        let challenger = self.risk_challenger.as_deref().map(model_file).transpose()?;
        Ok(Judging::by(Some(rules(self.risk_rules.as_deref())?), Some(champion), challenger))
    }

    /// What the operator sets in money.
    pub(crate) fn settings(&self) -> Result<RiskSettings, Failure> {
        let shadow = self.risk_shadow;
        let Some(path) = &self.risk_settings else { return Ok(RiskSettings { shadow, ..RiskSettings::default() }) };
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(failed(format!("cannot read `{shown}`")))?;
        let mut settings: RiskSettings = toml::from_str(&text).map_err(failed(format!("cannot use `{shown}`")))?;
        settings.shadow |= shadow;
        settings.check().map_err(failed(format!("cannot use `{shown}`")))?;
        Ok(settings)
    }
}
