//! Losses of pairs and triplets of vectors. They compare items with each other, so they are functions, not kinds of the
//! section `[loss]`.

use burn::tensor::activation::relu;
use burn::tensor::{Bool, Tensor};

/// Keeps a length of zero out of the denominator, as PyTorch does.
const EPS: f64 = 1e-12;

/// `1 − cos(a, b)` for pairs that are alike (`same`), `max(0, cos(a, b) − margin)` for others:
/// `torch.nn.CosineEmbeddingLoss`.
///
/// `a`, `b`: `[N, features]`; `same`: `[N]`; the result is `[N]`. `margin` from −1 to 1, in PyTorch 0 by default.
pub fn cosine_embedding(a: Tensor<2>, b: Tensor<2>, same: Tensor<1, Bool>, margin: f64) -> Tensor<1> {
    let dot = |a: &Tensor<2>, b: &Tensor<2>| a.clone().mul(b.clone()).sum_dim(1).squeeze_dim::<1>(1);
    let lengths = dot(&a, &a).add_scalar(EPS).mul(dot(&b, &b).add_scalar(EPS)).sqrt();
    let cosine = dot(&a, &b).div(lengths);
    let alike = cosine.clone().neg().add_scalar(1.0);
    let apart = relu(cosine.sub_scalar(margin));
    apart.mask_where(same, alike)
}

/// `max(0, |a − p| − |a − n| + margin)` of an anchor, a positive and a negative, with Euclidean distances
/// `|x| = √Σ (x + 1e-6)²`: `torch.nn.TripletMarginLoss` with `p = 2` (Schroff et al., FaceNet, 2015, whose distances are
/// squared).
///
/// With `swap`, the negative is as far as the nearer of anchor and positive is from it (Balntas et al., 2016).
/// All are `[N, features]`; the result is `[N]`. `margin` is positive, in PyTorch 1 by default.
pub fn triplet_margin(
    anchor: Tensor<2>,
    positive: Tensor<2>,
    negative: Tensor<2>,
    margin: f64,
    swap: bool,
) -> Tensor<1> {
    let distance = |a: &Tensor<2>, b: &Tensor<2>| {
        let squares = a.clone().sub(b.clone()).add_scalar(1e-6).square();
        squares.sum_dim(1).sqrt().squeeze_dim::<1>(1)
    };
    let near = distance(&anchor, &positive);
    let mut far = distance(&anchor, &negative);
    if swap {
        far = far.min_pair(distance(&positive, &negative));
    }
    near.sub(far).add_scalar(margin).clamp_min(0.0)
}
