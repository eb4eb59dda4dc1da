//! What can be wrong with images and folders of images.

use std::path::PathBuf;

/// What is wrong with an image or a folder of images.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageProblem {
    /// A folder without class folders.
    #[error("no folder in here; there must be one for each class")]
    NoClasses,
    /// A folder without images.
    #[error("no image in here")]
    NoImages,
    /// A folder beside `train` and `test`.
    #[error("a folder beside train/ and test/, which are the only parts known")]
    UnknownPart,
    /// A class of the test part that the training part lacks.
    #[error("the test part has the class {class:?}, the training part has not")]
    UnknownClass {
        /// The class.
        class: String,
        /// The class of the training part that is most like it.
        nearest: Option<String>,
    },
    /// Not a file with an image's extension.
    #[error("neither a PNG nor a JPEG file, by its name")]
    NotAnImage,
    /// A folder where only images are expected.
    #[error("a folder among the images")]
    NestedFolder,
    /// A name that is not UTF-8 text.
    #[error("the name is not UTF-8 text")]
    Name,
    /// The decoder cannot make sense of it.
    #[error("broken image: {error}")]
    Broken {
        /// What the decoder says.
        #[source]
        error: Box<dyn std::error::Error + Send + Sync>,
    },
    /// An image, and kiln was built without its feature `images`.
    #[error("this build of kiln reads no image files")]
    NotBuilt,
    /// A size that training cannot be meant for, or that is out of proportion to the file.
    #[error(
        "{width}x{height} pixels are too many: at most {side} a side, and {bytes} bytes for a file of this length"
    )]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// The most pixels a side.
        side: u32,
        /// The most bytes of pixels.
        bytes: u64,
    },
    /// Images of different sizes.
    #[error("{}x{} pixels, but {} is {}x{} (width x height)", found[0], found[1], first.display(), expected[0], expected[1])]
    Size {
        /// `[width, height]` of this image.
        found: [u32; 2],
        /// `[width, height]` of the first.
        expected: [u32; 2],
        /// The first image.
        first: PathBuf,
    },
    /// Images of another size than the model's.
    #[error("{}x{} pixels, but the model was trained with {}x{} (width x height)", found[0], found[1], expected[0], expected[1])]
    ModelSize {
        /// `[width, height]` of this image.
        found: [u32; 2],
        /// `[width, height]` that the model takes.
        expected: [u32; 2],
    },
    /// A colour image for a model of grey images.
    #[error("a colour image, but the model was trained with grey images")]
    Colour,
    /// A model that takes neither one nor three channels.
    #[error("the model takes images of {channels} channels; image files have 1 or 3")]
    Channels {
        /// Channels that the model takes.
        channels: usize,
    },
}

impl ImageProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoClasses => "put the images of each class in a folder of its own, named for it".to_owned(),
            Self::NoImages => "add PNG or JPEG files, or remove the folder".to_owned(),
            Self::UnknownPart => {
                "merge it into train/; the validation part is split off by data.validation".to_owned()
            }
            Self::UnknownClass { nearest: Some(nearest), .. } => {
                format!("rename the folder if {nearest:?} is meant")
            }
            Self::UnknownClass { .. } => "add the class to train/, or remove it from test/".to_owned(),
            Self::NotAnImage | Self::NestedFolder => "move it elsewhere, or convert it".to_owned(),
            Self::Name => "rename it".to_owned(),
            Self::Broken { .. } => "replace or remove the file".to_owned(),
            Self::NotBuilt => "build kiln with its feature `images`".to_owned(),
            Self::TooLarge { .. } => "scale the images down".to_owned(),
            Self::Size { .. } | Self::ModelSize { .. } => "scale all images to one size".to_owned(),
            Self::Colour => "convert it to grey".to_owned(),
            Self::Channels { .. } => "give the input as an IDX file".to_owned(),
        })
    }
}
