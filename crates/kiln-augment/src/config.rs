//! The transforms there are.

use kiln_core::kinds;
use serde::{Deserialize, Serialize};

use crate::geometry::{
    AffineConfig, CropConfig, ElasticConfig, HorizontalFlipConfig, PerspectiveConfig, ResizedCropConfig,
    RotateConfig, ScaleConfig, ShearConfig, TranslateConfig, VerticalFlipConfig,
};
use crate::photometry::{
    AutocontrastConfig, BlurConfig, BrightnessConfig, ChannelShuffleConfig, ColorJitterConfig,
    ContrastConfig, CutoutConfig, EqualizeConfig, EraseConfig, GammaConfig, GrayscaleConfig, HueConfig,
    InvertConfig, NoiseConfig, PosterizeConfig, SaturationConfig, SharpnessConfig, SolarizeConfig,
};
use crate::policy::{AugMixConfig, AutoAugmentConfig, RandAugmentConfig, TrivialAugmentConfig};
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, TransformKind, boxed};
use crate::{AugmentError, Chance, Compose, OneOf, Pixel, Transform};

/// Makes the enum of the transforms, and the building of each.
macro_rules! transforms {
    ($($name:literal => $kind:ident($settings:ident),)+) => {
        kinds! {
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
            pub enum TransformConfig: TransformKind {
                $($name => $kind($settings),)+
            }
        }

        impl TransformConfig {
            /// The transform, checked. `place` is where it stands in the configuration, such as `augment.transforms.0`.
            ///
            /// # Errors
            /// [`AugmentError`], naming the setting from `place` on, when one is out of its range.
            pub fn build<T: Pixel>(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
                match self {
                    $(Self::$kind(settings) => settings.boxed(place),)+
                }
            }
        }
    };
}

transforms! {
    "compose" => Compose(ComposeConfig),
    "chance" => Chance(ChanceConfig),
    "one-of" => OneOf(OneOfConfig),
    "horizontal-flip" => HorizontalFlip(HorizontalFlipConfig),
    "vertical-flip" => VerticalFlip(VerticalFlipConfig),
    "crop" => Crop(CropConfig),
    "resized-crop" => ResizedCrop(ResizedCropConfig),
    "rotate" => Rotate(RotateConfig),
    "shear" => Shear(ShearConfig),
    "translate" => Translate(TranslateConfig),
    "scale" => Scale(ScaleConfig),
    "affine" => Affine(AffineConfig),
    "perspective" => Perspective(PerspectiveConfig),
    "elastic" => Elastic(ElasticConfig),
    "brightness" => Brightness(BrightnessConfig),
    "contrast" => Contrast(ContrastConfig),
    "saturation" => Saturation(SaturationConfig),
    "sharpness" => Sharpness(SharpnessConfig),
    "gamma" => Gamma(GammaConfig),
    "hue" => Hue(HueConfig),
    "color-jitter" => ColorJitter(ColorJitterConfig),
    "grayscale" => Grayscale(GrayscaleConfig),
    "invert" => Invert(InvertConfig),
    "posterize" => Posterize(PosterizeConfig),
    "solarize" => Solarize(SolarizeConfig),
    "equalize" => Equalize(EqualizeConfig),
    "autocontrast" => Autocontrast(AutocontrastConfig),
    "gaussian-blur" => GaussianBlur(BlurConfig),
    "gaussian-noise" => GaussianNoise(NoiseConfig),
    "channel-shuffle" => ChannelShuffle(ChannelShuffleConfig),
    "erase" => Erase(EraseConfig),
    "cutout" => Cutout(CutoutConfig),
    "rand-augment" => RandAugment(RandAugmentConfig),
    "trivial-augment" => TrivialAugment(TrivialAugmentConfig),
    "auto-augment" => AutoAugment(AutoAugmentConfig),
    "aug-mix" => AugMix(AugMixConfig),
}

/// Transforms one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ComposeConfig { transforms: vec![example()] })]
pub struct ComposeConfig {
    /// In the order in which they are applied.
    pub transforms: Vec<TransformConfig>,
}

impl ComposeConfig {
    /// These, in this order.
    pub fn new(transforms: Vec<TransformConfig>) -> Self {
        Self { transforms }
    }
}

/// A transform and how often it is applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ChanceConfig { p: half(), transform: Box::new(example()) })]
pub struct ChanceConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
    /// What is applied.
    pub transform: Box<TransformConfig>,
}

impl ChanceConfig {
    /// Happens half of the time.
    pub fn new(transform: TransformConfig) -> Self {
        Self { p: half(), transform: Box::new(transform) }
    }
}

/// Transforms to choose from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = OneOfConfig { transforms: vec![example()], weights: Vec::new() })]
pub struct OneOfConfig {
    /// At least one.
    pub transforms: Vec<TransformConfig>,
    /// How likely each is in proportion to the others, positive. Default: all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weights: Vec<f64>,
}

impl OneOfConfig {
    /// One of these, each as often as the others.
    pub fn new(transforms: Vec<TransformConfig>) -> Self {
        Self { transforms, weights: Vec::new() }
    }
}

fn half() -> f64 {
    0.5
}

/// The transform of the examples.
#[cfg(feature = "schema")]
fn example() -> TransformConfig {
    HorizontalFlipConfig { p: half() }.into()
}

// What is inside names its own place.

impl<T: Pixel> BuildTransform<T> for ComposeConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        Ok(Box::new(Compose::new(build_all(&self.transforms, &format!("{place}.transforms"))?)))
    }
}

impl<T: Pixel> BuildTransform<T> for ChanceConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        let inner = self.transform.build(&format!("{place}.transform"))?;
        boxed(place, Chance::new(self.p, inner))
    }
}

impl<T: Pixel> BuildTransform<T> for OneOfConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        Ok(Box::new(self.build(place)?))
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
