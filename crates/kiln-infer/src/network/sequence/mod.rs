//! Networks of sequences: each is computed by itself, without padding, until it is a row; what follows is done with rows of many.

mod build;
mod conv;
mod grid;
mod recurrent;
mod tokens;
mod whole;

use rayon::prelude::*;

use super::Network;
use super::shape::{Shape, wrong};
use crate::error::InferError;
use crate::file::Tensors;
use crate::plan::Operation;
use build::{Builder, Form};
use grid::{Grid, Part, run};
use tokens::Head;

/// From so many sequences on, several threads have work.
const WORTH_A_POOL: usize = 4;

/// What a sequence is before the network.
#[derive(Debug)]
pub(crate) enum Items {
    /// Numbers `[channels, steps]` of each.
    Steps(Vec<Vec<f32>>),
    /// Ids of each.
    Ids(Vec<Vec<u32>>),
}

impl Items {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Steps(all) => all.len(),
            Self::Ids(all) => all.len(),
        }
    }
}

/// What is done with sequences until they are rows.
#[derive(Debug)]
pub(crate) struct SequenceNetwork {
    start: Start,
    parts: Vec<Box<dyn Part>>,
    /// Numbers of a row.
    width: usize,
}

#[derive(Debug)]
enum Start {
    /// Series of so many channels.
    Steps(usize),
    /// What makes tokens of ids, or a row.
    Ids(Head),
}

impl SequenceNetwork {
    /// Of operations on series of so many channels: what is done with them, and what with rows.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub(crate) fn of_series(
        operations: &[Operation],
        channels: usize,
        tensors: &Tensors,
    ) -> Result<(Self, Network), InferError> {
        Self::new(operations, Start::Steps(channels), Form::Steps(channels), tensors)
    }

    /// The same of operations on ids.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub(crate) fn of_texts(
        operations: &[Operation],
        tensors: &Tensors,
    ) -> Result<(Self, Network), InferError> {
        let (head, form, rest) = Head::new(operations, tensors)?;
        Self::new(rest, Start::Ids(head), form, tensors)
    }

    fn new(
        operations: &[Operation],
        start: Start,
        form: Form,
        tensors: &Tensors,
    ) -> Result<(Self, Network), InferError> {
        let mut builder = Builder::new(tensors, form);
        let rest = builder.all(operations)?;
        let (parts, form) = builder.finish();
        let Form::Row(width) = form else {
            return Err(wrong("the network", "its last operation gives sequences".to_owned()));
        };
        Ok((Self { start, parts, width }, Network::new(rest, Shape::Row(width), tensors)?))
    }

    /// Numbers of a row.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// The rows of these sequences, one behind the other.
    pub(crate) fn run(&self, items: &Items) -> Vec<f32> {
        let of = |item: usize| {
            let grid = match (&self.start, items) {
                (Start::Steps(channels), Items::Steps(all)) => Grid::steps(*channels, &all[item]),
                (Start::Ids(head), Items::Ids(all)) => head.run(&all[item]),
                // The encoder that makes items is of the kind of the network.
                _ => return vec![0.0; self.width],
            };
            run(&self.parts, grid).numbers
        };
        match items.len() {
            few if few < WORTH_A_POOL => (0..few).flat_map(of).collect(),
            many => (0..many).into_par_iter().map(of).collect::<Vec<_>>().concat(),
        }
    }
}
