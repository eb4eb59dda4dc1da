//! What sits between the layers of a network while it is explained.

use burn::tensor::Tensor;
use kiln_models::Tap;

/// Keeps the feature maps of the last layer that has any of more than one place, or of the layer called `wanted`.
#[derive(Debug, Default)]
pub(super) struct Maps {
    pub(super) wanted: Option<String>,
    /// All layers with maps.
    pub(super) known: Vec<String>,
    pub(super) found: Option<(String, Tensor<4>)>,
}

impl Tap for Maps {
    fn map(&mut self, path: &str, output: Tensor<4>) -> Tensor<4> {
        let [_, _, height, width] = output.dims();
        let is_it = match &self.wanted {
            Some(wanted) => wanted == path,
            None => height * width > 1,
        };
        if is_it {
            self.found = Some((path.to_owned(), output.clone()));
        }
        self.known.push(path.to_owned());
        output
    }
}

/// Puts feature maps in the place of those of a layer.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) path: String,
    pub(super) maps: Tensor<4>,
}

impl Tap for Put {
    fn map(&mut self, path: &str, output: Tensor<4>) -> Tensor<4> {
        if path == self.path { self.maps.clone() } else { output }
    }
}

/// Keeps the weights of all attention, the first layer first.
#[derive(Debug, Default)]
pub(super) struct Attention(pub(super) Vec<Tensor<4>>);

impl Tap for Attention {
    fn attention(&mut self, _: &str, weights: Tensor<4>) {
        self.0.push(weights.inner());
    }

    fn wants_attention(&self) -> bool {
        true
    }
}
