//! Which inputs a prediction depends on.
//!
//! Each function takes the model as a closure from inputs `[N, …]` to outputs `[N, classes]`, the inputs, and the output that is
//! explained for each item. It gives a number for each input, an *attribution*: how much that input speaks for the output. The closure
//! computes on a device with autodiff; dropout must be off.
//!
//! | function | attribution |
//! |---|---|
//! | [`gradient`] | ∂ output / ∂ input |
//! | [`input_x_gradient`] | input · gradient |
//! | [`IntegratedGradients`] | (input − baseline) · mean gradient on the way between them: sums to the difference of the outputs |
//! | [`SmoothGrad`] | mean gradient around the input |
//! | [`Occlusion`] | by how much the output falls where a window is covered |
//! | [`ablation`] | by how much the output falls where the inputs of a group are covered |
//! | [`token_ablation`] | the same of one token, for models that take vectors of tokens |
//! | [`grad_cam`] | where the last convolution speaks for the output |
//! | [`attention_rollout`] | through which tokens attention looks at which, whatever the output |
//! | [`ExpectedGradients`] | integrated gradients against a background that is drawn from: SHAP by gradients |
//!
//! For any model, as a function of numbers, without tensors:
//!
//! | function | says |
//! |---|---|
//! | [`PermutationImportance`] | how much the loss grows where the cells of a column are shuffled |
//! | [`exact_shapley`], [`SampledShapley`] | how much each column adds to a prediction: SHAP |
//! | [`linear_shapley`] | the same of a linear model, by its weights |
//! | [`grid`] | where to ask a model how it depends on a column |
//!
//! Tokens have no gradient: what is explained are their vectors, and [`of_tokens`] makes a number for each token of it.
//!
//! An attribution is no proof. Look whether it changes when the weights are drawn anew (Adebayo et al.: Sanity checks for saliency
//! maps, 2018): what stays says something of the data, not of the model. Held to captum 0.9, scikit-learn 1.9 and shap 0.51.
//!
//! ```
//! use burn::nn::LinearConfig;
//! use burn::tensor::{Device, Tensor};
//! use kiln_explain::IntegratedGradients;
//!
//! let device = Device::default().autodiff();
//! let layer = LinearConfig::new(3, 2).init(&device);
//! let model = |inputs: Tensor<2>| layer.forward(inputs);
//! let inputs = Tensor::<2>::from_floats([[1.0, -2.0, 0.5]], &device);
//! let baseline = inputs.zeros_like();
//! let found = IntegratedGradients::default().explain(model, inputs, baseline, &[1]);
//! assert_eq!(found.values.dims(), [1, 3]);
//! // They sum to the difference of the outputs.
//! assert!(found.delta[0].abs() < 1e-5);
//! ```

mod ablation;
mod dependence;
mod expected;
mod grad_cam;
mod gradient;
mod integrated;
mod legendre;
mod occlusion;
mod permutation;
mod rollout;
mod shapley;
mod smooth;
#[cfg(test)]
mod tests;
mod tokens;

pub use ablation::ablation;
pub use dependence::grid;
pub use expected::{Expected, ExpectedGradients};
pub use grad_cam::grad_cam;
pub use gradient::{gradient, input_x_gradient};
pub use integrated::{Integrated, IntegratedGradients};
pub use occlusion::Occlusion;
pub use permutation::{Importance, PermutationImportance};
pub use rollout::attention_rollout;
pub use shapley::{SampledShapley, Shapley, exact_shapley, linear_shapley};
pub use smooth::SmoothGrad;
pub use tokens::{of_tokens, token_ablation};
