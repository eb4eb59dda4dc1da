//! A linear layer and the loss of its outputs.

use std::sync::Arc;

use burn::tensor::{Int, Tensor, TensorData, activation};
use kiln_core::device::counts::sent;

/// The mean cross-entropy of each row of `softmax(x · weightᵀ)` against its label: PyTorch's
/// `cross_entropy(x @ weight.T, labels, ignore_index=-1, label_smoothing=smoothing)`. Rows whose label is [`u32::MAX`] do not count; where none counts it is 0.
///
/// - `x`: `[N, C]`
/// - `weight`: `[K, C]`, a row for each class, as an embedding is
/// - `labels`: `N`, from 0 to `K - 1`
///
/// Gives `[1]`. On flex the logits are never there as a whole: a part of them is made, compared and used for the gradients in one pass.
///
/// # Panics
/// When the shapes do not fit, a label is not a class, or `smoothing` is not in `[0, 1]`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::linear_cross_entropy;
///
/// let device = Device::default();
/// let (x, weight) = (Tensor::<2>::zeros([3, 4], &device), Tensor::<2>::ones([5, 4], &device));
/// let loss: f32 = linear_cross_entropy(x, weight, &[0, 4, u32::MAX].into(), 0.0).into_scalar();
/// assert!((loss - 5f32.ln()).abs() < 1e-6);
/// ```
pub fn linear_cross_entropy(
    x: Tensor<2>,
    weight: Tensor<2>,
    labels: &Arc<[u32]>,
    smoothing: f64,
) -> Tensor<1> {
    let ([rows, columns], [classes, width]) = (x.dims(), weight.dims());
    assert_eq!(columns, width, "linear_cross_entropy: x has {columns} columns, the weight {width}");
    assert_eq!(labels.len(), rows, "linear_cross_entropy: there must be a label for each row");
    assert!((0.0..=1.0).contains(&smoothing), "linear_cross_entropy: smoothing must be from 0 to 1");
    let is_class = |&label: &u32| label == u32::MAX || (label as usize) < classes;
    assert!(labels.iter().all(is_class), "linear_cross_entropy: a label is none of {classes} classes");
    let x = super::in_type_of(x, &weight);
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&weight) && columns > 0 {
        let labels = crate::flex::Labels { labels: labels.clone(), smoothing };
        return Tensor::from_dispatch(crate::autodiff::linear_cross_entropy(x, weight, labels));
    }
    let counted = labels.iter().filter(|&&label| label != u32::MAX).count();
    let share = if counted == 0 { 0.0 } else { 1.0 / counted as f64 };
    let of = |&label: &u32| if label == u32::MAX { (0, 0.0) } else { (label as i32, share) };
    let (labels, shares): (Vec<i32>, Vec<f64>) = labels.iter().map(of).unzip();
    let labels = Tensor::<1, Int>::from_data(sent(TensorData::new(labels, [rows])), &x.device());
    let shares = Tensor::<1>::from_data(sent(TensorData::new(shares, [rows])), (&x.device(), x.dtype()));
    let log_p = activation::log_softmax(x.matmul(weight.transpose()), 1);
    let hard = log_p.clone().gather(1, labels.unsqueeze_dim(1)).mul_scalar(smoothing - 1.0);
    let losses = match smoothing {
        0.0 => hard,
        // A mean over the classes as a product: Burn's own on a software driver of Vulkan gave other bits in one run of forty.
        _ => {
            let each =
                Tensor::full([classes, 1], smoothing / classes as f64, (&log_p.device(), log_p.dtype()));
            hard.sub(log_p.matmul(each))
        }
    };
    losses.squeeze_dim::<1>(1).mul(shares).sum()
}
