//! Gradients against finite differences.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{DType, Gradients, Tensor, TensorData};
use kiln_core::{Weights, params};

use crate::{assert_close, computes_in, device, device_name};

/// Asserts that autodiff gives the gradient of `sum(f(x))` at `at`, by central differences in f64.
///
/// `f` gets a tensor of the length of `at` and data type f64, and gives one of any length. The step is
/// `6e-6 · max(1, |x|)`, which leaves an error near 1e-10 for smooth functions: a `tolerance` (relative, and
/// absolute on gradients below 1) of 1e-6 is usual. Stay a step away from kinks.
///
/// A device without f64 (wgpu) cannot be checked so: the check is skipped, with a line that says so.
///
/// # Panics
/// When the gradients differ, or `f` gives a tensor that autodiff does not track.
#[track_caller]
pub fn gradient_check(f: impl Fn(Tensor<1>) -> Tensor<1>, at: &[f64], tolerance: f64) {
    let device = device();
    if !computes_in(DType::F64) {
        eprintln!("gradient check skipped: {} has no f64", device_name());
        return;
    }
    let value = |x: &[f64]| -> Vec<f64> {
        f(Tensor::from_data(TensorData::from(x), (&device, DType::F64))).into_data().iter::<f64>().collect()
    };
    let mut x = at.to_vec();
    let mut expected = Vec::with_capacity(at.len());
    for (i, &center) in at.iter().enumerate() {
        let step = 6e-6 * center.abs().max(1.0);
        let (high, low) = (center + step, center - step);
        x[i] = high;
        let above = value(&x);
        x[i] = low;
        let below = value(&x);
        x[i] = center;
        // Element by element before the sum, so that a large element does not swamp the others.
        let difference: f64 = above.iter().zip(&below).map(|(above, below)| above - below).sum();
        // The distance as it is after rounding, not as it was meant.
        expected.push(difference / (high - low));
    }
    let x = Tensor::<1>::from_data(TensorData::from(at), (&device.autodiff(), DType::F64)).require_grad();
    let gradients = f(x.clone()).sum().backward();
    let Some(gradient) = x.grad(&gradients) else {
        unreachable!("autodiff does not track the result: it has no gradient")
    };
    assert_close(&gradient.into_data(), &TensorData::from(&expected[..]), tolerance, tolerance);
}

/// Gradients of the trainable parameters by path; a parameter that the loss does not depend on is left out.
pub fn gradients_by_path<M: Module>(gradients: &Gradients, module: &M) -> Weights {
    struct Collect<'a>(&'a Gradients, Vec<Option<TensorData>>);
    impl ModuleVisitor for Collect<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.1.push(param.base().grad(self.0).map(Tensor::into_data));
        }
    }
    let mut collect = Collect(gradients, Vec::new());
    module.visit(&mut collect);
    let mut by_path = Weights::default();
    // Both walk through the fields in the same order.
    for (info, gradient) in params::list(module).into_iter().zip(collect.1) {
        if let Some(gradient) = gradient {
            by_path.insert(info.path, gradient);
        }
    }
    by_path
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::s;

    #[test]
    fn right_gradients_pass() {
        gradient_check(|x| x.clone().powi_scalar(3) + x.exp(), &[-1.5, 0.3, 2.0, 40.0], 1e-6);
        gradient_check(|x| x.clone().slice(s![0..1]) * x.slice(s![1..2]).log(), &[3.0, 2.0], 1e-6);
    }

    #[test]
    fn a_wrong_gradient_is_noticed() {
        if !computes_in(DType::F64) {
            return;
        }
        // Detached, one of the two factors of x² has no gradient.
        let wrong = || gradient_check(|x| x.clone() * x.detach(), &[1.0, 2.0], 1e-6);
        assert!(std::panic::catch_unwind(wrong).is_err());
    }
}
