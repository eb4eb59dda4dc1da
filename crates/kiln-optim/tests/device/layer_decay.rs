//! Layer-wise decay of the learning rate against timm's groups and PyTorch's optimisers (`tests/golden/layer_decay.py`).

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{DType, Tensor};
use kiln_core::{Weights, params};
use kiln_optim::{AdamwConfig, Gradients, OptimConfig, Optimizer, OptimizerConfig, SgdConfig};
use kiln_testkit::{device, golden};

use crate::common::{assert_close, expected, precisions};

const PATHS: [&str; 8] = [
    "stem.weight",
    "stem.bias",
    "blocks.0.weight",
    "blocks.0.bias",
    "blocks.1.weight",
    "blocks.1.bias",
    "head.weight",
    "head.bias",
];

/// The model of the script: a stem, two blocks and a head, tanh between them.
#[derive(Module, Debug)]
struct Deep {
    stem: Linear,
    blocks: Vec<Linear>,
    head: Linear,
}

impl Deep {
    fn new(golden: &Weights, dtype: DType) -> Self {
        let device = device().autodiff();
        let layer = |inputs, outputs| LinearConfig::new(inputs, outputs).init(&device);
        let model = Self { stem: layer(3, 5), blocks: vec![layer(5, 5), layer(5, 5)], head: layer(5, 2) };
        params::replace(model, |info, _| {
            let start = expected(golden, &format!("start/{}", info.path));
            Tensor::<1>::from_data(start.as_slice(), (&device, dtype))
        })
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = self.blocks.iter().fold(self.stem.forward(x).tanh(), |x, block| block.forward(x).tanh());
        self.head.forward(x)
    }
}

/// The golden cases: layer decay, rule.
fn cases() -> [(&'static str, f64, OptimConfig); 2] {
    let sgd =
        SgdConfig { lr: 0.1, momentum: 0.9, weight_decay: 0.05, decay_all: false, ..Default::default() };
    let adamw = AdamwConfig { lr: 0.01, weight_decay: 0.1, decay_all: false, ..Default::default() };
    [("sgd", 0.6, OptimConfig::Sgd(sgd)), ("adamw", 0.75, OptimConfig::Adamw(adamw))]
}

#[test]
fn layer_decay_is_timms() {
    let golden = golden("layer_decay");
    for (name, decay, rule) in cases() {
        let config = OptimizerConfig { layer_decay: Some(decay), ..rule.into() };
        for (dtype, tolerance) in precisions() {
            let device = device().autodiff();
            let batch = |name: &str| {
                let data = golden.get(name).unwrap().clone().convert_dtype(dtype);
                Tensor::<2>::from_data(data, (&device, dtype))
            };
            let (x, y) = (batch("x"), batch("y"));
            let mut model = Deep::new(&golden, dtype);
            let mut optimizer = Optimizer::build(&config, &params::list(&model)).unwrap();
            for step in 1..=100 {
                let loss = (model.forward(x.clone()) - y.clone()).square().mean();
                let gradients = Gradients::of(loss.backward(), &model);
                model = optimizer.step(model, gradients, config.lr(), |_, weight, _| weight);
                if [1, 10, 50, 100].contains(&step) {
                    let found = Weights::of(&model);
                    for path in PATHS {
                        let case = format!("{name}/{step}/{path}");
                        let what = format!("{case}, {dtype:?}");
                        assert_close(&expected(&found, path), &expected(&golden, &case), tolerance, &what);
                    }
                }
            }
        }
    }
}
