//! What can be wrong with a model's configuration.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

use crate::LayerProblem;

/// Why a model cannot be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A filter without a middle pixel.
    #[error("model.kernel is {kernel}, it must be odd")]
    EvenKernel {
        /// The side that was asked for.
        kernel: usize,
    },
    /// Layer normalisation after a convolution.
    #[error("model.norm is \"layer\", which the model {model:?} does not have")]
    LayerNorm {
        /// The kind of the model.
        model: &'static str,
    },
    /// A model for images on something else.
    #[error("the model {model:?} reads images, but the data is {found}")]
    NeedsImages {
        /// The kind of the model.
        model: &'static str,
        /// What the data is: `a table with 4 features`.
        found: String,
    },
    /// A model for numbers on items that are something else.
    #[error("the model reads numbers, but the data is {found}")]
    NeedsNumbers {
        /// What the data is: `sequences of up to 20 tokens`.
        found: String,
    },
    /// A model for texts on something else.
    #[error("the model {model:?} reads texts, but the data is {found}")]
    NeedsTokens {
        /// The kind of the model.
        model: &'static str,
        /// What the data is: `a table with 4 features`.
        found: String,
    },
    /// A model for time series on something else.
    #[error("the model {model:?} reads time series, but the data is {found}")]
    NeedsSeries {
        /// The kind of the model.
        model: &'static str,
        /// What the data is: `a table with 4 features`.
        found: String,
    },
    /// Filters without a middle.
    #[error("model.kernels has {kernel}, and filters of an even number of steps have no middle")]
    EvenFilters {
        /// The number.
        kernel: usize,
    },
    /// Heads that do not divide the width.
    #[error("model.width is {width}, which is no multiple of {}{heads} heads", if *pair > 1 { "two times the " } else { "" })]
    Heads {
        /// Columns of a token.
        width: usize,
        /// Heads of attention.
        heads: usize,
        /// What the columns of a head are a multiple of: 2 for rotary positions.
        pair: usize,
    },
    /// No hidden layer, for a model that needs one.
    #[error("model.hidden is empty, and the model {model:?} needs a hidden layer")]
    NoLayers {
        /// The kind of the model.
        model: &'static str,
    },
    /// No layer, for a network of layers.
    #[error("model.layers is empty, and the model \"sequential\" is made of layers")]
    NoLayerList,
    /// A layer that cannot be where it is.
    #[error("{key} ({kind}) {problem}{}", gets(input))]
    Layer {
        /// Where it is in the configuration: `model.layers.3`.
        key: String,
        /// Its kind.
        kind: &'static str,
        /// What it gets, in words; empty where that does not matter.
        input: String,
        /// Why it cannot be there.
        problem: LayerProblem,
    },
    /// An embedding that goes by bins, where there are none.
    #[error("model.embedding.kind = \"piecewise-linear\" needs bins, and data.bins is not set")]
    NoBins,
    /// An embedding of numbers, where there are none.
    #[error("model.embedding is for the numbers of a table, and {found} has none")]
    NothingToEmbed {
        /// What the data is: `a table with 4 features`.
        found: String,
    },
    /// First values from data, before a norm.
    #[error("model.first_values = \"data\" is for layers without a norm, and model.norm is set")]
    NormOfFirstValues,
    /// Something that only tables have, of something else.
    #[error("{setting} is for tables, and the data is {found}")]
    NoTable {
        /// The setting.
        setting: &'static str,
        /// What the data is: `images of 1 x 28 x 28`.
        found: String,
    },
    /// Pooling would leave nothing of the images.
    #[error(
        "images of {height}x{width} pixels are too small for the model {model:?}: its pooling needs at least \
         {least}x{least}"
    )]
    ImageTooSmall {
        /// The kind of the model.
        model: &'static str,
        /// Height of the images.
        height: usize,
        /// Width of the images.
        width: usize,
        /// The least height and width.
        least: usize,
        /// What the user can do.
        remedy: &'static str,
    },
    /// Images that cannot be cut into patches.
    #[error(
        "images of {height}x{width} pixels cannot be cut into patches of {patch}x{patch}, which the model {model:?} reads"
    )]
    NotPatches {
        /// The kind of the model.
        model: &'static str,
        /// Height of the images.
        height: usize,
        /// Width of the images.
        width: usize,
        /// Height and width of a patch.
        patch: usize,
    },
    /// No linear layer is among those that are to get adapters.
    #[error("model.lora.params names no linear layer of the model, which has {known:?}")]
    NothingToAdapt {
        /// The weights of its linear layers.
        known: Vec<String>,
    },
    /// Items without a single number.
    #[error("the data has no features to learn from")]
    NoFeatures,
    /// Nothing to predict.
    #[error("the data has nothing to predict: a model needs at least one output")]
    NoOutputs,
    /// More parameters than a model may have.
    #[error("with {layer:?} the model would have more than {limit} parameters")]
    TooLarge {
        /// The layer that goes over the limit.
        layer: String,
        /// The limit.
        limit: usize,
    },
}

fn gets(input: &str) -> String {
    if input.is_empty() { String::new() } else { format!("; its input is {input}") }
}

impl Explain for ModelError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoFeatures | Self::NoOutputs => ErrorKind::Data,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Number(error) => return error.help(),
            Self::EvenKernel { kernel } => format!("use model.kernel = {}", kernel.saturating_add(1)),
            Self::LayerNorm { .. } => "use model.norm = \"batch\" or \"none\"".to_owned(),
            Self::NeedsImages { .. } => "use model.kind = \"mlp\" or \"linear\"".to_owned(),
            Self::Heads { width, heads, pair } => {
                let unit = heads.saturating_mul(*pair).max(1);
                format!("use model.width = {}", width.div_ceil(unit).max(1).saturating_mul(unit))
            }
            Self::NoLayers { .. } => "set model.hidden, such as [128, 128]".to_owned(),
            Self::NoLayerList => {
                "list layers, such as layers = [{ kind = \"linear\", width = 64 }, { kind = \"activation\" }]; \
                 a network without any is model.kind = \"linear\""
                    .to_owned()
            }
            Self::Layer { problem, .. } => problem.help(),
            Self::NoBins => "set data.bins, such as 48".to_owned(),
            Self::NothingToEmbed { .. } => "leave model.embedding out".to_owned(),
            Self::NormOfFirstValues => "leave model.norm or model.first_values out".to_owned(),
            Self::NoTable { setting: "model.kind", .. } => "use model.kind = \"mlp\" or \"linear\"".to_owned(),
            Self::NoTable { setting, .. } => format!("leave {setting} out"),
            Self::NeedsNumbers { found } if found.contains("steps") => {
                "use model.kind = \"inception-time\" or \"tcn\"".to_owned()
            }
            Self::NeedsNumbers { .. } => "use model.kind = \"bag\" or \"text-cnn\"".to_owned(),
            Self::NeedsSeries { .. } => {
                "name the column that tells series apart in data.series, or set data.wide = true".to_owned()
            }
            Self::EvenFilters { kernel } => format!("use {} in its place", kernel.saturating_add(1)),
            Self::NeedsTokens { .. } => "name the column of the texts in data.text".to_owned(),
            Self::ImageTooSmall { remedy, .. } => (*remedy).to_owned(),
            Self::NothingToAdapt { .. } => {
                "name weights of linear layers, such as { regex = \"attn\" }; to adapt the last layer, too, name it".to_owned()
            }
            Self::NotPatches { patch, .. } => {
                format!("set data.size to a multiple of {patch}: 224 where weights are those of others")
            }
            Self::NoFeatures => "keep at least one column beside the target".to_owned(),
            Self::NoOutputs => "name a target column in data.target".to_owned(),
            Self::TooLarge { .. } => "use smaller widths, or more pooling before the dense layers".to_owned(),
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::EvenKernel { .. } => Some(Cow::Borrowed("model.kernel")),
            Self::NoLayers { .. } => Some(Cow::Borrowed("model.hidden")),
            Self::NoLayerList => Some(Cow::Borrowed("model.layers")),
            Self::Layer { key, .. } => Some(Cow::Borrowed(key)),
            Self::NoBins => Some(Cow::Borrowed("model.embedding")),
            Self::NothingToEmbed { .. } => Some(Cow::Borrowed("model.embedding")),
            Self::NormOfFirstValues => Some(Cow::Borrowed("model.first_values")),
            Self::NoTable { setting, .. } => Some(Cow::Borrowed(setting)),
            Self::LayerNorm { .. } => Some(Cow::Borrowed("model.norm")),
            Self::NeedsImages { .. }
            | Self::NeedsNumbers { .. }
            | Self::NeedsTokens { .. }
            | Self::NeedsSeries { .. }
            | Self::ImageTooSmall { .. }
            | Self::NotPatches { .. } => Some(Cow::Borrowed("model.kind")),
            Self::EvenFilters { .. } => Some(Cow::Borrowed("model.kernels")),
            Self::Heads { .. } => Some(Cow::Borrowed("model.width")),
            Self::NothingToAdapt { .. } => Some(Cow::Borrowed("model.lora.params")),
            Self::NoFeatures | Self::NoOutputs | Self::TooLarge { .. } => None,
        }
    }
}
