//! How several optimisers share a training: which of them each parameter belongs to, and whose losses there are.

use std::collections::{BTreeSet, HashMap};

use burn::module::{Module, ParamId};
use kiln_core::{ParamInfo, params};
use kiln_optim::Gradients;

use crate::{PartError, PartOptimizer};

/// The division of a model among optimisers, which go by their numbers.
#[derive(Debug)]
pub(crate) struct Several {
    owners: HashMap<String, usize>,
    ids: Vec<Vec<ParamId>>,
    /// What is not trained now.
    frozen: BTreeSet<ParamId>,
    /// One for each loss, in the order of the optimisers: those that take their gradients from it, its own first.
    pub(crate) passes: Vec<Vec<usize>>,
}

impl Several {
    /// The division among `parts`, of a model with these parameters, of which `never` are trained never; `None` without parts.
    pub(crate) fn of(
        parts: &[PartOptimizer],
        params: &[ParamInfo],
        never: &BTreeSet<ParamId>,
    ) -> Result<Option<Self>, PartError> {
        if parts.is_empty() {
            return Ok(None);
        }
        check_names(parts)?;
        let passes = passes(parts)?;
        let selections: Vec<_> = parts.iter().map(PartOptimizer::selection).collect();
        let trainable = || params.iter().filter(|info| info.trainable);
        for (part, selection) in parts.iter().zip(&selections) {
            if let Some(wanted) = selection.unmatched(params) {
                let known = trainable().map(|info| info.path.clone()).collect();
                return Err(PartError::Empty { name: part.name.clone(), wanted, known });
            }
        }
        let (mut owners, mut ids) = (HashMap::new(), vec![Vec::new(); parts.len()]);
        for info in trainable() {
            let path = info.path.clone();
            let mut those = (0..parts.len()).filter(|part| selections[*part].matches(info));
            let name = |part: usize| parts[part].name.clone();
            match (those.next(), those.next()) {
                (None, _) if never.contains(&info.id) => {}
                (None, _) => {
                    let optimizers = parts.iter().map(|part| part.name.clone()).collect();
                    return Err(PartError::Unowned { path, optimizers });
                }
                (Some(a), Some(b)) => {
                    return Err(PartError::OwnedTwice { path, first: name(a), second: name(b) });
                }
                (Some(owner), None) => {
                    ids[owner].push(info.id);
                    owners.insert(path, owner);
                }
            }
        }
        Ok(Some(Self { owners, ids, frozen: BTreeSet::new(), passes }))
    }

    /// The parameters as one optimiser sees them: none but its own is trainable.
    pub(crate) fn own(&self, params: &[ParamInfo], part: usize) -> Vec<ParamInfo> {
        let own = |info: &ParamInfo| info.trainable && self.owners.get(&info.path) == Some(&part);
        params.iter().map(|info| ParamInfo { trainable: own(info), ..info.clone() }).collect()
    }

    /// Says what is not trained from now on.
    pub(crate) fn freeze(&mut self, frozen: BTreeSet<ParamId>) {
        self.frozen = frozen;
    }

    /// Whether there is something to train for some optimisers.
    pub(crate) fn trains(&self, parts: &[usize]) -> bool {
        parts.iter().any(|part| self.ids[*part].iter().any(|id| !self.frozen.contains(id)))
    }

    /// The model as some optimisers see it: what belongs to others is a constant.
    pub(crate) fn focus<M: Module>(&self, model: M, parts: &[usize]) -> M {
        params::set_trainable(model, |info| {
            let owner = self.owners.get(&info.path)?;
            Some(parts.contains(owner) && !self.frozen.contains(&info.id))
        })
    }

    /// The model with the parameters of all optimisers trainable again.
    pub(crate) fn whole<M: Module>(&self, model: M) -> M {
        params::set_trainable(model, |info| {
            self.owners.get(&info.path).map(|_| !self.frozen.contains(&info.id))
        })
    }

    /// Takes the gradients of one optimiser out of those of a pass.
    pub(crate) fn take(&self, part: usize, gradients: &mut Gradients) -> Gradients {
        let mut own = Gradients::default();
        for id in &self.ids[part] {
            if let Some(gradient) = gradients.remove(*id) {
                own.insert(*id, gradient);
            }
        }
        own
    }
}

/// Names become names of metrics and of entries in files.
fn check_names(parts: &[PartOptimizer]) -> Result<(), PartError> {
    for (index, PartOptimizer { name, .. }) in parts.iter().enumerate() {
        let reason = if name.is_empty() {
            "it is empty"
        } else if name.contains('/') {
            "it contains a slash"
        } else if parts[..index].iter().any(|other| other.name == *name) {
            "another one has it"
        } else {
            continue;
        };
        return Err(PartError::Name { name: name.clone(), reason });
    }
    Ok(())
}

fn passes(parts: &[PartOptimizer]) -> Result<Vec<Vec<usize>>, PartError> {
    let mut passes: Vec<Vec<usize>> = Vec::new();
    for (index, part) in parts.iter().enumerate() {
        let Some(other) = &part.loss_of else {
            passes.push(vec![index]);
            continue;
        };
        let (name, other) = (part.name.clone(), other.clone());
        if part.optim.sam.is_some() {
            return Err(PartError::Sam { name, other });
        }
        match passes.iter_mut().find(|pass| parts[pass[0]].name == other) {
            Some(pass) => pass.push(index),
            None => return Err(PartError::LossOf { name, other }),
        }
    }
    Ok(passes)
}
