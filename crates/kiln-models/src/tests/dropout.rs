//! The dropout family, with the mask that a seed gives.

use burn::tensor::Tensor;
use kiln_core::Seed;

use super::{Draw, SHAPES, check_function, no_f64};
use crate::{
    AlphaDropout, DropBlock, Dropout, GaussianDropout, GaussianNoise, SpatialDropout, StochasticDepth,
};

#[test]
fn every_dropout() {
    if no_f64() {
        return;
    }
    for shape in 0..SHAPES {
        let mut draw = Draw::new(70, shape);
        let (p, seed) = (0.1 + 0.8 * draw.unit(), Some(Seed::new(shape)));
        let block = draw.size(1, 4);
        let mut check = |layer: &dyn Fn(Tensor<4>) -> Tensor<4>| {
            let dims = [draw.size(1, 3), draw.size(1, 4), draw.size(1, 4), draw.size(1, 4)];
            check_function(&mut draw, dims, |x: Tensor<4>| layer(x));
        };
        check(&|x| Dropout::new("p", p).unwrap().forward(x, seed));
        check(&|x| SpatialDropout::new("p", p).unwrap().forward(x, seed));
        check(&|x| AlphaDropout::new("p", p).unwrap().forward(x, seed));
        check(&|x| GaussianDropout::new("p", p).unwrap().forward(x, seed));
        check(&|x| GaussianNoise::new("p", p).unwrap().forward(x, seed));
        check(&|x| DropBlock::new("p", p, block).unwrap().forward(x, seed));
        check(&|x| StochasticDepth::new("p", p).unwrap().forward(x, seed));
    }
}
