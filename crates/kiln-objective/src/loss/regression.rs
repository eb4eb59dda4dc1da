//! Losses of numbers against numbers, element by element.

use burn::tensor::Tensor;
use burn::tensor::activation::log_sigmoid;

/// `(x − y)²`, no ½: `torch.nn.MSELoss`.
pub fn squared_error<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>) -> Tensor<D> {
    outputs.sub(targets).square()
}

/// `|x − y|`: `torch.nn.L1Loss`. Its gradient at `x = y` is 0.
pub fn absolute_error<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>) -> Tensor<D> {
    outputs.sub(targets).abs()
}

/// With `e = x − y`: `½ e²` where `|e| ≤ δ`, else `δ (|e| − ½ δ)`: `torch.nn.HuberLoss` (Huber, 1964).
pub fn huber<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>, delta: f64) -> Tensor<D> {
    let error = outputs.sub(targets);
    // With c = clamp(e), both branches are c · (e − c/2), and c is also the gradient: so c needs no tape.
    let clamped = error.clone().detach().clamp(-delta, delta);
    error.sub(clamped.clone().mul_scalar(0.5)).mul(clamped)
}

/// `log cosh(x − y)`: `keras.losses.LogCosh`. About `½ e²` for small errors and `|e| − log 2` for large ones; the gradient
/// is `tanh e`. Finite for every finite error.
pub fn log_cosh<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>) -> Tensor<D> {
    let error = outputs.sub(targets).abs();
    error.clone().sub(log_sigmoid(error.mul_scalar(2.0))).sub_scalar(std::f64::consts::LN_2)
}

/// Quantile (pinball) loss with `e = y − x`: `q e` where `e ≥ 0`, else `(q − 1) e`: `sklearn.metrics.mean_pinball_loss`
/// (Koenker, Bassett, 1978). The `q`-quantile of `y` minimises its mean. The gradient at `e = 0` is `½ − q`, the mean of
/// the slopes on both sides.
pub fn quantile<const D: usize>(outputs: Tensor<D>, targets: Tensor<D>, q: f64) -> Tensor<D> {
    let error = targets.sub(outputs);
    let slope = error.clone().detach().sign().mul_scalar(0.5).add_scalar(q - 0.5);
    error.mul(slope)
}

/// Negative log-likelihood of a count `y` under a Poisson distribution, without `log y!`: `e^x − x y` where `x` is the
/// logarithm of the rate (`log_input`), else `x − y log(x + 1e-8)`: `torch.nn.PoissonNLLLoss`.
///
/// With `full`, Stirling's approximation `y log y − y + ½ log(2π y)` of `log y!` is added where `y > 1`.
/// A log-rate above 88 overflows f32, as PyTorch's does.
pub fn poisson_nll<const D: usize>(
    outputs: Tensor<D>,
    targets: Tensor<D>,
    log_input: bool,
    full: bool,
) -> Tensor<D> {
    let loss = if log_input {
        outputs.clone().exp().sub(outputs.mul(targets.clone()))
    } else {
        outputs.clone().sub(targets.clone().mul(outputs.add_scalar(1e-8).log()))
    };
    if !full {
        return loss;
    }
    let small = targets.clone().lower_equal_elem(1.0);
    // Where it does not count, a number whose logarithm there is.
    let y = targets.mask_fill(small.clone(), 1.0);
    let log_y = y.clone().log();
    let stirling = y
        .clone()
        .mul(log_y.clone())
        .sub(y)
        .add(log_y.add_scalar((2.0 * std::f64::consts::PI).ln()).mul_scalar(0.5));
    loss.add(stirling.mask_fill(small, 0.0))
}

/// Negative log-likelihood of `y` under a normal distribution of mean `x` and variance `v`:
/// `½ (log v + (x − y)² / v)`: `torch.nn.GaussianNLLLoss`. With `full`, `½ log 2π` is added.
///
/// A variance below `eps` counts as `eps`; the gradient goes to it all the same, as in PyTorch.
pub fn gaussian_nll<const D: usize>(
    means: Tensor<D>,
    targets: Tensor<D>,
    variances: Tensor<D>,
    full: bool,
    eps: f64,
) -> Tensor<D> {
    let raised = variances.clone().clamp_min(eps).sub(variances.clone()).detach();
    let variances = variances.add(raised);
    let loss = means.sub(targets).square().div(variances.clone()).add(variances.log()).mul_scalar(0.5);
    if full { loss.add_scalar(half_log_2_pi()) } else { loss }
}

/// The same with the logarithm `s` of the variance, which any number may be: `½ (s + (x − y)² e^−s)`, with `s` at least
/// `log eps`. This is what a model that predicts its own spread is trained with (Nix, Weigend, 1994).
pub fn gaussian_nll_log_variance<const D: usize>(
    means: Tensor<D>,
    targets: Tensor<D>,
    log_variances: Tensor<D>,
    full: bool,
    eps: f64,
) -> Tensor<D> {
    let raised = log_variances.clone().clamp_min(eps.ln()).sub(log_variances.clone()).detach();
    let s = log_variances.add(raised);
    let loss = means.sub(targets).square().mul(s.clone().neg().exp()).add(s).mul_scalar(0.5);
    if full { loss.add_scalar(half_log_2_pi()) } else { loss }
}

fn half_log_2_pi() -> f64 {
    0.5 * (2.0 * std::f64::consts::PI).ln()
}
