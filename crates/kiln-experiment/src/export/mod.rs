//! A run's model in the formats of others.

mod onnx;

use std::path::Path;

use burn::module::Module;
use kiln_core::Weights;
use kiln_models::Network;

use crate::error::ExperimentError;
use crate::predict::Predictor;
use onnx::Model;
pub use onnx::OPSET;

/// A format that models are exported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// The weights alone, with PyTorch's names and in its layout: `load_state_dict` takes them.
    Safetensors,
    /// The whole model with its preprocessing, which onnxruntime runs.
    Onnx,
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
            _ => None,
        }
    }
}

impl Predictor {
    /// The model in another format: the bytes of a file.
    ///
    /// # Errors
    /// [`ExportError`](crate::error::ExportError) for what the format has nothing for.
    pub fn export(&self, format: ExportFormat) -> Result<Vec<u8>, ExperimentError> {
        Ok(match format {
            ExportFormat::Safetensors => self.state_dict()?.to_safetensors()?,
            ExportFormat::Onnx => self.onnx()?,
        })
    }

    /// The weights with the names and in the layout that PyTorch has for a module with the same fields: `layers.0.linear.weight`. Those of
    /// a network of torchvision or timm have the names that they have there: `fc.weight`.
    ///
    /// # Errors
    /// None for kiln's own networks.
    pub fn state_dict(&self) -> Result<Weights, ExperimentError> {
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
    /// `[N, channels, height, width]`, of bytes. Outputs are `label` and `probabilities` of classes, `probabilities` of labels, `values`
    /// of numbers. The metadata hold their names under `kiln.outputs`.
    ///
    /// # Errors
    /// [`ExportError`](crate::error::ExportError) for what ONNX has nothing for.
    pub fn onnx(&self) -> Result<Vec<u8>, ExperimentError> {
        let (loss, fitted) = ((&self.blueprint.loss, self.blueprint.loss_config.name()), self.fitted());
        let network = &self.merged();
        let model = Model { network, loss, fitted, decision: self.decision, name: "kiln" };
        Ok(onnx::onnx(&model)?)
    }
}
