//! Which features of a row are embedded.

use burn::module::Module;
use burn::tensor::{Int, Tensor, TensorData};

use super::piecewise_linear::most_bins;
use super::{EmbeddingConfig, Layer};
use crate::init::Init;
use crate::{ModelError, ModelInput, Operation};

/// An embedding of the numbers in a row. The features that they become come first, those that are no numbers after them.
#[derive(Module, Debug)]
pub(crate) struct EmbeddedColumns {
    numbers: Layer,
    #[module(skip)]
    places: Vec<usize>,
    #[module(skip)]
    others: Vec<usize>,
}

impl EmbeddedColumns {
    /// How many features a row has afterwards, and how many parameters that takes; `None` for more than can be counted.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, and inputs without a number.
    pub(crate) fn plan(
        config: &EmbeddingConfig,
        input: &ModelInput,
    ) -> Result<Option<(usize, usize)>, ModelError> {
        let config = config.as_kind();
        config.check()?;
        let numbers = input.number_count();
        if numbers == 0 {
            return Err(ModelError::NothingToEmbed { found: input.shape.words() });
        }
        if config.needs_bins() && input.bins.len() != numbers {
            return Err(ModelError::NoBins);
        }
        let others = input.shape.features().saturating_sub(numbers);
        let width = numbers.checked_mul(config.width()).and_then(|width| width.checked_add(others));
        Ok(width.zip(
            config.parameters(most_bins(&input.bins)).and_then(|parameters| parameters.checked_mul(numbers)),
        ))
    }

    /// For settings that were checked.
    pub(crate) fn new(config: &EmbeddingConfig, init: &mut Init<'_>, input: &ModelInput) -> Self {
        let places = input.numbers();
        let others: Vec<usize> =
            (0..input.shape.features()).filter(|place| places.binary_search(place).is_err()).collect();
        Self { numbers: Layer::new(config, init, input), places, others }
    }

    /// For every feature of a row afterwards the number of the column that it is made of.
    pub(crate) fn columns(config: &EmbeddingConfig, input: &ModelInput) -> Vec<u64> {
        let (columns, places) = (input.columns(), input.numbers());
        let config = config.as_kind();
        let embedded = (0..places.len() * config.width())
            .map(|feature| columns[places[config.number_of(feature, places.len())]]);
        let others = (0..columns.len()).filter(|place| places.binary_search(place).is_err());
        embedded.chain(others.map(|place| columns[place])).collect()
    }

    /// What it does, as the layer at `layer`.
    pub(crate) fn operation(&self, layer: &str) -> Operation {
        let (numbers, others) = (self.places.clone(), self.others.clone());
        Operation::Embedding { layer: layer.to_owned(), kind: self.numbers.operation(), numbers, others }
    }

    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        if self.others.is_empty() {
            return self.numbers.forward(x);
        }
        let embedded = self.numbers.forward(at(x.clone(), &self.places));
        Tensor::cat(vec![embedded, at(x, &self.others)], 1)
    }
}

/// The features at these places, which rise.
pub(super) fn at(x: Tensor<2>, places: &[usize]) -> Tensor<2> {
    let (first, last) = (places[0], places[places.len() - 1]);
    if last - first + 1 == places.len() {
        return x.narrow(1, first, places.len());
    }
    let data = TensorData::new(places.iter().map(|&place| place as i64).collect(), [places.len()]);
    let indices = Tensor::<1, Int>::from_data(data, &x.device());
    x.select(1, indices)
}
