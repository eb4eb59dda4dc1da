//! The columns of a table as tokens.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use kiln_kernels::{Act, linear};

use crate::init::Init;
use crate::{ModelInput, Operation};

/// A token for each column, behind one that stands for the row. That of a number is `x w + b`, that of a category its own vector plus `b`.
#[derive(Module, Debug)]
pub(super) struct ColumnTokens {
    /// `[features, width]`: w of numbers, the vectors of categories.
    weight: Param<Tensor<2>>,
    /// `[columns, width]`.
    bias: Param<Tensor<2>>,
    /// `[width]`: the token of the row.
    cls: Param<Tensor<1>>,
    #[module(skip)]
    pieces: Vec<Piece>,
}

/// Features that lie together.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    count: usize,
    /// Whether they are one column of categories, and not a number each.
    is_column: bool,
}

impl Piece {
    /// How many tokens it makes.
    fn tokens(self) -> usize {
        if self.is_column { 1 } else { self.count }
    }

    /// Those of `input`, in their order. Numbers side by side are one piece.
    fn all(input: &ModelInput) -> Vec<Self> {
        let Some(groups) = &input.groups else {
            return vec![Self { start: 0, count: input.shape.features(), is_column: false }];
        };
        let mut pieces: Vec<Self> = Vec::new();
        for group in groups {
            let (start, count) = (group.features.start, group.features.len());
            // A single 0 or 1 is as good as a number.
            let is_column = !group.numeric && count > 1;
            match pieces.last_mut() {
                Some(last) if !last.is_column && !is_column => last.count += count,
                _ => pieces.push(Self { start, count, is_column }),
            }
        }
        pieces
    }
}

/// How many tokens a row is, without that of the row itself.
pub(super) fn count(input: &ModelInput) -> usize {
    Piece::all(input).into_iter().map(Piece::tokens).sum()
}

impl ColumnTokens {
    /// All numbers are uniform in `±1/√width`.
    pub(super) fn new(init: &mut Init<'_>, input: &ModelInput, width: usize) -> Self {
        let seed = init.next_layer();
        let pieces = Piece::all(input);
        let columns = pieces.iter().map(|piece| piece.tokens()).sum();
        Self {
            weight: init.uniform([input.shape.features(), width], width, seed.at(0)),
            bias: init.uniform([columns, width], width, seed.at(1)),
            cls: init.uniform([width], width, seed.at(2)),
            pieces,
        }
    }

    pub(super) fn operation(&self, layer: &str) -> Operation {
        let piece = |piece: &Piece| (piece.start..piece.start + piece.count, piece.is_column);
        Operation::ColumnTokens { layer: layer.to_owned(), pieces: self.pieces.iter().map(piece).collect() }
    }

    /// `[N, features]` to `[N, 1 + columns, width]`.
    pub(super) fn forward(&self, x: Tensor<2>) -> Tensor<3> {
        let (weight, items) = (self.weight.val(), x.dims()[0]);
        let width = weight.dims()[1];
        let token = |piece: &Piece| {
            let own = weight.clone().narrow(0, piece.start, piece.count);
            let x = x.clone().narrow(1, piece.start, piece.count);
            match piece.is_column {
                true => linear(x, own, None, Act::None).unsqueeze_dim::<3>(1),
                false => x.unsqueeze_dim::<3>(2).mul(own.unsqueeze_dim(0)),
            }
        };
        let columns = Tensor::cat(self.pieces.iter().map(token).collect(), 1);
        let columns = columns.add(self.bias.val().unsqueeze_dim(0));
        let row = self.cls.val().reshape([1, 1, width]).expand([items, 1, width]);
        Tensor::cat(vec![row, columns], 1)
    }
}
