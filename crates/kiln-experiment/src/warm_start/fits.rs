//! How the weights to start from fit a model and its data.

use burn::tensor::TensorData;
use kiln_config::ModelSettings;
use kiln_core::{Fresh, Layout, Start, WeightsError, params};
use kiln_data::{Fitted, Prepared};
use kiln_models::{Network, Published};

use super::read::StartWeights;
use crate::error::{ExperimentError, StartError};

/// Weights that fit the model of a job.
#[derive(Debug)]
pub(crate) struct Started {
    start: Start,
    /// What there is to say of it, a line each.
    pub(crate) told: Vec<String>,
    /// What may be wrong with it.
    pub(crate) warnings: Vec<String>,
}

impl StartWeights {
    /// The preprocessing of a training that starts from these weights: `prepared` says what was fitted on its own training part.
    pub(crate) fn carried(&self, prepared: &Prepared) -> Result<Option<Fitted>, ExperimentError> {
        let Some((fitted, _)) = &self.run else { return Ok(None) };
        let view = prepared.split.train_view(&prepared.dataset);
        let carried = prepared.fitted.starting_from(fitted, &view);
        Ok(Some(
            carried.map_err(|source| StartError::Inputs { run: self.path.clone(), source: source.into() })?,
        ))
    }

    /// The weights as those of `network`, which predicts what `prepared` says.
    ///
    /// # Errors
    /// [`StartError`] for weights that are not the network's.
    pub(crate) fn fit(
        &self,
        network: &Network,
        settings: &ModelSettings,
        prepared: &Prepared,
    ) -> Result<Started, ExperimentError> {
        let names = prepared.fitted.output_names();
        let others =
            self.run.as_ref().map(|(fitted, _)| fitted.output_names()).filter(|found| *found != names);
        let head = others.map(|_| format!(r"^{}\.", Network::HEAD));
        let pattern = match (&settings.weights_fresh, head) {
            (Some(own), Some(head)) => Some(format!("(?:{own})|{head}")),
            (own, head) => own.clone().or(head),
        };
        let fresh = Fresh::head(Network::HEAD).and(pattern);
        let (start, guessed, library) = self.lying(network, settings, &fresh)?;
        let is_broken = |data: &TensorData| data.iter::<f64>().any(|value| !value.is_finite());
        if let Some((tensor, _)) = start.loaded().find(|(_, data)| is_broken(data)) {
            return Err(StartError::NotFinite { path: self.path.clone(), tensor: tensor.to_owned() }.into());
        }
        let tensors = params::list(network).len();
        let mut told = vec![format!(
            "starts from {}: {} of {tensors} tensors",
            self.path.display(),
            tensors - start.fresh.len()
        )];
        told.extend(
            guessed.map(|layout| format!("they lie as {}: in no other way do they fit", called(layout))),
        );
        told.extend(library.map(|library| format!("their names are those of {}", library.library)));
        if self.run.is_some() {
            told.push("the preprocessing is that of the run".to_owned());
        }
        if let Some(found) = others {
            told.push(format!(
                "the last layer begins anew: it predicts {}, that of the run {}",
                listed(names),
                listed(found)
            ));
        } else if let Some(tensor) = start.head.first() {
            let outputs = |dims: &[usize]| dims.last().copied().unwrap_or_default();
            told.push(format!(
                "the last layer begins anew: it has {} outputs, that of the weights {}",
                outputs(&tensor.expected),
                outputs(&tensor.found)
            ));
        }
        Ok(Started { start, told, warnings: self.warnings(prepared) })
    }

    /// The weights in the layout that is theirs, which that is where it was not known before, and the library whose names they have.
    fn lying(
        &self,
        network: &Network,
        settings: &ModelSettings,
        fresh: &Fresh,
    ) -> Result<(Start, Option<Layout>, Option<Published>), StartError> {
        let path = &self.path;
        let of = |layout: Layout| -> Result<(Start, Option<Published>), WeightsError> {
            let weights = self.weights.clone().lying_as(layout).mapped(&settings.weights_map)?;
            if layout != Layout::PyTorch {
                return Ok((weights.starting(network, fresh)?, None));
            }
            let adopted = network.adopt(weights)?;
            Ok((adopted.starting(network, fresh)?, adopted.from))
        };
        let unfit = |source: WeightsError| StartError::Unfit { path: path.clone(), source: source.into() };
        let known = settings.weights_layout.map(|layout| layout.layout());
        let marked = self.is_marked.then(|| self.weights.layout());
        if marked == Some(Layout::Kiln) && known == Some(Layout::PyTorch) {
            return Err(unfit(WeightsError::OtherLayout));
        }
        if let Some(layout) = known.or(marked) {
            return of(layout).map(|(start, library)| (start, None, library)).map_err(unfit);
        }
        match (of(Layout::PyTorch), of(Layout::Kiln)) {
            (Ok(_), Ok(_)) => Err(StartError::Layout { path: path.clone() }),
            // Whose names they are says how they lie, too.
            (Ok((start, library)), Err(_)) => {
                let guessed = if library.is_some() { None } else { Some(Layout::PyTorch) };
                Ok((start, guessed, library))
            }
            (Err(_), Ok((start, _))) => Ok((start, Some(Layout::Kiln), None)),
            (Err(source), Err(_)) => Err(unfit(source)),
        }
    }

    fn warnings(&self, prepared: &Prepared) -> Vec<String> {
        let mut warnings = Vec::new();
        let path = self.path.display();
        for damaged in &self.passed_over {
            warnings.push(format!("{damaged}; starting from the weights before"));
        }
        let data = self.run.as_ref().and_then(|(_, record)| record.data.as_ref());
        let split = &prepared.split;
        let items = [split.train.len(), split.validation.len(), split.test.len()].map(|items| items as u64);
        if let Some(data) = data
            && data.fingerprint == prepared.dataset.fingerprint
            && [data.train, data.validation, data.test] != items
        {
            warnings.push(format!(
                "{path} was trained on the same data, split otherwise: it has learned from items that are held out here, \
                 whose scores are then too good"
            ));
        }
        warnings
    }
}

impl Started {
    /// The model with these weights.
    pub(crate) fn apply(&self, network: Network) -> Result<Network, ExperimentError> {
        Ok(self.start.apply(network)?)
    }

    /// Paths of the model that begin with drawn values.
    pub(crate) fn fresh(&self) -> &[String] {
        &self.start.fresh
    }
}

fn called(layout: Layout) -> &'static str {
    match layout {
        Layout::PyTorch => "PyTorch's",
        _ => "kiln's",
    }
}

/// The first of some names.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("{name:?}")).collect();
    let more = names.len().saturating_sub(SHOWN);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
