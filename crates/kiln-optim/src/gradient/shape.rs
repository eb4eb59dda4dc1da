//! What is done to the gradient of one parameter: adaptive clipping, centralisation, noise.

use std::f64::consts::TAU;

use burn::tensor::{Tensor, TensorData};
use kiln_core::device::counts::sent;
use kiln_core::{ParamInfo, Seed};

use super::unit::{norms, units};

/// Adaptive gradient clipping (Brock et al. 2021): the gradient of each unit is scaled to at most `factor` times the norm
/// of its weights, which counts as at least `eps`. timm's `adaptive_clip_grad`.
///
/// `gradient` and `weight` are flat, without autodiff. Units are the outputs of a layer; Burn's matrices are the transpose
/// of PyTorch's.
pub fn adaptive_clip(
    info: &ParamInfo,
    gradient: Tensor<1>,
    weight: &Tensor<1>,
    factor: f64,
    eps: f64,
) -> Tensor<1> {
    let (gradient, along) = units(gradient, &info.dims);
    let (weight, _) = units(weight.clone(), &info.dims);
    let most = norms(&weight, along).clamp_min(eps).mul_scalar(factor);
    let norm = norms(&gradient, along);
    // As timm: the norm below which nothing is divided is 1e-6.
    let scale = most.clone().div(norm.clone().clamp_min(1e-6));
    let within = norm.lower(most);
    gradient.mul(scale.mask_fill(within, 1.0)).reshape([-1])
}

/// Gradient centralisation (Yong et al. 2020): subtracts from the gradient of each unit its mean. Vectors, biases and
/// norms, are left as they are.
pub fn centralize(info: &ParamInfo, gradient: Tensor<1>) -> Tensor<1> {
    if info.dims.len() < 2 {
        return gradient;
    }
    let (gradient, along) = units(gradient, &info.dims);
    let mean = gradient.clone().mean_dim(along);
    gradient.sub(mean).reshape([-1])
}

/// Gaussian noise on the gradient (Neelakantan et al. 2015), of the standard deviation `deviation`.
///
/// Drawn on the host: a function of the seed and the place in the tensor, the same on every device.
pub fn add_noise(gradient: Tensor<1>, seed: Seed, deviation: f64) -> Tensor<1> {
    let len = gradient.dims()[0];
    let noise: Vec<f64> = (0..len as u64).map(|i| deviation * normal(seed, i)).collect();
    let noise = TensorData::new(noise, [len]).convert_dtype(gradient.dtype());
    let noise = Tensor::from_data(sent(noise), (&gradient.device(), gradient.dtype()));
    gradient.add(noise)
}

/// The standard deviation of the noise at an update, counted from 0: the root of `noise / (1 + update)^decay`.
pub fn noise_deviation(noise: f64, decay: f64, update: u64) -> f64 {
    (noise / (1.0 + update as f64).powf(decay)).sqrt()
}

/// A standard normal number, by the method of Box and Muller.
fn normal(seed: Seed, index: u64) -> f64 {
    // 1 − u is never 0.
    let (radius, angle) = (1.0 - seed.uniform(2 * index), seed.uniform(2 * index + 1));
    (-2.0 * radius.ln()).sqrt() * (TAU * angle).cos()
}
