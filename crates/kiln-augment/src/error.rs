//! What can be wrong with an augmentation.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

/// Why an augmentation could not be built or does not fit the images.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AugmentError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Two numbers that bound a draw are in the wrong order.
    #[error("{name} is [{low}, {high}], the first number must not be greater than the second")]
    Order {
        /// The setting.
        name: String,
        /// The first number.
        low: f64,
        /// The second number.
        high: f64,
    },
    /// A list without entries where one is needed.
    #[error("{name} is empty")]
    Empty {
        /// The setting.
        name: String,
    },
    /// More or fewer weights than choices.
    #[error("{name} has {found} entries, there are {expected} transforms")]
    Weights {
        /// The setting.
        name: String,
        /// Number of transforms.
        expected: usize,
        /// Number of weights.
        found: usize,
    },
    /// A window that is larger than the image.
    #[error(
        "{name} needs an image of at least {height}×{width} pixels, the images have {found_height}×{found_width}"
    )]
    TooSmall {
        /// The transform.
        name: String,
        /// Rows needed.
        height: usize,
        /// Columns needed.
        width: usize,
        /// Rows there are.
        found_height: usize,
        /// Columns there are.
        found_width: usize,
    },
    /// A transform that is for images with other channels.
    #[error("{name} is for {expected}, the images have {found}")]
    Channels {
        /// The transform.
        name: String,
        /// What it is for, in words.
        expected: String,
        /// Number of channels there are.
        found: usize,
    },
    /// A sum or choice of transforms whose results have different shapes.
    #[error("{name} must keep the shape or give one shape: {first:?} and {other:?} differ")]
    Shapes {
        /// The transform.
        name: String,
        /// `[channels, height, width]` in one case.
        first: [usize; 3],
        /// `[channels, height, width]` in another case.
        other: [usize; 3],
    },
    /// Images of another shape than those that the model is judged on.
    #[error(
        "{name} makes images of {output:?} from {input:?} ([channels, height, width]); validation and test \
         images keep theirs"
    )]
    Resized {
        /// The transform.
        name: String,
        /// `[channels, height, width]` before.
        input: [usize; 3],
        /// `[channels, height, width]` after.
        output: [usize; 3],
    },
    /// A change of images for a table, or the other way round.
    #[error("{name} is for {needs}, and the data are not")]
    Kind {
        /// The transform.
        name: String,
        /// What it is for.
        needs: &'static str,
    },
    /// MixUp and CutMix are both off.
    #[error("{name} has neither mixup nor cutmix")]
    NothingToMix {
        /// The section.
        name: String,
    },
    /// Rows that cannot be encoded.
    #[error("the training rows cannot be augmented: {message}")]
    Data {
        /// What stands in the way.
        message: String,
    },
    /// A change that must come before the others.
    #[error("{name} comes after another change of the rows")]
    NotFirst {
        /// The transform.
        name: String,
    },
    /// The view for test time does not exist.
    #[error("there is no view {word:?}")]
    View {
        /// What was asked for.
        word: String,
    },
    /// More or fewer pixels than a shape says.
    #[error("the shape asks for {expected} pixels, there are {found}")]
    Length {
        /// Pixels by the shape.
        expected: usize,
        /// Pixels there are.
        found: usize,
    },
    /// More or fewer seeds than samples.
    #[error("there are {samples} samples and {seeds} seeds")]
    Seeds {
        /// Number of samples.
        samples: usize,
        /// Number of seeds.
        seeds: usize,
    },
}

impl AugmentError {
    /// The same error with the place of the transform before the name of the setting: `augment.2.p`.
    #[must_use]
    pub fn within(mut self, place: &str) -> Self {
        match &mut self {
            Self::Number(NumberError { name, .. })
            | Self::Order { name, .. }
            | Self::Empty { name }
            | Self::Weights { name, .. }
            | Self::TooSmall { name, .. }
            | Self::Channels { name, .. }
            | Self::Shapes { name, .. }
            | Self::NothingToMix { name } => *name = format!("{place}.{name}"),
            // These are about the transform as a whole.
            Self::Resized { name, .. } | Self::Kind { name, .. } | Self::NotFirst { name } => {
                *name = place.to_owned()
            }
            Self::Length { .. } | Self::Seeds { .. } | Self::Data { .. } | Self::View { .. } => {}
        }
        self
    }
}

impl Explain for AugmentError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Number(_) => return None,
            Self::Order { name, low, high } => format!("write {name} = [{high}, {low}]"),
            Self::Empty { name } => format!("give {name} at least one entry, or leave the transform out"),
            Self::Weights { expected, .. } => format!("give {expected} weights, or none"),
            Self::TooSmall { .. } => "use a smaller size, or pad the image first".to_owned(),
            Self::Channels { .. } => "leave this transform out for these images".to_owned(),
            Self::Shapes { .. } => "let every alternative end in the same crop".to_owned(),
            Self::Resized { input: [_, height, width], .. } => {
                format!("let it end in a crop or resized-crop of size [{height}, {width}]")
            }
            Self::Kind { .. } => "leave it out for these data".to_owned(),
            Self::NothingToMix { name } => format!("set {name}.mixup or {name}.cutmix, such as 0.2"),
            Self::Data { .. } => return None,
            Self::NotFirst { .. } => "let it be the first".to_owned(),
            Self::View { .. } => "the views are flip, vertical-flip and crop=PIXELS".to_owned(),
            Self::Length { expected, .. } => format!("give {expected} pixels"),
            Self::Seeds { samples, .. } => format!("give {samples} seeds, one for each sample"),
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::Order { name, .. }
            | Self::Empty { name }
            | Self::Weights { name, .. }
            | Self::TooSmall { name, .. }
            | Self::Channels { name, .. }
            | Self::Shapes { name, .. }
            | Self::Resized { name, .. }
            | Self::Kind { name, .. }
            | Self::NothingToMix { name }
            | Self::NotFirst { name } => Some(Cow::Borrowed(name)),
            Self::Data { .. } | Self::View { .. } | Self::Length { .. } | Self::Seeds { .. } => None,
        }
    }
}
