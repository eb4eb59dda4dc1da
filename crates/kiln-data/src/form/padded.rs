//! Sequences of different lengths as one batch.

use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln_core::device::counts::sent;
use serde::{Deserialize, Serialize};

/// The shape of items that are token sequences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenShape {
    /// How many ids a batch can have, padding and the unknown token among them: the rows of an embedding.
    pub vocabulary: usize,
    /// The length of the longest sequence.
    pub longest: usize,
}

impl TokenShape {
    /// What items are, in words.
    pub(super) fn words(self) -> String {
        format!("sequences of up to {} tokens", self.longest)
    }
}

/// A batch of token sequences.
#[derive(Debug, Clone)]
pub struct TokenBatch {
    /// Ids, `[N, T]`, with T the longest of the batch, at least 1; 0 after the end of a sequence.
    pub ids: Tensor<2, Int>,
    /// The length of each sequence, `[N]`, from 0 to T.
    pub lengths: Tensor<1, Int>,
    /// 1 where there is a token and 0 where there is padding, `[N, T]`, f32.
    pub mask: Tensor<2>,
}

/// Sequences one below the other: each is an iterator over its ids and knows its length. What is behind its end is 0.
pub(super) fn padded<S: ExactSizeIterator<Item = u32>>(
    sequences: impl ExactSizeIterator<Item = S> + Clone,
    device: &Device,
) -> Box<TokenBatch> {
    let items = sequences.len();
    let width = sequences.clone().map(|sequence| sequence.len()).max().unwrap_or(0).max(1);
    let (mut ids, mut mask) = (vec![0i32; items * width], vec![0.0f32; items * width]);
    let mut lengths = Vec::with_capacity(items);
    for (place, sequence) in sequences.enumerate() {
        lengths.push(sequence.len() as i32);
        let cells = place * width..place * width + sequence.len();
        mask[cells.clone()].fill(1.0);
        ids[cells].iter_mut().zip(sequence).for_each(|(to, id)| *to = id as i32);
    }
    let dims = [items, width];
    Box::new(TokenBatch {
        ids: Tensor::from_data(sent(TensorData::new(ids, dims)), device),
        lengths: Tensor::from_data(sent(TensorData::new(lengths, [items])), device),
        mask: Tensor::from_data(sent(TensorData::new(mask, dims)), device),
    })
}
