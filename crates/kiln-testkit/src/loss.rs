//! The laws that every loss keeps.

use burn::tensor::{DType, Tensor};

use crate::{computes_in, device};

/// What a loss promises beside the laws of all of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LossLaws {
    /// No loss is below 0.
    pub non_negative: bool,
    /// Outputs of this size, of either sign, have finite losses and gradients; `None` for losses that claim none.
    pub finite_at: Option<f64>,
}

/// A batch of the items that are asked for: outputs of a model, `[N, …]`, and the targets.
#[derive(Debug, Clone)]
pub struct LossBatch<T> {
    /// Outputs, f32 or f64.
    pub outputs: Tensor<2>,
    /// Targets, whatever the loss takes.
    pub targets: T,
}

/// Checks a loss in every precision of the device under test:
///
/// * the mean over a batch is the mean of its items, each alone, weighted by what they count;
/// * the order of the items does not matter;
/// * weights of 1 change nothing, a common factor neither; weight 2 is the item twice, weight 0 the item left out; and
///   where all weights are 0, loss and gradient are 0 and not NaN;
/// * items that are met perfectly have no loss (`perfect`, where the loss claims it);
/// * what [`LossLaws`] says.
///
/// `batch` makes a batch of the items that are asked for, out of `items` of them, in a precision and scaled by a number;
/// `counts` are what the items count in the mean (class weights: 1 without); `mean` is the loss, with weights of the items.
///
/// ```
/// use burn::tensor::Tensor;
/// use kiln_testkit::{LossBatch, LossLaws, check_loss, device};
///
/// let laws = LossLaws { non_negative: true, finite_at: None };
/// let batch = |items: &[usize], dtype, scale: f64| {
///     let column = |f: &dyn Fn(f64) -> f64| {
///         let numbers: Vec<f64> = items.iter().map(|&item| f(item as f64)).collect();
///         Tensor::<1>::from_data(numbers.as_slice(), (&device(), dtype)).unsqueeze_dim::<2>(1)
///     };
///     LossBatch { outputs: column(&|x| scale * x.sin()), targets: column(&|x| x.cos()) }
/// };
/// let mean = |outputs: Tensor<2>, targets: &Tensor<2>, weights: Option<Tensor<1>>| {
///     let losses = outputs.sub(targets.clone()).square().squeeze_dim::<1>(1);
///     match weights {
///         None => losses.mean(),
///         Some(weights) => losses.mul(weights.clone()).sum() / weights.sum().clamp_min(1e-30),
///     }
/// };
/// check_loss("mse", &[1.0; 5], batch, mean, None, laws);
/// ```
///
/// # Panics
/// When a law is broken; the message has `name`, the law and the numbers.
#[track_caller]
pub fn check_loss<T: Clone>(
    name: &str,
    counts: &[f64],
    batch: impl Fn(&[usize], DType, f64) -> LossBatch<T>,
    mean: impl Fn(Tensor<2>, &T, Option<Tensor<1>>) -> Tensor<1>,
    perfect: Option<&dyn Fn(DType) -> LossBatch<T>>,
    laws: LossLaws,
) {
    let device = device();
    let all: Vec<usize> = (0..counts.len()).collect();
    for (dtype, tolerance) in [(DType::F64, 1e-12), (DType::F32, 2e-5)] {
        if !computes_in(dtype) {
            continue;
        }
        let read = |value: Tensor<1>| -> f64 {
            assert_eq!(
                (value.dims(), value.dtype()),
                ([1], dtype),
                "{name}: one number of the outputs' type"
            );
            value.into_data().iter::<f64>().sum()
        };
        let of = |items: &[usize], weights: Option<&[f64]>| {
            let LossBatch { outputs, targets } = batch(items, dtype, 1.0);
            let weights = weights.map(|weights| Tensor::from_data(weights, (&device, dtype)));
            read(mean(outputs, &targets, weights))
        };
        let same = |law: &str, found: f64, expected: f64| {
            let off = (found - expected).abs() / expected.abs().max(1.0);
            assert!(off <= tolerance, "{name}, {dtype:?}: {law}: {found} instead of {expected}");
        };

        let whole = of(&all, None);
        let alone: Vec<f64> = all.iter().map(|&item| of(&[item], None)).collect();
        let total: f64 = counts.iter().sum();
        let average = alone.iter().zip(counts).map(|(loss, count)| loss * count).sum::<f64>() / total;
        same("the mean over the batch is the mean of its items", whole, average);
        if laws.non_negative {
            assert!(alone.iter().all(|loss| *loss >= 0.0), "{name}: a loss below 0 among {alone:?}");
        }

        let reversed: Vec<usize> = all.iter().rev().copied().collect();
        same("the order does not matter", of(&reversed, None), whole);
        let rotated = [&all[1..], &all[..1]].concat();
        same("the order does not matter", of(&rotated, None), whole);

        same("weights of 1 change nothing", of(&all, Some(&vec![1.0; all.len()])), whole);
        same("a common factor changes nothing", of(&all, Some(&vec![0.125; all.len()])), whole);
        for item in [0, all.len() - 1] {
            let mut weights = vec![1.0; all.len()];
            weights[item] = 2.0;
            let twice = [all.as_slice(), &[item]].concat();
            same("weight 2 is the item twice", of(&all, Some(&weights)), of(&twice, None));
            weights[item] = 0.0;
            let without: Vec<usize> = all.iter().copied().filter(|other| *other != item).collect();
            same("weight 0 is the item left out", of(&all, Some(&weights)), of(&without, None));
        }

        let slopes = |scale: f64, weights: Option<Vec<f64>>| -> (f64, Vec<f64>) {
            let LossBatch { outputs, targets } = batch(&all, dtype, scale);
            let autodiff = device.clone().autodiff();
            let outputs = Tensor::<2>::from_data(outputs.into_data(), (&autodiff, dtype)).require_grad();
            let weights = weights.map(|weights| Tensor::from_data(weights.as_slice(), (&autodiff, dtype)));
            let loss = mean(outputs.clone(), &targets, weights);
            let gradient = outputs.grad(&loss.backward()).map(Tensor::into_data);
            let gradient = gradient.map(|data| data.iter::<f64>().collect()).unwrap_or_default();
            (read(loss.inner()), gradient)
        };
        let (nothing, gradient) = slopes(1.0, Some(vec![0.0; all.len()]));
        assert!(nothing == 0.0, "{name}: with weights of 0 the loss is {nothing}");
        assert!(gradient.iter().all(|slope| *slope == 0.0), "{name}: with weights of 0 {gradient:?}");
        if let Some(size) = laws.finite_at {
            for scale in [size, -size] {
                let (loss, gradient) = slopes(scale, None);
                assert!(loss.is_finite(), "{name}, {dtype:?}: the loss at outputs times {scale} is {loss}");
                assert!(!gradient.is_empty(), "{name}: no gradient");
                let finite = gradient.iter().all(|slope| slope.is_finite());
                assert!(finite, "{name}, {dtype:?}: gradient at outputs times {scale}: {gradient:?}");
            }
        }
        if let Some(perfect) = perfect {
            let LossBatch { outputs, targets } = perfect(dtype);
            same("no loss where everything is met", read(mean(outputs, &targets, None)), 0.0);
        }
    }
}
