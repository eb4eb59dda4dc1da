//! Transforms as the configuration describes them.

use serde::{Deserialize, Serialize};

use crate::geometry::{
    AffineConfig, CropConfig, ElasticConfig, FlipConfig, HorizontalFlip, PerspectiveConfig,
    ResizedCropConfig, RotateConfig, ScaleConfig, ShearConfig, TranslateConfig, VerticalFlip,
};
use crate::photometry::{
    Adjust, AdjustKind, BlurConfig, ChannelShuffle, ChannelShuffleConfig, ColorJitterConfig, CutoutConfig,
    EraseConfig, FactorConfig, Fixed, FixedKind, HueConfig, NoiseConfig, PosterizeConfig, ProbabilityConfig,
    SolarizeConfig,
};
use crate::policy::{AugMixConfig, AutoAugmentConfig, RandAugmentConfig, TrivialAugmentConfig};
use crate::{AugmentError, Chance, Compose, OneOf, Pixel, Transform};

/// One transform: a table with `kind` and the settings of that kind.
///
/// ```
/// use kiln_augment::{Image, Transform, TransformConfig, build_all, Compose};
/// use kiln_core::Seed;
///
/// let list: Vec<TransformConfig> = serde_json::from_str(r#"[
///     { "kind": "crop", "size": [32, 32], "padding": 4 },
///     { "kind": "horizontal-flip" },
///     { "kind": "chance", "p": 0.1, "transform": { "kind": "rotate", "degrees": [-15, 15] } }
/// ]"#)?;
/// let transform = Compose::new(build_all(&list, "augment")?);
/// let mut image = Image::<u8>::new([3, 32, 32]);
/// transform.apply(&mut image, Seed::new(7));
///
/// let wrong: TransformConfig = serde_json::from_str(r#"{ "kind": "vertical-flip", "p": 2 }"#)?;
/// let error = wrong.build::<u8>("augment.0").unwrap_err();
/// assert_eq!(error.to_string(), "augment.0.p is 2, it must be at least 0 and at most 1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// A window at a random place.
    Crop(CropConfig),
    /// A window of random size and place, resized.
    ResizedCrop(ResizedCropConfig),
    /// A rotation.
    Rotate(RotateConfig),
    /// A shear.
    Shear(ShearConfig),
    /// A translation.
    Translate(TranslateConfig),
    /// A scale.
    Scale(ScaleConfig),
    /// Rotation, translation, scale and shear in one.
    Affine(AffineConfig),
    /// The view from another side.
    Perspective(PerspectiveConfig),
    /// An elastic distortion.
    Elastic(ElasticConfig),
    /// Brighter or darker.
    Brightness(FactorConfig),
    /// More or less contrast.
    Contrast(FactorConfig),
    /// More or less colour.
    Saturation(FactorConfig),
    /// Sharper or smoother.
    Sharpness(FactorConfig),
    /// Another gamma.
    Gamma(FactorConfig),
    /// Other hues.
    Hue(HueConfig),
    /// Brightness, contrast, saturation and hue in random order.
    ColorJitter(ColorJitterConfig),
    /// No colours.
    Grayscale(ProbabilityConfig),
    /// Black and white change places.
    Invert(ProbabilityConfig),
    /// Fewer colours.
    Posterize(PosterizeConfig),
    /// Bright shades inverted.
    Solarize(SolarizeConfig),
    /// All shades about as frequent.
    Equalize(ProbabilityConfig),
    /// Shades from black to white.
    Autocontrast(ProbabilityConfig),
    /// A Gaussian blur.
    GaussianBlur(BlurConfig),
    /// Normal noise.
    GaussianNoise(NoiseConfig),
    /// Channels in another order.
    ChannelShuffle(ChannelShuffleConfig),
    /// A rectangle erased.
    Erase(EraseConfig),
    /// Squares erased.
    Cutout(CutoutConfig),
    /// RandAugment.
    RandAugment(RandAugmentConfig),
    /// TrivialAugment, wide.
    TrivialAugment(TrivialAugmentConfig),
    /// AutoAugment.
    AutoAugment(AutoAugmentConfig),
    /// AugMix.
    AugMix(AugMixConfig),
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

fn half() -> f64 {
    0.5
}

/// A checked transform, on the heap.
fn boxed<T: Pixel>(
    transform: Result<impl Transform<T> + 'static, AugmentError>,
) -> Result<Box<dyn Transform<T>>, AugmentError> {
    Ok(Box::new(transform?))
}

impl TransformConfig {
    /// The transform, checked. `place` is where it stands in the configuration, such as `augment.transforms.0`.
    ///
    /// # Errors
    /// [`AugmentError`], naming the setting from `place` on, when one is out of its range.
    pub fn build<T: Pixel>(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        let adjust = |kind, range| boxed(Adjust::new(kind, range));
        let fixed = |kind, p| boxed(Fixed::new(kind, p));
        let built: Result<Box<dyn Transform<T>>, AugmentError> = match self {
            // What is inside names its own place.
            Self::Compose(config) => {
                return boxed(
                    build_all(&config.transforms, &format!("{place}.transforms")).map(Compose::new),
                );
            }
            Self::OneOf(config) => return boxed(config.build(place)),
            Self::Chance(config) => {
                let inner = config.transform.build(&format!("{place}.transform"))?;
                boxed(Chance::new(config.p, inner))
            }
            Self::HorizontalFlip(config) => boxed(HorizontalFlip::new(config.p)),
            Self::VerticalFlip(config) => boxed(VerticalFlip::new(config.p)),
            Self::Crop(config) => boxed(config.build()),
            Self::ResizedCrop(config) => boxed(config.build()),
            Self::Rotate(config) => boxed(config.build()),
            Self::Shear(config) => boxed(config.build()),
            Self::Translate(config) => boxed(config.build()),
            Self::Scale(config) => boxed(config.build()),
            Self::Affine(config) => boxed(config.build()),
            Self::Perspective(config) => boxed(config.build()),
            Self::Elastic(config) => boxed(config.build()),
            Self::Brightness(config) => adjust(AdjustKind::Brightness, config.factor),
            Self::Contrast(config) => adjust(AdjustKind::Contrast, config.factor),
            Self::Saturation(config) => adjust(AdjustKind::Saturation, config.factor),
            Self::Sharpness(config) => adjust(AdjustKind::Sharpness, config.factor),
            Self::Gamma(config) => adjust(AdjustKind::Gamma, config.factor),
            Self::Hue(config) => adjust(AdjustKind::Hue, config.shift),
            Self::ColorJitter(config) => boxed(config.build()),
            Self::Grayscale(config) => fixed(FixedKind::Grayscale, config.p),
            Self::Invert(config) => fixed(FixedKind::Invert, config.p),
            Self::Posterize(config) => fixed(FixedKind::Posterize(config.bits), config.p),
            Self::Solarize(config) => fixed(FixedKind::Solarize(config.threshold), config.p),
            Self::Equalize(config) => fixed(FixedKind::Equalize, config.p),
            Self::Autocontrast(config) => fixed(FixedKind::Autocontrast, config.p),
            Self::GaussianBlur(config) => boxed(config.build()),
            Self::GaussianNoise(config) => boxed(config.build()),
            Self::ChannelShuffle(_) => boxed(Ok(ChannelShuffle)),
            Self::Erase(config) => boxed(config.build()),
            Self::Cutout(config) => boxed(config.build()),
            Self::RandAugment(config) => boxed(config.build()),
            Self::TrivialAugment(config) => boxed(config.build()),
            Self::AutoAugment(config) => boxed(config.build()),
            Self::AugMix(config) => boxed(config.build()),
        };
        built.map_err(|error| error.within(place))
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
