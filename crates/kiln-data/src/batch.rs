//! What a model sees: a batch of inputs and targets on a device.

use burn::tensor::{Device, Int, Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// A batch for training or scoring.
#[derive(Debug, Clone)]
pub struct Batch {
    /// The inputs, one row an item.
    pub inputs: Inputs,
    /// What is to be predicted, one row an item.
    pub targets: Targets,
    /// What each item counts, `[N]`, f32, not negative; `None`: all the same.
    pub weights: Option<Tensor<1>>,
}

/// The inputs of a batch, preprocessed.
#[derive(Debug, Clone)]
pub enum Inputs {
    /// Rows of a table: `[N, features]`, f32.
    Table(Tensor<2>),
    /// Images: `[N, channels, height, width]`, f32.
    Images(Tensor<4>),
}

/// The targets of a batch.
#[derive(Debug, Clone)]
pub enum Targets {
    /// Class indices: `[N]`, from 0 to the number of classes less one.
    Classes(Tensor<1, Int>),
    /// Numbers: `[N, outputs]`, f32.
    Values(Tensor<2>),
}

/// The shape of one item of [`Inputs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputShape {
    /// A row of a table with that many features.
    Table(usize),
    /// An image: `[channels, height, width]`.
    Images([usize; 3]),
}

impl InputShape {
    /// How many numbers one item has.
    pub fn features(&self) -> usize {
        match self {
            Self::Table(features) => *features,
            Self::Images(dims) => dims.iter().product(),
        }
    }

    /// Inputs of this shape from numbers on the host, row-major, item after item.
    ///
    /// # Panics
    /// As Burn does, when the numbers are not those of whole items.
    pub fn batch(&self, numbers: Vec<f32>, device: &Device) -> Inputs {
        let items = numbers.len() / self.features().max(1);
        match *self {
            Self::Table(width) => {
                Inputs::Table(Tensor::from_data(TensorData::new(numbers, [items, width]), device))
            }
            Self::Images([channels, height, width]) => {
                let data = TensorData::new(numbers, [items, channels, height, width]);
                Inputs::Images(Tensor::from_data(data, device))
            }
        }
    }
}

impl Batch {
    /// Number of items.
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Inputs {
    /// Number of items.
    pub fn len(&self) -> usize {
        match self {
            Self::Table(rows) => rows.dims()[0],
            Self::Images(images) => images.dims()[0],
        }
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// One row an item, `[N, features]`: images are flattened.
    pub fn flat(self) -> Tensor<2> {
        match self {
            Self::Table(rows) => rows,
            Self::Images(images) => images.flatten(1, 3),
        }
    }
}
