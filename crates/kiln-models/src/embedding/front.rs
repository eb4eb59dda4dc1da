//! What becomes of the columns of a table before the first layer of a model.

use burn::tensor::Tensor;

use super::{Categories, CategoriesConfig, EmbeddedColumns, EmbeddingConfig};
use crate::init::Init;
use crate::plan::Plan;
use crate::{ModelError, ModelInput, Operation};

/// First columns of many categories become vectors, then numbers become several features.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Front<'a> {
    pub(crate) categories: Option<&'a CategoriesConfig>,
    pub(crate) numbers: Option<&'a EmbeddingConfig>,
}

impl Front<'_> {
    /// Adds the layers to a plan whose items are rows.
    ///
    /// # Errors
    /// As the layers.
    pub(crate) fn plan(self, plan: &mut Plan, input: &ModelInput) -> Result<(), ModelError> {
        let behind = match self.categories {
            Some(categories) => &categories.plan(plan, input)?,
            None => input,
        };
        match self.numbers {
            Some(numbers) => {
                let sizes = EmbeddedColumns::plan(numbers, behind)?;
                plan.embed("embedding", numbers.name().to_owned(), sizes)
            }
            None => Ok(()),
        }
    }

    /// The layers, for settings that were checked, and for every feature behind them the number of the column that it is made of.
    pub(crate) fn layers(
        self,
        init: &mut Init<'_>,
        input: ModelInput,
    ) -> (Option<Categories>, Option<EmbeddedColumns>, Vec<u64>) {
        let (categories, input) = CategoriesConfig::layer(self.categories, init, input);
        match self.numbers {
            None => (categories, None, input.columns()),
            Some(numbers) => {
                let layer = EmbeddedColumns::new(numbers, init, &input);
                (categories, Some(layer), EmbeddedColumns::columns(numbers, &input))
            }
        }
    }
}

/// `x` behind these layers.
pub(crate) fn embedded(
    categories: Option<&Categories>,
    numbers: Option<&EmbeddedColumns>,
    x: Tensor<2>,
) -> Tensor<2> {
    let x = match categories {
        Some(categories) => categories.forward(x),
        None => x,
    };
    match numbers {
        Some(numbers) => numbers.forward(x),
        None => x,
    }
}

/// What these layers, `categories` and `embedding`, do.
pub(crate) fn operations(
    categories: Option<&Categories>,
    numbers: Option<&EmbeddedColumns>,
) -> impl Iterator<Item = Operation> {
    let categories = categories.map(|layer| layer.operation("categories"));
    categories.into_iter().chain(numbers.map(|layer| layer.operation("embedding")))
}
