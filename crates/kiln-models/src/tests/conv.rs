//! Convolutions, pooling, heads, residual blocks.

use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{global_max_pool2d, max_pool2d};
use kiln_testkit::device;

use super::dense::activations;
use super::{Draw, SHAPES, check_function, check_module, no_f64};
use crate::conv::{ConvBlock, ConvStyle};
use crate::dropout::{ConvDropoutStyle, StochasticDepth};
use crate::init::Init;
use crate::models::Stage;
use crate::observe::Observer;
use crate::{ConvDropoutKind, Head, Norm, ResnetConfig};

fn maps(draw: &mut Draw) -> [usize; 4] {
    [draw.size(1, 3), draw.size(1, 3), draw.size(3, 6), draw.size(3, 6)]
}

/// 36 shapes for each of nine activations: 108 for each size of kernel, 162 for each pooling and norm. Activations of feature maps have a
/// test of their own.
#[test]
fn convolution_blocks() {
    if no_f64() {
        return;
    }
    for (number, activation) in activations().into_iter().enumerate() {
        for shape in 0..36 {
            let mut draw = Draw::new(40 + number as u64, shape);
            let shape = shape as usize;
            let kernel = [1, 3, 5][shape % 3];
            let pool = [1, 2][shape / 3 % 2];
            let norm = [Norm::None, Norm::Batch][shape / 6 % 2];
            let kinds = [ConvDropoutKind::Element, ConvDropoutKind::Spatial, ConvDropoutKind::Block];
            let dropout = match shape % 4 {
                0 => ConvDropoutStyle { kind: kinds[shape / 4 % 3], probability: 0.3, block: 2 },
                _ => ConvDropoutStyle::NONE,
            };
            // Large filters have many weights: with few channels they need no more time.
            let most = if kernel == 5 { 1 } else { 2 };
            let [items, inputs, outputs] = [draw.size(2, 3), draw.size(1, most), draw.size(1, 2)];
            let dims = [items, inputs, draw.size(2, 4), draw.size(2, 5)];
            let make = || {
                let device = device().autodiff();
                let style = ConvStyle { kernel, norm, activation, pool, dropout };
                ConvBlock::new(&mut Init::new(&device, Seed::new(0)), inputs, outputs, style)
            };
            check_module(&mut draw, dims, make, |block, x: Tensor<4>| {
                block.forward(x, Some(Seed::new(1)), String::new, &mut Observer::nobody())
            });
        }
    }
}

#[test]
fn pooling_and_heads() {
    if no_f64() {
        return;
    }
    for shape in 0..SHAPES {
        let mut draw = Draw::new(50, shape);
        let (dims, side) = (maps(&mut draw), draw.size(1, 3));
        check_function(&mut draw, dims, |x: Tensor<4>| max_pool2d(x, side));
        for head in [Head::Mean, Head::Flatten] {
            let dims = maps(&mut draw);
            check_function(&mut draw, dims, |x: Tensor<4>| head.forward(x));
        }
        let dims = maps(&mut draw);
        check_function(&mut draw, dims, |x: Tensor<4>| global_max_pool2d(x));
    }
}

#[test]
fn residual_blocks() {
    if no_f64() {
        return;
    }
    let activations = activations();
    // Their parts have tests of their own, with 100 shapes each.
    for shape in 0..SHAPES / 2 {
        let mut draw = Draw::new(60, shape);
        let config = ResnetConfig {
            activation: activations[shape as usize % activations.len()],
            ..ResnetConfig::default()
        };
        let [inputs, channels] = [draw.size(1, 2), draw.size(1, 2)];
        let dims = [draw.size(2, 3), inputs, draw.size(2, 4), draw.size(4, 5)];
        let make = || {
            let device = device().autodiff();
            let depth = StochasticDepth::new("p", 0.3).unwrap();
            let mut init = Init::new(&device, Seed::new(0));
            Stage::new(&mut init, &config, [inputs, channels], true, depth)
        };
        check_module(&mut draw, dims, make, |stage, x: Tensor<4>| {
            stage.forward(x, Some(Seed::new(1)), 0, &mut Observer::nobody())
        });
    }
}
