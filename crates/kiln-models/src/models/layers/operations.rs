//! Layers as operations, for programs that write them in another form.

use burn::nn::Linear;

use super::layer::{Layer, Residual, Window};
use super::part::Shape;
use crate::convolution::conv_operation;
use crate::dense::linear_operation;
use crate::{Activation, Operation};

/// What `layers`, the list at `path`, do to items of this shape, of which the rank counts alone.
pub(super) fn of(layers: &[Layer], shape: Shape, path: &str) -> Vec<Operation> {
    walk(layers, shape, path).0
}

fn walk(layers: &[Layer], mut shape: Shape, path: &str) -> (Vec<Operation>, Shape) {
    let mut operations = Vec::with_capacity(layers.len());
    for (place, layer) in layers.iter().enumerate() {
        let path = format!("{path}.{place}");
        if let Layer::Residual(residual) = layer {
            let (operation, behind) = sum(residual, shape, &path);
            operations.push(operation);
            shape = behind;
        } else {
            operations.extend(one(layer, shape, path));
            shape = behind(layer, shape);
        }
    }
    (operations, shape)
}

fn sum(residual: &Residual, shape: Shape, path: &str) -> (Operation, Shape) {
    let (branch, behind) = walk(&residual.layers, shape, &format!("{path}.layers"));
    let operation = if residual.shortcut.is_empty() {
        Operation::Residual(branch)
    } else {
        Operation::Sum { branch, shortcut: of(&residual.shortcut, shape, &format!("{path}.shortcut")) }
    };
    (operation, behind)
}

/// The rank behind a layer; its numbers mean nothing.
fn behind(layer: &Layer, shape: Shape) -> Shape {
    match layer {
        Layer::Patches(_) => Shape::Tokens([0; 2]),
        Layer::Flatten(_) | Layer::GlobalAvgPool(_) | Layer::GlobalMaxPool(_) => Shape::Features(0),
        _ => shape,
    }
}

fn one(layer: &Layer, shape: Shape, path: String) -> Vec<Operation> {
    let of_tokens = matches!(shape, Shape::Tokens(_));
    let of_maps = matches!(shape, Shape::Map(_));
    match layer {
        Layer::Conv(conv) => vec![conv_operation(path, conv)],
        Layer::Linear(Linear { bias, .. }) if of_tokens => {
            vec![Operation::TokenLinear { layer: path, bias: bias.is_some() }]
        }
        Layer::Linear(layer) => vec![linear_operation(&path, layer)],
        Layer::BatchNorm(norm) => vec![Operation::BatchNorm { layer: path, epsilon: norm.epsilon }],
        Layer::LayerNorm(norm) => vec![Operation::LayerNorm { layer: path, epsilon: norm.epsilon }],
        Layer::GroupNorm(norm) => {
            vec![Operation::GroupNorm {
                layer: path,
                groups: norm.num_groups,
                epsilon: norm.epsilon,
                of_maps,
            }]
        }
        Layer::Activation(activated) if activated.function == Activation::Identity => Vec::new(),
        Layer::Activation(activated) => vec![Operation::Activation(activated.function)],
        Layer::MaxPool(Window { size, stride, padding }) => {
            vec![Operation::MaxPool { side: *size, stride: *stride, padding: *padding }]
        }
        Layer::AvgPool(Window { size, stride, .. }) => {
            vec![Operation::AvgPool { side: *size, stride: *stride }]
        }
        Layer::GlobalAvgPool(_) if of_tokens => vec![Operation::TokenMean],
        Layer::GlobalMaxPool(_) if of_tokens => vec![Operation::TokenMax],
        Layer::GlobalAvgPool(_) => vec![Operation::GlobalMean],
        Layer::GlobalMaxPool(_) => vec![Operation::GlobalMax],
        Layer::Flatten(_) => vec![Operation::Flatten],
        Layer::Patches(patches) => {
            let mut operations =
                vec![conv_operation(format!("{path}.proj"), &patches.proj), Operation::Tokens];
            if patches.positions.is_some() {
                operations.push(Operation::Plus { tensor: format!("{path}.positions") });
            }
            operations
        }
        Layer::Attention(attention) => vec![attention.operation(path)],
        // In evaluation they change nothing; a residual block is written by `sum`.
        Layer::Dropout(_)
        | Layer::SpatialDropout(_)
        | Layer::BlockDropout(_)
        | Layer::AlphaDropout(_)
        | Layer::GaussianDropout(_)
        | Layer::GaussianNoise(_)
        | Layer::Residual(_) => Vec::new(),
    }
}
