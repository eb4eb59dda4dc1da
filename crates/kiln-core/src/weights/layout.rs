//! How the tensors of a file lie, and the mark that says so.

/// How tensors lie and what they are called.
///
/// A file of kiln says in its metadata that it is one (`format = kiln`), so that [`Weights::read`](crate::Weights::read)
/// never guesses. Other files are read with [`Weights::read_as`](crate::Weights::read_as).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Burn's, which kiln's files have: the weight of a linear layer is `[inputs, outputs]`, a normalisation layer has
    /// `gamma` and `beta`, names are the paths of a Burn module.
    #[default]
    Kiln,
    /// PyTorch's: the weight of a linear layer is `[outputs, inputs]`, a normalisation layer has `weight` and `bias`, the
    /// gates of a recurrent layer and the projections of an attention lie in one tensor. What belongs to which layer is
    /// decided by the types of the module that the weights are put into: see [`Weights::apply`](crate::Weights::apply).
    PyTorch,
}

/// The key of the mark in the metadata of a safetensors file.
pub(super) const KEY: &str = "format";

impl Layout {
    /// The mark of files in this layout. That of PyTorch's is the one that its tools write.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Kiln => "kiln",
            Self::PyTorch => "pt",
        }
    }
}
