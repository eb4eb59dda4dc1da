//! Attention.

use burn::tensor::Tensor;

/// `softmax(Q Kᵀ / √d) V` of several heads, of which each has `d` columns of query, key and value (Vaswani and others: Attention is all you
/// need, 2017).
///
/// - `qkv`: `[N, tokens, 3 · heads · d]`: the queries of all heads, then their keys, then their values, as one linear layer makes them
///
/// Gives `[N, tokens, heads · d]`, the heads side by side.
///
/// # Panics
/// When the columns are no multiple of three times `heads`, or `heads` is 0.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::self_attention;
///
/// // Both tokens have the same key: each sees the mean of the values.
/// let qkv = Tensor::<3>::from_floats([[[1.0, 5.0, 2.0], [3.0, 5.0, 4.0]]], &Device::default());
/// assert_eq!(self_attention(qkv, 1).into_data(), [[[3.0f32], [3.0]]].into());
/// ```
pub fn self_attention(qkv: Tensor<3>, heads: usize) -> Tensor<3> {
    let [items, tokens, columns] = qkv.dims();
    assert!(
        heads > 0 && columns.is_multiple_of(3 * heads),
        "self_attention: {columns} columns are not query, key and value of {heads} heads"
    );
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&qkv)
        && crate::gpu::fits_rows(&qkv.dims())
        && crate::gpu::fits_rows(&[items, heads, tokens, tokens])
    {
        return Tensor::from_dispatch(crate::gpu::self_attention(qkv, heads));
    }
    let inner = columns / 3 / heads;
    let qkv = qkv.reshape([items, tokens, 3, heads, inner]).permute([2, 0, 3, 1, 4]);
    let [query, key, value] =
        [0, 1, 2].map(|part| qkv.clone().narrow(0, part, 1).reshape([items, heads, tokens, inner]));
    let scores = query.mul_scalar((inner as f64).sqrt().recip()).matmul(key.transpose());
    let y = super::softmax(scores, 1.0).matmul(value).permute([0, 2, 1, 3]);
    y.reshape([items, tokens, heads * inner])
}

/// The weights by which [`self_attention`] sums values, `softmax(Q Kᵀ / √d)`, `[N, heads, tokens, tokens]`: the rows are those who look, and sum
/// to 1.
///
/// # Panics
/// As [`self_attention`].
pub fn attention_weights(qkv: Tensor<3>, heads: usize) -> Tensor<4> {
    let [items, tokens, columns] = qkv.dims();
    assert!(
        heads > 0 && columns.is_multiple_of(3 * heads),
        "attention_weights: {columns} columns are not query, key and value of {heads} heads"
    );
    let inner = columns / 3 / heads;
    let qkv = qkv.reshape([items, tokens, 3, heads, inner]).permute([2, 0, 3, 1, 4]);
    let [query, key] =
        [0, 1].map(|part| qkv.clone().narrow(0, part, 1).reshape([items, heads, tokens, inner]));
    super::softmax(query.mul_scalar((inner as f64).sqrt().recip()).matmul(key.transpose()), 1.0)
}
