//! A model as it is kept: one JSON file with its form, its catalogue, its columns, and what it was trained on.

use super::{FORM_VERSION, Model, ModelError};
use crate::limits::MODEL_BYTES_MAX;

/// What a model was trained on, and what it was worth there.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// SHA-256 of the training file, in hexadecimal.
    pub data_sha256: String,
    /// The protocol that named its training rows.
    pub protocol: String,
    /// Area under the ROC curve on the protocol's test rows.
    pub auc: f64,
    /// Average precision there.
    pub average_precision: f64,
}

impl Model {
    /// The text of the file.
    ///
    /// # Errors
    /// When the model cannot be written as JSON, or would be larger than a reader takes.
    pub fn written(&self) -> Result<String, ModelError> {
        let text = serde_json::to_string(self).map_err(|error| ModelError::Form(error.to_string()))?;
        if text.len() > MODEL_BYTES_MAX { Err(ModelError::TooLarge) } else { Ok(text) }
    }

    /// Reads the text of a file, for rows with these further columns.
    ///
    /// # Errors
    /// When it is too large, not of this form, or of another catalogue or other columns: with the difference.
    pub fn read(text: &str, extra: &[String]) -> Result<Self, ModelError> {
        if text.len() > MODEL_BYTES_MAX {
            return Err(ModelError::TooLarge);
        }
        let model: Self = serde_json::from_str(text).map_err(|error| ModelError::Form(error.to_string()))?;
        if model.form != FORM_VERSION {
            return Err(ModelError::Form(format!("it is of form {}, this is {FORM_VERSION}", model.form)));
        }
        model.check(extra)?;
        let trees = model.full.trees.iter().chain(&model.raw.trees);
        if !trees.into_iter().all(|tree| tree.is_sound(model.columns.len())) {
            return Err(ModelError::Form(
                "a tree leads nowhere, backwards or to a number that is not finite".to_owned(),
            ));
        }
        Ok(model)
    }
}

/// The model that ships: trained on the simulated town by the two commands in `docs/risk.md`.
pub const DEFAULT: &str = include_str!("../../models/town.json");
