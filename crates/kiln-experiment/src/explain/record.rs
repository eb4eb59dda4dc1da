//! What was explained: a file in the run, which its page shows.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::file::{self, is_file, write_durably};
use serde::{Deserialize, Serialize};

use super::method::Method;
use crate::error::{ExperimentError, RunError};

/// The folder of explanations in a run.
const FOLDER: &str = "explain";

/// Attributions of items: `explain/METHOD.json` in the folder of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The version of the format: 1.
    pub v: u32,
    /// How.
    pub method: Method,
    /// The part of the data that the items are of.
    pub part: String,
    /// BLAKE3 of the weights.
    pub weights_blake3: String,
    /// Of tables what each number of [`Explained::values`] is about: a column, whose 0s and 1s count together. Empty for images and for token
    /// sequences.
    pub columns: Vec<String>,
    /// Of images height and width of [`Explained::values`].
    pub size: Option<[usize; 2]>,
    /// Of token sequences what the tokens are: `words`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The items.
    pub items: Vec<Explained>,
    /// What becomes of the attributions when weights are drawn anew, the top layer first. Empty where that was not asked for.
    pub sanity: Vec<Redrawn>,
}

/// An item that is explained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Explained {
    /// Its place in the data set, from 0.
    pub row: usize,
    /// The class that is true, or the number; `None` where there is no such one value.
    pub actual: Option<String>,
    /// What is explained: a class, a label or a column of numbers.
    pub target: String,
    /// The output that is explained: a logit, or a number in the units of the training.
    pub output: f64,
    /// Of integrated gradients: by how much the attributions miss the difference of the outputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delta: Option<f64>,
    /// The attributions, row by row: of tables a number for each column, of images one for each pixel, summed over the channels, of token sequences one
    /// for each token.
    pub values: Vec<f32>,
    /// Of token sequences the tokens that the model sees, as they stand in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<Vec<String>>,
    /// Of images the 8-bit pixels that are explained, `[channels, height, width]`, and their channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pixels: Option<(usize, Vec<u8>)>,
}

/// The attributions with a layer, and all above it, drawn anew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Redrawn {
    /// The layer that was drawn last.
    pub layer: String,
    /// Spearman's correlation of the sizes of the attributions with those of the run's weights, the mean over the items. `None` where all
    /// attributions are equal, so that there is none.
    pub correlation: Option<f64>,
}

/// Numbers of an item below which a rank correlation says little.
const FEW: usize = 10;
/// A rank correlation that is not small.
const LARGE: f64 = 0.5;

impl Explanation {
    /// Whether the attributions depend on what was learned: whether their rank correlation is less than 0.5 when all weights are drawn
    /// anew. `None` where that was not looked at, and for items of fewer than ten numbers, of which a correlation says little.
    pub fn depends_on_weights(&self) -> Option<bool> {
        let all: usize = self.items.iter().map(|item| item.values.len()).sum();
        let numbers = all / self.items.len().max(1);
        let last = self.sanity.last().filter(|_| numbers >= FEW)?;
        // Where all are equal there is nothing left of them.
        Some(last.correlation.is_none_or(|left| left.abs() < LARGE))
    }

    /// Where it is kept in the folder of a run.
    pub fn place(run: &Path, method: Method) -> PathBuf {
        run.join(FOLDER).join(format!("{method}.json"))
    }

    /// Keeps it with the run, in the place of an older one by the same method.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, run: &Path) -> Result<PathBuf, ExperimentError> {
        let path = Self::place(run, self.method);
        let folder = run.join(FOLDER);
        fs::create_dir_all(&folder).map_err(RunError::io("make", &folder))?;
        let mut bytes = serde_json::to_vec(self).map_err(ExperimentError::internal)?;
        bytes.push(b'\n');
        write_durably(&path, &bytes).map_err(RunError::io("write", &path))?;
        Ok(path)
    }

    /// The explanations that are kept with a run, in the order of [`Method::ALL`].
    ///
    /// # Errors
    /// [`RunError::Record`] for a damaged file, [`RunError::Io`].
    pub fn kept(run: &Path) -> Result<Vec<Self>, ExperimentError> {
        let mut kept = Vec::new();
        for method in Method::ALL {
            let path = Self::place(run, method);
            if !is_file(&path).map_err(RunError::io("look at", &path))? {
                continue;
            }
            let bytes = file::read(&path).map_err(RunError::read(&path))?;
            let damaged = |reason: String| RunError::Record { path: path.clone(), reason };
            let found: Self = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
            let inputs =
                found.size.map_or(found.columns.len(), |[height, width]| height.saturating_mul(width));
            let of = |item: &Explained| item.tokens.as_ref().map_or(inputs, Vec::len);
            if found.items.iter().any(|item| item.values.len() != of(item)) {
                return Err(damaged("an item has not as many attributions as inputs".to_owned()).into());
            }
            kept.push(found);
        }
        Ok(kept)
    }
}
