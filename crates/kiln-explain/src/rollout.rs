//! Through which tokens attention looks at which.

use burn::tensor::Tensor;

/// Attention rollout (Abnar and Zuidema: Quantifying attention flow in transformers, 2020). `weights`: of each layer, the first one first,
/// `[N, heads, tokens, tokens]`, the rows those who look. Heads are averaged; the residual around each attention counts as much as the
/// attention, `(A + I) / 2`; the layers are multiplied. Gives `[N, tokens, tokens]`: the share of each token of the input (columns) in each
/// token of the output; rows sum to 1. It explains no class: what is said of the tokens plays no part.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_explain::attention_rollout;
///
/// // Two tokens look at the first one.
/// let weights = Tensor::<4>::from_floats([[[[1.0, 0.0], [1.0, 0.0]]]], &Device::default());
/// let found = attention_rollout(vec![weights.clone(), weights]);
/// assert_eq!(found.expect("two layers").into_data(), [[[1.0f32, 0.0], [0.75, 0.25]]].into());
/// assert!(attention_rollout(Vec::new()).is_none());
/// ```
///
/// `None` without a layer.
///
/// # Panics
/// When the layers have other shapes.
pub fn attention_rollout(weights: Vec<Tensor<4>>) -> Option<Tensor<3>> {
    let layer = |weights: Tensor<4>| -> Tensor<3> {
        let [items, _, tokens, _] = weights.dims();
        let mean: Tensor<3> = weights.mean_dim(1).reshape([items, tokens, tokens]);
        let own = Tensor::<2>::eye(tokens, &mean.device()).cast(mean.dtype()).unsqueeze::<3>();
        let both = mean.add(own);
        let sums = both.clone().sum_dim(2);
        both.div(sums)
    };
    weights.into_iter().map(layer).reduce(|below, above| above.matmul(below))
}
