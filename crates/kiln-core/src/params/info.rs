//! What a parameter is, and where it is.

use burn::module::{Param, ParamId};
use burn::tensor::Tensor;

/// What a parameter does in its layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ParamKind {
    /// Multiplies the input: a matrix or a convolution filter.
    Weight,
    /// Added to the output: a field named `bias`.
    Bias,
    /// Scale or shift of a normalisation layer (`gamma`, `beta`).
    Norm,
    /// A running statistic: part of the model's state, never trained.
    Running,
}

/// One parameter of a module: where it is, what it is, how large it is.
#[derive(Debug, Clone)]
pub struct ParamInfo {
    /// Field names from the root, joined by dots: `layers.0.linear.weight`. Enum variants are left out, so the
    /// path does not change when a model is wrapped in an enum.
    pub path: String,
    /// Burn's identifier, by which gradients are found.
    pub id: ParamId,
    /// The shape.
    pub dims: Vec<usize>,
    /// What it does.
    pub kind: ParamKind,
    /// Whether it takes part in training: requires a gradient. Always false on a device without autodiff, where Burn
    /// does not tell.
    pub trainable: bool,
}

/// Where a traversal stands: the names and container types from the root to the current field.
#[derive(Debug, Default)]
pub(crate) struct ModulePath {
    names: Vec<(String, String)>,
}

impl ModulePath {
    pub(crate) fn enter(&mut self, name: &str, container: &str) {
        self.names.push((name.to_owned(), container.to_owned()));
    }

    /// Names and container types from the root.
    pub(crate) fn steps(&self) -> &[(String, String)] {
        &self.names
    }

    pub(crate) fn exit(&mut self) {
        self.names.pop();
    }

    pub(crate) fn path(&self) -> String {
        joined(&self.names)
    }

    /// The path of the layer that the current field belongs to.
    pub(super) fn layer(&self) -> String {
        self.names.split_last().map_or_else(String::new, |(_, above)| joined(above))
    }

    fn kind(&self) -> ParamKind {
        let Some((name, container)) = self.names.last() else { return ParamKind::Weight };
        if name.starts_with("running_") {
            ParamKind::Running
        } else if container.ends_with("Norm") {
            ParamKind::Norm
        } else if name == "bias" {
            ParamKind::Bias
        } else {
            ParamKind::Weight
        }
    }

    pub(super) fn info<const D: usize>(&self, param: &Param<Tensor<D>>) -> ParamInfo {
        ParamInfo {
            path: self.path(),
            id: param.id,
            dims: param.lazy_shape().to_vec(),
            kind: self.kind(),
            trainable: param.is_require_grad(),
        }
    }
}

/// Names with dots between, those of enum variants left out.
fn joined(names: &[(String, String)]) -> String {
    let mut path = String::with_capacity(32);
    for (name, container) in names {
        if container.starts_with("Enum:") {
            continue;
        }
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    }
    path
}
