//! Attributions of a batch.

use burn::tensor::{DType, Tensor};
use kiln_core::Seed;
use kiln_data::{FeatureGroup, Fitted, Inputs};
use kiln_explain::{
    IntegratedGradients, Occlusion, SmoothGrad, ablation, attention_rollout, grad_cam, gradient,
    input_x_gradient,
};

use super::enlarge::enlarge;
use super::method::Method;
use super::settings::ExplainSettings;
use super::subject::Subject;
use super::taps::{Attention, Maps, Put};
use crate::error::ExplainError;

/// Windows of occlusion along each side of an image, beside each other.
const WINDOWS: usize = 8;

/// How attributions are computed, and of what.
#[derive(Debug)]
pub(super) struct Way<'a> {
    pub(super) settings: &'a ExplainSettings,
    /// What the noise of SmoothGrad is drawn from.
    pub(super) seed: Seed,
    /// Of a table the features that belong together.
    pub(super) groups: Vec<FeatureGroup>,
}

/// Attributions of items.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// Of tables a number for each group, of images one for each pixel, of token sequences one for each token.
    pub(super) values: Vec<Vec<f32>>,
    /// Of integrated gradients.
    pub(super) delta: Option<Vec<f64>>,
}

impl<'a> Way<'a> {
    pub(super) fn new(settings: &'a ExplainSettings, seed: Seed, fitted: &Fitted) -> Self {
        Self { settings, seed, groups: fitted.feature_groups() }
    }

    /// The attributions of `inputs` to `targets`, an output for each.
    pub(super) fn attributions(
        &self,
        subject: &Subject,
        inputs: Inputs,
        targets: &[usize],
    ) -> Result<Found, ExplainError> {
        let method = self.settings.method;
        match inputs {
            Inputs::Images(images) => {
                match method {
                    Method::GradCam => self.grad_cam(subject, images, targets),
                    Method::AttentionRollout => rollout(subject, images),
                    _ => {
                        let model = |images: Tensor<4>| subject.outputs(Inputs::Images(images));
                        let [_, channels, height, width] = images.dims();
                        let side = (height.max(width) / WINDOWS).max(1);
                        let window = Occlusion::new(&[channels, side.min(height), side.min(width)])
                            .stride(&[channels, side.div_ceil(2), side.div_ceil(2)]);
                        let (found, delta) = self.general(model, images, targets, &window);
                        Ok(Found { values: rows(found.sum_dim(1)), delta })
                    }
                }
            }
            Inputs::Table(table) => match method {
                Method::GradCam | Method::AttentionRollout => {
                    Err(ExplainError::NotImages { method: method.name() })
                }
                Method::Occlusion => {
                    let model = |table: Tensor<2>| subject.outputs(Inputs::Table(table));
                    let groups: Vec<_> = self.groups.iter().map(|group| group.features.clone()).collect();
                    Ok(Found { values: rows(ablation(model, table, &groups, 0.0, targets)), delta: None })
                }
                _ => {
                    let model = |table: Tensor<2>| subject.outputs(Inputs::Table(table));
                    let (found, delta) = self.general(model, table, targets, &Occlusion::new(&[1]));
                    Ok(Found {
                        values: rows(found).into_iter().map(|row| self.summed(&row)).collect(),
                        delta,
                    })
                }
            },
            Inputs::Tokens(batch) | Inputs::Text(batch) => self.of_tokens(subject, *batch, targets),
            _ => Err(ExplainError::NoVectors),
        }
    }

    /// Features that belong together count together.
    fn summed(&self, row: &[f32]) -> Vec<f32> {
        let sum = |group: &FeatureGroup| row.get(group.features.clone()).unwrap_or_default().iter().sum();
        self.groups.iter().map(sum).collect()
    }

    /// By a method for any model.
    pub(super) fn general<const D: usize>(
        &self,
        model: impl Fn(Tensor<D>) -> Tensor<2>,
        inputs: Tensor<D>,
        targets: &[usize],
        window: &Occlusion,
    ) -> (Tensor<D>, Option<Vec<f64>>) {
        match self.settings.method {
            Method::InputXGradient => (input_x_gradient(model, inputs, targets), None),
            Method::IntegratedGradients => {
                let integrated = IntegratedGradients::default().steps(self.settings.steps);
                let baseline = inputs.zeros_like();
                let found = integrated.explain(model, inputs, baseline, targets);
                (found.values, Some(found.delta))
            }
            Method::SmoothGrad => {
                let one = |tensor: Tensor<1>| tensor.into_data().iter::<f64>().sum::<f64>();
                let range = one(inputs.clone().inner().max()) - one(inputs.clone().inner().min());
                let mut smooth = SmoothGrad::new(self.seed);
                smooth.samples = self.settings.samples;
                smooth.deviation = self.settings.noise * range;
                (smooth.explain(model, inputs, targets), None)
            }
            Method::Occlusion => (window.explain(model, inputs, targets), None),
            _ => (gradient(model, inputs, targets), None),
        }
    }

    fn grad_cam(
        &self,
        subject: &Subject,
        images: Tensor<4>,
        targets: &[usize],
    ) -> Result<Found, ExplainError> {
        let wanted = self.settings.layer.clone();
        let mut maps = Maps { wanted: wanted.clone(), ..Maps::default() };
        subject.tapped(Inputs::Images(images.clone()), &mut maps);
        let Some((path, _)) = maps.found else {
            return Err(ExplainError::NoMaps { layer: wanted, known: maps.known });
        };
        let [_, _, height, width] = images.dims();
        let trunk = |images: Tensor<4>| {
            let mut maps = Maps { wanted: Some(path.clone()), ..Maps::default() };
            subject.tapped(Inputs::Images(images.clone()), &mut maps);
            // The layer is there: it was just found.
            maps.found.map_or(images, |(_, maps)| maps)
        };
        let head = |maps: Tensor<4>| {
            let mut put = Put { path: path.clone(), maps };
            subject.tapped(Inputs::Images(images.clone()), &mut put)
        };
        let found = grad_cam(trunk, head, images.clone(), targets);
        let [_, _, high, wide] = found.dims();
        let large = rows(found).into_iter().map(|map| enlarge(&map, [high, wide], [height, width])).collect();
        Ok(Found { values: large, delta: None })
    }
}

fn rollout(subject: &Subject, images: Tensor<4>) -> Result<Found, ExplainError> {
    let [items, _, height, width] = images.dims();
    let mut seen = Attention::default();
    subject.tapped(Inputs::Images(images), &mut seen);
    let shares = attention_rollout(seen.0).ok_or(ExplainError::NoAttention)?;
    let tokens = shares.dims()[1];
    // A token of the image stands before those of the patches, or all of them are averaged.
    let (grid, first, shares) = match (patches(tokens - 1, height, width), patches(tokens, height, width)) {
        (Some(grid), _) => (grid, 1, shares.narrow(1, 0, 1)),
        (None, Some(grid)) => (grid, 0, shares.mean_dim(1)),
        (None, None) => return Err(ExplainError::NoAttention),
    };
    let shares = rows(shares.reshape([items, tokens]));
    let large = |row: Vec<f32>| enlarge(&row[first..], grid, [height, width]);
    Ok(Found { values: shares.into_iter().map(large).collect(), delta: None })
}

/// Rows and columns of so many square patches in an image.
fn patches(count: usize, height: usize, width: usize) -> Option<[usize; 2]> {
    let fits = |side: &usize| {
        height.is_multiple_of(*side)
            && width.is_multiple_of(*side)
            && (height / side) * (width / side) == count
    };
    (1..=height.min(width)).find(fits).map(|side| [height / side, width / side])
}

/// The numbers of each item.
pub(super) fn rows<const D: usize>(tensor: Tensor<D>) -> Vec<Vec<f32>> {
    let items = tensor.dims()[0];
    let all: Vec<f32> = tensor.cast(DType::F32).into_data().iter::<f32>().collect();
    all.chunks((all.len() / items.max(1)).max(1)).map(<[f32]>::to_vec).collect()
}

#[cfg(test)]
mod tests {
    use super::patches;

    #[test]
    fn patches_are_found_by_their_number() {
        assert_eq!(patches(196, 224, 224), Some([14, 14]));
        assert_eq!(patches(12, 48, 64), Some([3, 4]));
        assert_eq!((patches(13, 48, 64), patches(0, 8, 8)), (None, None));
    }
}
