//! Mixed precision: passes with weights in a lower type, and the scale of the loss.

use std::borrow::Cow;

use burn::module::Module;
use burn::tensor::DType;
use kiln_core::params;
use kiln_optim::Gradients;
use serde::{Deserialize, Serialize};

use crate::{PrecisionConfig, TrainError};

/// How passes are computed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mixed {
    lower: Option<DType>,
    /// For f16, whose smallest numbers are larger than many a gradient.
    pub(crate) scale: Option<LossScale>,
}

impl Mixed {
    pub(crate) fn of(precision: PrecisionConfig) -> Self {
        let scale = (precision == PrecisionConfig::F16).then(LossScale::default);
        Self { lower: precision.lower(), scale }
    }

    /// The model that computes, where it is not `model` itself. Gradients flow back to the parameters of `model`, in f32.
    pub(crate) fn lowered<M: Module>(&self, model: &M) -> Option<M> {
        self.lower.map(|dtype| params::cast_weights(model.clone(), dtype))
    }

    /// What the loss is multiplied by.
    pub(crate) fn factor(&self) -> Option<f64> {
        self.scale.map(|scale| scale.factor)
    }

    /// Whether the step is made: not where a scaled gradient has left the range of f16. Waits for the device where there is a scale.
    ///
    /// # Errors
    /// A gradient that is not finite with the smallest scale either.
    pub(crate) fn accepts(
        &mut self,
        gradients: &Gradients,
        epoch: u64,
        step: u64,
    ) -> Result<bool, TrainError> {
        let Some(scale) = &mut self.scale else { return Ok(true) };
        let norm = gradients.global_norm().map(|norm| norm.into_data().iter::<f64>().sum());
        let norm: f64 = norm.unwrap_or(0.0);
        if !norm.is_finite() && scale.factor <= LossScale::LEAST {
            let what = Cow::Borrowed("norm of the gradient");
            return Err(TrainError::Diverged { what, value: norm, epoch, step });
        }
        Ok(scale.next(norm.is_finite()))
    }
}

/// The scale of the loss, as PyTorch's `GradScaler` moves it: halved where a step is skipped, doubled after 2,000 steps without one. It begins at
/// 65,536.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct LossScale {
    factor: f64,
    /// Steps since it last changed.
    steady: u32,
    /// Steps of the epoch that were skipped.
    pub(crate) skipped: u64,
}

impl Default for LossScale {
    fn default() -> Self {
        Self { factor: 65_536.0, steady: 0, skipped: 0 }
    }
}

impl LossScale {
    const STEADY: u32 = 2_000;
    /// 2⁻¹⁴, the smallest number of f16 that has all its digits.
    const LEAST: f64 = 1.0 / 16_384.0;

    /// Moves the scale on, and says whether the step is made.
    fn next(&mut self, finite: bool) -> bool {
        if finite {
            self.steady += 1;
            if self.steady >= Self::STEADY {
                (self.factor, self.steady) = (self.factor * 2.0, 0);
            }
        } else {
            (self.factor, self.steady) = (self.factor / 2.0, 0);
            self.skipped += 1;
        }
        finite
    }
}

#[cfg(test)]
mod tests {
    use burn::module::ParamId;
    use burn::tensor::Tensor;

    use super::*;

    #[test]
    fn the_scale_is_halved_by_a_skip_and_doubled_after_a_steady_while() {
        let mut scale = LossScale::default();
        assert!(!scale.next(false));
        assert_eq!((scale.factor, scale.skipped), (32_768.0, 1));
        for _ in 0..LossScale::STEADY - 1 {
            assert!(scale.next(true));
        }
        assert_eq!(scale.factor, 32_768.0);
        scale.next(true);
        assert_eq!((scale.factor, scale.steady), (65_536.0, 0));
        // A skip begins the while anew.
        scale.next(true);
        scale.next(false);
        assert_eq!((scale.factor, scale.steady, scale.skipped), (32_768.0, 0, 2));
    }

    #[test]
    fn a_gradient_that_is_never_finite_ends_the_training() {
        let device = kiln_testkit::device();
        let mut gradients = Gradients::default();
        gradients.insert(ParamId::new(), Tensor::from_floats([f32::INFINITY], &device));
        let mut mixed = Mixed::of(PrecisionConfig::F16);
        let mut skipped = 0;
        let error = loop {
            match mixed.accepts(&gradients, 1, 3) {
                Ok(accepted) => {
                    assert!(!accepted);
                    skipped += 1;
                }
                Err(error) => break error,
            }
        };
        // Thirty halvings from 2¹⁶ to 2⁻¹⁴.
        assert_eq!(skipped, 30);
        assert!(
            error.to_string().starts_with("the norm of the gradient became inf in epoch 1 at step 3"),
            "{error}"
        );
        // Without a scale nothing is looked at.
        assert!(Mixed::of(PrecisionConfig::Bf16).accepts(&gradients, 1, 3).unwrap());
    }
}
