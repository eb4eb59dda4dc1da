//! A run's model in the formats of others.

mod infer;
mod int8;
mod model;
mod onnx;
mod ranges;
mod steps;

use std::path::Path;

use burn::module::Module;
use kiln_core::Weights;
use kiln_models::Network;

use crate::error::{ExperimentError, ExportError};
use crate::predict::Predictor;
pub use int8::{Int8Export, Int8Model, export_int8};
use model::ModelParts;
pub use onnx::OPSET;

/// A format that models are exported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// The weights alone, with PyTorch's names and in its layout: `load_state_dict` takes them.
    Safetensors,
    /// The whole model with its preprocessing, which onnxruntime runs.
    Onnx,
    /// The same for the crate kiln-infer.
    Kiln,
}

impl ExportFormat {
    /// The format that the name of a file says.
    ///
    /// ```
    /// use kiln_experiment::ExportFormat;
    ///
    /// assert_eq!(ExportFormat::of("model.onnx".as_ref()), Some(ExportFormat::Onnx));
    /// assert_eq!(ExportFormat::of("model".as_ref()), None);
    /// ```
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "safetensors" => Some(Self::Safetensors),
            "onnx" => Some(Self::Onnx),
            "kiln" => Some(Self::Kiln),
            _ => None,
        }
    }
}

/// What is done to a model before it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExportSettings {
    /// Whether each batch norm right behind a convolution or a linear layer becomes a part of its weight and bias. ONNX only. Default false.
    pub fold_batch_norm: bool,
}

impl ExportSettings {
    /// These settings with batch norm in the layers before it, or not.
    #[must_use]
    pub fn fold_batch_norm(self, fold_batch_norm: bool) -> Self {
        Self { fold_batch_norm }
    }
}

impl Predictor {
    /// The model in another format, as it is: the bytes of a file.
    ///
    /// # Errors
    /// [`ExportError`](crate::error::ExportError) for what the format has nothing for.
    pub fn export(&self, format: ExportFormat) -> Result<Vec<u8>, ExperimentError> {
        self.export_with(format, &ExportSettings::default())
    }

    /// The same with something done to the model.
    ///
    /// # Errors
    /// As there, and [`ExportError::OnnxAlone`](crate::error::ExportError::OnnxAlone).
    pub fn export_with(
        &self,
        format: ExportFormat,
        settings: &ExportSettings,
    ) -> Result<Vec<u8>, ExperimentError> {
        match format {
            ExportFormat::Onnx => self.onnx_with(settings),
            _ if settings.fold_batch_norm => {
                Err(ExportError::OnnxAlone { setting: "--fold-batch-norm" }.into())
            }
            ExportFormat::Safetensors => Ok(self.state_dict()?.to_safetensors()?),
            ExportFormat::Kiln => self.infer(),
        }
    }

    /// The weights with the names and in the layout that PyTorch has for a module with the same fields: `layers.0.linear.weight`. Those of
    /// a network of torchvision or timm have the names that they have there: `fc.weight`.
    ///
    /// # Errors
    /// None for kiln's own networks; several models.
    pub fn state_dict(&self) -> Result<Weights, ExperimentError> {
        self.must_be_one("an export")?;
        Ok(self.merged().state_dict()?)
    }

    /// The model with its adapters in its weights.
    fn merged(&self) -> Network {
        self.model.clone().materialize()
    }

    /// The model as ONNX, operator set 17: preprocessing, network, and what is predicted.
    ///
    /// Inputs are those of the data. Of a table each column is one, `[N, 1]`: numbers as doubles, NaN where they are missing;
    /// categories as texts, empty where they are missing; dates as days since 1970-01-01. Images are one input `image`,
    /// `[N, channels, height, width]`, of bytes. Series are `series`, `[N, channels, T]`, doubles, NaN where a number is missing, with the steps of each in
    /// `lengths`, `[N]`; of texts `ids` are those of their tokens, `[N, T]`, with `lengths`. Outputs are `label` and `probabilities` of classes, `probabilities` of labels, `values`
    /// of numbers. The metadata hold their names under `kiln.outputs`.
    ///
    /// # Errors
    /// [`ExportError`](crate::error::ExportError) for what ONNX has nothing for.
    pub fn onnx(&self) -> Result<Vec<u8>, ExperimentError> {
        self.onnx_with(&ExportSettings::default())
    }

    fn onnx_with(&self, settings: &ExportSettings) -> Result<Vec<u8>, ExperimentError> {
        self.must_be_one("an export")?;
        let network = self.merged();
        let (operations, weights) = onnx::operations(&network, settings.fold_batch_norm);
        Ok(onnx::onnx(&self.parts(&network), (&operations, &weights), None)?.0)
    }

    /// The model for the crate kiln-infer, which predicts without Burn: preprocessing, network, and what is predicted.
    ///
    /// # Errors
    /// [`ExportError::NotRun`](crate::error::ExportError::NotRun) for what that crate has nothing for.
    pub fn infer(&self) -> Result<Vec<u8>, ExperimentError> {
        self.must_be_one("an export")?;
        Ok(infer::infer(&self.parts(&self.merged()))?)
    }

    fn parts<'a>(&'a self, network: &'a Network) -> ModelParts<'a> {
        let loss = (&self.blueprint.loss, self.blueprint.loss_config.name());
        let (fitted, decision, window) = (self.fitted(), self.decision, self.window());
        ModelParts { network, loss, fitted, decision, window }
    }
}
