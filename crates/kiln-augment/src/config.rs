//! Transforms as the configuration describes them.

use serde::{Deserialize, Serialize};

use crate::{AugmentError, Chance, Compose, HorizontalFlip, OneOf, Pixel, Transform, VerticalFlip};

/// One transform: a table with `kind` and the settings of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum TransformConfig {
    /// Transforms one after the other.
    Compose(ComposeConfig),
    /// A transform that is applied with a probability.
    Chance(ChanceConfig),
    /// One of several transforms.
    OneOf(OneOfConfig),
    /// Left and right change places.
    HorizontalFlip(FlipConfig),
    /// Top and bottom change places.
    VerticalFlip(FlipConfig),
}

/// Transforms one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComposeConfig {
    /// In the order in which they are applied.
    pub transforms: Vec<TransformConfig>,
}

/// A transform and how often it is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChanceConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    pub p: f64,
    /// What is applied.
    pub transform: Box<TransformConfig>,
}

/// Transforms to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OneOfConfig {
    /// At least one.
    pub transforms: Vec<TransformConfig>,
    /// How likely each is in proportion to the others, positive. Default: all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<f64>,
}

/// How often a flip happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlipConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    pub p: f64,
}

fn half() -> f64 {
    0.5
}

impl TransformConfig {
    /// The transform, checked. `place` is where it stands in the configuration, such as `augment.transforms.0`.
    ///
    /// # Errors
    /// [`AugmentError`], naming the setting from `place` on, when one is out of its range.
    pub fn build<T: Pixel>(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        let within = |error: AugmentError| error.within(place);
        Ok(match self {
            Self::Compose(config) => {
                Box::new(Compose::new(build_all(&config.transforms, &format!("{place}.transforms"))?))
            }
            Self::Chance(config) => {
                let inner = config.transform.build(&format!("{place}.transform"))?;
                Box::new(Chance::new(config.p, inner).map_err(within)?)
            }
            Self::OneOf(config) => Box::new(config.build(place)?),
            Self::HorizontalFlip(config) => Box::new(HorizontalFlip::new(config.p).map_err(within)?),
            Self::VerticalFlip(config) => Box::new(VerticalFlip::new(config.p).map_err(within)?),
        })
    }
}

impl OneOfConfig {
    fn build<T: Pixel>(&self, place: &str) -> Result<OneOf<T>, AugmentError> {
        let transforms = build_all(&self.transforms, &format!("{place}.transforms"))?;
        let weights = match self.weights.len() {
            0 => vec![1.0; transforms.len()],
            found if found != transforms.len() => {
                return Err(AugmentError::Weights {
                    name: format!("{place}.weights"),
                    expected: transforms.len(),
                    found,
                });
            }
            _ => self.weights.clone(),
        };
        OneOf::weighted(weights.into_iter().zip(transforms).collect()).map_err(|error| error.within(place))
    }
}

/// The transforms of a list, such as `augment.transforms`, each with its number as place.
///
/// # Errors
/// As [`TransformConfig::build`].
pub fn build_all<T: Pixel>(
    configs: &[TransformConfig],
    place: &str,
) -> Result<Vec<Box<dyn Transform<T>>>, AugmentError> {
    configs.iter().enumerate().map(|(index, config)| config.build(&format!("{place}.{index}"))).collect()
}
