//! What is done to all steps alike, and what makes a row of them.

use kiln_kernels::cpu::{Act, Angles, AttentionShape, PackedLinear, attention, rms_norm, rotary, swiglu};

use super::grid::{Grid, Part, run};
use crate::network::activation::apply;
use crate::network::norm::LayerNorm;
use crate::network::step::Step;
use crate::plan::Activation;

/// What needs nothing of the file.
#[derive(Debug)]
pub(super) enum Plain {
    First(usize),
    Turned,
    LargestOfThree,
    Mean,
    Last,
    Swiglu,
    Activation(Activation),
}

impl Part for Plain {
    fn run(&self, x: Grid) -> Grid {
        match self {
            Self::First(most) => {
                let rows = x.rows.min(*most).max(1);
                x.with(x.columns, x.numbers[..rows * x.columns].to_vec())
            }
            Self::Turned => x.turned(),
            Self::LargestOfThree => {
                let of = |row: &[f32]| {
                    let largest = |at: usize| {
                        let near = at.saturating_sub(1)..(at + 2).min(row.len());
                        row[near].iter().copied().fold(f32::NEG_INFINITY, f32::max)
                    };
                    (0..row.len()).map(largest).collect::<Vec<_>>()
                };
                let numbers = x.numbers.chunks_exact(x.columns).flat_map(of).collect();
                x.with(x.columns, numbers)
            }
            Self::Mean => {
                let count = x.columns as f64;
                let mean = |row: &[f32]| match x.is_empty {
                    true => 0.0,
                    false => (row.iter().map(|x| f64::from(*x)).sum::<f64>() / count) as f32,
                };
                Grid::row(x.numbers.chunks_exact(x.columns).map(mean).collect())
            }
            Self::Last => {
                Grid::row(x.numbers.chunks_exact(x.columns).map(|row| row[x.columns - 1]).collect())
            }
            Self::Swiglu => {
                let mut y = vec![0.0; x.numbers.len() / 2];
                swiglu(x.columns / 2, &x.numbers, &mut y);
                x.with(x.columns / 2, y)
            }
            Self::Activation(activation) => {
                let y = apply(*activation, &x.numbers).to_vec();
                x.with(x.columns, y)
            }
        }
    }
}

/// `x W + b` of each token.
#[derive(Debug)]
pub(super) struct TokenLinear(pub(super) PackedLinear);

impl Part for TokenLinear {
    fn run(&self, x: Grid) -> Grid {
        let mut y = vec![0.0; x.rows * self.0.outputs()];
        self.0.apply(x.rows, &x.numbers, Act::None, &mut y);
        x.with(self.0.outputs(), y)
    }
}

/// Layer norm of each token.
#[derive(Debug)]
pub(super) struct Normed(pub(super) LayerNorm);

impl Part for Normed {
    fn run(&self, x: Grid) -> Grid {
        let y = self.0.run(x.rows, &x.numbers).to_vec();
        x.with(x.columns, y)
    }
}

/// Normalisation of each token by the root of its mean square.
#[derive(Debug)]
pub(super) struct RmsNorm {
    pub(super) gamma: Vec<f32>,
    pub(super) epsilon: f64,
}

impl Part for RmsNorm {
    fn run(&self, x: Grid) -> Grid {
        let (mut y, mut inverse) = (vec![0.0; x.numbers.len()], vec![0.0; x.rows]);
        rms_norm(&x.numbers, &self.gamma, self.epsilon, &mut y, &mut inverse);
        x.with(x.columns, y)
    }
}

/// A scale and a shift for each channel of steps.
#[derive(Debug)]
pub(super) struct Scaled(pub(super) Vec<[f64; 2]>);

impl Part for Scaled {
    fn run(&self, mut x: Grid) -> Grid {
        for (row, [scale, shift]) in x.numbers.chunks_exact_mut(x.columns).zip(&self.0) {
            let (scale, shift) = (*scale as f32, *shift as f32);
            row.iter_mut().for_each(|x| *x = *x * scale + shift);
        }
        x
    }
}

/// Tokens plus the first rows of a table.
#[derive(Debug)]
pub(super) struct Positions(pub(super) Vec<f32>);

impl Part for Positions {
    fn run(&self, mut x: Grid) -> Grid {
        x.numbers.iter_mut().zip(&self.0).for_each(|(x, position)| *x += position);
        x
    }
}

/// Self-attention.
#[derive(Debug)]
pub(super) struct Attended {
    pub(super) qkv: PackedLinear,
    pub(super) proj: PackedLinear,
    pub(super) heads: usize,
    pub(super) angles: Option<Angles>,
}

impl Part for Attended {
    fn run(&self, x: Grid) -> Grid {
        let (rows, columns, width) = (x.rows, self.qkv.outputs(), self.proj.inputs());
        let mut qkv = vec![0.0; rows * columns];
        self.qkv.apply(rows, &x.numbers, Act::None, &mut qkv);
        if let Some(angles) = &self.angles {
            let positions: Vec<u32> = (0..rows as u32).collect();
            let mut turned = vec![0.0; qkv.len()];
            rotary(self.heads, angles, &positions, &qkv, false, &mut turned);
            qkv = turned;
        }
        let shape =
            AttentionShape { heads: self.heads, inner: width / self.heads, causal: false, dropout: None };
        let (mut y, mut sums) = (vec![0.0; rows * width], vec![0.0; rows * self.heads]);
        attention(shape, std::slice::from_ref(&(0..rows)), &qkv, &mut y, &mut sums);
        let mut out = vec![0.0; rows * self.proj.outputs()];
        self.proj.apply(rows, &y, Act::None, &mut out);
        x.with(self.proj.outputs(), out)
    }
}

/// The sum of a branch and a shortcut, which is the input itself where it has no parts.
#[derive(Debug)]
pub(super) struct Summed(pub(super) [Vec<Box<dyn Part>>; 2]);

impl Part for Summed {
    fn run(&self, x: Grid) -> Grid {
        let [branch, shortcut] = &self.0;
        let mut y = run(branch, x.clone());
        let x = run(shortcut, x);
        y.numbers.iter_mut().zip(&x.numbers).for_each(|(y, x)| *y += x);
        y
    }
}

/// Branches whose channels stand one behind the other.
#[derive(Debug)]
pub(super) struct Beside(pub(super) Vec<Vec<Box<dyn Part>>>);

impl Part for Beside {
    fn run(&self, x: Grid) -> Grid {
        let numbers = self.0.iter().flat_map(|parts| run(parts, x.clone()).numbers).collect();
        x.with(x.columns, numbers)
    }
}
