//! Which steps of a batch are there, and which are padding.

use std::sync::Arc;

use burn::nn::BatchNorm;
use burn::tensor::{Tensor, TensorData};
use kiln_core::device::counts::sent;
use kiln_data::SeriesBatch;
use kiln_kernels::{Act, embedding};

use crate::norm::normalised;

/// The steps of a batch of series, `[N, C, T]`, that are there.
#[derive(Debug, Clone)]
pub(crate) struct Steps {
    lengths: Vec<usize>,
    /// What is there where series differ in length.
    uneven: Option<Uneven>,
}

#[derive(Debug, Clone)]
struct Uneven {
    /// 1 where there is a step, `[N, 1, T]`.
    mask: Tensor<3>,
    /// The place of each step among `N · T`.
    there: Arc<[u32]>,
    /// For each of `N · T` its place among those that are there; behind them for padding.
    places: Arc<[u32]>,
}

/// Below all numbers of a series, far from the end of f32.
const LOWEST: f64 = -1e30;

impl Steps {
    pub(crate) fn of(batch: &SeriesBatch) -> Self {
        let [items, _, longest] = batch.values.dims();
        let lengths = batch.lengths.clone();
        if batch.is_even() {
            return Self { lengths, uneven: None };
        }
        let (mut mask, mut there, mut places) = (Vec::new(), Vec::new(), Vec::new());
        let total = lengths.iter().sum::<usize>() as u32;
        for (item, &length) in lengths.iter().enumerate() {
            for step in 0..longest {
                let is_there = step < length;
                mask.push(f32::from(u8::from(is_there)));
                places.push(if is_there { there.len() as u32 } else { total });
                if is_there {
                    there.push((item * longest + step) as u32);
                }
            }
        }
        let (x, data) = (&batch.values, TensorData::new(mask, [items, 1, longest]));
        let mask = Tensor::<3>::from_data(sent(data), &x.device()).cast(x.dtype());
        Self { lengths, uneven: Some(Uneven { mask, there: there.into(), places: places.into() }) }
    }

    /// 0 where there is padding.
    pub(crate) fn masked(&self, x: Tensor<3>) -> Tensor<3> {
        match &self.uneven {
            Some(uneven) => x.mul(uneven.mask.clone()),
            None => x,
        }
    }

    /// `act(norm(x))` over the steps that are there; padding is 0.
    pub(crate) fn normalised(&self, norm: &BatchNorm, x: Tensor<3>, act: Act) -> Tensor<3> {
        let Some(Uneven { there, places, .. }) = &self.uneven else { return normalised(norm, x, act) };
        let [items, channels, longest] = x.dims();
        let rows = x.swap_dims(1, 2).reshape([items * longest, channels]);
        if there.is_empty() {
            return rows.zeros_like().reshape([items, longest, channels]).swap_dims(1, 2);
        }
        let rows = normalised(norm, embedding(rows, there), act);
        let zeros = Tensor::<2>::zeros([1, channels], (&rows.device(), rows.dtype()));
        let rows = embedding(Tensor::cat(vec![rows, zeros], 0), places);
        rows.reshape([items, longest, channels]).swap_dims(1, 2)
    }

    /// The largest of each step and its two neighbours, padding aside.
    pub(crate) fn largest_of_three(&self, x: Tensor<3>) -> Tensor<3> {
        let x = match &self.uneven {
            Some(uneven) => {
                // 0 where there is a step.
                let below = uneven.mask.clone().sub_scalar(1.0).mul_scalar(-LOWEST);
                x.add(below)
            }
            None => x,
        };
        let [items, channels, longest] = x.dims();
        let edge = Tensor::<3>::full([items, channels, 1], LOWEST, (&x.device(), x.dtype()));
        if longest == 1 {
            return self.masked(x);
        }
        let cut = |from: usize, to: usize| x.clone().slice([0..items, 0..channels, from..to]);
        let left = Tensor::cat(vec![edge.clone(), cut(0, longest - 1)], 2);
        let right = Tensor::cat(vec![cut(1, longest), edge], 2);
        self.masked(x.max_pair(left).max_pair(right))
    }

    /// The mean of the steps of each item, `[N, C]`; padding of `x` is 0.
    pub(crate) fn mean(&self, x: Tensor<3>) -> Tensor<2> {
        let sum: Tensor<2> = x.sum_dim(2).squeeze_dim(2);
        let shares: Vec<f64> = self.lengths.iter().map(|&length| 1.0 / length.max(1) as f64).collect();
        let data = TensorData::new(shares, [self.lengths.len(), 1]);
        let shares = Tensor::<2>::from_data(sent(data), (&sum.device(), sum.dtype()));
        sum.mul(shares)
    }

    /// The last step of each item, `[N, C]`; the first of one without steps.
    pub(crate) fn last(&self, x: Tensor<3>) -> Tensor<2> {
        let [items, channels, longest] = x.dims();
        let place = |(item, &length): (usize, &usize)| (item * longest + length.saturating_sub(1)) as u32;
        let places = self.lengths.iter().enumerate().map(place).collect();
        embedding(x.swap_dims(1, 2).reshape([items * longest, channels]), &places)
    }

    /// The first `most` steps of each item that are there, one after another, `[steps, C]`, and how many each item has. Where there are none, one of padding.
    pub(crate) fn rows(&self, x: Tensor<3>, most: usize) -> (Tensor<2>, Vec<usize>) {
        let [items, channels, longest] = x.dims();
        let rows = x.swap_dims(1, 2).reshape([items * longest, channels]);
        let lengths: Vec<usize> = self.lengths.iter().map(|&length| length.min(most)).collect();
        if self.uneven.is_none() && longest <= most {
            return (rows, lengths);
        }
        let of = |(item, &length): (usize, &usize)| {
            (item * longest..item * longest + length).map(|row| row as u32)
        };
        let mut places: Vec<u32> = lengths.iter().enumerate().flat_map(of).collect();
        if places.is_empty() {
            places.push(0);
        }
        (embedding(rows, &places.into()), lengths)
    }
}
