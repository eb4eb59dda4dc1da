//! The layers of models that read time series.

use kiln_data::{InputShape, SeriesShape};

use super::Plan;
use crate::{ModelError, Summary};

impl Plan {
    /// For a model that reads time series, with their shape.
    pub(crate) fn of_series(
        input: &InputShape,
        model: &'static str,
        outputs: usize,
    ) -> Result<(Self, SeriesShape), ModelError> {
        let shape = input.as_series();
        let shape = shape.ok_or_else(|| ModelError::NeedsSeries { model, found: input.words() })?;
        if outputs == 0 {
            return Err(ModelError::NoOutputs);
        }
        let summary = Summary { layers: Vec::new(), parameters: 0, multiply_adds: 0 };
        let dims = vec![shape.channels, shape.longest];
        Ok((Self { input: input.clone(), shape: dims, summary, parts: (Some(0), 0) }, shape))
    }

    /// Filters over steps in the layer that [`Plan::layer`] completes.
    pub(crate) fn steps(&mut self, [inputs, outputs, kernel]: [usize; 3], steps: usize, bias: bool) {
        self.weight([inputs.saturating_mul(kernel), outputs], steps, bias);
    }
}
