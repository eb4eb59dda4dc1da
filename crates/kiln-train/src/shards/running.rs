//! The running statistics of a model, which each shard moves by itself.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{ParamKind, params};

/// The running statistics, flat and without autodiff, in the order of the fields.
pub(crate) fn running<M: Module>(model: &M) -> Vec<Tensor<1>> {
    // Burn keeps what the newest batch has moved apart until somebody asks for it in this way.
    let _ = model.valid();
    let mut found = Vec::new();
    params::for_each(model, |info, value| {
        if info.kind == ParamKind::Running {
            found.push(value.inner());
        }
    });
    found
}

/// `model` with the running statistics that [`running`] gave.
pub(crate) fn set_running<M: Module>(model: M, values: &[Tensor<1>]) -> M {
    let _ = model.valid();
    let mut values = values.iter();
    params::set_running(model, |_, old| values.next().map_or(old, |value| Tensor::from_inner(value.clone())))
}
