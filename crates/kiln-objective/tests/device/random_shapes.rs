//! Gradients of every loss against central differences, at 100 random shapes each.

use burn::tensor::{Bool, DType, Device, Int, Tensor, TensorData};
use kiln_core::Seed;
use kiln_data::Targets;
use kiln_objective::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    LogCoshConfig, LossConfig, MaeConfig, MseConfig, MultiMarginConfig, PoissonNllConfig, QuantileConfig,
    TargetKind, functional,
};
use kiln_testkit::{draws, gradient_check};

const SHAPES: u64 = 100;

/// Numbers that a seed gives, one after another.
struct Draw(Seed, u64);

impl Draw {
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        self.1 += 1;
        low + (high - low) * self.0.uniform(self.1)
    }

    fn numbers(&mut self, count: usize, low: f64, high: f64) -> Vec<f64> {
        (0..count).map(|_| self.uniform(low, high)).collect()
    }

    fn size(&mut self, most: usize) -> usize {
        1 + (self.uniform(0.0, most as f64) as usize).min(most - 1)
    }

    fn classes(&mut self, count: usize, classes: usize) -> Vec<i64> {
        (0..count).map(|_| (self.size(classes) - 1) as i64).collect()
    }
}

fn rows(flat: &[f64], items: usize, device: &Device) -> Tensor<2> {
    Tensor::from_data(TensorData::new(flat.to_vec(), [items, flat.len() / items]), (device, DType::F64))
}

/// A loss and what makes one for a number of classes or columns.
type Config = Box<dyn Fn(usize) -> LossConfig>;

fn configs() -> Vec<(&'static str, Config)> {
    let cross = |label_smoothing, weighted: bool, ignore_index| {
        move |classes: usize| {
            let class_weights: Vec<f64> =
                if weighted { (0..classes).map(|c| 0.5 + c as f64).collect() } else { Vec::new() };
            let class_weights = class_weights.into();
            LossConfig::CrossEntropy(CrossEntropyConfig { label_smoothing, class_weights, ignore_index })
        }
    };
    let fixed = |config: LossConfig| move |_: usize| config.clone();
    vec![
        ("classes", Box::new(cross(0.0, false, None))),
        ("classes", Box::new(cross(0.2, true, None))),
        ("classes", Box::new(cross(0.1, true, Some(0)))),
        ("shares", Box::new(cross(0.1, true, None))),
        (
            "binary",
            Box::new(fixed(LossConfig::BinaryCrossEntropy(BinaryCrossEntropyConfig { pos_weight: 2.5 }))),
        ),
        ("binary", Box::new(fixed(LossConfig::Focal(FocalConfig { gamma: 2.0, alpha: Some(0.25) })))),
        ("binary", Box::new(fixed(LossConfig::Focal(FocalConfig { gamma: 0.5, alpha: None })))),
        ("labels", Box::new(fixed(LossConfig::Hinge(HingeConfig { margin: 1.0, squared: false })))),
        ("labels", Box::new(fixed(LossConfig::Hinge(HingeConfig { margin: 0.7, squared: true })))),
        (
            "classes",
            Box::new(fixed(LossConfig::MultiMargin(MultiMarginConfig { margin: 1.0, squared: false }))),
        ),
        (
            "classes",
            Box::new(fixed(LossConfig::MultiMargin(MultiMarginConfig { margin: 0.7, squared: true }))),
        ),
        ("values", Box::new(fixed(LossConfig::Mse(MseConfig {})))),
        ("values", Box::new(fixed(LossConfig::Mae(MaeConfig {})))),
        ("values", Box::new(fixed(LossConfig::Huber(HuberConfig { delta: 0.7 })))),
        ("values", Box::new(fixed(LossConfig::LogCosh(LogCoshConfig {})))),
        ("values", Box::new(fixed(LossConfig::Quantile(QuantileConfig { quantile: 0.2 })))),
        ("counts", Box::new(fixed(LossConfig::PoissonNll(PoissonNllConfig { full: true })))),
        ("values", Box::new(fixed(LossConfig::GaussianNll(GaussianNllConfig::default())))),
    ]
}

#[test]
fn every_loss_has_the_gradient_of_its_differences() {
    for (number, (kind, config)) in configs().into_iter().enumerate() {
        for shape in 0..draws(SHAPES) {
            let mut draw = Draw(Seed::new(number as u64).at(shape), 0);
            let (items, width) = (draw.size(5), draw.size(4));
            let target = match kind {
                "classes" | "shares" => TargetKind::Classes(width + 1),
                "labels" | "binary" => TargetKind::Values(1),
                _ => TargetKind::Values(width),
            };
            let loss = config(width + 1).build(target).unwrap();
            let at = draw.numbers(items * loss.outputs(), -3.0, 3.0);
            let weights = draw.numbers(items, 0.0, 2.0);
            let classes = draw.classes(items, width + 1);
            let numbers = match kind {
                "labels" => draw.classes(items, 2).into_iter().map(|label| label as f64).collect(),
                "counts" => draw.classes(items * width, 6).into_iter().map(|count| count as f64).collect(),
                "binary" => draw.numbers(items, 0.0, 1.0),
                "shares" => draw.numbers(items * (width + 1), 0.0, 1.0),
                _ => draw.numbers(items * width, -3.0, 3.0),
            };
            let value = |x: Tensor<1>| {
                let device = x.device();
                let targets = match kind {
                    "classes" => Targets::Classes(Tensor::<1, Int>::from_data(classes.as_slice(), &device)),
                    _ => Targets::Values(rows(&numbers, items, &device)),
                };
                let weights = Tensor::<1>::from_data(weights.as_slice(), (&device, DType::F64));
                let outputs = x.reshape([items, loss.outputs()]);
                // Every other shape without weights.
                loss.weighted(outputs, &targets, (shape % 2 == 0).then_some(&weights))
            };
            gradient_check(value, &at, 1e-6);
        }
    }
}

#[test]
fn losses_on_tensors_have_the_gradient_of_their_differences() {
    type Function = fn(Tensor<2>, Tensor<2>, Tensor<2>, Tensor<1, Bool>) -> Tensor<1>;
    let functions: [(&str, f64, f64, Function); 9] = [
        ("kl", -3.0, 0.0, |x, a, _, _| functional::kl_divergence(x, a).sum_dim(1).squeeze_dim(1)),
        ("cosine", -2.0, 2.0, |x, a, _, same| functional::cosine_embedding(x, a, same, 0.1)),
        ("triplet", -2.0, 2.0, |x, a, b, _| functional::triplet_margin(x, a, b, 0.5, false)),
        ("triplet, swapped", -2.0, 2.0, |x, a, b, _| functional::triplet_margin(x, a, b, 0.5, true)),
        ("triplet, negative", -2.0, 2.0, |x, a, b, _| functional::triplet_margin(a, b, x, 0.5, true)),
        ("dice", 0.0, 1.0, |x, a, _, _| functional::dice(x, a, 1.0)),
        ("tversky", 0.0, 1.0, |x, a, _, _| functional::tversky(x, a, 0.3, 0.7, 1.0)),
        ("poisson, rate", 0.1, 3.0, |x, a, _, _| {
            functional::poisson_nll(x, a, false, true).sum_dim(1).squeeze_dim(1)
        }),
        ("gaussian, variance", 0.1, 3.0, |x, a, b, _| {
            functional::gaussian_nll(a, b, x, true, 1e-6).sum_dim(1).squeeze_dim(1)
        }),
    ];
    for (number, (_, low, high, function)) in functions.into_iter().enumerate() {
        for shape in 0..draws(SHAPES) {
            let mut draw = Draw(Seed::new(100 + number as u64).at(shape), 0);
            let (items, width) = (draw.size(5), draw.size(5));
            let at = draw.numbers(items * width, low, high);
            let a = draw.numbers(items * width, 0.0, 1.0);
            let b = draw.numbers(items * width, -1.0, 1.0);
            let same = draw.classes(items, 2);
            let weights = draw.numbers(items, 0.0, 2.0);
            let value = |x: Tensor<1>| {
                let device = x.device();
                let same = Tensor::<1, Int>::from_data(same.as_slice(), &device).equal_elem(1);
                let x = x.reshape([items, width]);
                let losses = function(x, rows(&a, items, &device), rows(&b, items, &device), same);
                let weights = Tensor::<1>::from_data(weights.as_slice(), (&device, DType::F64));
                functional::weighted_mean(losses, &weights)
            };
            gradient_check(value, &at, 1e-6);
        }
    }
}
