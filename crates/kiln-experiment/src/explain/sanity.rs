//! Whether attributions depend on what was learned (Adebayo et al.: Sanity checks for saliency maps, 2018).

use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::{Weights, params};
use kiln_data::Inputs;
use kiln_models::Network;
use kiln_validate::statistics::rank_correlation;

use super::attribute::Way;
use super::record::Redrawn;
use super::subject::Subject;
use crate::error::ExperimentError;
use crate::job::Blueprint;

/// What turns the seed of a run into that of the weights that take the place of its own.
const OTHER: u64 = 0x5A17_ED00_C0FF_EE00;

/// What the weights of a run are compared with.
pub(super) struct Redraw<'a> {
    pub(super) blueprint: &'a Blueprint,
    pub(super) resolved: &'a Resolved,
    pub(super) weights: &'a Weights,
    pub(super) device: &'a Device,
}

impl Redraw<'_> {
    /// The attributions of `inputs` with the layers drawn anew, one after the other from the top, and all at the end: their correlation
    /// with `own`, those of the run's weights.
    pub(super) fn correlations(
        &self,
        way: &Way<'_>,
        subject: &Subject,
        inputs: &Inputs,
        targets: &[usize],
        own: &[Vec<f32>],
    ) -> Result<Vec<Redrawn>, ExperimentError> {
        let mut other = self.resolved.clone();
        other.config.seed ^= OTHER;
        let fresh = Weights::of(&self.blueprint.model(&other, self.device)?);
        let mut weights = self.weights.clone();
        let mut found = Vec::new();
        for (layer, names) in layers(&subject.network, inputs, self.weights).into_iter().rev() {
            for name in &names {
                if let Some(data) = fresh.get(name) {
                    weights.insert(name.as_str(), data.clone());
                }
            }
            let redrawn = Subject::new(self.blueprint, self.resolved, &weights, self.device)?;
            let values = way.attributions(&redrawn, inputs.clone(), targets)?.values;
            let each: Vec<f64> =
                own.iter().zip(&values).filter_map(|(own, new)| correlation(own, new)).collect();
            let mean = (!each.is_empty()).then(|| each.iter().sum::<f64>() / each.len() as f64);
            found.push(Redrawn { layer, correlation: mean });
        }
        Ok(found)
    }
}

/// Of the sizes: an attribution of the other sign is at the same place of a picture.
fn correlation(own: &[f32], new: &[f32]) -> Option<f64> {
    let sizes = |values: &[f32]| values.iter().map(|value| f64::from(value.abs())).collect::<Vec<f64>>();
    rank_correlation(&sizes(own), &sizes(new))
}

/// The tensors of each layer, the lowest layer first. What runs as one layer is one.
fn layers(network: &Network, inputs: &Inputs, weights: &Weights) -> Vec<(String, Vec<String>)> {
    let mut hidden: Vec<String> = Vec::new();
    network.forward_observed(inputs.clone(), None, &mut |path, _| hidden.push(path.to_owned()));
    let layer = |name: &str| {
        let within =
            |path: &&String| name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.'));
        let hidden = hidden.iter().filter(within).max_by_key(|path| path.len());
        let above = || name.rsplit_once('.').map_or(name, |(above, _)| above).to_owned();
        hidden.cloned().unwrap_or_else(above)
    };
    let mut layers: Vec<(String, Vec<String>)> = Vec::new();
    let known = params::list(network);
    let order = known.iter().map(|param| param.path.as_str()).filter(|name| weights.get(name).is_some());
    // Running statistics come with the parameters of their layer.
    let rest =
        weights.iter().map(|(name, _)| name).filter(|name| known.iter().all(|param| param.path != *name));
    for name in order.chain(rest) {
        let layer = layer(name);
        match layers.iter_mut().find(|(known, _)| *known == layer) {
            Some((_, names)) => names.push(name.to_owned()),
            None => layers.push((layer, vec![name.to_owned()])),
        }
    }
    layers
}
