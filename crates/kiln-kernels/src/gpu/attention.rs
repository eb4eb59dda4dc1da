//! Attention of several heads: what stands around its products, and softmax, in one launch each.

use burn::backend::ops::FloatTensorOps;
use burn::backend::wgpu::CubeTensor;
use burn::backend::{Cube, TensorMetadata};
use burn::tensor::Shape;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::softmax::{softmax, softmax_backward};
use super::tensors::{elements, empty, units};

/// What the gradient needs: query, key and value `[N, heads, tokens, inner]`, and the share of each token in each.
#[derive(Debug, Clone)]
pub(super) struct Attended {
    parts: [CubeTensor; 3],
    shares: CubeTensor,
}

/// What scores are multiplied by.
fn scale(inner: usize) -> f64 {
    (inner as f64).sqrt().recip()
}

/// `[N, tokens, 3 · heads · inner]` to `[N, tokens, heads · inner]`, and what it was made with.
pub(super) fn forward(qkv: CubeTensor, heads: usize) -> (CubeTensor, Attended) {
    let [items, tokens, columns] = qkv.shape().dims();
    let inner = columns / 3 / heads;
    let qkv = into_contiguous(qkv);
    let parts = [(); 3].map(|()| empty(&qkv, [items, heads, tokens, inner]));
    let (cubes, dim) = units(&qkv, elements(&parts[0]));
    let [query, key, value] = parts.clone().map(CubeTensor::into_buffer_arg);
    let client = qkv.client.clone();
    let [t, h, d] = [tokens, heads, inner].map(|side| side as u32);
    unpack::launch(&client, cubes, dim, qkv.into_buffer_arg(), query, key, value, t, h, d);
    let [query, key, value] = parts.clone();
    let scores = Cube::float_matmul(query, Cube::float_transpose(key));
    let shares = softmax(scores, scale(inner));
    let y = Cube::float_permute(Cube::float_matmul(shares.clone(), value), &[0, 2, 1, 3]);
    (Cube::float_reshape(y, Shape::from([items, tokens, heads * inner])), Attended { parts, shares })
}

/// The gradient of query, key and value together.
pub(super) fn backward(gradient: CubeTensor, attended: Attended) -> CubeTensor {
    let Attended { parts: [query, key, value], shares } = attended;
    let [items, heads, tokens, inner] = query.shape().dims();
    let gradient = Cube::float_reshape(gradient, Shape::from([items, tokens, heads, inner]));
    let gradient = into_contiguous(Cube::float_permute(gradient, &[0, 2, 1, 3]));
    let of_value = Cube::float_matmul(Cube::float_transpose(shares.clone()), gradient.clone());
    let of_shares = Cube::float_matmul(gradient, Cube::float_transpose(value));
    let of_scores = softmax_backward(of_shares, shares, scale(inner));
    let of_query = Cube::float_matmul(of_scores.clone(), key);
    let of_key = Cube::float_matmul(Cube::float_transpose(of_scores), query);

    let parts = [of_query, of_key, of_value].map(into_contiguous);
    let together = empty(&parts[0], [items, tokens, 3 * heads * inner]);
    let (cubes, dim) = units(&together, elements(&parts[0]));
    let [query, key, value] = parts.map(CubeTensor::into_buffer_arg);
    let out = together.clone().into_buffer_arg();
    let [t, h, d] = [tokens, heads, inner].map(|side| side as u32);
    pack::launch(&together.client, cubes, dim, query, key, value, out, t, h, d);
    together
}

/// Where element `i` of `[N, heads, tokens, inner]` is in `[N, tokens, 3, heads, inner]`; those of the next part are `heads · inner` behind.
#[cube]
fn place(i: usize, tokens: u32, heads: u32, inner: u32) -> usize {
    let (tokens, heads, inner) = (tokens as usize, heads as usize, inner as usize);
    let token = i / inner % tokens;
    let head = i / (inner * tokens) % heads;
    let item = i / (inner * tokens * heads);
    ((item * tokens + token) * 3 * heads + head) * inner + i % inner
}

#[cube(launch)]
fn unpack(
    qkv: &[f32],
    query: &mut [f32],
    key: &mut [f32],
    value: &mut [f32],
    tokens: u32,
    heads: u32,
    inner: u32,
) {
    let i = ABSOLUTE_POS;
    if i < query.len() {
        let at = place(i, tokens, heads, inner);
        let next = heads as usize * inner as usize;
        query[i] = qkv[at];
        key[i] = qkv[at + next];
        value[i] = qkv[at + 2 * next];
    }
}

#[cube(launch)]
fn pack(query: &[f32], key: &[f32], value: &[f32], qkv: &mut [f32], tokens: u32, heads: u32, inner: u32) {
    let i = ABSOLUTE_POS;
    if i < query.len() {
        let at = place(i, tokens, heads, inner);
        let next = heads as usize * inner as usize;
        qkv[at] = query[i];
        qkv[at + next] = key[i];
        qkv[at + 2 * next] = value[i];
    }
}
