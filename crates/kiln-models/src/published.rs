//! What other libraries call the tensors of a network.

/// The names that a library has for the tensors of a network.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Published {
    /// The library: `torchvision`.
    pub library: &'static str,
    name: fn(&str) -> String,
}

impl Published {
    /// `name` gives the library's name for that of a [`Weights::state_dict`](kiln_core::Weights::state_dict).
    pub(crate) const fn new(library: &'static str, name: fn(&str) -> String) -> Self {
        Self { library, name }
    }

    /// The library's name for the tensor called `name` in a [`Weights::state_dict`](kiln_core::Weights::state_dict) of the network.
    pub fn name(&self, name: &str) -> String {
        (self.name)(name)
    }
}
