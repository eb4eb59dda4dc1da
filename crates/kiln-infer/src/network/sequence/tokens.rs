//! From ids to vectors.

use super::build::Form;
use super::grid::Grid;
use crate::error::InferError;
use crate::file::Tensors;
use crate::network::shape::wrong;
use crate::plan::{Operation, Sequence};

/// What the hash of a run of ids is made with.
const FACTOR: u64 = 1999;

/// What becomes of ids.
#[derive(Debug)]
pub(super) struct Head {
    most: usize,
    table: Vec<f32>,
    rows: usize,
    width: usize,
    /// Of a bag: how many rows are those of ids, the longest run, and the rows that runs share.
    bag: Option<[usize; 3]>,
}

impl Head {
    /// The first operations of a network of ids: what they are, what they give, and the others.
    pub(super) fn new<'o>(
        operations: &'o [Operation],
        tensors: &Tensors,
    ) -> Result<(Self, Form, &'o [Operation]), InferError> {
        let (most, operations) = match operations {
            [Operation::Sequence(Sequence::First { most }), rest @ ..] => (*most, rest),
            all => (usize::MAX, all),
        };
        let (tensor, bag, rest) = match operations {
            [Operation::Sequence(Sequence::Vectors { tensor }), rest @ ..] => (tensor, None, rest),
            [Operation::Sequence(Sequence::Bag { tensor, ids, ngrams, buckets }), rest @ ..] => {
                (tensor, Some([*ids, *ngrams, *buckets]), rest)
            }
            _ => return Err(wrong("the network", "its first operation takes no ids".to_owned())),
        };
        let (layer, name) = tensor.rsplit_once('.').unwrap_or(("", tensor.as_str()));
        let ([rows, width], table) = tensors.get::<2>(layer, name)?;
        let is_bag = |[ids, ngrams, buckets]: [usize; 3]| {
            (1..=8).contains(&ngrams)
                && buckets > 0
                && ids.checked_add(buckets * usize::from(ngrams > 1)) == Some(rows)
        };
        if rows == 0 || width == 0 || !bag.is_none_or(is_bag) {
            return Err(wrong(tensor, format!("it has {rows} rows of {width} numbers, which do not fit")));
        }
        let form = if bag.is_some() { Form::Row(width) } else { Form::Tokens(width) };
        Ok((Self { most, table: table.to_vec(), rows, width, bag }, form, rest))
    }

    /// Tokens, or of a bag the mean of their vectors. Ids that are no rows are taken for those that are not known.
    pub(super) fn run(&self, ids: &[u32]) -> Grid {
        let ids = &ids[..ids.len().min(self.most)];
        let vector = |row: usize| {
            let row = if row < self.rows { row } else { 1.min(self.rows - 1) };
            &self.table[row * self.width..][..self.width]
        };
        let Some(bag) = self.bag else {
            let is_empty = ids.is_empty();
            let padding = [0];
            let ids = if is_empty { &padding[..] } else { ids };
            let numbers: Vec<f32> = ids.iter().flat_map(|id| vector(*id as usize)).copied().collect();
            return Grid { rows: ids.len(), columns: self.width, numbers, is_empty };
        };
        let rows = rows_of(ids, bag);
        let mut sum = vec![0.0f64; self.width];
        for row in &rows {
            sum.iter_mut().zip(vector(*row)).for_each(|(sum, x)| *sum += f64::from(*x));
        }
        let count = rows.len().max(1) as f64;
        Grid::row(sum.into_iter().map(|sum| (sum / count) as f32).collect())
    }
}

/// The rows of ids and of their runs.
fn rows_of(ids: &[u32], [own, ngrams, buckets]: [usize; 3]) -> Vec<usize> {
    let mut rows: Vec<usize> = ids.iter().map(|id| *id as usize).collect();
    let mut hashes: Vec<u64> = ids.iter().map(|id| u64::from(*id)).collect();
    let buckets = buckets as u64;
    for length in 2..=ngrams.min(ids.len()) {
        let run = |(hash, last): (&u64, &u32)| (FACTOR * (hash % buckets) + u64::from(*last)) % buckets;
        hashes = hashes.iter().zip(&ids[length - 1..]).map(run).collect();
        rows.extend(hashes.iter().map(|hash| own + *hash as usize));
    }
    rows
}
