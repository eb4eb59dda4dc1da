//! Layers, run one after the other. Neighbours that are one operation run as one: what they give and what they cost is that of the built-in
//! networks.

use burn::module::Param;
use burn::nn::{BatchNorm, Linear};
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_data::Inputs;
use kiln_kernels::{Act, add, flatten, global_avg_pool2d, global_max_pool2d, linear, linear_relu_dropout};

use super::functions::{as_wide_as, largest, mean, over_features, over_groups, tokens};
use super::layer::{Layer, Residual};
use crate::Activation;
use crate::convolution::convolve_and_pool;
use crate::norm::{normalised, widened};
use crate::observe::Observer;

/// What goes from one layer to the next.
#[derive(Debug)]
pub(super) enum Signal {
    /// `[N, features]`.
    Features(Tensor<2>),
    /// `[N, channels, height, width]`.
    Map(Tensor<4>),
    /// `[N, tokens, width]`.
    Tokens(Tensor<3>),
}

impl Signal {
    /// Images as they are, everything else as rows.
    pub(super) fn of(inputs: Inputs) -> Self {
        match inputs {
            Inputs::Images(images) => Self::Map(images),
            other => Self::Features(other.flat()),
        }
    }

    fn seen(self, path: impl FnOnce() -> String, observer: &mut Observer<'_>) -> Self {
        match self {
            Self::Features(x) => Self::Features(observer.see(path, x)),
            Self::Map(x) => Self::Map(observer.see(path, x)),
            Self::Tokens(x) => Self::Tokens(observer.see(path, x)),
        }
    }
}

/// The same function of a tensor of any rank.
macro_rules! each {
    ($signal:expr, $x:ident => $function:expr) => {
        match $signal {
            Signal::Features($x) => Signal::Features($function),
            Signal::Map($x) => Signal::Map($function),
            Signal::Tokens($x) => Signal::Tokens($function),
        }
    };
}

/// `x` behind `layers`, of which number `i` draws from `seed.at(i)`. `path` is that of the list.
///
/// # Panics
/// When a layer gets what its configuration would refuse.
pub(super) fn run(
    layers: &[Layer],
    mut x: Signal,
    seed: Option<Seed>,
    path: &str,
    observer: &mut Observer<'_>,
) -> Signal {
    let mut place = 0;
    while let Some((layer, behind)) = layers[place..].split_first() {
        let at = |offset: usize| seed.map(|seed| seed.at((place + offset) as u64));
        let here = || format!("{path}.{place}");
        let (y, more) = match (layer, x) {
            (Layer::Conv(conv), Signal::Map(x)) => {
                let Followers { norm, activation, pool, taken } = Followers::of_conv(behind);
                (Signal::Map(convolve_and_pool(conv, norm, activation, pool, x)), taken)
            }
            (Layer::Linear(layer), x) => {
                let dropped = if observer.is_somebody() { None } else { relu_and_dropout(behind) };
                match dropped.zip(at(2)) {
                    Some((probability, seed)) => {
                        let rows = |x: Tensor<2>| {
                            linear_relu_dropout(x, layer.weight.val(), bias(layer), probability, seed)
                        };
                        (over_rows(x, rows), 2)
                    }
                    None => dense(layer, behind, x),
                }
            }
            (Layer::Residual(residual), x) => {
                let relu = matches!((behind.first(), &x), (Some(Layer::Activation(act)), Signal::Map(_))
                    if act.function == Activation::Relu);
                let act = if relu { Act::Relu } else { Act::None };
                let here = here();
                (sum(residual, x, at(0), act, &here, observer), usize::from(relu))
            }
            (Layer::Attention(attention), Signal::Tokens(x)) => {
                (Signal::Tokens(attention.forward(x, None, &here, observer)), 0)
            }
            (layer, x) => (alone(layer, x, at(0)), 0),
        };
        let is_hidden =
            matches!(layer, Layer::Conv(_) | Layer::Linear(_) | Layer::Patches(_) | Layer::Attention(_));
        (x, place) = (if is_hidden { y.seen(here, observer) } else { y }, place + 1 + more);
    }
    x
}

/// What follows a convolution and becomes one operation with it.
struct Followers<'a> {
    norm: Option<&'a BatchNorm>,
    activation: Activation,
    /// Side and stride of the pooling; 1 for none.
    pool: usize,
    /// How many layers they are.
    taken: usize,
}

impl<'a> Followers<'a> {
    fn of_conv(behind: &'a [Layer]) -> Self {
        let mut found = Self { norm: None, activation: Activation::Identity, pool: 1, taken: 0 };
        if let Some(Layer::BatchNorm(norm)) = behind.first() {
            (found.norm, found.taken) = (Some(norm), 1);
        }
        if let Some(Layer::Activation(activated)) = behind.get(found.taken) {
            (found.activation, found.taken) = (activated.function, found.taken + 1);
        }
        if let Some(Layer::MaxPool(window)) = behind.get(found.taken)
            && (window.stride, window.padding) == (window.size, 0)
        {
            (found.pool, found.taken) = (window.size, found.taken + 1);
        }
        found
    }
}

/// The probability of a dropout behind a ReLU, where these two come next.
fn relu_and_dropout(behind: &[Layer]) -> Option<f64> {
    match behind {
        [Layer::Activation(act), Layer::Dropout(dropout), ..] if act.function == Activation::Relu => {
            dropout.probability()
        }
        _ => None,
    }
}

fn bias(layer: &Linear) -> Option<Tensor<1>> {
    layer.bias.as_ref().map(Param::val)
}

/// A function of rows `[N, features]`, of each token by itself.
fn over_rows(x: Signal, rows: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Signal {
    match x {
        Signal::Features(x) => Signal::Features(rows(x)),
        Signal::Tokens(x) => {
            let [items, tokens, width] = x.dims();
            let y = rows(x.reshape([items * tokens, width]));
            let outputs = y.dims()[1];
            Signal::Tokens(y.reshape([items, tokens, outputs]))
        }
        Signal::Map(_) => unreachable!("a linear layer got a map"),
    }
}

/// A linear layer with the norm and the activation behind it, and how many layers these are.
fn dense(layer: &Linear, behind: &[Layer], x: Signal) -> (Signal, usize) {
    let norm = behind.first().filter(|next| matches!(next, Layer::BatchNorm(_) | Layer::LayerNorm(_)));
    let normed = usize::from(norm.is_some());
    let (activation, taken) = match behind.get(normed) {
        Some(Layer::Activation(activated)) => (activated.function, normed + 1),
        _ => (Activation::Identity, normed),
    };
    let (act, rest) = activation.split();
    let rows = |x: Tensor<2>| {
        let product = |act| linear(x, layer.weight.val(), bias(layer), act);
        rest.forward(match norm {
            Some(Layer::BatchNorm(norm)) => normalised(norm, widened(product(Act::None)), act),
            Some(Layer::LayerNorm(norm)) => over_features(norm, product(Act::None), act),
            _ => product(act),
        })
    };
    (over_rows(x, rows), taken)
}

/// `act(f(x) + g(x))`; f is left out by `seed.at(0)`, its layers draw from `seed.at(1)`, those of g from `seed.at(2)`.
fn sum(
    residual: &Residual,
    x: Signal,
    seed: Option<Seed>,
    act: Act,
    path: &str,
    observer: &mut Observer<'_>,
) -> Signal {
    let at = |index| seed.map(|seed| seed.at(index));
    let input = match &x {
        Signal::Features(x) => Signal::Features(x.clone()),
        Signal::Map(x) => Signal::Map(x.clone()),
        Signal::Tokens(x) => Signal::Tokens(x.clone()),
    };
    let branch = run(&residual.layers, input, at(1), &format!("{path}.layers"), observer);
    let branch = each!(branch, x => residual.depth.forward(x, at(0)));
    let shortcut = run(&residual.shortcut, x, at(2), &format!("{path}.shortcut"), observer);
    match (branch, shortcut) {
        (Signal::Map(a), Signal::Map(b)) => {
            let a = as_wide_as(a, &b);
            let b = as_wide_as(b, &a);
            Signal::Map(add(a, b, act))
        }
        (Signal::Features(a), Signal::Features(b)) => Signal::Features(wide_sum(a, b)),
        (Signal::Tokens(a), Signal::Tokens(b)) => Signal::Tokens(wide_sum(a, b)),
        (branch, shortcut) => unreachable!("{branch:?} and {shortcut:?} cannot be added"),
    }
}

fn wide_sum<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<D> {
    let a = as_wide_as(a, &b);
    let b = as_wide_as(b, &a);
    a.add(b)
}

/// A layer that is an operation by itself.
fn alone(layer: &Layer, x: Signal, seed: Option<Seed>) -> Signal {
    match (layer, x) {
        (Layer::BatchNorm(norm), Signal::Features(x)) => {
            Signal::Features(normalised(norm, widened(x), Act::None))
        }
        (Layer::BatchNorm(norm), Signal::Map(x)) => Signal::Map(normalised(norm, widened(x), Act::None)),
        (Layer::LayerNorm(norm), Signal::Features(x)) => Signal::Features(over_features(norm, x, Act::None)),
        (Layer::LayerNorm(norm), Signal::Tokens(x)) => Signal::Tokens(over_features(norm, x, Act::None)),
        (Layer::GroupNorm(norm), Signal::Features(x)) => Signal::Features(over_groups(norm, x)),
        (Layer::GroupNorm(norm), Signal::Map(x)) => Signal::Map(over_groups(norm, x)),
        (Layer::Activation(activated), x) => each!(x, x => activated.function.forward(x)),
        (Layer::MaxPool(window), Signal::Map(x)) => Signal::Map(largest(*window, x)),
        (Layer::AvgPool(window), Signal::Map(x)) => Signal::Map(mean(*window, x)),
        (Layer::GlobalAvgPool(_), Signal::Map(x)) => Signal::Features(global_avg_pool2d(x)),
        (Layer::GlobalMaxPool(_), Signal::Map(x)) => Signal::Features(global_max_pool2d(x)),
        (Layer::GlobalAvgPool(_), Signal::Tokens(x)) => Signal::Features(x.mean_dim(1).flatten(1, 2)),
        (Layer::GlobalMaxPool(_), Signal::Tokens(x)) => Signal::Features(x.max_dim(1).flatten(1, 2)),
        (Layer::Flatten(_), Signal::Map(x)) => Signal::Features(flatten(x)),
        (Layer::Flatten(_), Signal::Tokens(x)) => Signal::Features(x.flatten(1, 2)),
        (Layer::Dropout(layer), x) => each!(x, x => layer.forward(x, seed)),
        (Layer::SpatialDropout(layer), Signal::Map(x)) => Signal::Map(layer.forward(x, seed)),
        (Layer::BlockDropout(layer), Signal::Map(x)) => Signal::Map(layer.forward(x, seed)),
        (Layer::AlphaDropout(layer), x) => each!(x, x => layer.forward(x, seed)),
        (Layer::GaussianDropout(layer), x) => each!(x, x => layer.forward(x, seed)),
        (Layer::GaussianNoise(layer), x) => each!(x, x => layer.forward(x, seed)),
        (Layer::Patches(patches), Signal::Map(x)) => Signal::Tokens(tokens(patches, x)),
        (layer, x) => unreachable!("{layer:?} got {x:?}"),
    }
}
