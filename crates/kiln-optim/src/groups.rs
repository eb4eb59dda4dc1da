//! Parameter groups: the learning rate and weight decay of each parameter.

use std::collections::BTreeMap;

use kiln_core::{NumberError, ParamInfo, ParamSelection, Range};
use serde::{Deserialize, Serialize};

use crate::OptimError;
use crate::rule::check;
use crate::schema::JsonSchema;

/// An entry of `[[optim.group]]`, as a param group of PyTorch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { params: ParamSelection::Biases, lr_factor: 2.0, weight_decay: Some(0.0) })]
pub struct GroupConfig {
    /// The parameters of the group.
    pub params: ParamSelection,
    /// The learning rate as a multiple of that of `[optim]`, at least 0. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr_factor: f64,
    /// Weight decay, at least 0, whatever `decay_all` says and whatever a schedule does to that of `[optim]`. Default:
    /// that of `[optim]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: Option<f64>,
}

impl GroupConfig {
    /// These parameters, treated as the others are.
    pub fn new(params: ParamSelection) -> Self {
        Self { params, lr_factor: one(), weight_decay: None }
    }
}

fn one() -> f64 {
    1.0
}

impl GroupConfig {
    /// Checks the group number `index`.
    pub(crate) fn check(&self, index: usize) -> Result<(), NumberError> {
        let at_least_0 = Range::at_least(0.0);
        check(&format!("group[{index}].lr_factor"), self.lr_factor, at_least_0)?;
        if let Some(decay) = self.weight_decay {
            check(&format!("group[{index}].weight_decay"), decay, at_least_0)?;
        }
        Ok(())
    }

    /// What the group has of its own, in symbols.
    pub(crate) fn formula(&self) -> String {
        let decay = self.weight_decay.map(|decay| format!(", weight decay {decay:?}")).unwrap_or_default();
        format!("lr of {}: lr·{:?}{decay}", self.params, self.lr_factor)
    }
}

/// What each parameter has of its own. Parameters that no group and no layer decay changes are not in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ParamGroups {
    shares: BTreeMap<String, Share>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Share {
    lr_factor: f64,
    weight_decay: Option<f64>,
}

impl ParamGroups {
    /// The groups and the layer-wise decay among `params`.
    ///
    /// # Errors
    /// [`OptimError::Group`] for a group without a trainable parameter that no earlier group has.
    pub(crate) fn new(
        groups: &[GroupConfig],
        layer_decay: Option<f64>,
        params: &[ParamInfo],
    ) -> Result<Self, OptimError> {
        let trainable = || params.iter().filter(|info| info.trainable);
        let mut shares = BTreeMap::new();
        if let Some(decay) = layer_decay {
            shares = layer_factors(trainable().map(|info| info.path.as_str()), decay)
                .into_iter()
                .map(|(path, lr_factor)| (path.to_owned(), Share { lr_factor, weight_decay: None }))
                .collect();
        }
        let group_of = |info: &ParamInfo| groups.iter().position(|group| group.params.matches(info));
        let mut used = vec![false; groups.len()];
        for info in trainable() {
            let Some(index) = group_of(info) else { continue };
            let GroupConfig { lr_factor, weight_decay, .. } = &groups[index];
            used[index] = true;
            let none = Share { lr_factor: 1.0, weight_decay: None };
            let share = shares.entry(info.path.clone()).or_insert(none);
            share.lr_factor *= lr_factor;
            share.weight_decay = *weight_decay;
        }
        match used.iter().position(|used| !used) {
            None => Ok(Self { shares }),
            Some(index) => Err(OptimError::Group {
                index,
                params: groups[index].params.to_string(),
                known: trainable().map(|info| info.path.clone()).collect(),
            }),
        }
    }

    /// What the learning rate of the parameter at `path` is multiplied by.
    pub fn lr_factor(&self, path: &str) -> f64 {
        self.shares.get(path).map_or(1.0, |share| share.lr_factor)
    }

    /// The weight decay of the parameter at `path`, where its group has one of its own.
    pub fn weight_decay(&self, path: &str) -> Option<f64> {
        self.shares.get(path)?.weight_decay
    }
}

/// `decay^n` for every path, n layers before the last. Neighbours of the same layer are one layer.
fn layer_factors<'a>(paths: impl Iterator<Item = &'a str>, decay: f64) -> Vec<(&'a str, f64)> {
    let mut depth = 0;
    let mut before = None;
    let mut depths = Vec::new();
    for path in paths {
        let layer = layer(path);
        if before.is_some_and(|before| before != layer) {
            depth += 1;
        }
        before = Some(layer);
        depths.push((path, depth));
    }
    depths.into_iter().map(|(path, at)| (path, decay.powi(depth - at))).collect()
}

/// `blocks.2` of `blocks.2.conv.weight`, `output` of `output.weight`.
fn layer(path: &str) -> &str {
    let mut ends = path.char_indices().filter(|(_, c)| *c == '.').map(|(at, _)| at).collect::<Vec<_>>();
    ends.push(path.len());
    let is_number = |end: &usize| {
        let start = path[..*end].rfind('.').map_or(0, |dot| dot + 1);
        path[start..*end].parse::<usize>().is_ok()
    };
    match ends.iter().rev().find(|end| is_number(end)) {
        Some(end) => &path[..*end],
        None => path.rfind('.').map_or(path, |dot| &path[..dot]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_named_by_its_last_number_or_its_module() {
        for (path, expected) in [
            ("output.weight", "output"),
            ("layers.0.linear.weight", "layers.0"),
            ("stages.1.blocks.0.conv1.weight", "stages.1.blocks.0"),
            ("weight", "weight"),
            ("a.b.gamma", "a.b"),
        ] {
            assert_eq!(layer(path), expected);
        }
    }

    #[test]
    fn the_last_layer_has_the_whole_rate() {
        let paths =
            ["stem.weight", "stem.bias", "blocks.0.conv.weight", "blocks.0.norm.gamma", "head.weight"];
        let factors: Vec<f64> = layer_factors(paths.into_iter(), 0.5).into_iter().map(|(_, f)| f).collect();
        assert_eq!(factors, [0.25, 0.25, 0.5, 0.5, 1.0]);
    }
}
