//! Tokens, which have no gradient: what is explained are their vectors.

use std::ops::Range;

use burn::tensor::{Tensor, TensorData};

use crate::gradient::picked;

/// By how much the output falls where the vectors of one token are covered by 0, with those of all runs that it is a part of. `vectors` are
/// `[N, rows, width]`, and `spans` says which tokens each row is about. Gives `[N, tokens]`. Needs no gradient.
///
/// # Panics
/// As [`gradient`](crate::gradient), without a token, and when there is not a span for each row.
pub fn token_ablation(
    model: impl Fn(Tensor<3>) -> Tensor<2>,
    vectors: Tensor<3>,
    spans: &[Range<usize>],
    tokens: usize,
    targets: &[usize],
) -> Tensor<2> {
    assert_eq!(spans.len(), vectors.dims()[1], "every row has a span");
    let outputs = |vectors: Tensor<3>| picked(model(vectors), targets).inner();
    let before = outputs(vectors.clone());
    let fallen = |token: usize| {
        let kept = spans.iter().map(|span| if span.contains(&token) { 0.0_f32 } else { 1.0 });
        let data = TensorData::new(kept.collect::<Vec<_>>(), [1, spans.len(), 1]);
        let device = vectors.device();
        let mask = Tensor::<3>::from_data(data.convert_dtype(vectors.dtype()), (&device, vectors.dtype()));
        before.clone() - outputs(vectors.clone() * mask)
    };
    Tensor::cat((0..tokens).map(fallen).collect(), 1)
}

/// A number for each of `tokens` out of one for each row of vectors, as `spans` says: what is said of a run counts in equal parts for its tokens, so that
/// the sum stays. Rows that are about other tokens are left out.
///
/// ```
/// let spans = [0..1, 1..2, 2..3, 0..2, 1..3];
/// assert_eq!(kiln_explain::of_tokens(&[1.0, 2.0, 3.0, 4.0, 0.5], &spans, 3), [3.0, 4.25, 3.25]);
/// ```
pub fn of_tokens(rows: &[f32], spans: &[Range<usize>], tokens: usize) -> Vec<f32> {
    let mut found = vec![0.0; tokens];
    for (value, span) in rows.iter().zip(spans) {
        let part = value / span.len().max(1) as f32;
        for token in span.clone() {
            if let Some(sum) = found.get_mut(token) {
                *sum += part;
            }
        }
    }
    found
}
