//! PyTorch's tensors for the layers of a Burn module.

mod layer;
mod place;
#[cfg(feature = "pytorch")]
pub(super) mod saved;
mod state_dict;
mod tensor;
mod transformer;

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Bool, Int, Tensor, TensorData};

use crate::params::ModulePath;
use layer::sources;
use place::Place;
use transformer::{has_layers, norm_first};

/// The tensors of a file of PyTorch's under the paths of a module, as Burn has them.
pub(super) struct Adapted {
    /// By path in the module.
    pub(super) tensors: BTreeMap<String, TensorData>,
    /// Paths of the module that the file has nothing for, each with the name that was looked for.
    pub(super) missing: Vec<(String, String)>,
    /// Names in the file that the module has no place for.
    pub(super) unused: Vec<String>,
}

/// Finds the tensor of every path of `module` in `file` by the types of the layers, never by shapes.
pub(super) fn adapt<M: Module>(file: &BTreeMap<String, TensorData>, module: &M) -> Adapted {
    let places = places_of(module);
    let norm_first = if places.iter().any(has_layers) { norm_first(module) } else { None };
    let mut adapted = Adapted { tensors: BTreeMap::new(), missing: Vec::new(), unused: Vec::new() };
    let mut used = BTreeSet::new();
    for place in &places {
        let wanted = sources(place, norm_first);
        match wanted.iter().find_map(|source| Some((source, file.get(&source.name)?))) {
            Some((source, data)) => {
                used.insert(source.name.clone());
                used.extend(source.companion.clone());
                adapted.tensors.insert(place.path(), source.part.of(data));
            }
            None => adapted.missing.extend(wanted.into_iter().next().map(|first| (place.path(), first.name))),
        }
    }
    adapted.unused = file.keys().filter(|name| !used.contains(*name)).cloned().collect();
    adapted
}

/// Where the tensors of a module are, in the order of its fields.
fn places_of<M: Module>(module: &M) -> Vec<Place> {
    let mut places = Places::default();
    module.visit(&mut places);
    places.found
}

/// Where the tensors of a module are. Reads no tensor, and so draws none.
#[derive(Default)]
struct Places {
    at: ModulePath,
    found: Vec<Place>,
}

impl ModuleVisitor for Places {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn visit_float<const D: usize>(&mut self, _: &Param<Tensor<D>>) {
        self.found.push(Place::at(&self.at));
    }

    fn visit_int<const D: usize>(&mut self, _: &Param<Tensor<D, Int>>) {
        self.found.push(Place::at(&self.at));
    }

    fn visit_bool<const D: usize>(&mut self, _: &Param<Tensor<D, Bool>>) {
        self.found.push(Place::at(&self.at));
    }
}
