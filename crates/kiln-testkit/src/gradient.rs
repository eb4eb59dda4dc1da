//! Gradients against finite differences.

use burn::tensor::{DType, Tensor, TensorData};

use crate::{assert_close, device, device_name};

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
    if !device.supports_dtype(DType::F64) {
        eprintln!("gradient check skipped: {} has no f64", device_name());
        return;
    }
    let value = |x: &[f64]| -> f64 {
        f(Tensor::from_data(TensorData::from(x), (&device, DType::F64))).into_data().iter::<f64>().sum()
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
        // The distance as it is after rounding, not as it was meant.
        expected.push((above - below) / (high - low));
    }
    let x = Tensor::<1>::from_data(TensorData::from(at), (&device.autodiff(), DType::F64)).require_grad();
    let gradients = f(x.clone()).sum().backward();
    let Some(gradient) = x.grad(&gradients) else {
        unreachable!("autodiff does not track the result: it has no gradient")
    };
    assert_close(&gradient.into_data(), &TensorData::from(&expected[..]), tolerance, tolerance);
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
        if !device().supports_dtype(DType::F64) {
            return;
        }
        // Detached, one of the two factors of x² has no gradient.
        let wrong = || gradient_check(|x| x.clone() * x.detach(), &[1.0, 2.0], 1e-6);
        assert!(std::panic::catch_unwind(wrong).is_err());
    }
}
