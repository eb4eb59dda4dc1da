//! Whether a training can have its precision.

use burn::tensor::Device;

use crate::{PrecisionError, Task, TrainError, Trainer};

impl<T: Task> Trainer<T> {
    /// Whether a training on `device` can have the precision that the configuration asks for.
    ///
    /// # Errors
    /// [`PrecisionError`].
    pub fn check_precision(&self, device: &Device) -> Result<(), TrainError> {
        let precision = self.config.precision;
        let Some(dtype) = precision.lower() else { return Ok(()) };
        let elsewhere = match (self.config.solver, self.parts.len()) {
            (Some(_), _) => Some("a solver computes"),
            (None, 2..) => Some("several optimisers train"),
            _ => None,
        };
        if let Some(what) = elsewhere {
            return Err(PrecisionError::Elsewhere { precision, what }.into());
        }
        if !self.task.takes_lower_weights() {
            return Err(PrecisionError::Task { precision }.into());
        }
        let device = device.clone().inner();
        if !device.supports_dtype(dtype) {
            return Err(PrecisionError::Device { precision, device: format!("{device:?}") }.into());
        }
        Ok(())
    }
}
