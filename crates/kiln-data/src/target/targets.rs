//! The targets of a batch, on the host and on a device.

use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln_core::device::counts::sent;

/// The targets of a batch: what a loss compares the outputs with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Targets {
    /// Class indices: `[N]`, from 0 to the number of classes less one.
    Classes(Tensor<1, Int>),
    /// Numbers: `[N, outputs]`, f32.
    Values(Tensor<2>),
}

/// The targets of a batch on the host.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TargetNumbers {
    /// Class indices.
    Classes {
        /// One an item, below `count`.
        classes: Vec<i32>,
        /// Number of classes.
        count: usize,
    },
    /// Numbers; for mixed classes, the share of each class.
    Values {
        /// Row-major, `n · width`.
        values: Vec<f32>,
        /// Numbers an item.
        width: usize,
    },
}

impl TargetNumbers {
    /// The same on a device.
    pub fn into_targets(self, device: &Device) -> Targets {
        match self {
            Self::Classes { classes, .. } => {
                let items = classes.len();
                Targets::Classes(Tensor::from_data(sent(TensorData::new(classes, [items])), device))
            }
            Self::Values { values, width } => {
                let items = values.len() / width.max(1);
                Targets::Values(Tensor::from_data(sent(TensorData::new(values, [items, width])), device))
            }
        }
    }

    /// As numbers, row-major, and how many an item has. A class is a 1 among 0s.
    pub fn into_shares(self) -> (Vec<f32>, usize) {
        match self {
            Self::Values { values, width } => (values, width),
            Self::Classes { classes, count } => {
                let mut shares = vec![0.0; classes.len() * count];
                for (row, &class) in shares.chunks_exact_mut(count.max(1)).zip(&classes) {
                    if let Some(share) = usize::try_from(class).ok().and_then(|class| row.get_mut(class)) {
                        *share = 1.0;
                    }
                }
                (shares, count)
            }
        }
    }
}

impl Targets {
    /// Class indices, `[N]`, where every item has one class.
    pub fn as_classes(&self) -> Option<&Tensor<1, Int>> {
        if let Self::Classes(classes) = self { Some(classes) } else { None }
    }

    /// As rows of numbers, `[N, outputs]`: a class is the number it is written as.
    pub fn numbers(&self) -> Tensor<2> {
        match self {
            Self::Values(values) => values.clone(),
            Self::Classes(classes) => {
                let column: Tensor<2, Int> = classes.clone().unsqueeze_dim(1);
                column.float()
            }
        }
    }
}
