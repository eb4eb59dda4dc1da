//! Softmax cross-entropy.

use burn::tensor::{Int, Tensor, activation};

/// Cross-entropy of each row of `softmax(logits)` against its label: PyTorch's
/// `cross_entropy(logits, labels, weight, label_smoothing, reduction="none")`.
///
/// With `ε` = `smoothing` in `[0, 1]`, `K` classes, weights `v` (1 without) and label `y` of a row, the loss of the row is
/// `−Σ_j t_j · log softmax_j` with `t_j = (1 − ε) · v_y · [j = y] + ε/K · v_j`.
///
/// - `logits`: `[N, K]`
/// - `labels`: `[N]`, from 0 to `K - 1`
/// - `weights`: `[K]`
///
/// Gives `[N]`. PyTorch's mean over the rows is the sum of it over the sum of the labels' weights.
///
/// # Panics
/// When the shapes do not fit, a label is not a class (on a GPU it is not looked at), or `smoothing` is out of its range.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use kiln_kernels::cross_entropy;
///
/// let device = Device::default();
/// let logits = Tensor::<2>::from_floats([[0.0, 0.0], [2.0, 0.0]], &device);
/// let losses = cross_entropy(logits, Tensor::<1, Int>::from_ints([1, 0], &device), None, 0.0);
/// let losses: Vec<f32> = losses.into_data().iter().collect();
/// assert!((losses[0] - 2f32.ln()).abs() < 1e-6 && (losses[1] - 0.126_928).abs() < 1e-6);
/// ```
pub fn cross_entropy(
    logits: Tensor<2>,
    labels: Tensor<1, Int>,
    weights: Option<&[f64]>,
    smoothing: f64,
) -> Tensor<1> {
    let [rows, classes] = logits.dims();
    assert_eq!(labels.dims(), [rows], "cross_entropy: there must be a label for each row");
    assert!(
        weights.is_none_or(|weights| weights.len() == classes),
        "cross_entropy: there must be a weight for each class"
    );
    assert!((0.0..=1.0).contains(&smoothing), "cross_entropy: smoothing must be from 0 to 1");
    #[cfg(feature = "flex")]
    if super::has_kernels(&logits) && classes > 0 {
        // What is negative or too large for a class is no class either as the largest number there is.
        let labels = labels.into_data();
        let labels = labels.iter::<i64>().map(|label| u32::try_from(label).unwrap_or(u32::MAX));
        let targets = crate::flex::Targets {
            labels: labels.collect(),
            weights: weights.map(|weights| weights.iter().map(|&weight| weight as f32).collect()),
            smoothing,
        };
        return Tensor::from_dispatch(crate::autodiff::cross_entropy(logits, targets));
    }
    #[cfg(feature = "wgpu")]
    if weights.is_none()
        && (1..=crate::gpu::MOST_CLASSES).contains(&classes)
        && labels.dtype() == burn::tensor::DType::I32
        && crate::gpu::has_kernels(&logits)
    {
        return Tensor::from_dispatch(crate::gpu::cross_entropy(logits, labels, smoothing));
    }
    let log_p = activation::log_softmax(logits, 1);
    let log_p = match weights {
        None => log_p,
        Some(weights) => {
            let row = Tensor::<1>::from_data(weights, (&log_p.device(), log_p.dtype()));
            log_p.mul(row.unsqueeze())
        }
    };
    let hard = log_p.clone().gather(1, labels.unsqueeze_dim(1)).mul_scalar(smoothing - 1.0);
    let losses = match smoothing {
        0.0 => hard,
        // The mean over the classes has the 1/K in it.
        _ => hard.sub(log_p.mean_dim(1).mul_scalar(smoothing)),
    };
    losses.squeeze_dim(1)
}
