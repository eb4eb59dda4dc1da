//! A table of weighted rows with four classes, and a linear model's way through it.

#![allow(dead_code, missing_docs, unreachable_pub)]

use burn::nn::Linear;
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_data::{Column, Dataset, Features, Inputs, Target, Values};

const ITEMS: usize = 41;
pub const FEATURES: usize = 3;
pub const CLASSES: usize = 4;

pub fn dataset(weighted: bool) -> Dataset {
    let seed = Seed::new(5);
    let column = |j: usize| Column {
        name: format!("x{j}"),
        values: Values::Numeric((0..ITEMS as u64).map(|i| seed.at(j as u64).normal(i)).collect()),
    };
    // Sorted, so that neighbouring batches are of other classes.
    let target = Target::Classes {
        labels: (0..ITEMS).map(|i| (i * CLASSES / ITEMS) as u32).collect(),
        names: (0..CLASSES).map(|i| i.to_string()).collect(),
    };
    let weights =
        weighted.then(|| (0..ITEMS).map(|i| [0.0, 0.5, 4.0][i % 3] * (1 + i / 10) as f64).collect());
    Dataset {
        weights,
        ..Dataset::new("points", Features::Table((0..FEATURES).map(column).collect()), target)
    }
}

pub fn forward(model: &Linear, inputs: Inputs, _: Option<Seed>) -> Tensor<2> {
    let Inputs::Table(x) = inputs else { panic!("a table") };
    model.forward(x)
}
