//! Numbers of a row as several features each.

use std::f32::consts::TAU;

use kiln_kernels::cpu::{Scratch, Vectorize, vectorized};

use super::shape::wrong;
use super::step::Step;
use crate::error::InferError;
use crate::file::Tensors;
use crate::plan::Embedding;

/// An embedding of some features of a row. What is embedded comes first, the others after it.
#[derive(Debug)]
pub(super) struct Embedded {
    features: usize,
    numbers: Vec<usize>,
    others: Vec<usize>,
    kind: Kind,
    /// What each number becomes, without itself.
    width: usize,
    /// `[numbers, inputs, width]`.
    weight: Vec<f32>,
    /// `[numbers, width]`.
    bias: Vec<f32>,
    /// Inputs of the linear layer of a number.
    inputs: usize,
}

/// What the linear layer of a number sees of it.
#[derive(Debug)]
enum Kind {
    /// Cosines and sines at `[numbers, frequencies]`.
    Waves(Vec<f32>),
    /// Cosines at frequencies and phases.
    Phases(Vec<f32>, Vec<f32>),
    /// The lines of bins, `[numbers, bins]`: slope, shift, least and most. `weight` of the number itself is behind those of the bins.
    Lines(Vec<[f32; 4]>),
}

impl Embedded {
    pub(super) fn new(
        tensors: &Tensors,
        layer: &str,
        embedding: &Embedding,
        features: usize,
        [numbers, others]: [&[usize]; 2],
    ) -> Result<Self, InferError> {
        let count = numbers.len();
        if count == 0 || numbers.iter().chain(others).any(|&place| place >= features) {
            return Err(wrong(layer, format!("it embeds numbers that {features} features do not have")));
        }
        let layer = &format!("{layer}.numbers");
        let linear = format!("{layer}.linear");
        let (kind, inputs, width, weight, bias) = match embedding {
            Embedding::Plr | Embedding::Pbld => {
                let ([_, waves], frequencies) = tensors.get::<2>(layer, "frequencies")?;
                tensors.of(layer, "frequencies", [count, waves])?;
                let (kind, inputs) = if *embedding == Embedding::Plr {
                    (Kind::Waves(frequencies.to_vec()), waves.saturating_mul(2))
                } else {
                    let phases = tensors.of(layer, "phases", [count, waves])?;
                    (Kind::Phases(frequencies.to_vec(), phases.to_vec()), waves)
                };
                let ([_, _, width], _) = tensors.get::<3>(&linear, "weight")?;
                let weight = tensors.of(&linear, "weight", [count, inputs, width])?.to_vec();
                (kind, inputs, width, weight, tensors.of(&linear, "bias", [count, width])?.to_vec())
            }
            Embedding::PiecewiseLinear { bins } => {
                let ([_, most, width], of_bins) = tensors.get::<3>(layer, "bin_weight")?;
                tensors.of(layer, "bin_weight", [count, most, width])?;
                let own = tensors.of(layer, "weight", [count, width])?;
                let lines = lines(bins, count, most).ok_or_else(|| {
                    wrong(layer, "its bins do not rise, or do not fit its weights".to_owned())
                })?;
                // The line of the number itself is one input more.
                let mut weight = Vec::with_capacity(of_bins.len() + own.len());
                for number in 0..count {
                    weight.extend_from_slice(&of_bins[number * most * width..][..most * width]);
                    weight.extend_from_slice(&own[number * width..][..width]);
                }
                let bias = tensors.of(layer, "bias", [count, width])?.to_vec();
                (Kind::Lines(lines), most + 1, width, weight, bias)
            }
        };
        let (numbers, others) = (numbers.to_vec(), others.to_vec());
        Ok(Self { features, numbers, others, kind, width, weight, bias, inputs })
    }

    /// Features of a row afterwards.
    pub(super) fn width(&self) -> usize {
        let own = usize::from(matches!(self.kind, Kind::Phases(..)));
        self.numbers.len().saturating_mul(self.width.saturating_add(own)).saturating_add(self.others.len())
    }

    /// What the linear layer of number `number` sees of `x`.
    fn see(&self, number: usize, x: f32, to: &mut [f32]) {
        match &self.kind {
            Kind::Waves(frequencies) => {
                let half = self.inputs / 2;
                let (cosines, sines) = to.split_at_mut(half);
                let frequencies = &frequencies[number * half..][..half];
                for ((cosine, sine), frequency) in cosines.iter_mut().zip(sines).zip(frequencies) {
                    (*sine, *cosine) = (x * frequency * TAU).sin_cos();
                }
            }
            Kind::Phases(frequencies, phases) => {
                let own = number * self.inputs..(number + 1) * self.inputs;
                for ((to, frequency), phase) in to.iter_mut().zip(&frequencies[own.clone()]).zip(&phases[own])
                {
                    *to = (x * frequency * TAU + phase).cos();
                }
            }
            Kind::Lines(lines) => {
                let bins = self.inputs - 1;
                let (of_bins, own) = to.split_at_mut(bins);
                for (to, [slope, shift, least, most]) in of_bins.iter_mut().zip(&lines[number * bins..]) {
                    *to = (x * slope + shift).max(*least).min(*most);
                }
                own.fill(x);
            }
        }
    }
}

impl Step for Embedded {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let (width, embedded) = (self.width(), self.numbers.len() * self.width);
        let mut y = Scratch::take(n * width);
        let mut seen = Scratch::take(self.inputs);
        for (x, y) in x.chunks_exact(self.features).zip(y.chunks_exact_mut(width)) {
            let (features, rest) = y.split_at_mut(embedded);
            for (number, &place) in self.numbers.iter().enumerate() {
                self.see(number, x[place], &mut seen);
                let y = &mut features[number * self.width..][..self.width];
                y.copy_from_slice(&self.bias[number * self.width..][..self.width]);
                let size = self.inputs * self.width;
                vectorized(Product { x: &seen, weight: &self.weight[number * size..][..size], y });
            }
            if let Kind::Waves(_) = self.kind {
                features.iter_mut().for_each(|y| *y = if *y < 0.0 { 0.0 } else { *y });
            }
            let own = matches!(self.kind, Kind::Phases(..)).then_some(&self.numbers);
            for (to, &place) in rest.iter_mut().zip(own.into_iter().flatten().chain(&self.others)) {
                *to = x[place];
            }
        }
        y
    }
}

/// `y += x W` for one row.
struct Product<'a> {
    x: &'a [f32],
    weight: &'a [f32],
    y: &'a mut [f32],
}

impl Vectorize for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        for (x, weight) in self.x.iter().zip(self.weight.chunks_exact(self.y.len().max(1))) {
            for (y, weight) in self.y.iter_mut().zip(weight) {
                *y += x * weight;
            }
        }
    }
}

/// The line of every bin, and where it ends, as kiln-models has them: the first bins come first, the last one last, because what lies
/// beyond it goes on. `None` for edges that do not rise.
fn lines(bins: &[Vec<f32>], count: usize, most: usize) -> Option<Vec<[f32; 4]>> {
    if bins.len() != count || most == 0 {
        return None;
    }
    let mut lines = vec![[0.0, 0.0, 0.0, 1.0]; count * most];
    for (edges, lines) in bins.iter().zip(lines.chunks_exact_mut(most)) {
        let count = edges.len().saturating_sub(1);
        let rises =
            edges.windows(2).all(|pair| pair[0] < pair[1]) && edges.iter().all(|edge| edge.is_finite());
        if count > most || !rises {
            return None;
        }
        for bin in 0..count {
            let size = edges[bin + 1] - edges[bin];
            let line = &mut lines[if bin + 1 == count { most - 1 } else { bin }];
            line[0] = 1.0 / size;
            line[1] = -edges[bin] / size;
            if bin == 0 {
                line[2] = f32::MIN;
            }
            if bin + 1 == count {
                line[3] = f32::MAX;
            }
        }
    }
    Some(lines)
}
