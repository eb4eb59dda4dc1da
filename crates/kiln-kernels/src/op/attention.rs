//! Attention.

use burn::tensor::{Bool, Int, Tensor, TensorData};
use kiln_core::Seed;
use kiln_core::device::counts::sent;

use super::Sequences;
use crate::cpu::{Mask, share_factors};

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
    of_batch(qkv, heads, None)
}

/// As [`self_attention`], with dropout on what softmax gives: a share of the values is dropped with `probability` in `[0, 1)`, and the others are divided by
/// `1 - probability`. Which ones is a function of the seed, as for [`dropout`](crate::dropout()), the same on every backend and for any number of threads.
///
/// # Panics
/// As [`self_attention`].
pub fn self_attention_with_dropout(qkv: Tensor<3>, heads: usize, probability: f64, seed: Seed) -> Tensor<3> {
    of_batch(qkv, heads, Some(Mask::new(probability, seed)))
}

fn of_batch(qkv: Tensor<3>, heads: usize, mask: Option<Mask>) -> Tensor<3> {
    let [items, tokens, columns] = qkv.dims();
    check(columns, heads);
    #[cfg(feature = "flex")]
    let has_kernels = super::has_kernels(&qkv) && columns > 0;
    #[cfg(not(feature = "flex"))]
    let has_kernels = false;
    if has_kernels || mask.is_some() {
        let sequences = Sequences::padded(&vec![tokens; items], tokens);
        let y = of_rows(qkv.reshape([items * tokens, columns]), heads, &sequences, false, mask);
        return y.reshape([items, tokens, columns / 3]);
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&qkv)
        && crate::gpu::fits_rows(&qkv.dims())
        && crate::gpu::fits_rows(&[items, heads, tokens, tokens])
    {
        return Tensor::from_dispatch(crate::gpu::self_attention(qkv, heads));
    }
    of_items(qkv, heads, None, None)
}

/// As [`self_attention`], of rows that are divided into sequences: a token sees those of its own sequence. With `causal` it sees itself and those before it.
///
/// - `qkv`: `[rows, 3 · heads · d]`
///
/// Gives `[rows, heads · d]`; rows of padding are 0. On flex, memory grows with the length of the sequences, elsewhere with its square.
///
/// # Panics
/// As [`self_attention`], and when there are other rows than the sequences have.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::{Sequences, attention};
///
/// // Two sequences, of two tokens and of one. All keys are equal.
/// let qkv = Tensor::<2>::from_floats([[1.0, 5.0, 2.0], [3.0, 5.0, 4.0], [1.0, 5.0, 9.0]], &Device::default());
/// let y = attention(qkv, 1, &Sequences::packed(&[2, 1]), true);
/// assert_eq!(y.into_data(), [[2.0f32], [3.0], [9.0]].into());
/// ```
pub fn attention(qkv: Tensor<2>, heads: usize, sequences: &Sequences, causal: bool) -> Tensor<2> {
    of_rows(qkv, heads, sequences, causal, None)
}

/// As [`attention`], with dropout on what softmax gives: see [`self_attention_with_dropout`].
///
/// # Panics
/// As [`attention`].
pub fn attention_with_dropout(
    qkv: Tensor<2>,
    heads: usize,
    sequences: &Sequences,
    causal: bool,
    probability: f64,
    seed: Seed,
) -> Tensor<2> {
    of_rows(qkv, heads, sequences, causal, Some(Mask::new(probability, seed)))
}

fn of_rows(
    qkv: Tensor<2>,
    heads: usize,
    sequences: &Sequences,
    causal: bool,
    mask: Option<Mask>,
) -> Tensor<2> {
    let [rows, columns] = qkv.dims();
    check(columns, heads);
    assert_eq!(rows, sequences.rows(), "attention: the sequences have other rows");
    #[cfg(feature = "flex")]
    if super::has_kernels(&qkv) && columns > 0 {
        let inner = columns / 3 / heads;
        let shape = crate::cpu::AttentionShape { heads, inner, causal, dropout: mask };
        let heads = crate::flex::Heads { shape, spans: sequences.shared() };
        return Tensor::from_dispatch(crate::autodiff::attention(qkv, heads));
    }
    let (items, tokens) = (sequences.spans().len(), sequences.longest());
    let width = columns / 3;
    if items == 0 {
        return qkv.narrow(1, 0, width).zeros_like();
    }
    let hidden = (causal || !sequences.is_even()).then(|| hidden(sequences, causal, &qkv));
    let factors = mask.map(|mask| factors(sequences, heads, mask, &qkv));
    if sequences.is_even() {
        let y = of_items(qkv.reshape([items, tokens, columns]), heads, hidden, factors);
        return y.reshape([rows, width]);
    }
    // Behind the last row there is one of zeros, for all padding.
    let mut places = vec![rows as i32; items * tokens];
    let mut back = vec![(items * tokens) as i32; rows];
    for (item, span) in sequences.spans().iter().enumerate() {
        for (token, row) in span.clone().enumerate() {
            places[item * tokens + token] = row as i32;
            back[row] = (item * tokens + token) as i32;
        }
    }
    let items_of = with_zeros(qkv, places).reshape([items, tokens, columns]);
    with_zeros(of_items(items_of, heads, hidden, factors).reshape([items * tokens, width]), back)
}

fn check(columns: usize, heads: usize) {
    assert!(
        heads > 0 && columns.is_multiple_of(3 * heads),
        "self_attention: {columns} columns are not query, key and value of {heads} heads"
    );
}

/// The rows at `places` of `x` and a row of zeros.
fn with_zeros(x: Tensor<2>, places: Vec<i32>) -> Tensor<2> {
    let zeros = x.clone().narrow(0, 0, 1).zeros_like();
    let len = places.len();
    let places = Tensor::<1, Int>::from_data(sent(TensorData::new(places, [len])), &x.device());
    Tensor::cat(vec![x, zeros], 0).select(0, places)
}

/// Which keys each query does not see, `[N or 1, 1, tokens, tokens]`.
fn hidden(sequences: &Sequences, causal: bool, like: &Tensor<2>) -> Tensor<4, Bool> {
    let tokens = sequences.longest();
    let even = sequences.is_even();
    let spans = &sequences.spans()[..if even { 1 } else { sequences.spans().len() }];
    let mut hidden = Vec::with_capacity(spans.len() * tokens * tokens);
    for span in spans {
        for query in 0..tokens {
            hidden.extend((0..tokens).map(|key| key >= span.len() || (causal && key > query)));
        }
    }
    let dims = [spans.len(), 1, tokens, tokens];
    Tensor::from_data(sent(TensorData::new(hidden, dims)), &like.device())
}

/// What each share of the values is multiplied by, `[N, heads, tokens, tokens]`; 0 in padding.
fn factors(sequences: &Sequences, heads: usize, mask: Mask, like: &Tensor<2>) -> Tensor<4> {
    let (tokens, rows) = (sequences.longest(), sequences.rows());
    let mut factors = vec![0.0; sequences.spans().len() * heads * tokens * tokens];
    let mut places = factors.chunks_exact_mut(tokens.max(1));
    for span in sequences.spans() {
        for head in 0..heads {
            for (query, factors) in places.by_ref().take(tokens).enumerate() {
                if query < span.len() {
                    share_factors(mask, head * rows + span.start + query, 0, &mut factors[..span.len()]);
                }
            }
        }
    }
    let dims = [sequences.spans().len(), heads, tokens, tokens];
    Tensor::from_data(sent(TensorData::new(factors, dims)), (&like.device(), like.dtype()))
}

/// Composed, for items of the same length.
fn of_items(
    qkv: Tensor<3>,
    heads: usize,
    hidden: Option<Tensor<4, Bool>>,
    factors: Option<Tensor<4>>,
) -> Tensor<3> {
    let [items, tokens, columns] = qkv.dims();
    let inner = columns / 3 / heads;
    let qkv = qkv.reshape([items, tokens, 3, heads, inner]).permute([2, 0, 3, 1, 4]);
    let [query, key, value] =
        [0, 1, 2].map(|part| qkv.clone().narrow(0, part, 1).reshape([items, heads, tokens, inner]));
    let mut scores = query.mul_scalar((inner as f64).sqrt().recip()).matmul(key.transpose());
    if let Some(hidden) = hidden {
        scores = scores.mask_fill(hidden.expand([items, heads, tokens, tokens]), f32::NEG_INFINITY);
    }
    let shares = super::softmax(scores, 1.0);
    let shares = if let Some(factors) = factors { shares.mul(factors) } else { shares };
    let y = shares.matmul(value).permute([0, 2, 1, 3]);
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
