//! A batch of token sequences as rows.

use std::sync::Arc;

use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln_core::device::counts::sent;
use kiln_kernels::{Sequences, embedding};

/// The tokens of a batch one after another, without padding: what a layer does to each of them it does to no padding.
#[derive(Debug, Clone)]
pub(crate) struct TokenRows {
    /// The token of each row.
    pub(crate) ids: Arc<[u32]>,
    /// The place of each row in its sequence, from 0.
    pub(crate) positions: Arc<[u32]>,
    /// Where the sequences are among the rows.
    pub(crate) sequences: Sequences,
    /// The length of each item, those that are empty, too.
    lengths: Vec<usize>,
}

impl TokenRows {
    /// Of `ids`, `[N, T]`, and the `lengths` of its items, `[N]`, at most the first `most` tokens of each.
    pub(crate) fn of(ids: Tensor<2, Int>, lengths: Tensor<1, Int>, most: usize) -> Self {
        let tokens = ids.dims()[1];
        let (all, lengths) = read(ids, lengths, most);
        let real = |(item, &length): (usize, &usize)| all[item * tokens..item * tokens + length].to_vec();
        Self::packed(lengths.iter().enumerate().flat_map(real).collect(), lengths)
    }

    /// Of tokens that lie one after another.
    pub(crate) fn packed(ids: Arc<[u32]>, lengths: Vec<usize>) -> Self {
        if ids.is_empty() {
            // A row of padding, which belongs to no item: a tensor without rows is none.
            return Self {
                ids: [0].into(),
                positions: [0].into(),
                sequences: Sequences::packed(&[1]),
                lengths,
            };
        }
        let positions = lengths.iter().flat_map(|&length| 0..length as u32).collect();
        Self { ids, positions, sequences: Sequences::packed(&lengths), lengths }
    }

    /// The mean of the rows of each item, `[N, width]`; 0 of an item without tokens.
    pub(crate) fn mean(&self, x: Tensor<2>) -> Tensor<2> {
        let items = self.lengths.len();
        let counts = self.lengths.iter().map(|&length| 1.0 / length.max(1) as f64).collect();
        let options = (&x.device(), x.dtype());
        let shares = TensorData::new::<f64, _>(counts, [items, 1]);
        let shares = Tensor::<2>::from_data(sent(shares), options);
        self.padded(x).sum_dim(1).squeeze_dim::<2>(1).mul(shares)
    }

    /// The rows of each item, `[N, longest, width]`, with zeros for padding.
    pub(crate) fn padded(&self, x: Tensor<2>) -> Tensor<3> {
        let longest = self.longest();
        let [items, rows, width] = [self.lengths.len(), x.dims()[0], x.dims()[1]];
        let options = (&x.device(), x.dtype());
        // Behind the last row there is one of zeros, for all padding.
        let mut start = 0;
        let mut places = Vec::with_capacity(items * longest);
        for &length in &self.lengths {
            places.extend((0..longest).map(|at| if at < length { start + at } else { rows } as u32));
            start += length;
        }
        let zeros = Tensor::<2>::zeros([1, width], options);
        let padded = embedding(Tensor::cat(vec![x, zeros], 0), &places.into());
        padded.reshape([items, longest, width])
    }

    /// The rows of all items out of [`TokenRows::padded`].
    pub(crate) fn without_padding(&self, x: Tensor<3>) -> Tensor<2> {
        let longest = self.longest();
        let [items, _, width] = x.dims();
        let real = |(item, &length): (usize, &usize)| (0..length).map(move |at| (item * longest + at) as u32);
        let mut places: Vec<u32> = self.lengths.iter().enumerate().flat_map(real).collect();
        // The row of padding that stands for none.
        if places.is_empty() {
            places.push(0);
        }
        embedding(x.reshape([items * longest, width]), &places.into())
    }

    fn longest(&self) -> usize {
        self.lengths.iter().copied().max().unwrap_or(0).max(1)
    }

    /// The last row of each item, `[N, width]`; that before it of an item without tokens.
    pub(crate) fn last(&self, x: Tensor<2>) -> Tensor<2> {
        let mut end = 0;
        let place = |&length: &usize| {
            end += length;
            (end as u32).saturating_sub(1)
        };
        embedding(x, &self.lengths.iter().map(place).collect())
    }

    /// What belongs to each sequence that is not empty, for each of its rows, `[rows, 1]`.
    pub(crate) fn spread(&self, of: impl Fn(usize) -> f64, device: &Device) -> Tensor<2> {
        let value = |(item, span): (usize, &std::ops::Range<usize>)| vec![of(item); span.len()];
        let values: Vec<f64> = self.sequences.spans().iter().enumerate().flat_map(value).collect();
        let len = values.len();
        Tensor::<1>::from_data(sent(TensorData::new(values, [len])), device).unsqueeze_dim(1)
    }
}

/// Ids and lengths as the host has them.
fn read(ids: Tensor<2, Int>, lengths: Tensor<1, Int>, most: usize) -> (Vec<u32>, Vec<usize>) {
    let tokens = ids.dims()[1];
    let length = |length: i64| usize::try_from(length).unwrap_or(0).min(tokens).min(most);
    let lengths = lengths.into_data().iter::<i64>().map(length).collect();
    let ids = ids.into_data().iter::<i64>().map(|id| u32::try_from(id).unwrap_or(0)).collect();
    (ids, lengths)
}

/// A batch of token sequences with padding, each as long as the longest.
#[derive(Debug, Clone)]
pub(crate) struct PaddedRows {
    /// `[N · steps]`.
    pub(crate) ids: Arc<[u32]>,
    pub(crate) steps: usize,
    pub(crate) lengths: Vec<usize>,
}

impl PaddedRows {
    /// As [`TokenRows::of`].
    pub(crate) fn of(ids: Tensor<2, Int>, lengths: Tensor<1, Int>, most: usize) -> Self {
        let tokens = ids.dims()[1];
        let (all, lengths) = read(ids, lengths, most);
        let steps = lengths.iter().copied().max().unwrap_or(0).max(1);
        let ids = all.chunks_exact(tokens.max(1)).flat_map(|row| row[..steps].iter().copied()).collect();
        Self { ids, steps, lengths }
    }

    /// Of numbers that are no tokens.
    pub(crate) fn without_ids(steps: usize, lengths: Vec<usize>) -> Self {
        Self { ids: [].into(), steps, lengths }
    }

    /// What `x`, `[N, steps, width]`, holds at the last token of each item, `[N, width]`; at the first step of an item without tokens.
    pub(crate) fn last(&self, x: Tensor<3>) -> Tensor<2> {
        let [items, steps, width] = x.dims();
        let place = |(item, &length): (usize, &usize)| (item * steps + length.saturating_sub(1)) as u32;
        let places = self.lengths.iter().enumerate().map(place).collect();
        embedding(x.reshape([items * steps, width]), &places)
    }
}
