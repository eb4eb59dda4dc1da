//! A line for every bin of a number.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use kiln_core::{NumberError, check};
use serde::{Deserialize, Serialize};

use super::kind::EmbeddingKind;
use super::per_number::{by_item, by_number};
use crate::init::Init;
use crate::schema::JsonSchema;

/// `w x + b + W e(x)`, where `e(x)` is 1 for every bin below `x`, 0 for those above it, and the share of its bin that lies below it. The bins
/// are those of `data.bins`, by the quantiles of the training part. rtdl-num-embeddings' `PiecewiseLinearEmbeddings` with `version="B"` and
/// `activation=False`, which TabM uses (Gorishniy, Rubachev and Babenko 2022). Needs `data.bins`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { width: 8 })]
pub struct PiecewiseLinearConfig {
    /// Features that a number becomes, at least 1. Default 16.
    #[schemars(range(min = 1))]
    pub width: usize,
}

impl Default for PiecewiseLinearConfig {
    fn default() -> Self {
        Self { width: 16 }
    }
}

impl EmbeddingKind for PiecewiseLinearConfig {
    fn check(&self) -> Result<(), NumberError> {
        check::at_least("model.embedding.width", self.width, 1).map(|_| ())
    }

    fn width(&self) -> usize {
        self.width
    }

    fn needs_bins(&self) -> bool {
        true
    }

    fn parameters(&self, bins: usize) -> Option<usize> {
        bins.checked_add(2)?.checked_mul(self.width)
    }
}

impl PiecewiseLinearConfig {
    /// `bins` are the edges for each number.
    pub(super) fn layer(&self, init: &mut Init<'_>, bins: &[Vec<f32>]) -> PiecewiseLinear {
        let (seed, numbers) = (init.next_layer(), bins.len());
        let most = most_bins(bins);
        PiecewiseLinear {
            weight: init.uniform([numbers, self.width], self.width, seed.at(0)),
            bias: init.uniform([numbers, self.width], self.width, seed.at(1)),
            bin_weight: init.drawn([numbers, most, self.width], |_| 0.0),
            lines: Lines::new(bins, most),
        }
    }
}

/// The bins of the number that has most of them, at least 1.
pub(super) fn most_bins(bins: &[Vec<f32>]) -> usize {
    bins.iter().map(|edges| edges.len().saturating_sub(1)).max().unwrap_or(0).max(1)
}

/// The layer of [`PiecewiseLinearConfig`].
#[derive(Module, Debug)]
pub(crate) struct PiecewiseLinear {
    /// `[numbers, width]`.
    weight: Param<Tensor<2>>,
    /// `[numbers, width]`.
    bias: Param<Tensor<2>>,
    /// `[numbers, bins, width]`, 0 at first.
    bin_weight: Param<Tensor<3>>,
    #[module(skip)]
    lines: Lines,
}

impl PiecewiseLinear {
    pub(super) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let x = by_number(x);
        let encoded = self.lines.encode(x.clone());
        let line = x.mul(self.weight.val().unsqueeze_dim(1)).add(self.bias.val().unsqueeze_dim(1));
        by_item(line.add(encoded.matmul(self.bin_weight.val())))
    }
}

/// The line of every bin, and where it ends: `min(max(slope · x + shift, least), most)`. Numbers with fewer bins than others have lines
/// that are 0 before the last.
#[derive(Debug, Clone)]
struct Lines {
    dims: [usize; 3],
    slope: Vec<f32>,
    shift: Vec<f32>,
    least: Vec<f32>,
    most: Vec<f32>,
}

impl Lines {
    fn new(bins: &[Vec<f32>], width: usize) -> Self {
        let len = bins.len() * width;
        let (mut slope, mut shift) = (vec![0.0; len], vec![0.0; len]);
        let (mut least, mut most) = (vec![0.0; len], vec![1.0; len]);
        for (number, edges) in bins.iter().enumerate() {
            let count = edges.len().saturating_sub(1);
            for bin in 0..count {
                // The first bins come first, the last one last: what lies beyond it goes on.
                let place = number * width + if bin + 1 == count { width - 1 } else { bin };
                let size = edges[bin + 1] - edges[bin];
                (slope[place], shift[place]) = (1.0 / size, -edges[bin] / size);
                if bin == 0 {
                    least[place] = f32::MIN;
                }
                if bin + 1 == count {
                    most[place] = f32::MAX;
                }
            }
        }
        Self { dims: [bins.len(), 1, width], slope, shift, least, most }
    }

    /// `[numbers, N, 1]` to `[numbers, N, bins]`.
    fn encode(&self, x: Tensor<3>) -> Tensor<3> {
        let device = x.device();
        let constant =
            |values: &[f32]| Tensor::<3>::from_data(TensorData::new(values.to_vec(), self.dims), &device);
        let line = x.mul(constant(&self.slope)).add(constant(&self.shift));
        line.max_pair(constant(&self.least)).min_pair(constant(&self.most))
    }
}
