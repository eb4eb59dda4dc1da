//! Two items in one: MixUp, CutMix and the switch between them.

mod op;

use kiln_core::{Range, Seed};
use kiln_data::{InputShape, TargetNumbers};
use serde::{Deserialize, Serialize};

pub use op::{cut_window, cutmix, mix_targets, mixup};

use crate::schema::JsonSchema;
use crate::{AugmentError, draw};

/// Mixing of the items of a batch: MixUp (Zhang and others: mixup, beyond empirical risk minimization, 2017) and CutMix
/// (Yun and others: CutMix, 2019). Every item meets the one before it in the batch, the first one the last; one λ a batch.
///
/// Mixed classes are shares, `[N, classes]`, which every loss for classes takes.
///
/// | setting | default | range |
/// |---|---|---|
/// | `mixup` | 0 | α ≥ 0 of λ ~ Beta(α, α); 0 is no MixUp |
/// | `cutmix` | 0 | α ≥ 0 of λ ~ Beta(α, α); 0 is no CutMix; images only |
/// | `p` | 1 | `[0, 1]`: how likely a batch is mixed |
/// | `switch` | 0.5 | `[0, 1]`: how likely it is CutMix where both are on |
///
/// Names and meanings are those of timm's `Mixup`, whose smoothing of labels is a setting of the loss here; pairs are those
/// of torchvision's `MixUp` and `CutMix` (timm pairs the first item with the last, and makes windows of odd size a pixel
/// larger).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = MixConfig { mixup: 0.2, ..MixConfig::default() })]
pub struct MixConfig {
    /// α of MixUp; 0 is no MixUp. Default 0.
    #[serde(default)]
    pub mixup: f64,
    /// α of CutMix; 0 is no CutMix. Default 0.
    #[serde(default)]
    pub cutmix: f64,
    /// How likely a batch is mixed. Default 1.
    #[serde(default = "one")]
    pub p: f64,
    /// How likely it is CutMix where both are on. Default 0.5.
    #[serde(default = "half")]
    pub switch: f64,
}

fn one() -> f64 {
    1.0
}

fn half() -> f64 {
    0.5
}

impl Default for MixConfig {
    fn default() -> Self {
        Self { mixup: 0.0, cutmix: 0.0, p: one(), switch: half() }
    }
}

impl MixConfig {
    /// The checked settings; `place` is where they stand in the configuration, such as `mix`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range, [`AugmentError::NothingToMix`] when both α are 0.
    pub fn build(&self, place: &str) -> Result<Mix, AugmentError> {
        let check = |name: &str, range: Range, value| range.check(&format!("{place}.{name}"), value);
        check("mixup", Range::at_least(0.0), self.mixup)?;
        check("cutmix", Range::at_least(0.0), self.cutmix)?;
        check("p", Range::UNIT, self.p)?;
        check("switch", Range::UNIT, self.switch)?;
        if self.mixup == 0.0 && self.cutmix == 0.0 {
            return Err(AugmentError::NothingToMix { name: place.to_owned() });
        }
        Ok(Mix { config: self.clone() })
    }
}

/// Draws how a batch is mixed.
///
/// ```
/// use kiln_augment::{MixConfig, Mixing};
/// use kiln_core::Seed;
/// use kiln_data::{InputShape, TargetNumbers};
///
/// let mix = MixConfig { mixup: 0.2, ..MixConfig::default() }.build("mix")?;
/// let shape = InputShape::Table(2);
/// let mixing = mix.draw(&shape, Seed::new(0)).expect("p is 1");
/// let mut rows = [1.0, 0.0, 0.0, 1.0];
/// mixing.inputs(&mut rows, &shape);
/// let targets = mixing.targets(TargetNumbers::Classes { classes: vec![0, 1], count: 2 });
/// let TargetNumbers::Values { values, width: 2 } = targets else { panic!("shares of two classes") };
/// assert_eq!(values, rows); // these items are their own targets
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Mix {
    config: MixConfig,
}

/// How one batch is mixed.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Mixing {
    /// `λ·x + (1 − λ)·partner`.
    MixUp {
        /// The item's own share.
        lambda: f64,
    },
    /// A window of the partner in the item.
    CutMix {
        /// The item's own share: the area outside of the window, after the window was cut at the edges.
        lambda: f64,
        /// `[top, left, height, width]`.
        window: [usize; 4],
    },
}

impl Mix {
    /// Whether CutMix is on, which only images can.
    pub fn cuts(&self) -> bool {
        self.config.cutmix > 0.0
    }

    /// How the batch of this seed is mixed; `None` when it is not.
    pub fn draw(&self, shape: &InputShape, seed: Seed) -> Option<Mixing> {
        let MixConfig { mixup, cutmix, p, switch } = self.config;
        if seed.uniform(0) >= p {
            return None;
        }
        let cut = cutmix > 0.0 && (mixup == 0.0 || seed.uniform(1) < switch);
        let lambda = beta(seed.at(0), if cut { cutmix } else { mixup });
        match shape.as_images() {
            Some([_, height, width]) if cut => {
                let centre = [draw::below(seed, 2, height), draw::below(seed, 3, width)];
                let window = cut_window([height, width], lambda, centre);
                let area = (window[2] * window[3]) as f64 / (height * width).max(1) as f64;
                Some(Mixing::CutMix { lambda: 1.0 - area, window })
            }
            _ => Some(Mixing::MixUp { lambda }),
        }
    }
}

impl Mixing {
    /// The item's own share, from 0 to 1.
    pub fn lambda(&self) -> f64 {
        match *self {
            Self::MixUp { lambda } | Self::CutMix { lambda, .. } => lambda,
        }
    }

    /// Mixes inputs, item after item, each of this shape.
    pub fn inputs(&self, numbers: &mut [f32], shape: &InputShape) {
        match (*self, shape.as_images()) {
            (Self::CutMix { window, .. }, Some(shape)) => cutmix(numbers, shape, window),
            _ => mixup(numbers, shape.features(), self.lambda()),
        }
    }

    /// The targets that belong to mixed inputs: shares of classes that sum to 1, or mixed numbers.
    pub fn targets(&self, targets: TargetNumbers) -> TargetNumbers {
        mix_targets(targets, self.lambda())
    }
}

/// λ ~ Beta(α, α), from two gamma numbers. For a tiny α both can be 0: λ is 0 or 1 then, as likely.
fn beta(seed: Seed, alpha: f64) -> f64 {
    let (a, b) = (draw::gamma(seed.at(0), alpha), draw::gamma(seed.at(1), alpha));
    if a + b > 0.0 { a / (a + b) } else { f64::from(seed.uniform(0) < 0.5) }
}
